/* SPDX-License-Identifier: Apache-2.0 */
/* Moderators are told: that something waits, what was decided, several at once; see
 * modmail.h and tell.h. */
#include "server/core/house.h"
#include "server/core/modmail.h"
#include "server/core/modmail_say.h"
#include "server/core/notice.h"
#include "server/core/owner_mail.h"
#include "server/core/settings.h"
#include "server/core/tell.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define TOKEN_BITS 160
#define LISTED_MAX 100 /* in one mail */

/* Within so many seconds a few mails go out one by one. */
static enum rc within(struct unit *u, int *seconds_r)
{
	int64_t n = 0;
	enum rc rc = setting_number(u, "moderator_bundle", &n);

	*seconds_r = (int)n;
	return rc;
}

static enum rc token_make(struct unit *u, int64_t hold, int64_t account, const char **token_r)
{
	unsigned char hash[HASH_BYTES];

	*token_r = rnd_token(u->arena, TOKEN_BITS);
	hash_bytes(*token_r, strlen(*token_r), hash);
	return modmail_token_write(u->db, hash, hold, account);
}

/* ---- that something waits ---- */

struct telling {
	struct unit *u;
	const struct list_ref *l;
	struct held h;
	struct modmail_known known;
	int64_t raw_size;
	int64_t conversation; /* what it goes on, or 0 */
};

static enum rc tell_one(const struct telling *t, const struct modmail_person *p)
{
	struct unit *u = t->u;
	struct modmail_letter l = { .h = &t->h,
				    .list = t->l->name,
				    .domain = t->l->mail_domain,
				    .title = t->h.list_title,
				    .to = p,
				    .known = &t->known,
				    .raw_size = t->h.web ? 0 : t->raw_size,
				    .attached = t->raw_size <= MODMAIL_ORIGINAL };
	const char *msgid = arena_fmt(u->arena, "held.%lld.%lld@%s", (long long)t->h.id,
				      (long long)p->account, t->l->mail_domain);
	const char *after = "";
	enum rc rc = token_make(u, t->h.id, p->account, &l.token);

	if (rc == RC_OK && t->conversation != 0)
		rc = owner_mail_told_read(u->db, u->arena, t->conversation, p->account, &after);
	if (rc == RC_OK)
		rc = modmail_notice_write(u->db, t->h.id, p->account, "each", msgid);
	if (rc != RC_OK)
		return rc;
	tr_set(p->locale);
	return notice_send(
		u,
		&(struct notice_new){
			.kind = strcmp(t->h.kind, OWNER_MAIL) == 0 ? "to-owner"
				: strcmp(t->h.kind, "join") == 0     ? "join-request"
								     : "held",
			.addr = p->addr,
			.account = p->account,
			.list = t->l->id,
			.locale = p->locale,
			.subject = modsay_subject(u, &t->h),
			.body = modsay_held(u, &l),
			.in_reply_to = after,
			.reply_to = arena_fmt(u->arena, "m%s", l.token),
			.raw_id = l.raw_size > 0 && l.attached ? t->h.raw : 0,
			.msgid = msgid },
		NULL);
}

static enum rc tell_all(struct telling *t, bool owners)
{
	struct unit *u = t->u;
	const char *was = arena_strdup(u->arena, tr_lang());
	struct modmail_person *p;
	size_t n = 0;
	int seconds;
	enum rc rc = within(u, &seconds);

	if (rc == RC_OK)
		rc = modmail_people_read(u->db, u->arena, t->l->id, owners, seconds, &p, &n);
	if (rc == RC_OK && n > 0)
		rc = modmail_known_read(u->db, u->arena, t->l->id, t->h.account, t->h.author_addr,
					t->h.id, &t->known);
	if (rc == RC_OK && t->h.raw != 0)
		rc = modmail_raw_size_read(u->db, u->arena, t->h.raw, &t->raw_size);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (p[i].daily || p[i].recent >= MODMAIL_BURST)
			rc = modmail_notice_write(u->db, t->h.id, p[i].account,
						  p[i].daily ? "digest" : "bundle", "");
		else
			rc = tell_one(t, &p[i]);
	tr_set(was);
	return rc;
}

enum rc tell_held(struct unit *u, const struct list_ref *l, const struct submission *s,
		  const char *rule, const char *reason UNUSED, int64_t hold)
{
	struct telling t = { .u = u, .l = l };
	bool owners;
	enum rc rc;

	if (s->quiet || (s->automatic && !s->through_list && strcmp(rule, "automatic") != 0))
		return RC_OK;
	rc = held_read(u->db, u->arena, (struct reader){ 0, true }, hold, &t.h);
	if (rc != RC_OK)
		return rc;
	owners = strcmp(t.h.kind, OWNER_MAIL) == 0;
	t.conversation = s->conversation;
	return tell_all(&t, owners);
}

/* ---- what was decided ---- */

static enum rc outcome_tell(struct unit *u, const struct held *h, const struct modmail_person *p)
{
	const char *token, *subject;
	enum rc rc = token_make(u, h->id, p->account, &token);

	if (rc == RC_OK)
		rc = modmail_outcome_write(u->db, h->id, p->account, "told");
	if (rc != RC_OK)
		return rc;
	tr_set(p->locale);
	/* one thread also where a mail program goes by the subject */
	subject = arena_fmt(u->arena, "Re: %s", modsay_subject(u, h));
	return notice_send(u,
			   &(struct notice_new){ .kind = "held-outcome",
						 .addr = p->addr,
						 .account = p->account,
						 .list = h->list,
						 .locale = p->locale,
						 .subject = subject,
						 .body = modsay_outcome(u, h,
									u->actor.account ? u->actor.name : "",
									p->utc_offset),
						 .in_reply_to = p->msgid,
						 .reply_to = arena_fmt(u->arena, "m%s", token) },
			   NULL);
}

enum rc modmail_decided(struct unit *u, const struct held *h)
{
	const char *was = arena_strdup(u->arena, tr_lang());
	struct modmail_person *p;
	size_t n = 0;
	int seconds;
	enum rc rc = within(u, &seconds);

	if (rc == RC_OK)
		rc = modmail_others_read(u->db, u->arena, h->id, u->actor.account, seconds, &p, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (p[i].recent >= MODMAIL_BURST)
			rc = modmail_outcome_write(u->db, h->id, p[i].account, "waits");
		else
			rc = outcome_tell(u, h, &p[i]);
	tr_set(was);
	return rc;
}

/* ---- several at once ---- */

static enum rc bundle_send(struct unit *u, const struct modmail_due *d,
			   const struct modmail_due_person *p, const struct modmail_due_row *rows,
			   size_t n)
{
	const char **tokens = ARENA_ARRAY(u->arena, n, const char *);
	const char *msgid = arena_fmt(u->arena, "held.%lld.%lld.%s@%s", (long long)rows[0].hold,
				      (long long)d->account, rnd_token(u->arena, 40), p->domain);
	int64_t waits = 0, decided = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		bool wait = rows[i].untold && *rows[i].decision == '\0';

		if (wait && p->still)
			rc = token_make(u, rows[i].hold, d->account, &tokens[i]);
		waits += wait;
		/* what it says: an outcome that was taken back meanwhile says nothing */
		decided += !rows[i].untold && *rows[i].decision != '\0';
		if (rc == RC_OK)
			rc = modmail_due_done_write(u->db, rows[i].hold, d->account, msgid, wait);
	}
	if (rc != RC_OK || !p->still || waits + decided == 0)
		return rc;
	tr_set(p->who.locale);
	return notice_send(
		u,
		&(struct notice_new){
			.kind = "held-several",
			.addr = p->who.addr,
			.account = d->account,
			.list = d->list,
			.locale = p->who.locale,
			.subject = waits ? arena_fmt(u->arena,
						     tr_n("[%s] %lld waits for your decision",
							  "[%s] %lld wait for your decision", waits),
						     p->list_name, (long long)waits)
					 : arena_fmt(u->arena,
						     tr_n("[%s] %lld was decided",
							  "[%s] %lld were decided", decided),
						     p->list_name, (long long)decided),
			.body = modsay_bundle(u, p, rows, tokens, n),
			.msgid = msgid },
		NULL);
}

static enum rc bundle_make(struct unit *u, const struct modmail_due *d)
{
	const char *was = arena_strdup(u->arena, tr_lang());
	struct modmail_due_person p;
	struct modmail_due_row *rows;
	size_t n = 0;
	enum rc rc = modmail_due_person_read(u->db, u->arena, d, &p);

	if (rc == RC_OK)
		rc = modmail_due_rows_read(u->db, u->arena, d, LISTED_MAX, &rows, &n);
	if (rc == RC_OK && n > 0)
		rc = bundle_send(u, d, &p, rows, n);
	tr_set(was);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc modmail_bundles(struct unit *u, int64_t *n_r)
{
	struct modmail_due *d;
	size_t n = 0;
	int seconds;
	enum rc rc = house_begin(u, HOUSE_MODMAIL);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = within(u, &seconds);
	if (rc == RC_OK)
		rc = modmail_due_read(u->db, u->arena, seconds, &d, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = bundle_make(u, &d[i]);
	*n_r = (int64_t)n;
	if (rc == RC_OK)
		rc = unit_commit(u);
	else
		unit_abort(u);
	if (rc == RC_OK && n > 0)
		unit_wake(u);
	return rc;
}
