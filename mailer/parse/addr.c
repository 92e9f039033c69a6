/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address headers (RFC 5322 section 3.4, and what is met in the wild): a name
 * with a bare comma ("Perez, Ana <a@b>"), groups, comments as names, and the
 * forms archives write to keep harvesters away ("ana en host", "ana at host").
 * One pass; comments are counted, not recursed into.
 */
#include "mailer/parse/part.h"
#include "server/base/base.h"

#define ADDR_MAX 320

struct piece {                  /* what lies between two top-level commas */
	const char *from, *to;
	const char *open, *close;       /* the last <...>, or NULL */
	const char *comment, *comment_end;
	bool quoted_at;                 /* an @ only within quotes */
};

struct addrs {
	struct arena *a;
	struct mail_addr *v;
	size_t n, size;
	const char *name_from;  /* pieces without an address, part of the next name */
	const char *charset;    /* of raw 8-bit names */
};

static void addrs_add(struct addrs *l, const char *name, const char *addr)
{
	if (!*name && !*addr)
		return;
	if (l->n == l->size) {
		size_t more = l->size ? l->size * 2 : 8;
		l->v = arena_grow(l->a, l->v, l->size * sizeof(*l->v), more * sizeof(*l->v));
		l->size = more;
	}
	l->v[l->n++] = (struct mail_addr){ name, addr };
}

/* Quotes and backslashes off, words decoded. */
static const char *addr_name(const struct addrs *l, struct slice s)
{
	struct arena *a = l->a;
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	bool quoted = false;

	s = slice_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') {
			quoted = !quoted;
			continue;
		}
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		p[n++] = s.p[i];
	}
	char *name = line_clean(a, words_decode(a, slice_make(p, n), l->charset));
	size_t len = strlen(name);
	/* 'Ana' in single quotes is how one mail program writes every name. */
	if (len > 2 && name[0] == '\'' && name[len - 1] == '\'') {
		name[len - 1] = '\0';
		name++;
	}
	return name;
}

/* A usable local@domain, or "". Blanks around the @ and a route go. */
static const char *addr_spec(struct arena *a, struct slice s)
{
	char *p;
	size_t n = 0, len;
	const char *colon;
	bool quoted = false;
	unsigned comment = 0;

	s = slice_trim(s);
	if (s.n > 0 && s.p[0] == '@' && (colon = memchr(s.p, ':', s.n)))
		s = slice_make(colon + 1, (size_t)(s.p + s.n - colon - 1));
	if (slice_istarts(s, "mailto:"))
		s = slice_make(s.p + 7, s.n - 7);
	if (s.n > ADDR_MAX)
		return "";
	p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		/* A local part that needs its quotes is one nobody can write to. */
		quoted ^= c == '"';
		if (c == '(' && !quoted)
			comment++;
		if (comment > 0) {
			comment -= c == ')';
			continue;
		}
		if (quoted && c != '"' && (c <= ' ' || strchr("()<>[]:;@\\,", c)))
			return "";
		if (c > ' ' && c != 0x7f && c != '<' && c != '>' && c != ',' && c != '"')
			p[n++] = (char)c;
	}
	while (n > 0 && (p[n - 1] == '.' || p[n - 1] == ';'))
		n--;
	p[n] = '\0';
	char *at = strrchr(p, '@');
	if (!at || at == p || !at[1])
		return "";
	for (char *c = at; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
	return utf8_clean(a, slice_make(p, n), &len);
}

static bool next_word(struct slice *rest, struct slice *w)
{
	*rest = slice_trim(*rest);
	if (rest->n == 0)
		return false;
	if (!slice_cut(rest, ' ', w))
		*rest = SLICE("");
	return w->n > 0;
}

/* "ana at example.org", "ana en example.org": three words, the last a host. */
static const char *addr_munged(struct arena *a, struct slice s)
{
	static const char *const at[] = { "at", "en", "em", "a", "(at)", "[at]", "chez", "bei" };
	struct slice local, word, host, more;

	if (!next_word(&s, &local) || !next_word(&s, &word) || !next_word(&s, &host) ||
	    next_word(&s, &more) || memchr(local.p, '@', local.n) || !memchr(host.p, '.', host.n))
		return "";
	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		if (slice_ieqz(word, at[i]))
			return addr_spec(a, slice_of(arena_fmt(a, "%.*s@%.*s", (int)local.n,
							       local.p, (int)host.n, host.p)));
	return "";
}

/* The piece without its comment. */
static struct slice piece_bare(struct arena *a, const struct piece *x, const char *from)
{
	if (!x->comment || x->comment < from)
		return slice_make(from, (size_t)(x->to - from));
	struct slice head = slice_make(from, (size_t)(x->comment - from));
	struct slice tail = slice_make(x->comment_end, (size_t)(x->to - x->comment_end));
	return slice_of(arena_fmt(a, "%.*s %.*s", (int)head.n, head.p, (int)tail.n, tail.p));
}

static const char *piece_comment(const struct addrs *l, const struct piece *x)
{
	const char *end;

	if (!x->comment)
		return "";
	end = x->comment_end > x->comment + 1 && x->comment_end[-1] == ')' ? x->comment_end - 1 :
	      x->comment_end;
	return addr_name(l, slice_make(x->comment + 1, (size_t)(end - x->comment - 1)));
}

/* "Ana Perez (ana@b)": the address where a name should be, or "". */
static const char *comment_addr(struct arena *a, const struct piece *x)
{
	struct slice s;

	if (!x->comment || x->comment_end - x->comment < 5 || x->comment_end[-1] != ')')
		return "";
	s = slice_trim(slice_make(x->comment + 1, (size_t)(x->comment_end - x->comment - 2)));
	return memchr(s.p, ' ', s.n) || memchr(s.p, '(', s.n) ? "" : addr_spec(a, s);
}

/* Blanks around dots and the @ are obsolete syntax and mean nothing. */
static struct slice dots_tight(struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' || s.p[i] == '@')
			while (n > 0 && p[n - 1] == ' ')
				n--;
		else if (s.p[i] == ' ' && n > 0 && (p[n - 1] == '.' || p[n - 1] == '@'))
			continue;
		p[n++] = s.p[i];
	}
	return slice_make(p, n);
}

static void piece_done(struct addrs *l, struct piece *x)
{
	const char *from = l->name_from ? l->name_from : x->from;
	const char *name, *addr;
	struct slice bare;

	if (x->open) {
		const char *close = x->close ? x->close : x->to;
		struct slice in = slice_make(x->open + 1, (size_t)(close - x->open - 1));

		addr = addr_spec(l->a, in);
		if (!*addr)
			addr = addr_munged(l->a, in);
		name = addr_name(l, slice_make(from, (size_t)(x->open - from)));
		if (!*name)
			name = piece_comment(l, x);
		if (!*name && !*addr)
			name = addr_name(l, in);
		addrs_add(l, name, addr);
		l->name_from = NULL;
		return;
	}
	bare = slice_trim(piece_bare(l->a, x, x->from));
	addr = addr_munged(l->a, bare);
	if (!*addr && memchr(bare.p, '@', bare.n) && !x->quoted_at) {
		bare = dots_tight(l->a, bare);
		/* "Ana Perez ana@b": the last word with an @ is it. */
		const char *at = bare.p + bare.n - 1, *b, *e, *end = bare.p + bare.n;

		while (*at != '@')
			at--;
		b = e = at;
		bool quoted = b > bare.p && b[-1] == '"';
		if (quoted)
			b--;
		while (b > bare.p && (quoted ? *b != '"' || b == at - 1 :
					       b[-1] != ' ' && b[-1] != '\t'))
			b--;
		while (e < end && *e != ' ' && *e != '\t')
			e++;
		bool lone = b == bare.p && e == end;
		addr = addr_spec(l->a, lone || b == at || e == at + 1 ? bare :
				 slice_make(b, (size_t)(e - b)));
		name = piece_comment(l, x);
		if (!*name && b > bare.p && b < at)
			name = addr_name(l, slice_make(bare.p, (size_t)(b - bare.p)));
		addrs_add(l, name, addr);
		l->name_from = NULL;
	} else if (*addr) {
		addrs_add(l, piece_comment(l, x), addr);
		l->name_from = NULL;
	} else if (*(addr = comment_addr(l->a, x))) {
		addrs_add(l, addr_name(l, bare), addr);
		l->name_from = NULL;
	} else if (bare.n > 0 || x->comment) {
		if (!l->name_from)
			l->name_from = x->from;
	}
}

static void pieces_scan(struct addrs *l, const char *p, const char *end)
{
	struct piece x = { .from = p };
	unsigned depth = 0;
	bool quoted = false, angle = false, at = false;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end && (quoted || depth > 0)) {
			p++;
		} else if (quoted) {
			quoted = *p != '"';
			x.quoted_at |= *p == '@' && !at;
		} else if (*p == '(' && !angle) {
			if (depth++ == 0)
				x.comment = p;
		} else if (depth > 0) {
			if (*p == ')' && --depth == 0)
				x.comment_end = p + 1;
		} else if (*p == '"') {
			quoted = true;
		} else if (*p == '<') {
			x.open = p;
			x.close = NULL;
			angle = true;
		} else if (*p == '>') {
			if (angle)
				x.close = p;
			angle = false;
		} else if (*p == '@') {
			at = true;
			x.quoted_at = false;
		} else if (*p == ':' && !angle && !at) {
			x = (struct piece){ .from = p + 1 }; /* a group's name */
			l->name_from = NULL;
		} else if ((*p == ',' || *p == ';') && (!angle || *p == ';')) {
			x.to = p;
			if (depth || (x.comment && !x.comment_end))
				x.comment_end = p;
			piece_done(l, &x);
			x = (struct piece){ .from = p + 1 };
			angle = at = false;
		}
	}
	x.to = end;
	if (x.comment && (depth > 0 || !x.comment_end))
		x.comment_end = end;
	piece_done(l, &x);
}

static size_t addrs_parse(struct addrs *l, struct slice v)
{
	pieces_scan(l, v.p, v.p + v.n);
	if (l->name_from)
		addrs_add(l, addr_name(l, slice_make(l->name_from,
				       (size_t)(v.p + v.n - l->name_from))), "");
	l->name_from = NULL;
	return l->n;
}

size_t addr_list(struct arena *a, struct slice value, const char *charset,
		 struct mail_addr **out_r)
{
	struct addrs l = { .a = a, .charset = charset };
	struct slice v = slice_trim(header_unfold(a, value));

	addrs_parse(&l, v);
	/* Some encode the whole of "Ana <ana@b>" as one word. */
	if (l.n == 1 && !*l.v[0].addr && slice_find(v, SLICE("=?"))) {
		struct addrs again = { .a = a, .charset = charset };

		addrs_parse(&again, slice_of(line_clean(a, words_decode(a, v, charset))));
		if (again.n > 0 && *again.v[0].addr)
			l = again;
	}
	*out_r = l.v;
	return l.n;
}
