/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web/route: matching, who may, parameters, CSRF. The table is a small one of
 * its own, made with the macros the real one uses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/serve_mem.h"
#include "web/route/guess.h"
#include "web/route/route.h"

#include "server/base/base.h"

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
	if (page_fresh(pg, "h1"))
		return RC_OK;
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
	ROUTE_ROW(POST, "/g/:list/upload", save, MEMBER, RW, CSRF, REQ_BODY_COMPOSE,
		  P(PATH, list, SLUG, 1, 24, REQ))
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
	.routes = table, .nroutes = ARRAY_LEN(table), .keys = &keys,
	.origin = "https://foro.example", .session_cookie = "sid", .signin_path = "/signin",
	.load = hook_load, .allow = hook_allow, .begin = hook_begin, .end = hook_end,
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
	out = ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/u/abcdefghijklmnop",
		      "CONTENT_LENGTH", "0"), "");
	status_is(out, 303);
	assert_string_equal(field(out, "Location"), "/g/abcdefghijklmnop");
}

static void pages_fresh(void **state UNUSED)
{
	const char *out = ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good"), "");
	const char *etag = field(out, "ETag");

	assert_non_null(etag);
	status_is(ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good", "HTTP_IF_NONE_MATCH", etag), ""),
		  304);
	status_is(ask(ENV(GET("/"), "HTTP_COOKIE", "sid=new", "HTTP_IF_NONE_MATCH", etag), ""),
		  200);
	status_is(ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good", "HTTP_IF_NONE_MATCH", etag,
			  "HTTP_ACCEPT_LANGUAGE", "es"), ""), 200);
	/* a form bound to a cookie that may be gone tomorrow is never kept */
	assert_null(field(ask(ENV(GET("/")), ""), "ETag"));
}

static void strangers_send_no_body(void **state UNUSED)
{
	const char *const *env = ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/upload",
				     "CONTENT_LENGTH", "1000000000");

	status_is(ask(env, ""), 403);
	assert_int_equal(tx_seen, 99);
	status_is(ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/upload",
			  "CONTENT_LENGTH", "1000000000", "HTTP_COOKIE", "sid=x"), ""), 413);
}

static void forms_ask_again(void **state UNUSED)
{
	const char *t, *form;

	ask(ENV(GET("/"), "HTTP_COOKIE", "sid=good"), "");
	t = token_seen;
	form = arena_fmt(a, "text=demasiado&quote=on&csrf=%s", t);
	status_is(ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/mine", "CONTENT_TYPE",
			  "application/x-www-form-urlencoded", "CONTENT_LENGTH",
			  arena_fmt(a, "%zu", strlen(form)), "HTTP_COOKIE", "sid=good"), form),
		  200);
	assert_string_equal(seen, "demasiado|1|1");
	form = arena_fmt(a, "text=a&csrf=%s&fill=%0100d", t, 1);
	status_is(ask(ENV("REQUEST_METHOD", "POST", "REQUEST_URI", "/g/agenda/mine", "CONTENT_TYPE",
			  "application/x-www-form-urlencoded", "CONTENT_LENGTH",
			  arena_fmt(a, "%zu", strlen(form)), "HTTP_COOKIE", "sid=good"), form),
		  413);
}

static const struct route bad[] = {
	ROUTE_ROW(GET, "/a", home, ANYONE, RW, OPEN, 0)
	ROUTE_ROW(GET, "/b", home, ANYONE, RO, CSRF, 0)
	ROUTE_ROW(GET, "/:x", home, ANYONE, RO, OPEN, 0)
	ROUTE_ROW(GET, "/:x", home, ANYONE, RO, OPEN, 0, P(PATH, y, SLUG, 1, 9, REQ))
	ROUTE_ROW(GET, "/c", home, ANYONE, RO, OPEN, 0, P(FORM, y, SLUG, 1, 9, REQ))
	ROUTE_ROW(HEAD, "/d", home, ANYONE, RO, OPEN, 0)
};

/* Rows that contradict a promise stop the program at its start. */
static void rows_refused(void **state UNUSED)
{
	const struct route twice[] = { table[1], table[1] };

	for (size_t i = 0; i <= ARRAY_LEN(bad); i++) {
		pid_t pid = fork();
		int how;

		assert_true(pid >= 0);
		if (pid == 0) {
			signal(SIGABRT, SIG_DFL);
			if (i < ARRAY_LEN(bad))
				route_check(&bad[i], 1);
			else
				route_check(twice, 2);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &how, 0), pid);
		if (!WIFSIGNALED(how))
			fail_msg("row %zu was taken", i);
	}
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

/* Who guesses is counted for a quarter of an hour, by every worker together, in no more room. */
static void guesses_count(void **state UNUSED)
{
	const int64_t quarter = (int64_t)GUESS_SECONDS * 1000000, now = 1000 * quarter;
	unsigned char me[HASH_BYTES] = { 1, 2, 3, 4, 5, 6 }, b[HASH_BYTES] = { 1, 2, 3, 5, 5, 6 }, many[HASH_BYTES];
	struct guesses *g = guesses_open();
	int how;
	pid_t pid;

	assert_non_null(g);
	assert_int_equal(guesses_add(g, me, now), 1);
	assert_int_equal(guesses_add(g, me, now + quarter - 1), 2);
	assert_int_equal(guesses_add(g, b, now), 1);
	pid = fork();
	if (pid == 0)
		_exit(guesses_add(g, me, now) == 3 ? 0 : 1);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_int_equal(how, 0);
	assert_int_equal(guesses_add(g, me, now), 4);
	assert_int_equal(guesses_add(g, me, now + quarter), 1);
	for (int i = 0; i < 1000; i++)
		(void)guesses_add(g, me, now);
	assert_int_equal(guesses_add(g, me, now), 1001);
	/* from 20,000 networks: those who tried most stay counted */
	for (int i = 0; i < 20000; i++) {
		memset(many, 0, sizeof(many));
		memcpy(many, &i, sizeof(i));
		memcpy(many + 4, &i, 2);
		assert_int_equal(guesses_add(g, many, now), 1);
	}
	assert_int_equal(guesses_add(g, me, now), 1002);
	for (int i = 0; i < 70000; i++)
		(void)guesses_add(g, b, now);
	assert_int_equal(guesses_add(g, b, now), 0xFFFF);
	assert_int_equal(guesses_add(NULL, me, now), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_match),
		cmocka_unit_test(routes_who),
		cmocka_unit_test(csrf_signed_in),
		cmocka_unit_test(csrf_signed_out),
		cmocka_unit_test(pages_fresh),
		cmocka_unit_test(strangers_send_no_body),
		cmocka_unit_test(forms_ask_again),
		cmocka_unit_test(rows_refused),
		cmocka_unit_test(param_kinds),
		cmocka_unit_test(guesses_count),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
