/* SPDX-License-Identifier: Apache-2.0 */
/* Ids are words without controls; subjects lose their marks in bounded time. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice in = slice_make((const char *)data, size);
	const char *out[64];
	bool reply;
	size_t n = msgid_scan(a, in, out, ARRAY_LEN(out));

	for (size_t i = 0; i < n; i++)
		for (const char *p = out[i]; *p; p++)
			if ((unsigned char)*p <= 0x20 || *p == 0x7f || !utf8_valid(slice_of(out[i])))
				abort();
	if (!utf8_valid(slice_of(msgid_peek(a, in))))
		abort();
	char *text = utf8_clean(a, in, &n);
	if (strlen(subject_base(a, text, &reply)) > strlen(text))
		abort();
	arena_free(&a);
	return 0;
}
