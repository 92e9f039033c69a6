/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of acceptance_rule; one function per statement of sql/pattern.sql. */
#ifndef CABILDO_STORE_PATTERN_H
#define CABILDO_STORE_PATTERN_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct db;

struct pattern_row {
	int64_t id;
	bool site;
	const char *field, *source, *action, *sentence;
	bool active;
};
/* list 0: the site. */
enum rc pattern_write(struct db *db, struct arena *a, int64_t list, const char *field,
		      const char *source, const char *action, const char *sentence,
		      int64_t *id_r) MUST_USE;
enum rc pattern_delete(struct db *db, struct arena *a, int64_t list, int64_t id,
		       const char **was_r) MUST_USE;
enum rc pattern_switch_write(struct db *db, struct arena *a, int64_t list, int64_t id, bool on,
			     const char **what_r) MUST_USE;
enum rc pattern_move_write(struct db *db, struct arena *a, int64_t list, int64_t id, bool up,
			   bool *moved_r) MUST_USE;
/* The group's (by name, or NULL) that are in force, after the site's. */
enum rc patterns_read(struct db *db, struct arena *a, const char *list, int64_t max,
		      struct pattern_row **r, size_t *n_r) MUST_USE;
/* Those switched off too. */
enum rc patterns_all_read(struct db *db, struct arena *a, int64_t list, int64_t max,
			  struct pattern_row **r, size_t *n_r) MUST_USE;

struct sample_row { /* a message that came */
	bool held;      /* and was not posted; id is the hold's then */
	int64_t id, at;
	const char *subject, *author_name, *author_addr, *body;
	int64_t thread, number;
	struct slice head; /* the first 64 kB of its bytes, where asked for */
};
enum rc samples_read(struct db *db, struct arena *a, int64_t list, bool head,
		     struct sample_row **r, size_t *n_r) MUST_USE;

#endif
