/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the person in From is who sent it (design section 7): DMARC passed;
 * or, where the domain has no DMARC, a DKIM signature or the envelope sender
 * of that domain passed; or it came to an address that only this person was
 * given. Taken from Authentication-Results of our own mail server alone.
 * Without an authserv_id in the configuration nothing is ever proven.
 */
#ifndef CABILDO_MAILER_PROOF_H
#define CABILDO_MAILER_PROOF_H

#include "mailer/parse/authres.h"
#include "server/base/conf.h"

enum proof_how { PROOF_NONE, PROOF_DMARC, PROOF_DKIM, PROOF_SPF, PROOF_ADDRESS };
extern const char *const proof_names[]; /* "none", "dmarc", "dkim", "spf", "address" */

struct proof {
	enum proof_how from; /* of the From address */
	bool envelope;       /* SPF passed for the domain of the envelope sender */
	bool dmarc_fail;     /* our server says that From is not the sender */
	bool dkim_aligned;   /* a signature of From's own domain verified */
	bool checked;        /* our server said anything at all about this message */
};

/* m NULL: nothing is proven. envelope_from: without <>, "" for the null path. */
void proof_find(struct arena *a, const struct conf *conf, const struct mail *m,
		const char *envelope_from, struct proof *p_r);
/* It came to an address whose token was given to account, and From is an address
 * of theirs: proven, unless our server says that From is forged. */
void proof_by_address(struct proof *p, int64_t token_account, int64_t from_account);

/* The same domain, or one of them within the other. Relaxed alignment of RFC 7489
 * without the list of public suffixes: siblings do not align. */
MUST_USE bool proof_aligned(const char *from_domain, const char *domain);

#endif
