/* SPDX-License-Identifier: Apache-2.0 */
/* See own.h. */
#include "server/base/utf8.h"
#include "server/digest/own.h"

#include "server/base/base.h"

size_t own_folds(struct arena *a, const char *text, size_t max, struct fold_range **r)
{
	struct slice rest = slice_of(text), w;
	size_t n = 0, room = 1, at = 0;
	int64_t v[3];

	for (const char *p = text; *p != '\0'; p++)
		room += *p == ',';
	*r = ARENA_ARRAY(a, room / 3 + 1, struct fold_range);
	while (rest.n > 0) {
		for (int i = 0; i < 3; i++)
			if (slice_cut(&rest, ',', &w), !slice_i64(w, 0, INT32_MAX, &v[i]))
				return n;
		if ((size_t)v[0] < at || v[1] < v[0] || (size_t)v[0] >= max)
			return n;
		at = (size_t)v[1] < max ? (size_t)v[1] : max;
		(*r)[n++] = (struct fold_range){ (size_t)v[0], at, (int)v[2] };
	}
	return n;
}

/* Lines end in one \n, at most one empty line between two others, none at either end. */
static void line_add(struct str *o, struct slice line, bool *gap)
{
	while (line.n > 0 && memchr(" \t\r", line.p[line.n - 1], 3) != NULL)
		line.n--;
	if (line.n == 0) {
		*gap = o->n > 0;
		return;
	}
	if (o->n > 0)
		str_addz(o, *gap ? "\n\n" : "\n");
	*gap = false;
	str_adds(o, line);
}

static void piece_add(struct str *o, struct slice text, bool *gap)
{
	struct slice line;

	while (slice_line(&text, &line))
		line_add(o, line, gap);
}

/* As much as fits, ended at a word where there is one in the last part. */
static size_t word_end(struct slice s, size_t max)
{
	size_t n = utf8_clip(s, max).n, at = n;

	while (at > n - n / 4 && s.p[at] != ' ' && s.p[at] != '\n')
		at--;
	if (s.p[at] != ' ' && s.p[at] != '\n')
		return n;
	while (at > 0 && (s.p[at - 1] == ' ' || s.p[at - 1] == '\n'))
		at--;
	return at;
}

char *own_text(struct arena *a, const struct own_post *p, size_t max, bool *cut_r)
{
	struct str o;
	struct slice s;
	size_t at = 0;
	bool gap = false;

	str_init(&o, a, p->body.n * 2 + 2);
	for (size_t i = 0; i < p->nfolds; i++) {
		piece_add(&o, slice_make(p->body.p + at, p->folds[i].from - at), &gap);
		at = p->folds[i].to;
	}
	piece_add(&o, slice_make(p->body.p + at, p->body.n - at), &gap);
	s = str_slice(&o);
	*cut_r = s.n > max;
	if (*cut_r)
		s.n = word_end(s, max);
	return slice_dup(a, s);
}
