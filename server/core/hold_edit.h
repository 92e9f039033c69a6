/* SPDX-License-Identifier: Apache-2.0 */
/* A held message that a moderator gave other words, as it is posted. */
#ifndef CABILDO_CORE_HOLD_EDIT_H
#define CABILDO_CORE_HOLD_EDIT_H

#include "server/core/submit.h"
#include "server/store/moderate.h"

/*
 * s, as it was read from the stored bytes, with the moderator's subject and text, and bytes
 * of its own (files with it, their Message-ID kept) that stay with the post: the copies are
 * composed from them, as of a post from the web, because its content is not the author's any
 * more (RFC 6377 section 5 and a DKIM signature that would not hold). The original stays
 * with the hold. In a transaction.
 */
enum rc hold_edited(struct unit *u, const struct held_due *d, const struct list_ref *l,
		    struct submission *s, int64_t *raw_r) MUST_USE;
/* Its author is told what was changed, where it is proven who that is. */
enum rc hold_edited_tell(struct unit *u, const struct held_due *d, const struct list_ref *l,
			 const struct submit_result *r) MUST_USE;

#endif
