/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing: a new thread and a reply, each with its obligatory preview. The
 * form carries an id that becomes part of the Message-ID: sent twice, it is
 * one post.
 */
#include "server/core/rules.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

#define PREVIEW_CAP ((size_t)2 << 20)
#define SEEN "preview" /* purpose of the MAC that says so */

struct draft {
	const char *list, *subject, *form_id, *error;
	struct slice text;
	int64_t thread, parent;
	bool preview;
};

static enum rc compose_show(struct page *pg, const struct group *g, const struct draft *d)
{
	struct out o = page_out(pg);
	struct frame f = { .noindex = true };
	struct view_compose v = { .csrf = csrf_token(pg),
				  .form_id = d->form_id,
				  .group = g->title,
				  .group_addr = g->addr,
				  .subject = d->subject,
				  .text = slice_dup(pg->a, d->text),
				  .error = d->error ? d->error : "",
				  .reply = d->thread != 0,
				  .preview = d->preview && d->error == NULL,
				  .parent = d->parent,
				  .answers = "" };

	v.title = d->thread ? arena_fmt(pg->a, tr("Reply to “%s”"), d->subject)
			    : arena_fmt(pg->a, tr("New thread in %s"), g->title);
	v.action = d->thread ? arena_fmt(pg->a, "/g/%s/%lld/reply", g->name, (long long)d->thread)
			     : arena_fmt(pg->a, "/g/%s/new", g->name);
	v.back_url = d->thread ? arena_fmt(pg->a, "/g/%s/%lld", g->name, (long long)d->thread)
			       : arena_fmt(pg->a, "/g/%s", g->name);
	v.recipients = arena_fmt(pg->a,
				 tr_n("%lld member can read it; who chose so gets it by email.",
				      "%lld members can read it; who chose so gets it by email.",
				      g->member_count),
				 (long long)g->member_count);
	if (d->parent != 0)
		v.answers = arena_fmt(pg->a, tr("You answer no. %lld."), (long long)d->parent);
	if (v.preview) {
		struct html h = markup_render(pg->a, d->text, PREVIEW_CAP);

		v.seen = mac_sign(pg->router->keys, pg->a, SEEN, slice_of(d->form_id));
		v.rendered = post_html(pg, slice_make(h.p, h.n), true);
	}
	view_compose(&o, &v);
	f.title = d->error ? arena_fmt(pg->a, "%s %s", tr("Error:"), v.title) : v.title;
	page_crumbs(pg, &f, g, d->thread ? d->subject : NULL, d->thread);
	return page_show(pg, &f, &o);
}

/* The thread's subject, for the title of the form. */
static enum rc subject_find(struct page *pg, struct draft *d)
{
	struct thread_page t;
	enum rc rc = thread_load(unit_of(pg), d->list, d->thread, INT32_MAX, &t);

	if (rc == RC_OK && t.moved_thread != 0) {
		/* a moderator took it elsewhere: the form goes along; numbers are others there */
		d->list = t.moved_list;
		d->thread = t.moved_thread;
		d->parent = 0;
		rc = thread_load(unit_of(pg), d->list, d->thread, INT32_MAX, &t);
	}
	if (rc == RC_OK)
		d->subject = t.thread.subject;
	return rc == RC_OK && t.moved_thread != 0 ? RC_NOTFOUND : rc;
}

static enum rc form_show(struct page *pg, struct draft *d)
{
	struct group g;
	enum rc rc = d->thread != 0 ? subject_find(pg, d) : RC_OK;

	if (rc == RC_OK)
		rc = group_find(unit_of(pg), d->list, &g);
	if (rc == RC_OK && !g.can_post)
		rc = RC_DENIED;
	return rc == RC_OK ? compose_show(pg, &g, d) : rc;
}

static enum rc held_show(struct page *pg, const char *rule)
{
	const struct rule_info *why = rule ? rule_find(rule) : NULL;
	struct out o = page_out(pg);
	struct view_message m = {
		.title = tr("Your message awaits review"),
		.what = tr("Somebody who runs the group looks at it before it is posted."),
		.todo = why ? tr(why->sentence) : "",
		.code = "",
		.reference = "",
		.text = ""
	};

	view_message(&o, &m);
	return page_show(pg, &(struct frame){ .title = m.title, .noindex = true }, &o);
}

static enum rc draft_post(struct page *pg, struct draft *d)
{
	struct web_upload *up = ARENA_ARRAY(pg->a, pg->req->nfiles, struct web_upload);
	struct web_post w = { .list = d->list,
			      .thread = d->thread,
			      .parent = d->parent,
			      .subject = d->subject,
			      .text = d->text,
			      .uploads = up,
			      .form_id = d->form_id };
	struct submit_result res;
	const char *why = NULL;
	enum rc rc;

	for (size_t i = 0; i < pg->req->nfiles; i++)
		if (*pg->req->files[i].name != '\0')
			up[w.nuploads++] =
				(struct web_upload){ pg->req->files[i].name, pg->req->files[i].type,
						     pg->req->files[i].bytes };
	rc = submit_web(unit_of(pg), &w, &res, &why);
	if (rc == RC_INVALID && why != NULL) {
		d->error = tr(why);
		return form_show(pg, d);
	}
	if (rc == RC_NOTFOUND && d->thread != 0) {
		d->error = tr("The thread or the message that you answer has gone elsewhere "
			      "meanwhile. Your text is below: post it again where it stands now.");
		return form_show(pg, d);
	}
	if (rc != RC_OK)
		return rc;
	if (res.fate == FATE_HELD || res.hold != 0)
		return held_show(pg, res.rule);
	return resp_redirectf(
		pg->resp, "/g/%s/%lld?from=%lld#p%lld", d->list, (long long)res.thread_number,
		(long long)(res.number > POSTS_PER_PAGE ? res.number : 1), (long long)res.number);
}

static bool was_seen(struct page *pg, const struct draft *d)
{
	return param_has(pg, "seen") &&
	       mac_check(pg->router->keys, SEEN, slice_of(d->form_id), param_slice(pg, "seen"));
}

static enum rc draft_handle(struct page *pg, struct draft *d)
{
	d->list = param_text(pg, "list");
	d->form_id = param_text(pg, "form_id");
	if (param_any_bad(pg)) {
		d->error = tr("The text or the title is too long.");
		return form_show(pg, d);
	}
	d->text = param_has(pg, "text") ? param_slice(pg, "text") : SLICE("");
	d->preview = true;
	/* nothing is posted that its writer has not seen drawn */
	if (param_choice(pg, "act") == 1 && was_seen(pg, d))
		return draft_post(pg, d);
	return form_show(pg, d);
}

enum rc page_new_form(struct page *pg)
{
	struct draft d = { .list = param_text(pg, "list"),
			   .subject = "",
			   .form_id = rnd_token(pg->a, 160),
			   .text = SLICE("") };

	return form_show(pg, &d);
}

enum rc page_new_post(struct page *pg)
{
	struct draft d = { .subject = param_has(pg, "subject") ? param_text(pg, "subject") : "" };

	return draft_handle(pg, &d);
}

enum rc page_reply_form(struct page *pg)
{
	struct draft d = { .list = param_text(pg, "list"),
			   .thread = param_i64(pg, "thread"),
			   .parent = param_i64(pg, "to"),
			   .form_id = rnd_token(pg->a, 160),
			   .text = SLICE("") };

	return form_show(pg, &d);
}

enum rc page_reply_post(struct page *pg)
{
	struct draft d = { .thread = param_i64(pg, "thread"),
			   .parent = param_i64(pg, "to"),
			   .subject = "" };

	return draft_handle(pg, &d);
}
