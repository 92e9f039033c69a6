/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web front below the pages: requests parsed from memory, responses as
 * the bytes a web server would get, routes, parameters and CSRF. The table
 * here is a small one of its own, made with the macros the real one uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include "web/route/route.h"
#include "web/serve/inside.h"
#include "web/serve/listen.h"

#include "server/base/base.h"

static struct arena *a;
static struct keys keys = { .n = 1 };

static int setup(void **state UNUSED)
{
	a = arena_new((size_t)512 << 20);
	rnd_init();
	rnd_bytes(keys.key[0].key, sizeof(keys.key[0].key));
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

/* ---- a request from pairs; the last pair wins nothing, the first does ---- */

#define ENV(...) (const char *const[]){ __VA_ARGS__, NULL }

static int head(struct req *r, const char *const *env)
{
	static struct io_mem m;
	static const struct serve_opt none;

	io_mem_init(&m, a, env, SLICE(""));
	return req_head(r, a, &m.io, &none);
}

static int body(struct req *r, const char *type, struct slice bytes, size_t limit)
{
	static struct io_mem m;
	static const struct serve_opt none;
	const char *const *env = ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/x", "CONTENT_TYPE",
				     type, "CONTENT_LENGTH", arena_fmt(a, "%zu", bytes.n));

	io_mem_init(&m, a, env, bytes);
	assert_int_equal(req_head(r, a, &m.io, &none), 0);
	return req_body(r, limit);
}

static void url_paths(void **state UNUSED)
{
	struct req r;

	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "GET", "REQUEST_URI",
				      "/g/agenda/%C3%A1?q=uno+dos%26&x=%zz&vac%C3%ADo")), 0);
	assert_true(slice_eqz(r.path, "/g/agenda/\xC3\xA1"));
	assert_int_equal(r.nseg, 3);
	assert_string_equal(req_query(&r, "q"), "uno dos&");
	assert_string_equal(req_query(&r, "x"), "%zz");
	assert_string_equal(req_query(&r, "vac\xC3\xADo"), "");
	assert_null(req_query(&r, "y"));

	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "GET", "REQUEST_URI", "/m/a%2Fb%40c")), 0);
	assert_int_equal(r.nseg, 2);
	assert_string_equal(r.seg[1], "a/b@c");
	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "GET", "REQUEST_URI", "/")), 0);
	assert_int_equal(r.nseg, 0);
	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "GET", "REQUEST_URI", "/g/a/")), 0);
	assert_int_equal(r.nseg, 2);
	assert_true(r.slash);
	/* no REQUEST_URI: what plain CGI gives */
	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "GET", "PATH_INFO", "/g/a", "QUERY_STRING",
				      "n=3")), 0);
	assert_string_equal(r.seg[0], "g");
	assert_string_equal(req_query(&r, "n"), "3");
	assert_int_equal(head(&r, ENV("REQUEST_URI", "http://h.example/z?q=1")), 0);
	assert_string_equal(r.seg[0], "z");
	assert_int_equal(r.method, METHOD_OTHER);
}

static void url_refused(void **state UNUSED)
{
	struct req r;
	char *longer = arena_alloc(a, REQ_URL_MAX + 3);
	struct str many;

	assert_int_equal(head(&r, ENV("REQUEST_URI", "/%00")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/a%0d%0ab")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/%ff")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/%4")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/a/../b")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/a/%2e%2e/b")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/a b")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "*")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q")), 404);
	memset(longer, 'a', REQ_URL_MAX + 1);
	longer[0] = '/';
	assert_int_equal(head(&r, ENV("REQUEST_URI", longer)), 414);
	longer[REQ_URL_MAX] = '\0';
	assert_int_equal(head(&r, ENV("REQUEST_URI", longer)), 0);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_HOST", "a/b")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_USER_AGENT", "a\nb")), 431);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "CONTENT_LENGTH", "-1")), 400);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "CONTENT_LENGTH", "9x")), 400);
	str_init(&many, a, 10000);
	str_addz(&many, "/?");
	for (int i = 0; i <= REQ_QUERY_MAX; i++)
		str_addz(&many, i ? "&a=1" : "a=1");
	assert_int_equal(head(&r, ENV("REQUEST_URI", str_z(&many))), 400);
	str_cut(&many, many.n - 4);
	assert_int_equal(head(&r, ENV("REQUEST_URI", str_z(&many))), 0);
	assert_int_equal(r.query.n, REQ_QUERY_MAX);
}

static void cookies_and_encoding(void **state UNUSED)
{
	struct req r;

	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_COOKIE",
				      "a=1; sid=\"x y\" ;; =z; novalue; a=2")), 0);
	assert_string_equal(req_cookie(&r, "a"), "1");
	assert_string_equal(req_cookie(&r, "sid"), "x y");
	assert_int_equal(r.cookies.n, 3);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTPS", "on", "HTTP_COOKIE",
				      "sid=forged; __Host-sid=good")), 0);
	assert_string_equal(req_cookie(&r, "sid"), "good");
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_ACCEPT_ENCODING", "br, gzip;q=0.5")), 0);
	assert_true(r.gzip_ok);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_ACCEPT_ENCODING", "br,gzip; q=0.0")), 0);
	assert_false(r.gzip_ok);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_ACCEPT_ENCODING", "deflate")), 0);
	assert_false(r.gzip_ok);
}

static void form_urlencoded(void **state UNUSED)
{
	static const char type[] = "application/x-www-form-urlencoded; charset=UTF-8";
	struct req r;
	struct str many;
	size_t at = 0;

	assert_int_equal(body(&r, type, SLICE("a=1%0D%0A2&&b=%FFx%00y&a=3&=e&c"), 100), 0);
	assert_string_equal(req_form(&r, "a"), "1\n2");
	assert_string_equal(req_form(&r, "b"), "\xEF\xBF\xBDxy");
	assert_string_equal(req_form(&r, "c"), "");
	params_next(&r.form, "a", &at);
	assert_string_equal(params_next(&r.form, "a", &at)->value, "3");
	assert_null(params_next(&r.form, "a", &at));

	assert_int_equal(body(&r, type, SLICE("a=12345"), 6), 413);
	assert_int_equal(body(&r, type, SLICE("a=12345"), 7), 0);
	assert_int_equal(body(&r, "text/plain", SLICE("a=1"), 100), 415);
	str_init(&many, a, 4000);
	for (int i = 0; i < REQ_FIELDS_MAX + 1; i++)
		str_addz(&many, i ? "&a=1" : "a=1");
	assert_int_equal(body(&r, type, str_slice(&many), 4000), 413);
	/* no length; then a body that ends early */
	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/")), 0);
	assert_int_equal(req_body(&r, 10), 411);
	assert_int_equal(head(&r, ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/", "CONTENT_TYPE",
				      type, "CONTENT_LENGTH", "5")), 0);
	assert_int_equal(req_body(&r, 10), 400);
}

#define MULTI "multipart/form-data; boundary=\"--x y\""
#define D "----x y"
#define CD "Content-Disposition: form-data; name="

static void form_multipart(void **state UNUSED)
{
	struct req r;
	struct slice ok = SLICE(D "\r\n" CD "\"text\"\r\n\r\nuno\r\ndos\r\n" D "\r\n"
				CD "\"up\"; filename=\"C:\\tmp\\..\\a%22b;c.pdf\"\r\n"
				"Content-Type: Application/PDF; x=y\r\n\r\n\0\xFF\r\n--\r\n" D "\r\n"
				CD "empty\r\n\r\n\r\n" D "\r\n"
				CD "\"none\"; filename=\"\"\r\n\r\n\r\n" D "--\r\nend");

	assert_int_equal(body(&r, MULTI, ok, 10000), 0);
	assert_int_equal(r.form.n, 2);
	assert_string_equal(req_form(&r, "text"), "uno\ndos");
	assert_string_equal(req_form(&r, "empty"), "");
	assert_int_equal(r.nfiles, 1);
	assert_string_equal(r.files[0].field, "up");
	assert_string_equal(r.files[0].name, "a_b;c.pdf");
	assert_string_equal(r.files[0].type, "application/pdf");
	assert_int_equal(r.files[0].bytes.n, 6);
	assert_memory_equal(r.files[0].bytes.p, "\0\xFF\r\n--", 6);
	/* every cut of it is refused, and none reads past its end */
	for (size_t n = 1; n < ok.n - 5; n++) {
		char *cut = malloc(n);

		assert_non_null(cut);
		memcpy(cut, ok.p, n);
		assert_int_equal(body(&r, MULTI, slice_make(cut, n), 10000), 400);
		free(cut);
	}
}

static void form_multipart_refused(void **state UNUSED)
{
	struct req r;
	struct str many;

	assert_int_equal(body(&r, "multipart/form-data", SLICE("--\r\n\r\n\r\n\r\n----"), 100), 400);
	assert_int_equal(body(&r, MULTI, SLICE("preamble\r\n" D "--"), 100), 400);
	assert_int_equal(body(&r, MULTI, SLICE(D "\r\nX: y\r\n\r\nz\r\n" D "--"), 100), 400);
	assert_int_equal(body(&r, MULTI, SLICE(D "\r\nnonsense\r\n\r\nz\r\n" D "--"), 100), 400);
	str_init(&many, a, 100000);
	for (int i = 0; i <= REQ_FIELDS_MAX; i++)
		str_addz(&many, D "\r\n" CD "a\r\n\r\n1\r\n");
	str_addz(&many, D "--");
	assert_int_equal(body(&r, MULTI, str_slice(&many), 100000), 413);
	str_init(&many, a, 100000);
	for (int i = 0; i <= REQ_FILES_MAX; i++)
		str_addz(&many, D "\r\n" CD "a; filename=b\r\n\r\n1\r\n");
	str_addz(&many, D "--");
	assert_int_equal(body(&r, MULTI, str_slice(&many), 100000), 413);
}

static void file_names(void **state UNUSED)
{
	static const struct { const char *sent, *name; } c[] = {
		{ "acta.pdf", "acta.pdf" }, { "../../etc/passwd", "passwd" }, { "..", "file" },
		{ ".htaccess", "htaccess" }, { "a\tb<c>.txt", "a_b_c_.txt" }, { "/", "file" },
		{ "\xC3\xB1" "and\xC3\xBA.odt", "\xC3\xB1" "and\xC3\xBA.odt" }, { "\xFF.x", "\xEF\xBF\xBD.x" },
	};
	struct req r;

	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		char *b = arena_fmt(a, D "\r\n" CD "f; filename=\"%s\"\r\n\r\n1\r\n" D "--", c[i].sent);

		assert_int_equal(body(&r, MULTI, slice_of(b), 10000), 0);
		assert_string_equal(r.files[0].name, c[i].name);
	}
}

/* ---- whole requests through serve_one ---- */

static const char *mem_serve(serve_fn *fn, const struct serve_opt *base, const char *const *env,
			     struct slice bytes)
{
	struct serve_opt o = base ? *base : (struct serve_opt){ 0 };
	static struct io_mem m;
	struct serve *sv;

	o.handler = fn;
	sv = serve_new(&o);
	io_mem_init(&m, a, env, bytes);
	assert_true(serve_one(sv, &m.io));
	serve_free(&sv);
	return str_z(&m.out);
}

static const char *field(const char *out, const char *name)
{
	const char *end = strstr(out, "\r\n\r\n"), *at;
	char *want = arena_fmt(a, "\r\n%s: ", name);

	assert_non_null(end);
	if (strncmp(out, want + 2, strlen(want) - 2) == 0)
		at = out + strlen(want) - 2;
	else if ((at = strstr(out, want)) && at < end)
		at += strlen(want);
	else
		return NULL;
	return arena_strndup(a, at, strcspn(at, "\r"));
}

static void status_is(const char *out, int status)
{
	assert_int_equal(strncmp(out, arena_fmt(a, "Status: %d ", status), 12), 0);
}

static const char *after_head(const char *out)
{
	return strstr(out, "\r\n\r\n") + 4;
}

static enum rc fn_big(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	if (resp_fresh(p, "v7"))
		return RC_OK;
	for (int i = 0; i < 2000; i++)
		str_fmt(&p->body, "<p>%d</p>\n", i);
	return RC_OK;
}

#define GET(path) "REQUEST_METHOD", "GET", "REQUEST_URI", path

static void resp_plain(void **state UNUSED)
{
	const char *out = mem_serve(fn_big, NULL, ENV(GET("/")), SLICE(""));

	status_is(out, 200);
	assert_string_equal(field(out, "Content-Security-Policy"),
			    "default-src 'none'; style-src 'self'; img-src 'self'; form-action "
			    "'self'; frame-ancestors 'none'; base-uri 'none'");
	assert_string_equal(field(out, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(field(out, "X-Frame-Options"), "DENY");
	assert_string_equal(field(out, "Referrer-Policy"), "same-origin");
	assert_string_equal(field(out, "Cache-Control"), "private, no-cache");
	assert_string_equal(field(out, "ETag"), "W/\"v7\"");
	assert_null(field(out, "Content-Encoding"));
	assert_string_equal(field(out, "Content-Length"), arena_fmt(a, "%zu", strlen(after_head(out))));
	out = mem_serve(fn_big, NULL, ENV("REQUEST_METHOD", "HEAD", "REQUEST_URI", "/"), SLICE(""));
	assert_string_equal(after_head(out), "");
	assert_int_equal(strlen(field(out, "Content-Length")), 5);
}

static void resp_gzip(void **state UNUSED)
{
	const char *out = mem_serve(fn_big, NULL, ENV(GET("/"), "HTTP_ACCEPT_ENCODING", "gzip"),
				    SLICE(""));
	const char *plain = mem_serve(fn_big, NULL, ENV(GET("/")), SLICE(""));
	size_t n = (size_t)strtol(field(out, "Content-Length"), NULL, 10);
	size_t full = strlen(after_head(plain));
	unsigned char *back = arena_alloc(a, full + 1);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)after_head(out), .avail_in = (uInt)n,
		       .next_out = back, .avail_out = (uInt)full + 1 };

	assert_string_equal(field(out, "Content-Encoding"), "gzip");
	assert_true(n < full / 3);
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, full);
	assert_memory_equal(back, after_head(plain), full);
	inflateEnd(&z);
}

static void resp_not_modified(void **state UNUSED)
{
	const char *out = mem_serve(fn_big, NULL, ENV(GET("/"), "HTTP_IF_NONE_MATCH",
						      "\"v6\", W/\"v7\""), SLICE(""));

	status_is(out, 304);
	assert_string_equal(after_head(out), "");
	assert_null(field(out, "Content-Length"));
	assert_string_equal(field(out, "ETag"), "W/\"v7\"");
	out = mem_serve(fn_big, NULL, ENV(GET("/"), "HTTP_IF_NONE_MATCH", "\"v77\""), SLICE(""));
	status_is(out, 200);
}

static const char *evil;

static enum rc fn_field(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	resp_header(p, "X-Thing", evil);
	str_addz(&p->body, "secret");
	return RC_OK;
}

static enum rc fn_cookie(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	resp_cookie(p, "sid", evil, 60);
	return RC_OK;
}

static enum rc fn_type(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	p->type = evil;
	return RC_OK;
}

static enum rc fn_etag(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	p->etag = evil;
	return RC_OK;
}

static enum rc fn_redirect(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	return resp_redirect(p, evil);
}

static void resp_no_splitting(void **state UNUSED)
{
	static serve_fn *const fns[] = { fn_field, fn_cookie, fn_type, fn_etag };
	static const char *const bad[] = { "a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1" };
	const struct serve_opt tls = { .https = true };
	const char *out;

	for (size_t f = 0; f < ARRAY_LEN(fns); f++)
		for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
			evil = bad[i];
			out = mem_serve(fns[f], NULL, ENV(GET("/")), SLICE(""));
			status_is(out, 500);
			assert_null(strstr(out, "X-Evil"));
			assert_null(strstr(out, "secret"));
			assert_non_null(field(out, "X-Frame-Options"));
		}
	evil = "v; Domain=x";
	status_is(mem_serve(fn_cookie, NULL, ENV(GET("/")), SLICE("")), 500);
	evil = "v";
	out = mem_serve(fn_cookie, &tls, ENV(GET("/")), SLICE(""));
	assert_string_equal(field(out, "Set-Cookie"),
			    "__Host-sid=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
}

static void redirects(void **state UNUSED)
{
	static const char *const bad[] = { "//evil.example", "/\\evil.example", "https://evil.example",
					   "evil", "", "/a\r\nX: y", "/a b", "/\tx", "\\\\evil",
					   "javascript:alert(1)", "/\xC3\xB1" };
	const struct serve_opt mounted = { .mount = "/foro" };
	const char *out;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		evil = bad[i];
		assert_false(path_is_own(evil));
		out = mem_serve(fn_redirect, NULL, ENV(GET("/")), SLICE(""));
		status_is(out, 400);
		assert_null(field(out, "Location"));
	}
	evil = "/g/agenda?n=3#p4";
	out = mem_serve(fn_redirect, &mounted, ENV(GET("/foro/x")), SLICE(""));
	status_is(out, 303);
	assert_string_equal(field(out, "Location"), "/foro/g/agenda?n=3#p4");
}

static enum rc fn_rc(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	str_addz(&p->body, "half a page");
	return (enum rc)strtol(evil, NULL, 10);
}

static void error_draw_test(struct req *r UNUSED, struct resp *p, int status, void *ctx UNUSED)
{
	str_fmt(&p->body, "<h1>%d</h1>", status);
}

static void errors(void **state UNUSED)
{
	static const int want[] = { 200, 404, 403, 400, 409, 413, 503 };
	const struct serve_opt drawn = { .error = error_draw_test };
	const char *out;

	for (int i = 1; i < (int)ARRAY_LEN(want); i++) {
		evil = arena_fmt(a, "%d", i);
		out = mem_serve(fn_rc, NULL, ENV(GET("/")), SLICE(""));
		status_is(out, want[i]);
		assert_null(strstr(out, "half"));
		out = mem_serve(fn_rc, &drawn, ENV(GET("/")), SLICE(""));
		assert_string_equal(after_head(out), arena_fmt(a, "<h1>%d</h1>", want[i]));
		assert_string_equal(field(out, "Cache-Control"), "no-store");
	}
	out = mem_serve(fn_rc, &drawn, ENV(GET("/%00")), SLICE(""));
	status_is(out, 400);
}

/* ---- routes ---- */

static char seen[200];
static const char *token_seen;
static enum tx tx_seen;
static int ends;

enum rc page_home(struct page *pg);
enum rc page_show(struct page *pg);
enum rc page_mine(struct page *pg);
enum rc page_save(struct page *pg);
enum rc page_click(struct page *pg);
enum rc page_member(struct page *pg);

enum rc page_home(struct page *pg)
{
	token_seen = arena_strdup(a, csrf_token(pg));
	str_addz(&pg->resp->body, "home");
	return RC_OK;
}

enum rc page_show(struct page *pg)
{
	snprintf(seen, sizeof(seen), "%s %lld %d %s", param_text(pg, "list"),
		 (long long)param_i64(pg, "thread"), param_choice(pg, "sort"),
		 param_text(pg, "q") ? param_text(pg, "q") : "-");
	return RC_OK;
}

enum rc page_mine(struct page *pg)
{
	str_addz(&pg->resp->body, "mine");
	return RC_OK;
}

enum rc page_save(struct page *pg)
{
	snprintf(seen, sizeof(seen), "%s|%d|%d", param_text(pg, "text"), param_bool(pg, "quote"),
		 param_bad(pg, "text"));
	return RC_OK;
}

enum rc page_click(struct page *pg)
{
	return resp_redirectf(pg->resp, "/g/%s", param_text(pg, "list"));
}

enum rc page_member(struct page *pg)
{
	str_addz(&pg->resp->body, "member");
	return RC_OK;
}

static const struct route table[] = {
	ROUTE_ROW(GET, "/", home, ANYONE, RO, OPEN, 0)
	ROUTE_ROW(GET, "/g/:list/:thread", show, ANYONE, RO, OPEN, 0,
		  P(PATH, list, SLUG, 1, 24, REQ), P(PATH, thread, I64, 1, INT64_MAX, REQ),
		  CHOICE(QUERY, sort, "new|old", OPT), P(QUERY, q, LINE, 1, 5, OPT))
	ROUTE_ROW(GET, "/g/:list/mine", mine, SIGNED_IN, RO, OPEN, 0,
		  P(PATH, list, SLUG, 1, 24, REQ))
	ROUTE_ROW(GET, "/g/:list/members", member, MEMBER, RO, OPEN, 0,
		  P(PATH, list, SLUG, 1, 24, REQ))
	ROUTE_ROW(POST, "/g/:list/mine", save, ANYONE, RW, CSRF, 100,
		  P(PATH, list, SLUG, 1, 24, REQ), P(FORM, text, TEXT, 1, 5, ASK),
		  P(FORM, quote, BOOL, 0, 0, OPT))
	ROUTE_ROW(POST, "/u/:list", click, ANYONE, RW, OPEN, 0, P(PATH, list, TOKEN, 16, 16, REQ))
};

static enum rc hook_load(struct page *pg)
{
	const char *sid = req_cookie(pg->req, "sid");

	pg->signed_in = sid && strcmp(sid, "good") == 0;
	return RC_OK;
}

static enum rc hook_allow(struct page *pg)
{
	return strcmp(param_text(pg, "list"), "agenda") == 0 ? RC_OK : RC_NOTFOUND;
}

static enum rc hook_begin(struct page *pg UNUSED, enum tx tx)
{
	tx_seen = tx;
	return RC_OK;
}

static enum rc hook_end(struct page *pg UNUSED, enum rc rc)
{
	ends++;
	return rc;
}

static struct router router = {
	.routes = table, .nroutes = ARRAY_LEN(table), .keys = &keys, .origin = "https://foro.example",
	.session_cookie = "sid", .signin_path = "/signin", .load = hook_load, .allow = hook_allow,
	.begin = hook_begin, .end = hook_end,
};

static const char *ask(const char *const *env, const char *form)
{
	struct serve_opt o = { .ctx = &router };

	seen[0] = '\0';
	tx_seen = (enum tx)99;
	ends = 0;
	return mem_serve(route_serve, &o, env, slice_of(form));
}

static void routes_match(void **state UNUSED)
{
	const char *out;

	route_check(table, ARRAY_LEN(table));
	status_is(ask(ENV(GET("/")), ""), 200);
	status_is(ask(ENV(GET("/g/agenda/12?sort=old&q=%20hola%20")), ""), 200);
	assert_string_equal(seen, "agenda 12 1 hola");
	assert_int_equal(tx_seen, TX_RO);
	assert_int_equal(ends, 1);
	status_is(ask(ENV(GET("/g/agenda/12")), ""), 200);
	assert_string_equal(seen, "agenda 12 -1 -");
	/* the literal wins over the parameter, and its POST is another row */
	out = ask(ENV(GET("/g/agenda/mine"), "HTTP_COOKIE", "sid=good"), "");
	assert_string_equal(after_head(out), "mine");
	/* wrong values: in the path not found, in the query bad, and no transaction */
	status_is(ask(ENV(GET("/g/agenda/0")), ""), 404);
	status_is(ask(ENV(GET("/g/AGENDA/1")), ""), 404);
	status_is(ask(ENV(GET("/g/agenda/1?sort=x")), ""), 400);
	status_is(ask(ENV(GET("/g/agenda/1?q=123456")), ""), 400);
	assert_int_equal(tx_seen, 99);
	status_is(ask(ENV(GET("/g/agenda")), ""), 404);
	status_is(ask(ENV(GET("/g//12")), ""), 404);
	out = ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/"), "");
	status_is(out, 405);
	assert_string_equal(field(out, "Allow"), "GET, HEAD");
	out = ask(ENV("REQUEST_METHOD", "DELETE", "REQUEST_URI", "/g/a/mine"), "");
	status_is(out, 405);
	assert_string_equal(field(out, "Allow"), "GET, HEAD, POST");
	status_is(ask(ENV("REQUEST_METHOD", "HEAD", "REQUEST_URI", "/"), ""), 200);
	out = ask(ENV(GET("/g/agenda/12/?q=a")), "");
	status_is(out, 301);
	assert_string_equal(field(out, "Location"), "/g/agenda/12?q=a");
}

static void routes_who(void **state UNUSED)
{
	const char *out = ask(ENV(GET("/g/agenda/mine?a=1")), "");

	status_is(out, 303);
	assert_string_equal(field(out, "Location"), "/signin?next=%2Fg%2Fagenda%2Fmine%3Fa%3D1");
	status_is(ask(ENV(GET("/g/agenda/members"), "HTTP_COOKIE", "sid=good"), ""), 200);
	out = ask(ENV(GET("/g/other/members"), "HTTP_COOKIE", "sid=good"), "");
	status_is(out, 404);
	assert_int_equal(ends, 1);
	router.allow = NULL;
	status_is(ask(ENV(GET("/g/agenda/members"), "HTTP_COOKIE", "sid=good"), ""), 403);
	router.allow = hook_allow;
}

static const char *post(const char *cookie, const char *token, const char *name, const char *value)
{
	char *form = arena_fmt(a, "text=hola&csrf=%s", token);

	return ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/mine", "CONTENT_TYPE",
		       "application/x-www-form-urlencoded", "CONTENT_LENGTH",
		       arena_fmt(a, "%zu", strlen(form)), "HTTP_HOST", "localhost:8080",
		       "HTTP_COOKIE", cookie, name, value), form);
}

static void csrf_signed_in(void **state UNUSED)
{
	const char *token, *other;

	assert_null(field(ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good"), ""), "Set-Cookie"));
	token = token_seen;
	ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good"), "");
	assert_string_not_equal(token, token_seen);
	status_is(post("sid=good", token, "X", ""), 200);
	assert_string_equal(seen, "hola|0|0");
	assert_int_equal(tx_seen, TX_RW);
	status_is(post("sid=good", token_seen, "X", ""), 200);
	/* another session, none, a changed token, none at all */
	status_is(post("sid=bad", token, "X", ""), 403);
	assert_int_equal(tx_seen, 99);
	status_is(post("x=y", token, "X", ""), 403);
	other = arena_fmt(a, "%.31s%c", token, token[31] == 'a' ? 'b' : 'a');
	status_is(post("sid=good", other, "X", ""), 403);
	other = arena_fmt(a, "%c%s", token[0] == 'a' ? 'b' : 'a', token + 1);
	status_is(post("sid=good", other, "X", ""), 403);
	status_is(post("sid=good", "", "X", ""), 403);
	/* where it comes from */
	status_is(post("sid=good", token, "HTTP_ORIGIN", "https://evil.example"), 403);
	status_is(post("sid=good", token, "HTTP_ORIGIN", "null"), 403);
	status_is(post("sid=good", token, "HTTP_ORIGIN", "https://foro.example"), 200);
	status_is(post("sid=good", token, "HTTP_ORIGIN", "http://localhost:8080"), 200);
	status_is(post("sid=good", token, "HTTP_SEC_FETCH_SITE", "cross-site"), 403);
	status_is(post("sid=good", token, "HTTP_SEC_FETCH_SITE", "same-site"), 403);
	status_is(post("sid=good", token, "HTTP_SEC_FETCH_SITE", "same-origin"), 200);
}

static void csrf_signed_out(void **state UNUSED)
{
	const char *out = ask(ENV(GET("/")), ""), *set = field(out, "Set-Cookie"), *token, *cookie;

	assert_non_null(set);
	cookie = arena_strndup(a, set, strcspn(set, ";"));
	token = token_seen;
	status_is(post(cookie, token, "X", ""), 200);
	status_is(post("form=aaaaaaaaaaaaaaaa", token, "X", ""), 403);
	/* the nonce as a session: the two kinds do not stand for each other */
	status_is(post(arena_fmt(a, "sid=%s", cookie + 5), token, "X", ""), 403);
	assert_null(field(ask(ENV(GET("/"), "HTTP_COOKIE", cookie), ""), "Set-Cookie"));
	/* a row that is open needs none */
	out = ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/u/abcdefghijklmnop", "CONTENT_LENGTH",
		      "0"), "");
	status_is(out, 303);
	assert_string_equal(field(out, "Location"), "/g/abcdefghijklmnop");
}

static void forms_ask_again(void **state UNUSED)
{
	const char *t, *form;

	ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good"), "");
	t = token_seen;
	form = arena_fmt(a, "text=demasiado&quote=on&csrf=%s", t);
	status_is(ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/mine", "CONTENT_TYPE",
			  "application/x-www-form-urlencoded", "CONTENT_LENGTH",
			  arena_fmt(a, "%zu", strlen(form)), "HTTP_COOKIE", "sid=good"), form), 200);
	assert_string_equal(seen, "demasiado|1|1");
	form = arena_fmt(a, "text=a&csrf=%s&fill=%0100d", t, 1);
	status_is(ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/mine", "CONTENT_TYPE",
			  "application/x-www-form-urlencoded", "CONTENT_LENGTH",
			  arena_fmt(a, "%zu", strlen(form)), "HTTP_COOKIE", "sid=good"), form), 413);
}

static void param_kinds(void **state UNUSED)
{
	static const struct {
		enum param_kind kind;
		int64_t min, max;
		const char *choices, *sent;
		enum param_state state;
		int64_t i64;
	} c[] = {
		{ KIND_I64, -5, 5, NULL, "-5", PARAM_OK, -5 },
		{ KIND_I64, -5, 5, NULL, " 4 ", PARAM_OK, 4 },
		{ KIND_I64, -5, 5, NULL, "6", PARAM_BAD, 0 },
		{ KIND_I64, 0, INT64_MAX, NULL, "9223372036854775808", PARAM_BAD, 0 },
		{ KIND_I64, 0, 9, NULL, "0x3", PARAM_BAD, 0 },
		{ KIND_I64, 0, 9, NULL, "", PARAM_ABSENT, 0 },
		{ KIND_SLUG, 1, 5, NULL, "a-b9", PARAM_OK, 0 },
		{ KIND_SLUG, 1, 5, NULL, "-ab", PARAM_BAD, 0 },
		{ KIND_SLUG, 1, 5, NULL, "abcdef", PARAM_BAD, 0 },
		{ KIND_SLUG, 1, 5, NULL, "a/b", PARAM_BAD, 0 },
		{ KIND_TOKEN, 4, 4, NULL, "ab27", PARAM_OK, 0 },
		{ KIND_TOKEN, 4, 4, NULL, "ab18", PARAM_BAD, 0 },
		{ KIND_TOKEN, 4, 4, NULL, "AB27", PARAM_BAD, 0 },
		{ KIND_LINE, 1, 3, NULL, "\xC3\xB1\xC3\xB1\xC3\xB1", PARAM_OK, 0 },
		{ KIND_LINE, 1, 3, NULL, "abcd", PARAM_BAD, 0 },
		{ KIND_LINE, 1, 3, NULL, "a\nb", PARAM_OK, 0 },
		{ KIND_TEXT, 2, 9, NULL, "a", PARAM_BAD, 0 },
		{ KIND_BOOL, 0, 0, NULL, "on", PARAM_OK, 1 },
		{ KIND_BOOL, 0, 0, NULL, "", PARAM_OK, 0 },
		{ KIND_BOOL, 0, 0, NULL, "0", PARAM_OK, 0 },
		{ KIND_BOOL, 0, 0, NULL, "maybe", PARAM_BAD, 0 },
		{ KIND_MSGID, 1, 99, NULL, "a/b@c", PARAM_OK, 0 },
		{ KIND_MSGID, 1, 99, NULL, "<a@c>", PARAM_BAD, 0 },
		{ KIND_MSGID, 1, 99, NULL, "a b@c", PARAM_BAD, 0 },
		{ KIND_CHOICE, 0, 0, "new|old", "old", PARAM_OK, 1 },
		{ KIND_CHOICE, 0, 0, "new|old", "ol", PARAM_BAD, 0 },
		{ KIND_CHOICE, 0, 0, "new|old", "new|old", PARAM_BAD, 0 },
		{ KIND_CHOICE, 0, 0, "new|old", "", PARAM_ABSENT, 0 },
		{ KIND_CHOICE, 0, 0, "new||old", "", PARAM_OK, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		struct route_param rp = { "x", IN_FORM, c[i].kind, c[i].min, c[i].max, NEED_OPT,
					  c[i].choices };
		struct param_value v;

		param_check(a, &rp, c[i].sent, strlen(c[i].sent), &v);
		if (v.state != c[i].state || (v.state == PARAM_OK && v.i64 != c[i].i64))
			fail_msg("case %zu: \"%s\" is %d", i, c[i].sent, v.state);
	}
}

/* ---- sockets ---- */

static void listen_unix(void **state UNUSED)
{
	char dir[] = "/tmp/cabildo-serve-XXXXXX";
	const char *path;
	struct stat st;
	int fd, again;

	assert_non_null(mkdtemp(dir));
	path = arena_fmt(a, "%s/s", dir);
	assert_int_equal(listen_open(path, &fd), RC_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	/* taken while it listens; taken over once its program has ended */
	assert_int_equal(listen_open(path, &again), RC_CONFLICT);
	close(fd);
	assert_int_equal(listen_open(path, &fd), RC_OK);
	close(fd);
	unlink(path);
	rmdir(dir);
	assert_int_equal(listen_open("127.0.0.1:0", &fd), RC_OK);
	close(fd);
	assert_int_equal(listen_open("nonsense", &fd), RC_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_paths),
		cmocka_unit_test(url_refused),
		cmocka_unit_test(cookies_and_encoding),
		cmocka_unit_test(form_urlencoded),
		cmocka_unit_test(form_multipart),
		cmocka_unit_test(form_multipart_refused),
		cmocka_unit_test(file_names),
		cmocka_unit_test(resp_plain),
		cmocka_unit_test(resp_gzip),
		cmocka_unit_test(resp_not_modified),
		cmocka_unit_test(resp_no_splitting),
		cmocka_unit_test(redirects),
		cmocka_unit_test(errors),
		cmocka_unit_test(routes_match),
		cmocka_unit_test(routes_who),
		cmocka_unit_test(csrf_signed_in),
		cmocka_unit_test(csrf_signed_out),
		cmocka_unit_test(forms_ask_again),
		cmocka_unit_test(param_kinds),
		cmocka_unit_test(listen_unix),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
