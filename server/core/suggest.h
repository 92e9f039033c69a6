/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a stray post may belong: what its mail program named, what it quotes,
 * and last what has its subject. Nothing is done by it: a moderator decides.
 */
#ifndef CABILDO_CORE_SUGGEST_H
#define CABILDO_CORE_SUGGEST_H

#include "server/core/unit.h"

enum suggested { SUGGESTED_SUBJECT, SUGGESTED_QUOTED, SUGGESTED_NAMED };

struct suggestion {
	int64_t post;           /* number of the stray one in its thread */
	int64_t thread, number; /* of the one that it may answer */
	const char *author, *subject, *lang;
	enum suggested why; /* the strongest sign */
	int quoted;         /* lines of it that the stray one quotes */
};

/* For the posts of a thread that answer nothing: at most five, the likeliest first. Who
 * asks moderates the group. */
enum rc thread_suggest(struct unit *u, int64_t thread, struct suggestion **r, size_t *n_r) MUST_USE;

#endif
