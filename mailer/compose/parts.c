/* SPDX-License-Identifier: Apache-2.0 */
/* Body parts and the joining of copies; see parts.h. */
#include "mailer/compose/encode.h"
#include "mailer/compose/head.h"
#include "mailer/compose/parts.h"

#include "server/base/base.h"

#define FOOTER_MAX ((size_t)32 << 10)

bool utf8_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s > 126)
			return false;
	return true;
}

char *boundary_for(struct arena *a, const char *seed, struct slice body)
{
	for (unsigned i = 0;; i++) {
		char *text = arena_fmt(a, "%u %s", i, seed), *b;
		unsigned char h[HASH_BYTES];

		hash_bytes(text, strlen(text), h);
		b = arena_fmt(a, "=_%s", hex_encode(a, h, 12));
		if (slice_find(body, slice_of(b)) == NULL)
			return b;
	}
}

void lang_head(struct str *o, const char *lang)
{
	size_t n = strlen(lang);

	if (n == 0 || n > 35)
		return;
	for (size_t i = 0; i < n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-",
			   lang[i]) == NULL)
			return;
	str_fmt(o, "Content-Language: %s\r\n", lang);
}

static size_t count_high(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (unsigned char)s.p[i] > 126 || (unsigned char)s.p[i] == 0;
	return n;
}

static struct text_part part_make(struct arena *a, struct slice text, bool open, bool fixed)
{
	static const char *const names[] = { "7bit", "8bit", "quoted-printable", "base64" };
	struct text_part t = { .enc = FOOT_7BIT };
	struct str flowed, body, head;
	struct enc_facts facts;
	struct slice f;
	size_t n, high;

	/* what came from a form may hold anything: valid UTF-8 without controls */
	text.p = utf8_clean(a, text, &n);
	text.n = n;
	str_init(&flowed, a, COMPOSE_CAP);
	if (fixed)
		enc_crlf(&flowed, text);
	else
		enc_flowed(&flowed, text);
	f = str_slice(&flowed);
	facts = enc_look(f);
	high = count_high(f);
	/* quoted-printable triples a byte: past one in six base64 is shorter */
	if (high > f.n / 6)
		t.enc = FOOT_BASE64;
	else if (open || facts.high || facts.longest > 78)
		t.enc = FOOT_QP;
	str_init(&body, a, COMPOSE_CAP);
	if (t.enc == FOOT_BASE64) {
		size_t whole = open ? f.n / 57 * 57 : f.n;

		codec_base64(&body, slice_make(f.p, whole));
		t.carry = slice_make(f.p + whole, f.n - whole);
	} else if (t.enc == FOOT_QP) {
		enc_qp(&body, f);
	} else {
		body = flowed;
	}
	t.body = str_slice(&body);
	str_init(&head, a, 256);
	str_fmt(&head, "Content-Type: text/plain; charset=utf-8%s\r\n"
		"Content-Transfer-Encoding: %s\r\n", fixed ? "" : "; format=flowed", names[t.enc]);
	t.head = str_slice(&head);
	t.over = flowed.over || body.over;
	return t;
}

struct text_part text_part_make(struct arena *a, struct slice text, bool open)
{
	return part_make(a, text, open, false);
}

struct text_part text_part_fixed(struct arena *a, struct slice text)
{
	return part_make(a, text, false, true);
}

/* type/subtype of two tokens; what only a reader may unpack becomes plain bytes. */
static bool type_ok(const char *type)
{
	const char *slash = strchr(type, '/');
	struct slice t = slice_of(type);

	if (slash == NULL || slash == type || slash[1] == '\0' || t.n > 120)
		return false;
	if (slice_istarts(t, "multipart/") || slice_istarts(t, "message/"))
		return false;
	for (const char *p = type; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c <= 32 || c >= 127 || strchr("()<>@,;:\\\"[]?=", c) || (c == '/' && p != slash))
			return false;
	}
	return true;
}

void part_attach(struct str *o, const char *boundary, const struct compose_attachment *at)
{
	str_fmt(o, "\r\n--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n"
		"Content-Disposition: attachment", boundary,
		type_ok(at->type) ? at->type : "application/octet-stream");
	head_param(o, "filename", at->name);
	str_addz(o, "\r\n\r\n");
	codec_base64(o, at->bytes);
}

/* "-- " and the footer's lines as this part takes them; false: not in its charset. */
static bool footer_text(struct str *o, const struct plan *p, const char *footer)
{
	struct slice rest = slice_of(utf8_clean(o->arena, slice_of(footer), &(size_t){ 0 })), l;
	struct str text;

	str_init(&text, o->arena, 2 * FOOTER_MAX);
	if (p->sep)
		str_add(&text, "\r\n", 2);
	if (!p->bare)
		str_addz(&text, "-- \r\n");
	while (slice_line(&rest, &l)) {
		while (l.n > 0 && (l.p[l.n - 1] == ' ' || l.p[l.n - 1] == '\r'))
			l.n--;
		if (p->flowed && (slice_starts(l, " ") || slice_starts(l, ">") ||
				  slice_starts(l, "From ")))
			str_addc(&text, ' ');
		str_adds(&text, l);
		str_add(&text, "\r\n", 2);
	}
	o->over |= text.over;
	return enc_charset(o, str_slice(&text), p->charset);
}

/* The footer as it stands in the message. RC_CONFLICT: the charset cannot hold it. */
static enum rc footer_make(struct str *o, const struct plan *p, const char *footer)
{
	struct str text;

	str_init(&text, o->arena, 2 * FOOTER_MAX);
	if (p->enc == FOOT_BASE64) {
		str_adds(&text, p->carry);
		if (*footer)
			str_adds(&text, p->joint);
	}
	if (*footer && !footer_text(&text, p, footer))
		return RC_CONFLICT;
	if (p->enc == FOOT_BASE64)
		codec_base64(o, str_slice(&text));
	else if (p->enc == FOOT_QP)
		enc_qp(o, str_slice(&text));
	else
		str_adds(o, str_slice(&text));
	return text.over || o->over ? RC_LIMIT : RC_OK;
}

static enum rc footer_cached(struct composed *c, struct str *o, const char *footer)
{
	struct slice f = slice_of(footer);
	enum rc rc;

	if (c->footer_kept && slice_eq(f, slice_make(c->footer_src, c->footer_src_n))) {
		str_add(o, c->footer_enc, c->footer_enc_n);
		return RC_OK;
	}
	rc = footer_make(o, &c->plan, footer);
	c->footer_kept = rc == RC_OK && f.n <= FOOTER_KEEP && o->n <= 4 * FOOTER_KEEP;
	if (c->footer_kept) {
		memcpy(c->footer_src, f.p, f.n);
		c->footer_src_n = f.n;
		memcpy(c->footer_enc, str_slice(o).p, o->n);
		c->footer_enc_n = o->n;
	}
	return rc;
}

/* An original that was cut off within its last line has no end. */
static bool line_open(const struct slice *piece, size_t n)
{
	static const char end[] = "\n\r";
	size_t at = 0;

	while (n-- > 0)
		for (size_t i = piece[n].n; i > 0; i--) {
			if (piece[n].p[i - 1] != end[at])
				return true;
			if (++at == 2)
				return false;
		}
	return true;
}

enum rc compose_pieces(struct composed *c, const struct compose_copy *copy, struct arena *a,
		       struct slice piece_r[static COMPOSE_PIECES])
{
	const struct plan *p = &c->plan;
	struct str unsub, foot;
	enum rc rc = RC_OK;

	str_init(&unsub, a, 8192);
	str_init(&foot, a, 4 * FOOTER_MAX);
	unsub_head(&unsub, copy);
	if (p->footer) {
		rc = strlen(copy->footer) > FOOTER_MAX ? RC_LIMIT
						       : footer_cached(c, &foot, copy->footer);
		if (rc == RC_CONFLICT && c->has_wrapped) {
			p = &c->wrapped;
			foot.n = 0;
			rc = footer_make(&foot, p, copy->footer);
		}
	}
	if (rc != RC_OK)
		return rc;
	piece_r[0] = c->top;
	piece_r[1] = str_slice(&unsub);
	piece_r[2] = p->head;
	piece_r[3] = p->body;
	piece_r[4] = SLICE("");
	if (p->enc != FOOT_BASE64 && (p->tail.n > 0 || *copy->footer))
		piece_r[4] = p->joint;
	piece_r[5] = str_slice(&foot);
	piece_r[6] = p->tail;
	piece_r[7] = line_open(piece_r, 7) ? SLICE("\r\n") : SLICE("");
	return unsub.over ? RC_LIMIT : RC_OK;
}

enum rc compose_copy(struct composed *c, const struct compose_copy *copy, struct str *out)
{
	struct arena_mark m = arena_mark(c->tmp);
	struct slice piece[COMPOSE_PIECES];
	enum rc rc = compose_pieces(c, copy, c->tmp, piece);

	for (size_t i = 0; rc == RC_OK && i < COMPOSE_PIECES; i++)
		str_adds(out, piece[i]);
	arena_rewind(c->tmp, m);
	return rc != RC_OK ? rc : out->over ? RC_LIMIT : RC_OK;
}
