/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request, start to end: parse, handler, error page, compression, head,
 * bytes. Nothing is written before the handler has returned, and whatever
 * goes wrong the client gets exactly one well-formed response.
 */
#include <unistd.h>

#include "web/serve/inside.h"

#include "server/base/base.h"

#define GZIP_LEAST 1024
#define FILE_PIECE ((size_t)64 << 10)

struct serve {
	struct serve_opt opt;
	struct gz *gz;
};

struct serve *serve_new(const struct serve_opt *o)
{
	struct serve *sv = calloc(1, sizeof(*sv));

	if (!sv)
		log_die("event=memory what=serve");
	sv->opt = *o;
	sv->gz = gz_new();
	return sv;
}

struct crowd *serve_crowd(const struct serve *sv)
{
	return sv->opt.crowd;
}

void serve_free(struct serve **sv)
{
	if (!*sv)
		return;
	gz_free(&(*sv)->gz);
	free(*sv);
	*sv = NULL;
}

static void error_draw(struct serve *sv, struct req *r, struct resp *p)
{
	str_init(&p->body, p->a, RESP_BODY_MAX);
	p->encoded = false;
	p->nblocks = 0;
	p->fd = -1;
	p->etag = p->location = p->cache = p->csp = NULL;
	p->type = "text/html; charset=utf-8";
	if (sv->opt.error)
		sv->opt.error(r, p, p->status, sv->opt.ctx);
	if (p->body.n == 0 || p->body.over) {
		str_init(&p->body, p->a, RESP_BODY_MAX);
		p->type = "text/plain; charset=utf-8";
		str_fmt(&p->body, "%d %s\n", p->status, status_reason(p->status));
	}
}

/* A bug of ours: start again with a clean response. */
static void broken(struct serve *sv, struct req *r, struct resp *p, const char *what)
{
	const char *label = p->label;

	log_fail("event=response-broken what=%s page=%s", what, log_q(label ? label : "-"));
	resp_init(p, r->a, r);
	p->label = label;
	p->status = 500;
	error_draw(sv, r, p);
}

static void answer(struct serve *sv, struct req *r, struct resp *p, int st)
{
	enum rc rc;

	if (st) {
		rc = resp_fail(p, st);
	} else {
		rc = sv->opt.handler(r, p, sv->opt.ctx);
		if (rc != RC_OK && p->status < 400)
			p->status = status_http(rc);
		if (rc == RC_TEMPFAIL)
			resp_header(p, "Retry-After", "10");
	}
	if (rc != RC_OK)
		error_draw(sv, r, p);
	else if (p->body.over)
		broken(sv, r, p, "body-too-large");
	else if ((p->encoded || p->nblocks > 0) && !r->gzip_ok)
		broken(sv, r, p, "gzip-not-accepted");
	else if (p->status == 200 && p->etag && resp_fresh(p, p->etag))
		str_cut(&p->body, 0);
}

/* One that has waited too long already; false: it is not to be turned away. */
static bool turn_away(struct serve *sv, struct req *r, struct resp *p)
{
	if (sv->opt.late(r, p, sv->opt.ctx) == RC_OK && !p->body.over)
		return true;
	resp_init(p, r->a, r);
	return false;
}

static bool compressible(const char *type)
{
	return strncmp(type, "text/", 5) == 0 || strstr(type, "xml") || strstr(type, "json");
}

static struct slice body_pack(struct serve *sv, struct req *r, struct resp *p)
{
	struct slice body = str_slice(&p->body), packed;

	if (p->nblocks > 0 && body.n > 0) {
		if (!weave(p->a, body, p->blocks, p->nblocks, &packed)) {
			broken(sv, r, p, "blocks");
			return body_pack(sv, r, p);
		}
		p->encoded = true;
		return packed;
	}
	if (p->encoded || !r->gzip_ok || body.n < GZIP_LEAST || !compressible(p->type))
		return body;
	if (!gz_pack(sv->gz, p->a, body, &packed))
		return body;
	p->encoded = true;
	return packed;
}

/* False: the peer was gone, or the file is shorter than it was. */
static bool fd_send(struct http_io *io, struct resp *p)
{
	char *buf = arena_alloc(p->a, FILE_PIECE);
	int64_t left = p->fd_size;

	while (left > 0) {
		ssize_t n = read(p->fd, buf, FILE_PIECE);

		if (n <= 0 || n > left || !io->write(io, buf, (size_t)n))
			return false;
		left -= n;
		serve_still();
	}
	return true;
}

static bool send_all(struct serve *sv, struct http_io *io, struct req *r, struct resp *p)
{
	struct slice body = body_pack(sv, r, p);
	struct str head;

	str_init(&head, p->a, RESP_HEAD_MAX);
	if (!resp_head(p, &head, p->fd >= 0 ? (size_t)p->fd_size : body.n)) {
		broken(sv, r, p, "field");
		body = body_pack(sv, r, p);
		str_init(&head, p->a, RESP_HEAD_MAX);
		/* the error page brought a bad field of its own: plain text always fits */
		if (!resp_head(p, &head, body.n)) {
			resp_init(p, r->a, r);
			p->status = 500;
			str_init(&head, p->a, RESP_HEAD_MAX);
			body = SLICE("");
			if (!resp_head(p, &head, 0))
				log_panic("event=response-head");
		}
	}
	if (p->status == 304 || p->status == 204 || r->method == METHOD_HEAD)
		body.n = 0;
	if (io->all && (p->fd < 0 || r->method == METHOD_HEAD))
		return io->all(io, p->a, str_slice(&head), body);
	/* one write for a page of ordinary size saves a record and a system call */
	if (body.n <= RESP_HEAD_MAX - 1024 && head.n + body.n < RESP_HEAD_MAX) {
		str_adds(&head, body);
		body.n = 0;
	}
	return io->write(io, head.p, head.n) && (body.n == 0 || io->write(io, body.p, body.n)) &&
	       (p->fd < 0 || r->method == METHOD_HEAD || fd_send(io, p));
}

static bool one(struct serve *sv, struct http_io *io, bool late, bool *turned_r)
{
	struct arena *a = arena_new(REQ_ARENA_MAX);
	int64_t from = clock_mono();
	struct resp p;
	struct req r;
	bool sent;
	int st;

	st = req_head(&r, a, io, &sv->opt);
	resp_init(&p, a, &r);
	*turned_r = late && st == 0 && sv->opt.late && turn_away(sv, &r, &p);
	if (!*turned_r)
		answer(sv, &r, &p, st);
	if (p.even > clock_mono() - from)
		usleep((useconds_t)(p.even - (clock_mono() - from)));
	sent = send_all(sv, io, &r, &p);
	if (p.status >= 500 && !*turned_r) /* who is turned away is counted (crowd.c) */
		log_warn("event=request page=%s status=%d usec=%lld", p.label ? p.label : "-",
			 p.status, (long long)(clock_mono() - from));
	else
		log_debug("event=request page=%s status=%d usec=%lld", p.label ? p.label : "-",
			  p.status, (long long)(clock_mono() - from));
	if (!sent)
		log_debug("event=peer-gone page=%s", p.label ? p.label : "-");
	arena_free(&a);
	return sent;
}

bool serve_one(struct serve *sv, struct http_io *io)
{
	bool turned;

	return one(sv, io, false, &turned);
}

bool serve_late(struct serve *sv, struct http_io *io, bool *turned_r)
{
	return one(sv, io, true, turned_r);
}
