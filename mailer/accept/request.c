/* SPDX-License-Identifier: Apache-2.0 */
/* See request.h. */
#include "mailer/accept/command.h"
#include "mailer/accept/decide.h"
#include "mailer/accept/invited.h"
#include "mailer/accept/proof.h"
#include "mailer/accept/request.h"
#include "server/core/claim.h"
#include "server/core/identity.h"
#include "server/core/lang.h"
#include "server/core/modmail.h"
#include "server/core/notice.h"
#include "server/core/person.h"
#include "server/core/tell.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define OUTSIDER_EVERY (5 * 366 * NOTICE_DAY) /* once, as people count */

static void asks_find(struct unit *u, const struct list_ref *l, const struct address_to *to,
		      const struct mail *m, struct commands *c)
{
	*c = (struct commands){ .n = 1 };
	if (to->kind == ADDRESS_JOIN)
		c->ask[0] = (struct command_ask){ COMMAND_JOIN, "", "" };
	else if (to->kind == ADDRESS_LEAVE)
		c->ask[0] = (struct command_ask){ COMMAND_LEAVE, "", "" };
	else if (to->kind == ADDRESS_CONFIRM)
		c->ask[0] = (struct command_ask){ COMMAND_CONFIRM, to->token, "" };
	else if (to->kind == ADDRESS_REQUEST || !command_only(u->arena, m, c))
		command_parse(u->arena, m, l->name, c);
}

/* By the address that only this subscription's copies carried. */
static enum rc leave_signed(struct unit *u, const struct list_ref *l, const struct address_to *to,
			    const char **rule_r)
{
	struct membership m;
	enum rc rc = command_leave_signed(u, to->id, &m);

	*rule_r = "leave-address";
	if (rc == RC_NOTFOUND)
		*rule_r = "leave-address-used"; /* gone already: once is enough */
	if (rc == RC_CONFLICT)
		*rule_r = "leave-last-owner";
	if (rc == RC_OK)
		log_info("event=left list=%s account=%lld by=address", l->name,
			 (long long)m.account);
	return rc == RC_NOTFOUND || rc == RC_CONFLICT ? RC_OK : rc;
}

static enum rc asked(struct unit *u, const struct list_ref *l, const struct address_to *to,
		     const struct mail *m, const struct submission *s, struct command_result *res)
{
	struct proof proof;
	struct commands c;
	struct command_from f = { .list = l->id,
				  .addr = m->from.addr,
				  .name = m->from.name,
				  .msgid = s->msgid,
				  .refs = s->refs,
				  .nrefs = s->nrefs };
	enum rc rc = subscribe_thread(u, l->id, s->refs, s->nrefs,
				      to->kind == ADDRESS_THREAD ? to->id : 0, &f.thread);

	proof_find(u->arena, u->conf, m, s->envelope_from ? s->envelope_from : "", &proof);
	f.proven = proof.from != PROOF_NONE;
	asks_find(u, l, to, m, &c);
	f.locale = command_locale(c.langs, l->lang);
	return rc == RC_OK ? command_run(u, &f, c.ask, c.n, res) : rc;
}

/* "Did you write this?" "Yes." False where the token asks something else. */
static bool post_confirmed(struct unit *u, const struct list_ref *l, const struct address_to *to,
			   struct command_result *res, enum rc *rc_r)
{
	struct identity_pending p;

	*rc_r = RC_DENIED; /* from an address that is nobody's */
	if (l->account == 0 && identity_read(u, to->token, &p) != RC_OK)
		return false;
	if (l->account != 0)
		*rc_r = identity_confirm(u, to->token, l->account, &p);
	if (*rc_r == RC_NOTFOUND)
		return false;
	res->rule = *rc_r == RC_DENIED ? "confirm-post-denied" : "confirm-post";
	if (*rc_r == RC_DENIED)
		*rc_r = RC_OK;
	return true;
}

/* What a "+c" address confirms that is no command: a post, an address, or both. */
static bool confirmed(struct unit *u, const struct list_ref *l, const struct address_to *to,
		      const struct mail *m, struct command_result *res, enum rc *rc_r)
{
	struct address_pending a;
	struct claim_pending c;
	size_t posted;

	*rc_r = person_address_confirm(u, to->token, m->from.addr, &a, &posted);
	res->rule = *rc_r == RC_OK ? "confirm-address" : "confirm-address-denied";
	if (*rc_r == RC_NOTFOUND) {
		/* 0 would be the page's button: nobody we know answers for nobody */
		*rc_r = l->account ? claim_confirm(u, to->token, l->account, &c)
				   : claim_read(u, to->token, &c);
		if (*rc_r == RC_OK && l->account == 0)
			*rc_r = RC_DENIED;
		res->rule = *rc_r == RC_OK ? "confirm-claim" : "confirm-claim-denied";
	}
	if (*rc_r == RC_NOTFOUND)
		return post_confirmed(u, l, to, res, rc_r);
	if (*rc_r == RC_DENIED || *rc_r == RC_CONFLICT)
		*rc_r = RC_OK;
	return true;
}

static struct modmail_from modmail_of(struct unit *u, const struct list_ref *l,
				      const struct address_to *to, const struct mail *m,
				      const struct submission *s)
{
	struct proof proof;

	proof_find(u->arena, u->conf, m, s->envelope_from ? s->envelope_from : "", &proof);
	return (struct modmail_from){ .list = l->id,
				      .token = to->token,
				      .addr = m->from.addr,
				      .proven = proof.from != PROOF_NONE,
				      .msgid = s->msgid,
				      .refs = s->refs,
				      .nrefs = s->nrefs };
}

/* A moderator's answer to the address that only they were given. */
static enum rc moderator_answer(struct unit *u, const struct list_ref *l,
				const struct address_to *to, const struct mail *m,
				const struct submission *s, const char **rule_r)
{
	struct modmail_from f = modmail_of(u, l, to, m, s);
	struct modword_ask ask;
	bool talk;
	enum rc rc = modmail_look(u, &f, &talk);

	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	decide_parse(u->arena, m, talk, &ask);
	return modmail_run(u, &f, &ask, rule_r);
}

/* "Did you decide this?" "Yes." False where the token asks something else. */
static bool decision_confirmed(struct unit *u, const struct list_ref *l, const struct address_to *to,
			       const struct mail *m, const struct submission *s,
			       struct command_result *res, enum rc *rc_r)
{
	struct modmail_from f = modmail_of(u, l, to, m, s);

	*rc_r = modmail_confirm(u, &f, &res->rule);
	if (*rc_r == RC_NOTFOUND)
		return false;
	if (*rc_r == RC_DENIED) {
		res->rule = "moderate-denied";
		*rc_r = RC_OK;
	}
	return true;
}

static bool invitation_answered(struct unit *u, const struct address_to *to, const struct mail *m,
				const struct submission *s, struct command_result *res,
				enum rc *rc_r)
{
	struct proof proof;

	proof_find(u->arena, u->conf, m, s->envelope_from ? s->envelope_from : "", &proof);
	return invited_answer(u, to->token, m, proof.from != PROOF_NONE, s->msgid, &res->rule, rc_r);
}

enum rc request_run(struct unit *u, const struct list_ref *l, const struct address_to *to,
		    const struct mail *m, const struct submission *s, struct submit_result *r,
		    const char **rule_r)
{
	struct command_result res = { .rule = "" };
	bool known;
	enum rc rc = submit_seen(u, l, s, FATE_COMMAND, &known, r);

	*rule_r = "duplicate";
	if (rc != RC_OK || known)
		return rc;
	/* a program may press the button to unsubscribe; it is never talked with */
	if (m->automatic != MAIL_HUMAN && !(to->kind == ADDRESS_LEAVE && to->id != 0)) {
		*rule_r = "automatic";
		return submit_record_seen(u, l, s, FATE_DROPPED, "automatic", r);
	}
	if (to->kind == ADDRESS_LEAVE && to->id != 0)
		rc = leave_signed(u, l, to, &res.rule);
	else if (*m->from.addr == '\0')
		res = (struct command_result){ .held = true, .rule = "no-author" };
	else if (to->kind == ADDRESS_MODERATE)
		rc = moderator_answer(u, l, to, m, s, &res.rule);
	else if (to->kind != ADDRESS_CONFIRM ||
		 (!invitation_answered(u, to, m, s, &res, &rc) &&
		  !confirmed(u, l, to, m, &res, &rc) &&
		  !decision_confirmed(u, l, to, m, s, &res, &rc)))
		rc = asked(u, l, to, m, s, &res);
	*rule_r = res.rule;
	if (rc != RC_OK)
		return rc;
	if (res.forward)
		return tell_responsible(u, l, s, res.rule, r);
	if (res.held)
		return submit_hold_seen(u, l, s, res.rule,
					"It asks for something, and nothing shows who sent it.", r);
	return submit_record_seen(u, l, s, FATE_COMMAND, res.rule, r);
}

/* How to take part, from the one address that says so: an answer to it joins. */
static enum rc outsider_tell(struct unit *u, const struct list_ref *l, const struct mail *m,
			     const struct submission *s)
{
	const char *back = tr_lang(), *locale = lang_guess(s->text, l->lang);
	struct membership who;
	enum rc rc = membership_by_addr(u, l->id, m->from.addr, &who);

	if (rc != RC_OK)
		return rc;
	tr_set(who.account ? who.locale : locale);
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = "outsider",
			.addr = m->from.addr,
			.account = who.account,
			.list = l->id,
			.locale = tr_lang(),
			.subject = arena_fmt(u->arena, tr("Your answer is in %s"), who.title),
			.body = arena_fmt(
				u->arena,
				tr("Good day:\n\nWhat you answered can be read in the group %s. You "
				   "are not a member of it, so what others write there does not "
				   "reach you by itself.\n\nTo take part, answer this mail as it is, "
				   "or write to %s-join@%s. Otherwise there is nothing to do: this is "
				   "said once.\n"),
				who.title, l->name, l->mail_domain),
			.in_reply_to = s->msgid,
			.refs = s->refs,
			.nrefs = s->nrefs,
			.reply_to = "-join",
			.cause = arena_fmt(u->arena, "outsider-%lld", (long long)l->id),
			.every = OUTSIDER_EVERY },
		NULL);
	tr_set(back);
	return rc;
}

enum rc request_outsider(struct unit *u, const struct list_ref *l, const struct mail *m,
			 const struct submission *s)
{
	struct proof proof;
	int64_t thread = 0;
	enum rc rc;

	if (*l->role != '\0' || s->nrefs == 0 || m->automatic != MAIL_HUMAN)
		return RC_OK;
	proof_find(u->arena, u->conf, m, s->envelope_from ? s->envelope_from : "", &proof);
	if (proof.from == PROOF_NONE)
		return RC_OK;
	rc = subscribe_thread(u, l->id, s->refs, s->nrefs, 0, &thread);
	return rc == RC_OK && thread != 0 ? outsider_tell(u, l, m, s) : rc;
}
