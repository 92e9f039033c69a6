/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as one line that somebody wrote: what is kept is valid, turns nothing and
 * stays as it is the second time; what is shown opens and closes one isolate or none;
 * how it looks does not depend on what was taken off it.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/line.h"
#include "server/base/utf8.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice in = slice_make((const char *)data, size), all;
	/* as every parser hands it over */
	const char *clean = utf8_clean(a, in, &(size_t){ 0 }), *own, *shown;

	own = line_own(a, slice_of(clean));
	all = slice_of(own);
	if (!utf8_valid(all) || line_turns(all) || strcmp(line_own(a, all), own) != 0)
		abort();
	shown = line_shown(a, clean);
	all = slice_of(shown);
	if (all.n >= 6 && memcmp(shown, "\xE2\x81\xA8", 3) == 0) {
		if (memcmp(shown + all.n - 3, "\xE2\x81\xA9", 3) != 0)
			abort();
		all = slice_make(shown + 3, all.n - 6);
	}
	if (line_turns(all) || !slice_eqz(all, own))
		abort();
	if (strcmp(line_looks(a, slice_of(clean)), line_looks(a, slice_of(own))) != 0 ||
	    line_mixed(slice_of(clean)) != line_mixed(slice_of(own)))
		abort();
	arena_free(&a);
	return 0;
}
