/* SPDX-License-Identifier: Apache-2.0 */
/* The append-only record of acts (promise P7); in the act's own transaction. */
#ifndef CABILDO_CORE_AUDIT_H
#define CABILDO_CORE_AUDIT_H

#include "server/core/unit.h"

struct audit_entry {
	const char *act; /* noun.verb, such as list.create */
	int64_t list, thread, post;
	int64_t subject;                  /* the account it was done to */
	const char *before, *after, *why; /* the personal part; may be erased later */
};

enum rc audit(struct unit *u, const struct audit_entry *e) MUST_USE;

#endif
