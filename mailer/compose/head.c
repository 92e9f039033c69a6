/* SPDX-License-Identifier: Apache-2.0 */
/* Header fields; see head.h. */
#include "mailer/compose/encode.h"
#include "mailer/compose/head.h"

#include "server/base/base.h"

#define FOLD 78
#define WORD_MAX 75                     /* RFC 2047 section 2 */
#define WORD_FRAME 12                   /* =?utf-8?Q? and ?= */
#define TOKEN_MAX 990

static const char hex[] = "0123456789ABCDEF";

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* C0, DEL, C1 and the two Unicode line ends: nothing that could end a line anywhere. */
static bool is_control(uint32_t cp)
{
	return cp < 32 || (cp >= 127 && cp < 160) || cp == 0x2028 || cp == 0x2029;
}

struct slice head_clean(struct arena *a, const char *text)
{
	struct slice s = slice_of(text);
	struct str o;
	bool gap = false;

	str_init(&o, a, 3 * s.n + 1);
	while (s.n > 0) {
		size_t k;
		uint32_t cp = utf8_next(s, &k);

		if (cp == ' ' || is_control(cp)) {
			gap = o.n > 0;
		} else {
			if (gap)
				str_addc(&o, ' ');
			gap = false;
			utf8_add(&o, cp);
		}
		s.p += k;
		s.n -= k;
	}
	return str_slice(&o);
}

void head_begin(struct head *h, struct str *o, const char *name)
{
	h->o = o;
	str_addz(o, name);
	str_addc(o, ':');
	h->col = strlen(name) + 1;
}

void head_end(struct head *h)
{
	str_add(h->o, "\r\n", 2);
}

static void head_space(struct head *h, size_t next)
{
	/* the first token stays on the field's line: "Name:" alone there upsets old readers */
	bool first = h->col > 0 && h->o->n > 0 && h->o->p[h->o->n - 1] == ':';

	if (h->col + 1 + next > FOLD && !first) {
		str_add(h->o, "\r\n ", 3);
		h->col = 1;
	} else {
		str_addc(h->o, ' ');
		h->col++;
	}
}

void head_token(struct head *h, struct slice t)
{
	head_space(h, t.n);
	str_adds(h->o, t);
	h->col += t.n;
}

/* RFC 2047 5.3: the set that is safe in a phrase is safe everywhere. */
static size_t q_cost(unsigned char c)
{
	return is_alnum(c) || c == ' ' || c == '!' || c == '*' || c == '+' || c == '-' || c == '/'
	       ? 1 : 3;
}

static size_t q_len(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += q_cost((unsigned char)s.p[i]);
	return n;
}

static void q_put(struct str *o, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == ' ') {
			str_addc(o, '_');
		} else if (q_cost(c) == 1) {
			str_addc(o, (char)c);
		} else {
			char e[3] = { '=', hex[c >> 4], hex[c & 15] };

			str_add(o, e, 3);
		}
	}
}

static void b_put(struct str *o, struct slice s)
{
	size_t at = o->n;

	codec_base64(o, s);               /* under 57 bytes: one line */
	if (o->n > at + 2)
		str_cut(o, o->n - 2);
}

/* The longest run of whole characters whose encoded form fits into room. */
static size_t word_fit(struct slice s, bool q, size_t room)
{
	size_t n = 0, cost = 0;

	while (n < s.n) {
		size_t k, c;

		utf8_next(slice_make(s.p + n, s.n - n), &k);
		c = q ? cost + q_len(slice_make(s.p + n, k)) : (n + k + 2) / 3 * 4;
		if (c > room)
			break;
		cost = c;
		n += k;
	}
	return n;
}

/* s as one or more encoded words; white space between them is not shown. */
void head_encoded(struct head *h, struct slice s)
{
	bool q = q_len(s) <= (s.n + 2) / 3 * 4;

	while (s.n > 0) {
		size_t room = FOLD - 1 > h->col ? FOLD - 1 - h->col : 0, n;

		if (room < WORD_FRAME + 16)
			room = WORD_MAX;        /* head_space will fold */
		if (room > WORD_MAX)
			room = WORD_MAX;
		n = word_fit(s, q, room - WORD_FRAME);
		head_space(h, q ? WORD_FRAME + q_len(slice_make(s.p, n)) : WORD_FRAME + (n + 2) / 3 * 4);
		size_t at = h->o->n;

		str_addz(h->o, q ? "=?utf-8?Q?" : "=?utf-8?B?");
		if (q)
			q_put(h->o, slice_make(s.p, n));
		else
			b_put(h->o, slice_make(s.p, n));
		str_add(h->o, "?=", 2);
		h->col += h->o->n - at;
		s.p += n;
		s.n -= n;
	}
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 126)
			return false;
	return true;
}

static bool word_plain(struct slice w)
{
	return is_ascii(w) && w.n <= 60 && slice_find(w, SLICE("=?")) == NULL;
}

void head_words(struct head *h, struct slice text)
{
	while (text.n > 0) {
		struct slice w, run = text;

		slice_cut(&text, ' ', &w);
		if (word_plain(w)) {
			head_token(h, w);
			continue;
		}
		/* words that follow and need it too go into one run, their spaces with them */
		for (;;) {
			struct slice rest = text, next;

			run.n = (size_t)(w.p + w.n - run.p);
			if (rest.n == 0)
				break;
			slice_cut(&rest, ' ', &next);
			if (word_plain(next))
				break;
			w = next;
			text = rest;
		}
		head_encoded(h, run);
	}
}

void head_text(struct str *o, const char *name, const char *text)
{
	struct slice s = head_clean(o->arena, text);
	struct head h;

	head_begin(&h, o, name);
	if (s.n > 0)
		head_words(&h, s);
	else
		str_addc(o, ' ');
	head_end(&h);
}

static bool is_special(unsigned char c)
{
	return c < 32 || strchr("()<>[]:;@\\,.\"", c) != NULL;
}

/* A display name: atoms, a quoted string, or encoded words. */
void head_phrase(struct head *h, struct slice s)
{
	bool quote = false;
	struct str q;

	if (!is_ascii(s) || s.n > 60 || slice_find(s, SLICE("=?")) != NULL) {
		head_encoded(h, s);
		return;
	}
	str_init(&q, h->o->arena, 2 * s.n + 2);
	str_addc(&q, '"');
	for (size_t i = 0; i < s.n; i++) {
		quote |= is_special((unsigned char)s.p[i]);
		if (s.p[i] == '"' || s.p[i] == '\\')
			str_addc(&q, '\\');
		str_addc(&q, s.p[i]);
	}
	str_addc(&q, '"');
	head_token(h, quote ? str_slice(&q) : s);
}

bool head_addr_ok(const char *addr)
{
	const char *at = strrchr(addr, '@');
	size_t n = strlen(addr);

	if (at == NULL || at == addr || at[1] == '\0' || n > 254 || at - addr > 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)addr[i];

		if (c <= 32 || c > 126 || strchr("()<>[]:;\\,\"", c) != NULL ||
		    (c == '@' && addr + i != at))
			return false;
	}
	return true;
}

bool head_mailbox(struct head *h, const char *name, const char *addr, const char *after)
{
	struct slice s = head_clean(h->o->arena, name);

	if (!head_addr_ok(addr))
		return false;
	if (s.n > 0) {
		head_phrase(h, s);
		head_token(h, slice_of(arena_fmt(h->o->arena, "<%s>%s", addr, after)));
	} else {
		head_token(h, slice_of(arena_fmt(h->o->arena, "%s%s", addr, after)));
	}
	return true;
}

bool head_id_ok(const char *id)
{
	size_t n = strlen(id);

	if (n == 0 || n > TOKEN_MAX - 4)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)id[i];

		if (c <= 32 || c > 126 || c == '<' || c == '>')
			return false;
	}
	return true;
}

void head_ids(struct str *o, const char *name, const char *const *ids, size_t n)
{
	struct head h;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!head_id_ok(ids[i]))
			continue;
		if (!any)
			head_begin(&h, o, name);
		any = true;
		head_token(&h, slice_of(arena_fmt(o->arena, "<%s>", ids[i])));
	}
	if (any)
		head_end(&h);
}

void head_id(struct str *o, const char *name, const char *id)
{
	head_ids(o, name, &id, 1);
}

char *head_url(struct arena *a, const char *scheme, const char *url)
{
	struct str o;

	str_init(&o, a, 900);
	str_addc(&o, '<');
	str_addz(&o, scheme);
	for (const char *p = url; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_alnum(c) || (c > 32 && c < 127 && strchr("<>\"\\^`{|}", c) == NULL))
			str_addc(&o, *p);
		else
			str_fmt(&o, "%%%02X", c);
	}
	str_addc(&o, '>');
	if (o.over || *url == '\0')
		return arena_strdup(a, "");
	return arena_strdup(a, str_z(&o));
}

/* RFC 2231 attribute-char. */
static bool is_attr(unsigned char c)
{
	return is_alnum(c) || (c != 0 && strchr("!#$&+-.^_`{|}~", c) != NULL);
}

static void param_ext(struct str *o, const char *attr, struct slice v)
{
	const size_t room = 78 - 24;
	size_t need = 0;
	bool many;

	for (size_t i = 0; i < v.n; i++)
		need += is_attr((unsigned char)v.p[i]) ? 1 : 3;
	many = need > room;
	for (unsigned part = 0; v.n > 0; part++) {
		size_t col = 0;

		if (many)
			str_fmt(o, ";\r\n %s*%u*=", attr, part);
		else
			str_fmt(o, ";\r\n %s*=", attr);
		if (part == 0)
			str_addz(o, "utf-8''");
		while (v.n > 0) {
			size_t k, cost = 0;

			utf8_next(v, &k);
			for (size_t i = 0; i < k; i++)
				cost += is_attr((unsigned char)v.p[i]) ? 1 : 3;
			if (col + cost > room)
				break;
			for (size_t i = 0; i < k; i++) {
				unsigned char c = (unsigned char)v.p[i];

				if (is_attr(c))
					str_addc(o, (char)c);
				else
					str_fmt(o, "%%%02X", c);
			}
			col += cost;
			v.p += k;
			v.n -= k;
		}
	}
}

void head_param(struct str *o, const char *attr, const char *value)
{
	struct slice v = utf8_clip(head_clean(o->arena, value), 255);

	if (v.n == 0)
		return;
	if (!is_ascii(v) || v.n > 60) {
		param_ext(o, attr, v);
		return;
	}
	str_fmt(o, ";\r\n %s=\"", attr);
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"' || v.p[i] == '\\')
			str_addc(o, '\\');
		str_addc(o, v.p[i]);
	}
	str_addc(o, '"');
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The content of one encoded word. */
static void word_decode(struct str *o, char how, struct slice s)
{
	if (how == 'b' || how == 'B') {
		str_adds(o, codec_decode(o->arena, "base64", s));
		return;
	}
	for (size_t i = 0; i < s.n; i++) {
		int hi = i + 2 < s.n && s.p[i] == '=' ? hex_value(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? hex_value(s.p[i + 2]) : -1;

		if (lo >= 0) {
			str_addc(o, (char)(hi << 4 | lo));
			i += 2;
		} else {
			str_addc(o, s.p[i] == '_' ? ' ' : s.p[i]);
		}
	}
}

char *head_decode(struct arena *a, struct slice raw)
{
	struct str o;

	str_init(&o, a, raw.n + 1);
	while (raw.n > 0) {
		struct slice w = raw, cs, how, text;

		if (slice_starts(w, "=?")) {
			w.p += 2;
			w.n -= 2;
			if (slice_cut(&w, '?', &cs) && slice_cut(&w, '?', &how) && how.n == 1 &&
			    slice_cut(&w, '?', &text) && w.n > 0 && w.p[0] == '=') {
				word_decode(&o, how.p[0], text);
				raw = slice_make(w.p + 1, w.n - 1);
				if (slice_starts(slice_trim(raw), "=?"))
					while (!slice_starts(raw, "=?")) {
						raw.p++;
						raw.n--;
					}
				continue;
			}
		}
		str_addc(&o, raw.p[0]);
		raw.p++;
		raw.n--;
	}
	return arena_strdup(a, str_z(&o));
}
