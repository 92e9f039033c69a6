/* SPDX-License-Identifier: Apache-2.0 */
/* Folds of a clean text are sorted, disjoint, whole lines, and never all of it. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice in = slice_make((const char *)data, size);
	struct mail_fold *f;
	size_t n, len, at = 0, folded = 0;
	char *text = utf8_clean(a, in, &len);
	char *joined = flowed_join(a, slice_make(text, len), len % 2, &n);

	if (!utf8_valid(slice_make(joined, n)) && n > 0)
		abort();
	n = fold_find(a, slice_make(text, len), &f);
	for (size_t i = 0; i < n; i++) {
		if (f[i].from < at || f[i].to <= f[i].from || f[i].to > len)
			abort();
		if (f[i].from > 0 && text[f[i].from - 1] != 0x0a)
			abort();
		at = f[i].to;
		folded += f[i].to - f[i].from;
	}
	if (n > 0 && folded >= len)
		abort();
	arena_free(&a);
	return 0;
}
