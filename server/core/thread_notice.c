/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mail to each who follows a thread that is not any more where, or what, it
 * was. Its link is the old address: it leads where they may go, and says nothing
 * of a place that they may not see.
 */
#include "server/core/notice.h"
#include "server/core/thread.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define EVERY 3600 /* a moderator at work is one mail an hour and thread */

static const struct told {
	const char *kind, *sentence;
} told[] = {
	{ "lock", N_("The thread was closed: nothing more can be added to it.") },
	{ "unlock", N_("The thread was opened again.") },
	{ "rename", N_("The thread has another title now: “%s”.") },
	{ "split", N_("Some messages of the thread are a thread of their own now: “%s”. You follow "
		      "both.") },
	{ "merge", N_("The thread was joined to another one of the group. You follow that one now.") },
	{ "move", N_("The thread was moved to another group. If you belong to that group, the "
		     "link below leads to it and its messages go on reaching you.") },
	{ "reattach", N_("Messages of the thread were put where they belong, under the message "
			 "that they answer.") },
};

static const char *body_of(struct unit *u, const struct act_row *act, const struct act_thread *t,
			   const struct told *what, const char *subject)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("You follow the thread “%s” in %s."),
		strcmp(act->kind, "rename") == 0 ? act->before : t->subject, t->list_title);
	str_addz(&b, "\n\n");
	str_fmt(&b, tr(what->sentence), subject);
	str_addz(&b, "\n");
	if (*act->why != '\0')
		str_fmt(&b, "%s %s\n", tr("The reason:"), act->why);
	str_addz(&b, "\n");
	str_addz(&b, tr("Nothing that was written has changed. You can answer any message of it "
			"from your mail program, as before.\n"));
	if (*u->conf->base_url != '\0')
		str_fmt(&b, "\n%s/g/%s/%lld\n", u->conf->base_url, t->list_name,
			(long long)t->number);
	return str_z(&b);
}

/* The closed thread takes no answers: its mail must not promise any. */
static const char *body_closed(struct unit *u, const struct act_row *act,
			       const struct act_thread *t, const struct told *what)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("You follow the thread “%s” in %s."), t->subject, t->list_title);
	str_fmt(&b, "\n\n%s\n", tr(what->sentence));
	if (*act->why != '\0')
		str_fmt(&b, "%s %s\n", tr("The reason:"), act->why);
	if (*u->conf->base_url != '\0')
		str_fmt(&b, "\n%s/g/%s/%lld\n", u->conf->base_url, t->list_name,
			(long long)t->number);
	return str_z(&b);
}

enum rc thread_explain(struct unit *u, const struct act_row *act, const struct act_thread *t)
{
	const char *was = tr_lang(), *cause;
	const struct told *what = NULL;
	struct act_thread other = { .subject = act->after };
	struct act_follower *f;
	size_t n;
	enum rc rc;

	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (strcmp(told[i].kind, act->kind) == 0)
			what = &told[i];
	if (what == NULL)
		return RC_OK;
	rc = act_followers_read(u->db, u->arena, t->id, t->list, u->actor.account, &f, &n);
	if (rc == RC_OK && n > 0 && strcmp(act->kind, "split") == 0)
		rc = act_state_read(u->db, u->arena, act->other, &other);
	cause = arena_fmt(u->arena, "thread-act %lld", (long long)t->id);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		tr_set(f[i].locale);
		rc = notice_send(
			u,
			&(struct notice_new){
				.kind = "thread-changed",
				.addr = f[i].addr,
				.account = f[i].account,
				.list = t->list,
				.locale = f[i].locale,
				.subject = arena_fmt(u->arena, tr("[%s] About the thread “%s”"),
						     t->list_name, t->subject),
				.body = strcmp(act->kind, "lock") == 0
						? body_closed(u, act, t, what)
						: body_of(u, act, t, what, other.subject),
				.cause = cause,
				.every = EVERY },
			NULL);
	}
	tr_set(was);
	return rc;
}
