/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and urlencoded forms: valid UTF-8 without NUL comes out, and
 * what is encoded again decodes to the same. */
#include "web/serve/inside.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct params ps, again;

	if (form_parse(&ps, a, slice_make((const char *)data, size), REQ_FIELDS_MAX)) {
		for (size_t i = 0; i < ps.n; i++) {
			struct param *p = &ps.v[i];
			char *back = arena_fmt(a, "k=%s", url_encode(a, p->value));

			if (strlen(p->value) != p->n || !utf8_valid(slice_of(p->value)) ||
			    !utf8_valid(slice_of(p->name)))
				log_panic("event=fuzz what=value");
			if (!form_parse(&again, a, slice_of(back), 1) || again.n != 1 ||
			    strcmp(again.v[0].value, p->value) != 0)
				log_panic("event=fuzz what=round-trip");
		}
	}
	arena_free(&a);
	return 0;
}
