/* SPDX-License-Identifier: Apache-2.0 */
/* See refuse.h. */
#include "mailer/accept/refuse.h"
#include "server/core/claim.h"
#include "server/core/identity.h"
#include "server/core/notice.h"
#include "server/core/template.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* Whom it may be said to, or NULL. */
static const char *proven_sender(const struct accept_in *in)
{
	if (in->proof.from != PROOF_NONE)
		return in->mail->from.addr;
	return in->proof.envelope ? in->envelope_from : NULL;
}

/* The rule that counts: what was to be posted and waits, waits by what was found
 * out where it is stored. */
static const struct rule_info *main_rule(const struct verdict *v, const struct submit_result *res)
{
	if (res->fate == FATE_HELD && v->fate == FATE_POSTED)
		return rule_find(res->rule);
	return rule_find(v->rule);
}

static void reasons(struct str *b, const struct verdict *v, const struct rule_info *r)
{
	/* the sentence of a moderator's own rule is not in the catalogue, and comes as it is */
	if (v->nfailed <= 1 || v->fate == FATE_POSTED) {
		str_fmt(b, "%s\n\n", tr(v->fate == FATE_POSTED ? r->sentence : v->reason));
		return;
	}
	for (size_t i = 0; i < v->nfailed; i++) {
		const struct rule_info *f = &rules[v->failed[i]];

		str_fmt(b, "- %s\n", tr(f == r ? v->reason : f->sentence));
	}
	str_addz(b, "\n");
}

/* What the group, or the site, adds in its own words to a refusal. */
static const char *own_words(struct unit *u, const struct accept_in *in)
{
	const struct template_values t = { in->list->title, in->list_addr, in->mail->from.name,
					   in->mail->subject };
	const char *text;

	return template_text(u, in->list->id, "refuse", tr_lang(), &t, &text) == RC_OK ? text : "";
}

static const char *body_text(const struct accept_in *in, const struct verdict *v,
			     const struct rule_info *r, bool back, const char *own)
{
	const char *subject = *in->mail->subject ? in->mail->subject : tr("(no subject)");
	struct str b;

	str_init(&b, in->arena, 65536);
	str_fmt(&b,
		back ? tr("Your message \"%1$.200s\" to the group %2$s did not appear. It comes "
			  "back "
			  "with this mail, whole and as you sent it.")
		     : tr("Your message \"%1$.200s\" to the group %2$s arrived and waits."),
		subject, in->list->title);
	str_addz(&b, "\n\n");
	reasons(&b, v, r);
	if (*r->mend != '\0')
		str_fmt(&b, "%s\n\n", tr(r->mend));
	if (*own != '\0')
		str_fmt(&b, "%s\n\n", own);
	if (!back)
		str_fmt(&b, "%s\n",
			tr("If you do nothing, somebody who moderates the group looks at it; if it "
			   "is declined, you get it back whole."));
	if (*in->conf->base_url != '\0')
		str_fmt(&b, "\n%s\n%s/g/%s/rules\n", tr("What the group accepts:"),
			in->conf->base_url, in->list->name);
	return str_z(&b);
}

static enum rc tell(struct unit *u, const struct accept_in *in, const struct submission *s,
		    const struct verdict *v, const struct submit_result *res, const char *addr)
{
	const struct rule_info *r = main_rule(v, res);
	const char *locale = *in->list->locale ? in->list->locale : in->list->lang;
	const char *was = arena_strdup(u->arena, tr_lang());
	bool back = res->fate == FATE_REFUSED;
	struct notice_new n = { .kind = back ? "post-returned" : "post-waits",
				.addr = addr,
				.account = in->proof.from != PROOF_NONE ? in->list->account : 0,
				.list = in->list->id,
				.locale = locale,
				.in_reply_to = s->msgid,
				.refs = s->refs,
				.nrefs = s->nrefs,
				.raw_id = back ? res->raw : 0 };
	enum rc rc;

	if (r == NULL)
		return RC_OK;
	tr_set(locale);
	n.cause = arena_fmt(u->arena, "%s %lld %s", n.kind, (long long)in->list->id, r->name);
	n.subject = arena_fmt(u->arena, back ? tr("Returned: %.200s") : tr("It waits: %.200s"),
			      *in->mail->subject ? in->mail->subject : tr("(no subject)"));
	n.body = body_text(in, v, r, back, back ? own_words(u, in) : "");
	rc = notice_send(u, &n, NULL);
	tr_set(was);
	return rc;
}

static bool failed(const struct verdict *v, enum rule r)
{
	for (size_t i = 0; i < v->nfailed; i++)
		if (v->failed[i] == r)
			return true;
	return false;
}

/* Whether nothing speaks against it but that nobody knows this address. */
static bool only_unknown(const struct verdict *v)
{
	for (size_t i = 0; i < v->nfailed; i++)
		if (v->failed[i] != RULE_NONMEMBER && v->failed[i] != RULE_IDENTITY &&
		    v->failed[i] != RULE_MODERATED && v->failed[i] != RULE_UNADDRESSED)
			return false;
	return failed(v, RULE_NONMEMBER);
}

enum rc refuse_tell(struct unit *u, const struct accept_in *in, const struct submission *s,
		    const struct verdict *v, const struct submit_result *res)
{
	const char *addr;
	enum rc rc = RC_OK;

	if ((res->fate != FATE_HELD && res->fate != FATE_REFUSED) || in->mail == NULL ||
	    in->mail->automatic != MAIL_HUMAN || *in->envelope_from == '\0')
		return RC_OK;
	/* to the people who run the group: they answer it themselves */
	if (in->to.kind != ADDRESS_POST && in->to.kind != ADDRESS_THREAD)
		return RC_OK;
	if (failed(v, RULE_IDENTITY) && in->list->account != 0 && res->hold != 0)
		return identity_ask(u, in->list, s, res->hold, v->nfailed == 1);
	if (res->fate == FATE_HELD && res->hold != 0 && in->list->account == 0 && only_unknown(v))
		rc = claim_ask(u, in->list, s, res->hold);
	if (rc != RC_OK)
		return rc;
	addr = proven_sender(in);
	return addr ? tell(u, in, s, v, res, addr) : RC_OK;
}
