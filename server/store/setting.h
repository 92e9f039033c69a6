/* SPDX-License-Identifier: Apache-2.0 */
/* Settings as text, of groups and of the site; one function per statement of sql/setting.sql. */
#ifndef CABILDO_STORE_SETTING_H
#define CABILDO_STORE_SETTING_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct setting_row {
	const char *name, *value; /* booleans: true, false; NULL reads as "" */
};
/* list 0: the rows of the site; else every column of the group. */
enum rc settings_read(struct db *db, struct arena *a, int64_t list, struct setting_row **r,
		      size_t *n_r) MUST_USE;
/* Columns of one group; value[i] NULL is null. */
enum rc list_settings_write(struct db *db, struct arena *a, int64_t list, const char *const *name,
			    const char *const *value, size_t n) MUST_USE;

struct parent_row {
	int64_t id;
	bool has_parent;   /* the one named */
	bool has_children; /* the one that is to be part of it */
};
enum rc parent_read(struct db *db, struct arena *a, int64_t list, const char *parent,
		    struct parent_row *r) MUST_USE;

/* *value_r NULL where it is not set. */
enum rc setting_read(struct db *db, struct arena *a, const char *name,
		     const char **value_r) MUST_USE;
enum rc setting_write(struct db *db, const char *name, const char *value) MUST_USE;

#endif
