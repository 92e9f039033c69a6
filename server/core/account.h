/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in. Every subscriber can: by a mailed link whose page has one
 * button, or by a password. An unknown address gets the same answer, in the
 * same time, as a known one.
 */
#ifndef CABILDO_CORE_ACCOUNT_H
#define CABILDO_CORE_ACCOUNT_H

#include "server/core/unit.h"

#define SESSION_DAYS 180
#define LINK_MINUTES 30

/* Fills u->actor from the cookie's secret; RC_NOTFOUND where it is unknown or
 * expired (the actor is then nobody). Reads only. */
enum rc session_load(struct unit *u, const char *secret) MUST_USE;
/* In a transaction. *secret_r goes into the cookie. */
enum rc session_open(struct unit *u, int64_t account, const char *device,
		     const char **secret_r) MUST_USE;
enum rc session_close(struct unit *u, const char *secret) MUST_USE;

/* Passwords tried in 15 minutes, for one address and from one client. */
#define SIGNIN_TRIES	    5
#define SIGNIN_TRIES_CLIENT 50
/* Links asked for in 15 minutes from one client, for whomever. */
#define SIGNIN_LINKS_CLIENT 30
/* The key under which a client is counted, each kind for itself. */
void signin_client(struct unit *u, const char *kind, const char *client,
		   unsigned char out_r[static HASH_BYTES]);
/*
 * RC_OK and the account; RC_DENIED for everything that does not match; RC_LIMIT:
 * too many were tried, this one was not looked at; RC_CONFLICT: two people are
 * being checked on this site at this moment, and more would take its memory: try
 * again. client: the peer's address. In a transaction, to be committed in each case.
 */
enum rc signin_password(struct unit *u, const char *client, const char *addr,
			const char *password, int64_t *account_r) MUST_USE;
/*
 * Whom the web server vouches for by REMOTE_USER: the account with that verified
 * address. `create` (conf's remote_user): an address that is not verified is by
 * this, and an unknown one gets an account. RC_INVALID: no mail address;
 * RC_NOTFOUND: nobody has it verified; RC_DENIED: conf says off. In a transaction.
 */
enum rc signin_remote(struct unit *u, const char *user, int64_t *account_r) MUST_USE;
/* Queues the mail with the link if the address is known; RC_OK either way, RC_LIMIT
 * where this client asked too often. next: the path to go to afterwards, of ours, or
 * NULL. Not more than one mail a minute and three in 30 that nobody uses. In a
 * transaction, to be committed in each case. */
enum rc signin_link_send(struct unit *u, const char *client, const char *addr,
			 const char *next) MUST_USE;
/* What the link's page shows; uses nothing up. RC_NOTFOUND: unknown, used, expired. */
enum rc signin_link_peek(struct unit *u, const char *token, const char **addr_r) MUST_USE;
/* Once. Marks the address verified. In a transaction. */
enum rc signin_link_use(struct unit *u, const char *token, int64_t *account_r,
			const char **next_r) MUST_USE;

/* locale, theme: validated words; NULL leaves as it is. In a transaction. */
enum rc account_preferences(struct unit *u, const char *locale, const char *theme) MUST_USE;
enum rc account_password_set(struct unit *u, const char *addr, const char *password) MUST_USE;

#endif
