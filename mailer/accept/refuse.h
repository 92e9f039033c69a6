/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sender of a held or refused message is told: why, by every rule that
 * spoke, the one step that mends it, and the whole text where it goes back. In
 * their language; only to an address that is proven to have sent it, at most
 * once a day for each cause, never to automatic mail (promise P9).
 */
#ifndef CABILDO_MAILER_REFUSE_H
#define CABILDO_MAILER_REFUSE_H

#include "mailer/accept/accept.h"

/* In the transaction that gave it its fate. */
enum rc refuse_tell(struct unit *u, const struct accept_in *in, const struct submission *s,
		    const struct verdict *v, const struct submit_result *res) MUST_USE;

#endif
