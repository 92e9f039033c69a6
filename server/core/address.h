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
	ADDRESS_LEAVE, /* agenda-leave@, agenda-leave+s7.MAC@ */
	ADDRESS_OWNER,
	ADDRESS_BOUNCE, /* agenda-bounces+s7.MAC@, agenda-bounces@ */
	ADDRESS_SITE,   /* postmaster@, abuse@ (RFC 2142, RFC 5321 4.5.1) */
};

struct address_to {
	enum address_kind kind;
	const char *list, *domain; /* lower case */
	int64_t id;                /* thread, or subscription of a bounce or to leave; 0: none that verifies */
	int64_t digest;            /* of a post: the digest it answers (agenda+d5.MAC@), or 0 */
	int64_t probe;             /* of a bounce: the address that was probed, or 0 */
	int64_t invite;            /* of a bounce: the invitation, or 0 */
	const char *token;         /* of confirm and moderate, "" else */
};

/* RC_INVALID where it cannot be an address of a list of ours. */
enum rc address_parse(struct unit *u, const char *addr, struct address_to *r) MUST_USE;

char *address_thread(struct unit *u, const char *list, const char *domain, int64_t thread);
/* Where a digest is answered as a whole. */
char *address_digest(struct unit *u, const char *list, const char *domain, int64_t digest);
/* The envelope sender of a subscription's copies: always the same, so that
 * greylisting learns it; with a MAC, so that nobody can bounce for another. */
char *address_verp(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		   const char *domain, int64_t subscription);
/* That of a probe: LIST-bounces+p7.MAC@; see server/core/bounce.h. */
char *address_probe(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		    const char *domain, int64_t address);

/* That of an invitation: LIST-bounces+i7.MAC@; see server/core/invite.h. */
char *address_invite(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		     const char *domain, int64_t invitation);

/* List-Unsubscribe of a subscription's copies: leaving by it needs no further proof,
 * and ends that one subscription. The URL is /u/SUBSCRIPTION/MAC, "" without a site. */
char *address_leave(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		    const char *domain, int64_t subscription);
char *address_leave_url(struct arena *a, const struct keys *k, const char *base_url,
			const char *list, const char *domain, int64_t subscription);
/* Both, which carry one MAC. */
void address_leave_both(struct arena *a, const struct keys *k, const char *delimiter, const char *base_url,
			const char *list, const char *domain, int64_t subscription,
			const char **addr_r, const char **url_r);
MUST_USE bool address_leave_check(struct unit *u, const char *list, const char *domain,
				  int64_t subscription, const char *mac);

#endif
