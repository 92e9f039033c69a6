/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The original of a mail post as compose needs it: its header fields byte for
 * byte, its body, its top content type. Not a MIME parser: what is not plainly
 * simple is told apart only far enough to be left alone. Inside compose only.
 */
#ifndef CABILDO_MAILER_COMPOSE_ORIG_H
#define CABILDO_MAILER_COMPOSE_ORIG_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct orig_field {
	struct slice name;
	struct slice whole;             /* with its folds and last CRLF; only CRLF line ends */
	bool changed;                   /* it did not stand so in the original */
};

enum orig_cte { CTE_7BIT, CTE_8BIT, CTE_QP, CTE_BASE64, CTE_OTHER };

struct orig {
	struct orig_field *field;
	size_t n;
	struct slice body;              /* only CRLF line ends */
	bool bare;                      /* the original's body had other line ends */
	bool high;                      /* the body has 8-bit bytes */
	size_t longest;                 /* line of the body */

	bool has_type;
	struct slice type;              /* "text/plain"; that too where there is no field */
	struct slice charset;           /* "us-ascii" where none is named */
	bool flowed, delsp;
	enum orig_cte cte;
};

enum rc orig_read(struct orig *o_r, struct arena *a, struct slice raw) MUST_USE;
const struct orig_field *orig_find(const struct orig *o, const char *name);
/* The value: after the colon, without the last CRLF and the white space around. */
struct slice orig_value(const struct orig_field *f);

#endif
