/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request in, one response out, whatever carried it: a CGI process,
 * FastCGI, or memory in a test. Everything from the client is bounded before
 * it is parsed, and decoded to valid UTF-8 before a handler sees it; the
 * whole response is built in memory and written after the handler returned,
 * so that no transaction is open while a client reads. This folder knows
 * nothing of lists, people or the database.
 *
 * All strings belong to the request's arena and end with it.
 */
#ifndef CABILDO_WEB_SERVE_H
#define CABILDO_WEB_SERVE_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

/* Limits, checked before anything is parsed. */
#define REQ_URL_MAX 4096           /* path and query as sent */
#define REQ_SEGS_MAX 16            /* path segments */
#define REQ_QUERY_MAX 100          /* query parameters */
#define REQ_FIELDS_MAX 500         /* form fields, files included */
#define REQ_FILES_MAX 20
#define REQ_HEADER_MAX 8192        /* any one header that is read, cookies too */
#define REQ_COOKIES_MAX 50
#define REQ_PART_HEAD_MAX 4096     /* the header of one multipart part */
#define REQ_TEXT_MAX ((size_t)4 << 20) /* all form fields that are no files, as sent */
#define REQ_BODY_DEFAULT ((size_t)1 << 20)
#define REQ_BODY_COMPOSE ((size_t)25 << 20)
#define RESP_BODY_MAX ((size_t)48 << 20)
#define RESP_HEAD_MAX ((size_t)32 << 10)
#define REQ_ARENA_MAX ((size_t)320 << 20)

/* ---- where bytes come from and go to ---- */

struct http_io {
	/* A CGI meta-variable (RFC 3875 section 4.1), NULL where unset. */
	const char *(*env)(struct http_io *io, const char *name);
	/* Up to n bytes of the body; 0 at its end, -1 when the peer is gone. */
	long (*read)(struct http_io *io, void *p, size_t n);
	/* All of it, or false. */
	bool (*write)(struct http_io *io, const void *p, size_t n);
	/* The whole response at once, the end of the request with it; NULL: by write(). */
	bool (*all)(struct http_io *io, struct arena *a, struct slice head, struct slice body);
	void *priv;
};

/* environ, standard input, standard output. */
void io_cgi_init(struct http_io *io);

struct io_mem {                    /* tests: everything in memory */
	struct http_io io;
	const char *const *env;    /* NAME, value, NAME, value, NULL */
	struct slice body;
	size_t read_at;
	struct str out;            /* the response as CGI text: "Status: 200 OK\r\n..." */
};
void io_mem_init(struct io_mem *m, struct arena *a, const char *const *env, struct slice body);

/* ---- the request ---- */

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

struct param {
	const char *name;          /* valid UTF-8 without NUL, NUL terminated */
	const char *value;
	size_t n;                  /* bytes of value */
};

struct params {
	struct param *v;
	size_t n;
};

struct upload {
	const char *field;         /* the form field's name */
	const char *name;          /* base name alone, safe to show and to put in a header */
	const char *type;          /* lower-case media type without parameters, as claimed */
	struct slice bytes;
};

struct req {
	struct arena *a;
	struct http_io *io;
	enum method method;
	struct slice path;         /* decoded, below the mount, begins with / */
	const char *target;        /* path and query as sent, below the mount: for "next" links */
	const char *seg[REQ_SEGS_MAX]; /* decoded one by one: "a%2Fb" is one segment */
	size_t nseg;
	bool slash;                /* the path ended with a further / */
	struct slice query_raw;
	struct params query, form, cookies;
	struct upload *files;
	size_t nfiles;
	const char *mount;         /* "" or "/forum": what stands before every path of ours */
	const char *host;          /* NULL where unset, the same below */
	const char *origin, *fetch_site;
	const char *range;         /* bytes=..., as sent */
	const char *if_none_match, *accept_language, *accept_encoding, *user_agent;
	const char *remote;        /* peer's address as text, "" where unknown */
	/* Whom the web server vouches for: the parameter REMOTE_USER (RFC 3875, 4.1.11), "" for
	 * nobody. A header of that name arrives as HTTP_REMOTE_USER, which nobody reads. */
	const char *user;
	const char *content_type;
	int64_t content_length;    /* -1: none given */
	bool https;
	bool gzip_ok;
	struct slice body;         /* after req_body */
};

/*
 * Reads and parses the body: application/x-www-form-urlencoded or
 * multipart/form-data (RFC 7578). 0, or the HTTP status that says what is
 * wrong (400, 411, 413, 415). limit in bytes; call it once, before any
 * transaction.
 */
int req_body(struct req *r, size_t limit) MUST_USE;

/* The first parameter of that name, or NULL. */
const struct param *params_get(const struct params *ps, const char *name);
/* The next of that name at or after *at; moves *at past it. NULL at the end. */
const struct param *params_next(const struct params *ps, const char *name, size_t *at);
const char *req_query(const struct req *r, const char *name);
const char *req_form(const struct req *r, const char *name);
/* By the name given to resp_cookie; its https prefix is looked after. */
const char *req_cookie(const struct req *r, const char *name);
/* "__Host-NAME" over https, "__Secure-NAME" there below a mount, else NAME. */
const char *req_cookie_name(const struct req *r, const char *name);

/* A path of our own site and nothing else: one leading /, no backslash, no
 * control, space or non-ASCII byte. For "next" links and redirects. */
MUST_USE bool path_is_own(const char *path);
/* Percent-encodes all but unreserved characters (RFC 3986 section 2.3). */
char *url_encode(struct arena *a, const char *s);

/* ---- the response ---- */

struct resp_field {
	const char *name, *value;
	struct resp_field *next;
};

/* What was deflated long before this page was drawn (server/text/pack.h): it
 * ends on a byte, stands for plain_n bytes, and op appends their CRC-32. */
struct resp_block {
	struct slice bytes;
	size_t plain_n;
	uint32_t crc, op;
};

struct resp {
	struct arena *a;
	int status;                /* 200 until set */
	const char *type;          /* "text/html; charset=utf-8" until set */
	struct str body;
	const char *etag;          /* opaque, without quotes; sent as a weak validator */
	const char *location;      /* set by resp_redirect alone */
	const char *csp;           /* NULL: the strict policy of all pages */
	const char *cache;         /* NULL: "private, no-cache"; else than 200: no-store */
	const char *referrer;      /* NULL: "same-origin" */
	int64_t even;              /* microseconds from the request's first; 0: at once */
	int fd;                    /* sent after the body, which is empty then; -1: none */
	int64_t fd_size;
	bool encoded;              /* body is gzip already (only where req->gzip_ok) */
	const char *label;         /* names the page in the log; paths may hold tokens */
	struct resp_field *fields, **fields_end;
	struct resp_block *blocks;
	size_t nblocks;
	struct req *req;
};

/*
 * A block's place in the page: a mark that goes into s now and is the block
 * itself in what is sent. Only where req->gzip_ok; each mark goes into the body
 * once, in the order of the calls.
 */
void resp_block(struct resp *p, struct str *s, const struct resp_block *b);
/*
 * Adds a field. A value with CR, LF or any other control character, or a name
 * that is no token, makes the whole response a logged 500.
 */
void resp_header(struct resp *p, const char *name, const char *value);
/* HttpOnly, SameSite=Lax, Secure over https. max_age seconds; 0: until the
 * browser closes; negative: forget it now. */
void resp_cookie(struct resp *p, const char *name, const char *value, int64_t max_age);
/* 303 to a path of ours (without the mount); RC_INVALID for anything else. */
enum rc resp_redirect(struct resp *p, const char *path) MUST_USE;
enum rc resp_redirectf(struct resp *p, const char *fmt, ...) MUST_USE PRINTF_LIKE(2, 3);
/* Sets the etag; true where the client has that version: return RC_OK at once,
 * without drawing the page. For what is the same for everybody; pages use
 * page_fresh (route.h). */
MUST_USE bool resp_fresh(struct resp *p, const char *etag);
/* Not sent before that many microseconds are over: what took how long must not show.
 * The wait comes after the handler, when no transaction is open. */
void resp_even(struct resp *p, int64_t usec);
/* Content-Disposition: attachment with the name in both forms (RFC 6266), a
 * sandboxing policy; set type and body yourself. */
void resp_attachment(struct resp *p, const char *name);
/* A file from its beginning; the response closes it. */
void resp_file(struct resp *p, int fd, int64_t size);
/* A long answer is still being made: the watchdog begins anew. */
void serve_still(void);
/* All of it, or the one range of bytes that was asked for (RFC 9110 14): 206, or
 * 416 where it lies outside. Several ranges, or what is no range, get all. */
enum rc resp_range(struct resp *p, struct slice bytes) MUST_USE;
/* Sets an HTTP status for a failure and returns RC_INVALID, for `return`. */
enum rc resp_fail(struct resp *p, int status);

/* ---- serving ---- */

/* RC_OK sends what stands in p; anything else becomes an error page, whose
 * status is p->status where the handler set one of 400 and above, else
 * status_http(rc). Fields and cookies stay, the body goes. */
typedef enum rc serve_fn(struct req *r, struct resp *p, void *ctx);
/* Draws the page for an error into p->body (and p->type). */
typedef void serve_error_fn(struct req *r, struct resp *p, int status, void *ctx);

struct crowd;

struct serve_opt {
	serve_fn *handler;
	/* For a request that waited too long in a crowd (crowd.h): RC_OK sends what stands in p,
	 * anything else leaves the request to the handler. Asks nobody. NULL: all to the handler. */
	serve_fn *late;
	struct crowd *crowd;       /* of serve_fcgi; NULL: nobody comes late */
	serve_error_fn *error;     /* NULL: a line of plain text */
	void *ctx;
	const char *mount;         /* path of base_url, "" or NULL at the root */
	bool https;                /* people reach us by https whatever the server in front says */
};

struct serve;
struct serve *serve_new(const struct serve_opt *o);
void serve_free(struct serve **sv);
/* One request from parsing to the last byte. False: the peer was gone. */
bool serve_one(struct serve *sv, struct http_io *io);
/* The same for one that serve_opt.late may answer; *turned_r: it did. */
bool serve_late(struct serve *sv, struct http_io *io, bool *turned_r);
/*
 * FastCGI requests from a listening socket, one at a time, until prog_stop or
 * prog_reload is set or max_requests were answered (0: no end). The exit code
 * of the worker: 0, or 1 where the socket failed. A request that takes longer
 * than watchdog seconds (0: no limit) ends the process by SIGALRM.
 */
int serve_fcgi(struct serve *sv, int listen_fd, unsigned max_requests, unsigned watchdog);

/* ---- HTTP status codes (status.c: the one place that knows enum rc and HTTP) ---- */
int status_http(enum rc rc);
const char *status_reason(int status);

#endif
