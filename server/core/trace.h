/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a message: for its author, the moderators of its group,
 * administrators and the command line; for others RC_NOTFOUND. An author sees
 * numbers, who moderates also the addresses and what their servers said (P12).
 */
#ifndef CABILDO_CORE_TRACE_H
#define CABILDO_CORE_TRACE_H

#include "server/core/unit.h"
#include "server/store/trace.h"

struct trace_step {
	struct trace_row row;
	bool counted; /* it is a post: counts are filled */
	struct trace_counts counts;
	struct trace_failure *failures; /* for moderators; at most 100 */
	size_t nfailures;
};
/* msgid: with or without <>. Oldest first. */
enum rc trace_load(struct unit *u, const char *msgid, struct trace_step **r, size_t *n_r) MUST_USE;
/* The last messages of who is signed in, newest first. */
enum rc trace_mine_load(struct unit *u, struct trace_mine **r, size_t *n_r) MUST_USE;

/* A fate in words: a msgid of the catalogue. */
const char *trace_fate_text(const char *fate);

#endif
