/* SPDX-License-Identifier: Apache-2.0 */
/* One reply of an SMTP server, line by line (RFC 5321 section 4.2; RFC 2034). */
#ifndef CABILDO_MAILER_REPLY_H
#define CABILDO_MAILER_REPLY_H

#include <stddef.h>

struct reply {
	int code;               /* 0 to 999 */
	char enhanced[16];      /* "5.1.1", of the code's own class, or "" */
	char text[240];         /* of all lines, as far as it goes */
	size_t n;
	unsigned lines;
};

enum reply_state { REPLY_MORE, REPLY_END, REPLY_BAD };
/* The next line, without its end; the reply was zeroed before its first. *text_r: what follows
 * the code. */
enum reply_state reply_line(struct reply *r, const char *line, const char **text_r);

#endif
