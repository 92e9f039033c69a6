/* SPDX-License-Identifier: Apache-2.0 */
/* The record of arrivals and the ledger of copies; one function per statement of sql/trace.sql. */
#ifndef CABILDO_STORE_TRACE_H
#define CABILDO_STORE_TRACE_H

#include "server/store/forum.h"

struct trace_row { /* one arrival, or what a moderator made of it */
	int64_t received_at;
	const char *list_name, *list_title; /* "" : mail to the site */
	const char *recipient, *envelope_from, *msgid, *fate, *rule;
	const char *reason; /* a msgid of the catalogue, or "" */
	const char *trace, *subject;
	int64_t post, hold, thread_number, number;
	/* of the hold; "" and 0 while it waits */
	const char *decision, *decider;
	int64_t decided_at, done_at, effective_at;
	bool moderates; /* who asks may know addresses */
};
enum rc trace_read(struct db *db, struct arena *a, struct reader who, const char *msgid,
		   struct trace_row **r, size_t *n_r) MUST_USE;

struct trace_mine {
	const char *msgid, *subject, *fate, *list_title;
	int64_t at;
};
enum rc trace_mine_read(struct db *db, struct arena *a, int64_t account, struct trace_mine **r,
			size_t *n_r) MUST_USE;

struct trace_counts {
	int64_t sent, failed, skipped, queued;
};
enum rc trace_counts_read(struct db *db, struct arena *a, int64_t post,
			  struct trace_counts *r) MUST_USE;

struct trace_failure {
	const char *addr, *outcome, *answer; /* answer: the remote server's words */
	int64_t code, at;
};
enum rc trace_failures_read(struct db *db, struct arena *a, struct reader who, int64_t post,
			    struct trace_failure **r, size_t *n_r) MUST_USE;

#endif
