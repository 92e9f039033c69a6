/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of an archive's posts, hundreds a statement: sql/bulk.sql. The shapes are
 * those of intake.h; what is written is sent ahead (db_send), so its failure is told
 * by whatever comes after it, the commit at last.
 */
#ifndef CABILDO_STORE_BULK_H
#define CABILDO_STORE_BULK_H

#include "server/store/intake.h"

/* Whether there are posts at all, and the index of their words. */
enum rc bulk_state_read(struct db *db, struct arena *a, bool *posts_r, bool *index_r) MUST_USE;
/* That index: outside a transaction. Waits two seconds at most for who reads or writes posts:
 * RC_TEMPFAIL. */
enum rc bulk_index_drop(struct db *db, struct arena *a) MUST_USE;
enum rc bulk_index_make(struct db *db, struct arena *a) MUST_USE;
/* The planner learns what came in. */
enum rc bulk_analyze(struct db *db, struct arena *a) MUST_USE;

/* The number of the group's next new thread. */
enum rc bulk_begin(struct db *db, struct arena *a, int64_t list, int64_t *next_thread_r) MUST_USE;
/* Those of h that were seen before. */
enum rc bulk_seen_read(struct db *db, struct arena *a, int64_t list,
		       const unsigned char *const *h, size_t n, struct slice **r,
		       size_t *n_r) MUST_USE;
/* As refs_read. */
enum rc bulk_refs_read(struct db *db, struct arena *a, int64_t list,
		       const unsigned char *const *h, size_t n, struct ref_row **r,
		       size_t *n_r) MUST_USE;

struct bulk_thread_row {
	int64_t id, next_post, first_at, last_at, last_post;
	int64_t names; /* of those who take part, in the row: at most 3 */
};
/* Locked, by id. */
enum rc bulk_threads_read(struct db *db, struct arena *a, const int64_t *ids, size_t n,
			  struct bulk_thread_row **r, size_t *n_r) MUST_USE;
/* posts ids for posts and as many for their bytes, and threads for threads; in order. */
enum rc bulk_ids_draw(struct db *db, struct arena *a, size_t posts, size_t threads,
		      int64_t **posts_r, int64_t **raws_r, int64_t **threads_r) MUST_USE;

struct bulk_text_row {
	int64_t post;
	struct slice body;
	const char *author_addr;
};
enum rc bulk_texts_read(struct db *db, struct arena *a, const int64_t *posts, size_t n,
			struct bulk_text_row **r, size_t *n_r) MUST_USE;

struct bulk_person {
	int64_t thread, account, posts;
	const char *addr, *name;
	bool known; /* set by bulk_people_read: took part before */
};
enum rc bulk_people_read(struct db *db, struct arena *a, struct bulk_person *p,
			 size_t n) MUST_USE;
enum rc bulk_people_write(struct db *db, struct arena *a, const struct bulk_person *p,
			  size_t n) MUST_USE;

struct bulk_file {
	int64_t post, n;
	struct attachment_new at;
	const char *author;
};
/* Sets at.folded of the pictures (of v, by pointer) that their author sent before. */
enum rc bulk_logos_read(struct db *db, struct arena *a, struct bulk_file **v, size_t n) MUST_USE;
enum rc bulk_files_write(struct db *db, struct arena *a, const struct bulk_file *v,
			 size_t n) MUST_USE;

struct bulk_raw {
	int64_t id;
	struct slice bytes;
	const unsigned char *hash;
};
enum rc bulk_raw_write(struct db *db, struct arena *a, const struct bulk_raw *v, size_t n) MUST_USE;

struct bulk_thread {
	int64_t id, number, first_at, last_at, last_post, version, moved;
	int64_t posts, next; /* new: shown here, and the number of the next; old: both are how many came */
	int64_t people;      /* new: who takes part; old: who does now and did not */
	const char *subject;
	const char *names[3];
	size_t nnames;
};
enum rc bulk_threads_write(struct db *db, struct arena *a, int64_t list,
			   const struct bulk_thread *v, size_t n) MUST_USE;
enum rc bulk_threads_bump(struct db *db, struct arena *a, const struct bulk_thread *v,
			  size_t n) MUST_USE;

/* numbers: of each in its thread. */
enum rc bulk_posts_write(struct db *db, struct arena *a, int64_t list, const struct post_new *v,
			 const int64_t *numbers, size_t n) MUST_USE;

struct bulk_ref {
	const unsigned char *hash;
	int64_t thread, post; /* post 0: only named so far */
};
enum rc bulk_refs_write(struct db *db, struct arena *a, int64_t list, const struct bulk_ref *v,
			size_t n) MUST_USE;
struct bulk_wait {
	const unsigned char *hash;
	int64_t post, rank;
};
enum rc bulk_waits_write(struct db *db, struct arena *a, int64_t list, const struct bulk_wait *v,
			 size_t n) MUST_USE;
/* Keys of idempotence; thread is not looked at. */
enum rc bulk_seen_write(struct db *db, struct arena *a, int64_t list, const struct bulk_ref *v,
			size_t n) MUST_USE;
struct bulk_redirect {
	int64_t thread, number, post;
};
enum rc bulk_redirects_write(struct db *db, struct arena *a, const struct bulk_redirect *v,
			     size_t n) MUST_USE;

struct bulk_sum {
	int64_t numbers, threads, posts, version, last_at, next_thread;
};
/* RC_TEMPFAIL: next_thread is not what it was. */
enum rc bulk_list_bump(struct db *db, struct arena *a, int64_t list,
		       const struct bulk_sum *s) MUST_USE;

#endif
