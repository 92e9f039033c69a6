/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to a whole digest: which threads it is for, as one message to each, to be
 * judged and posted like any other; or back to who wrote it, with an address for each
 * thread.
 */
#ifndef CABILDO_MAILER_DIGEST_ANSWER_H
#define CABILDO_MAILER_DIGEST_ANSWER_H

#include "mailer/accept/digest_parts.h"
#include "mailer/accept/proof.h"
#include "mailer/parse/mail.h"
#include "server/core/address.h"
#include "server/core/submit.h"
#include "server/digest/issue.h"

/*
 * The digest that m answers: by the address it came to, else by the ids it names. 0: none
 * of ours, or one of somebody else (account: the author's, 0 unknown), or who wrote is
 * not proven: then it is mail like any other, which no thread comes of.
 */
int64_t digest_answered_issue(struct unit *u, const struct mail *m, const struct address_to *to,
			      const struct proof *proof, int64_t account);

struct digest_letter {
	const char *recipient, *list, *domain; /* recipient: the thread's address */
	struct slice raw; /* text and files of m for that thread, from its author */
};
/* What was answered, read once for all that is done about it. */
struct digest_answered {
	struct digest_issue about;
	struct digest digest;
};
/*
 * RC_OK with letters, n_r 0 where the threads are not clear. A word to mute or follow is
 * a letter too. RC_NOTFOUND: that digest is gone, or not theirs any more.
 */
enum rc digest_letters(struct unit *u, const struct mail *m, int64_t issue, int64_t account,
		       struct digest_answered *what_r, struct digest_letter **r,
		       size_t *n_r) MUST_USE;

/* In a transaction: what is kept of the message itself, and for n == 0 its way back. */
enum rc digest_answer_record(struct unit *u, const struct list_ref *l, const struct mail *m,
			     const struct submission *s, const struct digest_answered *what, size_t n,
			     struct submit_result *r) MUST_USE;

#endif
