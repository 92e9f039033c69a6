/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data: the first line is the Content-Type, the rest the body.
 * File bytes lie inside the body, file names hold no path and no quote. */
#include "web/serve/inside.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice body = slice_make((const char *)data, size), type = { "", 0 };
	struct req r = { .a = a };

	slice_line(&body, &type);
	if (multipart_parse(&r, type, body) == 0) {
		for (size_t i = 0; i < r.form.n; i++)
			if (!utf8_valid(slice_make(r.form.v[i].value, r.form.v[i].n)))
				log_panic("event=fuzz what=value");
		for (size_t i = 0; i < r.nfiles; i++) {
			const struct upload *up = &r.files[i];

			if (up->bytes.p < body.p || up->bytes.p + up->bytes.n > body.p + body.n)
				log_panic("event=fuzz what=bytes");
			if (!*up->name || *up->name == '.' || strpbrk(up->name, "/\\\"\r\n") ||
			    !utf8_valid(slice_of(up->name)))
				log_panic("event=fuzz what=name");
		}
	}
	arena_free(&a);
	return 0;
}
