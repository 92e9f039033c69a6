/* SPDX-License-Identifier: Apache-2.0 */
/* Time. Everywhere: microseconds since 1970-01-01 UTC in an int64_t. */
#ifndef CABILDO_BASE_CLOCK_H
#define CABILDO_BASE_CLOCK_H

#include "server/base/attr.h"

#define USEC ((int64_t)1000000)

struct civil {                /* proleptic Gregorian, UTC or a local time already shifted */
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
	int wday; /* 0 Sunday */
};

int64_t clock_now(void);      /* wall clock, or the one set for a test */
int64_t clock_mono(void);     /* for time-outs; never goes back */
void clock_set(int64_t usec); /* tests: 0 gives the real clock back */
struct civil clock_civil(int64_t usec, int offset_minutes);
int64_t clock_from_civil(struct civil c);

/* RFC 5322 section 3.3: "Sun, 22 Nov 2026 18:00:01 +0000". out_r: 40 bytes. */
void clock_rfc5322(int64_t usec, char out_r[static 40]);
/* RFC 3339, UTC, seconds: "2026-11-22T18:00:01Z". out_r: 32 bytes. */
void clock_rfc3339(int64_t usec, char out_r[static 32]);
/* "2026-11-22T18:00:01Z", "2026-11-22 18:00" or "2026-11-22": UTC. */
MUST_USE bool clock_parse(const char *text, int64_t *usec_r);
/* IMF-fixdate (RFC 9110 5.6.7). out_r: 40 bytes. */
void clock_http(int64_t usec, char out_r[static 40]);

#endif
