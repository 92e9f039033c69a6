/* SPDX-License-Identifier: Apache-2.0 */
/* See dmarc.h. The only file that sees libpsl. */
#include <libpsl.h>

#include "mailer/deliver/dmarc.h"
#include "mailer/deliver/dns.h"

#include "server/base/base.h"

#define KEPT      512
#define TTL_MIN   600
#define TTL_MAX   86400
#define STALE_MAX (7 * 86400 * USEC) /* an old answer is better than none */
#define FAIL_KEPT (300 * USEC)
#define FAILS     3 /* one domain's broken servers are not the end of DNS */
#define AWAY      (60 * USEC)

struct kept {
	char domain[256];
	enum dmarc_policy policy;
	int64_t asked, until; /* asked: when the policy was learnt, 0: never */
};

struct dmarc {
	struct dns *dns;
	psl_ctx_t *psl;
	bool psl_own;
	int64_t away_until;
	unsigned fails; /* in a row */
	struct kept kept[KEPT];
};

const char *dmarc_name(enum dmarc_policy p)
{
	static const char *const names[] = { "none", "quarantine", "reject", "unknown" };

	return names[p];
}

struct dmarc *dmarc_open(const char *server)
{
	struct dmarc *d = calloc(1, sizeof(*d));

	if (d == NULL)
		log_die("event=no_memory");
	d->dns = dns_open(server);
	if (d->dns == NULL)
		log_warn("event=no_dns server=%s todo=\"see the setting dns_server\"",
			 log_q(server));
	d->psl = psl_latest(NULL);
	d->psl_own = d->psl != NULL;
	if (d->psl == NULL)
		d->psl = (psl_ctx_t *)(uintptr_t)psl_builtin(); /* const, and stays so */
	return d;
}

void dmarc_close(struct dmarc **d)
{
	if (*d == NULL)
		return;
	dns_close(&(*d)->dns);
	if ((*d)->psl_own)
		psl_free((*d)->psl);
	free(*d);
	*d = NULL;
}

static bool is_name(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 240 || memchr(s, '.', n) == NULL || strstr(s, "..") || *s == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
		      s[i] == '.' || s[i] == '_'))
			return false;
	return s[n - 1] != '.';
}

static const char *organisation(struct dmarc *d, const char *domain)
{
	const char *o = d->psl ? psl_registrable_domain(d->psl, domain) : NULL;

	return o ? o : domain;
}

bool dmarc_aligned(struct dmarc *d, const char *a, const char *b)
{
	return is_name(a) && is_name(b) && strcmp(organisation(d, a), organisation(d, b)) == 0;
}

static bool policy_word(struct slice v, enum dmarc_policy *p_r)
{
	if (slice_ieqz(v, "none"))
		*p_r = DMARC_NONE;
	else if (slice_ieqz(v, "quarantine"))
		*p_r = DMARC_QUARANTINE;
	else if (slice_ieqz(v, "reject"))
		*p_r = DMARC_REJECT;
	else
		return false;
	return true;
}

bool dmarc_record(struct slice txt, bool sub, enum dmarc_policy *p_r)
{
	enum dmarc_policy p = DMARC_NONE, sp = DMARC_NONE;
	bool has_p = false, has_sp = false;
	struct slice one, name;

	slice_cut(&txt, ';', &one);
	if (!slice_cut(&one, '=', &name) || !slice_eqz(slice_trim(name), "v") ||
	    !slice_eqz(slice_trim(one), "DMARC1"))
		return false;
	while (txt.n > 0) {
		slice_cut(&txt, ';', &one);
		if (!slice_cut(&one, '=', &name))
			continue;
		if (!has_p && slice_ieqz(slice_trim(name), "p"))
			has_p = policy_word(slice_trim(one), &p);
		else if (!has_sp && slice_ieqz(slice_trim(name), "sp"))
			has_sp = policy_word(slice_trim(one), &sp);
	}
	/* 6.6.3: without a policy that can be read it counts as p=none */
	*p_r = sub && has_sp ? sp : has_p ? p : DMARC_NONE;
	return true;
}

/* One name. RC_NOTFOUND: no record, or several, which count as none (6.6.3). */
static enum rc ask(struct dmarc *d, struct arena *a, const char *domain, bool sub, int ms,
		   enum dmarc_policy *p_r, int *ttl_r)
{
	struct slice *txt;
	size_t n, found = 0;
	enum dmarc_policy p;
	enum rc rc = dns_txt(d->dns, a, arena_fmt(a, "_dmarc.%s", domain), ms, &txt, &n, ttl_r);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (dmarc_record(txt[i], sub, &p)) {
			*p_r = p;
			found++;
		}
	return found == 1 ? RC_OK : RC_NOTFOUND;
}

static enum rc policy_ask(struct dmarc *d, const char *domain, enum dmarc_policy *p_r, int *ttl_r)
{
	struct arena *a = arena_new((size_t)8 << 20);
	const char *org = organisation(d, domain);
	int64_t start = clock_mono();
	enum rc rc = ask(d, a, domain, false, DMARC_WAIT_MS, p_r, ttl_r);

	if (rc == RC_NOTFOUND && strcmp(org, domain) != 0) {
		int left = DMARC_WAIT_MS - (int)((clock_mono() - start) / 1000);

		rc = ask(d, a, org, true, left > 100 ? left : 100, p_r, ttl_r);
	}
	if (rc == RC_NOTFOUND) {
		*p_r = DMARC_NONE;
		rc = RC_OK;
	}
	arena_free(&a);
	return rc;
}

/* Its place, or the oldest one to be overwritten. */
static struct kept *place_of(struct dmarc *d, const char *domain)
{
	struct kept *oldest = &d->kept[0];

	for (size_t i = 0; i < KEPT; i++) {
		if (strcmp(d->kept[i].domain, domain) == 0)
			return &d->kept[i];
		if (d->kept[i].asked < oldest->asked)
			oldest = &d->kept[i];
	}
	return oldest;
}

enum dmarc_policy dmarc_lookup(struct dmarc *d, const char *domain)
{
	int64_t now = clock_mono();
	struct kept *k;
	enum dmarc_policy p;
	bool known;
	int ttl;
	enum rc rc;

	if (d->dns == NULL || !is_name(domain))
		return DMARC_UNKNOWN;
	k = place_of(d, domain);
	known = strcmp(k->domain, domain) == 0;
	if (known && now < k->until)
		return k->policy;
	rc = now < d->away_until ? RC_TEMPFAIL : policy_ask(d, domain, &p, &ttl);
	if (rc == RC_OK) {
		ttl = ttl < TTL_MIN ? TTL_MIN : ttl > TTL_MAX ? TTL_MAX : ttl;
		*k = (struct kept){ .policy = p, .asked = now, .until = now + ttl * USEC };
		snprintf(k->domain, sizeof(k->domain), "%s", domain);
		d->fails = 0;
		log_debug("event=dmarc domain=%s policy=%s ttl=%d", log_q(domain), dmarc_name(p), ttl);
		return p;
	}
	if (now < d->away_until)
		return known && now - k->asked < STALE_MAX ? k->policy : DMARC_UNKNOWN;
	log_info("event=dns_silent domain=%s", log_q(domain));
	if (++d->fails >= FAILS)
		d->away_until = clock_mono() + AWAY;
	/* nobody asks again for a while; what was known before still counts */
	if (!known || now - k->asked >= STALE_MAX)
		*k = (struct kept){ .policy = DMARC_UNKNOWN };
	snprintf(k->domain, sizeof(k->domain), "%s", domain);
	k->until = now + FAIL_KEPT;
	return k->policy;
}
