/* SPDX-License-Identifier: Apache-2.0 */
/* A group's own text, filled: the first line stands for the group, the second for the
 * subject, the rest is the text. Nothing of a value is read as a word to fill, and without
 * values the text is as it was. */
#include <stdlib.h>

#include "server/base/utf8.h"
#include "server/core/template.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t times(struct slice s, const char *z)
{
	size_t n = 0, len = strlen(z);
	const char *p;

	while ((p = slice_find(s, slice_of(z))) != NULL) {
		n++;
		s = slice_make(p + len, (size_t)(s.p + s.n - p) - len);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct template_values v = { 0 };
	struct template t = { .kind = "return", .locale = "es", .title = "x" };
	struct slice rest, group = SLICE(""), subject = SLICE("");
	const char *body, *filled;
	size_t len, want;
	char *p = utf8_clean(a, slice_make((const char *)data, n), &len);

	rest = slice_make(p, len);
	slice_line(&rest, &group);
	slice_line(&rest, &subject);
	body = slice_dup(a, rest);
	t.body = body;
	t.title = slice_dup(a, group);
	(void)template_wrong(&t);
	if (strcmp(template_fill(a, body, &v), body) != 0)
		abort();
	v.group = slice_dup(a, group);
	v.subject = slice_dup(a, subject);
	filled = template_fill(a, body, &v);
	want = rest.n + times(rest, "{group}") * group.n + times(rest, "{subject}") * subject.n -
	       times(rest, "{group}") * 7 - times(rest, "{subject}") * 9;
	if (want < (size_t)1 << 20 && strlen(filled) != want)
		abort();
	arena_free(&a);
	return 0;
}
