/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receipt of a post by mail, for members who asked for it: what everybody
 * sees at once, how much of it is folded, and where its author can show it
 * whole (promise P6).
 */
#ifndef CABILDO_CORE_RECEIPT_H
#define CABILDO_CORE_RECEIPT_H

#include "server/core/submit.h"

/* s: as it was posted, folds and all; r: where. Only to an author whose message is
 * proven (promise P9). In the transaction of the post. */
enum rc receipt_send(struct unit *u, const struct list_ref *l, const struct submission *s,
		     const struct submit_result *r) MUST_USE;

#endif
