/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets, TCP or Unix, never inherited by a program we might start. */
#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mailer/intake/slot.h"
#include "server/base/base.h"

#define BACKLOG 511
#define BIND_TRIES 20           /* a quarter of a second apart: the last run may be leaving */

static enum rc sys_fail(const char *call, const char *where)
{
	log_fail("event=listen_failed at=%s call=%s error=%s", log_q(where), call,
		 log_q(strerror(errno)));
	return RC_TEMPFAIL;
}

/* A socket file that nobody answers on is left over from a run that was killed. */
static void remove_stale(const struct sockaddr_un *sun)
{
	struct stat st;
	int fd;

	if (lstat(sun->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) != 0 && errno == ECONNREFUSED)
		unlink(sun->sun_path);
	close(fd);
}

static enum rc bind_patiently(int fd, const struct sockaddr *sa, socklen_t n, const char *where)
{
	struct timespec quarter = { .tv_nsec = 250000000 };

	for (int i = 0; bind(fd, sa, n) != 0; i++) {
		if (errno != EADDRINUSE || i == BIND_TRIES || prog_stop)
			return sys_fail("bind", where);
		if (i > 0)
			nanosleep(&quarter, NULL);
		if (sa->sa_family == AF_UNIX)
			remove_stale((const struct sockaddr_un *)sa);
	}
	return RC_OK;
}

static void where_tcp(struct listener *l)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	char host[64], port[16];

	if (getsockname(l->fd, (struct sockaddr *)&ss, &n) != 0 ||
	    getnameinfo((struct sockaddr *)&ss, n, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(l->where, sizeof(l->where), ss.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
		 host, port);
}

static enum rc open_tcp(struct listener *l, const char *where)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *ai = NULL;
	const char *colon = strrchr(where, ':');
	char host[128];
	int err, one = 1;
	size_t n;
	enum rc rc;

	if (!colon || colon == where || !colon[1] || (size_t)(colon - where) >= sizeof(host)) {
		log_fail("event=listen_failed at=%s error=\"write HOST:PORT or /path\"",
			 log_q(where));
		return RC_INVALID;
	}
	n = (size_t)(colon - where);
	if (where[0] == '[' && colon[-1] == ']') {
		where++;
		n -= 2;
	}
	memcpy(host, where, n);
	host[n] = '\0';
	err = getaddrinfo(host, colon + 1, &hints, &ai);
	if (err) {
		log_fail("event=listen_failed at=%s error=%s", log_q(where),
			 log_q(gai_strerror(err)));
		return RC_INVALID;
	}
	l->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0) {
		freeaddrinfo(ai);
		return sys_fail("socket", where);
	}
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = bind_patiently(l->fd, ai->ai_addr, ai->ai_addrlen, where);
	freeaddrinfo(ai);
	if (rc == RC_OK && listen(l->fd, BACKLOG) != 0)
		rc = sys_fail("listen", where);
	if (rc == RC_OK)
		where_tcp(l);
	return rc;
}

static enum rc open_unix(struct listener *l, const char *where, unsigned mode)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t n = strlen(where);
	mode_t old;
	enum rc rc;

	if (n >= sizeof(sun.sun_path) || n >= sizeof(l->where)) {
		log_fail("event=listen_failed at=%s error=\"a socket path ends at %zu bytes\"",
			 log_q(where), sizeof(sun.sun_path) - 1);
		return RC_INVALID;
	}
	memcpy(sun.sun_path, where, n + 1);
	memcpy(l->where, where, n + 1);
	l->is_unix = true;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return sys_fail("socket", where);
	/* never open to more than mode, not even between bind and chmod */
	old = umask(0777 & ~mode);
	rc = bind_patiently(l->fd, (struct sockaddr *)&sun, sizeof(sun), where);
	umask(old);
	if (rc == RC_OK && listen(l->fd, BACKLOG) != 0)
		rc = sys_fail("listen", where);
	return rc;
}

static void where_any(struct listener *l)
{
	struct sockaddr_un sun;
	socklen_t n = sizeof(sun);

	snprintf(l->where, sizeof(l->where), "inherited");
	if (getsockname(l->fd, (struct sockaddr *)&sun, &n) == 0 && sun.sun_family == AF_UNIX &&
	    n > offsetof(struct sockaddr_un, sun_path) && sun.sun_path[0])
		snprintf(l->where, sizeof(l->where), "%s", sun.sun_path);
	else
		where_tcp(l);
}

enum rc listener_open(struct listener *l, const char *name, const char *where, unsigned mode)
{
	enum rc rc;

	*l = (struct listener){ .fd = prog_socket(name) };
	if (l->fd >= 0) {
		where_any(l);
		return RC_OK;
	}
	if (!where || !*where)
		return RC_OK;
	rc = where[0] == '/' ? open_unix(l, where, mode) : open_tcp(l, where);
	if (rc != RC_OK) {
		l->is_unix = false; /* not ours to remove */
		listener_close(l);
	}
	return rc;
}

void listener_close(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->is_unix)
		unlink(l->where);
	*l = (struct listener){ .fd = -1 };
}
