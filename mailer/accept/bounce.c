/* SPDX-License-Identifier: Apache-2.0 */
/* See bounce.h. */
#include "mailer/accept/bounce.h"
#include "mailer/parse/report.h"
#include "server/core/bounce.h"
#include "server/core/invite.h"

#include "server/base/base.h"

/* "p12.345", as our copies say ENVID: the post, or 0. */
static int64_t post_of_envid(const char *envid)
{
	struct slice rest = slice_of(envid), num;
	int64_t post;

	if (rest.n < 2 || rest.p[0] != 'p')
		return 0;
	rest = slice_make(rest.p + 1, rest.n - 1);
	slice_cut(&rest, '.', &num);
	return slice_i64(num, 1, INT64_MAX, &post) ? post : 0;
}

/* RC_OK also where the subscription is gone: there is nothing to count then. */
static enum rc record(struct unit *u, struct bounce_new *b, const struct list_ref *l,
		      const struct report *r, const struct mail *m)
{
	unsigned char hash[HASH_BYTES];
	bool new;
	enum rc rc = l == NULL ? RC_OK
			       : bounce_post_find(u, l->id, post_of_envid(r->envid), r->msgid, &b->post);

	if (rc != RC_OK)
		return rc;
	/* no post of ours: the returned id, else the report itself, tells it apart */
	hash_bytes(m->raw.p, m->raw.n, hash);
	b->about = *r->msgid ? r->msgid : hex_encode(u->arena, hash, sizeof(hash));
	rc = bounce_record(u, b, &new);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

static enum rc bounce_take(struct unit *u, const struct list_ref *l, const struct address_to *to,
			   const struct mail *m, const struct report *r)
{
	static const enum bounce_kind kinds[] = { [REPORT_WAITS] = BOUNCE_DELAY,
						  [REPORT_REFUSED] = BOUNCE_POLICY,
						  [REPORT_SOFT] = BOUNCE_SOFT,
						  [REPORT_HARD] = BOUNCE_HARD };
	const struct report_rcpt *worst = &r->rcpts[0];
	struct bounce_new b = { .subscription = to->id, .probe = to->probe, .list = l->id };

	/* a VERP address is of one subscription: several recipients are where it forwards to */
	for (size_t i = 1; i < r->nrcpts; i++)
		if (report_count(&r->rcpts[i]) > report_count(worst))
			worst = &r->rcpts[i];
	if (report_count(worst) == REPORT_FINE)
		return RC_OK;
	b.kind = kinds[report_count(worst)];
	b.reason = report_reason_name(worst->reason);
	b.status = worst->status;
	b.code = worst->code;
	b.rcpt = worst->addr;
	b.mta = worst->mta;
	b.text = worst->text;
	/* that it waits on the way is no answer */
	if (to->invite != 0)
		return b.kind == BOUNCE_DELAY ? RC_OK : invite_bounced(u, to->invite, worst->text);
	return record(u, &b, l, r, m);
}

/* The subscription whose copies alone carry this address, or 0. */
static int64_t subscription_of(struct unit *u, const char *addr, enum address_kind kind)
{
	struct address_to to = { .kind = ADDRESS_POST };

	if (*addr == '\0' || address_parse(u, addr, &to) != RC_OK || to.kind != kind)
		return 0;
	return to.id;
}

/* Whose copy it was, by the envelope sender that the complaint returns, else by the
 * address to leave in what it returns. Both have a MAC. */
static enum rc complaint_take(struct unit *u, const struct list_ref *l, const struct address_to *to,
			      const struct mail *m, const struct report *r, bool *proven_r)
{
	struct bounce_new b = { .kind = BOUNCE_COMPLAINT,
				.reason = r->feedback,
				.status = "",
				.rcpt = r->nrcpts > 0 ? r->rcpts[0].addr : "",
				.mta = "",
				.text = r->subject };

	b.subscription = to != NULL && to->kind == ADDRESS_BOUNCE ? to->id : 0;
	if (b.subscription == 0)
		b.subscription = subscription_of(u, r->mail_from, ADDRESS_BOUNCE);
	if (b.subscription == 0)
		b.subscription = subscription_of(u, r->leave, ADDRESS_LEAVE);
	*proven_r = b.subscription != 0;
	return *proven_r ? record(u, &b, l, r, m) : RC_OK;
}

enum rc bounce_complaint(struct unit *u, const struct mail *m)
{
	struct report r;
	bool proven;

	if (m == NULL)
		return RC_OK;
	for (size_t i = 0; i < m->nparts; i++) {
		if (strcmp(m->parts[i].type, "message/feedback-report") != 0)
			continue;
		report_parse(&r, u->arena, m);
		return r.kind == REPORT_COMPLAINT ? complaint_take(u, NULL, NULL, m, &r, &proven) : RC_OK;
	}
	return RC_OK;
}

static void become(struct verdict *v, enum fate fate, const char *rule, const char *reason)
{
	v->fate = fate;
	v->rule = rule;
	v->reason = reason;
}

enum rc bounce_accept(struct unit *u, const struct list_ref *l, const struct address_to *to,
		      const struct mail *m, struct verdict *v)
{
	struct report r;
	bool proven = to->kind == ADDRESS_BOUNCE && (to->id != 0 || to->probe != 0 || to->invite != 0);
	enum rc rc = RC_OK;

	report_parse(&r, u->arena, m);
	switch (r.kind) {
	case REPORT_BOUNCE:
		become(v, FATE_BOUNCE, proven ? "bounce" : "bounce-unproven",
		       "It reports mail that did not arrive.");
		if (proven)
			rc = bounce_take(u, l, to, m, &r);
		break;
	case REPORT_COMPLAINT:
		rc = complaint_take(u, l, to, m, &r, &proven);
		become(v, FATE_COMPLAINT, proven ? "complaint" : "complaint-unproven",
		       "It reports our mail as unwanted.");
		break;
	case REPORT_AUTOREPLY:
	case REPORT_CHALLENGE:
		become(v, FATE_DROPPED, "automatic", "It is an automatic reply.");
		break;
	case REPORT_NONE:
	case REPORT_UNSUBSCRIBE:
		/* machines that send to this address in no form we know: on the record, no more */
		if (m->automatic != MAIL_HUMAN || to->kind != ADDRESS_BOUNCE)
			become(v, FATE_BOUNCE, "bounce-unknown", "It is in no form we know.");
		else
			become(v, FATE_HELD, "to-bounces", "Somebody wrote to the address for bounces.");
		break;
	}
	return rc;
}
