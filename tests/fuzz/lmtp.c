/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LMTP dialogue. The first byte says how the rest is cut into reads; the
 * same bytes given whole must be answered alike, every transaction's memory
 * must come back, and no reply may hold a line break of the client's making.
 */
#include <stdlib.h>

#include "mailer/intake/lmtp.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void on_rcpt(void *ctx, const struct envelope *env, const char *rcpt, struct intake_reply *r)
{
	(void)ctx;
	(void)env;
	intake_reply_set(r, rcpt[0] == 'n' ? 550 : 250, "2.1.5", "%s", rcpt);
}

static void on_message(void *ctx, const struct envelope *env, struct slice raw,
		       struct intake_reply *r)
{
	struct str *log = ctx;

	str_fmt(log, "[%s|%s", env->helo, env->sender);
	for (size_t i = 0; i < env->nrecipients; i++) {
		str_fmt(log, "|%s", env->recipients[i]);
		intake_reply_set(&r[i], 250, "2.0.0", "%s", env->recipients[i]);
	}
	str_addz(log, "|");
	str_adds(log, raw);
}

static struct str run(struct arena *a, const char *p, size_t n, size_t step)
{
	struct str log, said; /* apart: a reply may leave before or after a later hook */
	struct intake_hooks hooks = { .ctx = &log, .rcpt = on_rcpt, .message = on_message };
	size_t memory = 1 << 20;
	struct lmtp_config cfg = { .hostname = "h", .message_max = 300, .recipients_max = 5,
				   .errors_max = 1000, .memory_left = &memory };
	struct lmtp *l = lmtp_new(&cfg, &hooks, "fuzz");

	str_init(&log, a, (size_t)8 << 20);
	str_init(&said, a, (size_t)8 << 20);
	for (size_t i = 0; i < n; ) {
		struct slice out, line;
		size_t k = lmtp_feed(l, p + i, step < n - i ? step : n - i);

		if (k == 0)
			abort();
		i += k;
		out = lmtp_output(l);
		str_adds(&said, out);
		while (slice_line(&out, &line))
			if (line.n < 4 || line.p[0] < '2' || line.p[0] > '5' ||
			    memchr(line.p, '\r', line.n))
				abort();
		lmtp_sent(l, lmtp_output(l).n);
	}
	lmtp_free(&l);
	if (memory != 1 << 20)
		abort();
	str_adds(&log, str_slice(&said));
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
