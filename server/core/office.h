/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may run a group, or the site: one question for every act of moderators,
 * owners and administrators. The command line may everything.
 */
#ifndef CABILDO_CORE_OFFICE_H
#define CABILDO_CORE_OFFICE_H

#include "server/core/unit.h"
#include "server/store/forum.h" /* struct group */

enum office { OFFICE_MODERATOR, OFFICE_OWNER, OFFICE_ADMIN };

/* RC_NOTFOUND: no such group, or none that they see; RC_DENIED: they see it and
 * do not run it. An owner is a moderator, an administrator both. */
enum rc office_check(struct unit *u, const char *list, enum office need,
		     struct group *g_r) MUST_USE;
/* list NULL or "": the site, which administrators run; g_r is zeroed then. */
bool office_admin(const struct unit *u);

#endif
