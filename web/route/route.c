/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching and dispatch; see route.h. The match is a walk over the table,
 * segment by segment: with a hundred rows that is a microsecond, and nothing
 * has to be built or kept. A literal segment wins over a parameter at the
 * first place where two rows differ.
 */
#include "web/route/route.h"

#include "server/base/base.h"

#define NOTFOUND_USEC 5000

/* The next segment of a pattern; false after the last. "/" has none. */
static bool seg_next(const char **at, struct slice *seg)
{
	const char *p = *at;

	if (*p != '/' || p[1] == '\0')
		return false;
	p++;
	*seg = slice_make(p, strcspn(p, "/"));
	*at = p + seg->n;
	return true;
}

/* A bit per segment, the first highest, set where it is literal; -1: no match. */
static int64_t match(const char *pattern, const struct req *r, const char *values[REQ_SEGS_MAX])
{
	struct slice seg;
	int64_t score = 0;
	size_t i = 0, nv = 0;

	for (; seg_next(&pattern, &seg); i++) {
		if (i == r->nseg)
			return -1;
		score <<= 1;
		if (seg.p[0] == ':') {
			if (r->seg[i][0] == '\0')
				return -1;
			values[nv++] = r->seg[i];
		} else if (slice_eqz(seg, r->seg[i])) {
			score |= 1;
		} else {
			return -1;
		}
	}
	return i == r->nseg ? score : -1;
}

static bool answers(const struct route *row, enum method m)
{
	return row->method == m || (row->method == METHOD_GET && m == METHOD_HEAD);
}

const struct route *route_find(const struct router *rt, const struct req *r,
			       const char *values_r[REQ_SEGS_MAX], const char **allow_r)
{
	const struct route *best = NULL;
	const char *values[REQ_SEGS_MAX];
	int64_t score, most = -1;
	bool get = false, post = false;

	for (size_t i = 0; i < rt->nroutes; i++) {
		const struct route *row = &rt->routes[i];

		score = match(row->pattern, r, values);
		if (score < 0)
			continue;
		get |= row->method == METHOD_GET;
		post |= row->method == METHOD_POST;
		if (!answers(row, r->method) || score <= most)
			continue;
		most = score;
		best = row;
		memcpy(values_r, values, sizeof(values));
	}
	*allow_r = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : post ? "POST" : "";
	return best;
}

bool page_fresh(struct page *pg, const char *etag)
{
	const char *sid = pg->router->session_cookie ?
		req_cookie(pg->req, pg->router->session_cookie) : NULL;
	const char *lang = pg->req->accept_language;
	unsigned char sum[HASH_BYTES];
	char *whose;

	whose = arena_fmt(pg->a, "%s\n%s", sid ? sid : "", lang ? lang : "");
	hash_bytes(whose, strlen(whose), sum);
	return resp_fresh(pg->resp, arena_fmt(pg->a, "%s-%s", etag, base32_encode(pg->a, sum, 10)));
}

/* Before 25 MB are read from somebody who shows no session at all. */
static bool is_stranger(const struct page *pg)
{
	const char *name = pg->router->session_cookie;

	return pg->route->who != WHO_ANYONE && name && !req_cookie(pg->req, name);
}

static int values_take(struct page *pg, const char *const path_values[REQ_SEGS_MAX])
{
	const struct route *row = pg->route;
	size_t in_path = 0;

	for (size_t i = 0; i < row->nparams; i++) {
		const struct route_param *rp = &row->params[i];
		struct param_value *v = &pg->value[i];
		const struct param *sent = NULL;
		const char *raw;

		if (rp->in == IN_PATH) {
			raw = path_values[in_path++];
			param_check(pg->a, rp, raw, strlen(raw), v);
		} else {
			sent = params_get(rp->in == IN_QUERY ? &pg->req->query : &pg->req->form,
					  rp->name);
			param_check(pg->a, rp, sent ? sent->value : NULL, sent ? sent->n : 0, v);
		}
		if (rp->in == IN_PATH && v->state != PARAM_OK)
			return 404;
		if (rp->need == NEED_ASK)
			continue;
		if (v->state == PARAM_BAD || (v->state == PARAM_ABSENT && rp->need == NEED_REQ))
			return 400;
	}
	return 0;
}

static enum rc ask_signin(struct page *pg)
{
	const char *next = pg->req->target;

	if (pg->req->method == METHOD_POST || !pg->router->signin_path)
		return RC_DENIED;
	if (!path_is_own(next))
		next = "/";
	return resp_redirectf(pg->resp, "%s?next=%s", pg->router->signin_path,
			      url_encode(pg->a, next));
}

static enum rc page_run(struct page *pg)
{
	const struct router *rt = pg->router;
	enum who who = pg->route->who;
	enum rc rc = RC_OK;

	if (rt->load)
		rc = rt->load(pg);
	if (rc != RC_OK)
		return rc;
	if (who != WHO_ANYONE && !pg->signed_in)
		return ask_signin(pg);
	if (who > WHO_SIGNED_IN)
		rc = rt->allow ? rt->allow(pg) : RC_DENIED;
	return rc == RC_OK ? pg->route->fn(pg) : rc;
}

/* What opens it stands in the path: whoever guesses, guesses here. */
static bool is_key(const struct route *row)
{
	for (size_t i = 0; i < row->nparams && row->params[i].in == IN_PATH; i++)
		if (row->params[i].kind == KIND_TOKEN || strcmp(row->params[i].name, "link") == 0)
			return row->who == WHO_ANYONE;
	return false;
}

/* Asked after the look: one that is right is never counted, nor refused for what others tried. */
static void guess_answer(struct page *pg)
{
	if (!is_key(pg->route) || !pg->router->missed || !pg->router->missed(pg))
		return;
	pg->resp->status = 429;
	resp_header(pg->resp, "Retry-After", "900");
}

static enum rc page_dispatch(struct page *pg)
{
	const struct router *rt = pg->router;
	enum rc rc = RC_OK;

	if (rt->begin)
		rc = rt->begin(pg, pg->route->tx);
	if (rc != RC_OK)
		return rc;
	rc = page_run(pg);
	rc = rt->end ? rt->end(pg, rc) : rc;
	/* what is there and may not be seen takes a look or two more */
	if (rc == RC_NOTFOUND)
		resp_even(pg->resp, NOTFOUND_USEC);
	if (rc == RC_NOTFOUND || (rc == RC_OK && pg->resp->status == 404))
		guess_answer(pg);
	return rc;
}

/* "/g/agenda/" is "/g/agenda": said once, so that caches and people see one name. */
static enum rc without_slash(struct req *r, struct resp *p)
{
	struct slice rest = slice_of(r->target), path;
	bool query = slice_cut(&rest, '?', &path);
	enum rc rc;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	rc = resp_redirect(p, arena_fmt(r->a, "%.*s%s%.*s", (int)path.n, path.p, query ? "?" : "",
					(int)rest.n, rest.p));
	p->status = 301;
	return rc == RC_OK ? RC_OK : resp_fail(p, 404);
}

enum rc route_serve(struct req *r, struct resp *p, void *router)
{
	const char *values[REQ_SEGS_MAX], *allow;
	struct page pg = { .a = r->a, .req = r, .resp = p, .router = router };
	int st;

	pg.app = pg.router->app;
	pg.route = route_find(pg.router, r, values, &allow);
	if (!pg.route && *allow) {
		resp_header(p, "Allow", allow);
		return resp_fail(p, 405);
	}
	if (!pg.route)
		return RC_NOTFOUND;
	p->label = pg.route->name;
	if (r->slash)
		return r->method == METHOD_POST ? RC_NOTFOUND : without_slash(r, p);
	if (pg.route->method == METHOD_POST) {
		if (is_stranger(&pg))
			return RC_DENIED;
		st = req_body(r, pg.route->body_limit ? pg.route->body_limit : REQ_BODY_DEFAULT);
		if (st)
			return resp_fail(p, st);
	}
	st = values_take(&pg, values);
	if (st)
		return resp_fail(p, st);
	if (pg.route->csrf && !csrf_check(&pg)) {
		log_info("event=csrf-refused page=%s", pg.route->name);
		return RC_DENIED;
	}
	return page_dispatch(&pg);
}

static void row_check(const struct route *row)
{
	const char *at = row->pattern;
	struct slice seg;
	size_t i = 0;

	if (row->method != METHOD_GET && row->method != METHOD_POST)
		log_panic("event=route what=method route=%s", row->name);
	if (row->method == METHOD_GET && (row->tx != TX_RO || row->csrf || row->body_limit))
		log_panic("event=route what=get-that-changes route=%s", row->name);
	if (row->nparams > ROUTE_PARAMS_MAX || !row->fn || row->pattern[0] != '/')
		log_panic("event=route what=row route=%s", row->name);
	while (seg_next(&at, &seg)) {
		if (seg.p[0] != ':')
			continue;
		if (i == row->nparams || row->params[i].in != IN_PATH ||
		    !slice_eqz(slice_make(seg.p + 1, seg.n - 1), row->params[i].name))
			log_panic("event=route what=path-parameters-first-and-in-order route=%s",
				  row->name);
		i++;
	}
	for (; i < row->nparams; i++) {
		const struct route_param *rp = &row->params[i];

		if (rp->in == IN_PATH || (rp->in == IN_FORM && row->method == METHOD_GET) ||
		    (rp->kind == KIND_CHOICE && !rp->choices) || rp->min > rp->max)
			log_panic("event=route what=parameter route=%s", row->name);
	}
}

/* The same shape: equal but for the names of parameters. */
static bool same_shape(const char *a, const char *b)
{
	struct slice x, y;
	bool more_a, more_b;

	for (;;) {
		more_a = seg_next(&a, &x);
		more_b = seg_next(&b, &y);
		if (!more_a || !more_b)
			return more_a == more_b;
		if ((x.p[0] == ':') != (y.p[0] == ':') || (x.p[0] != ':' && !slice_eq(x, y)))
			return false;
	}
}

void route_check(const struct route *routes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		row_check(&routes[i]);
		for (size_t k = 0; k < i; k++)
			if (routes[i].method == routes[k].method &&
			    same_shape(routes[i].pattern, routes[k].pattern))
				log_panic("event=route what=twice route=%s", routes[i].name);
	}
}
