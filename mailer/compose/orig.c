/* SPDX-License-Identifier: Apache-2.0 */
/* The original's fields and content type; see orig.h. */
#include "mailer/compose/encode.h"
#include "mailer/compose/orig.h"

#include "server/base/base.h"

#define LINE_MAX_OCTETS 998             /* RFC 5322 2.1.1 */

/* The length of a field name at the start of line, or 0. */
static size_t field_name(struct slice line)
{
	size_t n = 0, colon;

	while (n < line.n && line.p[n] > 32 && line.p[n] < 127 && line.p[n] != ':')
		n++;
	colon = n;
	while (colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t'))
		colon++;                /* obs-optional: "Subject : x" */
	return n > 0 && colon < line.n && line.p[colon] == ':' ? n : 0;
}

/* One header line within 998 octets: broken at white space, else where it must be. */
static void line_fit(struct str *o, struct slice l)
{
	while (l.n > LINE_MAX_OCTETS) {
		size_t n = LINE_MAX_OCTETS - 8;

		while (n > 1 && l.p[n] != ' ' && l.p[n] != '\t')
			n--;
		if (n <= 1) {
			n = LINE_MAX_OCTETS - 8;
			str_add(o, l.p, n);
			str_add(o, "\r\n ", 3);
		} else {
			str_add(o, l.p, n);
			str_add(o, "\r\n", 2);
		}
		l.p += n;
		l.n -= n;
	}
	str_adds(o, l);
	str_add(o, "\r\n", 2);
}

static bool needs_repair(struct slice whole)
{
	size_t from = 0;

	for (size_t i = 0; i < whole.n; i++) {
		if (whole.p[i] == '\0')
			return true;
		if (whole.p[i] == '\r' && (i + 1 == whole.n || whole.p[i + 1] != '\n'))
			return true;
		if (whole.p[i] != '\n')
			continue;
		if (i == 0 || whole.p[i - 1] != '\r' || i - 1 - from > LINE_MAX_OCTETS)
			return true;
		from = i + 1;
	}
	return from != whole.n;         /* the last line has no end */
}

/* CRLF ends, no bare CR (it would be a line to some), no NUL, no line over 998. */
static struct slice repaired(struct arena *a, struct slice whole)
{
	struct slice line;
	struct str o;

	str_init(&o, a, 2 * whole.n + 64);
	while (slice_line(&whole, &line)) {
		char *p = arena_memdup(a, line.p, line.n);

		for (size_t i = 0; i < line.n; i++)
			if (p[i] == '\r' || p[i] == '\0')
				p[i] = ' ';
		line_fit(&o, slice_make(p, line.n));
	}
	return str_slice(&o);
}

/* "Subject : x" was once allowed, and is another field to some. */
static struct slice unspaced(struct arena *a, const struct orig_field *f)
{
	const char *colon = memchr(f->whole.p, ':', f->whole.n);
	struct str o;

	str_init(&o, a, f->whole.n);
	str_adds(&o, f->name);
	str_add(&o, colon, (size_t)(f->whole.p + f->whole.n - colon));
	return str_slice(&o);
}

/* Fields up to the empty line; lines that are no field go, with what continues them. */
static void read_fields(struct orig *o, struct arena *a, struct slice *rest)
{
	size_t cap = 0;
	bool open = false;
	struct slice line;

	for (;;) {
		const char *at = rest->p;
		size_t name;

		if (!slice_line(rest, &line) || line.n == 0)
			return;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (open)
				o->field[o->n - 1].whole.n += (size_t)(rest->p - at);
			continue;
		}
		name = field_name(line);
		open = name > 0;
		if (!open)
			continue;
		if (o->n == cap) {
			size_t old = cap;

			cap = cap ? 2 * cap : 32;
			o->field = arena_grow(a, o->field, old * sizeof(*o->field),
					      cap * sizeof(*o->field));
		}
		o->field[o->n].name = slice_make(line.p, name);
		o->field[o->n].whole = slice_make(at, (size_t)(rest->p - at));
		o->n++;
	}
}

const struct orig_field *orig_find(const struct orig *o, const char *name)
{
	for (size_t i = 0; i < o->n; i++)
		if (slice_ieqz(o->field[i].name, name))
			return &o->field[i];
	return NULL;
}

struct slice orig_value(const struct orig_field *f)
{
	struct slice v = f->whole, head;

	slice_cut(&v, ':', &head);
	return slice_trim(v);
}

/* A token or quoted string; moves rest past it and the ";" after it. */
static struct slice param_next(struct slice *rest, struct slice *attr)
{
	struct slice v;
	size_t n = 0;

	*rest = slice_trim(*rest);
	while (n < rest->n && rest->p[n] != '=' && rest->p[n] != ';')
		n++;
	*attr = slice_trim(slice_make(rest->p, n));
	rest->p += n;
	rest->n -= n;
	if (rest->n == 0 || rest->p[0] == ';') {
		if (rest->n > 0) {
			rest->p++;
			rest->n--;
		}
		return slice_make("", 0);
	}
	*rest = slice_trim(slice_make(rest->p + 1, rest->n - 1));
	if (rest->n > 0 && rest->p[0] == '"') {
		for (n = 1; n < rest->n && rest->p[n] != '"'; n++)
			;
		v = slice_make(rest->p + 1, n - 1);
	} else {
		for (n = 0; n < rest->n && rest->p[n] != ';'; n++)
			;
		v = slice_trim(slice_make(rest->p, n));
	}
	while (n < rest->n && rest->p[n] != ';')
		n++;
	n += n < rest->n;
	rest->p += n;
	rest->n -= n;
	return v;
}

static void read_type(struct orig *o)
{
	const struct orig_field *f = orig_find(o, "Content-Type");
	struct slice rest, attr, v;

	o->type = SLICE("text/plain");
	o->charset = SLICE("us-ascii");
	o->has_type = f != NULL;
	if (f == NULL)
		return;
	rest = orig_value(f);
	slice_cut(&rest, ';', &o->type);
	o->type = slice_trim(o->type);
	while (rest.n > 0) {
		v = param_next(&rest, &attr);
		if (slice_ieqz(attr, "charset"))
			o->charset = v;
		else if (slice_ieqz(attr, "format"))
			o->flowed = slice_ieqz(v, "flowed");
		else if (slice_ieqz(attr, "delsp"))
			o->delsp = slice_ieqz(v, "yes");
	}
}

static void read_cte(struct orig *o)
{
	const struct orig_field *f = orig_find(o, "Content-Transfer-Encoding");
	struct slice v = f ? orig_value(f) : SLICE("7bit");

	if (slice_ieqz(v, "7bit"))
		o->cte = CTE_7BIT;
	else if (slice_ieqz(v, "8bit"))
		o->cte = CTE_8BIT;
	else if (slice_ieqz(v, "quoted-printable"))
		o->cte = CTE_QP;
	else if (slice_ieqz(v, "base64"))
		o->cte = CTE_BASE64;
	else
		o->cte = CTE_OTHER;
}

enum rc orig_read(struct orig *o, struct arena *a, struct slice raw)
{
	struct enc_facts facts;
	struct slice rest = raw;

	*o = (struct orig){ 0 };
	read_fields(o, a, &rest);
	if (o->n == 0)
		return RC_INVALID;
	for (size_t i = 0; i < o->n; i++) {
		struct orig_field *f = &o->field[i];

		f->changed = needs_repair(f->whole) || f->whole.p[f->name.n] != ':';
		if (needs_repair(f->whole))
			f->whole = repaired(a, f->whole);
		if (f->whole.p[f->name.n] != ':')
			f->whole = unspaced(a, f);
	}
	facts = enc_look(rest);
	o->body = rest;
	if (facts.bare) {
		struct str s;

		str_init(&s, a, 2 * rest.n);
		enc_crlf(&s, rest);
		o->body = str_slice(&s);
	}
	o->bare = facts.bare;
	o->high = facts.high;
	o->longest = facts.longest;
	read_type(o);
	read_cte(o);
	return RC_OK;
}
