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
 *
 * A response that is all in memory goes out in one call, from where it stands:
 * libfcgi would copy it through 8 kB at a time, and then wait for the web server
 * to close before it takes the next request.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* epoll_pwait */
#endif
#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "web/serve/crowd.h"
#include "web/serve/inside.h"

#include "server/base/base.h"

#define CONTENT_MAX 65528 /* of one record, a multiple of eight as libfcgi's are */
#define IOV_STEP    512

struct fcgi {
	FCGX_Request q;
	int epoll;
	bool local; /* a Unix socket: what was sent is there, however soon we close */
	bool ended; /* the request is answered and its end written */
};

static const char *fcgi_env(struct http_io *io, const char *name)
{
	struct fcgi *f = io->priv;

	return FCGX_GetParam(name, f->q.envp);
}

static long fcgi_read(struct http_io *io, void *p, size_t n)
{
	struct fcgi *f = io->priv;
	int got = FCGX_GetStr(p, n > INT_MAX ? INT_MAX : (int)n, f->q.in);

	return got > 0 ? got : FCGX_GetError(f->q.in) ? -1 : 0;
}

static bool fcgi_write(struct http_io *io, const void *p, size_t n)
{
	struct fcgi *f = io->priv;

	return n <= INT_MAX && FCGX_PutStr(p, (int)n, f->q.out) == (int)n;
}

/* All of v, whatever part of it the socket takes at a time. */
static bool send_iov(int fd, struct iovec *v, size_t n)
{
	while (n > 0) {
		struct msghdr m = { .msg_iov = v, .msg_iovlen = n < IOV_STEP ? n : IOV_STEP };
		ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		for (; n > 0 && (size_t)sent >= v->iov_len; v++, n--)
			sent -= (ssize_t)v->iov_len;
		if (sent > 0) {
			v->iov_base = (char *)v->iov_base + sent;
			v->iov_len -= (size_t)sent;
		}
	}
	return true;
}

/* What the web server still sends would be met by a closed connection. */
static bool more_to_come(struct http_io *io)
{
	struct fcgi *f = io->priv;
	const char *length = fcgi_env(io, "CONTENT_LENGTH");
	int unread = 0;

	return !f->local || (length && *length && strcmp(length, "0") != 0) ||
	       ioctl(f->q.ipcFd, FIONREAD, &unread) != 0 || unread > 0;
}

/* Records of FastCGI 1.0, sections 3.3, 5.3 and 5.5. */
struct records {
	struct iovec *v;
	FCGI_Header *head;
	size_t n, nheads;
	int id;
};

static void piece(struct records *r, struct slice s)
{
	if (s.n > 0)
		r->v[r->n++] = (struct iovec){ (void *)(uintptr_t)s.p, s.n };
}

/* Its content is first and then second. */
static void record(struct records *r, unsigned char type, struct slice first, struct slice second)
{
	size_t n = first.n + second.n;
	FCGI_Header *h = &r->head[r->nheads++];

	*h = (FCGI_Header){ .version = FCGI_VERSION_1,
			    .type = type,
			    .requestIdB1 = (unsigned char)(r->id >> 8),
			    .requestIdB0 = (unsigned char)r->id,
			    .contentLengthB1 = (unsigned char)(n >> 8),
			    .contentLengthB0 = (unsigned char)n };
	r->v[r->n++] = (struct iovec){ h, sizeof(*h) };
	piece(r, first);
	piece(r, second);
}

static bool fcgi_all(struct http_io *io, struct arena *a, struct slice head, struct slice body)
{
	static const char complete[sizeof(FCGI_EndRequestBody)] = { 0 };
	struct fcgi *f = io->priv;
	size_t most = 3 + body.n / (CONTENT_MAX - RESP_HEAD_MAX), n;
	struct records r = { ARENA_ARRAY(a, most * 3, struct iovec),
			     ARENA_ARRAY(a, most, FCGI_Header), 0, 0, f->q.requestId };
	bool ok, linger = more_to_come(io);

	do {
		n = body.n < CONTENT_MAX - head.n ? body.n : CONTENT_MAX - head.n;
		record(&r, FCGI_STDOUT, head, slice_make(body.p, n));
		head.n = 0;
		body = slice_make(body.p + n, body.n - n);
	} while (body.n > 0);
	record(&r, FCGI_STDOUT, head, body);
	record(&r, FCGI_END_REQUEST, slice_make(complete, sizeof(complete)), body);
	ok = send_iov(f->q.ipcFd, r.v, r.n);
	f->ended = true;
	if (!linger) {
		close(f->q.ipcFd);
		f->q.ipcFd = -1;
	}
	FCGX_Free(&f->q, linger);
	return ok;
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

/* True where a connection may be waiting. Of the workers that wait, one is woken. */
static bool wait_ready(int epoll, const sigset_t *waiting)
{
	struct epoll_event e;

	return epoll_pwait(epoll, &e, 1, -1, waiting) > 0;
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

static void request(struct serve *sv, struct crowd *crowd, struct http_io *io)
{
	bool turned;

	if (!crowd_late(crowd)) {
		serve_one(sv, io);
		return;
	}
	serve_late(sv, io, &turned);
	if (turned)
		crowd_turned(crowd);
}

static int requests(struct serve *sv, struct fcgi *f, const sigset_t *waiting,
		    unsigned max_requests, unsigned watchdog)
{
	struct http_io io = { fcgi_env, fcgi_read, fcgi_write, fcgi_all, f };

	for (unsigned n = 0; max_requests == 0 || n < max_requests;) {
		int rc;

		if (prog_stop || prog_reload)
			return 0;
		if (!wait_ready(f->epoll, waiting))
			continue;
		if (prog_stop || prog_reload)
			return 0;
		watch = watchdog;
		serve_still();
		rc = FCGX_Accept_r(&f->q);
		if (rc < 0) {
			alarm(0);
			if (transient(-rc))
				continue;
			log_fail("event=accept errno=%d", -rc);
			return 1;
		}
		f->ended = false;
		request(sv, serve_crowd(sv), &io);
		f->q.keepConnection = 0;
		if (!f->ended)
			FCGX_Finish_r(&f->q);
		watch = 0;
		alarm(0);
		n++;
	}
	return 0;
}

static bool fcgi_init(struct fcgi *f, int listen_fd)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);
	int flags = fcntl(listen_fd, F_GETFL);

	*f = (struct fcgi){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	f->local = getsockname(listen_fd, (struct sockaddr *)&at, &n) == 0 && at.ss_family == AF_UNIX;
	return flags >= 0 && fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) == 0 && f->epoll >= 0 &&
	       epoll_ctl(f->epoll, EPOLL_CTL_ADD, listen_fd, &e) == 0 && FCGX_Init() == 0 &&
	       FCGX_InitRequest(&f->q, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0;
}

int serve_fcgi(struct serve *sv, int listen_fd, unsigned max_requests, unsigned watchdog)
{
	struct fcgi f;
	sigset_t waiting;
	int code;

	signals_block(&waiting);
	if (!fcgi_init(&f, listen_fd)) {
		log_fail("event=fastcgi-init errno=%d", errno);
		return 1;
	}
	code = requests(sv, &f, &waiting, max_requests, watchdog);
	FCGX_Free(&f.q, 1);
	close(f.epoll);
	return code;
}
