/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log as people read it: a group's by its owners, the site's by administrators. */
#ifndef CABILDO_CORE_RECORD_H
#define CABILDO_CORE_RECORD_H

#include "server/core/office.h"
#include "server/store/record.h" /* struct record_row */

#define RECORDS_PER_PAGE 50
#define RECORDS_CSV_MAX	 10000

struct record_filter { /* NULL: not by this */
	const char *who;         /* part of a name */
	const char *door;        /* web, email, cli, rule, system */
	const char *act;         /* a noun as "list", or all of it as "list.set" */
	const char *from, *until; /* days as 2026-11-23, in the reader's zone, the last included */
	int64_t before;          /* the page's key; 0: the newest */
	int limit;
};
/* Newest first. RC_INVALID: not a day, or no door. list NULL: of the whole site. */
enum rc records_find(struct unit *u, const char *list, const struct record_filter *f,
		     struct record_row **r, size_t *n_r) MUST_USE;

/* "changed settings", "deleted a member": translated; the act itself where it has no words. */
const char *act_words(const char *act);
const char *door_words(const char *door);
struct act_noun {
	const char *noun, *words; /* words: msgid */
};
extern const struct act_noun act_nouns[]; /* what can be chosen, noun NULL at the end */

/* RFC 4180 in UTF-8 with its mark; a cell that a spreadsheet would run begins with '. */
void records_csv(struct unit *u, const struct record_row *r, size_t n, struct str *out);

#endif
