/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mailbox at a provider, message by message, into the same intake as all
 * other mail: each is handed to cabildo-receive by LMTP, and removed or moved
 * over there only after the 250, which is a commit. Whatever breaks off in
 * between is fetched again and found to be known. Only this folder sees
 * libetpan; no mail is parsed here.
 */
#ifndef CABILDO_MAILER_FETCH_H
#define CABILDO_MAILER_FETCH_H

#include "mailer/fetch/lmtp.h"
#include "server/core/mailbox.h"

/* Messages of one round; more wait for the next. */
#define FETCH_ROUND 200

enum fetched {
	FETCHED_TAKEN, /* committed: it may go */
	FETCHED_LEFT,  /* it stays where it is, and a person is told */
	FETCHED_LATER, /* nothing more now: the round ends, and is tried again */
};

struct fetch {
	struct arena *arena; /* of one message */
	const char *intake; /* where cabildo-receive listens: HOST:PORT or a path */
	char delimiter;     /* of our addresses: + or - */
	const struct mailbox_row *box;
	const char *secret;
	unsigned timeout;    /* seconds for each answer of the other side */
	size_t size_max;     /* a larger message is left alone */
	struct lmtp lmtp;
	int64_t taken;       /* since the last report */
	unsigned left;       /* messages that stay, in the last round */
	char why[400];       /* of the first thing that went wrong, one English sentence */
	/* called after each round; may be NULL */
	void (*report)(struct fetch *f);
	void *ctx;
};

/* Keeps the first reason. */
void fetch_why(struct fetch *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A message as the provider keeps it, to its fate. */
enum fetched fetch_hand_over(struct fetch *f, const char *id, struct slice raw);

/*
 * One connection: signs in, fetches what is there, and waits for more until
 * prog_stop (IMAP with IDLE), or returns after one round. RC_OK; RC_TEMPFAIL:
 * try again later; RC_DENIED: the certificate or the password is wrong.
 * f->why says why.
 */
enum rc fetch_imap(struct fetch *f) MUST_USE;
enum rc fetch_pop3(struct fetch *f) MUST_USE;

#endif
