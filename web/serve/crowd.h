/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits before the workers, and for how long: what a request that comes too late
 * in a crowd is told (503), instead of serving everybody later and later.
 *
 * The kernel's queue of connections says how many wait (sock_diag(7) of a Unix socket,
 * TCP_INFO of a TCP one), not since when. The parent writes down again and again how
 * many have come so far: those that were taken and those that wait. They are taken
 * in their order, so the one that is taken as number k was there whenever more
 * than k had come.
 *
 * Where the kernel does not tell, nobody is turned away.
 */
#ifndef CABILDO_WEB_SERVE_CROWD_H
#define CABILDO_WEB_SERVE_CROWD_H

#include <stdbool.h>
#include <stdint.h>

/* A crowd: so many wait for each worker, and have for CROWD_LASTS. What comes and is
 * served within that is none, whatever its number. */
#define CROWD_EACH  32
#define CROWD_LASTS INT64_C(1000000)  /* microseconds, as all below */
#define CROWD_WAIT  INT64_C(500000)   /* in a crowd, nobody is served who waited for longer */
#define CROWD_STALE INT64_C(30000000) /* nor ever who waited so long: they asked again, or went */

struct crowd;

/* Memory of the parent and the workers it forks. NULL where there is none. */
struct crowd *crowd_open(void);
void crowd_close(struct crowd **c);
/* The parent's, for a listening socket: how many wait now. Returns after how many
 * milliseconds it should look again. */
int crowd_look(struct crowd *c, int listen_fd, unsigned workers);
/* A worker's, with each connection that it took: is it late? NULL: no. */
bool crowd_late(struct crowd *c);
/* A late one was turned away; returns how many were. */
uint64_t crowd_turned(struct crowd *c);

/* Connections that wait in the queue of a listening socket; -1 where the kernel does
 * not tell. diag: a netlink socket of sock_diag(7), -1 for a TCP socket. */
int64_t crowd_waiting(int listen_fd, int diag);
/* For tests: the same two with the clock and the number given. */
int crowd_look_at(struct crowd *c, int64_t now, int64_t waiting, unsigned workers);
bool crowd_late_at(struct crowd *c, int64_t now);

#endif
