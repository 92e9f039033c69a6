/* SPDX-License-Identifier: Apache-2.0 */
/* An address header: names in one clean line, addresses with something on both sides of an @. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/part.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool what)
{
	if (!what)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct mail_addr *v;
	size_t n = addr_list(a, slice_make((const char *)data, size), "", &v);

	for (size_t i = 0; i < n; i++) {
		const char *at = strrchr(v[i].addr, '@');

		must(utf8_valid(slice_of(v[i].name)) && utf8_valid(slice_of(v[i].addr)));
		must(!strpbrk(v[i].name, "\r\n") && !strpbrk(v[i].addr, "\r\n \t<>,"));
		must(*v[i].name || *v[i].addr);
		must(!*v[i].addr || (at && at > v[i].addr && at[1]));
	}
	arena_free(&a);
	return 0;
}
