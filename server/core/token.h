/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that were mailed: the database keeps their hash alone, each is of one
 * purpose and is used once, until its time is over.
 */
#ifndef CABILDO_CORE_TOKEN_H
#define CABILDO_CORE_TOKEN_H

#include "server/core/unit.h"
#include "server/store/person.h" /* struct person_row */

/* What /c/TOKEN is for. */
enum token_kind {
	TOKEN_COMMAND, /* what was asked by mail: command.h */
	TOKEN_ADDRESS, /* a further address: person.h */
	TOKEN_CLAIM,   /* "is this you?": claim.h */
	TOKEN_KEEP,    /* the account is kept: erase.h */
	TOKEN_POST,    /* "did you write this?": identity.h */
	TOKEN_KINDS
};
/* RC_NOTFOUND: unknown, used, expired, or of no such page. */
enum rc token_kind(struct unit *u, const char *token, enum token_kind *r) MUST_USE;

/* use: once. RC_NOTFOUND: unknown, used, expired, or for something else. *data_r is what was
 * kept with it. */
enum rc token_find(struct unit *u, const char *token, const char *purpose, bool use,
		   int64_t *account_r, const char **data_r) MUST_USE;
/* The person whose it is as well. */
enum rc token_person(struct unit *u, const char *token, const char *purpose, bool use,
		     struct person_row *p_r, const char **data_r) MUST_USE;

#endif
