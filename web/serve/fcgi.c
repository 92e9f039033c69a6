/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FastCGI: the only user of libfcgi, its threadless FCGX interface alone.
 *
 * Signals are blocked except while waiting for a connection, so that no read
 * or write of a request is ever interrupted and a signal can never fall
 * between the look at the flag and the wait. The listening socket does not
 * block: of the workers that one connection wakes, one gets it and the others
 * wait again. A connection serves one request even where the web server would
 * keep it: a kept one would tie a worker to it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* ppoll */
#endif
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "web/serve/inside.h"

#include "server/base/base.h"

static const char *fcgi_env(struct http_io *io, const char *name)
{
	FCGX_Request *q = io->priv;

	return FCGX_GetParam(name, q->envp);
}

static long fcgi_read(struct http_io *io, void *p, size_t n)
{
	FCGX_Request *q = io->priv;
	int got = FCGX_GetStr(p, n > INT_MAX ? INT_MAX : (int)n, q->in);

	return got > 0 ? got : FCGX_GetError(q->in) ? -1 : 0;
}

static bool fcgi_write(struct http_io *io, const void *p, size_t n)
{
	FCGX_Request *q = io->priv;

	return n <= INT_MAX && FCGX_PutStr(p, (int)n, q->out) == (int)n;
}

static void signals_block(sigset_t *waiting_r)
{
	static const int held[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, waiting_r);
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		sigdelset(waiting_r, held[i]);
}

/* True where a connection may be waiting. */
static bool wait_ready(int fd, const sigset_t *waiting)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return ppoll(&p, 1, NULL, waiting) > 0 && (p.revents & (POLLIN | POLLERR | POLLHUP));
}

static bool transient(int err)
{
	return err == EAGAIN || err == EINTR || err == ECONNABORTED || err == EPROTO || err == 0;
}

static unsigned watch; /* seconds, while a request is answered */

void serve_still(void)
{
	if (watch)
		alarm(watch);
}

static int requests(struct serve *sv, FCGX_Request *q, const sigset_t *waiting,
		    unsigned max_requests, unsigned watchdog)
{
	struct http_io io = { fcgi_env, fcgi_read, fcgi_write, q };

	for (unsigned n = 0; max_requests == 0 || n < max_requests;) {
		int rc;

		if (prog_stop || prog_reload)
			return 0;
		if (!wait_ready(q->listen_sock, waiting))
			continue;
		if (prog_stop || prog_reload)
			return 0;
		watch = watchdog;
		serve_still();
		rc = FCGX_Accept_r(q);
		if (rc < 0) {
			alarm(0);
			if (transient(-rc))
				continue;
			log_fail("event=accept errno=%d", -rc);
			return 1;
		}
		serve_one(sv, &io);
		q->keepConnection = 0;
		FCGX_Finish_r(q);
		watch = 0;
		alarm(0);
		n++;
	}
	return 0;
}

int serve_fcgi(struct serve *sv, int listen_fd, unsigned max_requests, unsigned watchdog)
{
	int flags = fcntl(listen_fd, F_GETFL), code;
	FCGX_Request q;
	sigset_t waiting;

	signals_block(&waiting);
	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0 || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&q, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
		log_fail("event=fastcgi-init errno=%d", errno);
		return 1;
	}
	code = requests(sv, &q, &waiting, max_requests, watchdog);
	FCGX_Free(&q, 1);
	return code;
}
