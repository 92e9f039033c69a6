/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to an invitation by mail: yes or no, in five languages, and nothing guessed. */
#ifndef CABILDO_MAILER_INVITED_H
#define CABILDO_MAILER_INVITED_H

#include "mailer/parse/mail.h"
#include "server/core/invite.h"

enum invited_word { INVITED_NONE, INVITED_YES, INVITED_NO };

/* One line, courtesies aside. Pure, linear. */
enum invited_word invited_line(struct arena *a, struct slice line);
/* The first line of the reply's own text that is no greeting. */
enum invited_word invited_parse(struct arena *a, const struct mail *m);

/* What a "+c" address of an invitation was answered. False where the token is none of an
 * invitation. In a transaction. */
MUST_USE bool invited_answer(struct unit *u, const char *token, const struct mail *m, bool proven,
			     const char *msgid, const char **rule_r, enum rc *rc_r);

#endif
