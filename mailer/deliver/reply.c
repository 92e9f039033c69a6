/* SPDX-License-Identifier: Apache-2.0 */
/* See reply.h. */
#include <stdio.h>
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

/* "5.1.1 " at the beginning of a text, of the reply's own class; how much of it that is. */
static size_t enhanced_read(const char *s, int code, char out[static 16])
{
	unsigned class, subject, detail;
	int n = 0;

	if (*s < '2' || *s > '5' || sscanf(s, "%1u.%3u.%3u%n", &class, &subject, &detail, &n) != 3 ||
	    (int)class != code / 100 || (s[n] != ' ' && s[n] != '\0'))
		return 0;
	snprintf(out, 16, "%u.%u.%u", class, subject, detail);
	return (size_t)n + (s[n] == ' ');
}

enum reply_state reply_line(struct reply *r, const char *line, const char **text_r)
{
	int code = code_read(line), n;
	const char *text;

	if (code < 0 || (r->lines > 0 && code != r->code))
		return REPLY_BAD;
	r->code = code;
	text = line[3] ? line + 4 : "";
	*text_r = text;
	text += enhanced_read(text, code, r->enhanced);
	n = snprintf(r->text + r->n, sizeof(r->text) - r->n, "%s%s", r->lines > 0 ? " " : "", text);
	r->n = n < 0 || r->n + (size_t)n >= sizeof(r->text) ? sizeof(r->text) - 1 : r->n + (size_t)n;
	r->lines++;
	return line[3] == '-' ? REPLY_MORE : REPLY_END;
}
