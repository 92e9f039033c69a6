/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is due for a digest, and making it: a recipe (digest_issue) and a row of
 * the queue; it is drawn and composed when it is sent.
 *
 * digest_schedule has a row for each person (and group, where they want one mail
 * for each) with the moment of the next: the hour, weekday or day of the month
 * that the person chose, else their group, by the clock of their zone. Each is
 * made in one transaction with the next due moment, and the day it was due is
 * part of a unique key: a crash, a second cabildod, a clock set back make no
 * second one. After days without cabildod there is one that covers them.
 *
 * What a digest covers begins where the one before ended, at a snapshot horizon
 * (design section 7). A subscription that was not part of that one (new, paused,
 * another delivery before) has its own beginning in subscription.digest_from:
 * nothing falls between, whatever is changed when. What came during a pause, or
 * while the address was suspended, is in the first digest after it.
 */
#ifndef CABILDO_DIGEST_SCHEDULE_H
#define CABILDO_DIGEST_SCHEDULE_H

#include "server/core/unit.h"

/* In the same transaction as a change of what somebody chose. account 0: everybody. */
enum rc digest_sync(struct unit *u, int64_t account) MUST_USE;

/* All that is due now (clock_now), in transactions of its own, and every minute the
 * schedule. For cabildod. */
enum rc digest_due(struct unit *u, int64_t *made_r) MUST_USE;
/* The same once, schedule included. */
enum rc digest_run_now(struct unit *u, int64_t *made_r) MUST_USE;
/* In a transaction: the digests of these schedules (an array's text) up to that horizon. */
struct digest_run;
enum rc digest_batch(struct unit *u, const char *ids, const struct digest_run *run, int64_t now,
		     int64_t *made_r, int64_t *done_r) MUST_USE;
/* Digests go after 90 days. Its own transaction. */
enum rc digest_expire(struct unit *u, int64_t *rows_r) MUST_USE;

#endif
