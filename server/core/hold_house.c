/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits and nobody decides: reminders, then those above, then its end. See
 * house.h. Idempotent: a hold is marked in the transaction of its reminder, and
 * an expiry is a decision like any other, which only one can win.
 */
#include "server/core/audit.h"
#include "server/core/house.h"
#include "server/core/notice.h"
#include "server/core/settings.h"
#include "server/core/tell.h"
#include "server/store/moderate.h"
#include "server/store/modmail.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define REMIND_EVERY (12 * 3600) /* one group, one person */
#define AT_ONCE      500

/* After how many hours who is told that nothing was decided. */
static const struct level {
	int level, hours;
	bool admins; /* those who run the site; else who moderates and owns the group */
} levels[] = { { 1, 24, false }, { 2, 72, true } };

/* Who moderates and is there; where all are away, all who own it, there or not. */
static enum rc told(struct unit *u, int64_t list, bool admins, struct notice_owner **r, size_t *n_r)
{
	enum rc rc;

	if (admins)
		return tell_admins_read(u, r, n_r);
	rc = notice_owners_read(u, list, true, r, n_r);
	if (rc == RC_OK && *n_r == 0)
		rc = notice_owners_read(u, list, false, r, n_r);
	return rc == RC_OK && *n_r == 0 ? tell_admins_read(u, r, n_r) : rc;
}

static const char *body(struct unit *u, const struct held_queue *q, const char *list, bool admins,
			int hours)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b,
		tr_n("%lld waits for a decision in %s, and nobody has decided for more than %d "
		     "hours.\n",
		     "%lld wait for a decision in %s, and about the oldest nobody has decided for "
		     "more than %d hours.\n",
		     q->n),
		(long long)q->n, q->title, hours);
	if (*u->conf->base_url != '\0')
		str_fmt(&b, tr("\nTo read and decide (opening the link decides nothing):\n%s/g/%s/moderation\n"),
			u->conf->base_url, list);
	str_addz(&b, admins ? tr("\nYou get this notice because you run the site, and those who run "
				 "the group have not acted.\n")
			    : tr("\nYou get this notice because you moderate or own the group. If "
				 "nobody acts, those who run the site are told.\n"));
	return str_z(&b);
}

/* One notice to each about all that waits in the group, in the mail thread of the one that told
 * them of the oldest. */
static enum rc list_remind(struct unit *u, const struct held_list *l, const struct level *v)
{
	const char *was = tr_lang();
	struct notice_owner *to;
	struct held_queue q;
	const char *told_by;
	size_t n;
	enum rc rc = held_oldest_read(u->db, u->arena, l->list, &q);

	if (rc == RC_OK)
		rc = told(u, l->list, v->admins, &to, &n);
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		rc = modmail_waiting_read(u->db, u->arena, l->list, to[i].account, &told_by);
		if (rc != RC_OK)
			break;
		tr_set(to[i].locale);
		rc = notice_send(
			u,
			&(struct notice_new){
				.kind = v->admins ? "held-escalated" : "held-reminder",
				.addr = to[i].addr,
				.account = to[i].account,
				.list = l->list,
				.locale = to[i].locale,
				.subject = arena_fmt(u->arena, tr("[%s] Still waiting: %lld"), l->name,
						     (long long)q.n),
				.body = body(u, &q, l->name, v->admins, v->hours),
				.in_reply_to = told_by,
				.cause = arena_fmt(u->arena, "held-reminder %lld %d",
						   (long long)l->list, v->level),
				.every = REMIND_EVERY },
			NULL);
	}
	tr_set(was);
	return rc;
}

static enum rc end(struct unit *u, enum rc rc)
{
	if (rc == RC_OK)
		rc = unit_commit(u);
	else
		unit_abort(u);
	if (rc == RC_OK)
		unit_wake(u);
	return rc;
}

enum rc house_remind(struct unit *u, int64_t *n_r)
{
	enum rc rc = house_begin(u, HOUSE_HOLD);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	for (size_t k = 0; k < ARRAY_LEN(levels) && rc == RC_OK; k++) {
		struct held_list *l;
		size_t n = 0;

		rc = held_remind_write(u->db, u->arena, levels[k].level, levels[k].hours, AT_ONCE,
				       &l, &n);
		for (size_t i = 0; i < n && rc == RC_OK; i++) {
			rc = list_remind(u, &l[i], &levels[k]);
			*n_r += l[i].n;
		}
	}
	return end(u, rc);
}

enum rc house_overdue(struct unit *u, int64_t *n_r)
{
	struct held_overdue *h;
	size_t n = 0;
	int64_t days = 0;
	enum rc rc = house_begin(u, HOUSE_HOLD);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = setting_number(u, "hold_days", &days);
	if (rc == RC_OK && days > 0)
		rc = held_overdue_write(u->db, u->arena, days, AT_ONCE, &h, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = audit(u, &(struct audit_entry){
				      .act = "hold.expire",
				      .list = h[i].list,
				      .subject = h[i].account,
				      .before = "waiting",
				      .after = arena_fmt(u->arena, "expire hold %lld %s<%s> %s",
							 (long long)h[i].id, h[i].kind, h[i].msgid,
							 h[i].addr),
				      .why = arena_fmt(u->arena, "hold_days=%lld", (long long)days) });
	*n_r = (int64_t)n;
	return end(u, rc);
}
