/* SPDX-License-Identifier: Apache-2.0 */
/* What is held about one person; see sql/export.sql. */
#ifndef CABILDO_STORE_EXPORT_H
#define CABILDO_STORE_EXPORT_H

#include "server/store/forum.h" /* struct attachment_place */

/* RC_CONFLICT: another one is being made. */
enum rc export_gate(struct db *db, struct arena *a) MUST_USE;
enum rc export_account_read(struct db *db, struct arena *a, int64_t account,
			    const char **json_r) MUST_USE;

struct export_counts {
	int64_t addresses, groups, posts;
};
enum rc export_counts_read(struct db *db, struct arena *a, int64_t account,
			   struct export_counts *r) MUST_USE;

struct export_post {
	int64_t id, thread, number, sent_at, raw, files; /* raw 0: no original */
	const char *list, *subject, *source, *state;
	struct slice body;
};
enum rc export_posts_read(struct db *db, struct arena *a, int64_t account, int64_t after, int limit,
			  struct export_post **r, size_t *n_r) MUST_USE;
/* Up to 256 kB; empty: there is no such chunk. */
enum rc export_chunk_read(struct db *db, struct arena *a, int64_t raw, int64_t n,
			  struct slice *r) MUST_USE;
enum rc export_files_read(struct db *db, struct arena *a, int64_t post, struct attachment_place **r,
			  size_t *n_r) MUST_USE;

struct export_act {
	int64_t id, at;
	const char *door, *act, *list, *before, *after;
	bool mine, by_somebody, to_me;
};
enum rc export_record_read(struct db *db, struct arena *a, int64_t account, int64_t after, int limit,
			   struct export_act **r, size_t *n_r) MUST_USE;

#endif
