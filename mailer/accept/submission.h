/* SPDX-License-Identifier: Apache-2.0 */
/* struct mail to struct submission; shared by receiving and importing. */
#ifndef CABILDO_MAILER_SUBMISSION_H
#define CABILDO_MAILER_SUBMISSION_H

#include "mailer/parse/mail.h"
#include "server/core/submit.h"

/* m NULL: only the raw bytes are known. Everything points into m and a. */
void submission_fill(struct submission *s_r, struct arena *a, const struct mail *m,
		     struct slice raw, const struct list_ref *l);
/* The message says what its author is called: the name is not made of an address. */
MUST_USE bool submission_named(const struct mail *m);

#endif
