/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query strings, urlencoded forms and cookies: percent decoding and splitting.
 * Every name and value leaves here as valid UTF-8 without NUL or controls.
 * Each byte is looked at a fixed number of times.
 */
#include <ctype.h>

#include "web/serve/inside.h"

#include "server/base/base.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool url_decode(struct str *out, struct slice s, bool plus, bool strict)
{
	for (size_t i = 0, from = 0; i <= s.n; i++) {
		char c = i < s.n ? s.p[i] : '%';
		int hi, lo;

		if (c != '%' && !(c == '+' && plus))
			continue;
		str_add(out, s.p + from, i - from);
		from = i + 1;
		if (i == s.n)
			break;
		if (c == '+') {
			str_addc(out, ' ');
			continue;
		}
		hi = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
		lo = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
		if (hi < 0 || lo < 0) {
			if (strict)
				return false;
			/* what is no escape stands for itself */
			from = i;
			continue;
		}
		str_addc(out, (char)(hi << 4 | lo));
		i += 2;
		from = i + 1;
	}
	return !out->over;
}

char *url_encode(struct arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	struct str out;

	str_init(&out, a, strlen(s) * 3 + 1);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
			str_addc(&out, *s);
		} else {
			str_addc(&out, '%');
			str_addc(&out, hex[c >> 4]);
			str_addc(&out, hex[c & 15]);
		}
	}
	return (char *)(uintptr_t)str_z(&out);
}

static char *decode_clean(struct arena *a, struct slice s, size_t *n_r)
{
	struct str raw;

	if (!memchr(s.p, '%', s.n) && !memchr(s.p, '+', s.n))
		return utf8_clean(a, s, n_r);
	str_init(&raw, a, s.n + 1);
	if (!url_decode(&raw, s, true, false))
		str_cut(&raw, 0);
	return utf8_clean(a, str_slice(&raw), n_r);
}

static size_t count(struct slice s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

bool form_parse(struct params *ps, struct arena *a, struct slice s, size_t max)
{
	struct slice item, name;
	size_t n = count(s, '&') + 1;

	*ps = (struct params){ 0 };
	if (s.n == 0)
		return true;
	if (n > max)
		return false;
	ps->v = ARENA_ARRAY(a, n, struct param);
	for (bool more = true; more;) {
		struct param *p = &ps->v[ps->n];
		size_t len;

		more = slice_cut(&s, '&', &item);
		if (item.n == 0)
			continue;
		slice_cut(&item, '=', &name);
		p->name = decode_clean(a, name, &len);
		p->value = decode_clean(a, item, &p->n);
		ps->n++;
	}
	return true;
}

void cookies_parse(struct params *ps, struct arena *a, struct slice s)
{
	struct slice item, name;
	size_t n = count(s, ';') + 1;

	if (n > REQ_COOKIES_MAX)
		n = REQ_COOKIES_MAX;
	*ps = (struct params){ .v = ARENA_ARRAY(a, n, struct param) };
	for (bool more = true; more && ps->n < n;) {
		struct param *p = &ps->v[ps->n];
		size_t len;

		more = slice_cut(&s, ';', &item);
		if (!slice_cut(&item, '=', &name))
			continue;
		name = slice_trim(name);
		item = slice_trim(item);
		if (item.n >= 2 && item.p[0] == '"' && item.p[item.n - 1] == '"')
			item = slice_make(item.p + 1, item.n - 2);
		if (name.n == 0)
			continue;
		p->name = utf8_clean(a, name, &len);
		p->value = utf8_clean(a, item, &p->n);
		ps->n++;
	}
}

static int body_read(struct req *r, size_t n)
{
	char *buf = arena_alloc(r->a, n + 1);
	size_t at = 0;

	while (at < n) {
		long got = r->io->read(r->io, buf + at, n - at);

		if (got <= 0)
			return 400;
		at += (size_t)got;
	}
	r->body = slice_make(buf, n);
	return 0;
}

int req_body(struct req *r, size_t limit)
{
	struct slice rest = slice_of(r->content_type), type;
	bool multi;
	int st;

	if (r->content_length < 0)
		return 411;
	if ((uint64_t)r->content_length > limit)
		return 413;
	if (r->content_length == 0)
		return 0;
	slice_cut(&rest, ';', &type);
	type = slice_trim(type);
	multi = slice_ieqz(type, "multipart/form-data");
	if (!multi && !slice_ieqz(type, "application/x-www-form-urlencoded"))
		return 415;
	if (!multi && (uint64_t)r->content_length > REQ_TEXT_MAX)
		return 413;
	st = body_read(r, (size_t)r->content_length);
	if (st)
		return st;
	if (multi)
		return multipart_parse(r, slice_of(r->content_type), r->body);
	return form_parse(&r->form, r->a, r->body, REQ_FIELDS_MAX) ? 0 : 413;
}
