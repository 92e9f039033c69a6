/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people write on the web: Markdown by md4c's parser, markup by this
 * renderer. Raw HTML is text, images are links, only three URL schemes make a
 * link, no address is ever written in the clear, and the size of what comes
 * out is bounded (a table of 8 kB can mean 20 MB). The only user of md4c.
 */
#include <md4c.h>

#include "server/text/html.h"
#include "server/text/inline.h"

#include "server/base/base.h"

#define BLOCKS_MAX 5000
#define URLS_MAX   200  /* bare ones that md4c looks for: its time grows with their square */
#define STOP (-1)                /* md4c goes on after anything but a negative number */

struct md {
	struct arena *arena;
	struct str s;
	struct out o;
	struct str text;          /* running text not yet written: an address may be in pieces */
	size_t blocks;
	int links;                /* open links and images; only the outermost is one */
	bool anchor;              /* it has an <a> */
	struct str url;           /* its URL, entities decoded */
	size_t link_at;           /* where its content begins in s */
	unsigned bare;            /* how running text outside a link is written */
};

static const struct { const char *name; const char *text; } entities[] = {
	{ "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" },
	{ "&nbsp;", "\xc2\xa0" }, { "&commat;", "@" }, { "&period;", "." }, { "&colon;", ":" },
	{ "&sol;", "/" }, { "&lowbar;", "_" }, { "&plus;", "+" }, { "&num;", "#" },
	{ "&quest;", "?" }, { "&equals;", "=" }, { "&percnt;", "%" }, { "&Tab;", "\t" },
	{ "&NewLine;", "\n" }, { "&copy;", "\xc2\xa9" }, { "&ndash;", "\xe2\x80\x93" },
	{ "&mdash;", "\xe2\x80\x94" }, { "&hellip;", "\xe2\x80\xa6" }, { "&euro;", "\xe2\x82\xac" },
	{ "&laquo;", "\xc2\xab" }, { "&raquo;", "\xc2\xbb" }, { "&dash;", "\xe2\x80\x90" },
	{ "&hyphen;", "\xe2\x80\x90" }, { "&ordm;", "\xc2\xba" }, { "&ordf;", "\xc2\xaa" },
	{ "&iexcl;", "\xc2\xa1" }, { "&iquest;", "\xc2\xbf" }, { "&shy;", "\xc2\xad" },
	{ "&aacute;", "\xc3\xa1" }, { "&eacute;", "\xc3\xa9" }, { "&iacute;", "\xc3\xad" },
	{ "&oacute;", "\xc3\xb3" }, { "&uacute;", "\xc3\xba" }, { "&ntilde;", "\xc3\xb1" },
	{ "&uuml;", "\xc3\xbc" }, { "&times;", "\xc3\x97" }, { "&deg;", "\xc2\xb0" },
};

/* Decodes what it knows; any other stays as it was written. */
static void entity_add(struct str *s, struct slice e)
{
	if (e.n > 3 && e.p[1] == '#') {
		bool hex = e.p[2] == 'x' || e.p[2] == 'X';
		uint32_t cp = 0;

		for (size_t i = hex ? 3 : 2; i + 1 < e.n && cp < 0x110000; i++) {
			unsigned char c = (unsigned char)e.p[i] | 0x20;

			cp = cp * (hex ? 16 : 10) + (c >= 'a' ? c - 'a' + 10 : (c & 15));
		}
		if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
			cp = 0xfffd;
		utf8_add(s, cp);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (slice_eqz(e, entities[i].name)) {
			str_addz(s, entities[i].text);
			return;
		}
	}
	str_adds(s, e);
}

static int text_flush(struct md *m)
{
	bool ok = inline_text(&m->o, str_slice(&m->text), m->links > 0 ? INLINE_IN_LINK : m->bare);

	str_cut(&m->text, 0);
	return ok && !m->s.over && !m->text.over ? 0 : STOP;
}

static int put(struct md *m, const char *z)
{
	int stop = text_flush(m);

	str_addz(&m->s, z);
	return stop != 0 || m->s.over ? STOP : 0;
}

static const char *cell_open(const MD_BLOCK_TD_DETAIL *d, bool head)
{
	switch (d->align) {
	case MD_ALIGN_CENTER:
		return head ? "<th class=\"center\">" : "<td class=\"center\">";
	case MD_ALIGN_RIGHT:
		return head ? "<th class=\"right\">" : "<td class=\"right\">";
	default:
		return head ? "<th>" : "<td>";
	}
}

/* A post stands under the page's h1 and the thread's h2. */
static int heading(struct md *m, unsigned level, bool open)
{
	static const char *const tags[2][4] = {
		{ "</h3>\n", "</h4>\n", "</h5>\n", "</h6>\n" },
		{ "<h3>", "<h4>", "<h5>", "<h6>" },
	};

	return put(m, tags[open][level > 4 ? 3 : level - 1]);
}

static int list_open(struct md *m, const MD_BLOCK_OL_DETAIL *d)
{
	int stop;

	if (d->start == 1)
		return put(m, "<ol>\n");
	stop = put(m, "<ol start=\"");
	out_i64(&m->o, d->start);
	return put(m, "\">\n") != 0 ? STOP : stop;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct md *m = ctx;

	if (++m->blocks > BLOCKS_MAX)
		return STOP;
	switch (type) {
	case MD_BLOCK_QUOTE:
		return put(m, "<blockquote>\n");
	case MD_BLOCK_UL:
		return put(m, "<ul>\n");
	case MD_BLOCK_OL:
		return list_open(m, detail);
	case MD_BLOCK_LI:
		return put(m, "<li>");
	case MD_BLOCK_HR:
		return put(m, "<hr>\n");
	case MD_BLOCK_H:
		return heading(m, ((MD_BLOCK_H_DETAIL *)detail)->level, true);
	case MD_BLOCK_CODE:
		return put(m, "<pre><code>");
	case MD_BLOCK_P:
		return put(m, "<p>");
	case MD_BLOCK_TABLE:
		return put(m, "<table>\n");
	case MD_BLOCK_THEAD:
		return put(m, "<thead>\n");
	case MD_BLOCK_TBODY:
		return put(m, "<tbody>\n");
	case MD_BLOCK_TR:
		return put(m, "<tr>");
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		return put(m, cell_open(detail, type == MD_BLOCK_TH));
	default:
		return 0; /* the document; raw HTML is off */
	}
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct md *m = ctx;

	switch (type) {
	case MD_BLOCK_QUOTE:
		return put(m, "</blockquote>\n");
	case MD_BLOCK_UL:
		return put(m, "</ul>\n");
	case MD_BLOCK_OL:
		return put(m, "</ol>\n");
	case MD_BLOCK_LI:
		return put(m, "</li>\n");
	case MD_BLOCK_H:
		return heading(m, ((MD_BLOCK_H_DETAIL *)detail)->level, false);
	case MD_BLOCK_CODE:
		return put(m, "</code></pre>\n");
	case MD_BLOCK_P:
		return put(m, "</p>\n");
	case MD_BLOCK_TABLE:
		return put(m, "</table>\n");
	case MD_BLOCK_THEAD:
		return put(m, "</thead>\n");
	case MD_BLOCK_TBODY:
		return put(m, "</tbody>\n");
	case MD_BLOCK_TR:
		return put(m, "</tr>\n");
	case MD_BLOCK_TH:
		return put(m, "</th>");
	case MD_BLOCK_TD:
		return put(m, "</td>");
	default:
		return text_flush(m);
	}
}

/* The URL as a browser would read it: entities decoded, controls gone. */
static void url_decode(struct md *m, const MD_ATTRIBUTE *attr)
{
	struct str raw;

	str_init(&raw, m->arena, m->s.cap);
	str_init(&m->url, m->arena, m->s.cap);
	for (size_t i = 0; attr->text != NULL && attr->substr_offsets[i] < attr->size; i++) {
		MD_OFFSET from = attr->substr_offsets[i], to = attr->substr_offsets[i + 1];
		struct slice part = slice_make(attr->text + from, to - from);

		if (attr->substr_types[i] == MD_TEXT_ENTITY)
			entity_add(&raw, part);
		else if (attr->substr_types[i] == MD_TEXT_NORMAL)
			str_adds(&raw, part);
	}
	for (size_t i = 0; i < raw.n; i++)
		if ((unsigned char)raw.p[i] >= 0x20 && raw.p[i] != 0x7f)
			str_addc(&m->url, raw.p[i]);
}

static bool is_mailto(struct slice url)
{
	return slice_istarts(slice_trim(url), "mailto:");
}

static int link_open(struct md *m, const MD_ATTRIBUTE *attr)
{
	int stop = text_flush(m);
	struct slice url;

	if (m->links++ > 0)
		return stop;
	url_decode(m, attr);
	url = slice_trim(str_slice(&m->url));
	m->anchor = url_allowed(url, false) && !is_mailto(url);
	if (m->anchor)
		inline_link_open(&m->o, url);
	m->link_at = m->s.n;
	return stop != 0 || m->s.over || m->url.over ? STOP : 0;
}

/* [Ana](mailto:ana@x.org) is "Ana" and the address, which the reader may or
 * may not be shown; <ana@x.org> is the address alone. */
static void mailto_close(struct md *m, struct slice url)
{
	struct slice addr = slice_make(url.p + 7, url.n - 7), content;
	size_t at, n;
	bool same;

	if (!inline_addr_find(addr, 0, &at, &n))
		return;
	content = slice_make(m->s.p + m->link_at, m->s.n - m->link_at);
	same = content.n == n + 3 && memcmp(content.p + 2, addr.p + at, n) == 0;
	if (same || content.n == 0)
		str_cut(&m->s, m->link_at);
	else
		str_addc(&m->s, ' ');
	str_addz(&m->s, "\001A");
	str_add(&m->s, addr.p + at, n);
	str_addc(&m->s, '\002');
}

static int link_close(struct md *m)
{
	int stop = text_flush(m);
	struct slice url;

	if (--m->links > 0 || stop)
		return stop;
	url = slice_trim(str_slice(&m->url));
	if (is_mailto(url)) {
		mailto_close(m, url);
	} else if (m->s.n == m->link_at && url.n > 0) {
		/* an image without words, or [](url) */
		if (!inline_text(&m->o, url, m->anchor ? INLINE_IN_LINK : 0))
			return STOP;
	}
	if (m->anchor)
		str_addz(&m->s, "</a>");
	m->anchor = false;
	return m->s.over ? STOP : 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct md *m = ctx;

	switch (type) {
	case MD_SPAN_EM:
		return put(m, "<em>");
	case MD_SPAN_STRONG:
		return put(m, "<strong>");
	case MD_SPAN_CODE:
		return put(m, "<code>");
	case MD_SPAN_DEL:
		return put(m, "<del>");
	case MD_SPAN_A:
		return link_open(m, &((MD_SPAN_A_DETAIL *)detail)->href);
	case MD_SPAN_IMG:
		return link_open(m, &((MD_SPAN_IMG_DETAIL *)detail)->src);
	default:
		return 0;
	}
}

static int leave_span(MD_SPANTYPE type, UNUSED void *detail, void *ctx)
{
	struct md *m = ctx;

	switch (type) {
	case MD_SPAN_EM:
		return put(m, "</em>");
	case MD_SPAN_STRONG:
		return put(m, "</strong>");
	case MD_SPAN_CODE:
		return put(m, "</code>");
	case MD_SPAN_DEL:
		return put(m, "</del>");
	case MD_SPAN_A:
	case MD_SPAN_IMG:
		return link_close(m);
	default:
		return 0;
	}
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
	struct md *m = ctx;

	switch (type) {
	case MD_TEXT_NULLCHAR:
		utf8_add(&m->text, 0xfffd);
		break;
	case MD_TEXT_BR:
		return put(m, "<br>\n");
	case MD_TEXT_SOFTBR:
		str_addc(&m->text, '\n');
		break;
	case MD_TEXT_ENTITY:
		entity_add(&m->text, slice_make(p, n));
		break;
	default:
		str_add(&m->text, p, n);
	}
	return m->text.over ? STOP : 0;
}

static bool many_urls(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i + 4 < text.n && n <= URLS_MAX; i++)
		n += (text.p[i] == ':' && text.p[i + 1] == '/' && text.p[i + 2] == '/') ||
		     (slice_istarts(slice_make(text.p + i, 4), "www."));
	return n > URLS_MAX;
}

struct html markup_render(struct arena *a, struct slice text, size_t cap)
{
	MD_PARSER parser = {
		.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH |
			 MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = on_text,
	};
	struct md m = { .arena = a };

	str_init(&m.s, a, cap);
	str_init(&m.text, a, cap);
	m.o.s = &m.s;
	if (many_urls(text)) {
		parser.flags &= ~(unsigned)(MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS);
		m.bare = INLINE_LINKS;
	}
	if (text.n > UINT32_MAX / 2 || md_parse(text.p, (MD_SIZE)text.n, &parser, &m) != 0 ||
	    m.s.over)
		return plain_render(a, text, NULL, 0, cap);
	return (struct html){ str_z(&m.s), m.s.n };
}
