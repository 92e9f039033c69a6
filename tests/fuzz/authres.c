/* SPDX-License-Identifier: Apache-2.0 */
/* A header's value: whatever comes out is lower-case words without controls,
 * and a value that breaks the grammar says nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/authres.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f || (*p >= 'A' && *p <= 'Z'))
			abort();
	if (!utf8_valid(slice_of(s)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct authres r;
	bool ok = authres_parse(a, slice_make((const char *)data, size), &r);

	if (!ok && r.n > 0)
		abort();
	if (ok && *r.authserv_id == '\0')
		abort();
	for (size_t i = 0; i < r.n; i++) {
		check(r.v[i].method);
		check(r.v[i].result);
		check(r.v[i].header_from);
		check(r.v[i].domain);
	}
	arena_free(&a);
	return 0;
}
