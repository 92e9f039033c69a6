/* SPDX-License-Identifier: Apache-2.0 */
/* See diff.h: the longest common subsequence of the lines between the common
 * beginning and the common end. */
#include "server/text/diff.h"

#include "server/base/base.h"

#define AROUND 3 /* same lines shown beside what differs */
#define LINES_CAP ((size_t)4 << 20)

static size_t lines_of(struct arena *a, struct slice text, struct slice **r)
{
	struct slice rest = text, line;
	size_t n = 0, max = 1;

	for (size_t i = 0; i < text.n; i++)
		max += text.p[i] == '\n';
	*r = ARENA_ARRAY(a, max, struct slice);
	while (slice_line(&rest, &line))
		(*r)[n++] = line;
	return n;
}

static void add(struct diff_line *out, size_t *n, enum diff_what what, struct slice text)
{
	out[(*n)++] = (struct diff_line){ what, text };
}

/* The middle, by the table of common lengths from each pair of places to the ends. */
static void middle(struct arena *a, const struct slice *x, size_t nx, const struct slice *y,
		   size_t ny, struct diff_line *out, size_t *n)
{
	size_t w = ny + 1, i = 0, j = 0;
	unsigned *t = ARENA_ARRAY(a, (nx + 1) * w, unsigned);

	for (i = nx; i-- > 0;)
		for (j = ny; j-- > 0;) {
			unsigned down = t[(i + 1) * w + j], right = t[i * w + j + 1];

			t[i * w + j] = slice_eq(x[i], y[j]) ? t[(i + 1) * w + j + 1] + 1
				       : down > right       ? down
							    : right;
		}
	i = j = 0;
	while (i < nx && j < ny) {
		if (slice_eq(x[i], y[j])) {
			add(out, n, DIFF_SAME, x[i++]);
			j++;
		} else if (t[(i + 1) * w + j] >= t[i * w + j + 1]) {
			add(out, n, DIFF_GONE, x[i++]);
		} else {
			add(out, n, DIFF_NEW, y[j++]);
		}
	}
	while (i < nx)
		add(out, n, DIFF_GONE, x[i++]);
	while (j < ny)
		add(out, n, DIFF_NEW, y[j++]);
}

size_t diff_lines(struct arena *a, struct slice was, struct slice is, struct diff_line **r)
{
	struct slice *x, *y;
	size_t nx = lines_of(a, was, &x), ny = lines_of(a, is, &y), head = 0, tail = 0, n = 0;
	size_t mx, my;

	*r = ARENA_ARRAY(a, nx + ny + 1, struct diff_line);
	while (head < nx && head < ny && slice_eq(x[head], y[head])) {
		add(*r, &n, DIFF_SAME, x[head]);
		head++;
	}
	while (tail < nx - head && tail < ny - head && slice_eq(x[nx - 1 - tail], y[ny - 1 - tail]))
		tail++;
	mx = nx - head - tail;
	my = ny - head - tail;
	if (mx > 0 && my > DIFF_CELLS / mx) {
		for (size_t i = 0; i < mx; i++)
			add(*r, &n, DIFF_GONE, x[head + i]);
		for (size_t i = 0; i < my; i++)
			add(*r, &n, DIFF_NEW, y[head + i]);
	} else {
		middle(a, x + head, mx, y + head, my, *r, &n);
	}
	for (size_t i = 0; i < tail; i++)
		add(*r, &n, DIFF_SAME, x[nx - tail + i]);
	return n;
}

/* Is a line that differs within AROUND of this one? */
static bool near(const struct diff_line *l, size_t n, size_t i)
{
	size_t from = i > AROUND ? i - AROUND : 0, to = i + AROUND < n ? i + AROUND : n - 1;

	for (size_t k = from; k <= to; k++)
		if (l[k].what != DIFF_SAME)
			return true;
	return false;
}

struct html diff_html(struct arena *a, struct slice was, struct slice is)
{
	static const char *const open[] = { "<p>", "<p><del>", "<p><ins>" };
	static const char *const close[] = { "</p>", "</del></p>", "</ins></p>" };
	struct diff_line *l;
	size_t n = diff_lines(a, was, is, &l);
	bool left_out = false;
	struct str s;
	struct out o = { &s };

	str_init(&s, a, LINES_CAP);
	str_addz(&s, "<div class=\"text\">");
	for (size_t i = 0; i < n && !s.over; i++) {
		if (l[i].what == DIFF_SAME && !near(l, n, i)) {
			if (!left_out)
				str_addz(&s, "<p>…</p>");
			left_out = true;
			continue;
		}
		left_out = false;
		if (l[i].text.n == 0 && l[i].what == DIFF_SAME)
			continue;
		str_addz(&s, open[l[i].what]);
		out_text_n(&o, l[i].text);
		str_addz(&s, close[l[i].what]);
	}
	str_addz(&s, "</div>");
	return (struct html){ s.p, s.n };
}
