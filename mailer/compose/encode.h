/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content transfer encodings, charsets and RFC 3676 wrapping of bodies.
 * Input text may end its lines in LF or CRLF; output lines end in CRLF.
 * Inside compose only.
 */
#ifndef CABILDO_MAILER_COMPOSE_ENCODE_H
#define CABILDO_MAILER_COMPOSE_ENCODE_H

#include "server/base/arena.h"
#include "server/base/codec.h"
#include "server/base/str.h"

void enc_qp(struct str *o, struct slice text);
/* LF, CRLF to CRLF; a bare CR too. A NUL becomes a space: SMTP has none (RFC 5321 4.5.2),
 * and a dot between two would be an end of data to who drops them. */
void enc_crlf(struct str *o, struct slice text);

struct enc_facts {
	bool bare;              /* a bare CR or LF, or a NUL, occurs */
	bool high;              /* a byte over 127 or a NUL occurs */
	size_t longest;         /* line, without its end */
};
struct enc_facts enc_look(struct slice s);

/* Paragraphs to format=flowed lines of at most 72 columns, space-stuffed. */
void enc_flowed(struct str *o, struct slice text);
/* UTF-8 to a single-byte charset or utf-8 itself; false where a character does not exist there. */
MUST_USE bool enc_charset(struct str *o, struct slice utf8, const char *charset);
/* Charsets that enc_charset may be asked for: ASCII below 128, stateless. */
bool enc_charset_known(struct slice name);

#endif
