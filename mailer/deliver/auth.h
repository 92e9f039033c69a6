/* SPDX-License-Identifier: Apache-2.0 */
/* What our own mail server found out about a stored mail, as far as From of its copies depends on it. */
#ifndef CABILDO_MAILER_DELIVER_AUTH_H
#define CABILDO_MAILER_DELIVER_AUTH_H

#include "mailer/deliver/dmarc.h"
#include "server/base/conf.h"

struct auth {
	const char **dkim;           /* domains of signatures that passed */
	size_t ndkim;
	enum dmarc_policy policy;    /* quarantine or reject where it says so, else unknown */
};

/* raw: the message with the header our server put on top. Without authserv_id nothing is known. */
void auth_read(struct arena *a, const struct conf *conf, struct slice raw, struct auth *r);

#endif
