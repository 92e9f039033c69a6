/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: cells are UTF-8 without controls, and what is written is read back the same. */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/utf8.h"
#include "server/text/csv.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)512 << 20);
	struct csv t, again;
	struct str o;

	str_init(&o, a, (size_t)64 << 20);
	if (csv_parse(a, slice_make((const char *)data, size), &t) != RC_OK) {
		arena_free(&a);
		return 0;
	}
	/* a first line of many commas, so that they are what separates */
	str_addz(&o, "a,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n");
	for (size_t i = 0; i < t.n; i++) {
		if (t.row[i].line < 1 || t.row[i].n > CSV_CELLS_MAX)
			abort();
		for (size_t k = 0; k < t.row[i].n; k++) {
			if (!utf8_valid(slice_of(t.row[i].cell[k])))
				abort();
			csv_cell(&o, k == 0, csv_plain(t.row[i].cell[k]));
		}
		str_addc(&o, '\n');
	}
	if (o.n <= CSV_BYTES_MAX && t.n + 1 < CSV_ROWS_MAX) {
		if (csv_parse(a, str_slice(&o), &again) != RC_OK || again.n < 1)
			abort();
		for (size_t i = 0, j = 1; i < t.n && j < again.n; i++, j++)
			for (size_t k = 0; k < t.row[i].n && k < again.row[j].n; k++)
				if (again.n == t.n + 1 && strcmp(csv_plain(t.row[i].cell[k]),
								 csv_plain(again.row[j].cell[k])) != 0)
					abort();
	}
	arena_free(&a);
	return 0;
}
