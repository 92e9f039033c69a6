/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive into a list: messages gathered into batches, each batch one
 * transaction through core/submit, so that a post from an archive is like any
 * other, but for copies, notices and digests. A batch is kept in memory until
 * its commit: where the database breaks off, or one message cannot be stored,
 * it is done again. Running it once more goes on where it ended.
 */
#ifndef CABILDO_IMPORT_IMPORT_H
#define CABILDO_IMPORT_IMPORT_H

#include "mailer/import/progress.h"
#include "mailer/import/source.h"
#include "mailer/import/tally.h"
#include "server/core/submit.h"

struct import_counts {
	int64_t messages, posts, duplicates, rejected, threads;
};

struct import_item;
struct import_author;

struct import {
	struct unit u; /* arena: for one message */
	struct list_ref list;
	const char *list_name, *domain;
	struct tally *dry;           /* NULL: for real */
	struct import_counts counts; /* of what is committed */
	struct progress progress;
	bool damaged; /* a file could not be read to its end */
	/* the batch in hand */
	struct arena *batch;
	struct import_item *items;
	size_t n, bytes;
	int64_t last_date; /* of the message before, in the same file */
	const char *last_file;
	/* authors looked up so far */
	struct arena *people;
	struct import_author *authors;
	size_t nauthors;
};

/* The list is looked up. RC_NOTFOUND: there is none. */
enum rc import_init(struct import *im, const struct conf *conf, const struct keys *keys,
		    const char *list, bool dry) MUST_USE;
/* Stops early where prog_stop is set. RC_TEMPFAIL: the database does not come back. */
enum rc import_run(struct import *im, const struct source_list *files) MUST_USE;
void import_release(struct import *im);

#endif
