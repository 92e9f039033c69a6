/* SPDX-License-Identifier: Apache-2.0 */
/* See match.h. Matching needs a context, a JIT stack and a result block: one of
 * each for the process, because no program of ours has threads. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "server/core/match.h"

#include "server/base/base.h"

#define STEPS_MAX 100000
#define DEPTH_MAX 1000
#define HEAP_KB   4096
#define PARENS    50

struct match {
	pcre2_code *code;
	size_t subject_max;
};

static struct {
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_jit_stack *stack;
	pcre2_match_data *data;
} shared;

static void shared_init(void)
{
	if (shared.data != NULL)
		return;
	shared.compile = pcre2_compile_context_create(NULL);
	shared.match = pcre2_match_context_create(NULL);
	shared.stack = pcre2_jit_stack_create((size_t)32 << 10, (size_t)512 << 10, NULL);
	shared.data = pcre2_match_data_create(1, NULL);
	if (!shared.compile || !shared.match || !shared.stack || !shared.data)
		log_die("event=out_of_memory where=pcre2");
	pcre2_set_max_pattern_length(shared.compile, MATCH_PATTERN_MAX);
	pcre2_set_parens_nest_limit(shared.compile, PARENS);
	pcre2_set_match_limit(shared.match, STEPS_MAX);
	pcre2_set_depth_limit(shared.match, DEPTH_MAX);
	pcre2_set_heap_limit(shared.match, HEAP_KB);
	pcre2_jit_stack_assign(shared.match, NULL, shared.stack);
}

static void release(void *p)
{
	struct match *m = p;

	pcre2_code_free(m->code);
}

struct match *match_new(struct arena *a, const char *pattern, const char **err_r, size_t *at_r)
{
	const uint32_t flags =
		PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	struct match *m = ARENA_NEW(a, struct match);
	PCRE2_UCHAR text[256];
	PCRE2_SIZE at = 0;
	uint32_t back = 0;
	int code;

	shared_init();
	m->code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), flags, &code, &at,
				shared.compile);
	if (m->code == NULL) {
		pcre2_get_error_message(code, text, sizeof(text));
		*err_r = arena_strdup(a, (const char *)text);
		*at_r = at;
		return NULL;
	}
	arena_defer(a, release, m);
	/* comparing what was matched before with what follows is no step that is counted */
	pcre2_pattern_info(m->code, PCRE2_INFO_BACKREFMAX, &back);
	m->subject_max = back > 0 ? MATCH_BACKREF_MAX : MATCH_SUBJECT_MAX;
	/* without JIT it is slower and as right */
	(void)pcre2_jit_compile(m->code, PCRE2_JIT_COMPLETE);
	return m;
}

enum matched match_run(const struct match *m, struct slice subject, int *code_r)
{
	size_t n = subject.n < m->subject_max ? subject.n : m->subject_max;
	int rc = pcre2_match(m->code, (PCRE2_SPTR)subject.p, n, 0, 0, shared.data, shared.match);

	*code_r = rc;
	if (rc >= 0)
		return MATCHED_YES;
	return rc == PCRE2_ERROR_NOMATCH ? MATCHED_NO : MATCHED_ERROR;
}
