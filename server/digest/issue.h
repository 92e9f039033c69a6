/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One digest of one person: filled from its recipe as its threads are today, and
 * found again by what somebody answers.
 */
#ifndef CABILDO_DIGEST_ISSUE_H
#define CABILDO_DIGEST_ISSUE_H

#include "server/core/unit.h"
#include "server/digest/digest.h"

/* Who a digest is for and from whom it comes; what struct digest does not say. */
struct digest_issue {
	int64_t id, account, subscription;
	bool one;                      /* of one group, not of all of theirs */
	const char *name, *addr;       /* of the reader; addr "": they have none any more */
	const char *list, *domain;     /* of the group in whose name it goes; "" where that is gone */
	const char *title;             /* of that group */
	const char *listid;            /* RFC 2919: that group's, or the site's for all groups */
	const char *form;              /* summary, mime, plain */
	const char *msgid, *reply;     /* without <>; reply: an address that takes answers to it */
};

enum digest_for {
	DIGEST_MAIL, /* only of groups they belong to; RC_NOTFOUND where nothing is left to tell */
	DIGEST_PAGE, /* what they may see; no links that act in their name */
};

/* RC_NOTFOUND: there is none, or (account not 0) it is not that person's. The language of
 * texts is set to the reader's for DIGEST_MAIL. */
enum rc digest_fill(struct unit *u, int64_t issue, int64_t account, enum digest_for what,
		    struct digest_issue *i_r, struct digest *r) MUST_USE;

/*
 * What account would get for group `list` (NULL: as they have it) at that moment, 0: now, from
 * one period before on; nothing is written. For POSTs and the command line: it takes
 * a transaction of its own and undoes it. RC_NOTFOUND: nothing to tell.
 */
enum rc digest_preview(struct unit *u, int64_t account, const char *list, int64_t at,
		       enum digest_for what, struct digest_issue *i_r, struct digest *r) MUST_USE;

/* Ids of all its messages, for the forms that hold them whole. */
enum rc digest_messages(struct unit *u, int64_t issue, int max, int64_t **r, size_t *n_r) MUST_USE;

/* digest.ISSUE.MAC@DOMAIN, without <>. */
char *digest_msgid(struct unit *u, int64_t issue);
/* The digest that an id of In-Reply-To or References names; 0: none of ours. */
int64_t digest_by_msgid(struct unit *u, const char *msgid);

#endif
