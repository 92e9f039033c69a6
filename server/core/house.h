/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduled work, safe to run in several processes: each piece takes its lock. */
#ifndef CABILDO_CORE_HOUSE_H
#define CABILDO_CORE_HOUSE_H

#include "server/core/unit.h"

enum house_lock {
	HOUSE_SEAL = 1,
	HOUSE_EXPIRE,
	HOUSE_LEDGER,
	HOUSE_BOUNCE,
	HOUSE_BANS,
	HOUSE_HOLD,
	HOUSE_MODMAIL,
	HOUSE_HANDOVER,
	HOUSE_STATS,
	HOUSE_INVITE,
	HOUSE_DIGEST,
};
/* Begins a transaction under that lock; RC_CONFLICT (and none begun): somebody else is at it. */
enum rc house_begin(struct unit *u, enum house_lock lock) MUST_USE;

/* Chains the audit entries committed since the last time: the hash of each is
 * over the hash before it and the entry. Its own transaction. */
enum rc house_seal(struct unit *u, int64_t *sealed_r) MUST_USE;
/* Tokens, sessions and raw bytes past their time. Its own transaction. */
enum rc house_expire(struct unit *u, int64_t *rows_r) MUST_USE;

/* The weeks of the statistics. Its own transaction. */
enum rc house_stats(struct unit *u, int64_t *rows_r) MUST_USE;
/* One handover whose day has come. Its own transaction. */
enum rc house_handover(struct unit *u, int64_t *n_r) MUST_USE;
/* Bans whose time is over. Its own transaction. */
enum rc house_bans(struct unit *u, int64_t *rows_r) MUST_USE;

/* The weeks of the delivery ledger; see delivery_keep() in schema.sql. Its own transaction. */
enum rc house_ledger(struct unit *u, int64_t *changes_r) MUST_USE;

/* Those who moderate are told again of what waits for 24 hours, those who run the site after
 * 72: one notice a group and person in twelve hours. What waits longer than the setting
 * hold_days is decided "expire", to be carried out like any other: its author has the text
 * back. Each its own transaction. */
enum rc house_remind(struct unit *u, int64_t *n_r) MUST_USE;
enum rc house_overdue(struct unit *u, int64_t *n_r) MUST_USE;
/* Holds, their notices, claims, invitations and suspended addresses whose time lies in the
 * future, because the clock was set back, begin anew. Its own transaction. */
enum rc house_clock_back(struct unit *u, int64_t *n_r) MUST_USE;

#endif
