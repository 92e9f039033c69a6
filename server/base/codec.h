/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content-Transfer-Encodings (RFC 2045 section 6): what the web needs to serve
 * an attachment out of the raw message without parsing mail, and what
 * composing needs to write one.
 */
#ifndef CABILDO_BASE_CODEC_H
#define CABILDO_BASE_CODEC_H

#include "server/base/str.h"

/* base64, quoted-printable, x-uuencode (from its "begin" line to "end"); every
 * other encoding comes back as it is. Characters that do not belong are passed over. */
struct slice codec_decode(struct arena *a, const char *encoding, struct slice s);
/* The same for what is looked at once, in pieces of some kB where a large file would need
 * as much again (base64): fn is called with one after the other. Returns how many bytes. */
size_t codec_each(struct arena *a, const char *encoding, struct slice s,
		  void (*fn)(void *ctx, struct slice piece), void *ctx);
/* 76 columns a line, CRLF after each. */
void codec_base64(struct str *out, struct slice s);

#endif
