/* SPDX-License-Identifier: Apache-2.0 */
/* Atom (RFC 4287) of a group and of a thread. Private groups need the session. */
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static void feed_entry(struct page *pg, struct out *o, const struct group *g,
		       const struct feed_entry *e)
{
	/* a feed is read by programs that keep what they get: as for anybody */
	struct html body = post_html(pg, e->html, false);
	char when[32];

	clock_rfc3339(e->sent_at, when);
	str_fmt(o->s, "<entry><id>%s/g/%s/%lld/%lld</id><updated>%s</updated><title>",
		site_of(pg)->conf->base_url, g->name, (long long)e->thread, (long long)e->number,
		when);
	out_text(o, subject_shown(pg, e->subject, false));
	str_addz(o->s, "</title><author><name>");
	out_text(o, text_shown(pg, e->author_name, false));
	str_fmt(o->s,
		"</name></author><link href=\"%s/g/%s/%lld/%lld\"/><content type=\"html\" "
		"xml:lang=\"%s\">",
		site_of(pg)->conf->base_url, g->name, (long long)e->thread, (long long)e->number,
		e->lang);
	/* HTML as escaped text, as the type asks */
	out_text_n(o, slice_make(body.p, body.n));
	str_addz(o->s, "</content></entry>\n");
}

/* Who reads a feed asks for its old address for ever. */
static enum rc feed_moved(struct page *pg, int64_t thread)
{
	struct thread_page t;
	enum rc rc = thread_load_head(unit_of(pg), param_text(pg, "list"), thread, &t);

	if (rc == RC_OK && t.moved_thread == 0)
		return RC_NOTFOUND;
	return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s/%lld/atom", t.moved_list,
					    (long long)t.moved_thread) : rc;
}

static enum rc feed_show(struct page *pg, int64_t thread)
{
	struct feed_entry *e;
	struct group g;
	struct out o = { &pg->resp->body };
	const char *self;
	char when[32];
	size_t n;
	enum rc rc = feed_load(unit_of(pg), param_text(pg, "list"), thread, &g, &e, &n);

	if (rc != RC_OK)
		return rc;
	if (thread != 0 && n == 0)
		return feed_moved(pg, thread);
	/* by what it is, not by the address asked for */
	self = thread ? arena_fmt(pg->a, "%s/g/%s/%lld/atom", site_of(pg)->conf->base_url, g.name,
				  (long long)thread)
		      : arena_fmt(pg->a, "%s/g/%s/atom", site_of(pg)->conf->base_url, g.name);
	pg->resp->type = "application/atom+xml; charset=utf-8";
	clock_rfc3339(n ? e[0].sent_at : clock_now(), when);
	str_addz(o.s, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed "
		      "xmlns=\"http://www.w3.org/2005/Atom\">");
	str_addz(o.s, "<id>");
	out_text(&o, self);
	str_fmt(o.s, "</id><updated>%s</updated><title>", when);
	out_text(&o, thread && *e[0].subject ? subject_shown(pg, e[0].subject, false) : g.title);
	str_addz(o.s, "</title><link rel=\"self\" href=\"");
	out_attr(&o, self);
	str_addz(o.s, "\"/>\n");
	for (size_t i = 0; i < n; i++)
		feed_entry(pg, &o, &g, &e[i]);
	str_addz(o.s, "</feed>\n");
	return RC_OK;
}

enum rc page_group_feed(struct page *pg)
{
	return feed_show(pg, 0);
}

enum rc page_thread_feed(struct page *pg)
{
	return feed_show(pg, param_i64(pg, "thread"));
}
