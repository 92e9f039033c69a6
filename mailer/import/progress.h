/* SPDX-License-Identifier: Apache-2.0 */
/* One line on a terminal: how far, how fast, how long still. Nothing elsewhere. */
#ifndef CABILDO_IMPORT_PROGRESS_H
#define CABILDO_IMPORT_PROGRESS_H

#include "server/base/attr.h"

struct progress {
	int64_t total;          /* bytes */
	int64_t started, drawn; /* monotonic */
	bool tty, there;
};

void progress_init(struct progress *p, int64_t total);
/* At most five times a second. */
void progress_show(struct progress *p, int64_t done, int64_t messages);
/* Takes the line away, before anything else is written. */
void progress_clear(struct progress *p);

#endif
