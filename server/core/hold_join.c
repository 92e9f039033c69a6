/* SPDX-License-Identifier: Apache-2.0 */
/* See hold_join.h. */
#include "server/core/command.h"
#include "server/core/hold_join.h"
#include "server/core/moderate.h"
#include "server/core/notice.h"
#include "server/text/tr.h"

#include "server/base/base.h"

enum rc join_hold(struct unit *u, const struct membership *m, int64_t request,
		  const struct join_request *j)
{
	struct hold_request h = { .kind = "join",
				  .rule = "join",
				  .reason = N_("They ask to join the group."),
				  .account = m->account,
				  .author_name = j->name,
				  .author_addr = j->addr,
				  .locale = j->locale,
				  .subject = "",
				  .text = slice_of(""),
				  .request = request,
				  .proven = true };
	struct list_ref l;
	int64_t id;
	enum rc rc = list_lookup_id(u, m->list, &l);

	return rc == RC_OK ? moderate_hold(u, &l, &h, &id) : rc;
}

enum rc join_hold_decide(struct unit *u, int64_t list, int64_t request, bool approve)
{
	struct decision d = { .act = approve ? "approve" : "reject" };
	struct held h;
	int64_t id;
	enum rc rc = held_of_request_read(u->db, u->arena, list, request, &id);

	return rc == RC_OK ? moderate_decide(u, id, &d, &h) : rc;
}

/* ---- carrying out ---- */

static const char *answer_body(struct unit *u, const struct held_due *d, const struct membership *m,
			       bool asked)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("Good day, %s:\n\n"), d->author_name);
	if (asked)
		str_fmt(&b, tr("The people who run %s ask you something before you can join:\n\n"),
			m->title);
	else if (strcmp(d->decision, "expire") == 0)
		str_fmt(&b, tr("Nobody who runs %s has decided about your request to join, and its "
			       "time is over. You can ask again.\n"), m->title);
	else
		str_fmt(&b, tr("The people who run %s have not taken up your request to join.\n"),
			m->title);
	if (*d->why != '\0')
		str_fmt(&b, asked ? "%s\n" : "\n%s\n", d->why);
	str_fmt(&b, asked ? tr("\nAnswer this mail: they read it. Then ask to join again.\n")
			  : tr("\nTo ask them about it, write to %s-owner@%s.\n"),
		m->list_name, m->domain);
	return str_z(&b);
}

static enum rc answer_tell(struct unit *u, const struct held_due *d, const struct membership *m,
			   const char *locale, bool asked)
{
	const char *back = tr_lang();
	enum rc rc;

	tr_set(locale);
	rc = notice_send(
		u,
		&(struct notice_new){ .kind = asked ? "join-question" : "join-declined",
				      .addr = d->author_addr,
				      .list = m->list,
				      .locale = locale,
				      .subject = arena_fmt(u->arena, tr("Your request to join %s"),
							   m->title),
				      .body = answer_body(u, d, m, asked),
				      .reply_to = "-owner" },
		NULL);
	tr_set(back);
	return rc;
}

enum rc join_carry(struct unit *u, const struct held_due *d, const struct list_ref *l)
{
	bool approve = strcmp(d->decision, "approve") == 0;
	bool silent = strcmp(d->decision, "discard") == 0;
	struct membership m;
	struct join_request j;
	enum join_result done = JOIN_ALREADY;
	enum rc rc = join_request_decide_write(u->db, u->arena, l->id, d->request,
					       approve ? "approve" : "decline", d->decided_by, &j);

	if (rc == RC_OK)
		rc = membership_by_addr(u, l->id, j.addr, &m);
	if (rc == RC_OK && approve)
		rc = subscribe_join(u, &m, j.addr, j.name, j.locale, true, &done);
	if (rc != RC_OK || silent)
		return rc;
	if (!approve)
		return answer_tell(u, d, &m, j.locale, strcmp(d->decision, "return") == 0);
	if (done == JOIN_CLOSED)
		return RC_CONFLICT; /* banned since, or the group is closed: it waits again */
	return done == JOIN_DONE ? command_welcome(u, &m) : RC_OK;
}
