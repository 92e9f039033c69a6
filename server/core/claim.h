/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Is this you?": a message waits because its address is nobody's, and its
 * name, local part or domain is one member's. That member is asked at their own
 * address, once in 30 days for each unknown address and at most three times
 * a day. The stranger is told nothing by it (promise P9: no oracle).
 *
 * A yes lets the message through as theirs. The address becomes theirs at once
 * where that message is proven to come from it; else the address is asked first,
 * as for one added by hand (person.h).
 */
#ifndef CABILDO_CORE_CLAIM_H
#define CABILDO_CORE_CLAIM_H

#include "server/core/submit.h"

#define CLAIM_DAYS 30

/* In the transaction that holds the message. Nobody is asked where nobody, or more than
 * one member, may be meant. */
enum rc claim_ask(struct unit *u, const struct list_ref *l, const struct submission *s,
		  int64_t hold) MUST_USE;

struct claim_pending {
	int64_t hold, account;
	const char *subject, *list_title, *list_name, *addr, *locale;
	bool decided; /* by somebody else, meanwhile */
	bool added;   /* after the yes: the address is theirs; else it is asked */
	bool posted;  /* and the message appears; else it still waits for a moderator */
};
/* Uses nothing up. RC_NOTFOUND: unknown, used or expired. */
enum rc claim_read(struct unit *u, const char *token, struct claim_pending *r) MUST_USE;
/* In a transaction. by: the account whose address the reply came from, 0 by the page.
 * RC_DENIED: somebody else's reply. */
enum rc claim_confirm(struct unit *u, const char *token, int64_t by,
		      struct claim_pending *r) MUST_USE;

/* For tests: whether this candidate may be who wrote it. */
bool claim_fits(struct arena *a, const char *name, const char *addr, const char *member_name,
		bool same_local, bool same_domain);

#endif
