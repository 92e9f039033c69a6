/* SPDX-License-Identifier: Apache-2.0 */
/* See reply.h. */
#include <string.h>

#include "mailer/deliver/reply.h"

#include "server/base/base.h"

/* Three digits, then a blank, "-" or nothing; else -1. */
static int code_read(const char *s)
{
	int code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		code = code * 10 + s[i] - '0';
	}
	return s[3] == ' ' || s[3] == '-' || s[3] == '\0' ? code : -1;
}

/* How many stand there, of three at most. */
static size_t digits(const char *s)
{
	size_t n = 0;

	while (n < 3 && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* "5.1.1 " at the beginning of a text, of the reply's own class; how much of it that is. */
static size_t enhanced_read(const char *s, int code, char out[static 16])
{
	size_t n = 1, subject, detail;

	if (*s - '0' != code / 100 || *s < '2' || *s > '5' || s[n] != '.')
		return 0;
	subject = digits(s + n + 1);
	n += 1 + subject;
	if (subject == 0 || s[n] != '.')
		return 0;
	detail = digits(s + n + 1);
	n += 1 + detail;
	if (detail == 0 || (s[n] != ' ' && s[n] != '\0'))
		return 0;
	memcpy(out, s, n);
	out[n] = '\0';
	return n + (s[n] == ' ');
}

enum reply_state reply_line(struct reply *r, const char *line, const char **text_r)
{
	int code = code_read(line);
	size_t room = sizeof(r->text) - 1 - r->n, n;
	const char *text;

	if (code < 0 || (r->lines > 0 && code != r->code))
		return REPLY_BAD;
	r->code = code;
	text = line[3] ? line + 4 : "";
	*text_r = text;
	text += enhanced_read(text, code, r->enhanced);
	if (r->lines > 0 && room > 0) {
		r->text[r->n++] = ' ';
		room--;
	}
	n = strlen(text);
	n = n < room ? n : room;
	memcpy(r->text + r->n, text, n);
	r->n += n;
	r->text[r->n] = '\0';
	r->lines++;
	return line[3] == '-' ? REPLY_MORE : REPLY_END;
}
