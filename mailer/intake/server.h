/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process model of the receiver. A parent holds the listening sockets and
 * parses nothing; each worker polls up to `sessions` LMTP and policy
 * connections and is occupied only while a hook runs. A worker that crashes
 * takes its own sessions along and nothing else: the parent notes the digest
 * of the message it was parsing and starts another.
 *
 * SIGTERM: finish what is in hand, 421 to the others, leave. SIGHUP: new
 * workers take over, the old ones finish theirs.
 */
#ifndef CABILDO_MAILER_INTAKE_SERVER_H
#define CABILDO_MAILER_INTAKE_SERVER_H

#include "mailer/intake/intake.h"

struct intake_settings {
	const char *lmtp_listen;        /* "HOST:PORT" (port 0: any free one), "[::1]:24",
					   "/path"; "" or NULL: none */
	const char *policy_listen;
	const char *hostname;           /* in the greeting */
	unsigned socket_mode;           /* of Unix sockets, 0660 */
	unsigned workers;               /* 2 */
	unsigned sessions;              /* per worker, 500; one in ten is kept for policy */
	unsigned lmtp_idle_ms;          /* 300,000 (RFC 5321 4.5.3.2.7) */
	unsigned policy_idle_ms;        /* 600,000: longer than Postfix keeps one idle */
	unsigned transaction_ms;        /* from MAIL to the last byte, 1,800,000 */
	unsigned drain_ms;              /* for what is in hand at SIGTERM, 10,000 */
	unsigned watchdog_ms;           /* parsing one message, 10,000 */
	unsigned backoff_ms;            /* before a worker that died young is replaced, 100;
					   doubles up to 10 s */
	size_t message_max;             /* 27.5 MB: 25 MB and a tenth */
	size_t memory_max;              /* message bytes held by a worker, 150 MB; then 451 */
	size_t recipients_max;          /* 1,000 */
};

void intake_defaults(struct intake_settings *s_r);
/*
 * Runs until SIGTERM or SIGINT; returns an exit code (0; 78 where a socket
 * cannot be had or a worker left with 78). Call prog_init or prog_signals first;
 * returns in the parent only.
 */
int intake_run(const struct intake_settings *s, const struct intake_hooks *hooks) MUST_USE;

#endif
