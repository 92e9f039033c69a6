/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text part of a digest, written from the same data as the HTML part and
 * showing the same of each item: 66 columns, section titles in capitals, the
 * number of an item in a hang of six columns, each web address alone on its
 * line and never broken.
 */
#include <wctype.h>

#include "server/base/utf8.h"
#include "server/digest/draw.h"
#include "server/text/tr.h"
#include "server/text/when.h"

#include "server/base/base.h"

#define COLUMNS 66
#define HANG    6
#define LABEL   14
#define TEXT_CAP ((size_t)1 << 20)

/* As many whole characters as fit into that many columns; at least one. */
static size_t fit(struct slice s, size_t columns)
{
	size_t n = 0;

	while (n < s.n) {
		size_t k;

		utf8_next(slice_make(s.p + n, s.n - n), &k);
		if (n > 0 && utf8_width(slice_make(s.p, n + k)) > columns)
			break;
		n += k;
	}
	return n;
}

static void spaces(struct str *o, size_t n)
{
	while (n-- > 0)
		str_addc(o, ' ');
}

/* The text in lines, all indented but the first, which begins where the column is. */
static void wrap(struct str *o, const char *text, size_t column, size_t hang)
{
	struct slice rest = slice_of(text), w;
	bool first = true;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		while (w.n > 0) {
			size_t width = utf8_width(w), n = w.n;

			if (!first && column + 1 + width > COLUMNS) {
				str_addc(o, '\n');
				spaces(o, hang);
				column = hang;
				first = true;
			}
			if (!first) {
				str_addc(o, ' ');
				column++;
			}
			/* one word longer than a line: broken, unless it is an address */
			if (column + width > COLUMNS && slice_find(w, SLICE("http://")) == NULL &&
			    slice_find(w, SLICE("https://")) == NULL)
				n = fit(w, COLUMNS > column ? COLUMNS - column : 1);
			str_add(o, w.p, n);
			column += n == w.n ? width : COLUMNS;
			w.p += n;
			w.n -= n;
			first = false;
		}
	}
	str_addc(o, '\n');
}

static void line(struct str *o, const char *text, size_t hang)
{
	if (*text == '\0')
		return;
	spaces(o, hang);
	wrap(o, text, hang, hang);
}

/* One of ours: plain ASCII. */
static void address(struct str *o, const char *url, size_t hang)
{
	if (url == NULL || !url_allowed(slice_of(url), false))
		return;
	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~')
			return;
	spaces(o, hang);
	str_addz(o, url);
	str_addc(o, '\n');
}

/* The only capitals: headings. */
static char *capitals(struct arena *a, const char *text)
{
	struct slice s = slice_of(text);
	struct str o;

	str_init(&o, a, 4 * s.n + 8);
	while (s.n > 0) {
		size_t k;
		uint32_t cp = utf8_next(s, &k);

		utf8_add(&o, (uint32_t)towupper((wint_t)cp));
		s.p += k;
		s.n -= k;
	}
	return arena_strdup(a, str_z(&o));
}

static void section(struct str *o, const char *title)
{
	char *c = capitals(o->arena, title);
	size_t n = utf8_width(slice_of(c));

	str_addz(o, "\n\n");
	line(o, c, 0);
	while (n-- > 0)
		str_addc(o, '-');
	str_addc(o, '\n');
}

static void needs(struct str *o, const struct digest *d)
{
	if (d->nneeds == 0)
		return;
	section(o, tr("It needs you"));
	for (size_t i = 0; i < d->nneeds; i++) {
		const struct digest_need *n = &d->needs[i];

		str_addz(o, "\n* ");
		wrap(o, tr_pair(o->arena, tr("Moderation"),
				arena_fmt(o->arena, "%s%s", draw_need(o->arena, n),
					  draw_need_rest(o->arena, d, n))), 2, 2);
		address(o, n->url, 2);
	}
}

/* "#12   Title" */
static void numbered(struct str *o, const struct digest_item *it, const char *text)
{
	char *number = arena_fmt(o->arena, "#%d", it->number);
	size_t n = strlen(number);

	str_addz(o, number);
	spaces(o, n < HANG ? HANG - n : 1);
	wrap(o, text, n < HANG ? HANG : n + 1, HANG);
}

static const char *title_of(struct arena *a, const struct digest_item *it)
{
	char *t = draw_line(a, it->title, 300);

	return *t ? t : tr("(no subject)");
}

static void posts(struct str *o, const struct digest *d, const struct digest_item *it, size_t shown)
{
	const char *more = draw_more(o->arena, it, shown);

	for (size_t i = 0; i < shown; i++) {
		const struct digest_post *p = &it->text[i];
		const struct view_digest_para *para;
		size_t n;

		str_addc(o, '\n');
		line(o, arena_fmt(o->arena, "%s, %s%s:", draw_name(o->arena, p->author),
				  tr_date_row(o->arena, p->at, when_offset(d->zone, p->at)),
				  p->late ? tr(" (arrived late)") : ""), HANG);
		para = draw_paras(o->arena, p->text, p->lang, &n);
		for (size_t k = 0; k < n; k++) {
			if (k > 0)
				str_addc(o, '\n');
			for (size_t l = 0; l < para[k].nlines; l++)
				line(o, l + 1 == para[k].nlines && k + 1 == n && p->cut
						? arena_fmt(o->arena, "%s …", para[k].lines[l].text)
						: para[k].lines[l].text, HANG);
		}
		address(o, p->url, HANG);
	}
	if (*more) {
		str_addc(o, '\n');
		line(o, more, HANG);
		address(o, it->url, HANG);
	}
}

static void labelled(struct str *o, const char *label, const char *value)
{
	size_t n = utf8_width(slice_of(label));

	spaces(o, HANG);
	str_addz(o, label);
	spaces(o, n + 1 < LABEL ? LABEL - n : 1);
	str_addz(o, value);
	str_addc(o, '\n');
}

static void item(struct str *o, const struct digest *d, const struct digest_item *it,
		 struct draw_shown shown)
{
	struct arena *a = o->arena;
	bool group = *d->list_title == '\0' && *it->list_title;

	str_addc(o, '\n');
	numbered(o, it, title_of(a, it));
	line(o, group ? arena_fmt(a, "%s. %s.", draw_line(a, it->list_title, 120), draw_news(a, it))
		      : arena_fmt(a, "%s.", draw_news(a, it)), HANG);
	line(o, draw_who(a, it), HANG);
	if (shown.level == DRAW_WHOLE) {
		posts(o, d, it, shown.posts);
	} else {
		const char *quote = draw_quote(a, it), *words = draw_keywords(a, it);

		if (*quote) {
			str_addc(o, '\n');
			line(o, quote, HANG);
		}
		if (*words)
			line(o, arena_fmt(a, tr("Keywords: %s"), words), HANG);
		str_addc(o, '\n');
		address(o, it->url, HANG);
	}
	if (!it->locked && it->reply != NULL && *it->reply)
		labelled(o, tr("Reply:"), it->reply);
}

static void items(struct str *o, const struct digest *d, const struct draw_shown *shown,
		  enum digest_section s)
{
	bool open = false;

	for (size_t i = 0; i < d->nitems; i++)
		if (d->items[i].section == s && shown[i].level >= DRAW_SHORT) {
			if (!open)
				section(o, draw_section(s));
			open = true;
			item(o, d, &d->items[i], shown[i]);
		}
}

/* "#12   Title (3)" */
static void title(struct str *o, const struct digest_item *it)
{
	numbered(o, it, arena_fmt(o->arena, "%s (%lld)", title_of(o->arena, it), (long long)it->new_posts));
}

static void rest(struct str *o, const struct digest *d, const struct draw_shown *shown)
{
	int64_t more = d->rest;
	bool open = false;

	for (size_t i = 0; i < d->nitems; i++) {
		const struct digest_item *it = &d->items[i];

		more += shown[i].level == DRAW_NONE;
		if (shown[i].level != DRAW_TITLE)
			continue;
		if (!open) {
			section(o, draw_section(DIGEST_REST));
			str_addc(o, '\n');
		}
		open = true;
		title(o, it);
	}
	if (more == 0)
		return;
	if (!open) {
		section(o, draw_section(DIGEST_REST));
		str_addc(o, '\n');
	}
	line(o, arena_fmt(o->arena, tr_n("and %lld more thread", "and %lld more threads", more),
			  (long long)more), HANG);
	address(o, d->web, HANG);
}

static void foot(struct str *o, const struct digest *d)
{
	bool answer = false;

	for (size_t i = 0; i < d->nitems; i++)
		answer |= !d->items[i].locked;
	if (answer) {
		section(o, tr("To answer"));
		line(o, tr("Answer this email. Begin with the number of the thread, for instance #1, and "
			   "your text goes to that thread. What cannot be placed comes back to you with one "
			   "address a thread; nothing is lost."), 0);
	}
	str_addz(o, "\n-- \n");
	line(o, draw_why(o->arena, d), 0);
	if (*d->prefs) {
		line(o, tr("Change the day or pause it:"), 0);
		address(o, d->prefs, 0);
	}
	if (*d->stop) {
		line(o, tr("Stop getting it:"), 0);
		address(o, d->stop, 0);
	}
	if (*d->web) {
		line(o, tr("On the web:"), 0);
		address(o, d->web, 0);
	}
}

struct slice draw_text(struct arena *a, const struct digest *d, const struct draw_shown *shown)
{
	struct str o;

	str_init(&o, a, TEXT_CAP);
	line(&o, capitals(a, draw_heading(a, d)), 0);
	line(&o, *draw_place(a, d) ? draw_place(a, d) : "Cabildo", 0);
	line(&o, draw_counts(a, d), 0);
	line(&o, draw_several(d), 0);
	needs(&o, d);
	items(&o, d, shown, DIGEST_FOLLOWED);
	items(&o, d, shown, DIGEST_ACTIVE);
	rest(&o, d, shown);
	foot(&o, d);
	return str_slice(&o);
}

struct slice digest_text(struct arena *a, const struct digest *d)
{
	struct view_digest_piece *unused;
	struct draw_shown *shown;
	struct slice text;
	char was[16];

	snprintf(was, sizeof(was), "%s", tr_lang());
	tr_set(d->lang);
	shown = draw_plan(a, d, &unused);
	text = draw_text(a, d, shown);
	tr_set(was);
	return text;
}

struct digest_drawn *digest_drawn(struct arena *a, const struct digest *d)
{
	struct digest_drawn *r = ARENA_ARRAY(a, d->nitems, struct digest_drawn);
	struct view_digest_piece *html;
	struct draw_shown *shown;
	char was[16];

	snprintf(was, sizeof(was), "%s", tr_lang());
	tr_set(d->lang);
	shown = draw_plan(a, d, &html);
	for (size_t i = 0; i < d->nitems; i++) {
		struct str o;

		str_init(&o, a, TEXT_CAP);
		if (shown[i].level == DRAW_TITLE)
			title(&o, &d->items[i]);
		else if (shown[i].level != DRAW_NONE)
			item(&o, d, &d->items[i], shown[i]);
		r[i] = (struct digest_drawn){ str_slice(&o), slice_make(html[i].html.p, html[i].html.n) };
	}
	tr_set(was);
	return r;
}
