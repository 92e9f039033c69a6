/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules, in order; see accept.h. Nothing here answers anybody. */
#include <strings.h>

#include "mailer/accept/accept.h"
#include "mailer/accept/command.h"
#include "mailer/accept/request.h"
#include "server/text/tr.h"

#include "server/base/base.h"

static bool decided(struct verdict *v, enum fate fate, const char *reason)
{
	v->fate = fate;
	v->reason = reason;
	return true;
}

static bool unreadable(const struct accept_in *in, struct verdict *v)
{
	return in->mail == NULL && decided(v, FATE_QUARANTINED, in->parse_why);
}

/* Our own copy came back: X-Loop or List-Id name this very list. */
static bool loop(const struct accept_in *in, struct verdict *v)
{
	for (size_t i = 0; i < in->mail->nheaders; i++) {
		const struct mail_header *h = &in->mail->headers[i];

		if (strcasecmp(h->name, "X-Loop") == 0 && strcasecmp(h->value, in->list_addr) == 0)
			return decided(v, FATE_DROPPED, N_("It has been through this list before."));
	}
	return false;
}

/* RFC 2142: a person reads it, whoever sent it; but no answer of a machine to us. */
static bool to_site(const struct accept_in *in, struct verdict *v)
{
	return in->to.kind == ADDRESS_SITE && in->mail->automatic != MAIL_AUTO_REPLIED &&
	       decided(v, FATE_FORWARDED, N_("It is for the people who run the site."));
}

static bool bounce(const struct accept_in *in, struct verdict *v)
{
	if (in->to.kind == ADDRESS_BOUNCE)
		return decided(v, FATE_BOUNCE, N_("It came to the address for bounces."));
	return in->mail->is_report && *in->envelope_from == '\0' &&
	       decided(v, FATE_BOUNCE, N_("It is a delivery report."));
}

/* RFC 5965: somebody pressed the button for unwanted mail. */
static bool complaint(const struct accept_in *in, struct verdict *v)
{
	for (size_t i = 0; i < in->mail->nparts; i++)
		if (strcmp(in->mail->parts[i].type, "message/feedback-report") == 0)
			return decided(v, FATE_COMPLAINT, "It is a complaint (RFC 5965).");
	return false;
}

static bool automatic(const struct accept_in *in, struct verdict *v)
{
	if (in->mail->automatic == MAIL_AUTO_REPLIED)
		return decided(v, FATE_DROPPED, N_("It is an automatic reply (RFC 3834)."));
	if (in->mail->automatic == MAIL_AUTO_SUSPECT)
		return decided(v, FATE_HELD, N_("It reads like an automatic reply."));
	return *in->envelope_from == '\0' && decided(v, FATE_DROPPED, N_("It has a null return path."));
}

static bool banned(const struct accept_in *in, struct verdict *v)
{
	return (in->list->banned || in->list->from_banned) &&
	       decided(v, FATE_DROPPED, N_("The sender is banned."));
}

/* By its address; or a whole answer that is one: what remains of P6 is in command.h. */
static bool command(const struct accept_in *in, struct verdict *v)
{
	struct commands c;

	return (request_address(in->to.kind) ||
		(in->to.kind <= ADDRESS_THREAD && command_only(in->arena, in->mail, &c))) &&
	       decided(v, FATE_COMMAND, N_("It asks for something of the group."));
}

static bool to_owner(const struct accept_in *in, struct verdict *v)
{
	return in->to.kind == ADDRESS_OWNER &&
	       decided(v, FATE_FORWARDED, N_("It is for the people who run the group."));
}

/* What is for nobody waits where a person sees it. */
static bool not_a_post(const struct accept_in *in, struct verdict *v)
{
	return in->to.kind != ADDRESS_POST && in->to.kind != ADDRESS_THREAD &&
	       decided(v, FATE_HELD, N_("It is addressed to the people who run the group."));
}

static bool closed(const struct accept_in *in, struct verdict *v)
{
	return (in->list->closed || in->list->archived) &&
	       decided(v, FATE_HELD, N_("The group is closed."));
}

static bool too_large(const struct accept_in *in, struct verdict *v)
{
	return in->size > in->list->max_size &&
	       decided(v, FATE_HELD, N_("It is larger than the group allows."));
}

static bool no_author(const struct accept_in *in, struct verdict *v)
{
	return *in->mail->from.addr == '\0' && decided(v, FATE_HELD, N_("It names no author in From."));
}

static bool moderates(const struct accept_in *in)
{
	return strcmp(in->list->role, "moderator") == 0 || strcmp(in->list->role, "owner") == 0;
}

static bool announce_only(const struct accept_in *in, struct verdict *v)
{
	return strcmp(in->list->posting, "announce") == 0 && !moderates(in) &&
	       decided(v, FATE_HELD, N_("Only moderators post in this group."));
}

static bool nonmember(const struct accept_in *in, struct verdict *v)
{
	if (*in->list->role != '\0' || strcmp(in->list->posting, "anyone") == 0 ||
	    strcmp(in->list->nonmember, "accept") == 0)
		return false;
	if (strcmp(in->list->nonmember, "drop") == 0)
		return decided(v, FATE_DROPPED, N_("The author is not a member."));
	return decided(v, FATE_HELD, N_("The author is not a member."));
}

static bool moderated(const struct accept_in *in, struct verdict *v)
{
	if (strcmp(in->list->moderation, "hold") == 0)
		return decided(v, FATE_HELD, N_("This member's posts are reviewed."));
	return strcmp(in->list->posting, "moderated") == 0 && !moderates(in) &&
	       strcmp(in->list->moderation, "accept") != 0 &&
	       decided(v, FATE_HELD, N_("Every post of this group is reviewed."));
}

static bool empty(const struct accept_in *in, struct verdict *v)
{
	return in->mail->nattachments == 0 &&
	       slice_trim(slice_make(in->mail->text, in->mail->text_len)).n == 0 &&
	       *in->mail->subject == '\0' && decided(v, FATE_HELD, N_("It is empty."));
}

static bool posted(const struct accept_in *in UNUSED, struct verdict *v)
{
	return decided(v, FATE_POSTED, N_("Nothing spoke against it."));
}

const struct accept_rule accept_rules[] = {
	{ "unreadable", "whether the bytes can be taken apart within the limits", unreadable },
	{ "loop", "X-Loop", loop },
	{ "to-site", "recipient: postmaster or abuse", to_site },
	{ "complaint", "a part message/feedback-report", complaint },
	{ "bounce", "recipient; multipart/report with a null return path", bounce },
	{ "automatic", "Auto-Submitted and its kin; null return path", automatic },
	{ "banned", "envelope sender and From against the bans", banned },
	{ "command", "recipient; a reply that is one command and nothing else", command },
	{ "to-owner", "recipient: the address of the owners", to_owner },
	{ "not-a-post", "recipient", not_a_post },
	{ "closed", "the group's state", closed },
	{ "too-large", "size against the group's limit", too_large },
	{ "no-author", "From", no_author },
	{ "announce-only", "the group's posting policy, the author's role", announce_only },
	{ "nonmember", "membership, the group's policy for others", nonmember },
	{ "moderated", "the group's and the member's moderation", moderated },
	{ "empty", "text, subject, attachments", empty },
	{ "posted", "nothing: it is what remains", posted },
};
const size_t accept_rules_n = ARRAY_LEN(accept_rules);

void accept_decide(struct arena *a, const struct accept_in *in, struct verdict *v_r)
{
	struct str trace;

	*v_r = (struct verdict){ 0 };
	str_init(&trace, a, 4096);
	for (size_t i = 0; i < accept_rules_n; i++) {
		bool yes = accept_rules[i].decide(in, v_r);

		str_fmt(&trace, "%s%s=%s", i ? " " : "", accept_rules[i].name, yes ? "yes" : "-");
		if (yes) {
			v_r->rule = accept_rules[i].name;
			break;
		}
	}
	v_r->trace = str_z(&trace);
}
