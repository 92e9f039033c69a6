/* SPDX-License-Identifier: Apache-2.0 */
/* When and how a person has their digests, and what they have had. */
#ifndef CABILDO_DIGEST_CHOICE_H
#define CABILDO_DIGEST_CHOICE_H

#include "server/core/unit.h"
#include "server/store/digest.h"

/* What is sent, and when: the person's own, else what the first of their groups has.
 * chosen says which. */
enum rc digest_choice_get(struct unit *u, int64_t account, struct digest_choice *r) MUST_USE;
/* RC_INVALID: out of bounds. In a transaction; every "" forgets the choice of time. */
enum rc digest_choice_set(struct unit *u, int64_t account, const struct digest_choice *c) MUST_USE;
/* Their last digests, newest first, at most twelve. */
enum rc digest_past(struct unit *u, int64_t account, struct digest_past_row **r, size_t *n_r) MUST_USE;

#endif
