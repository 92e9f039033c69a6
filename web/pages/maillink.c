/* SPDX-License-Identifier: Apache-2.0 */
/* The links of a digest that act without signing in: following one thread, stopping. */
#include "server/core/maillink.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static enum rc follow_find(struct page *pg, struct maillink_thread *t)
{
	enum rc rc = maillink_follow_open(unit_of(pg), param_i64(pg, "account"),
					  param_i64(pg, "thread"), param_text(pg, "mac"), t);

	if (rc == RC_OK && !pg->signed_in)
		tr_set(t->locale);
	return rc;
}

static const char *follow_path(struct page *pg)
{
	return maillink_follow(pg->a, unit_of(pg)->keys, "", param_i64(pg, "account"),
			       param_i64(pg, "thread"));
}

enum rc page_follow_link(struct page *pg)
{
	struct out o = page_out(pg);
	struct maillink_thread t;
	struct view_following v;
	enum rc rc = follow_find(pg, &t);

	if (rc != RC_OK)
		return rc;
	v = (struct view_following){
		.title = subject_shown(pg, t.at.subject, true),
		.group = t.at.title,
		.url = arena_fmt(pg->a, "/g/%s/%lld", t.at.list, (long long)t.at.number),
		.action = follow_path(pg),
		.done = param_bool(pg, "done") ? tr("It is saved.") : "",
		.normal = *t.at.mode == '\0',
		.follow = strcmp(t.at.mode, "follow") == 0,
		.digest = strcmp(t.at.mode, "digest") == 0,
		.mute = strcmp(t.at.mode, "mute") == 0,
	};
	view_following(&o, &v);
	return page_show(pg, &(struct frame){ .title = tr("Your following"), .noindex = true }, &o);
}

enum rc page_follow_link_set(struct page *pg)
{
	static const char *const modes[] = { "", "follow", "digest", "mute" };
	struct maillink_thread t;
	enum rc rc = follow_find(pg, &t);

	if (rc == RC_OK)
		rc = maillink_follow_set(unit_of(pg), &t, modes[param_choice(pg, "mode")]);
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", follow_path(pg)) : rc;
}

/* ---- no more digests ---- */

static enum rc stop_find(struct page *pg, struct maillink_stop *s)
{
	return maillink_stop_open(unit_of(pg), param_i64(pg, "account"), param_i64(pg, "list"),
				  param_text(pg, "mac"), s);
}

static enum rc stop_show(struct page *pg, const struct maillink_stop *s, bool done)
{
	struct view_ask v = { .title = done ? tr("It is done") : tr("Stop the digest"),
			      .back_url = "/me", .back = tr("All my preferences"),
			      .action = "", .button = "", .csrf = "", .field = "", .value = "" };
	struct view_line *l = ARENA_ARRAY(pg->a, s->n + 2, struct view_line);
	struct out o = page_out(pg);

	v.lines = l;
	if (done || s->n == 0) {
		l[v.nlines++].text = tr("No digest is sent to you any more.");
		l[v.nlines++].text = tr("You are still a member: you read and write on the web, and get "
					"the threads that you follow.");
	} else {
		l[v.nlines++].text = tr("With this button you get no more digest of these groups. You "
					"stay a member. Without the button nothing changes.");
		for (size_t i = 0; i < s->n; i++)
			l[v.nlines++].text = s->subs[i].group.title;
		v.action = maillink_stop(pg->a, unit_of(pg)->keys, "", s->account,
					 param_i64(pg, "list"));
		v.one_click = true;
		v.button = tr("Stop the digest");
	}
	l[0].first = true;
	view_ask(&o, &v);
	return page_show(pg, &(struct frame){ .title = v.title, .noindex = true }, &o);
}

enum rc page_stop_link(struct page *pg)
{
	struct maillink_stop s;
	enum rc rc = stop_find(pg, &s);

	return rc == RC_OK ? stop_show(pg, &s, false) : rc;
}

/* From the page's button, and from mail programs (RFC 8058): the same again is no error. */
enum rc page_stop_click(struct page *pg)
{
	struct maillink_stop s;
	enum rc rc = stop_find(pg, &s);

	if (rc == RC_OK)
		rc = maillink_stop_set(unit_of(pg), &s);
	return rc == RC_OK ? stop_show(pg, &s, true) : rc;
}
