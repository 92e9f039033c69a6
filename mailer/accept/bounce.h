/* SPDX-License-Identifier: Apache-2.0 */
/* A message taken for a bounce or complaint: what it really is, and its effect. */
#ifndef CABILDO_MAILER_BOUNCE_H
#define CABILDO_MAILER_BOUNCE_H

#include "mailer/accept/accept.h"

/*
 * In the group's transaction, for FATE_BOUNCE and FATE_COMPLAINT. A report
 * counts where it came to one of our VERP addresses, whose MAC nobody can make,
 * or, a complaint, where it names one. v changes: rule "bounce-unproven" or
 * "complaint-unproven" where it counts for nothing; an automatic reply is
 * dropped, what a person wrote to that address held.
 */
enum rc bounce_accept(struct unit *u, const struct list_ref *l, const struct address_to *to,
		      const struct mail *m, struct verdict *v) MUST_USE;
/* What goes to abuse@ or the owners is passed on to people; a complaint among it counts too. */
enum rc bounce_complaint(struct unit *u, const struct mail *m) MUST_USE;

#endif
