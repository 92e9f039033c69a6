/* SPDX-License-Identifier: Apache-2.0 */
/* A new group from one of a few kinds: settings that fit together, to be changed later. */
#ifndef CABILDO_CORE_GROUP_KIND_H
#define CABILDO_CORE_GROUP_KIND_H

#include "server/core/unit.h"

struct group_kind {
	const char *name, *title, *help; /* title, help: msgids */
	const char *const (*settings)[2]; /* name and value; ends with NULL */
};
extern const struct group_kind group_kinds[];
extern const size_t group_kinds_n;
const struct group_kind *group_kind(const char *name); /* NULL: none */

struct group_new {
	const char *name, *title, *description, *lang, *kind;
	const char *parent; /* the group it is part of, or "" */
	const char *owner;  /* an address, or "": who makes it; nobody at the command line */
};
/* In a transaction; administrators. RC_INVALID: *field_r names what is wrong and *err_r
 * says how, translated; RC_CONFLICT: there is one of this name. */
enum rc group_create(struct unit *u, const struct group_new *n, const char **field_r,
		     const char **err_r) MUST_USE;

#endif
