/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing header fields: RFC 5322 folding, RFC 2047 words, RFC 2231
 * parameters. Whatever is passed in, one call writes exactly one field:
 * control characters become spaces, bad bytes U+FFFD. Inside compose only.
 */
#ifndef CABILDO_MAILER_COMPOSE_HEAD_H
#define CABILDO_MAILER_COMPOSE_HEAD_H

#include "server/base/arena.h"
#include "server/base/str.h"

struct head {                   /* one field being written */
	struct str *o;
	size_t col;
};

void head_begin(struct head *h, struct str *o, const char *name);
/* A token that is never broken; folds before it where the line would pass 78. */
void head_token(struct head *h, struct slice t);
/* Text: words that need it are encoded (RFC 2047), long ones broken. */
void head_words(struct head *h, struct slice text);
/* All of it as encoded words. */
void head_encoded(struct head *h, struct slice s);
/* A display name: atoms, a quoted string, or encoded words. */
void head_phrase(struct head *h, struct slice s);
/* A display name and an address: phrase <addr>. A bad address writes nothing, false. */
bool head_mailbox(struct head *h, const char *name, const char *addr, const char *after);
void head_end(struct head *h);

/* One whole field. */
void head_text(struct str *o, const char *name, const char *text);
void head_id(struct str *o, const char *name, const char *id);
void head_ids(struct str *o, const char *name, const char *const *ids, size_t n);
/* "; attr=value" by RFC 2231, each on its own line. */
void head_param(struct str *o, const char *attr, const char *value);

/* scheme "" or "mailto:"; url with what may not stand between <> percent-encoded; the
 * result is "<scheme url>", or "" where it is over 900 octets or empty. */
char *head_url(struct arena *a, const char *scheme, const char *url);
/* One line without control characters or runs of space; valid UTF-8. */
struct slice head_clean(struct arena *a, const char *text);
/* An id fit to stand between <>: "" where there is nothing usable. */
bool head_id_ok(const char *id);
/* local@domain in ASCII that may stand in a header without quoting. */
bool head_addr_ok(const char *addr);
/* RFC 2047 words decoded to bytes, whatever the charset: for searching alone. */
char *head_decode(struct arena *a, struct slice raw);

#endif
