/* SPDX-License-Identifier: Apache-2.0 */
/* The words of moderators' mail, in the language set; see modmail.h. */
#ifndef CABILDO_CORE_MODMAIL_SAY_H
#define CABILDO_CORE_MODMAIL_SAY_H

#include "server/base/str.h"
#include "server/core/submit.h"
#include "server/core/unit.h"
#include "server/store/modmail.h"
#include "server/store/moderate.h"

/* One mail about one hold. */
struct modmail_letter {
	const struct held *h;
	const char *list, *domain, *title;
	const char *token;
	const struct modmail_person *to;
	const struct modmail_known *known;
	int64_t raw_size; /* 0: there is no original */
	bool attached;
};
/* "[agenda] Held: ..."; the same for all mails of one hold, so that they are one thread. */
const char *modsay_subject(struct unit *u, const struct held *h);
const char *modsay_held(struct unit *u, const struct modmail_letter *l);
/* What was decided and by whom: "Ana Pérez approved it, by mail." */
const char *modsay_decision(struct unit *u, const struct held *h, int utc_offset);
/* by: who has just done it, "" for the command line. */
const char *modsay_outcome(struct unit *u, const struct held *h, const char *by, int utc_offset);
/* The words that may be answered, one a line, for this kind. With address: a link each. */
void modsay_words(struct unit *u, struct str *b, const char *kind, const char *address);
/* The mail that lists several; tokens: of each row that waits, else NULL. */
const char *modsay_bundle(struct unit *u, const struct modmail_due_person *p,
			  const struct modmail_due_row *rows, const char *const *tokens, size_t n);

#endif
