/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process model of cabildo-web: a parent that holds the listening socket
 * and parses nothing, and workers that share it. While the parent lives no
 * connection is refused: those that no worker has taken yet wait in the
 * socket's queue.
 */
#ifndef CABILDO_WEB_SERVE_LISTEN_H
#define CABILDO_WEB_SERVE_LISTEN_H

#include "server/base/arena.h"
#include "server/base/rc.h"

#define LISTEN_WORKERS_MAX 256
#define LISTEN_REQUESTS_DEFAULT 20000

struct crowd;

struct listen_opt {
	const char *addr;     /* where no socket "web" was given (prog_socket). NULL: fd 0;
			       * "/path": a Unix socket, mode 0660;
			       * "HOST:PORT", "[::1]:PORT" (port 0: the kernel's choice) */
	unsigned workers;     /* 0: two for each processor */
	unsigned grace;       /* seconds for old workers to finish; 0: 30 */
	/* Serves the socket until prog_stop or prog_reload is set; its exit code. */
	int (*worker)(int listen_fd, void *ctx);
	void *ctx;
	struct crowd *crowd;  /* crowd.h: looked after by the parent; NULL: nobody looks */
};

/* GATEWAY_INTERFACE is set and fd 0 is no listening socket: one request on
 * standard input and output, no parent, no workers. */
MUST_USE bool listen_is_cgi(void);
/* The socket. RC_INVALID for an address that is none, RC_CONFLICT where it is
 * taken by a running program, RC_TEMPFAIL with errno set for the rest. */
enum rc listen_open(const char *addr, int *fd_r) MUST_USE;
/*
 * Parent: opens the socket, forks workers and keeps their number. prog_reload
 * (SIGHUP, SIGUSR1): new workers first, then the old ones finish what they
 * have and leave. prog_stop (SIGTERM, SIGINT): all finish and leave. The exit
 * code: 0; 69 where the socket cannot be had; 75 where workers die at once,
 * again and again.
 */
int listen_run(const struct listen_opt *o);

#endif
