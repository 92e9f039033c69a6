/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response: what handlers add, and its head as bytes. Every field, ours
 * and the handlers', goes through field_add, which is the one place that
 * writes a header line and refuses one that could become two.
 */
#include <stdarg.h>
#include <unistd.h>

#include "web/serve/inside.h"

#include "server/base/base.h"

#define CSP_PAGES "default-src 'none'; style-src 'self'; img-src 'self'; " \
		  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

void resp_init(struct resp *p, struct arena *a, struct req *r)
{
	*p = (struct resp){ .a = a, .status = 200, .type = "text/html; charset=utf-8", .req = r, .fd = -1 };
	p->fields_end = &p->fields;
	str_init(&p->body, a, RESP_BODY_MAX);
}

void resp_header(struct resp *p, const char *name, const char *value)
{
	struct resp_field *f = ARENA_NEW(p->a, struct resp_field);

	f->name = arena_strdup(p->a, name);
	f->value = arena_strdup(p->a, value);
	*p->fields_end = f;
	p->fields_end = &f->next;
}

void resp_block(struct resp *p, struct str *s, const struct resp_block *b)
{
	/* room doubles at each power of two */
	if ((p->nblocks & (p->nblocks - 1)) == 0)
		p->blocks = arena_grow(p->a, p->blocks, p->nblocks * sizeof(*b),
				       (p->nblocks ? p->nblocks * 2 : 1) * sizeof(*b));
	str_fmt(s, "\x01" "B%zu\x02", p->nblocks);
	p->blocks[p->nblocks++] = *b;
}

void resp_cookie(struct resp *p, const char *name, const char *value, int64_t max_age)
{
	struct req *r = p->req;
	struct str s;

	str_init(&s, p->a, 4096);
	str_fmt(&s, "%s=", req_cookie_name(r, name));
	/* cookie-octet (RFC 6265 section 4.1.1); else a value could add attributes */
	for (const char *v = value; *v; v++)
		if (*v <= 0x20 || (unsigned char)*v >= 0x7F || strchr("\",;\\", *v))
			s.over = true;
	str_addz(&s, value);
	str_fmt(&s, "; Path=%s; HttpOnly; SameSite=Lax", *r->mount ? r->mount : "/");
	if (r->https)
		str_addz(&s, "; Secure");
	if (max_age != 0)
		str_fmt(&s, "; Max-Age=%lld", (long long)(max_age < 0 ? 0 : max_age));
	/* a value that is unfit takes the same road as any unfit field: a logged 500 */
	resp_header(p, "Set-Cookie", s.over ? "\n" : str_z(&s));
}

enum rc resp_redirect(struct resp *p, const char *path)
{
	if (!path_is_own(path))
		return RC_INVALID;
	p->status = 303;
	p->location = arena_strdup(p->a, path);
	return RC_OK;
}

enum rc resp_redirectf(struct resp *p, const char *fmt, ...)
{
	va_list ap;
	char *path;

	va_start(ap, fmt);
	path = arena_vfmt(p->a, fmt, ap);
	va_end(ap);
	return resp_redirect(p, path);
}

/* RFC 9110 section 13.1.2, weak comparison: the opaque part alone counts. */
static bool etag_match(const char *list, const char *etag)
{
	struct slice rest = slice_of(list), item;

	for (bool more = list != NULL; more;) {
		more = slice_cut(&rest, ',', &item);
		item = slice_trim(item);
		if (slice_eqz(item, "*"))
			return true;
		if (slice_starts(item, "W/"))
			item = slice_make(item.p + 2, item.n - 2);
		if (item.n >= 2 && item.p[0] == '"' && item.p[item.n - 1] == '"' &&
		    slice_eqz(slice_make(item.p + 1, item.n - 2), etag))
			return true;
	}
	return false;
}

bool resp_fresh(struct resp *p, const char *etag)
{
	p->etag = arena_strdup(p->a, etag);
	if (p->req->method == METHOD_POST || p->status != 200)
		return false;
	if (!etag_match(p->req->if_none_match, etag))
		return false;
	p->status = 304;
	return true;
}

void resp_even(struct resp *p, int64_t usec)
{
	p->even = usec;
}

void resp_attachment(struct resp *p, const char *name)
{
	char *plain = arena_strdup(p->a, name);

	for (char *c = plain; *c; c++)
		/* RFC 6266 appendix D: some browsers decode %41 here */
		if (*c < 0x20 || (unsigned char)*c >= 0x7F || *c == '"' || *c == '\\' || *c == '%')
			*c = '_';
	resp_header(p, "Content-Disposition",
		    arena_fmt(p->a, "attachment; filename=\"%s\"; filename*=UTF-8''%s", plain,
			      url_encode(p->a, name)));
	p->csp = "default-src 'none'; sandbox";
}

/* "bytes=5-9", "bytes=5-", "bytes=-4" within n bytes; false: no such form. */
static bool range_read(const char *range, int64_t n, int64_t *from_r, int64_t *to_r)
{
	struct slice s = slice_of(range), from;

	if (!slice_istarts(s, "bytes="))
		return false;
	s = slice_make(s.p + 6, s.n - 6);
	if (!slice_cut(&s, '-', &from))
		return false;
	*to_r = n - 1;
	if (from.n == 0) {
		if (!slice_i64(s, 0, INT64_MAX, from_r))
			return false;
		*from_r = *from_r > n ? 0 : n - *from_r;
		return true;
	}
	if (!slice_i64(from, 0, INT64_MAX, from_r) ||
	    (s.n > 0 && !slice_i64(s, *from_r, INT64_MAX, to_r)))
		return false;
	if (*to_r > n - 1)
		*to_r = n - 1;
	return true;
}

enum rc resp_range(struct resp *p, struct slice bytes)
{
	int64_t n = (int64_t)bytes.n, from, to;

	resp_header(p, "Accept-Ranges", "bytes");
	if (p->req->range == NULL || !range_read(p->req->range, n, &from, &to)) {
		str_adds(&p->body, bytes);
		return RC_OK;
	}
	if (from > to)
		return resp_fail(p, 416);
	resp_header(p, "Content-Range",
		    arena_fmt(p->a, "bytes %lld-%lld/%lld", (long long)from, (long long)to,
			      (long long)n));
	p->status = 206;
	str_add(&p->body, bytes.p + from, (size_t)(to - from + 1));
	return RC_OK;
}

static void fd_close(void *p)
{
	close(*(int *)p);
}

void resp_file(struct resp *p, int fd, int64_t size)
{
	int *kept = ARENA_NEW(p->a, int);

	*kept = fd;
	arena_defer(p->a, fd_close, kept);
	p->fd = fd;
	p->fd_size = size;
}

enum rc resp_fail(struct resp *p, int status)
{
	p->status = status;
	return RC_INVALID;
}

static bool name_ok(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_")] == '\0';
}

static bool field_add(struct str *head, const char *name, const char *value)
{
	if (!name_ok(name))
		return false;
	for (const char *v = value; *v; v++)
		if (((unsigned char)*v < 0x20 && *v != '\t') || *v == 0x7F)
			return false;
	str_addz(head, name);
	str_addz(head, ": ");
	str_addz(head, value);
	str_addz(head, "\r\n");
	return true;
}

static const char *cache_of(const struct resp *p)
{
	if (p->cache)
		return p->cache;
	/* no-store would also make browsers forget a half-written form on "back" */
	return p->status == 200 || p->status == 304 ? "private, no-cache" : "no-store";
}

static bool etag_ok(const char *e)
{
	for (; *e; e++)
		if (*e <= 0x20 || (unsigned char)*e >= 0x7F || *e == '"' || *e == ',')
			return false;
	return true;
}

/* The fields every response has: ours to set, and last, so that a handler
 * cannot add a weaker one before them by mistake. */
static bool common_add(struct resp *p, struct str *head)
{
	bool open = p->cache && slice_find(slice_of(p->cache), SLICE("public"));

	return field_add(head, "Cache-Control", cache_of(p)) &&
	       field_add(head, "Vary",
			 open ? "Accept-Encoding" : "Accept-Encoding, Accept-Language, Cookie") &&
	       field_add(head, "Content-Security-Policy", p->csp ? p->csp : CSP_PAGES) &&
	       field_add(head, "X-Content-Type-Options", "nosniff") &&
	       field_add(head, "X-Frame-Options", "DENY") &&
	       field_add(head, "Referrer-Policy", p->referrer ? p->referrer : "same-origin");
}

bool resp_head(struct resp *p, struct str *head, size_t body_n)
{
	char status[64];
	bool ok = true, bodyless = p->status == 304 || p->status == 204;

	snprintf(status, sizeof(status), "%d %s", p->status, status_reason(p->status));
	ok = field_add(head, "Status", status);
	if (!bodyless) {
		snprintf(status, sizeof(status), "%zu", body_n);
		ok = ok && field_add(head, "Content-Type", p->type) &&
		     field_add(head, "Content-Length", status);
		if (p->encoded)
			ok = ok && field_add(head, "Content-Encoding", "gzip");
	}
	if (p->location)
		ok = ok && path_is_own(p->location) &&
		     field_add(head, "Location",
			       arena_fmt(p->a, "%s%s", p->req->mount, p->location));
	if (p->etag && (p->status == 200 || p->status == 304))
		ok = ok && etag_ok(p->etag) &&
		     field_add(head, "ETag", arena_fmt(p->a, "W/\"%s\"", p->etag));
	for (const struct resp_field *f = p->fields; f && ok; f = f->next)
		ok = field_add(head, f->name, f->value);
	ok = ok && common_add(p, head);
	str_addz(head, "\r\n");
	return ok && !head->over;
}
