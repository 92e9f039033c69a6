/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of fold_*.c share: a text as lines, and the finders of single
 * things. A finder looks at a bounded number of lines around the one it is
 * asked about, so that all of them together stay linear. It tells what stands
 * there; fold.c alone decides what is folded.
 */
#ifndef CABILDO_MAILER_PARSE_FOLD_H
#define CABILDO_MAILER_PARSE_FOLD_H

#include "mailer/parse/mail.h"

struct fold_line {
	struct slice s;         /* as it stands, without its end */
	const char *low;        /* made when first asked for: fold_low */
	bool blank, quoted;     /* quoted: begins with > */
};

struct fold_text {
	struct arena *a;        /* of the lines */
	struct arena *tmp;      /* of what was joined last */
	struct arena_mark tmp_start;
	struct fold_line *v;
	size_t n;
};

/* The line in lower case without accents, blanks trimmed, at most 600 bytes of it. */
const char *fold_low(struct fold_text *t, size_t i);
/* Lines from..to-1, blanks between them, in the same form; until the next call. */
const char *fold_low_joined(struct fold_text *t, size_t from, size_t to);
/* Nothing but one or two kinds of - _ = * ~ # + . and blanks; at least min of them. */
bool fold_is_rule(struct slice s, size_t min);

/* fold_words.c: word lists; low is what fold_low gives. */
enum head_name { HEAD_NONE, HEAD_FROM, HEAD_SENT, HEAD_DATE, HEAD_TO, HEAD_SUBJECT, HEAD_OTHER };
enum head_name fold_head_name(struct slice low);
bool fold_has_verb(const char *low);    /* wrote, escribió, a écrit, schrieb... as a word */
bool fold_ends_verb(const char *low);   /* and nothing behind it but marks */
bool fold_is_opening(const char *low);  /* El 12..., On Mon..., Am 03.05...: word, then a date */
#define DATE_TIME  1U   /* 10:15 */
#define DATE_YEAR  2U   /* 2015 */
#define DATE_DAY   4U   /* 12/05/15, 2015-05-12, 12 de mayo, 3 May */
unsigned fold_dates(const char *low);
/* "Mensaje original", "Forwarded message"... between dashes, or the lines that
 * programs write without them. */
enum marker { MARKER_NONE, MARKER_ORIGINAL, MARKER_FORWARD };
enum marker fold_marker(struct slice line, const char *low);
bool fold_is_mobile(const char *low);   /* Enviado desde mi iPhone, Get Outlook for... */
bool fold_is_environment(const char *low); /* think before you print */
bool fold_is_legal(const char *low, bool *heading_r); /* of a whole paragraph */
bool fold_is_list_word(const char *low);/* what only list servers write under a text */
bool fold_is_digest(const char *low);   /* a line of a digest's masthead */

/* fold_attr.c: the first line of an attribution ("El ... escribió:", one to
 * four lines) that ends with line `last`, else last + 1. Nothing above floor.
 * *strong_r: it names a person's address or a time of day beside the verb, as
 * programs do: what follows is quoted even if it bears no marks. */
size_t fold_attribution(struct fold_text *t, size_t last, size_t floor, bool *strong_r);

/* fold_head.c: the first line behind a block of mail headers (De: Enviado el:
 * Para: Asunto:) that begins at line `first`, else first. Whatever people
 * write of that shape (a memorandum) is none: it needs a sign that a mail
 * program made it. marked: a line above it said so already. */
size_t fold_headers(struct fold_text *t, size_t first, bool marked);

/* fold_tail.c: each finds what ends just before line `end` and gives its first
 * line, else end. */
size_t fold_signature(struct fold_text *t, size_t end, size_t floor);
size_t fold_mobile(struct fold_text *t, size_t end, size_t floor);
size_t fold_legal(struct fold_text *t, size_t end, size_t floor);
size_t fold_list_footer(struct fold_text *t, size_t end, size_t floor);
size_t fold_dash_name(struct fold_text *t, size_t end, size_t floor); /* "-Ana Soto" */

#endif
