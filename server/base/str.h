/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct slice: bytes somebody else owns, not NUL terminated.
 * struct str: text that grows in an arena up to a hard cap. Adding past the
 * cap adds nothing and sets over; check it once, at the end.
 */
#ifndef CABILDO_BASE_STR_H
#define CABILDO_BASE_STR_H

#include <string.h>

#include "server/base/arena.h"

struct slice {
	const char *p;
	size_t n;
};

#define SLICE(lit) ((struct slice){ (lit), sizeof(lit) - 1 })

static inline struct slice slice_of(const char *s)
{
	return (struct slice){ s, s ? strlen(s) : 0 };
}

static inline struct slice slice_make(const char *p, size_t n)
{
	return (struct slice){ p, n };
}

bool slice_eq(struct slice a, struct slice b);
bool slice_ieq(struct slice a, struct slice b); /* ASCII case only */
bool slice_eqz(struct slice a, const char *s);
bool slice_ieqz(struct slice a, const char *s);
bool slice_starts(struct slice a, const char *prefix);
bool slice_istarts(struct slice a, const char *prefix);
bool slice_ends(struct slice a, const char *suffix);
struct slice slice_trim(struct slice a); /* ASCII white space */
/* The bytes before the first c go to *head, those after it stay in *rest;
 * false (all in head, rest empty) where c does not occur. */
bool slice_cut(struct slice *rest, char c, struct slice *head);
/* The next line without its LF or CRLF; false at the end. */
bool slice_line(struct slice *rest, struct slice *line);
/* First place of needle, or NULL. */
const char *slice_find(struct slice hay, struct slice needle);
const char *slice_ifind(struct slice hay, struct slice needle);
/* A whole decimal number and nothing else, min..max. */
MUST_USE bool slice_i64(struct slice a, int64_t min, int64_t max, int64_t *out_r);
/* The number's decimal text; it stands in buf. */
const char *i64_text(int64_t v, char buf[static 24]);
char *slice_dup(struct arena *a, struct slice s);
char *slice_lower(struct arena *a, struct slice s); /* ASCII only */

struct str {
	char *p; /* NUL terminated whenever n > 0 or str_z was called */
	size_t n, size, cap;
	struct arena *arena;
	bool over;
};

#define STR_CAP_DEFAULT ((size_t)16 << 20)

void str_init(struct str *s, struct arena *a, size_t cap);
void str_add(struct str *s, const void *p, size_t n);
void str_addz(struct str *s, const char *z);
void str_adds(struct str *s, struct slice sl);
void str_addc(struct str *s, char c);
void str_fmt(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void str_vfmt(struct str *s, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void str_cut(struct str *s, size_t n); /* keep the first n bytes */
const char *str_z(struct str *s);      /* NUL terminated, never NULL */

static inline struct slice str_slice(const struct str *s)
{
	return (struct slice){ s->p ? s->p : "", s->n };
}

#endif
