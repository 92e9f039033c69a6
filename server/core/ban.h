/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose mail is not taken, and who cannot join: an address or a whole domain, of a
 * group by who moderates it, of the site by administrators; for good or until a time,
 * when cabildod lifts it.
 */
#ifndef CABILDO_CORE_BAN_H
#define CABILDO_CORE_BAN_H

#include "server/core/office.h"
#include "server/store/ban.h" /* struct ban_row */

#define BANS_PER_PAGE 50

/* In a transaction. list NULL: the whole site; addr: an address, or @domain; days 0: for
 * good. RC_INVALID: *err_r says why, translated. */
enum rc ban_create(struct unit *u, const char *list, const char *addr, const char *reason,
		   int days, const char **err_r) MUST_USE;
enum rc ban_remove(struct unit *u, const char *list, int64_t id, const char *why) MUST_USE;
enum rc bans_load(struct unit *u, const char *list, int64_t before, struct ban_row **r,
		  size_t *n_r) MUST_USE;

#endif
