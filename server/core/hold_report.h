/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of posts as holds: see hold_kind.h, and post_report in post_edit.h. */
#ifndef CABILDO_CORE_HOLD_REPORT_H
#define CABILDO_CORE_HOLD_REPORT_H

#include "server/core/hold_kind.h"

/* approve hides the post (its whole thread where it is the only one); who reported it hears
 * what was decided, but for discard. */
enum rc report_carry(struct unit *u, const struct held_due *d, const struct list_ref *l) MUST_USE;

#endif
