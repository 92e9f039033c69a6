/* SPDX-License-Identifier: Apache-2.0 */
/* See from.h. */
#include "mailer/deliver/auth.h"
#include "mailer/deliver/from.h"

#include "server/base/base.h"

static const char *domain_of(struct arena *a, const char *addr)
{
	const char *at = strrchr(addr, '@');

	return at ? slice_lower(a, slice_of(at + 1)) : "";
}

/* A trial's mail stays in a folder: nobody there checks DMARC. */
static bool leaves(const struct conf *conf)
{
	return slice_starts(slice_of(conf->relay), "smtp://");
}

/* The signatures that speak for the author: passed, and of the same organisation. */
static void dkim_aligned(struct dmarc *d, struct arena *a, const struct auth *auth,
			 const char *domain, struct compose_post *c)
{
	const char **dkim = ARENA_ARRAY(a, auth->ndkim, const char *);

	c->ndkim = 0;
	for (size_t i = 0; i < auth->ndkim; i++)
		if (dmarc_aligned(d, auth->dkim[i], domain))
			dkim[c->ndkim++] = auth->dkim[i];
	c->dkim = dkim;
}

static enum compose_from auto_from(struct dmarc *d, const struct conf *conf, struct arena *a,
				   const struct queue_post *p, const struct compose_list *l,
				   struct compose_post *c)
{
	const char *domain = domain_of(a, p->author_addr);
	enum dmarc_policy policy;
	struct auth auth;

	auth_read(a, conf, p->raw, &auth);
	dkim_aligned(d, a, &auth, domain, c);
	/* as good as untouched to whoever checks: nothing to ask */
	if (compose_signature_holds(a, l, c))
		return COMPOSE_FROM_KEEP;
	policy = auth.policy != DMARC_UNKNOWN ? auth.policy : dmarc_lookup(d, domain);
	log_info("event=from post=%lld domain=%s dmarc=%s rewritten=%s", (long long)p->id,
		 log_q(domain), dmarc_name(policy), policy == DMARC_NONE ? "no" : "yes");
	return policy == DMARC_NONE ? COMPOSE_FROM_KEEP : COMPOSE_FROM_LIST;
}

void from_decide(struct dmarc *d, const struct conf *conf, struct arena *a,
		 const struct queue_post *p, const struct compose_list *l, struct compose_post *c)
{
	c->reply = strcmp(p->reply_policy, "author") == 0 ? COMPOSE_REPLY_AUTHOR
		   : strcmp(p->reply_policy, "both") == 0 ? COMPOSE_REPLY_BOTH
							  : COMPOSE_REPLY_LIST;
	c->author_addr = p->hide_address ? "" : p->author_addr;
	c->from = COMPOSE_FROM_KEEP;
	if (p->web || strcmp(p->dmarc_policy, "always") == 0)
		c->from = COMPOSE_FROM_LIST;
	else if (strcmp(p->dmarc_policy, "auto") == 0 && leaves(conf))
		c->from = auto_from(d, conf, a, p, l, c);
	/* who writes with their own From shows it themselves: it may stand in Reply-To too */
	if (c->from == COMPOSE_FROM_KEEP)
		c->author_addr = p->author_addr;
}
