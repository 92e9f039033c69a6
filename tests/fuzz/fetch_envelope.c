/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a mailbox holds: some recipient, all of them of the list, nothing that breaks a command. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/fetch/envelope.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fit(const char *addr)
{
	if (strlen(addr) > 254)
		abort();
	for (const char *p = addr; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7F || *p == '<' || *p == '>')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct fetch_envelope e;

	fetch_envelope_read(a, slice_make((const char *)data, size), "agenda", "foro.example", '+',
			    &e);
	if (e.n == 0 || e.n > FETCH_RECIPIENTS)
		abort();
	fit(e.sender);
	for (size_t i = 0; i < e.n; i++) {
		fit(e.recipients[i]);
		if (strncasecmp(e.recipients[i], "agenda", 6) != 0)
			abort();
	}
	arena_free(&a);
	return 0;
}
