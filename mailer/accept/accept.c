/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that ask who and whereto, and the walk over all of them; see accept.h. */
#include <strings.h>

#include "mailer/accept/accept.h"
#include "mailer/accept/command.h"
#include "mailer/accept/request.h"

#include "server/base/base.h"

#define HOPS_MAX 60 /* Received lines; a way this long goes in circles */

static enum outcome hold_if(bool yes)
{
	return yes ? OUTCOME_HOLD : OUTCOME_NONE;
}

static bool null_path(const struct accept_in *in)
{
	return *in->envelope_from == '\0';
}

static bool moderates(const struct accept_in *in)
{
	return strcmp(in->list->role, "moderator") == 0 || strcmp(in->list->role, "owner") == 0;
}

static bool trusted(const struct accept_in *in)
{
	return moderates(in) || strcmp(in->list->moderation, "accept") == 0;
}

static enum outcome malformed(const struct accept_in *in, struct say *s)
{
	if (in->mail != NULL)
		return OUTCOME_NONE;
	s->reason = in->parse_why;
	return OUTCOME_HOLD;
}

/* Our own copy came back: X-Loop names this very list. It survives a trip
 * through another list, ours or not. */
static enum outcome loop(const struct accept_in *in, struct say *s)
{
	unsigned hops = 0;

	for (size_t i = 0; i < in->mail->nheaders; i++) {
		const struct mail_header *h = &in->mail->headers[i];

		s->detail = "X-Loop";
		if (strcasecmp(h->name, "X-Loop") == 0 && strcasecmp(h->value, in->list_addr) == 0)
			return OUTCOME_DROP;
		hops += strcasecmp(h->name, "Received") == 0;
	}
	s->detail = "Received";
	return hops > HOPS_MAX ? OUTCOME_DROP : OUTCOME_NONE;
}

/* RFC 2142: a person reads it, whoever sent it; but no answer of a machine to us. */
static enum outcome to_site(const struct accept_in *in, struct say *s UNUSED)
{
	return in->to.kind == ADDRESS_SITE && in->mail->automatic != MAIL_AUTO_REPLIED
		       ? OUTCOME_FORWARD
		       : OUTCOME_NONE;
}

/* A report of non-delivery answers a message too; it is the next rule's. */
static bool is_bounce(const struct accept_in *in)
{
	return in->to.kind == ADDRESS_BOUNCE || (in->mail->is_report && null_path(in) &&
						 strcmp(in->mail->auto_sign, "receipt") != 0);
}

/* RFC 5965: somebody pressed the button for unwanted mail. */
static bool is_complaint(const struct accept_in *in)
{
	for (size_t i = 0; i < in->mail->nparts; i++)
		if (strcmp(in->mail->parts[i].type, "message/feedback-report") == 0)
			return true;
	return false;
}

/* A person wrote it, and another list passed it on: a member who wrote to this group
 * too, or a list that the group reads. Its loops end at X-Loop. */
static bool list_welcome(const struct accept_in *in)
{
	if (in->to.kind > ADDRESS_THREAD)
		return false;
	return strcmp(in->list->from_lists, "accept") == 0 ||
	       (*in->list->role != '\0' && names_group(in));
}

static enum outcome automatic(const struct accept_in *in, struct say *s)
{
	if (is_bounce(in) || is_complaint(in))
		return OUTCOME_NONE;
	s->detail = in->mail->auto_sign;
	s->quiet = in->to.kind == ADDRESS_OWNER;
	/* a vacation reply decides nothing, and must not become the next thing that waits */
	if (in->to.kind == ADDRESS_MODERATE && in->mail->automatic != MAIL_HUMAN)
		return OUTCOME_DROP;
	switch (in->mail->automatic) {
	case MAIL_AUTO_REPLIED:
		return OUTCOME_DROP;
	case MAIL_HUMAN:
		break;
	case MAIL_LIST:
		if (list_welcome(in))
			break;
		/* fallthrough */
	default:
		if (!null_path(in))
			return OUTCOME_HOLD;
	}
	if (!null_path(in))
		return OUTCOME_NONE;
	s->detail = "null-path";
	return OUTCOME_DROP;
}

static enum outcome bounce(const struct accept_in *in, struct say *s)
{
	s->detail = in->to.kind == ADDRESS_BOUNCE ? "address" : "report";
	return is_bounce(in) && !is_complaint(in) ? OUTCOME_BOUNCE : OUTCOME_NONE;
}

static enum outcome complaint(const struct accept_in *in, struct say *s UNUSED)
{
	return is_complaint(in) ? OUTCOME_COMPLAINT : OUTCOME_NONE;
}

static enum outcome banned(const struct accept_in *in, struct say *s)
{
	s->detail = in->list->banned ? "envelope" : "author";
	return in->list->banned || in->list->from_banned ? OUTCOME_DROP : OUTCOME_NONE;
}

/* By its address; or a whole answer that is one: what remains of P6 is in command.h. */
static enum outcome command(const struct accept_in *in, struct say *s)
{
	struct commands c;
	bool address = request_address(in->to.kind);

	s->detail = address ? "address" : "text";
	/* through a list: said to that one, not to us */
	return address || (in->to.kind <= ADDRESS_THREAD && in->mail->automatic != MAIL_LIST &&
			   command_only(in->arena, in->mail, &c))
		       ? OUTCOME_COMMAND
		       : OUTCOME_NONE;
}

/* A conversation in the queue; what is spam waits there too, and disturbs nobody. */
static enum outcome to_owner(const struct accept_in *in, struct say *s)
{
	if (in->to.kind != ADDRESS_OWNER)
		return OUTCOME_NONE;
	s->quiet = in->mail->automatic != MAIL_HUMAN;
	if (!s->quiet)
		s->quiet = rule_spam(in, s) != OUTCOME_NONE;
	if (!s->quiet)
		s->detail = NULL;
	return OUTCOME_HOLD;
}

/* What is for nobody waits where a person sees it. */
static enum outcome not_a_post(const struct accept_in *in, struct say *s UNUSED)
{
	return hold_if(in->to.kind != ADDRESS_POST && in->to.kind != ADDRESS_THREAD);
}

static enum outcome emergency(const struct accept_in *in, struct say *s UNUSED)
{
	return hold_if(in->list->emergency);
}

static enum outcome closed(const struct accept_in *in, struct say *s)
{
	s->detail = in->list->archived ? "archived" : "closed";
	return hold_if(in->list->closed || in->list->archived);
}

static enum outcome no_author(const struct accept_in *in, struct say *s)
{
	s->detail = in->mail->nfrom > 1 ? "several" : "none";
	return hold_if(*in->mail->from.addr == '\0' || in->mail->nfrom > 1);
}

/* Who claims to be somebody we know must be that. */
static enum outcome identity(const struct accept_in *in, struct say *s)
{
	bool strict = strcmp(in->list->identity, "strict") == 0;

	s->detail = in->proof.from != PROOF_NONE ? proof_names[in->proof.from]
		    : in->proof.dmarc_fail       ? "dmarc-fail"
		    : in->proof.checked          ? "not-proven"
						 : "not-checked";
	if (strcmp(in->list->identity, "open") == 0 || in->proof.from != PROOF_NONE)
		return OUTCOME_NONE;
	return hold_if(strict || in->list->account != 0);
}

static enum outcome announce_only(const struct accept_in *in, struct say *s UNUSED)
{
	return hold_if(strcmp(in->list->posting, "announce") == 0 && !moderates(in));
}

static enum outcome nonmember(const struct accept_in *in, struct say *s UNUSED)
{
	const char *policy = in->list->nonmember;

	if (*in->list->role != '\0' || strcmp(in->list->posting, "anyone") == 0 ||
	    strcmp(policy, "accept") == 0)
		return OUTCOME_NONE;
	return strcmp(policy, "drop") == 0     ? OUTCOME_DROP
	       : strcmp(policy, "refuse") == 0 ? OUTCOME_REFUSE
					       : OUTCOME_HOLD;
}

static enum outcome moderated(const struct accept_in *in, struct say *s)
{
	s->detail = "member";
	if (strcmp(in->list->moderation, "hold") == 0)
		return OUTCOME_HOLD;
	s->detail = "group";
	return hold_if(strcmp(in->list->posting, "moderated") == 0 && !trusted(in));
}

static enum outcome first_posts(const struct accept_in *in, struct say *s UNUSED)
{
	return hold_if(in->list->fresh && !trusted(in));
}

static enum outcome too_large(const struct accept_in *in, struct say *s)
{
	s->detail = arena_fmt(in->arena, "%lld", (long long)in->size);
	return hold_if(in->size > in->list->max_size);
}

static enum outcome too_many_recipients(const struct accept_in *in, struct say *s)
{
	size_t n = in->mail->nto + in->mail->ncc;

	s->detail = arena_fmt(in->arena, "%zu", n);
	return hold_if(in->list->max_recipients > 0 && n > (size_t)in->list->max_recipients);
}

static enum outcome empty(const struct accept_in *in, struct say *s UNUSED)
{
	return hold_if(in->mail->nattachments == 0 && *in->mail->subject == '\0' &&
		       slice_trim(slice_make(in->mail->text, in->mail->text_len)).n == 0);
}

static enum outcome flood(const struct accept_in *in, struct say *s UNUSED)
{
	return hold_if(in->list->flooding);
}

/* What came before is known where it is stored: core/submit decides these four. */
static enum outcome when_stored(const struct accept_in *in UNUSED, struct say *s UNUSED)
{
	return OUTCOME_NONE;
}

static enum outcome posted(const struct accept_in *in UNUSED, struct say *s UNUSED)
{
	return OUTCOME_POST;
}

accept_fn *const accept_fns[RULES] = {
	[RULE_MALFORMED] = malformed,
	[RULE_LOOP] = loop,
	[RULE_TO_SITE] = to_site,
	[RULE_AUTOMATIC] = automatic,
	[RULE_BOUNCE] = bounce,
	[RULE_COMPLAINT] = complaint,
	[RULE_BANNED] = banned,
	[RULE_COMMAND] = command,
	[RULE_TO_OWNER] = to_owner,
	[RULE_NOT_A_POST] = not_a_post,
	[RULE_EMERGENCY] = emergency,
	[RULE_CLOSED] = closed,
	[RULE_NO_AUTHOR] = no_author,
	[RULE_IDENTITY] = identity,
	[RULE_ANNOUNCE_ONLY] = announce_only,
	[RULE_NONMEMBER] = nonmember,
	[RULE_MODERATED] = moderated,
	[RULE_FIRST_POSTS] = first_posts,
	[RULE_UNADDRESSED] = rule_unaddressed,
	[RULE_TOO_LARGE] = too_large,
	[RULE_TOO_MANY_RECIPIENTS] = too_many_recipients,
	[RULE_EMPTY] = empty,
	[RULE_DUPLICATE] = when_stored,
	[RULE_ID_REUSED] = when_stored,
	[RULE_DIGEST_REPLY] = when_stored,
	[RULE_THREAD_CLOSED] = when_stored,
	[RULE_FLOOD] = flood,
	[RULE_PATTERN] = rule_pattern,
	[RULE_FILE_TYPES] = rule_file_types,
	[RULE_SPAM] = rule_spam,
	[RULE_POSTED] = posted,
};

/* One word of the trace. Details are program words, but for what a header said. */
static void trace_add(struct str *t, const char *name, enum outcome o, const char *detail)
{
	str_fmt(t, "%s%s=%s", t->n ? " " : "", name, outcome_names[o]);
	if (detail == NULL || *detail == '\0')
		return;
	str_addc(t, '(');
	for (const char *p = detail; *p && p < detail + 60; p++)
		str_addc(t, *p > ' ' && *p < 0x7F && *p != '(' && *p != ')' ? *p : '_');
	str_addc(t, ')');
}

/* A refusal goes back only to somebody who is proven to have sent it (promise
 * P9); what nobody can be told waits for a person. */
static enum outcome refusal(const struct accept_in *in)
{
	bool told = in->proof.from != PROOF_NONE || in->proof.envelope;

	return told ? OUTCOME_REFUSE : OUTCOME_HOLD;
}

static enum fate fate_of(enum rule rule, enum outcome o)
{
	switch (o) {
	case OUTCOME_POST:
		return FATE_POSTED;
	case OUTCOME_REFUSE:
		return FATE_REFUSED;
	case OUTCOME_DROP:
		return FATE_DROPPED;
	case OUTCOME_FORWARD:
		return FATE_FORWARDED;
	case OUTCOME_COMMAND:
		return FATE_COMMAND;
	case OUTCOME_BOUNCE:
		return FATE_BOUNCE;
	case OUTCOME_COMPLAINT:
		return FATE_COMPLAINT;
	default:
		return rule == RULE_MALFORMED ? FATE_QUARANTINED : FATE_HELD;
	}
}

struct asked {
	enum outcome outcome;
	struct say say;
	bool done;
};

static void ask(const struct accept_in *in, struct asked *v, enum rule r)
{
	v[r].outcome = accept_fns[r](in, &v[r].say);
	v[r].done = true;
	if (v[r].outcome == OUTCOME_NONE && r != RULE_IDENTITY && r != RULE_PATTERN)
		v[r].say.detail = NULL; /* what it looked at is no finding */
	if (v[r].outcome == OUTCOME_REFUSE)
		v[r].outcome = refusal(in);
}

void accept_decide(const struct accept_in *in, struct verdict *v)
{
	struct asked asked[RULES] = { { OUTCOME_NONE } };
	enum rule best = RULE_POSTED;
	struct str trace;

	*v = (struct verdict){ 0 };
	for (enum rule r = 0; r < RULE_POSTED; r++) {
		ask(in, asked, r);
		if (rules[r].final && asked[r].outcome != OUTCOME_NONE)
			break;
	}
	if (asked[RULE_PATTERN].say.accept)
		for (enum rule r = 0; r < RULE_POSTED; r++)
			if (rules[r].yields && asked[r].outcome > OUTCOME_POST)
				asked[r] = (struct asked){ OUTCOME_NONE,
							   { .detail = "overruled" },
							   true };
	ask(in, asked, RULE_POSTED);
	for (enum rule r = 0; r < RULE_POSTED; r++) {
		if (asked[r].outcome == OUTCOME_NONE)
			continue;
		v->failed[v->nfailed++] = r;
		if (asked[r].outcome > asked[best].outcome)
			best = r;
	}
	if (best != RULE_POSTED)
		asked[RULE_POSTED].outcome = OUTCOME_NONE;
	v->fate = fate_of(best, asked[best].outcome);
	v->rule = rules[best].name;
	v->quiet = asked[best].say.quiet;
	v->reason = asked[best].say.reason ? asked[best].say.reason : rules[best].sentence;
	str_init(&trace, in->arena, 8192);
	for (enum rule r = 0; r < RULES; r++)
		if (asked[r].done)
			trace_add(&trace, rules[r].name, asked[r].outcome, asked[r].say.detail);
	v->trace = str_z(&trace);
}
