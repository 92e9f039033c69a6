/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authentication-Results (RFC 8601 section 2.2): what a mail server found out
 * about who sent a message. Anybody can write such a header, so only the ones
 * of our own server count: same authserv-id, standing where our own machines
 * write, and of two that speak of one method the upper one.
 */
#ifndef CABILDO_MAILER_PARSE_AUTHRES_H
#define CABILDO_MAILER_PARSE_AUTHRES_H

#include "mailer/parse/mail.h"

#define AUTHRES_MAX 32 /* results of one header; further ones are not read */

struct authres_result { /* one "method=result", lower case; "" where it is not said */
	const char *method, *result;
	const char *header_from; /* header.from: the domain DMARC looked at */
	const char *domain;      /* header.d, else the domain of header.i; smtp.mailfrom's of SPF */
};

struct authres {
	const char *authserv_id; /* lower case */
	struct authres_result v[AUTHRES_MAX];
	size_t n;
};

/* One header's value. False where it breaks the grammar: then nothing in it counts. */
MUST_USE bool authres_parse(struct arena *a, struct slice value, struct authres *r);

/*
 * All that our server says of this message, into one. id: our authserv-id ("":
 * nothing counts); hops: Received lines that our own machines write, at least
 * one. Below the next Received line everything is somebody else's.
 */
void authres_ours(struct arena *a, const struct mail *m, const char *id, unsigned hops,
		  struct authres *r);

/* The headers that stand above: how many of m->headers our machines may have written. */
size_t mail_own_headers(const struct mail *m, unsigned hops);

#endif
