/* SPDX-License-Identifier: Apache-2.0 */
/* Pasted addresses and the answer to an invitation: parts hold nothing that parts
 * them, what is written again is read the same, and no text says yes and no. */
#include <stdlib.h>

#include "mailer/accept/invited.h"

#include "server/base/base.h"

#define MAX 50

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void split(struct arena *a, struct slice text)
{
	struct invite_addr r[MAX], again[MAX];
	size_t k = invite_split(a, text, r, MAX), m;
	struct str s;

	if (k > MAX + 1)
		abort();
	str_init(&s, a, text.n * 2 + 4096);
	for (size_t i = 0; i < k && i < MAX; i++) {
		if (*r[i].name == '\0' && *r[i].addr == '\0' && strchr(r[i].addr, '\n') != NULL)
			abort();
		if (strlen(r[i].name) > 150 || strpbrk(r[i].addr, "<>\",;\n") != NULL)
			return; /* none that mail goes to: as written */
		str_fmt(&s, "%s\n", r[i].addr);
	}
	m = invite_split(a, str_slice(&s), again, MAX);
	if (m > MAX)
		abort();
	for (size_t i = 0, j = 0; i < k && i < MAX; i++)
		if (slice_trim(slice_of(r[i].addr)).n > 0 &&
		    (j >= m || strcmp(again[j++].addr, r[i].addr) != 0))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct mail m = { .subject = "" };
	enum invited_word w;
	size_t len;
	char *p = utf8_clean(a, slice_make((const char *)data, n), &len);

	split(a, slice_make(p, len));
	m.text = p;
	m.text_len = len;
	m.nfolds = fold_find(a, slice_make(p, len), &m.folds);
	w = invited_parse(a, &m);
	if (w != INVITED_NONE && w != INVITED_YES && w != INVITED_NO)
		abort();
	arena_free(&a);
	return 0;
}
