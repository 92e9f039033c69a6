/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a winmail.dat: no crash in ours nor in the library, nothing said on
 * standard output, files within the bytes; and any bytes as RTF. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mailer/parse/mail.h"
#include "mailer/parse/tnef.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool what)
{
	if (!what)
		abort();
}

static void line(const char *s)
{
	must(utf8_valid(slice_of(s)) && !strpbrk(s, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char sign[] = "\x78\x9f\x3e\x22\1";
	static int said = -1, out = -1; /* what the library prints goes where it can be seen */
	static bool ready;
	struct arena *a = arena_new((size_t)256 << 20);
	char *bytes = arena_alloc(a, size + 6);
	struct tnef t;
	size_t n;

	if (!ready) {
		rnd_init();
		mail_parse_init();
		said = fileno(tmpfile());
		out = dup(STDOUT_FILENO);
		ready = true;
	}
	fflush(stdout);
	must(dup2(said, STDOUT_FILENO) >= 0);
	/* one that has no signature gets one: most inputs shall come further */
	n = size < 4 || memcmp(data, sign, 4) != 0 ? 6 : 0;
	memcpy(bytes, sign, n);
	memcpy(bytes + n, data, size);
	if (tnef_open(&t, a, slice_make(bytes, size + n), 20, 100000) == RC_OK) {
		must(t.nfiles <= 20 && t.text.n <= 100004);
		line(t.class);
		for (size_t i = 0; i < t.nfiles; i++) {
			must(t.files[i].offset <= size + n);
			must(t.files[i].length <= size + n - t.files[i].offset);
			line(t.files[i].name);
			line(t.files[i].type);
			line(t.files[i].content_id);
		}
	}
	must(rtf_to_text(a, slice_make((const char *)data, size), 10000).n <= 10000);
	fflush(stdout);
	must(lseek(said, 0, SEEK_CUR) == 0 && dup2(out, STDOUT_FILENO) >= 0);
	arena_free(&a);
	return 0;
}
