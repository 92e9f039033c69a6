/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the web front: a request from pairs of meta-variables, and
 * the answer as the text a web server would get. Included after cmocka.h. */
#ifndef CABILDO_TESTS_SERVE_MEM_H
#define CABILDO_TESTS_SERVE_MEM_H

#include "server/base/rnd.h"
#include "web/serve/serve.h"

#include "server/base/base.h"

static struct arena *a;
static UNUSED struct keys keys = { .n = 1 };

static UNUSED int setup(void **state UNUSED)
{
	a = arena_new((size_t)512 << 20);
	rnd_init();
	rnd_bytes(keys.key[0].key, sizeof(keys.key[0].key));
	return 0;
}

static UNUSED int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

#define ENV(...) (const char *const[]){ __VA_ARGS__, NULL }

#define GET(path) "REQUEST_METHOD", "GET", "REQUEST_URI", path

static UNUSED const char *mem_serve(serve_fn *fn, const struct serve_opt *base,
				    const char *const *env, struct slice bytes)
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

static UNUSED const char *field(const char *out, const char *name)
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

static UNUSED void status_is(const char *out, int status)
{
	assert_int_equal(strncmp(out, arena_fmt(a, "Status: %d ", status), 12), 0);
}

static UNUSED const char *after_head(const char *out)
{
	return strstr(out, "\r\n\r\n") + 4;
}

#endif
