/* SPDX-License-Identifier: Apache-2.0 */
/* Accept-Language: whatever it says, one of ours or the fallback, and the one that
 * is asked for first where nothing else is. */
#include <stdint.h>
#include <stdlib.h>

#include "server/text/tr.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)16 << 20);
	const char *field = arena_strndup(a, (const char *)data, size), *lang;

	lang = tr_accept(field, "none");
	if (strcmp(lang, "none") != 0 && tr_language(lang) == NULL)
		abort();
	/* whole before everything: nothing that follows is liked better */
	if (strcmp(tr_accept(arena_fmt(a, "it,%s", field), "none"), "it") != 0)
		abort();
	arena_free(&a);
	return 0;
}
