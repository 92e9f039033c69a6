/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as Markdown: no crash, inside the cap, slots well formed, no raw
 * tag that is not ours, no link with another scheme, no address in the clear. */
#include "server/text/html.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct html h)
{
	static const char *const tags[] = {
		"<p>", "</", "<a href=\"http", "<a href=\"HTTP", "<br>", "<em>", "<strong>", "<code>",
		"<del>", "<blockquote>", "<ul>", "<ol", "<li>", "<hr>", "<h3>", "<h4>", "<h5>", "<h6>",
		"<pre>", "<table>", "<thead>", "<tbody>", "<tr>", "<th", "<td", "<details class",
		"<summary>", "<div>",
	};
	bool in_slot = false;

	for (size_t i = 0; i < h.n; i++) {
		struct slice rest = slice_make(h.p + i, h.n - i);
		bool ours = false;

		if (h.p[i] == 1 || h.p[i] == 2) {
			if (in_slot == (h.p[i] == 1))
				abort();
			in_slot = !in_slot;
		}
		if (h.p[i] != '<' || in_slot)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(tags); k++)
			ours |= slice_istarts(rest, tags[k]);
		if (!ours)
			abort();
	}
	if (in_slot)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice in = slice_make((const char *)data, size);
	struct html h = markup_render(a, in, (size_t)256 << 10);

	if (h.n > (size_t)256 << 10)
		abort();
	check(h);
	h = markup_render(a, in, 300);
	if (h.n > 300)
		abort();
	check(h);
	arena_free(&a);
	return 0;
}
