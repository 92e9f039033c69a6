/* SPDX-License-Identifier: Apache-2.0 */
/* See suggest.h. */
#include <stdlib.h>

#include "server/core/suggest.h"
#include "server/store/thread.h"

#include "server/base/base.h"

#define SHOWN_MAX 5
#define LINES_MAX 200
#define LINE_MIN  15 /* bytes: "Saludos" is quoted everywhere */

/* The quoted lines of a post, without their marks. */
static size_t quoted_lines(struct slice text, struct slice line_r[static LINES_MAX])
{
	struct slice line;
	size_t n = 0;

	while (n < LINES_MAX && slice_line(&text, &line)) {
		if (!slice_starts(line, ">"))
			continue;
		while (line.n > 0 && (*line.p == '>' || *line.p == ' '))
			line = slice_make(line.p + 1, line.n - 1);
		line = slice_trim(line);
		if (line.n >= LINE_MIN)
			line_r[n++] = line;
	}
	return n;
}

/* How many of these lines the other wrote; what that one quoted itself does not count. */
static int quoted_of(const struct slice *lines, size_t n, struct slice body)
{
	int found = 0;

	for (size_t i = 0; i < n; i++) {
		const char *at = slice_find(body, lines[i]), *p = at;

		if (at == NULL)
			continue;
		while (p > body.p && p[-1] != '\n')
			p--;
		found += *p != '>';
	}
	return found;
}

static bool names(const struct stray *s, const char *msgid)
{
	for (size_t i = 0; i < s->nrefs; i++)
		if (strcmp(s->refs[i], msgid) == 0)
			return true;
	return false;
}

static int order(const void *x, const void *y)
{
	const struct suggestion *a = x, *b = y;

	if (a->why != b->why)
		return a->why > b->why ? -1 : 1;
	if (a->quoted != b->quoted)
		return a->quoted > b->quoted ? -1 : 1;
	return a->thread != b->thread ? (a->thread > b->thread ? -1 : 1) : (int)(b->number - a->number);
}

/* Of each thread only the likeliest post. */
static size_t thin(struct suggestion *s, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n && k < SHOWN_MAX; i++) {
		bool had = false;

		for (size_t j = 0; j < k; j++)
			had = had || (s[j].post == s[i].post && s[j].thread == s[i].thread);
		if (!had)
			s[k++] = s[i];
	}
	return k;
}

enum rc thread_suggest(struct unit *u, int64_t thread, struct suggestion **r, size_t *n_r)
{
	struct slice lines[LINES_MAX];
	struct stray *strays;
	struct candidate *c;
	size_t ns, nc, n = 0, nlines;
	enum rc rc = strays_read(u->db, u->arena, thread, &strays, &ns);

	*n_r = 0;
	*r = NULL;
	if (rc != RC_OK || ns == 0)
		return rc;
	rc = candidates_read(u->db, u->arena, thread, strays, ns, &c, &nc);
	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, ns * nc + 1, struct suggestion);
	for (size_t i = 0; i < ns; i++) {
		nlines = quoted_lines(strays[i].text, lines);
		for (size_t k = 0; k < nc; k++) {
			struct suggestion s = { strays[i].number, c[k].thread, c[k].number,
						c[k].author, c[k].subject, c[k].lang,
						SUGGESTED_SUBJECT,
						quoted_of(lines, nlines, c[k].text) };

			if (names(&strays[i], c[k].msgid))
				s.why = SUGGESTED_NAMED;
			else if (s.quoted > 0)
				s.why = SUGGESTED_QUOTED;
			else if (!slice_ieqz(slice_of(strays[i].subject), c[k].subject))
				continue;
			if (c[k].sent_at <= strays[i].sent_at)
				(*r)[n++] = s;
		}
	}
	qsort(*r, n, sizeof(**r), order);
	*n_r = thin(*r, n);
	return RC_OK;
}
