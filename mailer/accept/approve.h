/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moderators' decisions, carried out once their undo window is over (see
 * server/core/moderate.h): an approved message becomes a post from its stored
 * bytes, exactly as if it came now; a refused one is answered.
 */
#ifndef CABILDO_MAILER_APPROVE_H
#define CABILDO_MAILER_APPROVE_H

#include "server/core/unit.h"

#define APPROVE_POLL_MS 2000

/* Everything that is due; how many were carried out. The unit's arena is rewound. */
unsigned approve_due(struct unit *u);
/* The hook of intake: looks every APPROVE_POLL_MS, returns the ms until the next look. */
int approve_tick(void *unit);

#endif
