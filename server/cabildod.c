/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildod: scheduled work, by the table below: seals the audit log and scores
 * bounces and sends moderators what waits to be told every second, clears what is past its
 * time, watches suspended addresses and reminds of what waits for a moderator every minute, keeps the weeks of the delivery
 * ledger every hour. Several may run: each piece takes a lock.
 */
#include <poll.h>
#include <stdio.h>

#include "server/base/prog.h"
#include "server/core/bounce.h"
#include "server/core/erase.h"
#include "server/core/house.h"
#include "server/core/invite.h"
#include "server/core/modmail.h"
#include "server/digest/schedule.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* What there is to do, how often, and again after how long where it could not be done. */
static struct task {
	enum rc (*run)(struct unit *u, int64_t *n_r);
	const char *event; /* what is logged where it changed something */
	int64_t every, retry;
	int64_t due; /* clock_mono */
} tasks[] = {
	{ house_seal, "sealed", 0, 0, 0 },
	{ bounce_score, "bounces_scored", 0, 0, 0 },
	{ house_clock_back, "clock_back", 60 * USEC, 60 * USEC, 0 },
	{ modmail_bundles, "moderators_told", 0, 5 * USEC, 0 },
	{ digest_due, "digests_made", 0, 5 * USEC, 0 },
	{ digest_expire, "digests_expired", 3600 * USEC, 600 * USEC, 0 },
	{ house_expire, "expired", 60 * USEC, 60 * USEC, 0 },
	{ bounce_watch, "bounces_watched", 60 * USEC, 60 * USEC, 0 },
	{ house_handover, "handed_over", 5 * USEC, 5 * USEC, 0 },
	{ house_stats, "weeks_counted", 3600 * USEC, 600 * USEC, 0 },
	{ house_bans, "bans_lifted", 60 * USEC, 60 * USEC, 0 },
	{ house_remind, "holds_reminded", 60 * USEC, 60 * USEC, 0 },
	{ house_overdue, "holds_expired", 60 * USEC, 60 * USEC, 0 },
	{ house_invitations, "invitations_kept", 60 * USEC, 60 * USEC, 0 },
	{ erase_due, "erased", 0, 60 * USEC, 0 },
	{ house_ledger, "ledger_kept", 3600 * USEC, 60 * USEC, 0 },
};

static void tasks_do(struct unit *u)
{
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++) {
		struct task *t = &tasks[i];
		int64_t n = 0;
		enum rc rc;

		if (clock_mono() < t->due)
			continue;
		rc = t->run(u, &n);
		if (rc == RC_OK && n > 0)
			log_info("event=%s rows=%lld", t->event, (long long)n);
		t->due = clock_mono() + (rc == RC_OK ? t->every : t->retry);
	}
}

int main(int argc, char **argv)
{
	const char *once = NULL, *at = NULL;
	const struct prog_opt opts[] = {
		{ "once", NULL, &once, "do what is due and leave" },
		{ "at", "TIME", &at, "digests as if it were then, UTC: to try them; with --once" },
	};
	int64_t then;
	struct unit u = { .door = DOOR_SYSTEM };
	struct prog p;

	prog_init(&p, argc, argv, "does scheduled work: sealing, expiry", opts, ARRAY_LEN(opts));
	tr_init(NULL);
	if (at != NULL && (once == NULL || !clock_parse(at, &then)))
		log_die("event=bad_usage error=\"--at takes a moment such as 2026-11-23T13:00:00Z, with --once\"");
	if (at != NULL)
		clock_set(then);
	u.conf = &p.conf;
	u.keys = &p.keys;
	u.db = unit_open(&p.conf, "sched");
	while (!prog_stop) {
		u.arena = arena_new((size_t)64 << 20);
		tasks_do(&u);
		arena_free(&u.arena);
		if (once != NULL)
			break;
		poll(NULL, 0, 1000); /* a signal cuts it short */
	}
	unit_close(&u.db);
	return 0;
}
