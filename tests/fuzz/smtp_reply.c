/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a relay answers: a code of three digits or nothing, a text that ends where it has to. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/deliver/reply.h"
#include "server/base/arena.h"
#include "server/base/str.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_make((const char *)data, size), line;
	struct arena *a = arena_new((size_t)64 << 20);
	struct reply r = { .code = 0 };

	while (slice_line(&rest, &line)) {
		const char *z = slice_dup(a, line), *text = NULL;
		enum reply_state s = reply_line(&r, z, &text);

		if (r.code < 0 || r.code > 999 || r.n >= sizeof(r.text) || strlen(r.text) != r.n ||
		    strlen(r.enhanced) >= sizeof(r.enhanced))
			abort();
		if (s != REPLY_BAD && (text < z || text > z + strlen(z)) && *text != '\0')
			abort();
		if (s != REPLY_MORE)
			r = (struct reply){ .code = 0 };
	}
	arena_free(&a);
	return 0;
}
