/* SPDX-License-Identifier: Apache-2.0 */
/* The policy protocol: cut or whole the answers are the same, and each is one action. */
#include <stdlib.h>

#include "mailer/intake/policy.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void on_policy(void *ctx, const struct policy_request *q, char *action, size_t size)
{
	(void)ctx;
	snprintf(action, size, "%s %s %s %s %s %lld", q->sender, q->recipient, q->client_address,
		 q->client_name, q->sasl_username, (long long)q->size);
}

static struct str run(struct arena *a, const char *p, size_t n, size_t step)
{
	struct intake_hooks hooks = { .policy = on_policy };
	struct policy *m = policy_new(&hooks);
	struct str log;

	str_init(&log, a, (size_t)16 << 20);
	for (size_t i = 0; i < n; ) {
		struct slice out;
		size_t k = policy_feed(m, p + i, step < n - i ? step : n - i);

		if (k == 0)
			abort();
		i += k;
		out = policy_output(m);
		if (out.n && (!slice_starts(out, "action=") || !slice_ends(out, "\n\n") ||
			      memchr(out.p, '\n', out.n) != out.p + out.n - 2))
			abort();
		str_adds(&log, out);
		policy_sent(m, out.n);
	}
	policy_free(&m);
	return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct str cut, whole;

	if (n == 0)
		return 0;
	a = arena_new((size_t)64 << 20);
	cut = run(a, (const char *)data + 1, n - 1, (size_t)data[0] + 1);
	whole = run(a, (const char *)data + 1, n - 1, n);
	if (!slice_eq(str_slice(&cut), str_slice(&whole)))
		abort();
	arena_free(&a);
	return 0;
}
