/* SPDX-License-Identifier: Apache-2.0 */
/* Slices and capped growing text; see str.h. */
#include <strings.h>

#include "server/base/str.h"

#include "server/base/base.h"

bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_ieq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

bool slice_eqz(struct slice a, const char *s)
{
	return slice_eq(a, slice_of(s));
}

bool slice_ieqz(struct slice a, const char *s)
{
	return slice_ieq(a, slice_of(s));
}

bool slice_starts(struct slice a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && memcmp(a.p, prefix, n) == 0;
}

bool slice_istarts(struct slice a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && strncasecmp(a.p, prefix, n) == 0;
}

bool slice_ends(struct slice a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && memcmp(a.p + a.n - n, suffix, n) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice a)
{
	while (a.n > 0 && is_space(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n > 0 && is_space(a.p[a.n - 1]))
		a.n--;
	return a;
}

bool slice_cut(struct slice *rest, char c, struct slice *head)
{
	const char *at = rest->n ? memchr(rest->p, c, rest->n) : NULL;

	if (at == NULL) {
		*head = *rest;
		*rest = slice_make(rest->n ? rest->p + rest->n : "", 0);
		return false;
	}
	*head = slice_make(rest->p, (size_t)(at - rest->p));
	rest->n -= head->n + 1;
	rest->p = at + 1;
	return true;
}

bool slice_line(struct slice *rest, struct slice *line)
{
	if (rest->n == 0)
		return false;
	slice_cut(rest, '\n', line);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

const char *slice_find(struct slice hay, struct slice needle)
{
	return hay.n ? memmem(hay.p, hay.n, needle.p, needle.n) : NULL;
}

const char *slice_ifind(struct slice hay, struct slice needle)
{
	if (needle.n == 0)
		return hay.p;
	for (size_t i = 0; i + needle.n <= hay.n; i++)
		if (strncasecmp(hay.p + i, needle.p, needle.n) == 0)
			return hay.p + i;
	return NULL;
}

const char *i64_text(int64_t v, char buf[static 24])
{
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char *p = buf + 23;

	*p = '\0';
	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		*--p = '-';
	return p;
}

bool slice_i64(struct slice a, int64_t min, int64_t max, int64_t *out_r)
{
	bool neg = a.n > 0 && a.p[0] == '-';
	int64_t v = 0;

	if (a.n == (size_t)neg)
		return false;
	for (size_t i = neg; i < a.n; i++) {
		int d = a.p[i] - '0';

		if (d < 0 || d > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, d, &v))
			return false;
	}
	/* counted downwards: the lowest value has no positive twin */
	if (!neg && __builtin_sub_overflow(0, v, &v))
		return false;
	if (v < min || v > max)
		return false;
	*out_r = v;
	return true;
}

char *slice_dup(struct arena *a, struct slice s)
{
	return arena_strndup(a, s.n ? s.p : "", s.n);
}

char *slice_lower(struct arena *a, struct slice s)
{
	char *p = slice_dup(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 'a' - 'A';
	return p;
}

void str_init(struct str *s, struct arena *a, size_t cap)
{
	*s = (struct str){ .arena = a, .cap = cap };
}

/* Makes room for n more and a NUL; false over the cap. */
static bool str_room(struct str *s, size_t n)
{
	size_t want;

	if (s->over)
		return false;
	if (n > s->cap || s->n > s->cap - n) {
		s->over = true;
		return false;
	}
	want = s->n + n + 1;
	if (want > s->size) {
		size_t size = s->size ? s->size * 2 : 256;

		while (size < want)
			size *= 2;
		if (size > s->cap + 1)
			size = s->cap + 1;
		s->p = arena_room(s->arena, s->p, s->size, size);
		s->size = size;
	}
	return true;
}

void str_add(struct str *s, const void *p, size_t n)
{
	if (n == 0 || !str_room(s, n))
		return;
	memcpy(s->p + s->n, p, n);
	s->n += n;
	s->p[s->n] = '\0';
}

void str_addz(struct str *s, const char *z)
{
	str_add(s, z, strlen(z));
}

void str_adds(struct str *s, struct slice sl)
{
	str_add(s, sl.p, sl.n);
}

void str_addc(struct str *s, char c)
{
	if (s->over || s->n + 1 >= s->size) {
		str_add(s, &c, 1);
		return;
	}
	s->p[s->n++] = c;
	s->p[s->n] = '\0';
}

void str_vfmt(struct str *s, const char *fmt, va_list ap)
{
	char buf[256]; /* what is short is formatted once */
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	if (n < 0)
		log_panic("event=bad_format");
	if ((size_t)n < sizeof(buf)) {
		str_add(s, buf, (size_t)n);
	} else if (str_room(s, (size_t)n)) {
		vsnprintf(s->p + s->n, (size_t)n + 1, fmt, again);
		s->n += (size_t)n;
	}
	va_end(again);
}

void str_fmt(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vfmt(s, fmt, ap);
	va_end(ap);
}

void str_cut(struct str *s, size_t n)
{
	if (n < s->n) {
		s->n = n;
		s->p[n] = '\0';
	}
}

const char *str_z(struct str *s)
{
	return s->p ? s->p : "";
}
