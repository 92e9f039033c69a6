/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message of an archive, taken apart as far as that goes without the database; and
 * the same as a row of bytes, on its way from the process that parsed it. Who reads the
 * row trusts nothing in it: every length is held against its end.
 */
#ifndef CABILDO_IMPORT_PARSED_H
#define CABILDO_IMPORT_PARSED_H

#include "server/core/bulk.h"

struct parsed {
	const char *why; /* it is rejected for that; nothing else holds then */
	struct submission s; /* raw: the caller's; account and its name are not set */
	struct bulk_made made;
	bool named; /* the message says what its author is called */
};

/* lang: the group's. Lives in u's arena; nothing else of u is used. */
void parsed_make(struct unit *u, struct slice raw, const char *lang, struct parsed *r);

/* Writes it to room bytes at to; how many, 0 where they are too few. */
size_t parsed_put(const struct parsed *p, char *to, size_t room);
/* False: it is broken. Texts stay where they are, all else lives in a. */
MUST_USE bool parsed_get(struct slice row, struct slice raw, struct arena *a, struct parsed *r);

#endif
