/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail that asks for something of the group instead of being for it: -request@,
 * -help@, -join@, -leave@, a confirmation, a moderator's answer to a notice, or a
 * command as the answer to a post.
 */
#ifndef CABILDO_MAILER_REQUEST_H
#define CABILDO_MAILER_REQUEST_H

#include "mailer/parse/mail.h"
#include "server/core/address.h"
#include "server/core/submit.h"

/* Whether the address alone makes it one. */
static inline bool request_address(enum address_kind k)
{
	return k == ADDRESS_REQUEST || k == ADDRESS_JOIN || k == ADDRESS_LEAVE ||
	       k == ADDRESS_CONFIRM || k == ADDRESS_MODERATE;
}

/*
 * Does and answers what it asks, once (promise P3), and records its fate:
 * command; duplicate; held, where a stranger whom nothing proves wrote something
 * that only a person can judge; or forwarded to the owners, where such a one wants
 * to leave. In a transaction; unit_wake after the commit.
 * *rule_r: for the log.
 */
enum rc request_run(struct unit *u, const struct list_ref *l, const struct address_to *to,
		    const struct mail *m, const struct submission *s, struct submit_result *r,
		    const char **rule_r) MUST_USE;

/* A post of somebody who is no member, in answer to one of the group: they are told
 * once how to take part, if they have proven who they are (P9). In the post's
 * transaction. */
enum rc request_outsider(struct unit *u, const struct list_ref *l, const struct mail *m,
			 const struct submission *s) MUST_USE;

#endif
