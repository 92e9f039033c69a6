/* SPDX-License-Identifier: Apache-2.0 */
/* See lmtp.h. Our own server answers it, so the dialogue is the plainest. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mailer/fetch/lmtp.h"

#include "server/base/base.h"

#define ANSWER_SECONDS 120 /* a large message is parsed and committed in it */

static enum rc gone(struct lmtp *l, const char *why)
{
	snprintf(l->answer, sizeof(l->answer), "%s", why);
	lmtp_close(l);
	return RC_TEMPFAIL;
}

void lmtp_close(struct lmtp *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->n = l->at = 0;
}

static int unix_connect(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(un.sun_path))
		return -1;
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int tcp_connect(const char *where)
{
	const char *colon = strrchr(where, ':');
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	char host[256];
	size_t n = colon ? (size_t)(colon - where) : 0;
	int fd = -1;

	if (n == 0 || n >= sizeof(host))
		return -1;
	memcpy(host, where, n);
	host[n] = '\0';
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		memmove(host, host + 1, n - 2);
		host[n - 2] = '\0';
	}
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return -1;
	for (struct addrinfo *ai = found; ai != NULL && fd < 0; ai = ai->ai_next) {
		fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* More bytes into buf; false where the other side is gone or silent. */
static bool more(struct lmtp *l)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	int64_t until = clock_mono() + ANSWER_SECONDS * USEC;
	ssize_t k;

	if (l->at == l->n)
		l->at = l->n = 0;
	while (clock_mono() < until) {
		int ready = poll(&p, 1, 1000);

		if (ready < 0 && errno != EINTR)
			return false;
		if (ready <= 0)
			continue;
		k = read(l->fd, l->buf + l->n, sizeof(l->buf) - l->n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		l->n += (size_t)k;
		return true;
	}
	return false;
}

/* One line without its end, at most as long as answer. */
static bool line_read(struct lmtp *l)
{
	size_t k = 0;

	for (;;) {
		if (l->at == l->n && !more(l))
			return false;
		if (l->buf[l->at] == '\n')
			break;
		if (k + 1 < sizeof(l->answer))
			l->answer[k++] = l->buf[l->at];
		l->at++;
	}
	l->at++;
	while (k > 0 && l->answer[k - 1] == '\r')
		k--;
	l->answer[k] = '\0';
	return true;
}

/* The code of a whole reply, 0 where there is none. */
static unsigned reply(struct lmtp *l)
{
	int64_t code;

	do {
		if (!line_read(l) || strlen(l->answer) < 3 ||
		    !slice_i64(slice_make(l->answer, 3), 200, 599, &code))
			return 0;
	} while (l->answer[3] == '-');
	return (unsigned)code;
}

static bool send_all(struct lmtp *l, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(l->fd, p, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static unsigned say(struct lmtp *l, const char *fmt, const char *what)
{
	char cmd[1200];
	int n = snprintf(cmd, sizeof(cmd), fmt, what);

	if (n < 0 || (size_t)n >= sizeof(cmd) || !send_all(l, cmd, (size_t)n))
		return 0;
	return reply(l);
}

enum rc lmtp_open(struct lmtp *l, const char *where)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };

	*l = (struct lmtp){ .fd = where[0] == '/' ? unix_connect(where) : tcp_connect(where) };
	if (l->fd < 0)
		return gone(l, "cabildo-receive does not answer");
	setsockopt(l->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (reply(l) != 220 || say(l, "LHLO %s\r\n", "localhost") != 250)
		return gone(l, "cabildo-receive does not speak LMTP");
	return RC_OK;
}

struct chunk {
	char bytes[16384];
	size_t n;
};

static bool chunk_add(struct lmtp *l, struct chunk *c, const char *p, size_t n)
{
	if (c->n + n > sizeof(c->bytes)) {
		if (!send_all(l, c->bytes, c->n))
			return false;
		c->n = 0;
	}
	if (n > sizeof(c->bytes))
		return send_all(l, p, n);
	memcpy(c->bytes + c->n, p, n);
	c->n += n;
	return true;
}

/* Lines end in CRLF, and a dot that begins one is doubled (RFC 5321 4.5.2). */
static bool body_send(struct lmtp *l, struct slice raw)
{
	struct slice rest = raw, line;
	struct chunk c = { .n = 0 };

	while (slice_line(&rest, &line))
		if ((line.n > 0 && line.p[0] == '.' && !chunk_add(l, &c, ".", 1)) ||
		    !chunk_add(l, &c, line.p, line.n) || !chunk_add(l, &c, "\r\n", 2))
			return false;
	return chunk_add(l, &c, ".\r\n", 3) && send_all(l, c.bytes, c.n);
}

static bool ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

/* What our server said no to; it goes on with the next message. */
static enum rc refused(struct lmtp *l, unsigned code)
{
	char kept[sizeof(l->answer)];

	if (code == 0)
		return gone(l, "cabildo-receive broke off");
	memcpy(kept, l->answer, sizeof(kept));
	if (say(l, "%s\r\n", "RSET") != 250)
		lmtp_close(l);
	memcpy(l->answer, kept, sizeof(kept));
	return code >= 500 ? RC_INVALID : RC_TEMPFAIL;
}

enum rc lmtp_send(struct lmtp *l, const char *sender, const char *const *recipients, size_t n,
		  struct slice raw)
{
	unsigned code, worst = 0;
	size_t taken = 0;
	bool utf8 = !ascii(sender);

	for (size_t i = 0; i < n; i++)
		utf8 |= !ascii(recipients[i]);
	code = say(l, utf8 ? "MAIL FROM:<%s> BODY=8BITMIME SMTPUTF8\r\n" :
			     "MAIL FROM:<%s> BODY=8BITMIME\r\n", sender);
	if (code != 250)
		return refused(l, code);
	for (size_t i = 0; i < n; i++) {
		code = say(l, "RCPT TO:<%s>\r\n", recipients[i]);
		if (code == 0)
			return refused(l, 0);
		if (code == 250)
			taken++;
		else if (worst == 0 || code < worst)
			worst = code; /* 4xx before 5xx: it may still be taken */
	}
	if (taken == 0 || (worst >= 400 && worst < 500))
		return refused(l, worst);
	code = say(l, "%s\r\n", "DATA");
	if (code != 354)
		return refused(l, code);
	if (!body_send(l, raw))
		return gone(l, "cabildo-receive broke off");
	worst = 250;
	for (size_t i = 0; i < taken; i++) {
		code = reply(l);
		if (code == 0)
			return gone(l, "cabildo-receive broke off");
		if (code >= 400 && (worst == 250 || code < worst))
			worst = code;
	}
	return worst == 250 ? RC_OK : worst >= 500 ? RC_INVALID : RC_TEMPFAIL;
}
