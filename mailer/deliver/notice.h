/* SPDX-License-Identifier: Apache-2.0 */
/* What the site itself says to somebody, on its way out: composed for its one reader. */
#ifndef CABILDO_MAILER_DELIVER_NOTICE_H
#define CABILDO_MAILER_DELIVER_NOTICE_H

#include "mailer/deliver/transport.h"
#include "server/core/unit.h"
#include "server/fanout/queue.h"

struct notice {
	int64_t probe;  /* the address that it asks, or 0 */
	int64_t invite; /* the invitation that it is, or 0 */
};

/* Sets from and the pieces of m_r. RC_NOTFOUND: it is gone. */
enum rc notice_compose(struct unit *u, const struct job *j, struct transport_msg *m_r,
		       struct notice *notice_r) MUST_USE;

#endif
