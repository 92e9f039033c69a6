/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of one person. A new one is theirs only when somebody who
 * reads its mail has pressed the button of the mailed page, or answered that
 * mail; until then there is no row of it. Whoever asks learns nothing of whose
 * an address is: the page says the same, and the mail goes to the address.
 * In a transaction; of the actor, but where an account is given.
 */
#ifndef CABILDO_CORE_PERSON_H
#define CABILDO_CORE_PERSON_H

#include "server/core/unit.h"
#include "server/store/person.h"

#define ADDRESSES_MAX  10
#define ADDRESS_DAYS   3 /* a confirmation is good for */
#define ADDRESS_ASKS   5 /* confirmations a day and person */

enum rc person_addresses(struct unit *u, struct own_address **r, size_t *n_r,
			 struct own_pending **p_r, size_t *np_r) MUST_USE;
/* Asks the address. RC_INVALID: it is none; RC_CONFLICT: theirs already; RC_LIMIT: too
 * many, or too many asked for today. account: whose it will be. */
enum rc person_address_ask(struct unit *u, int64_t account, const char *addr) MUST_USE;

struct address_pending {
	int64_t account;
	const char *name, *locale, *addr;
};
/* Uses nothing up. RC_NOTFOUND: unknown, used, expired. */
enum rc person_address_peek(struct unit *u, const char *token, struct address_pending *r) MUST_USE;
/*
 * Once. from: the author of a reply, NULL by the page. RC_DENIED: another address than
 * the one that was asked; RC_CONFLICT: it is somebody else's by now, or one too many.
 * What waits from this address becomes theirs; *posted_r: how many of it appear.
 */
enum rc person_address_confirm(struct unit *u, const char *token, const char *from,
			       struct address_pending *r, size_t *posted_r) MUST_USE;
/* The same without asking, where the message in hand proved it; see claim.h. */
enum rc person_address_add(struct unit *u, int64_t account, const char *addr) MUST_USE;
/* Messages that wait from addr are the account's; hold: that one though unproven, or 0. */
enum rc person_waiting(struct unit *u, int64_t account, const char *addr, int64_t hold,
		       size_t *posted_r) MUST_USE;

/* RC_NOTFOUND: not one of theirs that gets mail. The former one is told. */
enum rc person_address_primary(struct unit *u, const char *addr) MUST_USE;
/* Never the main one: RC_NOTFOUND. What went there goes to the main one. */
enum rc person_address_remove(struct unit *u, const char *addr) MUST_USE;
/* Where the copies of a group go. RC_NOTFOUND: no such group or address of theirs. */
enum rc person_deliver_to(struct unit *u, const char *list, const char *addr) MUST_USE;

#endif
