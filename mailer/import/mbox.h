/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive taken apart into messages, as a stream: memory is bounded by the
 * largest message taken, whatever the file's size. A file that does not begin
 * with a separator is one message.
 *
 * A line that begins with "From " separates only where it is the first or
 * comes after an empty line, reads like `From address  Www Mmm dd hh:mm:ss
 * yyyy` (address may be `ana at host`), and a header line follows: bodies of
 * many archives hold such lines unquoted. Archives made of pages lose the empty
 * line now and then: there the From header with the separator's own address
 * must follow at once. Knows nothing of what is in a message.
 */
#ifndef CABILDO_IMPORT_MBOX_H
#define CABILDO_IMPORT_MBOX_H

#include <sys/types.h>

#include "server/base/rc.h"
#include "server/base/str.h"

/* Bytes read, 0 at the end, -1 where it fails. */
typedef ssize_t mbox_read_fn(void *ctx, void *buf, size_t n);

struct mbox;

struct mbox_message {
	struct slice
		raw;    /* without separator, one level of >From taken back; until the next call */
	int64_t offset; /* of the separator, in the unpacked file */
	int64_t size;   /* bytes as they stand in the file, separator included */
	struct slice when; /* the separator's date, "" without one */
};

struct mbox *mbox_new(mbox_read_fn *read, void *ctx, size_t max);
/* RC_OK; RC_NOTFOUND at the end; RC_LIMIT: the message is over max (only offset
 * and size are set, the next one can be read); RC_TEMPFAIL: reading failed. */
enum rc mbox_next(struct mbox *m, struct mbox_message *msg_r) MUST_USE;
void mbox_free(struct mbox **m);

/* The line, without its end, reads like a separator. */
MUST_USE bool mbox_separator(struct slice line, struct slice *when_r);

#endif
