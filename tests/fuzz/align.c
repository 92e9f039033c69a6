/* SPDX-License-Identifier: Apache-2.0 */
/* A reply and its parent, parted at the first NUL: what comes out is sorted,
 * disjoint, whole lines, and leaves something to read. */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/base.h"
#include "server/text/align.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_line_start(const char *text, size_t len, size_t at)
{
	return at == 0 || at == len || text[at - 1] == '\n';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)512 << 20);
	struct slice all = slice_make((const char *)data, size), reply, parent = all;
	struct fold_range in = { 0, 0, FOLD_KIND_QUOTE }, *out;
	size_t len, plen, n, at = 0, folded = 0;

	slice_cut(&parent, '\0', &reply);
	char *text = utf8_clean(a, reply, &len), *old = utf8_clean(a, parent, &plen);

	/* the last half of it as a fold of whole lines */
	for (in.from = len / 2; !is_line_start(text, len, in.from); in.from++)
		;
	in.to = len;
	n = in.from < in.to && in.from > 0;
	n = align_folds(a, slice_make(text, len), slice_make(old, plen), &in, n, &out);
	for (size_t i = 0; i < n; i++) {
		if (out[i].from < at || out[i].to <= out[i].from || out[i].to > len)
			abort();
		if (!is_line_start(text, len, out[i].from) || !is_line_start(text, len, out[i].to))
			abort();
		at = out[i].to;
		folded += out[i].to - out[i].from;
	}
	if (n > 0 && folded >= len)
		abort();
	arena_free(&a);
	return 0;
}
