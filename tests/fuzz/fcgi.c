/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a web server may write into the FastCGI socket: the input is its records, cut off
 * anywhere. Every connection ends, and an honest request behind it is answered. Lengths
 * of names and values are the web server's own, and libfcgi 2.4.2 allocates whatever they
 * say (CVE-2025-23016): those that reach beyond the input are left out here, and the
 * socket is for the web server alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "web/serve/serve.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned served, honest;
static struct sockaddr_un at = { .sun_family = AF_UNIX };
static socklen_t at_n;

static enum rc echo(struct req *r, struct resp *p, void *ctx UNUSED)
{
	int st = r->method == METHOD_POST ? req_body(r, REQ_BODY_DEFAULT) : 0;

	served++;
	honest += slice_eqz(r->path, "/honest");
	if (st)
		return resp_fail(p, st);
	if (!utf8_valid(r->path))
		log_panic("event=fuzz what=path");
	for (size_t i = 0; i < r->query.n; i++)
		resp_header(p, "X-Echo", r->query.v[i].value);
	for (size_t i = 0; i < r->nfiles; i++)
		if (strpbrk(r->files[i].name, "/\\\r\n") != NULL)
			log_panic("event=fuzz what=file");
	str_addz(&p->body, "x");
	return RC_OK;
}

static int listening(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* a name that no file has, and no other process */
	at_n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "fuzz-fcgi-%ld", (long)getpid()));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, at_n) != 0 || listen(fd, 8) != 0)
		log_panic("event=fuzz what=listen errno=%d", errno);
	return fd;
}

/* Its end is there at once; what does not fit into the socket is cut off. */
static int connection(const void *p, size_t n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), room = 4 << 20;

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, at_n) != 0)
		log_panic("event=fuzz what=connect errno=%d", errno);
	if (n > 0 && send(fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_panic("event=fuzz what=send errno=%d", errno);
	shutdown(fd, SHUT_WR);
	return fd;
}

/* A length at p; how many bytes it took, 0 where it is torn. */
static size_t length(const uint8_t *p, size_t n, size_t *r)
{
	if (n == 0 || (p[0] >= 0x80 && n < 4))
		return 0;
	*r = p[0] < 0x80 ? p[0]
			 : (size_t)(p[0] & 0x7F) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	return p[0] < 0x80 ? 1 : 4;
}

/* Records as a web server writes them: whole, of one request, begun by the first. How the
 * library goes on after others is its own: it forgets what pads them, or reads it twice. */
static bool framed(const uint8_t *data, size_t size)
{
	size_t i = 0;

	while (i + 8 <= size) {
		size_t content = (size_t)data[i + 4] << 8 | data[i + 5];

		if (data[i] != 1 || data[i + 2] != data[2] || data[i + 3] != data[3] ||
		    (i == 0) != (data[i + 1] == 1) || (i > 0 && data[i + 1] != 4 && data[i + 1] != 5) ||
		    (i == 0 && (content != 8 || data[6] != 0)) || content + data[i + 6] > size - i - 8)
			return false;
		i += 8 + content + data[i + 6];
	}
	return i == size;
}

/* Every length of a parameter lies within the input: by its records, or because no byte
 * of it begins a length over 127. */
static bool lengths_fit(const uint8_t *data, size_t size)
{
	bool fit = true;
	uint8_t *all;
	size_t n = 0, k, len[2];

	if (!framed(data, size)) {
		for (size_t i = 0; fit && i < size; i++)
			fit = data[i] < 0x80;
		return fit;
	}
	all = malloc(size + 1);
	for (size_t i = 0; all && i < size;) {
		size_t content = (size_t)data[i + 4] << 8 | data[i + 5];

		if (data[i + 1] == 4 && content > 0) {
			memcpy(all + n, data + i + 8, content);
			n += content;
		}
		i += 8 + content + data[i + 6];
	}
	for (size_t i = 0; fit && all && i < n;) {
		for (int j = 0; j < 2 && fit; j++) {
			k = length(all + i, n - i, &len[j]);
			i += k;
			if (k == 0)
				i = n;
			else
				fit = len[j] <= size;
		}
		if (fit && i < n)
			i += len[0] + len[1];
	}
	free(all);
	return fit && all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] =
		"\1\1\0\1\0\10\0\0" "\0\1\0\0\0\0\0\0" /* begin, as responder */
		"\1\4\0\1\0\47\0\0" "\16\3REQUEST_METHODGET" "\13\7REQUEST_URI/honest"
		"\1\4\0\1\0\0\0\0" "\1\5\0\1\0\0\0\0";
	static struct serve *sv;
	static int fd = -1;
	int one, two, left;

	if (!sv) {
		log_init("fuzz", LOG_LV_FAIL, true);
		sv = serve_new(&(struct serve_opt){ .handler = echo });
		fd = listening();
	}
	if (!lengths_fit(data, size))
		return 0;
	one = connection(data, size < 400000 ? size : 400000);
	two = connection(good, sizeof(good) - 1);
	served = honest = 0;
	/* what is no request is passed over for the next one */
	if (serve_fcgi(sv, fd, 1, 0) != 0)
		log_panic("event=fuzz what=ended");
	left = accept(fd, NULL, NULL);
	if (left >= 0)
		close(left);
	else if (honest == 0 && served == 0)
		log_panic("event=fuzz what=unanswered");
	close(one);
	close(two);
	return 0;
}
