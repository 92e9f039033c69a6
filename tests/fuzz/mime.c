/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a message: no crash, valid text, ranges inside the raw bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool what)
{
	if (!what)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct arena *a = arena_new((size_t)256 << 20);
	struct mail m;
	const char *why;
	size_t at = 0;

	if (!ready) {
		rnd_init();
		mail_parse_init();
		ready = true;
	}
	if (mail_parse(&m, a, slice_make((const char *)data, size), NULL, &why) == RC_OK) {
		must(utf8_valid(slice_make(m.text, m.text_len)) || m.text_len == 0);
		must(!memchr(m.text, '\r', m.text_len));
		must(utf8_valid(slice_of(m.subject)) && !strpbrk(m.subject, "\r\n"));
		must(utf8_valid(slice_of(m.from.name)) && utf8_valid(slice_of(m.from.addr)));
		must(utf8_valid(slice_of(m.msgid)));
		for (size_t i = 0; i < m.nfolds; i++) {
			must(m.folds[i].from >= at && m.folds[i].to > m.folds[i].from);
			at = m.folds[i].to;
		}
		must(at <= m.text_len);
		for (size_t i = 0; i < m.nattachments; i++) {
			must(m.attachments[i].offset <= size);
			must(m.attachments[i].length <= size - m.attachments[i].offset);
			must(*m.attachments[i].name && !strpbrk(m.attachments[i].name, "/\\\r\n"));
			must(utf8_valid(slice_of(m.attachments[i].name)));
		}
	}
	arena_free(&a);
	return 0;
}
