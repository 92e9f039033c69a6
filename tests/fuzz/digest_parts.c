/* SPDX-License-Identifier: Apache-2.0 */
/* An answer to a digest: the first byte says how its lines are folded and whether they were
 * HTML, the rest is the text. No part holds more than was written, none what is quoted
 * with marks, and each is of a thread of the digest. */
#include <stdlib.h>

#include "mailer/accept/digest_parts.h"
#include "server/base/utf8.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define QUOTED '\x7F' /* stands in marked lines alone */

static size_t letters(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !strchr(" \t\r\n", s.p[i] ? s.p[i] : ' ');
	return n;
}

static size_t folds_make(struct arena *a, struct slice text, unsigned every, struct fold_range **r)
{
	struct slice rest = text, line;
	size_t n = 0, k = 0;

	*r = ARENA_ARRAY(a, text.n + 1, struct fold_range);
	for (size_t at = 0; slice_line(&rest, &line); at = (size_t)(rest.p - text.p), k++) {
		size_t to = (size_t)(rest.p - text.p);

		if (every == 0 || k % every != 0)
			continue;
		memset((char *)(uintptr_t)line.p, QUOTED, line.n);
		if (line.n > 0)
			*(char *)(uintptr_t)line.p = '>';
		(*r)[n++] = (struct fold_range){ at, to, FOLD_KIND_QUOTE };
	}
	return n;
}

static const struct digest_ours *ours(const struct digest *d)
{
	static struct digest_ours *kept;
	static struct arena *a; /* as long as the program */

	if (a == NULL)
		a = arena_new((size_t)64 << 20);
	if (kept == NULL)
		kept = digest_ours(a, d);
	return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct digest_post said[] = {
		{ .number = 1, .author = "Luz", .lang = "es", .url = "https://foro.example/1",
		  .text = "Propongo este orden para la reunión.\n\nSaludos cordiales, Luz" },
	};
#define ITEM(n, t) { .number = n, .section = DIGEST_ACTIVE, .list = "a", .list_title = "Agenda", .lang = "es", \
		     .title = t, .new_posts = 1, .posts = 2, .excerpt = "", .excerpt_lang = "", .text = said, \
		     .ntext = 1, .url = "https://foro.example/1", .reply = "a+t1.x@foro.example", .msgid = "", .mute = "" }
	static const struct digest_item items[] = {
		ITEM(1, "Orden del día de la reunión"), ITEM(2, "Catálogo de trámites"), ITEM(3, "a"),
	};
	const struct digest d = { .items = items, .nitems = ARRAY_LEN(items), .lang = "es", .zone = "UTC",
				  .site = "", .list_title = "", .tag = "", .every = 'w', .threads = 3, .posts = 3,
				  .groups = 1, .web = "", .prefs = "", .stop = "" };
	struct fold_range *folds;
	struct digest_parts r;
	struct slice text;
	struct arena *a;
	size_t len, nfolds, all = 0;
	char *p;

	if (n == 0)
		return 0;
	a = arena_new((size_t)64 << 20);
	p = utf8_clean(a, slice_make((const char *)data + 1, n - 1), &len);
	for (size_t i = 0; i < len; i++)
		if (p[i] == QUOTED)
			p[i] = '.';
	text = slice_make(p, len);
	nfolds = folds_make(a, text, data[0] % 5, &folds);
	digest_take_apart(a, text, folds, nfolds, data[0] & 64, &d, ours(&d), &r);
	if (r.n > DIGEST_PARTS_MAX)
		abort();
	for (size_t i = 0; i < r.n; i++) {
		all += letters(r.part[i].text);
		if (r.part[i].item < items || r.part[i].item >= items + ARRAY_LEN(items) ||
		    memchr(r.part[i].text.p, QUOTED, r.part[i].text.n) != NULL)
			abort();
	}
	if (all > letters(text))
		abort();
	arena_free(&a);
	return 0;
}
