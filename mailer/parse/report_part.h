/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the report parser share and nobody else sees. */
#ifndef CABILDO_MAILER_PARSE_REPORT_PART_H
#define CABILDO_MAILER_PARSE_REPORT_PART_H

#include "mailer/parse/report.h"

/* Of a whole report, bytes of text that are looked at. */
#define REPORT_TEXT_MAX ((size_t)64 << 10)

/* What the phrases of report_phrases.def say; the reasons come first. */
enum phrase {
	/* 0 .. REASONS-1: enum report_reason */
	PHRASE_DELAYED = REASONS, /* it will be tried again */
	PHRASE_FAILED,   /* this is a report of a failure */
	PHRASE_FOLLOW,   /* addresses follow */
	PHRASE_RETURNED, /* the returned message follows */
	PHRASE_AWAY,
	PHRASE_CHALLENGE,
	PHRASE_ABUSE,
	PHRASES
};

struct phrases { /* found in one text */
	uint32_t set;            /* bit per enum phrase */
	size_t at[PHRASES];      /* where the first of each ends, in the plain text */
};

/* report_phrase.c. Lower case, accents off, blanks to one; NUL-terminated. */
struct slice phrase_plain(struct arena *a, struct slice text);
/* All phrases of a plain text in one pass. */
void phrases_find(struct phrases *p, struct slice plain);
static inline bool phrases_has(const struct phrases *p, unsigned which)
{
	return (p->set >> which & 1) != 0;
}
/* The reason that says most of those found, or REASON_NONE. */
enum report_reason phrases_reason(const struct phrases *p);

/* report_status.c. First enhanced code (RFC 3463) and first reply code of a text. */
bool status_find(struct slice text, char out_r[static 12]);
/* The same of words, where "2.0.12" is a version of something. */
bool failure_find(struct slice text, char out_r[static 12]);
unsigned code_find(struct slice text);
/* Fills reason and class of x from its text, status, code; whole: of the rest of the report. */
void rcpt_judge(struct arena *a, struct report_rcpt *x, const struct phrases *whole);

/* report_dsn.c: fields of RFC 3464 anywhere in s. Adds recipients. */
struct rcpts {
	struct report_rcpt *v;
	size_t n;
};
struct report_rcpt *rcpt_add(struct rcpts *r, struct arena *a, const char *addr);
size_t dsn_fields(struct rcpts *r, struct report *rep, struct arena *a, struct slice s);
/* What Amazon's notification service says, in JSON; sets kind. False where s is none. */
bool json_fields(struct rcpts *r, struct report *rep, struct arena *a, struct slice s);

/* report_text.c: the words of a report, in lines, up to what is returned in it. */
struct own { /* addresses that are never the failing one */
	const char **v;
	size_t n;
};
/* Where the returned message begins within text, or text.n. */
size_t text_returned(struct slice text);
void text_rcpts(struct rcpts *r, struct arena *a, struct slice text, const struct own *own,
		const char *domain);
/* The next address in s from *at; false at the end. */
bool addr_next(struct slice s, size_t *at, struct slice *addr_r);
/* Lines by LF, CRLF or CR. */
bool any_line(struct slice *rest, struct slice *line);

#endif
