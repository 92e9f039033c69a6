/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread by the link of a digest, to be read and nothing else. Whoever may see
 * it by themselves is led to its own page. The address is a key: nothing tells it
 * to others, and the log names pages, not paths.
 */
#include "server/core/reading.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

/* tail: of the address within the thread. *done_r: it is answered. */
static enum rc reading_gate(struct page *pg, const char *tail, struct reading *r, bool *done_r)
{
	struct unit *u = unit_of(pg);
	struct thread_page own;
	enum rc rc = reading_open(u, param_text(pg, "link"), r);

	resp_header(pg->resp, "X-Robots-Tag", "noindex");
	pg->resp->cache = "private, no-store";
	*done_r = true;
	if (*r->list != '\0' && (rc == RC_OK || rc == RC_NOTFOUND)) {
		enum rc may = thread_load_head(u, r->list, r->number, &own);

		if (may == RC_OK && own.moved_thread == 0)
			return resp_redirectf(pg->resp, "/g/%s/%lld%s", r->list, (long long)r->number,
					      tail);
		if (may == RC_TEMPFAIL)
			return may;
	}
	if (*r->locale != '\0' && !pg->signed_in)
		tr_set(r->locale);
	*done_r = rc != RC_OK;
	if (rc != RC_NOTFOUND || pg->signed_in)
		return rc;
	/* its form needs the browser to say where it comes from: no "no-referrer" here */
	pg->resp->status = 404;
	return signin_ask(pg,
			  r->member ? arena_fmt(pg->a, "/g/%s/%lld%s", r->list, (long long)r->number, tail)
				    : "/",
			  tr("This link opens nothing, or no longer: a link of a digest opens its "
			     "thread for 14 days, as long as the group allows it and the person it was "
			     "sent to belongs to it. If you are a member, sign in to read the thread."));
}

/* As a stranger sees it. */
static void reading_stranger(struct page *pg)
{
	struct actor *a = &unit_of(pg)->actor;

	pg->signed_in = false;
	a->account = 0;
	a->admin = a->moderates = false;
	a->utc_offset = -360;
	pg->resp->referrer = "no-referrer";
}

static enum rc reading_show(struct page *pg, const struct reading *r, bool whole)
{
	const char *base = arena_fmt(pg->a, "/r/%s", param_text(pg, "link"));
	const struct thread_row *t = &r->page.thread;
	struct out o = page_out(pg);
	struct view_thread vt;
	struct view_reading v = {
		.t = &vt,
		.what = arena_fmt(pg->a,
				  tr("You are reading one thread of %1$s by a link of a digest, without "
				     "having signed in. The link opens this thread alone, until %2$s."),
				  text_shown(pg, r->page.group.title, false),
				  tr_date_day(pg->a, r->until, 0)),
		.signin_url = arena_fmt(pg->a, "/signin?next=%s",
					url_encode(pg->a, arena_fmt(pg->a, "/g/%s/%lld", r->list,
								    (long long)r->number))),
		.whole_url = whole ? "" : base,
	};

	thread_fill(pg, &r->page, base, &vt);
	for (size_t i = 0; i < vt.nposts; i++)
		vt.posts[i].revised_url = "";
	view_reading(&o, &v);
	return page_show(pg, &(struct frame){ .title = subject_shown(pg, t->subject, false),
					      .noindex = true,
					      .bare = true },
			 &o);
}

enum rc page_reading(struct page *pg)
{
	int64_t from = param_i64(pg, "from");
	struct reading r;
	bool done;
	enum rc rc = reading_gate(
		pg, from ? arena_fmt(pg->a, "?from=%lld", (long long)from) : "", &r, &done);

	if (done)
		return rc;
	reading_stranger(pg);
	rc = thread_load_posts(unit_of(pg), from, pg->req->gzip_ok, &r.page);
	return rc == RC_OK ? reading_show(pg, &r, true) : rc;
}

enum rc page_reading_post(struct page *pg)
{
	int64_t number = param_i64(pg, "post");
	struct reading r;
	bool done;
	enum rc rc = reading_gate(pg, arena_fmt(pg->a, "/%lld", (long long)number), &r, &done);

	if (done)
		return rc;
	reading_stranger(pg);
	rc = thread_load_post(unit_of(pg), number, &r.page);
	return rc == RC_OK ? reading_show(pg, &r, false) : rc;
}

enum rc page_reading_file(struct page *pg)
{
	int64_t number = param_i64(pg, "post"), n = param_i64(pg, "n");
	struct attachment_row at;
	struct slice bytes;
	struct reading r;
	bool done;
	enum rc rc = reading_gate(pg,
				  arena_fmt(pg->a, "/%lld/%lld/%s", (long long)number, (long long)n,
					    url_encode(pg->a, param_text(pg, "name"))),
				  &r, &done);

	if (done)
		return rc;
	reading_stranger(pg);
	rc = reading_attachment(unit_of(pg), &r, number, n, &at, &bytes);
	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp, at.name);
	pg->resp->type = "application/octet-stream";
	return resp_range(pg->resp, bytes);
}
