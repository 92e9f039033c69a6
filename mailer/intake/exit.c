/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enum rc as the mail world says it: reply and enhanced status codes (RFC
 * 3463) and sysexits(3). No other file knows these numbers by rc.
 */
#include <stdarg.h>
#include <sysexits.h>

#include "mailer/intake/intake.h"
#include "server/base/base.h"

static const struct {
	unsigned code;
	const char *enhanced, *sentence;
	int exit;
} faces[] = {
	[RC_OK]       = { 250, "2.0.0", "Stored.", EX_OK },
	[RC_NOTFOUND] = { 550, "5.1.1", "There is no such address here.", EX_NOUSER },
	[RC_DENIED]   = { 550, "5.7.1", "This is not allowed.", EX_NOPERM },
	[RC_INVALID]  = { 554, "5.6.0", "The message cannot be understood.", EX_DATAERR },
	/* somebody was faster: the next attempt will see what they did */
	[RC_CONFLICT] = { 451, "4.3.0", "Another program is at it; try again.", EX_TEMPFAIL },
	[RC_LIMIT]    = { 552, "5.3.4", "The message is too large.", EX_UNAVAILABLE },
	[RC_TEMPFAIL] = { 451, "4.3.0", "Try again later.", EX_TEMPFAIL },
};

void intake_reply_set(struct intake_reply *r, unsigned code, const char *enhanced,
		      const char *fmt, ...)
{
	va_list ap;
	int n;

	r->code = code;
	n = snprintf(r->text, sizeof(r->text), "%s ", enhanced);
	if (n < 0 || (size_t)n >= sizeof(r->text))
		return;
	va_start(ap, fmt);
	vsnprintf(r->text + n, sizeof(r->text) - (size_t)n, fmt, ap);
	va_end(ap);
	for (char *p = r->text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			*p = ' ';
}

void intake_reply_rc(struct intake_reply *r, enum rc rc, const char *sentence)
{
	if ((size_t)rc >= ARRAY_LEN(faces))
		rc = RC_TEMPFAIL;
	intake_reply_set(r, faces[rc].code, faces[rc].enhanced, "%s",
			 sentence ? sentence : faces[rc].sentence);
}

int intake_exit_rc(enum rc rc)
{
	return (size_t)rc < ARRAY_LEN(faces) ? faces[rc].exit : EX_TEMPFAIL;
}

static int exit_of_reply(const struct intake_reply *r)
{
	if (r->code >= 200 && r->code < 300)
		return EX_OK;
	if (r->code < 500)
		return EX_TEMPFAIL;
	for (size_t i = 0; i < ARRAY_LEN(faces); i++)
		if (faces[i].code >= 500 && strncmp(r->text, faces[i].enhanced, 5) == 0)
			return faces[i].exit;
	return EX_UNAVAILABLE;
}

int intake_exit_replies(const struct intake_reply *r, size_t n)
{
	int worst = EX_OK;

	for (size_t i = 0; i < n; i++) {
		int code = exit_of_reply(&r[i]);

		if (code == EX_TEMPFAIL)
			return EX_TEMPFAIL;
		if (worst == EX_OK)
			worst = code;
	}
	return worst;
}
