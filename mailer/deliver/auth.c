/* SPDX-License-Identifier: Apache-2.0 */
/* See auth.h. */
#include <strings.h>

#include "mailer/deliver/auth.h"
#include "mailer/parse/authres.h"

#include "server/base/base.h"

#define FIELDS_MAX 500 /* ours stand on top */

/* The header's fields, values as they stand: the reader of results unfolds them. */
static void fields(struct arena *a, struct slice raw, struct mail *m)
{
	struct mail_header *last = NULL;
	struct slice line, name;

	m->headers = ARENA_ARRAY(a, FIELDS_MAX, struct mail_header);
	while (slice_line(&raw, &line) && line.n > 0) {
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (last != NULL)
				last->raw.n = (size_t)(line.p + line.n - last->raw.p);
			continue;
		}
		if (!slice_cut(&line, ':', &name) || m->nheaders == FIELDS_MAX)
			return; /* no field: what comes after it is not our server's */
		last = &m->headers[m->nheaders++];
		*last = (struct mail_header){ slice_dup(a, slice_trim(name)), line, "" };
	}
}

/*
 * "dmarc=fail (p=reject dis=none) ..." of OpenDMARC, "dmarc=fail (policy=reject)" of
 * rspamd. A "none" is not taken from there: below an organisation's domain sp= may ask for more.
 */
static enum dmarc_policy policy_of(struct slice v)
{
	static const char *const forms[] = { "(p=", "(policy=", "policy.dmarc=" };
	const char *at = slice_ifind(v, SLICE("dmarc="));
	struct slice one;

	if (at == NULL)
		return DMARC_UNKNOWN;
	v = slice_make(at, (size_t)(v.p + v.n - at));
	slice_cut(&v, ';', &one);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *p = slice_ifind(one, slice_of(forms[i]));
		struct slice word;

		if (p == NULL)
			continue;
		p += strlen(forms[i]);
		word = slice_make(p, (size_t)(one.p + one.n - p));
		if (slice_istarts(word, "reject"))
			return DMARC_REJECT;
		if (slice_istarts(word, "quarantine"))
			return DMARC_QUARANTINE;
	}
	return DMARC_UNKNOWN;
}

void auth_read(struct arena *a, const struct conf *conf, struct slice raw, struct auth *r)
{
	unsigned hops = (unsigned)(conf->own_hops[0] - '0');
	struct mail m = { 0 };
	struct authres all, *one = ARENA_NEW(a, struct authres);

	*r = (struct auth){ .policy = DMARC_UNKNOWN };
	if (*conf->authserv_id == '\0')
		return;
	fields(a, raw, &m);
	authres_ours(a, &m, conf->authserv_id, hops, &all);
	r->dkim = ARENA_ARRAY(a, all.n, const char *);
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.v[i].method, "dkim") == 0 && strcmp(all.v[i].result, "pass") == 0 &&
		    *all.v[i].domain != '\0')
			r->dkim[r->ndkim++] = all.v[i].domain;
	for (size_t i = 0; i < mail_own_headers(&m, hops) && r->policy == DMARC_UNKNOWN; i++)
		if (strcasecmp(m.headers[i].name, "Authentication-Results") == 0 &&
		    authres_parse(a, m.headers[i].raw, one) &&
		    strcasecmp(one->authserv_id, conf->authserv_id) == 0)
			r->policy = policy_of(m.headers[i].raw);
}
