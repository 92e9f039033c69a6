/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What compiled templates call. The compiler (htc.c) knows where a value
 * stands, the C compiler what type it has; together they choose the escape.
 * A type with no entry for its place (a struct html in an attribute, a number
 * as a whole URL) does not compile. Nobody writes these calls by hand.
 */
#ifndef CABILDO_TEXT_VIEW_H
#define CABILDO_TEXT_VIEW_H

#include "server/text/html.h"
#include "server/text/tr.h"

/* Literal markup of the template. */
#define view_lit_(o, z) out_raw_((o), "" z, sizeof(z) - 1)

#define VIEW_INTS_(f) \
	bool: f, short: f, unsigned short: f, int: f, unsigned: f, long: f, \
	unsigned long: f, long long: f, unsigned long long: f

#define view_text(o, x) \
	_Generic((x), char *: out_text, const char *: out_text, struct html: out_html, \
		 VIEW_INTS_(out_i64))((o), (x))
/* textarea and title: text, no markup */
#define view_plain(o, x) \
	_Generic((x), char *: out_text, const char *: out_text, VIEW_INTS_(out_i64))((o), (x))
#define view_attr(o, x) \
	_Generic((x), char *: out_attr, const char *: out_attr, VIEW_INTS_(out_i64))((o), (x))
#define view_url(o, x) _Generic((x), char *: out_url, const char *: out_url)((o), (x))
#define view_urlpart(o, x) \
	_Generic((x), char *: out_urlpart, const char *: out_urlpart, VIEW_INTS_(out_i64))((o), (x))

/* {if x}: a text is true when there is one, markup too, a number unless 0. */
static inline bool view_has_z_(const char *s)
{
	return s != NULL && *s != '\0';
}

static inline bool view_has_html_(struct html h)
{
	return h.n > 0;
}

static inline bool view_has_i_(int64_t v)
{
	return v != 0;
}

static inline bool view_has_p_(const void *p)
{
	return p != NULL;
}

#define view_has(x) \
	_Generic((x), char *: view_has_z_, const char *: view_has_z_, struct html: view_has_html_, \
		 VIEW_INTS_(view_has_i_), default: view_has_p_)(x)

/* An argument of {_f} and {_n}: numbers are always %lld. */
#define view_arg(x) \
	_Generic((x), char *: (x), const char *: (x), default: (long long)(x))

/* {include NAME x}: x may be the struct or a pointer to it. */
#define view_address(type, x) \
	_Generic((x), type *: (x), const type *: (x), type: &(x))

/* Formats, then escapes the result for where it stands. */
void view_text_f(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
void view_attr_f(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
