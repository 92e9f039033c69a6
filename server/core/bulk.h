/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive's messages into a group, hundreds in one go, with the same outcome as
 * submit_post() one by one: fate, thread, number, folds, search entry, files. Their
 * places are found in memory, from what the database has of the ids that a window of
 * them has and names; then each table takes its rows in one statement. What the window
 * cannot decide by itself (threads of the database that turn out to be one, those that a
 * moderator placed or that went to another group, replies that waited in the database)
 * goes to submit_post(), in its turn.
 */
#ifndef CABILDO_CORE_BULK_H
#define CABILDO_CORE_BULK_H

#include "server/core/submit.h"

/* All that follows from the submission alone: made where it is parsed. */
struct bulk_made {
	unsigned char key[HASH_BYTES], raw_hash[HASH_BYTES];
	struct slice own, quoted, html, packed;
	const char *lang;
	bool align; /* worth being held against the post it answers */
};
/* u: its arena is used, nothing else. lang: the group's. */
void bulk_make(struct unit *u, const char *lang, const struct submission *s, struct bulk_made *r);

struct bulk_item {
	struct submission *s; /* of an archive: SUBMIT_IMPORT */
	struct bulk_made made;
	/* of the result: fate and threads, as in submit_result */
	enum fate fate;
	int threads;
};

/* In a transaction that has submit_list_lock. */
enum rc bulk_submit(struct unit *u, const struct list_ref *l, struct bulk_item *items,
		    size_t n) MUST_USE;

/*
 * The index of all posts' words is dropped where the site has no post yet, and made by
 * bulk_close() from all of them at once: that is four times less work than a row at a
 * time. Meanwhile the search reads the posts themselves. Where a bulk_open() had no
 * bulk_close(), the next one makes it, whatever is imported.
 */
struct bulk_site {
	bool empty;     /* there was no post: bulk_close() tells the planner what there is now */
	bool unindexed; /* bulk_close() makes the index */
};
/* How it is now, and nothing else. */
enum rc bulk_look(struct unit *u, struct bulk_site *r) MUST_USE;
enum rc bulk_open(struct unit *u, struct bulk_site *r) MUST_USE;
enum rc bulk_close(struct unit *u, struct bulk_site *s) MUST_USE;

#endif
