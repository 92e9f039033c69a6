/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long something takes, for the tests of what has to be linear. A page of
 * memory that the kernel gives costs from half a microsecond to over ten, by
 * the machine and by what was freed before, and often only the larger of two
 * sizes asks for any. So memory comes from one block that is there, and what
 * a library still takes for itself is counted and allowed for.
 * Included after cmocka.h.
 */
#ifndef CABILDO_TESTS_TIMING_H
#define CABILDO_TESTS_TIMING_H

#include <sys/resource.h>
#include <time.h>

#include "server/base/base.h"

#define PAGE_US 20 /* at most, for each page of the kernel's */

/* Processor time in microseconds, and the pages that the kernel gave. */
struct spent {
	int64_t us, pages;
};

/* All since the program began. */
static UNUSED struct spent spent(void)
{
	struct timespec t;
	struct rusage r;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	getrusage(RUSAGE_SELF, &r);
	return (struct spent){ t.tv_sec * USEC + t.tv_nsec / 1000, r.ru_minflt };
}

/* Keeps in best what was spent since then, if it is less: a processor that others use too makes
 * a measurement longer, never shorter. */
static UNUSED void spent_least(struct spent *best, struct spent then)
{
	struct spent now = spent();

	if (best->us == 0 || now.us - then.us < best->us)
		*best = (struct spent){ now.us - then.us, now.pages - then.pages };
}

/* Whether the larger size took more than so many times the smaller, and 3 ms of noise. */
static UNUSED bool spent_over(struct spent one, struct spent more, double times)
{
	return (double)more.us > times * (double)one.us + 3000.0 + PAGE_US * (double)more.pages;
}

/* An arena with room for so many bytes, a power of two, in the block where it stands. */
static UNUSED struct arena *arena_one_block(size_t bytes)
{
	struct arena *a = arena_new(4 * bytes);

	/* a block is the next power of two: as much again is left in it */
	arena_room(a, NULL, 0, bytes + 1);
	return a;
}

#endif
