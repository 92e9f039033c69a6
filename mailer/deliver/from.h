/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a post's copies keep the author's From (design section 7, docs/mail-out.md). */
#ifndef CABILDO_MAILER_DELIVER_FROM_H
#define CABILDO_MAILER_DELIVER_FROM_H

#include "mailer/compose/compose.h"
#include "mailer/deliver/dmarc.h"
#include "server/base/conf.h"
#include "server/fanout/queue.h"

/*
 * Sets c->from, reply, author_addr, dkim and ndkim by the post, its list and
 * what is known of the author's domain; c and l are filled otherwise. Once per
 * post: no copy's recipient plays a part.
 */
void from_decide(struct dmarc *d, const struct conf *conf, struct arena *a,
		 const struct queue_post *p, const struct compose_list *l, struct compose_post *c);

#endif
