/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of groups; see sql/stats.sql. list 0: of the whole site. */
#ifndef CABILDO_STORE_STATS_H
#define CABILDO_STORE_STATS_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct week_row {
	int64_t at; /* its Monday, 00:00 UTC */
	int64_t by_mail, by_web, threads, authors;
};
struct domain_row {
	const char *domain;
	int64_t sent, failed;
};
struct decided_row {
	const char *decision; /* "" of all together, first */
	int64_t n, median;    /* seconds */
};
enum rc stat_weeks_write(struct db *db, struct arena *a, int64_t *rows_r) MUST_USE;
enum rc stat_weeks_read(struct db *db, struct arena *a, int64_t list, struct week_row **r,
			size_t *n_r) MUST_USE;
enum rc stat_domains_read(struct db *db, struct arena *a, int64_t list, struct domain_row **r,
			  size_t *n_r) MUST_USE;
enum rc stat_decisions_read(struct db *db, struct arena *a, int64_t list, struct decided_row **r,
			    size_t *n_r) MUST_USE;
enum rc stat_people_read(struct db *db, struct arena *a, int64_t list, int64_t *members_r,
			 int64_t *wrote_r, int64_t *waiting_r) MUST_USE;

#endif
