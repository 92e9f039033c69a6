/* SPDX-License-Identifier: Apache-2.0 */
/* The two simple carriers: a CGI process (RFC 3875), and memory for tests. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "web/serve/serve.h"

#include "server/base/base.h"

static const char *cgi_env(struct http_io *io UNUSED, const char *name)
{
	return getenv(name);
}

static long cgi_read(struct http_io *io UNUSED, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(STDIN_FILENO, p, n);
	while (got < 0 && errno == EINTR);
	return (long)got;
}

static bool cgi_write(struct http_io *io UNUSED, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t put = write(STDOUT_FILENO, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}

void io_cgi_init(struct http_io *io)
{
	*io = (struct http_io){ cgi_env, cgi_read, cgi_write, NULL, NULL };
}

static const char *mem_env(struct http_io *io, const char *name)
{
	struct io_mem *m = io->priv;

	for (const char *const *e = m->env; e && e[0]; e += 2)
		if (strcmp(e[0], name) == 0)
			return e[1];
	return NULL;
}

static long mem_read(struct http_io *io, void *p, size_t n)
{
	struct io_mem *m = io->priv;

	if (n > m->body.n - m->read_at)
		n = m->body.n - m->read_at;
	if (n > 0)
		memcpy(p, m->body.p + m->read_at, n);
	m->read_at += n;
	return (long)n;
}

static bool mem_write(struct http_io *io, const void *p, size_t n)
{
	struct io_mem *m = io->priv;

	str_add(&m->out, p, n);
	return !m->out.over;
}

void io_mem_init(struct io_mem *m, struct arena *a, const char *const *env, struct slice body)
{
	*m = (struct io_mem){ .io = { mem_env, mem_read, mem_write, NULL, m }, .env = env, .body = body };
	str_init(&m->out, a, RESP_BODY_MAX + RESP_HEAD_MAX);
}
