/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The raw message of a post from the web: what is kept verbatim for it and
 * what the copies are made from. A fixed form of ours, written and read by
 * this one file; it is valid RFC 5322 with RFC 6532 headers.
 */
#ifndef CABILDO_CORE_WEBMAIL_H
#define CABILDO_CORE_WEBMAIL_H

#include "server/base/str.h"
#include "server/core/submit.h"

struct web_file {
	const char *name, *type;
	struct slice encoded; /* base64, within the raw message */
};

struct web_message {
	struct slice text;
	struct web_file *files;
	size_t nfiles;
};

struct web_head {
	const char *author_name, *list_addr, *subject, *msgid, *in_reply_to;
	int64_t date;
};

/* at_r: one per upload, with its place in the message. */
enum rc web_message_write(struct arena *a, const struct web_head *h, struct slice text,
			  const struct web_upload *uploads, size_t n, struct slice *raw_r,
			  struct submit_attachment **at_r) MUST_USE;
/* RC_INVALID where it is not of our form. */
enum rc web_message_read(struct arena *a, struct slice raw, struct web_message *m_r) MUST_USE;

#endif
