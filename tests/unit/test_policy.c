/* SPDX-License-Identifier: Apache-2.0 */
/* The policy machine: what it reads, what it refuses to read, every cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mailer/intake/policy.h"
#include "server/base/base.h"

struct asked {
	unsigned n;
	char text[1000];
	const char *action;
};

static void on_policy(void *ctx, const struct policy_request *q, char *action, size_t size)
{
	struct asked *a = ctx;

	a->n++;
	snprintf(a->text, sizeof(a->text), "%s|%s|%s|%s|%s|%lld|%s", q->protocol_state, q->sender,
		 q->recipient, q->client_address, q->helo_name, (long long)q->size, q->queue_id);
	snprintf(action, size, "%s", a->action);
}

/* Feeds text in pieces of step; everything it said. */
static char *converse(struct arena *a, struct asked *asked, const char *text, size_t n, size_t step)
{
	struct intake_hooks hooks = { .ctx = asked, .policy = on_policy };
	struct policy *p = policy_new(&hooks);
	struct str out;

	str_init(&out, a, 1 << 20);
	for (size_t i = 0; i < n; ) {
		size_t k = policy_feed(p, text + i, step < n - i ? step : n - i);
		struct slice said = policy_output(p);

		assert_true(k > 0);
		i += k;
		str_adds(&out, said);
		policy_sent(p, said.n);
	}
	policy_free(&p);
	return slice_dup(a, str_slice(&out));
}

static const char request[] =
	"request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\n"
	"helo_name=mta.example\nqueue_id=\nsender=ana=x@example.org\n"
	"recipient=agenda@foro.example\nclient_address=192.0.2.7\nclient_name=unknown\n"
	"stress=\nsize=12345\nnew_attribute=whatever\n\n";

static void test_reads(void **state)
{
	struct arena *a = arena_new(1 << 24);
	struct asked q = { .action = "550 5.1.1 No such list." };

	(void)state;
	assert_string_equal(converse(a, &q, request, sizeof(request) - 1, 1 << 20),
			    "action=550 5.1.1 No such list.\n\n");
	assert_string_equal(q.text, "RCPT|ana=x@example.org|agenda@foro.example|192.0.2.7|"
			    "mta.example|12345|");
	q.action = "";
	assert_string_equal(converse(a, &q, request, sizeof(request) - 1, 7), "action=DUNNO\n\n");
	q.action = "550 a\n\naction=OK";
	assert_string_equal(converse(a, &q, request, sizeof(request) - 1, 7),
			    "action=550 a  action=OK\n\n");
	arena_free(&a);
}

static void test_every_split(void **state)
{
	struct arena *a = arena_new(1 << 26);
	struct asked q = { .action = "OK" };
	const char *want = "action=OK\n\naction=DUNNO\n\naction=OK\n\n";
	struct str two;

	(void)state;
	str_init(&two, a, 1 << 16);
	str_addz(&two, request);
	str_addz(&two, "garbage\n\n");
	str_addz(&two, request);
	for (size_t step = 1; step <= two.n; step++) {
		q.n = 0;
		assert_string_equal(converse(a, &q, two.p, two.n, step), want);
		assert_int_equal(q.n, 2);
	}
	arena_free(&a);
}

static void test_refuses(void **state)
{
	static const struct slice cases[] = {
		{ "\n", 1 }, { "request=junk_policy\nrecipient=a@b\n\n", 35 },
		{ "recipient=a@b\n\n", 15 }, { "=\n\n", 3 }, { "GET / HTTP/1.1\r\n\n", 17 },
		{ "request=smtpd_access_policy\nsender=\xFF\n\n", 38 },
		{ "request=smtpd_access_policy\nsender=a\0b\n\n", 40 },
		{ "request=smtpd_access_policy\nsize=-1\n\n", 37 },
		{ "request=smtpd_access_policy\nsize=99999999999999999999\n\n", 55 },
		{ "request=smtpd_access_policy\nsender=a\rb\n\n", 40 },
		{ "request=smtpd_access_policy\nnothing\n\n", 37 },
	};
	struct arena *a = arena_new(1 << 24);
	struct asked q = { .action = "OK" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(cases[i].p[cases[i].n - 1], '\n');
		assert_string_equal(converse(a, &q, cases[i].p, cases[i].n, 5), "action=DUNNO\n\n");
	}
	assert_int_equal(q.n, 0);
	arena_free(&a);
}

static const char *with_attrs(struct arena *a, unsigned n)
{
	struct str s;

	str_init(&s, a, 1 << 20);
	str_addz(&s, "request=smtpd_access_policy\n");
	for (unsigned i = 1; i < n; i++)
		str_fmt(&s, "a%u=x\n", i);
	str_addz(&s, "\n");
	return str_z(&s);
}

static const char *with_bytes(struct arena *a, size_t n)
{
	struct str s;

	str_init(&s, a, 1 << 20);
	str_addz(&s, "request=smtpd_access_policy\nx=");
	while (s.n < n - 2)
		str_addc(&s, 'y');
	str_addz(&s, "\n\n");
	return str_z(&s);
}

static void test_limits(void **state)
{
	struct arena *a = arena_new(1 << 24);
	struct asked q = { .action = "OK" };
	const char *z;

	(void)state;
	z = with_attrs(a, POLICY_ATTRS_MAX);
	assert_string_equal(converse(a, &q, z, strlen(z), 100), "action=OK\n\n");
	z = with_attrs(a, POLICY_ATTRS_MAX + 1);
	assert_string_equal(converse(a, &q, z, strlen(z), 100), "action=DUNNO\n\n");
	z = with_bytes(a, POLICY_BYTES_MAX);
	assert_string_equal(converse(a, &q, z, strlen(z), 100), "action=OK\n\n");
	/* and it is in step afterwards */
	z = arena_fmt(a, "%s%s", with_bytes(a, POLICY_BYTES_MAX + 1), request);
	assert_string_equal(converse(a, &q, z, strlen(z), 100), "action=DUNNO\n\naction=OK\n\n");
	z = arena_fmt(a, "%s%s", with_bytes(a, 5 * POLICY_BYTES_MAX), request);
	assert_string_equal(converse(a, &q, z, strlen(z), 1), "action=DUNNO\n\naction=OK\n\n");
	arena_free(&a);
}

static void test_waits_for_its_answer(void **state)
{
	struct asked q = { .action = "OK" };
	struct intake_hooks hooks = { .ctx = &q, .policy = on_policy };
	struct policy *p = policy_new(&hooks);

	(void)state;
	assert_true(policy_idle(p));
	assert_int_equal(policy_feed(p, "r", 1), 1);
	assert_false(policy_idle(p));
	assert_int_equal(policy_feed(p, request + 1, sizeof(request) - 2), sizeof(request) - 2);
	assert_int_equal(policy_feed(p, request, sizeof(request) - 1), 0);
	policy_sent(p, policy_output(p).n - 1);
	assert_int_equal(policy_feed(p, request, sizeof(request) - 1), 0);
	assert_false(policy_idle(p));
	policy_sent(p, 1);
	assert_true(policy_idle(p));
	policy_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads), cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_refuses), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_waits_for_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
