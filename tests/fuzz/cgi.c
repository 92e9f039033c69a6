/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Meta-variables from anywhere: the first lines of the input are the values,
 * the rest is the body. Whatever they hold, the answer is one response whose
 * head has no line we did not write.
 */
#include "web/serve/serve.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
	"REQUEST_URI", "REQUEST_METHOD", "HTTP_COOKIE", "CONTENT_TYPE", "CONTENT_LENGTH",
	"HTTP_HOST", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "PATH_INFO", "QUERY_STRING",
};

static enum rc echo(struct req *r, struct resp *p, void *ctx UNUSED)
{
	int st = r->method == METHOD_POST ? req_body(r, REQ_BODY_DEFAULT) : 0;

	if (st)
		return resp_fail(p, st);
	for (size_t i = 0; i < r->nseg; i++)
		if (!utf8_valid(slice_of(r->seg[i])))
			log_panic("event=fuzz what=segment");
	for (size_t i = 0; i < r->query.n; i++)
		resp_header(p, "X-Echo", r->query.v[i].value);
	for (size_t i = 0; i < r->cookies.n; i++)
		resp_cookie(p, "c", r->cookies.v[i].value, 0);
	if (r->query.n && resp_redirect(p, r->query.v[0].name) == RC_OK &&
	    !path_is_own(p->location))
		log_panic("event=fuzz what=redirect");
	if (resp_fresh(p, "v1"))
		return RC_OK;
	str_adds(&p->body, r->path);
	return RC_OK;
}

static void head_check(struct slice out)
{
	struct slice line;
	bool end = false;

	if (!slice_starts(out, "Status: "))
		log_panic("event=fuzz what=status");
	while (!end && slice_line(&out, &line)) {
		end = line.n == 0;
		if (!end && !memchr(line.p, ':', line.n))
			log_panic("event=fuzz what=line");
	}
	if (!end)
		log_panic("event=fuzz what=no-end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct serve *sv;
	const char *env[2 * ARRAY_LEN(names) + 1] = { 0 };
	struct slice rest = slice_make((const char *)data, size), line;
	struct arena *a;
	struct io_mem m;
	size_t n = 0;

	if (!sv) {
		log_init("fuzz", LOG_LV_FAIL, true);
		sv = serve_new(&(struct serve_opt){ .handler = echo });
	}
	a = arena_new((size_t)64 << 20);
	for (size_t i = 0; i < ARRAY_LEN(names) && slice_line(&rest, &line); i++) {
		env[n++] = names[i];
		env[n++] = slice_dup(a, line);
	}
	io_mem_init(&m, a, env, rest);
	serve_one(sv, &m.io);
	head_check(str_slice(&m.out));
	arena_free(&a);
	return 0;
}
