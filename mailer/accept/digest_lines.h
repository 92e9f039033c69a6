/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer held against the digest that it answers, line by line: what of it is the
 * digest's, and of which item. By words in a row, so that marks, line breaks, links
 * written out, case and accents do not count. Linear in both.
 */
#ifndef CABILDO_MAILER_DIGEST_LINES_H
#define CABILDO_MAILER_DIGEST_LINES_H

#include "server/digest/digest.h"
#include "server/text/html.h"

#define DIGEST_FRAME   (-1) /* the digest's own words around its items */
#define DIGEST_NOWHERE (-2)

/* The digest's words, as both parts of its mail show them today. */
struct digest_ours;
struct digest_ours *digest_ours(struct arena *a, const struct digest *d);

struct digest_line {
	struct slice s;
	size_t words;
	bool marked;        /* begins with > */
	bool fold;          /* in a fold of something quoted */
	bool aside;         /* in one of a signature, a legal notice */
	bool known;         /* stands in the digest */
	bool link;          /* is nothing but links of the digest */
	int item;           /* of its last word that does: index of an item, or the above */
	size_t first, last; /* places of its first and last such word in the digest */
};

/* All lines of text, whose folds are sorted and disjoint. */
size_t digest_lines(struct arena *a, struct slice text, const struct fold_range *folds, size_t n,
		    const struct digest_ours *o, struct digest_line **r);

#endif
