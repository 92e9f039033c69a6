/* SPDX-License-Identifier: Apache-2.0 */
/* See guess.h. */
#include <stdatomic.h>
#include <sys/mman.h>

#include "web/route/guess.h"

#include "server/base/base.h"

#define SETS 1024u
#define WAYS 4u
#define COUNT_MAX 0xFFFFu

/* Each place is one word, changed as a whole: who 32 bits, when 16, how many 16. */
struct guesses {
	_Atomic uint64_t place[SETS][WAYS];
};

struct guesses *guesses_open(void)
{
	struct guesses *g = mmap(NULL, sizeof(*g), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return g == MAP_FAILED ? NULL : g;
}

static unsigned count_of(uint64_t word, uint64_t when)
{
	return (word >> 16 & 0xFFFF) == when ? (unsigned)(word & COUNT_MAX) : 0;
}

/* Theirs, else an empty or a past one, else that of who tried least. */
static unsigned way_of(_Atomic uint64_t *set, uint64_t who, uint64_t when)
{
	unsigned best = 0, least = COUNT_MAX + 1, n;

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t word = atomic_load(&set[i]);

		n = count_of(word, when);
		if (n > 0 && word >> 32 == who)
			return i;
		if (n < least) {
			least = n;
			best = i;
		}
	}
	return best;
}

unsigned guesses_add(struct guesses *g, const unsigned char client[static HASH_BYTES], int64_t now)
{
	/* 0 would be the mark of an empty place */
	uint64_t when = (uint64_t)(now / (GUESS_SECONDS * USEC)) % 0xFFFF + 1, who = 0, word, next;
	_Atomic uint64_t *set, *place;
	unsigned n;

	if (g == NULL)
		return 0;
	for (int i = 0; i < 4; i++)
		who = who << 8 | client[i];
	set = g->place[((unsigned)client[4] << 8 | client[5]) % SETS];
	place = &set[way_of(set, who, when)];
	word = atomic_load(place);
	do {
		n = word >> 32 == who ? count_of(word, when) : 0;
		n += n < COUNT_MAX;
		next = who << 32 | when << 16 | n;
	} while (!atomic_compare_exchange_weak(place, &word, next));
	return n;
}
