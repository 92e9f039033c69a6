/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to moderators' mail; see modmail.h. */
#include "server/core/modmail.h"
#include "server/core/modmail_say.h"
#include "server/core/moderate.h"
#include "server/core/notice.h"
#include "server/core/owner_mail.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define PURPOSE    "moderate"
#define TOKEN_BITS 120
#define ASK_DAYS   3
#define BURST      60 /* answers a day to one person about one group */

struct answer {
	struct unit *u;
	const struct modmail_from *f;
	struct modmail_token t;
	struct str say;
	const char *reply_to;
	const char *rule;
};

static enum rc look(struct unit *u, const struct modmail_from *f, struct modmail_token *t)
{
	unsigned char hash[HASH_BYTES];
	enum rc rc;

	hash_bytes(f->token, strlen(f->token), hash);
	rc = modmail_token_read(u->db, u->arena, hash,
				slice_lower(u->arena, slice_of(f->addr)), t);
	return rc == RC_OK && t->list != f->list ? RC_NOTFOUND : rc;
}

enum rc modmail_look(struct unit *u, const struct modmail_from *f, bool *talk_r)
{
	struct modmail_token t;
	enum rc rc = look(u, f, &t);

	*talk_r = rc == RC_OK && strcmp(t.kind, OWNER_MAIL) == 0;
	return rc;
}

/* ---- what is said ---- */

static const char *on_the_web(struct answer *a)
{
	struct unit *u = a->u;

	if (*u->conf->base_url == '\0')
		return "";
	return arena_fmt(u->arena, "\n%s\n%s/moderation/%lld\n", tr("On the web:"),
			 u->conf->base_url, (long long)a->t.hold);
}

/* In the thread of what it answers. */
static enum rc send(struct answer *a, const char *addr, int64_t account, const char *subject)
{
	struct unit *u = a->u;

	return notice_send(
		u,
		&(struct notice_new){ .kind = "moderate-answer",
				      .addr = addr,
				      .account = account,
				      .list = a->f->list,
				      .locale = tr_lang(),
				      .subject = subject,
				      .body = str_z(&a->say),
				      .in_reply_to = a->f->msgid,
				      .refs = a->f->refs,
				      .nrefs = a->f->nrefs,
				      .cause = arena_fmt(u->arena, "moderate-%lld",
							 (long long)a->f->list),
				      .burst = BURST,
				      .reply_to = a->reply_to },
		NULL);
}

/* To somebody who has no such address of their own: only where they are proven (P9). */
static enum rc say_stranger(struct answer *a, bool known_token)
{
	struct unit *u = a->u;
	struct notice_person p;
	enum rc rc;

	a->rule = known_token ? "moderate-stranger" : "moderate-unknown";
	if (!a->f->proven)
		return RC_OK;
	rc = notice_person_read(u, a->f->addr, tr_lang(), &p);
	if (rc != RC_OK || p.suspended)
		return rc;
	tr_set(p.locale);
	if (known_token)
		str_addz(&a->say,
			 tr("Nothing was decided. The address you answered belongs to another person: "
			    "it was given only to them, and a mail that is passed on does not pass "
			    "the right to decide on.\n\nIf you moderate this group too, answer the "
			    "mail that you got yourself, from the address where you got it, or "
			    "decide on the web.\n"));
	else
		str_addz(&a->say, tr("Nothing was decided: there is no such address, or it has ended. "
				     "If you moderate this group, decide on the web.\n"));
	if (*u->conf->base_url != '\0')
		str_fmt(&a->say, "\n%s/moderation\n", u->conf->base_url);
	return send(a, a->f->addr, p.account, tr("Nothing was decided"));
}

static const char *re_subject(struct answer *a, const struct held *h)
{
	return arena_fmt(a->u->arena, "Re: %s", modsay_subject(a->u, h));
}

static enum rc say(struct answer *a, const struct held *h)
{
	a->reply_to = arena_fmt(a->u->arena, "m%s", a->f->token);
	return send(a, a->t.addr, a->t.account,
		    h ? re_subject(a, h) : tr("Nothing was decided"));
}

static enum rc say_not_understood(struct answer *a, const struct modword_ask *ask,
				  const struct held *h)
{
	a->rule = "moderate-not-understood";
	if (ask->what == MODWORD_TORN)
		str_addz(&a->say, tr("Nothing was decided: the subject of your mail says one thing and "
				     "its text another.\n"));
	else if (*ask->said != '\0')
		str_fmt(&a->say, tr("Nothing was decided: \"%s\" was not understood.\n"), ask->said);
	else
		str_addz(&a->say, tr("Nothing was decided: your mail says nothing.\n"));
	str_addz(&a->say, tr("\nWrite one of these as the first line of your answer:\n\n"));
	modsay_words(a->u, &a->say, a->t.kind, NULL);
	str_addz(&a->say, on_the_web(a));
	return say(a, h);
}

/* A reason or a question that is missing, or too long; or a word for another kind. */
static enum rc say_invalid(struct answer *a, const struct modword_ask *ask, const struct held *h)
{
	a->rule = "moderate-incomplete";
	if (ask->what == MODWORD_RETURN && *ask->why == '\0')
		str_fmt(&a->say,
			tr("Nothing was decided: the question is missing. Write it after the word: "
			   "\"%s: ...\".\n"),
			modword_shown(a->u->arena, MODWORD_RETURN, tr_lang()));
	else if (strlen(ask->why) > moderate_why_max(h))
		str_fmt(&a->say,
			tr("Nothing was decided: your text is longer than the %d characters that "
			   "can go with a decision.\n"),
			(int)moderate_why_max(h));
	else
		str_addz(&a->say, tr("Nothing was decided: this word does not apply here.\n"));
	str_addz(&a->say, tr("\nWrite one of these as the first line of your answer:\n\n"));
	modsay_words(a->u, &a->say, a->t.kind, NULL);
	return say(a, h);
}

static enum rc say_late(struct answer *a, const struct held *h, bool undo)
{
	a->rule = "moderate-late";
	if (h->decided_at == 0)
		str_addz(&a->say, tr("There is nothing to take back: it waits.\n"));
	else if (undo)
		str_addz(&a->say, tr("It is too late to take it back: it is done.\n\n"));
	else
		str_addz(&a->say, tr("It was decided already, and your answer changes nothing.\n\n"));
	if (h->decided_at != 0)
		str_addz(&a->say, modsay_decision(a->u, h, a->t.utc_offset));
	str_addz(&a->say, on_the_web(a));
	return say(a, h);
}

static enum rc say_done(struct answer *a, const struct held *h, const char *decision)
{
	a->rule = arena_fmt(a->u->arena, "moderate-%s", decision);
	str_addz(&a->say, modsay_outcome(a->u, h, a->t.name, a->t.utc_offset));
	return say(a, h);
}

/* ---- deciding ---- */

/* Without the lines that hold the address: quoted where no mark showed it, it would go to the
 * author. */
static const char *without_token(struct answer *a, const char *text)
{
	struct slice rest = slice_of(text), line;
	struct str s;

	str_init(&s, a->u->arena, rest.n + 2);
	while (slice_line(&rest, &line))
		if (slice_ifind(line, slice_of(a->f->token)) == NULL) {
			str_adds(&s, line);
			str_addc(&s, '\n');
		}
	return slice_dup(a->u->arena, slice_trim(str_slice(&s)));
}

static enum rc act(struct answer *a, const struct modword_ask *ask, struct held *h)
{
	if (ask->what == MODWORD_UNDO)
		return moderate_undo(a->u, a->t.hold, h);
	return moderate_decide(
		a->u, a->t.hold,
		&(struct decision){ .act = modword_rows[ask->what == MODWORD_ANSWER ? MODWORD_RETURN
										   : ask->what]
						   .decision,
				    .why = without_token(a, ask->why),
				    .window = -1 },
		h);
}

/* The act is theirs in the record. Only what the database refuses is an error here. */
static enum rc decide(struct answer *a, const struct modword_ask *ask)
{
	struct unit *u = a->u;
	struct actor was = u->actor;
	struct held h = { .id = 0 };
	enum rc rc;

	u->actor = (struct actor){ .account = a->t.account,
				   .name = a->t.name,
				   .addr = a->t.addr,
				   .locale = a->t.locale,
				   .admin = a->t.admin };
	rc = moderate_show(u, a->t.hold, &h);
	if (rc == RC_OK && (ask->what == MODWORD_NONE || ask->what == MODWORD_TORN)) {
		u->actor = was;
		return say_not_understood(a, ask, &h);
	}
	if (rc == RC_OK)
		rc = act(a, ask, &h);
	u->actor = was;
	tr_set(a->t.locale); /* the others were told in theirs */
	switch (rc) {
	case RC_OK:
		return say_done(a, &h,
				ask->what < MODWORDS ? modword_rows[ask->what].decision : "answer");
	case RC_CONFLICT:
		return say_late(a, &h, ask->what == MODWORD_UNDO);
	case RC_INVALID:
		return say_invalid(a, ask, &h);
	case RC_NOTFOUND:
		a->rule = "moderate-not-theirs";
		str_addz(&a->say, tr("Nothing was decided: you do not moderate this group any more, or "
				     "what it was about is gone.\n"));
		return say(a, NULL);
	default:
		return rc;
	}
}

/* Our mail server has not seen proof that they sent it. */
static enum rc ask_back(struct answer *a, const struct modword_ask *ask)
{
	const char *token = rnd_token(a->u->arena, TOKEN_BITS), *word;
	enum modword w = ask->what == MODWORD_ANSWER ? MODWORD_RETURN : ask->what;
	unsigned char hash[HASH_BYTES];
	enum rc rc;

	a->rule = "moderate-confirm";
	word = modword_shown(a->u->arena, w, tr_lang());
	str_fmt(&a->say,
		tr("An answer came with your name about “%s”, by %s:\n\n  %s\n\nOur mail server could "
		   "not prove that you sent it, so nothing was decided yet. If it was you, answer "
		   "this mail as it is, within %d days. If it was not you, there is nothing to do.\n"),
		*a->t.subject ? a->t.subject : tr("(no subject)"), a->t.author,
		*ask->why ? arena_fmt(a->u->arena, "%s: %.300s", word,
				      slice_dup(a->u->arena, utf8_clip(slice_of(ask->why), 300)))
			  : word,
		ASK_DAYS);
	str_addz(&a->say, on_the_web(a));
	hash_bytes(token, strlen(token), hash);
	rc = token_write(a->u->db, hash, PURPOSE, a->t.account,
			 arena_fmt(a->u->arena, "%lld %lld %d\n%s", (long long)a->t.hold,
				   (long long)a->f->list, (int)ask->what, ask->why),
			 ASK_DAYS * 24 * 60);
	a->reply_to = arena_fmt(a->u->arena, "c%s", token);
	return rc == RC_OK ? send(a, a->t.addr, a->t.account, tr("Did you decide this?")) : rc;
}

static enum rc run(struct answer *a, const struct modword_ask *ask)
{
	enum rc rc = look(a->u, a->f, &a->t);

	if (rc == RC_NOTFOUND || (rc == RC_OK && !a->t.own))
		return say_stranger(a, rc == RC_OK);
	if (rc != RC_OK)
		return rc;
	tr_set(a->t.locale);
	if (a->t.expired) {
		a->rule = "moderate-expired";
		str_addz(&a->say, tr("Nothing was decided: the address you answered has ended, after 14 "
				     "days.\n"));
		str_addz(&a->say, on_the_web(a));
		return send(a, a->t.addr, a->t.account, tr("Nothing was decided"));
	}
	if (!a->f->proven && ask->what != MODWORD_NONE && ask->what != MODWORD_TORN)
		return ask_back(a, ask);
	return decide(a, ask);
}

static void answer_init(struct answer *a, struct unit *u, const struct modmail_from *f)
{
	*a = (struct answer){ .u = u, .f = f, .rule = "" };
	str_init(&a->say, u->arena, (size_t)256 << 10);
}

enum rc modmail_run(struct unit *u, const struct modmail_from *f, const struct modword_ask *ask,
		    const char **rule_r)
{
	const char *was = arena_strdup(u->arena, tr_lang());
	struct answer a;
	enum rc rc;

	answer_init(&a, u, f);
	rc = run(&a, ask);
	tr_set(was);
	*rule_r = a.rule;
	return rc;
}

/* "HOLD LIST WORD\nwhy" */
static bool pending_parse(struct unit *u, const char *data, int64_t list, int64_t *hold_r,
			  struct modword_ask *ask)
{
	struct slice rest = slice_of(data), line, num;
	int64_t in, word;

	slice_cut(&rest, '\n', &line);
	if (!slice_cut(&line, ' ', &num) || !slice_i64(num, 1, INT64_MAX, hold_r) ||
	    !slice_cut(&line, ' ', &num) || !slice_i64(num, list, list, &in) ||
	    !slice_i64(line, 0, MODWORD_ANSWER, &word))
		return false;
	*ask = (struct modword_ask){ (enum modword)word, slice_dup(u->arena, rest), "" };
	return true;
}

enum rc modmail_confirm(struct unit *u, const struct modmail_from *f, const char **rule_r)
{
	const char *was = arena_strdup(u->arena, tr_lang()), *data;
	struct modword_ask ask;
	struct answer a;
	int64_t account, hold;
	enum rc rc;

	answer_init(&a, u, f);
	rc = token_find(u, f->token, PURPOSE, false, &account, &data);
	if (rc == RC_OK && !pending_parse(u, data, f->list, &hold, &ask))
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		rc = modmail_person_read(u->db, u->arena, hold, account,
					 slice_lower(u->arena, slice_of(f->addr)), &a.t);
	if (rc == RC_OK && !a.t.own)
		rc = RC_DENIED;
	if (rc == RC_OK)
		rc = token_find(u, f->token, PURPOSE, true, &account, &data);
	if (rc != RC_OK)
		return rc;
	tr_set(a.t.locale);
	rc = decide(&a, &ask);
	tr_set(was);
	*rule_r = a.rule;
	return rc;
}
