/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps an account its owner's: the devices that are signed in, the
 * password, and a second step at the sign-in (RFC 6238: six digits of an
 * authenticator, each good once and for 30 seconds, 30 either way), with eight
 * recovery codes for the day the telephone is lost. Everything here is about
 * u->actor; `secret` is the session's cookie.
 */
#ifndef CABILDO_CORE_SECURITY_H
#define CABILDO_CORE_SECURITY_H

#include "server/core/unit.h"
#include "server/store/security.h"

#define PASSWORD_MIN	 10 /* characters */
#define PASSWORD_MAX	 200
#define FRESH_MINUTES	 15 /* so long after signing in the old password is not asked for */
#define RECOVERY_CODES	 8
#define SECOND_MINUTES	 10 /* to type the code after the password */

/* Newest first, at most 100. */
enum rc devices_load(struct unit *u, const char *secret, struct device **r, size_t *n_r) MUST_USE;
/* In a transaction. RC_NOTFOUND: no device of theirs. */
enum rc device_end(struct unit *u, const char *id) MUST_USE;
enum rc devices_end_others(struct unit *u, const char *secret) MUST_USE;

struct safety {
	bool has_password, fresh, second_step;
	int64_t codes; /* recovery codes that are left */
};
enum rc safety_load(struct unit *u, const char *secret, struct safety *r) MUST_USE;

/*
 * In a transaction. Ends the other devices and tells the person by mail.
 * RC_INVALID: too short or too long; RC_DENIED: the old one does not match
 * (asked for unless safety.fresh, or there is none); RC_CONFLICT, RC_LIMIT as
 * signin_password.
 */
enum rc password_change(struct unit *u, const char *secret, const char *client, const char *before,
			const char *after) MUST_USE;

/* The same by an administrator at the command line, for whom the old one is lost or known
 * to others: ends every device. RC_NOTFOUND. */
enum rc password_reset(struct unit *u, const char *addr, const char *password) MUST_USE;

struct second_new {
	const char *shown;  /* base32, groups of four */
	const char *sealed; /* the same for the form: only our keys open it, only for this person */
};
enum rc second_begin(struct unit *u, struct second_new *r) MUST_USE;
/* In a transaction. RC_INVALID: the code is not of this secret, or the form is
 * of another day. Ends the other devices: they came in without it. codes_r:
 * RECOVERY_CODES strings, shown once. */
enum rc second_confirm(struct unit *u, const char *secret, const char *sealed, const char *code,
		       const char **codes_r) MUST_USE;
/* In a transaction. code: of the authenticator or a recovery code. RC_DENIED. */
enum rc second_off(struct unit *u, const char *client, const char *code) MUST_USE;
/* The same for an administrator at the command line. RC_NOTFOUND. */
enum rc second_off_for(struct unit *u, const char *addr) MUST_USE;

/*
 * After the password or the link was good, in a transaction: RC_OK and *token_r
 * NULL where no second step is wanted, else a token for the form that asks for
 * the code.
 */
enum rc second_ask(struct unit *u, int64_t account, const char *next, const char **token_r) MUST_USE;
/* In a transaction, to be committed in each case. RC_NOTFOUND: the token is
 * used or older than SECOND_MINUTES; RC_DENIED: a wrong code; RC_LIMIT: too many. */
enum rc second_answer(struct unit *u, const char *client, const char *token, const char *code,
		      int64_t *account_r, const char **next_r) MUST_USE;

#endif
