/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTML part of a digest and its page, and what of it fits. Each item is
 * drawn apart and weighed; the longest form that leaves room for the titles of
 * all the others is taken, first items first.
 */
#include "server/base/clock.h"
#include "server/digest/draw.h"
#include "server/text/tr.h"
#include "server/text/when.h"

#include "server/base/base.h"

#define PIECE_CAP ((size_t)1 << 20)
/* A section's heading, the link to the rest, one need: more than any of them weighs. */
#define HEADING_ROOM ((size_t)600)

void view_digest_entry(struct out *o, const struct view_digest_entry *v);
void view_digest_item(struct out *o, const struct view_digest_item *v);
void view_digest_mail(struct out *o, const struct view_digest_mail *v);
void view_digest_page(struct out *o, const struct view_digest_page *v);
void view_digest_post(struct out *o, const struct view_digest_post *v);
void view_digest_row(struct out *o, const struct view_digest_row *v);
void view_digest_said(struct out *o, const struct view_digest_said *v);
void view_digest_title(struct out *o, const struct view_digest_title *v);

/* ---- one item ---- */

static struct html post_piece(struct arena *a, const struct digest *d, const struct digest_post *p,
			      bool page)
{
	struct view_digest_post v = { .author = draw_name(a, p->author),
				      .when = tr_date_row(a, p->at, when_offset(d->zone, p->at)),
				      .url = p->url ? p->url : "",
				      .cut = p->cut,
				      .late = p->late };
	char iso[32];
	struct str s;
	struct out o = { &s };

	clock_rfc3339(p->at, iso);
	v.iso = iso;
	v.paras = draw_paras(a, p->text, p->lang ? p->lang : "", &v.nparas);
	str_init(&s, a, PIECE_CAP);
	if (page)
		view_digest_said(&o, &(struct view_digest_said){ &v });
	else
		view_digest_post(&o, &v);
	return (struct html){ str_z(&s), s.n };
}

static struct view_digest_piece *post_pieces(struct arena *a, const struct digest *d,
					     const struct digest_item *it, bool page)
{
	struct view_digest_piece *p = ARENA_ARRAY(a, it->ntext, struct view_digest_piece);

	for (size_t i = 0; i < it->ntext; i++)
		p[i].html = post_piece(a, d, &it->text[i], page);
	return p;
}

static struct html piece(struct arena *a, const struct digest *d, const struct digest_item *it,
			 struct draw_shown shown, const struct view_digest_piece *posts, bool page)
{
	bool whole = shown.level == DRAW_WHOLE;
	char *title = draw_line(a, it->title, 300);
	struct view_digest_item v = {
		.number = it->number,
		.title = *title ? title : tr("(no subject)"),
		.lang = *title && it->lang ? it->lang : "",
		.group = *d->list_title ? "" : draw_line(a, it->list_title, 120),
		.news = draw_news(a, it),
		.who = draw_who(a, it),
		.quote = whole ? "" : draw_quote(a, it),
		.quote_lang = it->excerpt_lang ? it->excerpt_lang : "",
		.keywords = whole ? "" : draw_keywords(a, it),
		.url = it->url ? it->url : "",
		.reply = draw_reply(a, it),
		.mute = it->mute ? it->mute : "",
		.new_posts = it->new_posts,
		.posts = posts,
		.nposts = whole ? shown.posts : 0,
		.more = whole ? draw_more(a, it, shown.posts) : "",
	};
	struct str s;
	struct out o = { &s };

	str_init(&s, a, PIECE_CAP);
	if (!page && shown.level == DRAW_TITLE)
		view_digest_title(&o, &(struct view_digest_title){ &v });
	else if (!page)
		view_digest_item(&o, &v);
	else if (shown.level == DRAW_TITLE)
		view_digest_row(&o, &(struct view_digest_row){ &v });
	else
		view_digest_entry(&o, &(struct view_digest_entry){ &v });
	return (struct html){ str_z(&s), s.n };
}

/* ---- the frame ---- */

static const char *preheader(struct arena *a, const struct digest *d)
{
	if (d->nneeds > 0)
		return arena_fmt(a, "%s%s", draw_need(a, &d->needs[0]),
				 draw_need_rest(a, d, &d->needs[0]));
	if (d->nitems > 0)
		return arena_fmt(a, "%s. %s.", draw_line(a, d->items[0].title, 120),
				 draw_news(a, &d->items[0]));
	return "";
}

static size_t section_fill(struct arena *a, const struct digest *d, const struct draw_shown *shown,
			   const struct view_digest_piece *html, enum digest_section s,
			   struct view_digest_section *v)
{
	struct view_digest_piece *p = ARENA_ARRAY(a, d->nitems, struct view_digest_piece);
	bool titles = s == DIGEST_REST;
	int64_t more = titles ? d->rest : 0;

	*v = (struct view_digest_section){ .title = draw_section(s), .items = p, .titles = titles,
					   .more = "", .more_url = d->web };
	for (size_t i = 0; i < d->nitems; i++) {
		more += titles && shown[i].level == DRAW_NONE;
		if (titles ? shown[i].level == DRAW_TITLE
			   : shown[i].level >= DRAW_SHORT && d->items[i].section == s)
			p[v->nitems++] = html[i];
	}
	if (more > 0)
		v->more = arena_fmt(a, tr_n("and %lld more thread", "and %lld more threads", more),
				    (long long)more);
	return v->nitems > 0 || more > 0;
}

static struct view_digest_mail frame_fill(struct arena *a, const struct digest *d,
					  const struct draw_shown *shown,
					  const struct view_digest_piece *html)
{
	struct view_digest_section *s = ARENA_ARRAY(a, 3, struct view_digest_section);
	struct view_digest_wait *w = ARENA_ARRAY(a, d->nneeds, struct view_digest_wait);
	struct view_digest_mail v = {
		.lang = d->lang,
		.subject = digest_subject(a, d),
		.preheader = preheader(a, d),
		.site = draw_place(a, d),
		.heading = draw_heading(a, d),
		.counts = draw_counts(a, d),
		.several = draw_several(d),
		.needs = w, .nneeds = d->nneeds,
		.sections = s,
		.why = draw_why(a, d),
		.prefs = d->prefs, .stop = d->stop, .web = d->web,
	};

	for (size_t i = 0; i < d->nneeds; i++)
		w[i] = (struct view_digest_wait){ draw_need(a, &d->needs[i]), d->needs[i].url,
						  draw_need_rest(a, d, &d->needs[i]) };
	for (int k = DIGEST_FOLLOWED; k <= DIGEST_REST; k++)
		v.nsections += section_fill(a, d, shown, html, (enum digest_section)k,
					    &s[v.nsections]);
	for (size_t i = 0; i < d->nitems; i++)
		v.answer |= !d->items[i].locked;
	return v;
}

/* ---- what fits ---- */

struct plan {
	struct arena *a;
	const struct digest *d;
	struct draw_shown *shown;
	struct view_digest_piece *html;
	size_t used;
};

/* The frame without an item, and room for the headings of its sections. */
static void plan_begin(struct plan *p)
{
	struct digest bare = *p->d;
	struct view_digest_mail frame;
	struct str s;
	struct out o = { &s };

	bare.nitems = 0;
	frame = frame_fill(p->a, &bare, p->shown, p->html);
	frame.answer = true;
	str_init(&s, p->a, PIECE_CAP);
	view_digest_mail(&o, &frame);
	p->used = s.n + 4 * HEADING_ROOM;
}

/* In place of what is there of that item; false: it would not fit. */
static bool plan_put(struct plan *p, size_t i, struct draw_shown shown,
		     const struct view_digest_piece *posts)
{
	struct html h = piece(p->a, p->d, &p->d->items[i], shown, posts, false);

	if (p->used - p->html[i].html.n + h.n > DIGEST_HTML_MAX)
		return false;
	p->used += h.n - p->html[i].html.n;
	p->html[i].html = h;
	p->shown[i] = shown;
	return true;
}

/* As many of its posts as go into its share of the room. */
static void plan_posts(struct plan *p, size_t i, size_t share, const struct view_digest_piece *posts)
{
	const struct digest_item *it = &p->d->items[i];
	size_t n = 0, bytes = HEADING_ROOM;

	while (n < it->ntext && bytes + posts[n].html.n <= share)
		bytes += posts[n++].html.n;
	if (n > 0)
		(void)plan_put(p, i, (struct draw_shown){ DRAW_WHOLE, n }, posts);
}

struct draw_shown *draw_plan(struct arena *a, const struct digest *d, struct view_digest_piece **html_r)
{
	struct plan p = { .a = a, .d = d,
			  .shown = ARENA_ARRAY(a, d->nitems, struct draw_shown),
			  .html = ARENA_ARRAY(a, d->nitems, struct view_digest_piece) };
	size_t n = 0, whole = 0;

	plan_begin(&p);
	while (n < d->nitems && plan_put(&p, n, (struct draw_shown){ DRAW_TITLE, 0 }, NULL))
		n++;
	for (size_t i = 0; i < n; i++)
		if (d->items[i].section != DIGEST_REST)
			whole += plan_put(&p, i, (struct draw_shown){ DRAW_SHORT, 0 }, NULL) &&
				 d->items[i].ntext > 0;
	for (size_t i = 0; i < n && whole > 0; i++) {
		size_t share = p.html[i].html.n + (DIGEST_HTML_MAX - p.used) / whole;

		if (p.shown[i].level != DRAW_SHORT || d->items[i].ntext == 0)
			continue;
		plan_posts(&p, i, share, post_pieces(a, d, &d->items[i], false));
		whole--;
	}
	*html_r = p.html;
	return p.shown;
}

void digest_mail(struct arena *a, const struct digest *d, struct slice *text_r, struct slice *html_r)
{
	struct view_digest_piece *html;
	struct view_digest_mail v;
	struct draw_shown *shown;
	char was[16];
	struct str s;
	struct out o = { &s };

	snprintf(was, sizeof(was), "%s", tr_lang());
	tr_set(d->lang);
	shown = draw_plan(a, d, &html);
	if (text_r != NULL)
		*text_r = draw_text(a, d, shown);
	v = frame_fill(a, d, shown, html);
	str_init(&s, a, PIECE_CAP);
	view_digest_mail(&o, &v);
	tr_set(was);
	*html_r = str_slice(&s);
}

struct slice digest_html(struct arena *a, const struct digest *d)
{
	struct slice html;

	digest_mail(a, d, NULL, &html);
	return html;
}

struct html digest_page(struct arena *a, const struct digest *d)
{
	struct view_digest_piece *html = ARENA_ARRAY(a, d->nitems, struct view_digest_piece);
	struct draw_shown *shown = ARENA_ARRAY(a, d->nitems, struct draw_shown);
	struct view_digest_mail v;
	struct str s;
	struct out o = { &s };

	for (size_t i = 0; i < d->nitems; i++) {
		const struct digest_item *it = &d->items[i];

		shown[i] = (struct draw_shown){ it->section == DIGEST_REST ? DRAW_TITLE
						: it->ntext > 0	   ? DRAW_WHOLE
								   : DRAW_SHORT,
						it->ntext };
		html[i].html = piece(a, d, it, shown[i], post_pieces(a, d, it, true), true);
	}
	v = frame_fill(a, d, shown, html);
	str_init(&s, a, 4 * PIECE_CAP);
	view_digest_page(&o, &(struct view_digest_page){ &v });
	return (struct html){ str_z(&s), s.n };
}
