/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group never loses its last owner. Whatever ends or lowers an ownership
 * (leaving, removing, a role, handing over, a sync, deleting an account) calls
 * owner_guard first, in the same transaction and before each single change:
 * it locks the group's row until the commit, so that two owners who go at
 * the same moment cannot both believe that the other stays. To hand over, make
 * the new owners first, then guard and lower the old ones. Several groups in one
 * transaction: in the order of their ids.
 */
#ifndef CABILDO_CORE_OWNER_H
#define CABILDO_CORE_OWNER_H

#include "server/core/unit.h"
#include "server/store/roster.h" /* struct owned */

/* RC_CONFLICT: account is the only one who owns the group and can act; nothing may be
 * taken from them. RC_OK: they may go, or are no owner at all. */
enum rc owner_guard(struct unit *u, int64_t list, int64_t account) MUST_USE;

/* The groups that would have no owner without this account; for saying so beforehand. */
enum rc owner_only_of(struct unit *u, int64_t account, struct owned **r, size_t *n_r) MUST_USE;

/*
 * Gives a role: member, moderator, owner; guarded and in the audit log. Who may is the
 * caller's to know. RC_CONFLICT: the last owner; RC_NOTFOUND: no member of the group, or
 * it is their role already; RC_INVALID: no such role.
 */
enum rc owner_role_set(struct unit *u, int64_t list, int64_t account, const char *role) MUST_USE;

#endif
