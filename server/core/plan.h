/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group's people from a file: import adds and changes, sync also takes out
 * whoever is not in it. First a plan, which writes nothing; where it has no
 * error it can be applied, all of it or nothing.
 *
 * The first line names the columns, in English or Spanish, in any order:
 * address (needed), name, role, delivery, locale, country, organisation. A
 * member's name, language and place are their own: a file changes only role and
 * delivery, and only where it says something.
 */
#ifndef CABILDO_CORE_PLAN_H
#define CABILDO_CORE_PLAN_H

#include "server/base/str.h"
#include "server/core/roster.h"

enum plan_kind { PLAN_ADD, PLAN_CHANGE, PLAN_REMOVE, PLAN_SAME, PLAN_ERROR, PLAN_KINDS };
extern const char *const plan_kind_names[PLAN_KINDS]; /* add, change, ... */

struct plan_item {
	enum plan_kind kind;
	int line;           /* of the file; 0: of none (somebody who goes) */
	const char *addr, *name;
	const char *field;  /* of an error: the column's name, or "" */
	const char *text;   /* what is wrong, or changes; translated */
	int64_t account;    /* 0: new */
	const char *role, *delivery, *locale, *country, *organisation; /* "" : as it is */
};
struct plan {
	struct roster_head head;
	struct plan_item *item; /* in the order of the file, then who goes */
	size_t n, count[PLAN_KINDS];
	const char *digest; /* of what it would do: the same plan has the same */
};
/* RC_LIMIT: the file is too large. Everything else that is wrong is an item. */
enum rc plan_make(struct unit *u, const char *list, struct slice csv, bool sync,
		  struct plan *r) MUST_USE;
/* In a transaction, of a plan made in it. RC_INVALID: it has errors. welcome: whoever is
 * new is told by mail. */
enum rc plan_apply(struct unit *u, const struct plan *p, bool welcome) MUST_USE;

#endif
