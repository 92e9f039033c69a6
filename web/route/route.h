/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table says what the web front answers: method, path, who may, the kind
 * of transaction, the body limit and each parameter with its validator
 * (routes.def). This module finds the row, checks what the row says in a fixed
 * order, and only then calls the page:
 *
 *	path and method -> body -> parameters -> CSRF -> begin(RO|RW) -> load
 *	-> who -> page -> end
 *
 * No transaction exists before the CSRF check, and a GET never gets one that
 * can write. Sessions, roles and the database come in as hooks: nothing here
 * knows them.
 */
#ifndef CABILDO_WEB_ROUTE_H
#define CABILDO_WEB_ROUTE_H

#include "server/base/rnd.h"
#include "web/serve/serve.h"

enum who { WHO_ANYONE, WHO_SIGNED_IN, WHO_MEMBER, WHO_MODERATOR, WHO_OWNER, WHO_ADMIN };
enum tx { TX_RO, TX_RW };

enum param_in { IN_PATH, IN_QUERY, IN_FORM };
enum param_kind {
	KIND_I64,    /* min..max */
	KIND_SLUG,   /* [a-z0-9-], min..max characters, no - at either end */
	KIND_TOKEN,  /* lower-case base32, min..max characters */
	KIND_LINE,   /* one line, trimmed, min..max characters; what turns direction goes: base/line.h */
	KIND_SECRET, /* one line, trimmed and else as typed */
	KIND_TEXT,   /* any text with LF line ends, min..max characters */
	KIND_BOOL,   /* on true 1 yes; absent, empty and 0 are false */
	KIND_MSGID,  /* a Message-ID without <>, min..max bytes */
	KIND_CHOICE, /* one of the words in choices */
};
enum param_need {
	NEED_OPT,    /* absent is fine; wrong is an error page */
	NEED_REQ,    /* absent or wrong is an error page: 404 in a path, else 400 */
	NEED_ASK,    /* the page looks at param_bad and shows the form again */
};

struct route_param {
	const char *name;
	enum param_in in;
	enum param_kind kind;
	int64_t min, max;
	enum param_need need;
	const char *choices;       /* KIND_CHOICE: "new|old|hot" */
};

struct page;
typedef enum rc page_fn(struct page *pg);

struct route {
	const char *name;          /* the handler is page_NAME */
	enum method method;        /* GET answers HEAD too */
	const char *pattern;       /* "/g/:list/:thread" */
	enum who who;
	enum tx tx;
	bool csrf;
	size_t body_limit;
	page_fn *fn;
	const struct route_param *params;
	size_t nparams;
};

#define ROUTE_PARAMS_MAX 40

/*
 * The table, where the pages are known:
 *
 *	#define ROUTE(m, p, n, ...) enum rc page_##n(struct page *pg);
 *	#include "web/route/routes.def"
 *	#undef ROUTE
 *	#define ROUTE(...) ROUTE_ROW(__VA_ARGS__)
 *	const struct route routes[] = {
 *	#include "web/route/routes.def"
 *	};
 */
#define ROUTE_CSRF true
#define ROUTE_OPEN false
#define ROUTE_ROW(method, pattern, name, who, tx, csrf, limit, ...)                        \
	{ #name, METHOD_##method, pattern, WHO_##who, TX_##tx, ROUTE_##csrf, limit,        \
	  page_##name, (const struct route_param[]){ __VA_ARGS__ },                        \
	  sizeof((const struct route_param[]){ __VA_ARGS__ }) / sizeof(struct route_param) },
#define P(where, name, kind, min, max, need) \
	{ #name, IN_##where, KIND_##kind, min, max, NEED_##need, NULL }
#define CHOICE(where, name, words, need) \
	{ #name, IN_##where, KIND_CHOICE, 0, 0, NEED_##need, words }

enum param_state { PARAM_ABSENT, PARAM_OK, PARAM_BAD };

struct param_value {
	enum param_state state;
	int64_t i64;               /* I64, BOOL, CHOICE (index) */
	const char *text;          /* as sent and cleaned, also where it is bad */
	size_t n;
};

struct viewer;                     /* who is looking: defined by the pages */

struct page {
	struct arena *a;
	struct req *req;
	struct resp *resp;
	const struct route *route;
	const struct router *router;
	void *app;                 /* the program's own: database, settings */
	struct viewer *viewer;     /* set by the load hook */
	bool signed_in;            /* set by the load hook */
	struct param_value value[ROUTE_PARAMS_MAX]; /* in the order of route->params */
	const char *nonce;         /* of a signed-out form, once one was drawn */
	const char *token;         /* of its forms, once one was drawn: csrf_token */
};

struct router {
	const struct route *routes;
	size_t nroutes;
	const struct keys *keys;
	const char *origin;        /* "https://foro.example", from base_url */
	const char *session_cookie; /* its value is what a CSRF token is bound to */
	const char *signin_path;   /* "/signin": asked for by GET with ?next= */
	void *app;
	/* The session, viewer and signed_in from the cookie. NULL: nobody is. */
	enum rc (*load)(struct page *pg);
	/* May the viewer do this? Called where the row asks for more than
	 * WHO_SIGNED_IN; RC_NOTFOUND hides what RC_DENIED would give away.
	 * NULL: nobody may. */
	enum rc (*allow)(struct page *pg);
	/* Around load, allow and the page. end commits on RC_OK and rolls back on
	 * anything else; what it returns is the result. Both may be NULL. */
	enum rc (*begin)(struct page *pg, enum tx tx);
	enum rc (*end)(struct page *pg, enum rc rc);
	/* A link that is its own proof (a path with a TOKEN or named `link`, for anyone)
	 * opened nothing. True: this client tried too many, it is answered 429; a page with
	 * words of its own keeps them. NULL: nobody counts. */
	bool (*missed)(struct page *pg);
};

/* The handler for serve_opt; ctx is the struct router. */
enum rc route_serve(struct req *r, struct resp *p, void *router);

/* Panics where a row contradicts a promise (a GET that writes, a parameter
 * the pattern does not have, two rows for one path). Once, at start. */
void route_check(const struct route *routes, size_t n);

/* The row for a method and a decoded path, or NULL with *allow_r: "" where no
 * row has the path (404), else the value for Allow (405). values_r: the
 * segments under each ":name", in the order of the pattern. */
const struct route *route_find(const struct router *rt, const struct req *r,
			       const char *values_r[REQ_SEGS_MAX], const char **allow_r);

/* Parameters by name; a name the row does not have is a bug of ours (panics).
 * Absent: 0, NULL, false, -1. */
bool param_has(const struct page *pg, const char *name);
bool param_bad(const struct page *pg, const char *name);
bool param_any_bad(const struct page *pg);
int64_t param_i64(const struct page *pg, const char *name);
const char *param_text(const struct page *pg, const char *name);
struct slice param_slice(const struct page *pg, const char *name);
bool param_bool(const struct page *pg, const char *name);
int param_choice(const struct page *pg, const char *name);
/* Checks and stores one value; for route.c and the tests. */
void param_check(struct arena *a, const struct route_param *rp, const char *raw, size_t n,
		 struct param_value *v_r);

/* resp_fresh for a page: the etag also covers the session and the languages
 * asked for, so that nobody is shown what was drawn for another session. */
MUST_USE bool page_fresh(struct page *pg, const char *etag);

/*
 * The value of the hidden field "csrf" of a form: a fresh nonce and a MAC over
 * it and the session cookie, so that no two pages hold the same secret bytes
 * (compression gives nothing away). Signed out it is bound to a cookie of its
 * own, which this call sets where the browser has none; such a page has no
 * etag, since the cookie may end before the browser's copy of the page.
 */
const char *csrf_token(struct page *pg);
/* The field, and Origin and Sec-Fetch-Site where the browser sends them. */
MUST_USE bool csrf_check(struct page *pg);

#endif
