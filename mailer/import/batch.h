/* SPDX-License-Identifier: Apache-2.0 */
/* One batch of an import: some hundred messages, one transaction. See import.h. */
#ifndef CABILDO_IMPORT_BATCH_H
#define CABILDO_IMPORT_BATCH_H

#include "mailer/import/import.h"

struct import_item {
	struct slice raw; /* in the crew's memory */
	const char *file, *when;
	int64_t offset, mtime;
	const char *why; /* of a rejection */
	int threads;
	enum fate fate;
};

struct import_author {
	const char *addr, *name;
	int64_t account;
};

struct import_batch {
	size_t job; /* of the crew: the same for its life */
	struct arena *arena;
	struct import_item items[CREW_JOB_MESSAGES];
	size_t n;
	bool gone; /* to the crew */
};

#define IMPORT_AUTHORS ((size_t)16384) /* power of two; forgotten when three quarters full */

/* Parsed already. Stored, counted and said what was rejected; empty then. */
enum rc batch_run(struct import *im, struct import_batch *b) MUST_USE;

#endif
