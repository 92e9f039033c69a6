/* SPDX-License-Identifier: Apache-2.0 */
/* One message to the intake; see fetch.h. */
#include <stdarg.h>

#include "mailer/fetch/envelope.h"
#include "mailer/fetch/fetch.h"

#include "server/base/base.h"

void fetch_why(struct fetch *f, const char *fmt, ...)
{
	va_list ap;

	if (f->why[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	/* it came from outside and goes to a log and a terminal */
	for (char *c = f->why; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7F)
			*c = ' ';
}

enum fetched fetch_hand_over(struct fetch *f, const char *id, struct slice raw)
{
	struct arena_mark mark = arena_mark(f->arena);
	struct fetch_envelope e;
	enum rc rc = RC_OK;

	fetch_envelope_read(f->arena, raw, f->box->list, f->box->domain,
			    f->delimiter, &e);
	if (f->lmtp.fd < 0)
		rc = lmtp_open(&f->lmtp, f->intake);
	if (rc == RC_OK)
		rc = lmtp_send(&f->lmtp, e.sender, e.recipients, e.n, raw);
	log_info("event=fetched mailbox=%lld id=%s list=%s bytes=%zu fate=%s answer=%s",
		 (long long)f->box->id, id, f->box->list, raw.n,
		 rc == RC_OK ? "taken" : rc == RC_INVALID ? "left" : "later",
		 log_q(f->lmtp.answer));
	arena_rewind(f->arena, mark);
	if (rc == RC_OK) {
		f->taken++;
		return FETCHED_TAKEN;
	}
	if (rc == RC_INVALID) {
		f->left++;
		fetch_why(f, "message %s stays there: %s", id, f->lmtp.answer);
		return FETCHED_LEFT;
	}
	fetch_why(f, "%s", f->lmtp.answer);
	return FETCHED_LATER;
}
