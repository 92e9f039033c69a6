/* SPDX-License-Identifier: Apache-2.0 */
/* What a digest takes out of a post: the first line says what is folded, the rest is the
 * text. No byte that is folded shows, words are whole. */
#include <stdlib.h>

#include "server/base/utf8.h"
#include "server/digest/own.h"
#include "server/digest/words.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FOLDED '\x7F' /* stands in folds alone */

static void words_check(struct slice text)
{
	char buf[64];
	size_t n;

	while (text.n > 0) {
		struct slice was = text;

		if (!word_next(&text, buf, &n))
			break;
		if (n >= sizeof(buf) || strlen(buf) != n || n < 4 || text.n >= was.n || text.p + text.n != was.p + was.n)
			abort();
		if (!utf8_valid(slice_make(buf, n)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice in = slice_make((const char *)data, n), folds = SLICE(""), s;
	struct own_post p = { .id = 0 };
	struct arena *a = arena_new((size_t)64 << 20);
	size_t len, max = n % 700, at = 0;
	bool cut;
	char *text;

	slice_line(&in, &folds);
	text = utf8_clean(a, in, &len);
	for (size_t i = 0; i < len; i++)
		if (text[i] == FOLDED)
			text[i] = '.';
	p.body = slice_make(text, len);
	words_check(p.body);
	p.nfolds = own_folds(a, slice_dup(a, folds), len, &p.folds);
	for (size_t i = 0; i < p.nfolds; i++) {
		if (p.folds[i].from < at || p.folds[i].to < p.folds[i].from || p.folds[i].to > len)
			abort();
		at = p.folds[i].to;
		memset(text + p.folds[i].from, FOLDED, at - p.folds[i].from);
	}
	s = slice_of(own_text(a, &p, max, &cut));
	if (s.n > max || s.n > len * 2 || memchr(s.p, FOLDED, s.n) != NULL || slice_find(s, SLICE("\n\n\n")) != NULL)
		abort();
	if (!cut && s.n > 0 && (s.p[0] == '\n' || s.p[s.n - 1] == '\n'))
		abort();
	arena_free(&a);
	return 0;
}
