/* SPDX-License-Identifier: Apache-2.0 */
/* libetpan opens TLS and verifies nothing: this does, before anything secret is said. */
#ifndef CABILDO_MAILER_FETCH_VERIFY_H
#define CABILDO_MAILER_FETCH_VERIFY_H

#include <libetpan/libetpan.h>

#include "server/base/rc.h"

/*
 * The chain that the handshake has just proved, against the trusted
 * certificates (ca_path, or "" for the system's), the host's name or address
 * (RFC 6125) and the clock. RC_OK, or RC_DENIED with one sentence in why_r.
 */
enum rc verify_peer(mailstream *s, const char *host, const char *ca_path, char *why_r,
		    size_t why_n) MUST_USE;

/* For libetpan's callbacks: tells the server which name is wanted (RFC 6066 SNI). */
void verify_name(struct mailstream_ssl_context *ctx, void *host);

#endif
