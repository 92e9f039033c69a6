/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people paste them; see invite.h. */
#include "server/base/utf8.h"
#include "server/core/invite.h"

#include "server/base/base.h"

#define NAME_BYTES 150

/* The next part, and what follows it. A mark that is never closed ends with its line. */
static struct slice part_next(struct slice *rest)
{
	struct slice all = *rest;
	const char *close = NULL, *end = NULL; /* end: of the line at hand */
	size_t i = 0;

	for (; i < all.n; i++) {
		char c = all.p[i];

		if (c == '"') {
			if (end == NULL || end < all.p + i)
				end = memchr(all.p + i, '\n', all.n - i);
			if (end == NULL)
				end = all.p + all.n;
			close = memchr(all.p + i + 1, '"', (size_t)(end - all.p) - i - 1);
			if (close != NULL)
				i = (size_t)(close - all.p);
		} else if (c == '\n' || c == ',' || c == ';') {
			break;
		}
	}
	*rest = i < all.n ? slice_make(all.p + i + 1, all.n - i - 1) : SLICE("");
	return slice_trim(slice_make(all.p, i));
}

static struct invite_addr addr_of(struct arena *a, struct slice part)
{
	struct slice rest = part, name;
	const char *open = memrchr(part.p, '<', part.n);

	if (open == NULL || part.p[part.n - 1] != '>')
		return (struct invite_addr){ "", slice_dup(a, part) };
	name = slice_trim(slice_make(part.p, (size_t)(open - part.p)));
	if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
		name = slice_trim(slice_make(name.p + 1, name.n - 2));
	rest = slice_make(open + 1, (size_t)(part.p + part.n - 1 - open - 1));
	return (struct invite_addr){ slice_dup(a, utf8_clip(name, NAME_BYTES)),
				     slice_dup(a, slice_trim(rest)) };
}

size_t invite_split(struct arena *a, struct slice text, struct invite_addr *r, size_t max)
{
	size_t n = 0;

	while (text.n > 0) {
		struct slice part = part_next(&text);

		if (part.n == 0)
			continue;
		if (n == max)
			return max + 1;
		r[n++] = addr_of(a, part);
	}
	return n;
}
