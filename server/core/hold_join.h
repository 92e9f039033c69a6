/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to join as holds: see hold_kind.h. */
#ifndef CABILDO_CORE_HOLD_JOIN_H
#define CABILDO_CORE_HOLD_JOIN_H

#include "server/core/hold_kind.h"
#include "server/core/subscribe.h"

/* The hold of a request just made; those who moderate are told. */
enum rc join_hold(struct unit *u, const struct membership *m, int64_t request,
		  const struct join_request *j) MUST_USE;
/* Decides it, to be carried out at once. RC_NOTFOUND: no such request waits. */
enum rc join_hold_decide(struct unit *u, int64_t list, int64_t request, bool approve) MUST_USE;

/* For the table of kinds. */
enum rc join_carry(struct unit *u, const struct held_due *d, const struct list_ref *l) MUST_USE;

#endif
