/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files to import: words of the command line made into a sorted list
 * (folders are walked, a Maildir's tmp is not), and each opened as a stream of
 * bytes, unpacked where it is gzip. Says what is wrong; decides nothing.
 */
#ifndef CABILDO_IMPORT_SOURCE_H
#define CABILDO_IMPORT_SOURCE_H

#include <sys/types.h>

#include "server/base/arena.h"
#include "server/base/rc.h"

struct source_file {
	const char *path;
	int64_t size, mtime; /* bytes on disk; microseconds */
};

struct source_list {
	struct source_file *v;
	size_t n, size;
	int64_t bytes; /* of all */
};

/* Adds what the word names. False: *why_r says which file and why. */
MUST_USE bool source_add(struct arena *a, struct source_list *l, const char *word,
			 const char **why_r);

struct source;
struct source *source_open(const struct source_file *f, const char **why_r);
/* An mbox_read_fn. */
ssize_t source_read(void *ctx, void *buf, size_t n);
/* Bytes of the file on disk that were taken so far. */
int64_t source_at(struct source *s);
/* Why reading failed. */
const char *source_error(struct source *s);
void source_close(struct source **s);

#endif
