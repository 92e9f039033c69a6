/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts, parted by the first NUL: their difference gives each of them back. */
#include <stdlib.h>

#include "server/text/diff.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(struct slice text, const struct diff_line *l, size_t n, enum diff_what own)
{
	struct slice rest = text, line;
	size_t i = 0;

	while (slice_line(&rest, &line)) {
		while (i < n && l[i].what != DIFF_SAME && l[i].what != own)
			i++;
		if (i == n || !slice_eq(l[i].text, line))
			abort();
		i++;
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice is = slice_make((const char *)data, size), was;
	struct diff_line *l;
	size_t n;

	slice_cut(&is, '\0', &was);
	n = diff_lines(a, was, is, &l);
	check(was, l, n, DIFF_GONE);
	check(is, l, n, DIFF_NEW);
	(void)diff_html(a, was, is);
	arena_free(&a);
	return 0;
}
