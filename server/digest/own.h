/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody wrote in a post: its text without what was folded. */
#ifndef CABILDO_DIGEST_OWN_H
#define CABILDO_DIGEST_OWN_H

#include "server/base/arena.h"
#include "server/base/str.h"
#include "server/text/html.h"

struct own_post {
	int64_t id, number, at;
	const char *author, *lang;
	struct slice body;
	struct fold_range *folds; /* within body */
	size_t nfolds;
};
/* "0,12,1,40,60,2": from, to, kind; what reaches beyond the text is cut. */
size_t own_folds(struct arena *a, const char *text, size_t max, struct fold_range **r);
/* The beginning, at most max bytes, cut at a word: paragraphs with an empty line between
 * them, lines as they were. *cut_r: there is more. */
char *own_text(struct arena *a, const struct own_post *p, size_t max, bool *cut_r);

#endif
