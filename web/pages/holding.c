/* SPDX-License-Identifier: Apache-2.0 */
/* One that waits, whole: claiming it, deciding, editing it first, a note on it. */
#include "server/text/diff.h"
#include "web/pages/card.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

/* In the order of the route's choice. */
static const char *const acts[] = { "approve", "return", "reject",  "discard",  "spam",
				    "undo",    "claim",  "take",    "release",  "template",
				    "edit",    "unedit", "note" };

struct shown { /* what was typed and goes back into the form */
	const char *error;
	struct chosen chosen;
	const char *subject, *text, *note; /* NULL: as it is stored */
};

static void edit_fill(struct page *pg, const struct held *h, const struct shown *s,
		      struct view_holding *v)
{
	const char *was = slice_dup(pg->a, h->body);
	const char *is = h->edited_at ? slice_dup(pg->a, h->edit_body) : was;

	v->edited = h->edited_at != 0;
	v->edit_subject = s->subject ? s->subject : h->edited_at ? h->edit_subject : h->subject;
	v->edit_text = s->text ? s->text : is;
	v->edit_open = s->text != NULL;
	if (v->edited)
		v->diff = diff_html(pg->a, slice_of(was), slice_of(is));
}

static enum rc holding_show(struct page *pg, const struct held *h, const struct shown *s)
{
	struct out o = page_out(pg);
	struct view_holding v = { .title = card_subject(pg, h),
				  .error = s->error,
				  .csrf = csrf_token(pg),
				  .waiting = h->decided_at == 0,
				  .decided = h->decided_at != 0,
				  .envelope = *h->envelope_from ? h->envelope_from : "<>",
				  .recipient = h->recipient,
				  .msgid = h->msgid,
				  .rule = h->rule,
				  .trace = h->trace,
				  .raw_url = "",
				  .delivery_url = "",
				  .message = strcmp(h->kind, "message") == 0,
				  .note = s->note ? s->note : h->note };
	struct frame f = { .here = 5, .noindex = true };
	struct offered *offered = NULL;
	struct held_context *c = NULL;
	size_t n = 0;
	enum rc rc = moderate_context(unit_of(pg), h, 1, &c, &n);

	if (rc == RC_OK)
		rc = card_fill(pg, h, n ? c : NULL, &s->chosen, false, &offered, &v.held);
	if (rc != RC_OK)
		return rc;
	if (v.decided)
		card_decided(pg, h, "", &v.state);
	if (v.message)
		edit_fill(pg, h, s, &v);
	if (h->raw != 0)
		v.raw_url = arena_fmt(pg->a, "/moderation/%lld/raw", (long long)h->id);
	if (*h->msgid != '\0')
		v.delivery_url = arena_fmt(pg->a, "/delivery?id=%s", url_encode(pg->a, h->msgid));
	view_holding(&o, &v);
	f.title = *s->error ? arena_fmt(pg->a, "%s %s", tr("Error:"), v.title) : v.title;
	f.crumbs = ARENA_ARRAY(pg->a, 2, struct view_crumb);
	f.crumbs[f.ncrumbs++] = (struct view_crumb){ "/", tr("Home") };
	f.crumbs[f.ncrumbs++] = (struct view_crumb){ "/moderation", tr("Moderation") };
	return page_show(pg, &f, &o);
}

static const struct shown nothing = {
	.error = "", .chosen = { .act = "", .why = "", .tpl = "", .policy = "", .fault = "" }
};

enum rc page_holding(struct page *pg)
{
	struct shown s = nothing;
	struct held h;
	enum rc rc = moderate_show(unit_of(pg), param_i64(pg, "hold"), &h);

	if (rc != RC_OK)
		return rc;
	if (param_bool(pg, "late"))
		s.error = h.decided_at ? tr("It was decided before: what you chose was not done.")
				       : tr("It is too late for that: what you chose was not done.");
	return holding_show(pg, &h, &s);
}

enum rc page_hold_raw(struct page *pg)
{
	struct slice raw;
	enum rc rc = moderate_raw(unit_of(pg), param_i64(pg, "hold"), &raw);

	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp,
			arena_fmt(pg->a, "hold-%lld.eml", (long long)param_i64(pg, "hold")));
	pg->resp->type = "message/rfc822";
	str_adds(&pg->resp->body, raw);
	return RC_OK;
}

/* What a moderator changed of a post: for its author and who moderates. */
enum rc page_post_edited(struct page *pg)
{
	const char *list = param_text(pg, "list");
	int64_t thread = param_i64(pg, "thread"), number = param_i64(pg, "post");
	struct out o = page_out(pg);
	struct view_edited v;
	struct edit_row e;
	enum rc rc = moderate_changes(unit_of(pg), list, thread, number, &e);

	if (rc != RC_OK)
		return rc;
	v = (struct view_edited){
		.title = *e.edit_subject ? e.edit_subject : tr("(no subject)"),
		.who = arena_fmt(pg->a, tr("%s changed its words before it was posted, %s."),
				 *e.editor ? e.editor : tr("The administrator"),
				 fmt_time(pg, e.edited_at)),
		.post_url = arena_fmt(pg->a, "/g/%s/%lld/%lld", list, (long long)thread,
				      (long long)number),
		.was = strcmp(e.subject, e.edit_subject) == 0 ? "" : e.subject,
		.is = e.edit_subject,
		.diff = diff_html(pg->a, e.body, e.edit_body)
	};
	view_edited(&o, &v);
	return page_show(pg, &(struct frame){ .title = v.title, .noindex = true }, &o);
}

static const char *typed(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

/* Of the hold as their page showed it; 0 where the form does not say. */
static int64_t version_of(struct page *pg)
{
	struct slice rest = slice_of(typed(pg, "version")), id;
	int64_t version;

	return slice_cut(&rest, '.', &id) && slice_i64(rest, 1, INT32_MAX, &version) ? version : 0;
}

/* Something that changes the hold and leads back to its page. */
static enum rc changed(struct page *pg, enum rc rc, const struct held *h)
{
	struct shown s = nothing;

	if (rc == RC_OK)
		return resp_redirectf(pg->resp, "/moderation/%lld", (long long)h->id);
	if (rc != RC_CONFLICT)
		return rc;
	s.error = card_conflict(pg, h);
	return holding_show(pg, h, &s);
}

static enum rc edit(struct page *pg, const char *act)
{
	bool back = strcmp(act, "unedit") == 0;
	int64_t id = param_i64(pg, "hold");
	struct shown s = nothing;
	struct held h;
	enum rc rc = param_bad(pg, "text") || param_bad(pg, "subject")
			     ? RC_INVALID
			     : moderate_edit(unit_of(pg), id, version_of(pg), typed(pg, "subject"),
					     back ? NULL : typed(pg, "text"), &h);

	if (rc == RC_OK)
		return changed(pg, rc, &h);
	if (rc != RC_INVALID && rc != RC_CONFLICT)
		return rc;
	s.subject = typed(pg, "subject");
	s.text = typed(pg, "text");
	s.error = rc == RC_CONFLICT ? NULL
				    : tr("The text is empty, or longer than 200,000 characters; a "
					 "message to edit needs one.");
	rc = moderate_show(unit_of(pg), id, &h);
	if (rc != RC_OK)
		return rc;
	if (s.error == NULL)
		s.error = card_conflict(pg, &h);
	return holding_show(pg, &h, &s);
}

static enum rc note(struct page *pg)
{
	struct shown s = nothing;
	struct held h;
	int64_t id = param_i64(pg, "hold");
	enum rc rc = param_bad(pg, "note") ? RC_INVALID
					   : moderate_note(unit_of(pg), id, typed(pg, "note"), &h);

	if (rc != RC_INVALID)
		return changed(pg, rc, &h);
	rc = moderate_show(unit_of(pg), id, &h);
	if (rc != RC_OK)
		return rc;
	s.note = typed(pg, "note");
	s.error = tr("The note is longer than 2,000 characters. Shorten it.");
	return holding_show(pg, &h, &s);
}

/* What is wrong with a decision that was not taken. */
static const char *invalid_text(struct page *pg, const char *act, const struct held *h)
{
	if (param_bad(pg, "why"))
		return tr("Your words are longer than 4,000 characters. Shorten them.");
	if (card_act(h->kind, act) == NULL)
		return arena_fmt(pg->a, tr("“%s” is no decision for this."), act);
	if (strcmp(act, "return") == 0 && slice_trim(slice_of(typed(pg, "why"))).n == 0)
		return tr("A message is returned with a question. Write it.");
	return tr("Only a member, or a sender that was verified, can post without review from now "
		  "on.");
}

static enum rc decide(struct page *pg, const char *act)
{
	static const char *const policies[] = { "", "accept", "hold", "ban" };
	const char *policy = param_has(pg, "policy") ? policies[param_choice(pg, "policy")] : "";
	const char *back = param_text(pg, "back"), *why = typed(pg, "why"), *text = why;
	bool template = strcmp(act, "template") == 0;
	struct shown s = nothing;
	struct held h;
	enum rc rc = moderate_show(unit_of(pg), param_i64(pg, "hold"), &h);

	s.chosen.why = why;
	s.chosen.tpl = typed(pg, "tpl");
	s.chosen.policy = policy;
	if (rc == RC_OK && *s.chosen.tpl && (template || slice_trim(slice_of(why)).n == 0) &&
	    (template || strcmp(act, "return") == 0 || strcmp(act, "reject") == 0))
		rc = card_template(pg, &h, s.chosen.tpl, &text);
	if (rc != RC_OK)
		return rc;
	if (template) {
		s.chosen.why = text;
		return holding_show(pg, &h, &s);
	}
	rc = param_bad(pg, "why")
		     ? RC_INVALID
		     : moderate_decide(unit_of(pg), h.id,
				       &(struct decision){ .act = act,
							   .why = text,
							   .policy = policy,
							   .window = -1,
							   .version = version_of(pg) },
				       &h);
	if (rc == RC_INVALID || (rc == RC_CONFLICT && h.decided_at == 0)) {
		s.error = rc == RC_INVALID ? invalid_text(pg, act, &h) : card_conflict(pg, &h);
		return holding_show(pg, &h, &s);
	}
	if (rc == RC_CONFLICT)
		return resp_redirectf(pg->resp, "/moderation/%lld?late=1", (long long)h.id);
	if (rc != RC_OK)
		return rc;
	return back && *back ? resp_redirectf(pg->resp, "/g/%s/moderation", back)
			     : resp_redirect(pg->resp, "/moderation");
}

static enum rc undo(struct page *pg)
{
	const char *back = param_text(pg, "back");
	struct held h;
	enum rc rc = moderate_undo(unit_of(pg), param_i64(pg, "hold"), &h);

	if (rc == RC_CONFLICT)
		return resp_redirectf(pg->resp, "/moderation/%lld?late=1",
				      (long long)param_i64(pg, "hold"));
	if (rc != RC_OK)
		return rc;
	return back && *back ? resp_redirectf(pg->resp, "/g/%s/moderation", back)
			     : resp_redirect(pg->resp, "/moderation");
}

enum rc page_hold_decide(struct page *pg)
{
	const char *act = acts[param_choice(pg, "act")];
	struct unit *u = unit_of(pg);
	int64_t id = param_i64(pg, "hold");
	struct held h;

	if (strcmp(act, "undo") == 0)
		return undo(pg);
	if (strcmp(act, "claim") == 0 || strcmp(act, "take") == 0)
		return changed(pg, moderate_claim(u, id, strcmp(act, "take") == 0, &h), &h);
	if (strcmp(act, "release") == 0)
		return changed(pg, moderate_release(u, id, &h), &h);
	if (strcmp(act, "edit") == 0 || strcmp(act, "unedit") == 0)
		return edit(pg, act);
	if (strcmp(act, "note") == 0)
		return note(pg);
	return decide(pg, act);
}
