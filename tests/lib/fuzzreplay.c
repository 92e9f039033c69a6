/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver of a fuzz target where no fuzzer is: FILE... as input, each
 * printed before its turn, so that the last line names the one that broke it. With
 * CABILDO_COST in the environment "cost N FILE" follows: microseconds of processor
 * time, the least of a few turns.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURNS 4
#define ENOUGH 100000 /* microseconds in all */

static long used(void)
{
	struct timespec t = { 0, 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void cost(const uint8_t *p, size_t n, const char *name)
{
	long best = 0, sum = 0;

	for (int i = 0; i < TURNS && (i < 2 || sum < ENOUGH); i++) {
		long at = used();

		LLVMFuzzerTestOneInput(p, n);
		at = used() - at;
		sum += at;
		if (i == 0 || at < best)
			best = at;
	}
	printf("cost %ld %s\n", best, name);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n = 0, size = 1 << 16;
		uint8_t *p = malloc(size), *exact;

		if (!f || !p) {
			fprintf(stderr, "%s cannot be read\n", argv[i]);
			return 1;
		}
		while ((n += fread(p + n, 1, size - n, f)) == size)
			if (!(p = realloc(p, size *= 2)))
				return 1;
		fclose(f);
		puts(argv[i]);
		fflush(stdout);
		/* no byte more than there is, for a sanitizer to see what reads on */
		exact = malloc(n ? n : 1);
		for (size_t k = 0; exact && k < n; k++)
			exact[k] = p[k];
		if (exact && getenv("CABILDO_COST"))
			cost(exact, n, argv[i]);
		else if (exact)
			LLVMFuzzerTestOneInput(exact, n);
		free(exact);
		free(p);
	}
	return 0;
}
