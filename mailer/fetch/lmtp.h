/* SPDX-License-Identifier: Apache-2.0 */
/* A client of our own LMTP server (RFC 2033), for one message at a time. */
#ifndef CABILDO_MAILER_FETCH_LMTP_H
#define CABILDO_MAILER_FETCH_LMTP_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct lmtp {
	int fd; /* -1: not connected */
	char buf[4096];
	size_t n, at;     /* read, and how much of it is used */
	char answer[300]; /* the last reply's last line */
};

/* where: HOST:PORT or /path/to/socket. RC_TEMPFAIL: nobody there. */
enum rc lmtp_open(struct lmtp *l, const char *where) MUST_USE;
void lmtp_close(struct lmtp *l);
/*
 * RC_OK: every recipient that was accepted has its 250. RC_INVALID: no
 * recipient was accepted, or the message was refused for good (l->answer).
 * RC_TEMPFAIL: not now; the connection may be gone.
 */
enum rc lmtp_send(struct lmtp *l, const char *sender, const char *const *recipients, size_t n,
		  struct slice raw) MUST_USE;

#endif
