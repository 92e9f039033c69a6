/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildod: scheduled work. Seals the audit log every second, clears what is
 * past its time every minute. Several may run: each piece takes a lock.
 */
#include <poll.h>
#include <stdio.h>

#include "server/base/prog.h"
#include "server/core/house.h"

#include "server/base/base.h"

#define EXPIRE_EVERY (60 * USEC)

int main(int argc, char **argv)
{
	const char *once = NULL;
	const struct prog_opt opts[] = { { "once", NULL, &once, "do what is due and leave" } };
	struct unit u = { .door = DOOR_SYSTEM };
	struct prog p;
	int64_t expired_at = 0, n;
	enum rc rc;

	prog_init(&p, argc, argv, "does scheduled work: sealing, expiry", opts, ARRAY_LEN(opts));
	u.conf = &p.conf;
	u.keys = &p.keys;
	u.db = unit_open(&p.conf, "sched");
	while (!prog_stop) {
		u.arena = arena_new((size_t)64 << 20);
		rc = house_seal(&u, &n);
		if (rc == RC_OK && n > 0)
			log_info("event=sealed entries=%lld", (long long)n);
		if (clock_mono() - expired_at > EXPIRE_EVERY || expired_at == 0) {
			rc = house_expire(&u, &n);
			if (rc == RC_OK && n > 0)
				log_info("event=expired rows=%lld", (long long)n);
			expired_at = clock_mono();
		}
		arena_free(&u.arena);
		if (once != NULL)
			break;
		poll(NULL, 0, 1000); /* a signal cuts it short */
	}
	unit_close(&u.db);
	return 0;
}
