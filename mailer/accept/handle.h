/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A complete message to its fates: parsed once, recipients grouped by list,
 * each group one transaction and one reply for each of its recipients. A 250
 * is said only after the commit (promise P1).
 */
#ifndef CABILDO_MAILER_HANDLE_H
#define CABILDO_MAILER_HANDLE_H

#include "mailer/intake/intake.h"
#include "server/core/submit.h"

/* The hooks of intake, with a struct unit as ctx whose arena is rewound by each. */
void handle_rcpt(void *ctx, const struct envelope *env, const char *recipient,
		 struct intake_reply *reply_r);
void handle_message(void *ctx, const struct envelope *env, struct slice raw,
		    struct intake_reply *replies_r);
void handle_policy(void *ctx, const struct policy_request *req, char *action_r, size_t size);

#endif
