/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the results; see rc.h. */
#include "server/base/rc.h"

#include "server/base/base.h"

const char *rc_name(enum rc rc)
{
	switch (rc) {
	case RC_OK:
		return "ok";
	case RC_NOTFOUND:
		return "notfound";
	case RC_DENIED:
		return "denied";
	case RC_INVALID:
		return "invalid";
	case RC_CONFLICT:
		return "conflict";
	case RC_LIMIT:
		return "limit";
	case RC_TEMPFAIL:
		return "tempfail";
	}
	return "unknown";
}
