/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the text of a mail, with folds cut from its first bytes: no
 * crash, inside the cap, what is opened is closed; excerpts of any width. */
#include "server/text/html.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(struct html h, const char *needle)
{
	struct slice rest = slice_make(h.p, h.n), what = slice_of(needle);
	const char *p;
	size_t n = 0;

	while ((p = slice_find(rest, what)) != NULL) {
		rest.n -= (size_t)(p - rest.p) + what.n;
		rest.p = p + what.n;
		n++;
	}
	return n;
}

static void check(struct html h, size_t cap)
{
	if (h.n > cap || count(h, "<p>") != count(h, "</p>") ||
	    count(h, "<pre>") != count(h, "</pre>") || count(h, "<a ") != count(h, "</a>") ||
	    count(h, "<blockquote>") != count(h, "</blockquote>") ||
	    count(h, "<details") != count(h, "</details>") || count(h, "\001") != count(h, "\002"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct fold_range folds[2] = { { 0 } };
	struct slice in;
	size_t nfolds = 0;

	if (size >= 4) {
		for (; nfolds < 2; nfolds++)
			folds[nfolds] = (struct fold_range){ data[nfolds * 2],
				(size_t)data[nfolds * 2] + data[nfolds * 2 + 1], (int)nfolds };
		data += 4;
		size -= 4;
	}
	in = slice_make((const char *)data, size);
	check(plain_render(a, in, folds, nfolds, (size_t)1 << 20), (size_t)1 << 20);
	check(plain_render(a, in, folds, nfolds, size + 256), size + 256);
	text_excerpt(a, in, folds, nfolds, 40);
	text_excerpt(a, in, NULL, 0, size % 300);
	arena_free(&a);
	return 0;
}
