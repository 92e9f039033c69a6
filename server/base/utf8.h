/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629): the only encoding behind the parsers and the forms. */
#ifndef CABILDO_BASE_UTF8_H
#define CABILDO_BASE_UTF8_H

#include "server/base/str.h"

/* Well-formed, no surrogates, no NUL. */
bool utf8_valid(struct slice s);
/* Reads one scalar value; n_r is the bytes it took (1 for a bad byte, U+FFFD). */
uint32_t utf8_next(struct slice s, size_t *n_r);
void utf8_add(struct str *s, uint32_t cp);
/* A copy that PostgreSQL takes: bad bytes become U+FFFD, NUL and other C0
 * controls save TAB and LF go; CRLF and CR become LF. */
char *utf8_clean(struct arena *a, struct slice s, size_t *n_r);
/* The longest prefix of at most n bytes that ends between two characters. */
struct slice utf8_clip(struct slice s, size_t n);
/* Columns in a terminal or a plain-text mail: wide characters count two, marks none. */
size_t utf8_width(struct slice s);
/* How many characters. */
size_t utf8_length(struct slice s);
/* Lower case and without accents for es, en, pt, fr, it: for comparing words,
 * never for showing them. */
char *utf8_fold(struct arena *a, struct slice s);
/* The lower-case ASCII letter that utf8_fold makes of a character; 0 where it makes none. */
char utf8_base(uint32_t cp);

#endif
