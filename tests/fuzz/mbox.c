/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an archive: every byte belongs to one message, in order, and
 * what comes out does not depend on how the bytes come in.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/import/mbox.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	struct slice left;
	size_t step;
};

static ssize_t bytes_read(void *ctx, void *buf, size_t n)
{
	struct bytes *b = ctx;
	size_t k = b->step < n ? b->step : n;

	if (k > b->left.n)
		k = b->left.n;
	if (k > 0)
		memcpy(buf, b->left.p, k);
	b->left.p += k;
	b->left.n -= k;
	return (ssize_t)k;
}

static struct slice split(struct arena *a, struct slice in, size_t step, size_t max)
{
	struct bytes b = { in, step };
	struct mbox *m = mbox_new(bytes_read, &b, max);
	struct mbox_message msg;
	int64_t at = -1;
	struct str out;
	enum rc rc;

	str_init(&out, a, (size_t)64 << 20);
	while ((rc = mbox_next(m, &msg)) != RC_NOTFOUND) {
		if (rc != RC_OK && rc != RC_LIMIT)
			abort();
		if (msg.size <= 0 || (at >= 0 && msg.offset != at))
			abort();
		at = msg.offset + msg.size;
		str_fmt(&out, "%lld %lld %d %zu\n", (long long)msg.offset, (long long)msg.size,
			(int)rc, msg.raw.n);
		str_adds(&out, msg.raw);
		str_adds(&out, msg.when);
	}
	if (at >= 0 && at != (int64_t)in.n)
		abort();
	mbox_free(&m);
	return str_slice(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t max[] = { 40, 1 << 20 };
	struct slice in = slice_make((const char *)data, size);

	for (size_t i = 0; i < ARRAY_LEN(max); i++) {
		struct arena *a = arena_new((size_t)256 << 20);
		struct slice whole = split(a, in, size + 1, max[i]);

		if (!slice_eq(whole, split(a, in, 1, max[i])) ||
		    !slice_eq(whole, split(a, in, 7, max[i])))
			abort();
		arena_free(&a);
	}
	return 0;
}
