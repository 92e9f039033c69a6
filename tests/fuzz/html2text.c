/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as HTML give clean text under the cap. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice in = slice_make((const char *)data, size);
	size_t n;
	char *text = html_to_text(a, in, 65536, &n);

	if (n > 65536 * 3 || (n > 0 && !utf8_valid(slice_make(text, n))))
		abort();
	arena_free(&a);
	return 0;
}
