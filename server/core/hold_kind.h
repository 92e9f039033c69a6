/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of what waits for a moderator: which decisions each takes, and what a
 * decision does. One row each in hold_kind.c; the state machine is moderate.h.
 */
#ifndef CABILDO_CORE_HOLD_KIND_H
#define CABILDO_CORE_HOLD_KIND_H

#include "server/core/submit.h"
#include "server/store/moderate.h"

struct hold_kind {
	const char *name;
	const char *decisions; /* words of decision_names between spaces */
	/* Carries a decision out, when its undo window is over, in its transaction; u->door
	 * is DOOR_SYSTEM and nobody acts: d->decided_by and d->door say who decided. The
	 * approved message is not among them (moderate_post). RC_CONFLICT: it cannot be done any
	 * more; the hold waits again. */
	enum rc (*carry)(struct unit *u, const struct held_due *d, const struct list_ref *l);
};
/* NULL: no such kind. */
const struct hold_kind *hold_kind_find(const char *name);
bool hold_kind_takes(const struct hold_kind *k, const char *decision);

/*
 * The end of every hold, in the transaction that carries its decision out (also
 * "expire"): what holds for the sender from now on. Who moderates was told of the
 * decision when it was made (modmail_decided); of "expire" they are told here. post: the id of what was posted, or 0.
 */
enum rc hold_settled(struct unit *u, const struct held_due *d, const struct list_ref *l,
		     int64_t post) MUST_USE;

#endif
