/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside intake only: the memory that parent and workers share, and the
 * worker's entry. A worker writes its own slot; the parent alone writes the
 * poison table. Every field that the other side reads while it changes is
 * atomic, and a digest is valid whenever its neighbour says so.
 */
#ifndef CABILDO_MAILER_INTAKE_SLOT_H
#define CABILDO_MAILER_INTAKE_SLOT_H

#include <stdatomic.h>
#include <sys/types.h>

#include "mailer/intake/server.h"

#define SLOTS 64                /* workers at a time, those that drain included */
#define POISONS 256             /* digests remembered; the oldest goes */

struct intake_slot {
	_Atomic int pid;                /* 0: free; parent writes */
	_Atomic bool draining;          /* parent writes */
	_Atomic bool ready;             /* it polls, or is in a hook */
	_Atomic unsigned nsessions;
	_Atomic bool busy;              /* in the message hook; digest is valid */
	_Atomic int64_t parsing_since;  /* clock_mono, 0: not parsing (watchdog rests) */
	unsigned char digest[HASH_BYTES];
};

struct poison {
	_Atomic unsigned count;         /* 0: digest is not valid */
	unsigned char digest[HASH_BYTES];
};

struct shared {
	struct intake_slot slot[SLOTS];
	struct poison poison[POISONS];
	unsigned next;                  /* poison entry to be used next; parent only */
};

unsigned poison_count(const struct shared *sh, const unsigned char digest[static HASH_BYTES]);
unsigned poison_add(struct shared *sh, const unsigned char digest[static HASH_BYTES]);

struct listener { /* fd is -1 where there is none */
	int fd;
	char where[128];                /* as bound: HOST:PORT or path */
	bool is_unix;
};

/* The socket of that name that we were given (prog_socket), else one at where. RC_INVALID: the
 * words make no address; RC_TEMPFAIL: the system said no. Logs why. */
enum rc listener_open(struct listener *l_r, const char *name, const char *where, unsigned mode) MUST_USE;
void listener_close(struct listener *l);

/* Never returns to the parent's code: serves until told to stop, then exits. */
void worker_run(const struct intake_settings *s, const struct intake_hooks *hooks,
		struct shared *sh, unsigned slot, struct listener *lmtp,
		struct listener *policy) NO_RETURN;

#endif
