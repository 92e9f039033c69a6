/* SPDX-License-Identifier: Apache-2.0 */
/* Encoded words and charsets: UTF-8 comes out, NUL where it was, at most what was allowed. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/part.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Well-formed but for NUL and a last character that the cap has cut. */
static void check(struct slice s, size_t cap)
{
	size_t n;

	for (size_t i = 0; i < s.n; i += n) {
		n = 1;
		if (s.p[i] == 0)
			continue;
		utf8_next(slice_make(s.p + i, s.n - i), &n);
		if (n == 1 && (unsigned char)s.p[i] >= 0x80 && (s.n < cap || s.n - i > 3))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const charsets[] = {
		"", "utf-8", "iso-8859-1", "iso-2022-jp", "gb2312", "big5", "utf-7", "utf-16", "koi8-r",
		"windows-1256", "euc-kr", "x-nobody",
	};
	struct arena *a = arena_new((size_t)512 << 20);
	const char *charset = charsets[size > 0 ? data[0] % ARRAY_LEN(charsets) : 0];
	struct slice in = slice_make((const char *)data + (size > 0), size - (size > 0)), out;
	size_t cap = size % 3 ? 1000000 : 64;

	out = words_decode(a, in, charset);
	check(out, (size_t)-1);
	out = charset_utf8(a, in, charset, cap);
	if (out.n > cap)
		abort();
	check(out, cap);
	arena_free(&a);
	return 0;
}
