/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web/serve: requests parsed from memory, and responses as the bytes a web
 * server would get.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

#include "tests/unit/serve_mem.h"
#include "web/serve/inside.h"

#include "server/base/base.h"

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
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_ACCEPT_ENCODING",
				      "br, gzip;q=0.5")), 0);
	assert_true(r.gzip_ok);
	assert_int_equal(head(&r, ENV("REQUEST_URI", "/", "HTTP_ACCEPT_ENCODING",
				      "br,gzip; q=0.0")), 0);
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
				"Content-Type: Application/PDF; x=y\r\n\r\n"
				"\0\xFF\r\n--\r\n" D "\r\n"
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

	assert_int_equal(body(&r, "multipart/form-data", SLICE("--\r\n\r\n\r\n\r\n----"), 100),
			 400);
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
		{ "\xC3\xB1" "and\xC3\xBA.odt", "\xC3\xB1" "and\xC3\xBA.odt" },
		{ "\xFF.x", "\xEF\xBF\xBD.x" },
	};
	struct req r;

	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		char *b = arena_fmt(a, D "\r\n" CD "f; filename=\"%s\"\r\n\r\n1\r\n" D "--",
				    c[i].sent);

		assert_int_equal(body(&r, MULTI, slice_of(b), 10000), 0);
		assert_string_equal(r.files[0].name, c[i].name);
	}
}

/* ---- whole requests through serve_one ---- */

static enum rc fn_big(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	if (resp_fresh(p, "v7"))
		return RC_OK;
	for (int i = 0; i < 2000; i++)
		str_fmt(&p->body, "<p>%d</p>\n", i);
	return RC_OK;
}

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
	assert_string_equal(field(out, "Content-Length"),
			    arena_fmt(a, "%zu", strlen(after_head(out))));
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

/* Three blocks deflated elsewhere between text of the page's own. */
static char *block_text(int i)
{
	struct str s;

	str_init(&s, a, 65536);
	for (int k = 0; k < 40 + i * 900; k++)
		str_fmt(&s, "<p>%d, %d</p>", i, k * k % 977);
	str_addc(&s, '\n');
	return arena_strdup(a, str_z(&s));
}

static void block_draw(struct resp *p, int i)
{
	const char *text = block_text(i);
	size_t n = strlen(text);
	unsigned char *out = arena_alloc(a, n + 64);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)n, .next_out = out,
		       .avail_out = (uInt)n + 64 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FULL_FLUSH), Z_OK);
	resp_block(p, &p->body, &(struct resp_block){
		slice_make((const char *)out, z.total_out), n, (uint32_t)crc32(0, (const Bytef *)text, (uInt)n),
		(uint32_t)crc32_combine_gen((z_off_t)n) });
	deflateEnd(&z);
}

static bool swapped;

static enum rc fn_blocks(struct req *r, struct resp *p, void *ctx UNUSED)
{
	for (int i = 0; i < 3; i++) {
		str_fmt(&p->body, "<article class=\"post d0\" id=\"p%d\"><h2>no. %d</h2>", i, i);
		if (r->gzip_ok)
			block_draw(p, i);
		else
			str_addz(&p->body, block_text(i));
		str_fmt(&p->body, "</article>%s", i == 1 ? "\xC3\xA9\xFF" : "");
	}
	if (swapped)
		str_addz(&p->body, "\x01" "B1\x02");
	return RC_OK;
}

static void resp_blocks(void **state UNUSED)
{
	const char *const *gzip = ENV(GET("/"), "HTTP_ACCEPT_ENCODING", "gzip");
	const char *out = mem_serve(fn_blocks, NULL, gzip, SLICE(""));
	const char *plain = after_head(mem_serve(fn_blocks, NULL, ENV(GET("/")), SLICE("")));
	size_t n = (size_t)strtol(field(out, "Content-Length"), NULL, 10), full = strlen(plain);
	unsigned char *back = arena_alloc(a, full + 1);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)after_head(out), .avail_in = (uInt)n,
		       .next_out = back, .avail_out = (uInt)full + 1 };

	assert_string_equal(field(out, "Content-Encoding"), "gzip");
	assert_true(n < full / 3);
	/* zlib holds the CRC-32 and the length against what comes out */
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, full);
	assert_int_equal(z.avail_in, 0);
	assert_memory_equal(back, plain, full);
	inflateEnd(&z);
	/* a mark that is none of ours, or stands out of its order, is never sent */
	swapped = true;
	status_is(mem_serve(fn_blocks, NULL, gzip, SLICE("")), 500);
	swapped = false;
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

static const char *attachment_name;

static enum rc attachment_page(struct req *r UNUSED, struct resp *p, void *ctx UNUSED)
{
	resp_attachment(p, attachment_name);
	return RC_OK;
}

/* RFC 6266: whatever a file is called, the field has its two parameters and no third. */
static void attachment_names(void **state UNUSED)
{
	static const char *const t[][3] = {
		{ "acta.pdf", "acta.pdf", "acta.pdf" },
		{ "a\"b.html", "a_b.html", "a%22b.html" },
		{ "a\\\"; filename=evil.html", "a__; filename=evil.html", "a%5C%22%3B%20filename%3Devil.html" },
		{ "a\r\nSet-Cookie: evil=1.txt", "a__Set-Cookie: evil=1.txt", "a%0D%0ASet-Cookie%3A%20evil%3D1.txt" },
		{ "año.txt", "a__o.txt", "a%C3%B1o.txt" },
		{ "100%41.txt", "100_41.txt", "100%2541.txt" },
		{ "a'b;c,d.txt", "a'b;c,d.txt", "a%27b%3Bc%2Cd.txt" },
		{ "", "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		attachment_name = t[i][0];
		assert_string_equal(field(mem_serve(attachment_page, NULL, ENV(GET("/x")), SLICE("")), "Content-Disposition"),
				    arena_fmt(a, "attachment; filename=\"%s\"; filename*=UTF-8''%s", t[i][1], t[i][2]));
	}
}

static void redirects(void **state UNUSED)
{
	static const char *const bad[] = { "//evil.example", "/\\evil.example",
					   "https://evil.example", "evil", "", "/a\r\nX: y", "/a b",
					   "/\tx", "\\\\evil",
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
		cmocka_unit_test(resp_blocks),
		cmocka_unit_test(resp_not_modified),
		cmocka_unit_test(resp_no_splitting),
		cmocka_unit_test(attachment_names),
		cmocka_unit_test(redirects),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
