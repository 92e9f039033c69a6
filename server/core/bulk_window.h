/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within core/bulk: the messages of one window on their way to the tables. Threads are
 * numbered from -1 down, whether they are new or the database's, so that place_find()
 * works on them as on ids; so are posts of the window.
 */
#ifndef CABILDO_CORE_BULK_WINDOW_H
#define CABILDO_CORE_BULK_WINDOW_H

#include "server/core/bulk.h"
#include "server/core/place.h"
#include "server/store/bulk.h"

struct idmap { /* hash of 32 bytes -> number, open addressing */
	const unsigned char **keys;
	uint32_t *values;
	size_t mask;
};
void idmap_init(struct idmap *m, struct arena *a, size_t most);
/* Its value; UINT32_MAX where it is not there. */
uint32_t idmap_get(const struct idmap *m, const unsigned char *hash);
/* Adds it with that value unless it is there; the value it has. */
uint32_t idmap_put(struct idmap *m, const unsigned char *hash, uint32_t value);

struct wref { /* an id that a message has or names */
	const unsigned char *hash;
	int64_t thread; /* below 0; 0: nobody had or named it */
	int64_t post;   /* 0: only named */
	bool old;       /* the database's */
	bool hard;      /* nothing that a window decides */
};

struct wthread {
	int64_t id; /* 0 until it is drawn */
	bool old, bumped;
	int64_t next, posts, came; /* next number; shown; of this window */
	int64_t first_at, last_at, last_post, version, number;
	size_t moved; /* new ones: into the one with this number, -1 down; 0: not */
	const char *subject;
	const char *names[3];
	size_t nnames, had_names, people;
};

struct wperson {
	size_t thread;
	const char *addr, *name;
	int64_t account, posts;
};

struct wpost {
	size_t item;
	const char *msgid;
	const unsigned char *hash;
	int64_t id, raw; /* once drawn */
	int64_t thread, parent, at, number;
	int rank;
	int64_t answers; /* the parent that it was held against: a later one may be nearer */
};

struct wwait {
	uint32_t ref;
	size_t post;
	int rank;
	bool gone;
};

struct wredirect {
	size_t thread, post;
	int64_t number;
};

struct window {
	struct unit *u;
	const struct list_ref *l;
	struct bulk_item *items;
	size_t n;
	struct ids *ids; /* of each item */
	struct idmap by_hash, seen;
	struct wref *refs;
	size_t nrefs;
	struct wthread *threads;
	size_t nthreads, old_threads;
	struct wperson *people;
	size_t npeople, people_room;
	struct bulk_person *rows; /* the same with ids, as many */
	struct wpost *posts;
	size_t nposts;
	struct wwait *waits;
	size_t nwaits;
	struct wredirect *redirects;
	size_t nredirects, redirects_room;
	int64_t merges, fresh;
};

/* Reads what the database has of their ids and keys. */
enum rc window_look(struct window *w) MUST_USE;
/* Finds the place of item i, its fate and counts in it. False: not for a window, and
 * nothing was changed. */
MUST_USE bool window_place(struct window *w, size_t i);
/* Folds by the parents, then rows. */
enum rc window_write(struct window *w) MUST_USE;

#endif
