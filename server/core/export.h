/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's own data, for that person: account, addresses, groups and choices
 * (JSON), posts as they were sent (message/rfc822) with an index (CSV), the files
 * of them, and what the record of acts says of them. Nothing of others but what stands in the
 * person's own messages: who else acted is not named.
 *
 * The files go one by one to a sink, in pieces: memory stays that of one message.
 */
#ifndef CABILDO_CORE_EXPORT_H
#define CABILDO_CORE_EXPORT_H

#include "server/core/unit.h"
#include "server/store/export.h" /* struct export_counts */

struct export_sink {
	void *ctx;
	/* A file begins. name: path/of/it, ASCII but for the names of attachments; at:
	 * microseconds. */
	enum rc (*file)(void *ctx, const char *name, int64_t at);
	enum rc (*bytes)(void *ctx, struct slice s);
};

#define EXPORT_A_DAY 5
#define EXPORT_DAYS  3 /* a link by mail */

/*
 * In a transaction: it is recorded. RC_LIMIT: EXPORT_A_DAY were made today; RC_CONFLICT:
 * the site is making another one at this moment.
 */
enum rc export_person(struct unit *u, int64_t account, const struct export_sink *to) MUST_USE;
enum rc export_counts(struct unit *u, int64_t account, struct export_counts *r) MUST_USE;

/* The path of a page that gives it, mailed to the person; "" without a site. In a transaction. */
enum rc export_link(struct unit *u, int64_t account, const char **path_r) MUST_USE;
/* Whose it is; uses nothing up. RC_NOTFOUND: expired, or none of ours; RC_DENIED: they have
 * a second step, so that a mail alone does not do. */
enum rc export_open(struct unit *u, const char *token, int64_t *account_r) MUST_USE;

#endif
