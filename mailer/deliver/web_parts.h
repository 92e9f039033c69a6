/* SPDX-License-Identifier: Apache-2.0 */
/* The text and the files of a post that was written on the web. */
#ifndef CABILDO_MAILER_DELIVER_WEB_PARTS_H
#define CABILDO_MAILER_DELIVER_WEB_PARTS_H

#include "mailer/compose/compose.h"
#include "server/fanout/queue.h"

/*
 * Sets text, attachments, subject and no raw of c by the raw message of p that core wrote; what
 * it holds lives in a and in p. RC_INVALID: it is not of that form.
 */
enum rc web_parts(struct arena *a, const struct queue_post *p, struct compose_post *c) MUST_USE;

#endif
