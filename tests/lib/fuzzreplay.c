/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver of a fuzz target where no fuzzer is: FILE... as input, each
 * printed before its turn, so that the last line names the one that broke it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
		if (exact)
			LLVMFuzzerTestOneInput(exact, n);
		free(exact);
		free(p);
	}
	return 0;
}
