/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of acceptance_rule; one function per statement of sql/pattern.sql. */
#ifndef CABILDO_STORE_PATTERN_H
#define CABILDO_STORE_PATTERN_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct pattern_row {
	int64_t id;
	bool site;
	const char *field, *source, *action, *sentence;
};
/* list: name, or NULL for the site. RC_NOTFOUND: no such group. */
enum rc pattern_write(struct db *db, struct arena *a, const char *list, const char *field,
		      const char *source, const char *action, const char *sentence, int64_t *id_r,
		      int64_t *list_r) MUST_USE;
enum rc pattern_delete(struct db *db, struct arena *a, const char *list, int64_t id,
		       int64_t *list_r, const char **was_r) MUST_USE;
/* The group's and the site's, oldest first. */
enum rc patterns_read(struct db *db, struct arena *a, const char *list, int64_t max,
		      struct pattern_row **r, size_t *n_r) MUST_USE;

#endif
