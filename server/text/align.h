/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply against the post it answers. We sent that post, so what stands in
 * both is a quote, whether or not it bears marks: plain text that Outlook put
 * below the answer, HTML whose bars were lost, lines that were wrapped anew.
 * Compared are words without marks, case and accents; time is linear in both
 * texts. Knows nothing of mail programs or their phrases. Not for who answers
 * a post of their own: they say again what they said.
 */
#ifndef CABILDO_TEXT_ALIGN_H
#define CABILDO_TEXT_ALIGN_H

#include "server/text/html.h"

/* Is there so much unfolded text, or such a fold, that the parent should be read? */
MUST_USE bool align_useful(struct slice reply, const struct fold_range *folds, size_t n);

/*
 * The folds of reply, given those that its own looks gave, sorted and disjoint,
 * whole lines, and never all of the text:
 *
 *	what matches the parent and reaches the end of what is shown, or begins
 *	it, is folded too, if it is two lines and a dozen words or more, and two
 *	fifths of the parent or below lines like headers;
 *	a fold of lines without marks that is mostly the parent's gives back the
 *	lines that are not: the author answered among them.
 *
 * Returns how many; *out_r is from the arena.
 */
size_t align_folds(struct arena *a, struct slice reply, struct slice parent,
		   const struct fold_range *folds, size_t n, struct fold_range **out_r);

#endif
