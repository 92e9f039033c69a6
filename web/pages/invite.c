/* SPDX-License-Identifier: Apache-2.0 */
/* Inviting people to a group and what became of it; the page behind the link that they
 * were mailed: looking changes nothing (promise P5). */
#include "server/core/invite.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"
#include "web/views/views.h"

#include "server/base/base.h"

static const struct {
	const char *value, *label;
} langs[] = {
	{ "es", "Español" }, { "en", "English" }, { "pt", "Português" },
	{ "fr", "Français" }, { "it", "Italiano" },
};

static const char *text(struct page *pg, const char *name)
{
	const char *s = param_text(pg, name);

	return s ? s : "";
}

static const char *state_of(const struct invite_row *i, const char **chip_r)
{
	static const struct {
		const char *outcome, *chip, *text;
	} states[] = {
		{ "accept", "ok", N_("accepted") },	{ "decline", "wait", N_("declined") },
		{ "withdraw", "", N_("withdrawn") },	{ "expire", "wait", N_("no answer") },
		{ "bounce", "wait", N_("came back") },
	};

	for (size_t k = 0; k < ARRAY_LEN(states); k++)
		if (strcmp(i->outcome, states[k].outcome) == 0) {
			*chip_r = states[k].chip;
			return tr(states[k].text);
		}
	*chip_r = i->open ? "act" : "wait";
	return i->open ? tr("sent") : tr("no answer");
}

static const char *facts_of(struct page *pg, const struct invite_row *i)
{
	int offset = unit_of(pg)->actor.utc_offset;
	struct str s;

	str_init(&s, pg->a, 4096);
	if (*i->by_name != '\0')
		str_fmt(&s, tr("by %1$s, %2$s"), i->by_name, tr_date_day(pg->a, i->sent_at, offset));
	else
		str_addz(&s, tr_date_day(pg->a, i->sent_at, offset));
	if (i->sends > 1)
		str_fmt(&s, " · %s", arena_fmt(pg->a, tr("sent %lld times"), (long long)i->sends));
	if (i->reminded_at != 0)
		str_fmt(&s, " · %s", arena_fmt(pg->a, tr("reminded on %s"),
					       tr_date_day(pg->a, i->reminded_at, offset)));
	if (i->open)
		str_fmt(&s, " · %s", arena_fmt(pg->a, tr("holds until %s"),
					       tr_date_day(pg->a, i->expires_at, offset)));
	else if (i->ended_at != 0)
		str_fmt(&s, " · %s", arena_fmt(pg->a, tr("ended on %s"),
					       tr_date_day(pg->a, i->ended_at, offset)));
	return str_z(&s);
}

static enum rc rows_fill(struct page *pg, const char *list, int64_t before,
			 struct view_invitations *v)
{
	struct invite_row *r;
	size_t n;
	enum rc rc = invites_load(unit_of(pg), list, before, &r, &n);

	if (rc != RC_OK)
		return rc;
	v->older_url = "";
	if (n > INVITES_PER_PAGE) {
		n = INVITES_PER_PAGE;
		v->older_url = arena_fmt(pg->a, "%s?before=%lld", v->action, (long long)r[n - 1].id);
	}
	v->rows = ARENA_ARRAY(pg->a, n, struct view_invited);
	v->nrows = n;
	for (size_t i = 0; i < n; i++) {
		const char *chip;
		const char *state = state_of(&r[i], &chip);
		bool ended = r[i].ended_at != 0;

		v->rows[i] = (struct view_invited){
			.id = r[i].id,
			.addr = r[i].addr,
			.name = r[i].name,
			.state = state,
			.chip = chip,
			.facts = facts_of(pg, &r[i]),
			.failure = r[i].failure,
			.open = !ended,
			.again = !v->shut && strcmp(r[i].outcome, "accept") != 0 &&
				 strcmp(r[i].outcome, "decline") != 0 &&
				 r[i].sent_at < clock_now() - 86400 * USEC,
		};
		v->rows[i].acts = v->rows[i].open || v->rows[i].again;
	}
	return RC_OK;
}

struct faults {
	const char *lead;
	struct view_fault *f;
	size_t n;
};

static enum rc invitations_show(struct page *pg, struct office_page *o, const char *done,
				const struct faults *bad, const char *who)
{
	struct out out = page_out(pg);
	struct view_invitations v = { .office = o->v,
				      .title = o->f.title,
				      .action = office_url(pg, o, "invitations"),
				      .csrf = csrf_token(pg),
				      .done = done,
				      .error = bad ? bad->lead : "",
				      .faults = bad ? bad->f : NULL,
				      .nfaults = bad ? bad->n : 0,
				      .who = who,
				      .note = bad ? text(pg, "note") : "" };
	const char *lang = bad ? text(pg, "lang") : "";
	struct invite_group g;
	enum rc rc = invite_group(unit_of(pg), o->list, &g);

	if (rc != RC_OK)
		return rc;
	v.shut = g.shut;
	v.lead = tr("Each one gets a mail with a personal link. Who accepts belongs to the group at once.");
	v.langs = ARENA_ARRAY(pg->a, ARRAY_LEN(langs), struct view_option);
	v.nlangs = ARRAY_LEN(langs);
	for (size_t i = 0; i < v.nlangs; i++)
		v.langs[i] = (struct view_option){ langs[i].value, langs[i].label,
						   strcmp(langs[i].value, *lang ? lang : g.lang) == 0 };
	rc = rows_fill(pg, o->list, bad ? 0 : param_i64(pg, "before"), &v);
	if (rc != RC_OK)
		return rc;
	if (*v.error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_invitations(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_invitations(struct page *pg)
{
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "invitations", tr("Invitations"), &o);

	return rc == RC_OK ? invitations_show(pg, &o, param_bool(pg, "done") ? tr("It is done.") : "",
					      NULL, "")
			   : rc;
}

/* Nothing was sent to these, and why; they stay in the form, to be mended. */
static enum rc not_sent(struct page *pg, struct office_page *o, const struct invite_new *n,
			const struct invite_one *r)
{
	struct faults bad = { .f = ARENA_ARRAY(pg->a, n->n + 1, struct view_fault) };
	struct str who;
	size_t sent = 0;

	str_init(&who, pg->a, 65536);
	for (size_t i = 0; i < n->n; i++) {
		if (r[i].what == INVITE_SENT) {
			sent++;
			continue;
		}
		bad.f[bad.n++] = (struct view_fault){ r[i].addr, tr(invite_words[r[i].what]) };
		if (r[i].what == INVITE_BAD || r[i].what == INVITE_FULL)
			str_fmt(&who, "%s\n", r[i].addr);
	}
	bad.lead = sent == 0 ? tr("Nothing was sent.")
			     : arena_fmt(pg->a, tr_n("%lld invitation was sent; these were not:",
						     "%lld invitations were sent; these were not:",
						     (int64_t)sent),
					 (long long)sent);
	return invitations_show(pg, o, "", &bad, str_z(&who));
}

static enum rc fault(struct page *pg, struct office_page *o, const char *lead)
{
	const struct faults bad = { .lead = lead };

	pg->resp->status = 422;
	return invitations_show(pg, o, "", &bad, text(pg, "who"));
}

static enum rc send_new(struct page *pg, struct office_page *o)
{
	struct invite_addr *to = ARENA_ARRAY(pg->a, INVITES_AT_ONCE, struct invite_addr);
	struct invite_new n = { .to = to,
				.note = text(pg, "note"),
				.locale = *text(pg, "lang") ? text(pg, "lang") : NULL };
	struct invite_one *r;
	bool all = true;
	enum rc rc;

	n.n = invite_split(pg->a, param_slice(pg, "who"), to, INVITES_AT_ONCE);
	if (n.n == 0)
		return fault(pg, o, tr("Write at least one address."));
	if (n.n > INVITES_AT_ONCE)
		return fault(pg, o, tr("At most 100 addresses at once."));
	rc = invite_send(unit_of(pg), o->list, &n, &r);
	if (rc == RC_INVALID)
		return fault(pg, o, tr("Your words have at most 2,000 characters."));
	if (rc == RC_CONFLICT)
		return fault(pg, o, tr("Nothing was sent."));
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n.n; i++)
		all &= r[i].what == INVITE_SENT;
	return all ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, o, "invitations"))
		   : not_sent(pg, o, &n, r);
}

enum rc page_invitations_send(struct page *pg)
{
	struct office_page o;
	enum invite_what what = INVITE_SENT;
	int64_t act = param_choice(pg, "act");
	struct invite_group g;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "invitations", tr("Invitations"), &o);

	if (rc == RC_OK)
		rc = invite_group(unit_of(pg), o.list, &g);
	if (rc != RC_OK)
		return rc;
	if (act == 0)
		return send_new(pg, &o);
	rc = act == 1 ? invite_withdraw(unit_of(pg), o.list, param_i64(pg, "id"))
		      : invite_again(unit_of(pg), o.list, param_i64(pg, "id"), &what);
	if (rc == RC_NOTFOUND && act == 1) /* answered meanwhile: the page says what */
		rc = RC_OK;
	if (rc == RC_CONFLICT || (rc == RC_OK && what != INVITE_SENT))
		return fault(pg, &o, arena_fmt(pg->a, "%s %s", tr("Nothing was sent:"),
					       rc == RC_OK ? tr(invite_words[what])
							   : tr("nobody can join this group.")));
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "invitations"))
			   : rc;
}

/* ---- the page of who is invited ---- */

static enum rc gone_show(struct page *pg)
{
	struct view_ask v = { .title = tr("This invitation has ended"),
			      .action = "", .csrf = "", .button = "", .back_url = "", .back = "" };

	pg->resp->status = 404;
	return ask_show(pg, &v,
			tr("It was answered or withdrawn, or its time is over. To join, ask whoever "
			   "invited you for another one.\n"));
}

static void note_fill(struct page *pg, const struct invite_row *i, struct view_invitation *v)
{
	struct slice rest = slice_of(i->note), line;
	size_t max = 1;

	for (const char *p = i->note; *p; p++)
		max += *p == '\n';
	v->lines = ARENA_ARRAY(pg->a, max, struct view_paragraph);
	while (slice_line(&rest, &line))
		if (slice_trim(line).n > 0)
			v->lines[v->nnote++] = (struct view_paragraph){ slice_dup(pg->a, line) };
	v->writes = *i->by_name ? arena_fmt(pg->a, tr("%s writes:"), i->by_name) : "";
}

static enum rc invitation_show(struct page *pg, const char *token, const struct invite_pending *p,
			       const char *error)
{
	struct out o = page_out(pg);
	struct view_invitation v = {
		.title = arena_fmt(pg->a, tr("Invitation to %s"), p->i.title),
		.action = arena_fmt(pg->a, "/i/%s", token),
		.csrf = csrf_token(pg),
		.error = error,
		.description = p->i.description,
		.ask_name = !p->known,
		.name = p->i.name,
		.seen = arena_fmt(pg->a, tr("It is for %1$s and holds until %2$s. Without a button "
					    "nothing happens."),
				  p->i.addr, tr_date_day(pg->a, p->i.expires_at, -360)),
		.note = arena_fmt(pg->a, tr("Questions: %1$s-owner@%2$s."), p->i.list_name, p->i.domain),
	};

	v.lead = *p->i.by_name
			 ? arena_fmt(pg->a, tr("%1$s invites you to the group %2$s."), p->i.by_name,
				     p->i.title)
			 : arena_fmt(pg->a, tr("You are invited to the group %s."), p->i.title);
	note_fill(pg, &p->i, &v);
	view_invitation(&o, &v);
	return page_show(pg, &(struct frame){ .title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"), v.title)
							      : v.title,
					      .noindex = true },
			 &o);
}

enum rc page_invitation(struct page *pg)
{
	const char *token = param_text(pg, "token");
	struct invite_pending p;
	enum rc rc = invite_peek(unit_of(pg), token, &p);

	if (rc == RC_NOTFOUND)
		return gone_show(pg);
	if (rc != RC_OK)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale); /* their page, whatever language the browser speaks */
	return invitation_show(pg, token, &p, "");
}

static enum rc answered_show(struct page *pg, const struct invite_pending *p, bool joined)
{
	struct view_ask v = { .title = joined ? p->i.title : tr("It is done"),
			      .action = "", .csrf = "", .button = "",
			      .back_url = joined ? arena_fmt(pg->a, "/g/%s", p->i.list_name) : "",
			      .back = joined ? p->i.title : "" };

	if (joined)
		return ask_show(pg, &v,
				arena_fmt(pg->a,
					  tr("You belong to the group now.\nA mail is on its way to %s: it "
					     "says how to write, and how to leave.\nTo read here, sign in "
					     "with that address.\n"),
					  p->i.addr));
	return ask_show(pg, &v, tr("You declined: nothing is sent to you.\n"));
}

enum rc page_invitation_answer(struct page *pg)
{
	const char *token = param_text(pg, "token");
	bool accept = param_choice(pg, "act") == 0;
	struct invite_pending p = { .locale = "es" };
	enum rc rc = accept ? invite_accept(unit_of(pg), token, NULL, text(pg, "name"), &p)
			    : invite_decline(unit_of(pg), token, NULL, param_bool(pg, "never"), &p);

	if (rc == RC_NOTFOUND)
		return gone_show(pg);
	if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale);
	if (rc == RC_OK)
		return answered_show(pg, &p, accept);
	pg->resp->status = 409;
	return invitation_show(pg, token, &p,
			       tr("Nobody can join this group any more: ask whoever invited you."));
}
