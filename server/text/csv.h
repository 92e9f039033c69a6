/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as spreadsheets save them (RFC 4180): commas, semicolons or tabs,
 * whichever the first line has most of; quotes doubled; any line end; a byte
 * order mark; UTF-8, or Windows-1252 where it is none.
 */
#ifndef CABILDO_TEXT_CSV_H
#define CABILDO_TEXT_CSV_H

#include "server/base/str.h"

#define CSV_CELLS_MAX 40
#define CSV_ROWS_MAX  20000
#define CSV_BYTES_MAX ((size_t)1 << 20)

struct csv_row {
	int line;          /* of the file, where it begins; from 1 */
	const char **cell; /* trimmed, valid UTF-8, NUL terminated */
	size_t n;
};
struct csv {
	struct csv_row *row; /* empty lines are left out */
	size_t n;
	int bad_line;      /* RC_INVALID: where */
	const char *why;   /* a msgid of the catalogue */
};
/* RC_INVALID: an open quote, too many cells; RC_LIMIT: too large. */
enum rc csv_parse(struct arena *a, struct slice bytes, struct csv *r) MUST_USE;

/* Appends one cell and what separates it from the one before. A text that a spreadsheet
 * would run as a formula gets an apostrophe before it, which csv_plain takes off. */
void csv_cell(struct str *o, bool first, const char *text);
const char *csv_plain(const char *cell);

/* The whole as UTF-8 with LF line ends, for showing it in a field. */
const char *csv_text(struct arena *a, struct slice bytes);

#endif
