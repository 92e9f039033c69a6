/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many links that open nothing each client has tried. It is held in memory
 * that all workers of one cabildo-web share, so that a guess costs no row and a
 * GET writes nothing; a program started anew begins anew. One process per
 * request (CGI) has nothing to remember in: there the web server's limits count.
 *
 * The table is of one size (32 kB) whatever is asked: who comes from thousands of
 * networks pushes the least counted out, never the program's memory up.
 */
#ifndef CABILDO_WEB_GUESS_H
#define CABILDO_WEB_GUESS_H

#include "server/base/rnd.h"

/* Links that open nothing, from one client in a quarter of an hour; from then on they
 * are answered 429. One that is right opens whatever others behind its address tried. */
#define GUESSES 60
#define GUESS_SECONDS 900

struct guesses;

/* Shared with every process forked from here; NULL where there is no memory for it. */
struct guesses *guesses_open(void);
/* One more of that client (a hash of it) at `now`, in microseconds: how many there are in this
 * quarter of an hour, this one included. 0 where g is NULL. */
unsigned guesses_add(struct guesses *g, const unsigned char client[static HASH_BYTES], int64_t now);

#endif
