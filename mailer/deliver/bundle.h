/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of a digest for those who want them whole. */
#ifndef CABILDO_MAILER_DELIVER_BUNDLE_H
#define CABILDO_MAILER_DELIVER_BUNDLE_H

#include "mailer/compose/whole.h"
#include "server/core/unit.h"
#include "server/digest/digest.h"

/* What one mail holds: more messages, or more bytes of them, stay on the web. */
#define BUNDLE_MESSAGES 500
#define BUNDLE_BYTES    ((size_t)8 << 20)

/* In the order of the digest; *left_r: how many more there are. */
enum rc bundle_load(struct unit *u, int64_t issue, struct compose_whole **r, size_t *n_r,
		    size_t *left_r) MUST_USE;
/* What stands before them: the digest's titles, and where the rest is. */
struct slice bundle_table(struct arena *a, const struct digest *d, size_t left);

#endif
