/* SPDX-License-Identifier: Apache-2.0 */
/* See approve.h. */
#include "mailer/accept/approve.h"
#include "mailer/accept/submission.h"
#include "server/core/moderate.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define AT_ONCE 20 /* sessions wait meanwhile */

/* From the bytes, by the same steps as live mail. RC_INVALID: they cannot be read. */
static enum rc submission_of(struct unit *u, const struct held_due *d, struct list_ref *l,
			     struct submission *s)
{
	struct mail *m = ARENA_NEW(u->arena, struct mail);
	struct list_ref who;
	struct slice raw;
	const char *why;
	enum rc rc = list_lookup_id(u, d->list, l);

	if (rc == RC_OK)
		rc = moderate_bytes(u, d, &raw);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_INVALID : rc;
	if (d->web)
		return moderate_web(u, d, raw, s);
	if (d->tries > MODERATE_TRIES ||
	    mail_parse(m, u->arena, raw, &mail_limits_default, &why) != RC_OK)
		return RC_INVALID;
	rc = list_lookup(u, l->name, l->mail_domain, d->envelope_from, m->from.addr, &who);
	if (rc != RC_OK)
		return rc;
	*l = who;
	/* a member said that it is theirs: the address may not be yet */
	if (l->account == 0)
		l->account = d->account;
	submission_fill(s, u->arena, m, raw, l);
	return RC_OK;
}

static enum rc carry_out_once(struct unit *u, const struct held_due *d, bool alone,
			      struct submit_result *res)
{
	struct submission s;
	struct list_ref l;
	enum rc rc = RC_OK, read = RC_OK;

	if (moderate_posts(d)) {
		read = submission_of(u, d, &l, &s);
		if (read != RC_OK && read != RC_INVALID)
			return read;
		s.alone = alone;
	}
	rc = unit_begin_rw(u);
	if (rc != RC_OK)
		return rc;
	if (!moderate_posts(d))
		rc = moderate_finish(u, d);
	else if (read == RC_OK)
		rc = moderate_post(u, d, &l, &s, res);
	else
		rc = RC_INVALID;
	if (rc == RC_INVALID || rc == RC_LIMIT || rc == RC_CONFLICT) {
		unit_abort(u);
		rc = unit_begin_rw(u);
		if (rc == RC_OK)
			rc = moderate_reopen(
				u, d,
				moderate_posts(d)
					? N_("It was approved, but it cannot be made into a post. "
					     "Its original can be opened.")
					: N_("It was decided, but that cannot be done any more."));
	}
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc == RC_NOTFOUND ? RC_OK : rc; /* done by somebody meanwhile */
}

static enum rc carry_out(struct unit *u, const struct held_due *d, struct submit_result *res)
{
	enum rc rc = carry_out_once(u, d, false, res);

	return rc == RC_TEMPFAIL && res->alone ? carry_out_once(u, d, true, res) : rc;
}

unsigned approve_due(struct unit *u)
{
	unsigned n = 0;

	while (n < AT_ONCE) {
		struct arena_mark mark = arena_mark(u->arena);
		struct submit_result res = { .post = 0 };
		struct held_due d;
		enum rc rc = moderate_take(u, &d);

		if (rc == RC_OK) {
			rc = carry_out(u, &d, &res);
			log_info("event=decided decision=%s hold=%lld post=%lld thread=%lld rc=%s "
				 "msgid=%s",
				 d.decision, (long long)d.id, (long long)res.post,
				 (long long)res.thread, rc_name(rc), log_q(d.msgid));
		}
		arena_rewind(u->arena, mark);
		if (rc != RC_OK)
			break;
		n++;
	}
	if (n > 0)
		unit_wake(u);
	return n;
}

int approve_tick(void *unit)
{
	static int64_t next;
	struct unit *u = unit;
	int64_t now = clock_mono();

	if (now >= next && unit_ready(u)) {
		/* as many as it may at once: there may be more */
		bool more = approve_due(u) == AT_ONCE;

		next = clock_mono() + (more ? 0 : APPROVE_POLL_MS * (int64_t)1000);
	} else if (now >= next) {
		next = now + APPROVE_POLL_MS * (int64_t)1000;
	}
	now = clock_mono();
	return next > now ? (int)((next - now) / 1000) + 1 : 0;
}
