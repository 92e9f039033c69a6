/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A digest with every message whole, for those who want that: as a MIME digest
 * (RFC 2046 5.1.5) or as one text (RFC 1153). Of each message only the fields
 * that both name travel along; nothing that tells its trip or acts for a reader.
 */
#ifndef CABILDO_MAILER_COMPOSE_WHOLE_H
#define CABILDO_MAILER_COMPOSE_WHOLE_H

#include "server/base/arena.h"
#include "server/base/str.h"

struct compose_whole {
	struct slice message; /* as its group sends it: compose_copy */
	/* for the text: */
	const char *author, *date, *subject, *msgid;
	struct slice text;    /* lines end in LF */
};

struct text_part;
/* multipart/mixed: the text, then the messages as multipart/digest. Writes from the
 * Content-Type field on. Inside compose. */
void whole_mime(struct str *o, const char *seed, const struct text_part *t,
		const struct compose_whole *w, size_t n);
/* The text before them, then each between lines of hyphens. */
struct slice whole_text(struct arena *a, struct slice text, const char *name,
			const struct compose_whole *w, size_t n);

#endif
