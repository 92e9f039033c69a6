/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a group a new post belongs: by the ids that it has and names, the
 * thread address it came by, the post a form answers. Used by submit.c, in its
 * transaction and in this order.
 */
#ifndef CABILDO_CORE_PLACE_H
#define CABILDO_CORE_PLACE_H

#include "server/core/submit.h"
#include "server/store/intake.h"

#define PLACE_REFS_MAX  50 /* the newest count; RFC 5322 names no limit, senders do not either */
#define PLACE_RANK_NONE 32767

/* The ids of one submission on their way through the statements. */
struct ids {
	const char *own;
	id_hash own_hash;
	id_hash *refs; /* nearest first: rank is the position */
	const char **names;
	size_t n;
	struct ref_row *found;
	size_t nfound;
	int64_t near; /* the post that text is of; 0: not read */
	struct post_text_row text;
};

struct place {
	int64_t thread, parent; /* 0: a new thread; no parent */
	const char *state;      /* of the thread: open where it is new */
	int64_t elsewhere;      /* the group that its thread was moved to; 0: it is here */
	int rank;
	int64_t merge[PLACE_REFS_MAX + 2]; /* threads that turn out to be this one */
	size_t nmerge;
};

/* msgid: what the post is known by, which may be made up. */
void place_ids(struct unit *u, const struct submission *s, const char *msgid, struct ids *r);
/* lock: nobody else who has or names one of them until the commit. */
enum rc place_look_up(struct unit *u, int64_t list, struct ids *ids, bool lock) MUST_USE;
/* The key, the locks and the look-up of a post that is new: its id to post_r. reads: with what
 * stands in the nearest post that it names. RC_CONFLICT: seen before. */
enum rc place_enter(struct unit *u, int64_t list, const id_hash key, bool reads, struct ids *ids,
		    int64_t *post_r) MUST_USE;
/* Its own, then those it names; ids->n + 1. */
const id_hash *place_all_ids(struct unit *u, const struct ids *ids);
/* NULL: nobody has or names it. */
const struct ref_row *place_found(const struct ids *ids, const id_hash h);
/* What to do with elsewhere is the caller's; nothing else holds then. */
void place_find(const struct list_ref *l, const struct submission *s, const struct ids *ids,
		struct place *r);
enum rc place_settle(struct unit *u, const struct list_ref *l, const struct submission *s,
		     struct place *p, struct submit_result *r) MUST_USE;
/* What the post names that nobody has, and what may turn out to be nearer than its parent. */
void place_fill(struct unit *u, const struct ids *ids, const struct place *p, struct post_new *n);
/* The replies that waited for it are hung under it, once it is there. */
enum rc place_adopt(struct unit *u, int64_t list, const struct ids *ids, const struct place *p,
		    int64_t post) MUST_USE;

#endif
