/* SPDX-License-Identifier: Apache-2.0 */
/* The Cookie field: bounded, and every value is valid UTF-8 without NUL. */
#include "web/serve/inside.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct params ps;

	cookies_parse(&ps, a, slice_make((const char *)data, size));
	if (ps.n > REQ_COOKIES_MAX)
		log_panic("event=fuzz what=count");
	for (size_t i = 0; i < ps.n; i++)
		if (!utf8_valid(slice_make(ps.v[i].value, ps.v[i].n)) || !ps.v[i].name)
			log_panic("event=fuzz what=value");
	arena_free(&a);
	return 0;
}
