/* SPDX-License-Identifier: Apache-2.0 */
/* What was changed between two texts, by lines. */
#ifndef CABILDO_TEXT_DIFF_H
#define CABILDO_TEXT_DIFF_H

#include "server/base/str.h"
#include "server/text/html.h"

enum diff_what { DIFF_SAME, DIFF_GONE, DIFF_NEW };
struct diff_line {
	enum diff_what what;
	struct slice text; /* without its line end; within was or is */
};
/*
 * The fewest lines that differ, where the differing middles have at most
 * DIFF_CELLS pairs of lines; a larger middle is gone and new as a whole. The work
 * is bounded by that, the lines by those of both texts.
 */
#define DIFF_CELLS ((size_t)1 << 20)
size_t diff_lines(struct arena *a, struct slice was, struct slice is, struct diff_line **r);

/* The same as text: what is gone in <del>, what is new in <ins>, three lines around them
 * and "…" for the rest. */
struct html diff_html(struct arena *a, struct slice was, struct slice is);

#endif
