/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log as it is sealed, verified and read; see sql/record.sql. */
#ifndef CABILDO_STORE_RECORD_H
#define CABILDO_STORE_RECORD_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"
#include "server/base/str.h"

struct db;

struct seal_row { /* one audit entry as it is sealed */
	int64_t id, at, actor, list, thread, post, subject;
	const char *door, *act;
	struct slice digest;
};
/* hash_r: of the last seal; zeros before the first. */
enum rc seal_last_read(struct db *db, struct arena *a, int64_t *n_r,
		       unsigned char hash_r[static HASH_BYTES]) MUST_USE;
/* Entries that wait for their seal. */
enum rc seal_open_read(struct db *db, struct arena *a, int limit, struct seal_row **r,
		       size_t *n_r) MUST_USE;
/* Seals them in this order; *head_r: number of the last. */
enum rc seal_write(struct db *db, struct arena *a, const int64_t *id,
		   const unsigned char (*hash)[HASH_BYTES], size_t n, int64_t *head_r) MUST_USE;

struct link_row {
	int64_t n;
	struct slice hash;
	bool entry, detail; /* are they there? */
	struct seal_row e;  /* e.id always */
	struct slice salt;  /* empty: erased */
	const char *before, *after, *why;
};
enum rc links_read(struct db *db, struct arena *a, int64_t after, int limit, struct link_row **r,
		   size_t *n_r) MUST_USE;
struct entry_row {
	int64_t id;
	bool sealed, waits;
};
enum rc entries_read(struct db *db, struct arena *a, int64_t after, int limit,
		     struct entry_row **r, size_t *n_r) MUST_USE;
enum rc detail_erase(struct db *db, struct arena *a, int64_t account, int64_t *rows_r) MUST_USE;

struct record_row { /* one entry as it is read */
	int64_t id, at;
	const char *door, *act;
	const char *actor, *subject; /* names, or "" */
	const char *list, *list_title;
	int64_t thread, post;        /* public numbers, 0: none */
	const char *before, *after, *why;
	bool sealed, erased;
};
struct record_query {
	int64_t list;             /* 0: of the whole site */
	const char *who;          /* part of the name of who did it, or NULL */
	const char *door, *act;   /* NULL: any; act: the noun or noun.verb */
	const char *from, *until; /* days as 2026-11-23 in zone, the last included; NULL: open */
	const char *zone;
	int64_t before;           /* id; 0: from the newest */
	int limit;
};
enum rc records_read(struct db *db, struct arena *a, const struct record_query *f,
		     struct record_row **r, size_t *n_r) MUST_USE;

#endif
