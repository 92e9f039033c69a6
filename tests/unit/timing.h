/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long something takes, for the tests of what has to be linear. A page of
 * memory that the kernel gives costs from half a microsecond to over ten, by
 * the machine and by what was freed before, and often only the larger of two
 * sizes asks for any: so memory comes from one block that is there.
 */
#ifndef CABILDO_TESTS_TIMING_H
#define CABILDO_TESTS_TIMING_H

#include <time.h>

#include "server/base/base.h"

/* Of this process, in microseconds. */
static inline int64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * USEC + t.tv_nsec / 1000;
}

/* An arena with room for so many bytes, a power of two, in the block where it stands. */
static inline struct arena *arena_one_block(size_t bytes)
{
	struct arena *a = arena_new(4 * bytes);

	/* a block is the next power of two: as much again is left in it */
	arena_room(a, NULL, 0, bytes + 1);
	return a;
}

#endif
