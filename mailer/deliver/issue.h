/* SPDX-License-Identifier: Apache-2.0 */
/* A digest on its way out: drawn and composed for its one reader. */
#ifndef CABILDO_MAILER_DELIVER_ISSUE_H
#define CABILDO_MAILER_DELIVER_ISSUE_H

#include "mailer/deliver/transport.h"
#include "server/core/unit.h"
#include "server/fanout/queue.h"

/* Sets from and bytes of m_r, and j->addr where the subscription that had it is gone.
 * RC_NOTFOUND: nobody wants it any more, or nothing of it may still be told. */
enum rc issue_compose(struct unit *u, struct job *j, struct transport_msg *m_r) MUST_USE;

#endif
