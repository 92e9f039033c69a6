/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visible LMTP-PORT HTTP-PORT RCPT PATH N: N posts, one after the other, over one kept LMTP
 * connection; PATH is fetched over one kept HTTP connection until it shows the post's
 * subject. Prints for each the milliseconds from the end of DATA, as it is sent, until the
 * page with it is here. Fails where a post is refused or is not seen within 5 s.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/str.h"
#include "server/base/clock.h"

#include "server/base/base.h"

static char buf[1 << 20];

static void die(const char *what) NO_RETURN;
static void die(const char *what)
{
	fprintf(stderr, "visible: %s\n", what);
	exit(1);
}

static int dial(const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval tv = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	int64_t n;

	if (!slice_i64(slice_of(port), 1, 65535, &n))
		die("a port is a number");
	sin.sin_port = htons((uint16_t)n);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0)
		die("cannot connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void put(int fd, const char *text, size_t n)
{
	if (send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		die("cannot send");
}

/* Replies until one whose code it is, each on its own line. */
static void expect(int fd, const char *code)
{
	size_t n = 0;
	char *line = buf;

	for (;;) {
		ssize_t k = recv(fd, buf + n, sizeof(buf) - n - 1, 0);
		char *lf;

		if (k <= 0)
			die("LMTP: no answer");
		n += (size_t)k;
		buf[n] = '\0';
		for (; (lf = strchr(line, '\n')) != NULL; line = lf + 1) {
			if (*line != '2' && *line != '3')
				die(line);
			if (strncmp(line, code, 3) == 0 && line[3] == ' ' && lf[1] == '\0')
				return;
		}
	}
}

/* One page, whole: its length is named, or its last chunk is empty. */
static bool page(int *fd, const char *port, const char *path, const char *needle)
{
	char req[512];
	size_t n = 0;
	int len = snprintf(req, sizeof(req), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n", path, port);

	put(*fd, req, (size_t)len);
	for (;;) {
		ssize_t k = recv(*fd, buf + n, sizeof(buf) - n - 1, 0);
		const char *body, *at;
		int64_t want;

		if (k <= 0 && n > 0)
			die("HTTP: half an answer");
		if (k <= 0) { /* it was idle or asked often enough */
			close(*fd);
			*fd = dial(port);
			return false;
		}
		n += (size_t)k;
		buf[n] = '\0';
		if (strncmp(buf, "HTTP/1.1 200", 12) != 0)
			die("HTTP: not the page");
		if ((body = strstr(buf, "\r\n\r\n")) == NULL)
			continue;
		at = slice_ifind(slice_make(buf, (size_t)(body - buf)), SLICE("\r\nContent-Length: "));
		if (at != NULL ? slice_i64(slice_make(at + 18, strcspn(at + 18, "\r")), 0, 1 << 20, &want) &&
					 n >= (size_t)(body + 4 - buf) + (size_t)want
			       : n > 5 && memcmp(buf + n - 5, "0\r\n\r\n", 5) == 0)
			return strstr(body, needle) != NULL;
	}
}

int main(int argc, char **argv)
{
	char text[1024], needle[64];
	int64_t n, t0;
	int lmtp, http;

	if (argc != 6 || !slice_i64(slice_of(argv[5]), 1, 10000, &n))
		die("LMTP-PORT HTTP-PORT RCPT PATH N");
	lmtp = dial(argv[1]);
	http = dial(argv[2]);
	expect(lmtp, "220");
	put(lmtp, "LHLO visible.example\r\n", 22);
	expect(lmtp, "250");
	for (int64_t i = 0; i < n; i++) {
		int len = snprintf(text, sizeof(text), "MAIL FROM:<a1@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\n", argv[3]);

		put(lmtp, text, (size_t)len);
		expect(lmtp, "354");
		snprintf(needle, sizeof(needle), "Se ve %lld<", (long long)i);
		len = snprintf(text, sizeof(text), "From: Ana <a1@example.org>\r\nTo: <%s>\r\nSubject: Se ve %lld\r\n"
			       "Message-ID: <ve.%lld@example.org>\r\nDate: Mon, 16 Nov 2026 09:00:00 -0600\r\n\r\nSe ve pronto.\r\n.\r\n",
			       argv[3], (long long)i, (long long)i);
		t0 = clock_mono();
		put(lmtp, text, (size_t)len);
		expect(lmtp, "250");
		while (!page(&http, argv[2], argv[4], needle))
			if (clock_mono() - t0 > 5 * USEC)
				die("a post is not seen");
		printf("%.3f\n", (double)(clock_mono() - t0) / 1000);
	}
	return 0;
}
