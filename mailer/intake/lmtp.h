/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LMTP dialogue (RFC 2033) as a machine without descriptors or clocks:
 * bytes in, bytes out, hooks called in between. How the bytes were cut into
 * reads never matters.
 *
 * Only CR LF ends a line and only CR LF . CR LF ends a message; a bare CR or
 * LF in a message is data, in a command an error. That is what makes the
 * server and every client before it agree on where a message ends. The
 * message is handed on as it came, with only the dots of RFC 5321 4.5.2 undone.
 */
#ifndef CABILDO_MAILER_INTAKE_LMTP_H
#define CABILDO_MAILER_INTAKE_LMTP_H

#include "mailer/intake/intake.h"

#define LMTP_LINE_MAX 2048      /* with its CR LF; RFC 5321 asks for 512 */
#define LMTP_ADDR_MAX 512       /* RFC 5321 says 256; long SRS and VERP paths exist */
#define LMTP_OUT_HIGH 65536     /* no more input is taken while so much waits to be sent */

/* How the worker is, and what the sessions told because of it. */
struct lmtp_load {
	size_t in_hand, most;           /* messages begun, and how many may be: then MAIL is answered 451 */
	unsigned long told;             /* how often that was said */
};

struct lmtp_config {
	const char *hostname;
	size_t message_max;             /* bytes; SIZE says it, reading enforces it */
	size_t recipients_max;
	unsigned errors_max;            /* then 421 and the end */
	size_t *memory_left;            /* shared by the sessions of a worker; NULL: no limit */
	struct lmtp_load *load;         /* the same; NULL: never busy */
};

struct lmtp;

/* The greeting is in the output at once. cfg and hooks must outlive it; client is copied. */
struct lmtp *lmtp_new(const struct lmtp_config *cfg, const struct intake_hooks *hooks,
		      const char *client);
void lmtp_free(struct lmtp **l);

/*
 * Takes bytes, at most up to the end of one message (so that others get their
 * turn) or until LMTP_OUT_HIGH bytes wait to be sent. Returns how many it took: offer the rest
 * again. A closed session takes everything.
 */
MUST_USE size_t lmtp_feed(struct lmtp *l, const char *p, size_t n);
/* What is to be sent; then how much of it was. */
struct slice lmtp_output(const struct lmtp *l);
void lmtp_sent(struct lmtp *l, size_t n);
/* Once the output is sent, the connection is to be closed. */
bool lmtp_closed(const struct lmtp *l);
/* Between MAIL and its end. */
bool lmtp_in_transaction(const struct lmtp *l);
/* In the middle of a message. */
bool lmtp_in_data(const struct lmtp *l);
/* Grows with each command and each 4 kB of a message: a client for which it stays the same
 * does nothing, however many bytes it says. */
unsigned long lmtp_steps(const struct lmtp *l);
/* Ends with 421 now, or when the transaction in hand has its replies. */
void lmtp_drain(struct lmtp *l);
/* Ends with 421 now. why: one sentence. */
void lmtp_abort(struct lmtp *l, const char *why);

#endif
