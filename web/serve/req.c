/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meta-variables to struct req. The path comes from REQUEST_URI, undecoded, so
 * that an escaped slash stays inside its segment and so that every web server
 * means the same; PATH_INFO is the fall-back. Nothing here trusts a field
 * because a web server should have checked it.
 */
#include <strings.h>

#include "web/serve/inside.h"

#include "server/base/base.h"

/* NULL where unset or empty; *bad where it is too long or holds controls. */
static const char *env_get(struct req *r, const char *name, bool *bad)
{
	const char *v = r->io->env(r->io, name);
	size_t n;

	if (!v || !*v)
		return NULL;
	n = strlen(v);
	if (n > REQ_HEADER_MAX) {
		*bad = true;
		return NULL;
	}
	for (const char *p = v; *p; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7F) {
			*bad = true;
			return NULL;
		}
	return arena_strndup(r->a, v, n);
}

static bool host_ok(const char *h)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789.-:[]_";

	return strlen(h) <= 255 && h[strspn(h, set)] == '\0';
}

/* gzip or *, with a weight that is not 0 (RFC 9110 section 12.5.3). */
static bool gzip_accepted(const char *v)
{
	struct slice rest = slice_of(v), item, name;

	for (bool more = v != NULL; more;) {
		more = slice_cut(&rest, ',', &item);
		bool weight = slice_cut(&item, ';', &name);

		name = slice_trim(name);
		if (!slice_ieqz(name, "gzip") && !slice_ieqz(name, "x-gzip"))
			continue;
		item = slice_trim(item);
		if (!weight || !slice_istarts(item, "q="))
			return true;
		for (size_t i = 2; i < item.n; i++)
			if (item.p[i] >= '1' && item.p[i] <= '9')
				return true;
		return false;
	}
	return false;
}

static const char *target_find(struct req *r)
{
	const char *uri = r->io->env(r->io, "REQUEST_URI");
	const char *name, *info, *query;

	if (uri && (strncasecmp(uri, "http://", 7) == 0 || strncasecmp(uri, "https://", 8) == 0)) {
		/* absolute form, as a proxy would send it */
		uri = strchr(uri + 8, '/');
		if (!uri)
			uri = "/";
	}
	if (uri && *uri == '/')
		return uri;
	if (uri && *uri)
		return NULL;
	name = r->io->env(r->io, "SCRIPT_NAME");
	info = r->io->env(r->io, "PATH_INFO");
	query = r->io->env(r->io, "QUERY_STRING");
	if (strlen(name ? name : "") + strlen(info ? info : "") + strlen(query ? query : "") >
	    REQ_URL_MAX)
		return "";
	return arena_fmt(r->a, "%s%s%s%s", name ? name : "", info ? info : "",
			 query && *query ? "?" : "", query ? query : "");
}

/* A decoded segment is shown, compared and bound to statements. */
static bool seg_ok(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return false;
	return utf8_valid(s) && !slice_eqz(s, ".") && !slice_eqz(s, "..");
}

static int path_parse(struct req *r, struct slice raw)
{
	struct slice item;
	struct str path, seg;
	bool more = true;

	str_init(&path, r->a, REQ_URL_MAX + 1);
	raw.p++;
	raw.n--;
	if (raw.n == 0) {
		r->path = SLICE("/");
		return 0;
	}
	while (more) {
		more = slice_cut(&raw, '/', &item);
		if (item.n == 0 && !more && r->nseg > 0) {
			r->slash = true;
			break;
		}
		if (r->nseg == REQ_SEGS_MAX)
			return 404;
		str_init(&seg, r->a, REQ_URL_MAX);
		if (!url_decode(&seg, item, false, true) || !seg_ok(str_slice(&seg)))
			return 400;
		r->seg[r->nseg++] = str_z(&seg);
		str_addc(&path, '/');
		str_adds(&path, str_slice(&seg));
	}
	r->path = slice_make(str_z(&path), path.n);
	return 0;
}

static int target_parse(struct req *r)
{
	const char *t = target_find(r);
	struct slice rest, path;
	size_t mount = strlen(r->mount);

	if (!t)
		return 400;
	if (strlen(t) > REQ_URL_MAX || !*t)
		return 414;
	if (mount && strncmp(t, r->mount, mount) == 0 &&
	    (t[mount] == '/' || t[mount] == '?' || !t[mount]))
		t += mount;
	if (*t != '/')
		t = arena_fmt(r->a, "/%s", t);
	for (const char *p = t; *p; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7F)
			return 400;
	r->target = arena_strdup(r->a, t);
	rest = slice_of(r->target);
	slice_cut(&rest, '?', &path);
	r->query_raw = rest;
	if (!form_parse(&r->query, r->a, rest, REQ_QUERY_MAX))
		return 400;
	return path_parse(r, path);
}

static enum method method_parse(const char *m)
{
	if (!m)
		return METHOD_OTHER;
	if (strcmp(m, "GET") == 0)
		return METHOD_GET;
	if (strcmp(m, "HEAD") == 0)
		return METHOD_HEAD;
	if (strcmp(m, "POST") == 0)
		return METHOD_POST;
	return METHOD_OTHER;
}

static bool on(const char *v)
{
	return v && (strcasecmp(v, "on") == 0 || strcmp(v, "1") == 0 ||
		     strcasecmp(v, "https") == 0);
}

static bool fields_read(struct req *r)
{
	bool bad = false;
	const char *v;

	r->host = env_get(r, "HTTP_HOST", &bad);
	r->origin = env_get(r, "HTTP_ORIGIN", &bad);
	r->fetch_site = env_get(r, "HTTP_SEC_FETCH_SITE", &bad);
	r->range = env_get(r, "HTTP_RANGE", &bad);
	r->if_none_match = env_get(r, "HTTP_IF_NONE_MATCH", &bad);
	r->accept_language = env_get(r, "HTTP_ACCEPT_LANGUAGE", &bad);
	r->accept_encoding = env_get(r, "HTTP_ACCEPT_ENCODING", &bad);
	r->user_agent = env_get(r, "HTTP_USER_AGENT", &bad);
	r->content_type = env_get(r, "CONTENT_TYPE", &bad);
	r->remote = env_get(r, "REMOTE_ADDR", &bad);
	if (!r->remote)
		r->remote = "";
	r->user = env_get(r, "REMOTE_USER", &bad);
	if (!r->user)
		r->user = "";
	v = env_get(r, "HTTP_COOKIE", &bad);
	if (v)
		cookies_parse(&r->cookies, r->a, slice_of(v));
	return !bad;
}

int req_head(struct req *r, struct arena *a, struct http_io *io, const struct serve_opt *o)
{
	const char *v;
	bool bad = false;
	int st;

	*r = (struct req){ .a = a, .io = io, .content_length = -1, .remote = "", .user = "", .target = "/",
			   .path = SLICE("/"), .mount = o->mount ? o->mount : "" };
	r->method = method_parse(io->env(io, "REQUEST_METHOD"));
	r->https = o->https || on(env_get(r, "HTTPS", &bad)) ||
		   on(env_get(r, "REQUEST_SCHEME", &bad));
	st = target_parse(r);
	if (st)
		return st;
	if (!fields_read(r) || bad)
		return 431;
	if (r->host && !host_ok(r->host))
		return 400;
	r->gzip_ok = gzip_accepted(r->accept_encoding);
	v = io->env(io, "CONTENT_LENGTH");
	if (v && *v && !slice_i64(slice_of(v), 0, INT64_MAX, &r->content_length))
		return 400;
	return 0;
}

const struct param *params_next(const struct params *ps, const char *name, size_t *at)
{
	while (*at < ps->n) {
		const struct param *p = &ps->v[(*at)++];

		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

const struct param *params_get(const struct params *ps, const char *name)
{
	size_t at = 0;

	return params_next(ps, name, &at);
}

static const char *value_of(const struct param *p)
{
	return p ? p->value : NULL;
}

const char *req_query(const struct req *r, const char *name)
{
	return value_of(params_get(&r->query, name));
}

const char *req_form(const struct req *r, const char *name)
{
	return value_of(params_get(&r->form, name));
}

const char *req_cookie_name(const struct req *r, const char *name)
{
	/* a browser takes such a cookie only over https, and from no sibling domain */
	if (!r->https)
		return name;
	return arena_fmt(r->a, "%s%s", *r->mount ? "__Secure-" : "__Host-", name);
}

const char *req_cookie(const struct req *r, const char *name)
{
	return value_of(params_get(&r->cookies, req_cookie_name(r, name)));
}

bool path_is_own(const char *path)
{
	if (!path || path[0] != '/' || path[1] == '/')
		return false;
	for (const char *p = path; *p; p++)
		if (*p <= 0x20 || (unsigned char)*p >= 0x7F || *p == '\\')
			return false;
	return true;
}
