/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a date: no overflow, and what is accepted is a date of year 1 to 9999. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice in = slice_make((const char *)data, size);
	int64_t at;

	if (mail_date(in, &at) && (at / USEC < -62135683200 || at / USEC > 253402387200))
		abort();
	arena_free(&a);
	return 0;
}
