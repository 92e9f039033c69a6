/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A query in the first line, texts after it, cut at each 03, and a search that knows words
 * by chance: what is drawn is valid UTF-8 of bounded length in one line, marks open and
 * close in turns around something, and without them it is the text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/utf8.h"
#include "server/text/excerpt.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_gap(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7F;
}

/* The marks taken off; they are in order. */
static struct slice plain(struct arena *a, const char *x)
{
	struct str s;
	bool open = false;

	str_init(&s, a, STR_CAP_DEFAULT);
	for (; *x != '\0'; x++) {
		if (*x != '\x01' && *x != '\x02') {
			if (*x == '\n')
				abort();
			str_addc(&s, *x);
			continue;
		}
		if (open == (*x == '\x01') || (open && x[-1] == '\x01'))
			abort();
		open = !open;
	}
	if (open || !utf8_valid(str_slice(&s)))
		abort();
	return str_slice(&s);
}

/* All of it but gaps and signs of quotation, in its order. */
static void same(struct slice drawn, struct slice text)
{
	size_t k = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (k < drawn.n && drawn.p[k] == ' ')
			k++;
		if (k < drawn.n && drawn.p[k] == text.p[i])
			k++;
		else if (!is_gap(text.p[i]) && text.p[i] != '>')
			abort();
	}
	if (k != drawn.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice rest = slice_make((const char *)data, size), query, text, texts[8];
	const struct excerpt_word *words;
	const char *const *lexemes;
	struct excerpts *e;
	size_t n = 0, nwords, nlexemes;

	slice_cut(&rest, '\n', &query);
	e = excerpts_new(a, utf8_clean(a, query, NULL));
	while (rest.n > 0 && n < ARRAY_LEN(texts)) {
		slice_cut(&rest, 3, &text);
		texts[n].p = utf8_clean(a, text, &texts[n].n);
		excerpts_add(e, n % 2 ? "es" : "en", texts[n]);
		n++;
	}
	nwords = excerpts_words(e, &words);
	lexemes = excerpts_lexemes(e, &nlexemes);
	if (nwords > EXCERPT_WORDS || nlexemes > EXCERPT_LEXEMES)
		abort();
	for (size_t i = 0; i < nwords; i++)
		for (size_t k = 0; k < nlexemes; k++)
			if (strlen(words[i].text) * 7 % (k + 2) == 0 || *words[i].text == *lexemes[k])
				excerpts_know(e, i, lexemes[k]);
	for (size_t i = 0; i < n; i++) {
		if (plain(a, excerpt_draw(e, i, false)).n > 1500)
			abort();
		same(plain(a, excerpt_draw(e, i, true)), texts[i]);
	}
	arena_free(&a);
	return 0;
}
