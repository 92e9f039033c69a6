/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of a list: design section 6. Tokens are lower-case base32 and
 * survive case folding; every local part stays within 64 octets.
 */
#ifndef CABILDO_CORE_ADDRESS_H
#define CABILDO_CORE_ADDRESS_H

#include "server/core/unit.h"

enum address_kind {
	ADDRESS_POST,     /* agenda@ */
	ADDRESS_THREAD,   /* agenda+t12.MAC@ */
	ADDRESS_CONFIRM,  /* agenda+cTOKEN@ */
	ADDRESS_MODERATE, /* agenda+mTOKEN@ */
	ADDRESS_REQUEST,  /* agenda-request@, -help@ */
	ADDRESS_JOIN,
	ADDRESS_LEAVE,
	ADDRESS_OWNER,
	ADDRESS_BOUNCE, /* agenda-bounces+s7.MAC@, agenda-bounces@ */
};

struct address_to {
	enum address_kind kind;
	const char *list, *domain; /* lower case */
	int64_t id;                /* thread, or subscription of a bounce; 0: none that verifies */
	const char *token;         /* of confirm and moderate, "" else */
};

/* RC_INVALID where it cannot be an address of a list of ours. */
enum rc address_parse(struct unit *u, const char *addr, struct address_to *r) MUST_USE;

char *address_thread(struct unit *u, const char *list, const char *domain, int64_t thread);
/* The envelope sender of a subscription's copies: always the same, so that
 * greylisting learns it; with a MAC, so that nobody can bounce for another. */
char *address_verp(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		   const char *domain, int64_t subscription);

#endif
