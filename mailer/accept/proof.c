/* SPDX-License-Identifier: Apache-2.0 */
/* See proof.h. */
#include <strings.h>

#include "mailer/accept/proof.h"

#include "server/base/base.h"

const char *const proof_names[] = { "none", "dmarc", "dkim", "spf", "address" };

static const char *domain_of(const char *addr)
{
	const char *at = strrchr(addr, '@');

	return at ? at + 1 : "";
}

/* inner is outer, or a name below it; never below a top-level domain. */
static bool within(const char *inner, const char *outer)
{
	size_t ni = strlen(inner), no = strlen(outer);

	if (no == 0 || no > ni || strchr(outer, '.') == NULL ||
	    strcasecmp(inner + ni - no, outer) != 0)
		return false;
	return ni == no || inner[ni - no - 1] == '.';
}

bool proof_aligned(const char *from_domain, const char *domain)
{
	if (strcasecmp(from_domain, domain) == 0)
		return *domain != '\0';
	return within(from_domain, domain) || within(domain, from_domain);
}

/* Two people in From, or two From headers: which of them a server looked at is
 * anybody's guess. */
static bool one_author(const struct mail *m)
{
	return m->nfrom == 1 && *m->from.addr != '\0';
}

void proof_find(struct arena *a, const struct conf *conf, const struct mail *m,
		const char *envelope_from, struct proof *p)
{
	bool dmarc = false, has_dmarc = false, spf = false;
	const char *from;
	struct authres r;

	*p = (struct proof){ PROOF_NONE };
	if (m == NULL)
		return;
	authres_ours(a, m, conf->authserv_id, (unsigned)(conf->own_hops[0] - '0'), &r);
	from = domain_of(m->from.addr);
	p->checked = r.n > 0;
	for (size_t i = 0; i < r.n; i++) {
		const struct authres_result *v = &r.v[i];
		bool pass = strcmp(v->result, "pass") == 0;

		if (strcmp(v->method, "dmarc") == 0) {
			/* header.from is optional; where it is said it must be this one */
			bool same =
				*v->header_from == '\0' || strcasecmp(v->header_from, from) == 0;

			dmarc |= pass && same;
			p->dmarc_fail |= strcmp(v->result, "fail") == 0;
			has_dmarc |= pass || strcmp(v->result, "fail") == 0;
		} else if (strcmp(v->method, "dkim") == 0) {
			p->dkim_aligned |= pass && proof_aligned(from, v->domain);
		} else if (strcmp(v->method, "spf") == 0 && pass &&
			   strcasecmp(v->domain, domain_of(envelope_from)) == 0) {
			p->envelope = *envelope_from != '\0';
			spf = p->envelope && proof_aligned(from, v->domain);
		}
	}
	if (!one_author(m))
		return;
	/* passed and failed in one breath is no proof */
	if (dmarc && !p->dmarc_fail)
		p->from = PROOF_DMARC;
	else if (!has_dmarc && p->dkim_aligned)
		p->from = PROOF_DKIM;
	else if (!has_dmarc && spf)
		p->from = PROOF_SPF;
}

void proof_by_address(struct proof *p, int64_t token_account, int64_t from_account)
{
	if (p->from == PROOF_NONE && !p->dmarc_fail && token_account != 0 &&
	    token_account == from_account)
		p->from = PROOF_ADDRESS;
}
