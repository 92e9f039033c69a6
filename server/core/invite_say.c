/* SPDX-License-Identifier: Apache-2.0 */
/* See invite_say.h. What a person wrote is quoted, never used as a format. */
#include "server/core/invite_say.h"
#include "server/core/notice.h"
#include "server/store/account.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define TOKEN_BITS 160
#define DAY	   (86400 * USEC)
#define WEEK	   (7 * NOTICE_DAY)
#define A_WEEK	   3 /* mails of the whole site to one address */

static void quoted(struct str *b, const char *text)
{
	struct slice rest = slice_of(text), line;

	while (slice_line(&rest, &line))
		str_fmt(b, "    %.*s\n", (int)line.n, line.p);
	str_addc(b, '\n');
}

/* How to say yes and no. */
static void ways(struct unit *u, struct str *b, const char *token)
{
	if (*u->conf->base_url != '\0')
		str_fmt(b, "%s\n\n%s/i/%s\n\n%s\n\n",
			tr("This page tells more; its buttons accept or decline:"),
			u->conf->base_url, token,
			tr("Or answer this mail with one word: \"yes\" to join, \"no\" to decline."));
	else
		str_fmt(b, "%s\n\n",
			tr("To join, answer this mail with the word \"yes\"; to decline, with \"no\"."));
}

static const char *body(struct unit *u, const struct invite_row *i, const char *token, bool reminder)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	if (*i->name != '\0')
		str_fmt(&b, tr("Good day, %s:\n\n"), i->name);
	else
		str_addz(&b, tr("Good day:\n\n"));
	if (reminder)
		str_fmt(&b, tr("Some days ago you were invited to the group %s, and it still waits for "
			       "your answer. This is the only reminder.\n\n"), i->title);
	else if (*i->by_name != '\0')
		str_fmt(&b, tr("%1$s invites you to the group %2$s.\n\n"), i->by_name, i->title);
	else
		str_fmt(&b, tr("You are invited to the group %s.\n\n"), i->title);
	if (*i->description != '\0')
		str_fmt(&b, "%s\n\n", i->description);
	if (*i->note != '\0') {
		if (*i->by_name != '\0')
			str_fmt(&b, tr("%s writes:\n\n"), i->by_name);
		quoted(&b, i->note);
	}
	ways(u, &b, token);
	str_fmt(&b, tr("The invitation holds until %s. Without an answer nothing happens: you belong "
		       "to no group and receive nothing from it.\n\n"),
		tr_date_day(u->arena, i->expires_at, -360));
	str_fmt(&b, tr("It is for %1$s alone. Questions: %2$s-owner@%3$s.\n"), i->addr, i->list_name,
		i->domain);
	return str_z(&b);
}

static enum rc mail(struct unit *u, const struct invite_row *i, int64_t account, bool reminder,
		    bool *sent_r)
{
	char *token = rnd_token(u->arena, TOKEN_BITS);
	unsigned char hash[HASH_BYTES];
	int64_t left = i->expires_at - clock_now();
	const char *subject =
		reminder ? arena_fmt(u->arena, tr("Reminder: you are invited to %s"), i->title)
		: *i->by_name
			? arena_fmt(u->arena, tr("%1$s invites you to %2$s"), i->by_name, i->title)
			: arena_fmt(u->arena, tr("You are invited to %s"), i->title);
	enum rc rc = notice_send(u,
				 &(struct notice_new){
					 .kind = "invitation",
					 .addr = i->addr,
					 .account = account,
					 .list = i->list,
					 .locale = tr_lang(),
					 .subject = subject,
					 .body = body(u, i, token, reminder),
					 .cause = "invitation",
					 .every = WEEK,
					 .burst = A_WEEK,
					 .reply_to = arena_fmt(u->arena, "c%s", token) },
				 sent_r);

	if (rc != RC_OK || !*sent_r)
		return rc;
	hash_bytes(token, strlen(token), hash);
	return token_write(u->db, hash, "invite", 0, arena_fmt(u->arena, "%lld", (long long)i->id),
			   (int)(left / (60 * USEC)) + 1);
}

enum rc invite_mail(struct unit *u, const struct invite_row *i, bool reminder, bool *sent_r)
{
	const char *back = arena_strdup(u->arena, tr_lang());
	struct notice_person who;
	enum rc rc = notice_person_read(u, i->addr, i->locale, &who);

	if (rc != RC_OK)
		return rc;
	tr_set(who.locale);
	rc = mail(u, i, who.account, reminder, sent_r);
	tr_set(back);
	return rc;
}

enum rc invite_mail_help(struct unit *u, const struct invite_pending *p, const char *to,
			 const char *token, const char *msgid)
{
	const char *back = arena_strdup(u->arena, tr_lang());
	bool other = !slice_ieq(slice_of(to), slice_of(p->i.addr));
	struct str b;
	enum rc rc;

	tr_set(p->locale);
	str_init(&b, u->arena, 65536);
	str_addz(&b, tr("Good day:\n\n"));
	if (other)
		str_fmt(&b, tr("The invitation to %1$s is for another address, so that an answer from "
			       "%2$s does nothing. Answer from the address that was invited.\n"),
			p->i.title, to);
	else {
		str_fmt(&b, tr("Your answer to the invitation to %s was not understood: nothing has "
			       "changed.\n\n"), p->i.title);
		ways(u, &b, token);
	}
	rc = notice_send(u,
			 &(struct notice_new){
				 .kind = "invitation-help",
				 .addr = to,
				 .list = p->i.list,
				 .locale = tr_lang(),
				 .subject = arena_fmt(u->arena, tr("Your answer to the invitation to %s"),
						      p->i.title),
				 .body = str_z(&b),
				 .in_reply_to = msgid,
				 .cause = arena_fmt(u->arena, "invitation-help %lld",
						    (long long)p->i.list),
				 .reply_to = other ? NULL : arena_fmt(u->arena, "c%s", token) },
			 NULL);
	tr_set(back);
	return rc;
}
