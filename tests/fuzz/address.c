/* SPDX-License-Identifier: Apache-2.0 */
/* A recipient: the first byte chooses the delimiter, the rest is the address. No number is
 * believed without its MAC, list and token are parts of what was written, and what we
 * make ourselves is read back. */
#include <stdlib.h>

#include "server/base/codec.h"
#include "server/base/utf8.h"
#include "server/core/address.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void again(struct unit *u, const char *addr, enum address_kind kind)
{
	struct address_to r;

	if (address_parse(u, addr, &r) != RC_OK || r.kind != kind ||
	    (kind == ADDRESS_THREAD ? r.id != 12 : r.digest != 12) || strlen(addr) > 254)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct keys keys = { .n = 1 };
	struct conf conf = { .recipient_delimiter = n > 0 && data[0] & 1 ? "-" : "+", .mail_domain = "foro.example" };
	struct arena *a = arena_new((size_t)64 << 20);
	struct unit u = { .arena = a, .conf = &conf, .keys = &keys };
	struct address_to r;
	const char *addr;
	char *p;
	size_t len;

	p = utf8_clean(a, slice_make((const char *)data + (n > 0), n - (n > 0)), &len);
	addr = slice_dup(a, slice_make(p, len));
	if (address_parse(&u, addr, &r) == RC_OK) {
		/* nobody here knows the key */
		if (r.id != 0 || r.digest != 0 || r.probe != 0 || r.invite != 0 || r.kind == ADDRESS_THREAD)
			abort();
		if (strlen(r.list) > 64 || strlen(r.token) > 64 || (r.kind != ADDRESS_SITE && *r.list == '\0'))
			abort();
		if (r.kind == ADDRESS_POST && strlen(r.list) <= 24 && strchr(r.list, '+') == NULL &&
		    strchr(r.list, '-') == NULL) {
			again(&u, address_thread(&u, r.list, "foro.example", 12), ADDRESS_THREAD);
			again(&u, address_digest(&u, r.list, "foro.example", 12), ADDRESS_POST);
		}
	}
	arena_free(&a);
	return 0;
}
