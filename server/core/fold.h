/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folds of posts: held against the post that is answered when a reply is
 * taken in, and opened for good by its author or a moderator.
 */
#ifndef CABILDO_CORE_FOLD_H
#define CABILDO_CORE_FOLD_H

#include "server/core/submit.h"

/* Own words and quoted ones apart, 256 kB of both: they weigh differently in the search. */
void fold_words(struct unit *u, const struct submission *s, struct slice *own_r,
		struct slice *quoted_r);
/* The page's markup. */
struct slice fold_render(struct unit *u, const struct submission *s);

/*
 * Sets s->folds (in the unit's arena) by the text of post `parent`, which is
 * read only where s shows or hides enough unmarked text to be worth it. A reply
 * of somebody to their own post keeps its folds. In a transaction.
 */
enum rc fold_against_parent(struct unit *u, struct submission *s, int64_t parent) MUST_USE;

/* Would a parent's text change the folds? */
MUST_USE bool fold_asks_parent(struct unit *u, const struct submission *s);
/* The same by that text and its author's address, when both are at hand. */
void fold_against(struct unit *u, struct submission *s, struct slice parent, const char *author);

/*
 * Shows a post whole for everybody, for its author, moderators and
 * administrators (promise P6); recorded. RC_NOTFOUND for anybody else. One that
 * has nothing folded stays as it is. In a transaction.
 */
enum rc post_unfold(struct unit *u, const char *list, int64_t thread, int64_t number) MUST_USE;

#endif
