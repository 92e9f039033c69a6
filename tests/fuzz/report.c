/* SPDX-License-Identifier: Apache-2.0 */
/* Any message as a report: no crash, clean words, a bounce names somebody or nobody. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/parse/report.h"
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
	static bool ready;
	struct arena *a = arena_new((size_t)256 << 20);
	struct report r;
	struct mail m;
	const char *why;

	if (!ready) {
		rnd_init();
		mail_parse_init();
		ready = true;
	}
	if (mail_parse(&m, a, slice_make((const char *)data, size), NULL, &why) == RC_OK) {
		report_parse(&r, a, &m);
		must(r.nrcpts <= REPORT_RCPTS_MAX);
		must(r.kind != REPORT_BOUNCE || r.nrcpts > 0);
		line(r.msgid);
		line(r.envid);
		line(r.subject);
		for (size_t i = 0; i < r.nrcpts; i++) {
			const struct report_rcpt *x = &r.rcpts[i];

			must(x->reason < REASONS && report_reason_name(x->reason) != NULL);
			must(strlen(x->addr) <= 254 && utf8_valid(slice_of(x->addr)));
			must(strlen(x->text) <= 500 && strlen(x->status) < sizeof(x->status));
			must(x->code == 0 || (x->code >= 400 && x->code < 600));
			line(x->text);
			line(x->mta);
		}
	}
	arena_free(&a);
	return 0;
}
