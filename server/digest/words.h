/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keywords of threads: words of their new posts' own text that the group does
 * not use all the time, no two of one stem, none of the title.
 */
#ifndef CABILDO_DIGEST_WORDS_H
#define CABILDO_DIGEST_WORDS_H

#include "server/core/unit.h"
#include "server/store/digest.h"

#define WORDS_KEPT 4 /* of a thread, at most */

/* The words of a text, one after another: lower case, four letters or more, no numbers,
 * no parts of addresses. buf: 64 bytes. False: there is no further one. */
MUST_USE bool word_next(struct slice *rest, char *buf, size_t *n_r);
/* In the transaction that made the span. */
enum rc words_write(struct unit *u, const struct digest_span *s) MUST_USE;

#endif
