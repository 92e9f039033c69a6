/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What intake hands on: an envelope and the message's raw bytes, and what it
 * wants back: one reply per recipient. Whatever a message came through (LMTP,
 * the policy service, stdin), these are the only types the program behind
 * sees. Intake reads no header and knows no list and no database.
 */
#ifndef CABILDO_MAILER_INTAKE_INTAKE_H
#define CABILDO_MAILER_INTAKE_INTAKE_H

#include "server/base/rc.h"
#include "server/base/rnd.h"
#include "server/base/str.h"

/* So many deaths on the same bytes, and the next attempt stores them unparsed. */
#define INTAKE_POISON 2

struct intake_slot;

struct envelope { /* valid during the call it is given to */
	const char *sender;             /* without <>; "" is the null path */
	const char **recipients;        /* the accepted ones, in RCPT order, without <> */
	size_t nrecipients;
	const char *client;             /* "127.0.0.1:40112", "unix", "stdin" */
	const char *helo;               /* what it called itself, or "" */
	int64_t received;               /* when the last byte came, clock_now */
	bool smtputf8;                  /* the sender asked for it (RFC 6531) */
	bool body_8bit;                 /* BODY=8BITMIME was said */
	unsigned char digest[HASH_BYTES]; /* hash_bytes of the raw bytes; message hook only */
	unsigned crashes;               /* workers that died on these bytes; from INTAKE_POISON
					   on they must not be parsed */
	struct intake_slot *slot;       /* for intake_parsed; NULL outside a worker */
};

struct intake_reply {
	unsigned code;                  /* 250, 451, 550 ...; 0 counts as 451 */
	char text[256];                 /* enhanced code, space, one sentence */
};

/* Sets both; enhanced like "2.0.0". Text too long is cut, controls become spaces. */
void intake_reply_set(struct intake_reply *r, unsigned code, const char *enhanced,
		      const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The one translation of enum rc to a reply; sentence may be NULL. */
void intake_reply_rc(struct intake_reply *r, enum rc rc, const char *sentence);
/* The one translation of enum rc to sysexits(3). */
int intake_exit_rc(enum rc rc);
/* One exit code for all recipients of a message from stdin: any 4xx wins
 * (trying again is harmless), then the first 5xx, else 0. */
int intake_exit_replies(const struct intake_reply *r, size_t n);

/*
 * The message hook calls this when parsing is over and the database begins: a
 * slow disk is not the message's fault, so the watchdog rests from here on. A
 * crash after it is still counted.
 */
void intake_parsed(const struct envelope *env);

struct policy_request { /* SMTPD_POLICY_README; a value that was not sent is "" */
	const char *protocol_state, *protocol_name;
	const char *sender, *recipient;
	const char *client_address, *client_name, *helo_name;
	const char *queue_id, *instance, *sasl_username;
	int64_t size;                   /* 0 where the client did not say */
};

struct intake_hooks {
	void *ctx;
	/* May this recipient have a message? Fills *reply (250 accepts); asked at RCPT with
	 * the recipients accepted so far in env. NULL accepts all. Answers fast. */
	void (*rcpt)(void *ctx, const struct envelope *env, const char *recipient,
		     struct intake_reply *reply_r);
	/* A complete message. Fills env->nrecipients replies, in their order; a 250 is
	 * a promise that it is committed. */
	void (*message)(void *ctx, const struct envelope *env, struct slice raw,
			struct intake_reply *replies_r);
	/* Writes an access(5) action ("DUNNO", "550 5.1.1 No such list.") as one line. NULL:
	 * always DUNNO. */
	void (*policy)(void *ctx, const struct policy_request *req, char *action_r, size_t size);
	/* The rest is for intake_run; each may be NULL. In the worker, before its first
	 * session: connect here, and when that fails answer 451 and try again. */
	void (*start)(void *ctx);
	/* In the worker between two rounds. Returns in how many ms it wants to be called
	 * again; -1: whenever. */
	int (*tick)(void *ctx);
	void (*stop)(void *ctx);
	/* In the parent, once the sockets are open: where, as HOST:PORT or path, or "". */
	void (*listening)(void *ctx, const char *lmtp, const char *policy);
};

#endif
