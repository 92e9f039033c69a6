/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would become of a message, asked before anybody has taken it: the milter
 * says no in the SMTP dialogue, while that costs nobody a bounce (promise P9).
 * The same table as for what is stored; nothing is written.
 */
#ifndef CABILDO_MAILER_ASK_H
#define CABILDO_MAILER_ASK_H

#include "mailer/intake/intake.h"
#include "server/core/unit.h"

/*
 * r: 250, or 5xx with an enhanced code and one sentence in the list's language,
 * in ASCII as SMTP wants it. A message that any recipient may have is taken:
 * the answer is one for all of them, and LMTP gives each group its own fate.
 * Recipients of other domains may have everything. raw may be cut: size counts.
 * RC_TEMPFAIL where the database cannot be asked; r says 451.
 */
enum rc ask_message(struct unit *u, const struct envelope *env, struct slice raw, int64_t size,
		    struct intake_reply *r) MUST_USE;

/* Latin letters without their accents, quotation marks, dashes and the like as ASCII
 * has them, anything else as "?"; one line. */
char *ascii_of(struct arena *a, const char *text);

#endif
