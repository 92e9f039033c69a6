/* SPDX-License-Identifier: Apache-2.0 */
/* A post after it was posted: editing and deleting it, what it said before, reporting it. */
#include "server/core/post_edit.h"
#include "server/core/fold.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"
#include "web/views/own.h"

#include "server/base/base.h"

#define PREVIEW_CAP ((size_t)2 << 20)

static const char *post_url(struct page *pg, const char *rest)
{
	return arena_fmt(pg->a, "/g/%s/%lld/%lld%s", param_text(pg, "list"),
			 (long long)param_i64(pg, "thread"), (long long)param_i64(pg, "post"), rest);
}

static enum rc load(struct page *pg, struct post_edit *e)
{
	return post_edit_load(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
			      param_i64(pg, "post"), e);
}

static enum rc frame_show(struct page *pg, const char *title, bool error, struct out *o)
{
	struct frame f = { 0 };
	struct group g;
	enum rc rc = group_find(unit_of(pg), param_text(pg, "list"), &g);

	if (rc != RC_OK)
		return rc;
	page_crumbs(pg, &f, &g, NULL, 0);
	f.noindex = true;
	f.title = error ? arena_fmt(pg->a, "%s %s", tr("Error:"), title) : title;
	return page_show(pg, &f, o);
}

/* ---- editing ---- */

struct draft {
	struct slice text;
	const char *why, *error;
	int64_t revisions;
	bool preview;
};

static struct html preview_html(struct page *pg, const struct own_post *p, struct slice text)
{
	struct html h = strcmp(p->source, "web") == 0
				? markup_render(pg->a, text, PREVIEW_CAP)
				: plain_render(pg->a, text, NULL, 0, PREVIEW_CAP);

	return post_html(pg, slice_make(h.p, h.n), true);
}

static enum rc edit_show(struct page *pg, const struct post_edit *e, const struct draft *d)
{
	struct out o = page_out(pg);
	struct view_edit v = { .title = arena_fmt(pg->a, tr("Message no. %lld of %s"),
						  (long long)param_i64(pg, "post"), e->post.author),
			       .action = post_url(pg, "/edit"),
			       .back_url = post_url(pg, ""),
			       .csrf = csrf_token(pg),
			       .error = d->error ? tr(d->error) : "",
			       .text = slice_dup(pg->a, d->text),
			       .why = d->why,
			       .lang = e->post.lang,
			       .until = "",
			       .revisions = d->revisions,
			       .mine = e->mine,
			       .can_edit = e->can_edit,
			       .can_delete = e->can_delete,
			       .preview = d->preview };

	if (e->mine && !e->post.moderates && e->can_edit)
		v.until = arena_fmt(pg->a, tr("You can edit it until %s."), fmt_time(pg, e->until));
	if (d->preview)
		v.rendered = preview_html(pg, &e->post, d->text);
	view_edit(&o, &v);
	return frame_show(pg, v.title, *v.error != '\0', &o);
}

enum rc page_post_edit(struct page *pg)
{
	struct post_edit e;
	struct draft d = { .why = "" };
	enum rc rc = load(pg, &e);

	if (rc != RC_OK)
		return rc;
	if (!e.can_edit && !e.can_delete)
		return RC_DENIED;
	d.text = e.post.text;
	d.revisions = e.post.revisions;
	return edit_show(pg, &e, &d);
}

enum rc page_post_edit_save(struct page *pg)
{
	const char *list = param_text(pg, "list"), *why = NULL;
	int64_t thread = param_i64(pg, "thread"), number = param_i64(pg, "post");
	int act = param_choice(pg, "act");
	struct draft d = { .text = param_slice(pg, "text"),
			   .why = param_text(pg, "why") ? param_text(pg, "why") : "",
			   .revisions = param_i64(pg, "revisions") };
	struct post_edit e;
	enum rc rc = load(pg, &e);

	if (rc == RC_OK && (act == 2 ? !e.can_delete : !e.can_edit))
		return RC_DENIED;
	if (rc != RC_OK)
		return rc;
	if (act == 2) {
		rc = post_edit_delete(unit_of(pg), list, thread, number);
		return rc == RC_OK ? resp_redirect(pg->resp, post_url(pg, "")) : rc;
	}
	d.preview = act == 0;
	if (param_any_bad(pg)) {
		d.preview = false;
		d.error = N_("The text or the reason is too long.");
	} else if (act == 1) {
		rc = post_edit_save(unit_of(pg), list, thread, number, d.revisions, d.text, d.why,
				    &why);
		if (rc == RC_OK)
			return resp_redirect(pg->resp, post_url(pg, ""));
		if (rc != RC_CONFLICT && (rc != RC_INVALID || why == NULL))
			return rc;
		d.error = why ? why
			      : N_("Somebody has changed the message meanwhile. Look at it as it is now, "
				   "and save yours again if it is still right.");
		if (rc == RC_CONFLICT)
			d.revisions = e.post.revisions;
	}
	return edit_show(pg, &e, &d);
}

enum rc page_post_revisions(struct page *pg)
{
	struct out o = page_out(pg);
	struct view_revisions v = { .title = arena_fmt(pg->a, tr("What message no. %lld said before"),
						       (long long)param_i64(pg, "post")),
				    .back_url = post_url(pg, "") };
	struct revision *r;
	struct post_edit e;
	size_t n = 0;
	enum rc rc = load(pg, &e);

	if (rc == RC_OK)
		rc = post_edit_revisions(unit_of(pg), &e, &r, &n);
	if (rc == RC_OK && n == 0)
		rc = RC_NOTFOUND;
	if (rc != RC_OK)
		return rc;
	v.lang = e.post.lang;
	v.rows = ARENA_ARRAY(pg->a, n, struct view_revision);
	v.nrows = n;
	for (size_t i = 0; i < n; i++)
		v.rows[i] = (struct view_revision){
			.heading = arena_fmt(
				pg->a, tr("Until %s changed it"),
				*r[i].who ? text_shown(pg, r[i].who, e.post.member)
					  : tr("The administration")),
			.date = fmt_time(pg, r[i].at),
			.when = fmt_iso(pg, r[i].at),
			.why = text_shown(pg, r[i].why, e.post.member),
			.body = post_html(pg, r[i].html, e.post.member)
		};
	view_revisions(&o, &v);
	return frame_show(pg, v.title, false, &o);
}

/* ---- reporting ---- */

static enum rc report_show(struct page *pg, const struct post_edit *e, const char *reason,
			   const char *error, bool done)
{
	struct out o = page_out(pg);
	struct view_report v = {
		.title = done ? tr("It is reported")
			      : arena_fmt(pg->a, tr("Report message no. %lld of %s"),
					  (long long)param_i64(pg, "post"), e->post.author),
		.action = post_url(pg, "/report"),
		.csrf = csrf_token(pg),
		.error = error ? tr(error) : "",
		.back_url = post_url(pg, ""),
		.reason = reason,
		.lead = done ? tr("Those who moderate look at it and tell you what they decided.")
			     : tr("Those who moderate read your reason and your name; nobody else "
				  "does."),
		.done = done
	};

	view_report(&o, &v);
	return frame_show(pg, v.title, *v.error != '\0', &o);
}

enum rc page_post_report(struct page *pg)
{
	struct post_edit e;
	enum rc rc = load(pg, &e);

	if (rc == RC_OK && !e.can_report)
		rc = RC_DENIED;
	return rc == RC_OK ? report_show(pg, &e, "", NULL, false) : rc;
}

enum rc page_post_report_send(struct page *pg)
{
	const char *why = NULL;
	struct post_edit e;
	enum rc rc = load(pg, &e);

	if (rc == RC_OK)
		rc = post_report(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
				 param_i64(pg, "post"), param_slice(pg, "reason"), &why);
	if (rc == RC_CONFLICT)
		return report_show(pg, &e, "", N_("Your report of this message is waiting already."),
				   true);
	if (rc == RC_INVALID && why != NULL)
		return report_show(pg, &e, param_text(pg, "reason") ? param_text(pg, "reason") : "",
				   why, false);
	return rc == RC_OK ? report_show(pg, &e, "", NULL, true) : rc;
}
