/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive into a list: messages gathered into batches, parsed by processes of their
 * own (crew.h), each batch one transaction through core/bulk, so that a post from an
 * archive is like any other, but for copies, notices and digests. A batch is kept in
 * memory until its commit: where the database breaks off it is done again; where it does
 * not take one message, the batch is done once more one by one, and that one is rejected.
 * Running it once more goes on where it ended.
 */
#ifndef CABILDO_IMPORT_IMPORT_H
#define CABILDO_IMPORT_IMPORT_H

#include "mailer/import/crew.h"
#include "mailer/import/progress.h"
#include "mailer/import/source.h"
#include "mailer/import/tally.h"
#include "server/core/bulk.h"

struct import_counts {
	int64_t messages, posts, duplicates, rejected, threads;
};

/* dry: nothing is written. one_by_one: each by submit_post, as mail is taken: what the
 * fast way is held against. */
struct import_mode {
	bool dry, one_by_one;
};

struct import_batch;
struct import_author;

struct import {
	struct unit u; /* arena: for one batch */
	struct list_ref list;
	const char *list_name, *domain;
	struct import_mode mode;
	struct tally *dry;           /* NULL: for real */
	struct import_counts counts; /* of what is committed */
	struct progress progress;
	bool damaged; /* a file could not be read to its end */
	struct bulk_site site;
	struct crew *crew;
	/* batches on their way: the last is being filled, the others are with the crew */
	struct import_batch *batches;
	size_t first, nbatches;
	int64_t last_date; /* of the message before, in the same file */
	const char *last_file;
	/* authors looked up so far */
	struct arena *people;
	struct import_author *authors;
	size_t nauthors;
};

/* The list is looked up. RC_NOTFOUND: there is none. */
enum rc import_init(struct import *im, const struct conf *conf, const struct keys *keys,
		    const char *list, struct import_mode mode) MUST_USE;
/* Stops early where prog_stop is set; the index is made whatever comes of it. RC_TEMPFAIL: the
 * database does not come back. */
enum rc import_run(struct import *im, const struct source_list *files) MUST_USE;
void import_release(struct import *im);

#endif
