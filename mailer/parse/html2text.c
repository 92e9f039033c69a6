/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML mail to readable text: a tokenizer of our own, one pass, no tree, no
 * entity but the predefined ones, nothing fetched. Quotes become "> " lines,
 * lists get marks, links show where they lead if their text does not.
 * Incoming HTML is never served again; this is all anybody sees of it.
 */
#include <ctype.h>

#include "mailer/parse/entities.h"
#include "mailer/parse/part.h"
#include "server/base/base.h"

#define HTML_CAP ((size_t)512 << 10)
#define TAG_CAP 8192
#define HREF_CAP 2000
#define QUOTE_DEPTH 20
#define LIST_DEPTH 12

struct html_text {
	struct arena *a;
	struct str out;
	unsigned quote;                 /* depth of blockquote */
	unsigned pre;
	struct { bool ordered; unsigned item; } list[LIST_DEPTH];
	unsigned nlist;
	unsigned breaks;                /* line ends owed before the next text: 0, 1 or 2 */
	bool blank;                     /* a blank is owed before the next text */
	bool cell;                      /* a cell mark is owed */
	bool at_start;                  /* nothing on this line yet */
	char marker[16];                /* of the list item that begins */
	const char *hint;               /* name of the element that holds a quote, NULL: none open */
	size_t hint_len;
	unsigned hint_depth;            /* elements of that name within it, itself included */
	bool hint_all;                  /* all that follows is a quote */
	struct slice href;              /* raw, of the open link */
	size_t href_text;               /* where its text begins in out */
};

static void prefix(struct html_text *h, bool bare)
{
	for (unsigned i = 0; i < h->quote && i < QUOTE_DEPTH; i++)
		str_addz(&h->out, bare && i + 1 == h->quote ? ">" : "> ");
}

/* Trailing blanks of the line go, but not those of the signature mark. */
static void line_end(struct html_text *h)
{
	size_t n = h->out.n;

	while (n > 0 && h->out.p[n - 1] == ' ')
		n--;
	if (h->out.n > n && n >= 2 && memcmp(h->out.p + n - 2, "--", 2) == 0 &&
	    (n == 2 || h->out.p[n - 3] == '\n'))
		n++;
	str_cut(&h->out, n);
	str_addc(&h->out, '\n');
}

/* Pays what is owed before text appears. */
static void settle(struct html_text *h)
{
	if (h->out.n == 0) {
		h->breaks = 0;
		h->at_start = true;
		if (h->quote)
			prefix(h, false);
	} else if (h->breaks > 0) {
		line_end(h);
		for (; h->breaks > 1; h->breaks--) {
			prefix(h, true);
			str_addc(&h->out, '\n');
		}
		prefix(h, false);
		h->at_start = true;
	}
	if (h->breaks > 0 || h->at_start)
		h->blank = h->cell = false;
	h->breaks = 0;
	if (h->marker[0]) {
		for (unsigned i = 1; i < h->nlist && i < LIST_DEPTH; i++)
			str_addz(&h->out, "  ");
		str_addz(&h->out, h->marker);
		h->marker[0] = '\0';
		h->blank = h->cell = false;
	}
	if (h->cell)
		str_addz(&h->out, " | ");
	else if (h->blank)
		str_addc(&h->out, ' ');
	h->cell = h->blank = h->at_start = false;
}

static void add_text(struct html_text *h, const char *p, size_t n)
{
	settle(h);
	str_add(&h->out, p, n);
}

static void owe_breaks(struct html_text *h, unsigned n)
{
	if (h->breaks < n)
		h->breaks = n;
	h->blank = false;
}

/* One character reference at s ("&..."); its length, or 0 where it is none. */
static size_t reference(struct slice s, uint32_t *cp_r)
{
	size_t i = 2;
	uint32_t v = 0;

	if (s.n < 3)
		return 0;
	if (s.p[1] == '#') {
		bool hex = s.p[2] == 'x' || s.p[2] == 'X';
		size_t first = i = hex ? 3 : 2;

		for (; i < s.n && i < first + 8; i++) {
			unsigned char c = (unsigned char)s.p[i];
			if (hex ? !isxdigit(c) : !isdigit(c))
				break;
			v = v * (hex ? 16 : 10) +
			    (uint32_t)(isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
		}
		if (i == first)
			return 0;
		*cp_r = entity_numeric(v);
	} else {
		i = 1;
		while (i < s.n && i < 12 && isalnum((unsigned char)s.p[i]))
			i++;
		*cp_r = entity_named(slice_make(s.p + 1, i - 1));
		if (*cp_r == 0)
			return 0;
	}
	return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

/* Attribute values: references only. */
static struct slice attr_text(struct arena *a, struct slice v)
{
	struct str s;

	str_init(&s, a, v.n * 3 + 8);
	for (size_t i = 0; i < v.n; ) {
		uint32_t cp;
		size_t n = v.p[i] == '&' ? reference(slice_make(v.p + i, v.n - i), &cp) : 0;

		if (n > 0) {
			utf8_add(&s, cp);
			i += n;
		} else if ((unsigned char)v.p[i] < ' ') {
			i++;
		} else {
			str_addc(&s, v.p[i++]);
		}
	}
	return slice_trim(str_slice(&s));
}

static void text_run(struct html_text *h, struct slice s)
{
	for (size_t i = 0; i < s.n && !h->out.over; ) {
		unsigned char c = (unsigned char)s.p[i];
		uint32_t cp;
		size_t n;

		if (c == '\n' && h->pre) {
			if (h->breaks++ >= 2)
				h->breaks = 2;
			i++;
		} else if (isspace(c) && !h->pre) {
			h->blank = true;
			i++;
		} else if (c == '&' && (n = reference(slice_make(s.p + i, s.n - i), &cp)) > 0) {
			i += n;
			if (cp == 0xa0) {
				if (h->pre)
					add_text(h, " ", 1);
				else
					h->blank = true;
			} else if (cp != 0x200b && cp != 0x200c && cp != 0xfeff && cp != 0xad) {
				settle(h);
				utf8_add(&h->out, cp);
			}
		} else {
			size_t j = i + 1;

			while (j < s.n && s.p[j] != '&' &&
			       (h->pre ? s.p[j] != '\n' : !isspace((unsigned char)s.p[j])))
				j++;
			if (!(c == '\r' && j == i + 1))
				add_text(h, s.p + i, j - i);
			i = j;
		}
	}
}

/* The value of an attribute within a tag's inside; false where it has none. */
static bool attribute(struct slice tag, const char *name, struct slice *v_r)
{
	const char *p = tag.p, *end = p + tag.n;

	for (unsigned count = 0; p < end && count < 100; count++) {
		const char *from;
		struct slice key;

		while (p < end && (isspace((unsigned char)*p) || *p == '/'))
			p++;
		from = p;
		while (p < end && *p != '=' && !isspace((unsigned char)*p))
			p++;
		key = slice_make(from, (size_t)(p - from));
		while (p < end && isspace((unsigned char)*p))
			p++;
		if (p == end || *p != '=')
			continue;
		p++;
		while (p < end && isspace((unsigned char)*p))
			p++;
		char quote = p < end && (*p == '"' || *p == '\'') ? *p : 0;
		if (quote)
			p++;
		from = p;
		while (p < end && (quote ? *p != quote : !isspace((unsigned char)*p)))
			p++;
		*v_r = slice_make(from, (size_t)(p - from));
		if (quote && p < end)
			p++;
		if (slice_ieqz(key, name))
			return true;
	}
	return false;
}

/* A link's text and its target say the same but for scheme and slash. */
static bool same_target(struct slice text, struct slice href)
{
	static const char *const schemes[] = { "mailto:", "https://", "http://", "tel:" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i]);
		if (slice_istarts(href, schemes[i]))
			href = slice_make(href.p + n, href.n - n);
		if (slice_istarts(text, schemes[i]))
			text = slice_make(text.p + n, text.n - n);
	}
	while (href.n && href.p[href.n - 1] == '/')
		href.n--;
	while (text.n && text.p[text.n - 1] == '/')
		text.n--;
	return slice_ieq(text, href);
}

static void link_open(struct html_text *h, struct slice tag)
{
	h->href = SLICE("");
	if (!attribute(tag, "href", &h->href) || h->href.n > HREF_CAP)
		h->href = SLICE("");
	h->href_text = h->out.n;
}

static void link_close(struct html_text *h)
{
	struct slice href = h->href, text;

	h->href = SLICE("");
	if (href.n == 0 || h->href_text >= h->out.n) /* nothing was written within it */
		return;
	href = attr_text(h->a, href);
	text = slice_make(h->out.p + h->href_text, h->out.n - h->href_text);
	while (text.n > 0 && (text.p[0] == '>' || text.p[0] == '\n' || text.p[0] == ' '))
		text = slice_make(text.p + 1, text.n - 1);
	if (text.n == 0 || same_target(slice_trim(text), href))
		return;
	if (!slice_istarts(href, "http://") && !slice_istarts(href, "https://") &&
	    !slice_istarts(href, "mailto:") && !slice_istarts(href, "ftp://"))
		return;
	if (slice_istarts(href, "mailto:"))
		href = slice_make(href.p + 7, href.n - 7);
	str_addz(&h->out, " <");
	str_adds(&h->out, href);
	str_addc(&h->out, '>');
}

static void list_tag(struct html_text *h, bool ordered, bool close)
{
	owe_breaks(h, h->nlist == 0 || (close && h->nlist == 1) ? 2 : 1);
	if (close) {
		if (h->nlist > 0)
			h->nlist--;
		h->marker[0] = '\0';
	} else {
		if (h->nlist < LIST_DEPTH) {
			h->list[h->nlist].ordered = ordered;
			h->list[h->nlist].item = 0;
		}
		h->nlist++;
	}
}

static void item_tag(struct html_text *h)
{
	owe_breaks(h, 1);
	if (h->nlist > 0 && h->nlist <= LIST_DEPTH && h->list[h->nlist - 1].ordered)
		snprintf(h->marker, sizeof(h->marker), "%u. ", ++h->list[h->nlist - 1].item);
	else
		snprintf(h->marker, sizeof(h->marker), "* ");
}

enum tag_kind {
	TAG_OTHER, TAG_BR, TAG_LINE, TAG_PARAGRAPH, TAG_QUOTE, TAG_LIST, TAG_ORDERED, TAG_ITEM,
	TAG_CELL, TAG_PRE, TAG_HR, TAG_LINK, TAG_IMAGE, TAG_SKIP,
};

static const struct { const char *name; enum tag_kind kind; } tags[] = {
	{ "a", TAG_LINK }, { "br", TAG_BR }, { "p", TAG_PARAGRAPH }, { "div", TAG_LINE },
	{ "td", TAG_CELL }, { "th", TAG_CELL }, { "tr", TAG_LINE }, { "table", TAG_LINE },
	{ "li", TAG_ITEM }, { "ul", TAG_LIST }, { "ol", TAG_ORDERED }, { "img", TAG_IMAGE },
	{ "blockquote", TAG_QUOTE }, { "pre", TAG_PRE }, { "hr", TAG_HR },
	{ "h1", TAG_PARAGRAPH }, { "h2", TAG_PARAGRAPH }, { "h3", TAG_PARAGRAPH },
	{ "h4", TAG_PARAGRAPH }, { "h5", TAG_PARAGRAPH }, { "h6", TAG_PARAGRAPH },
	{ "dl", TAG_PARAGRAPH }, { "dt", TAG_LINE }, { "dd", TAG_LINE }, { "center", TAG_LINE },
	{ "address", TAG_LINE }, { "article", TAG_LINE }, { "section", TAG_LINE },
	{ "header", TAG_LINE }, { "footer", TAG_LINE }, { "fieldset", TAG_LINE },
	{ "form", TAG_LINE }, { "caption", TAG_LINE }, { "option", TAG_LINE },
	{ "xmp", TAG_PRE }, { "listing", TAG_PRE }, { "dir", TAG_LIST }, { "menu", TAG_LIST },
	{ "body", TAG_LINE }, { "figure", TAG_LINE }, { "figcaption", TAG_LINE },
	{ "script", TAG_SKIP }, { "style", TAG_SKIP }, { "title", TAG_SKIP },
	{ "noframes", TAG_SKIP }, { "object", TAG_OTHER }, { "svg", TAG_SKIP },
};

static bool contains(struct slice s, const char *z)
{
	return slice_ifind(s, slice_of(z)) != NULL;
}

/*
 * What mail programs mark as the message that is answered, other than by a
 * blockquote: an element around it, or one that only tells where it begins.
 */
static const struct { const char *name; bool all; } quote_hints[] = {
	{ "divRplyFwdMsg", true }, { "ms-outlook-mobile-reference-message", true },
	{ "OLK_SRC_BODY_SECTION", false }, { "yahoo_quoted", false }, { "yahooQuoted", false },
	{ "protonmail_quote", false }, { "zmail_extra", false }, { "tutanota_quote", false },
	{ "bluemail_quote", false }, { "mailspring-quote", false },
};

/* Opens a quote where the element says that it is one. */
static void hint_open(struct html_text *h, struct slice name, struct slice tag)
{
	struct slice id = SLICE(""), cls = SLICE("");

	if (h->hint) {
		if (slice_ieq(name, slice_make(h->hint, h->hint_len)))
			h->hint_depth++;
		return;
	}
	if (h->hint_all || tag.n < 6 || h->quote > 0)
		return;
	if (!attribute(tag, "id", &id) && !attribute(tag, "class", &cls))
		return;
	attribute(tag, "class", &cls);
	for (size_t i = 0; i < ARRAY_LEN(quote_hints); i++) {
		if (!contains(id, quote_hints[i].name) && !contains(cls, quote_hints[i].name))
			continue;
		owe_breaks(h, 1);
		h->quote++;
		if (quote_hints[i].all) {
			h->hint_all = true;
		} else {
			h->hint = name.p;
			h->hint_len = name.n;
			h->hint_depth = 1;
		}
		return;
	}
}

static void hint_close(struct html_text *h, struct slice name)
{
	if (!h->hint || !slice_ieq(name, slice_make(h->hint, h->hint_len)) || --h->hint_depth > 0)
		return;
	h->hint = NULL;
	owe_breaks(h, 1);
	if (h->quote > 0)
		h->quote--;
}

static enum tag_kind tag_kind(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (slice_ieqz(name, tags[i].name))
			return tags[i].kind;
	return TAG_OTHER;
}

static void image(struct html_text *h, struct slice tag)
{
	struct slice alt;

	if (!attribute(tag, "alt", &alt))
		return;
	alt = attr_text(h->a, alt);
	if (alt.n == 0 || alt.n > 500)
		return;
	settle(h);
	str_addc(&h->out, '[');
	str_adds(&h->out, alt);
	str_addc(&h->out, ']');
}

static void tag_act(struct html_text *h, enum tag_kind kind, bool close, struct slice tag)
{
	switch (kind) {
	case TAG_BR:
		/* Two in a row are an empty line; more are no more. */
		if (h->breaks < 2 && (h->out.n > 0))
			h->breaks++;
		h->blank = false;
		break;
	case TAG_LINE:
		owe_breaks(h, 1);
		break;
	case TAG_PARAGRAPH:
		owe_breaks(h, 2);
		break;
	case TAG_QUOTE:
		owe_breaks(h, 1);
		if (!close)
			h->quote++;
		else if (h->quote > 0)
			h->quote--;
		break;
	case TAG_LIST:
	case TAG_ORDERED:
		list_tag(h, kind == TAG_ORDERED, close);
		break;
	case TAG_ITEM:
		if (!close)
			item_tag(h);
		break;
	case TAG_CELL:
		if (!close && h->breaks == 0)
			h->cell = true;
		break;
	case TAG_PRE:
		owe_breaks(h, 2);
		if (!close)
			h->pre++;
		else if (h->pre > 0)
			h->pre--;
		break;
	case TAG_HR:
		owe_breaks(h, 1);
		add_text(h, "----------", 10);
		owe_breaks(h, 1);
		break;
	case TAG_LINK:
		link_close(h);
		if (!close)
			link_open(h, tag);
		break;
	case TAG_IMAGE:
		image(h, tag);
		break;
	case TAG_SKIP:
	case TAG_OTHER:
		break;
	}
}

/* The end of the tag at p (after its '>'): quotes are honoured for TAG_CAP bytes. */
static const char *tag_end(const char *p, const char *end)
{
	const char *limit = end - p > TAG_CAP ? p + TAG_CAP : end;
	char quote = 0;

	for (const char *q = p + 1; q < limit; q++) {
		if (quote)
			quote = *q == quote ? 0 : quote;
		else if (*q == '>')
			return q + 1;
		else if ((*q == '"' || *q == '\'') && q[-1] == '=')
			quote = *q;
		else if (isspace((unsigned char)*q) && quote == 0 && q + 1 < limit &&
			 q[-1] == '=' && (q[1] == '"' || q[1] == '\''))
			quote = *++q;
	}
	const char *plain = memchr(p, '>', (size_t)(end - p));
	return plain ? plain + 1 : end;
}

/* After "</name ...>" that closes an element whose inside nobody reads. */
static const char *skip_element(const char *p, const char *end, struct slice name)
{
	for (; p < end && (p = memchr(p, '<', (size_t)(end - p))); p++)
		if ((size_t)(end - p) > name.n + 2 && p[1] == '/' &&
		    slice_ieq(slice_make(p + 2, name.n), name))
			return tag_end(p, end);
	return end;
}

static const char *markup(struct html_text *h, const char *p, const char *end)
{
	const char *name, *close, *q;
	bool closing = false;
	struct slice n;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		close = slice_find(slice_make(p + 4, (size_t)(end - p - 4)), SLICE("-->"));
		/* An unended comment swallows the rest, as in a browser. */
		return close ? close + 3 : end;
	}
	name = p + 1;
	if (name < end && *name == '/') {
		closing = true;
		name++;
	}
	if (name == end || (!isalpha((unsigned char)*name) && *name != '!' && *name != '?')) {
		text_run(h, slice_make("&lt;", 4));
		return p + 1;
	}
	for (q = name; q < end && isalnum((unsigned char)*q); q++)
		;
	n = slice_make(name, (size_t)(q - name));
	close = tag_end(p, end);
	enum tag_kind kind = tag_kind(n);
	if (kind == TAG_SKIP)
		return closing ? close : skip_element(close, end, n);
	struct slice inside = slice_make(q, (size_t)(close - q) - (close > q && close[-1] == '>'));
	if (closing)
		hint_close(h, n);
	tag_act(h, kind, closing, inside);
	if (!closing && kind != TAG_BR && kind != TAG_QUOTE && kind != TAG_IMAGE && kind != TAG_HR)
		hint_open(h, n, inside);
	return close;
}

char *html_to_text(struct arena *a, struct slice html, size_t cap, size_t *n_r)
{
	struct html_text h = { .a = a, .at_start = true, .href = SLICE("") };
	const char *p, *end;
	char *text;

	if (html.n > HTML_CAP)
		html = utf8_clip(html, HTML_CAP);
	str_init(&h.out, a, cap);
	p = html.p;
	end = p + html.n;
	while (p < end && !h.out.over) {
		const char *lt = memchr(p, '<', (size_t)(end - p));

		text_run(&h, slice_make(p, (size_t)((lt ? lt : end) - p)));
		p = lt ? markup(&h, lt, end) : end;
	}
	link_close(&h);
	if (h.out.n > 0)
		line_end(&h);
	text = utf8_clean(a, str_slice(&h.out), n_r);
	return text;
}
