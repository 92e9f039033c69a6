/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one result of everything that can fail for an expected reason. Each
 * face translates it once: web/serve to HTTP, mailer/intake to enhanced
 * status and sysexits codes, server/cli to exit codes.
 */
#ifndef CABILDO_BASE_RC_H
#define CABILDO_BASE_RC_H

#include "server/base/attr.h"

enum rc {
	RC_OK = 0,
	RC_NOTFOUND, /* no such thing, or not visible to who asks */
	RC_DENIED,   /* it exists; this person may not */
	RC_INVALID,  /* the input is wrong; saying it again will not help */
	RC_CONFLICT, /* it exists already, or somebody was faster */
	RC_LIMIT,    /* too large, too many, too deep */
	RC_TEMPFAIL, /* nothing is wrong with the input: try again later */
};

/* A lower-case word for logs and tests; never shown to people. */
const char *rc_name(enum rc rc);

#endif
