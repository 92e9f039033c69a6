/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every mail of ours to one person that is neither a post nor a digest:
 * answers, confirmations, refusals, reminders. It is queued in the caller's
 * transaction, before all posts (lane 0), and leaves with a null return path
 * and Auto-Submitted (RFC 3834): auto-replied where it answers a message,
 * else auto-generated. From is the group's -request@ address (so that an
 * answer is a command and no post), or the site's no-reply@ without a list.
 *
 * Whom it may go to (promise P9: a proven sender, or a known member once a
 * day) is the caller's to decide; how often, is decided here.
 */
#ifndef CABILDO_CORE_NOTICE_H
#define CABILDO_CORE_NOTICE_H

#include "server/base/str.h"
#include "server/core/unit.h"

#define NOTICE_DAY 86400

struct notice_new {
	const char *kind;       /* a word or two with a hyphen, for the ledger: "command-answer" */
	const char *addr;       /* to whom */
	int64_t account;        /* 0: nobody we know */
	int64_t list;           /* 0: from the site */
	const char *locale;     /* of the recipient; es, en, pt, fr, it */
	const char *subject;    /* one line, translated */
	const char *body;       /* plain text, lines end in LF, translated; paragraphs are wrapped */
	const char *in_reply_to; /* Message-ID it answers, without <>; NULL or "": none */
	const char *const *refs; /* that message's References, oldest first, without <>; may be NULL */
	size_t nrefs;
	/* Throttle: at most `burst` (0 is 1) to this addr for this cause, in `every`
	 * seconds (0 is a day), whoever asks. NULL: none. The cause is any text; put
	 * the list or thread into it where each may have its own. */
	const char *cause;
	int every, burst;
	/* Reply-To: a whole address; "cTOKEN" is LIST+cTOKEN@, "-leave" is LIST-leave@; with a list only.
	 * NULL or "": answers go to From. */
	const char *reply_to;
	/* A raw_message of this transaction or before, returned as a message/rfc822
	 * attachment; over the group's size limit its beginning, and the text says so.
	 * 0: none. */
	int64_t raw_id;
	const char *msgid; /* without <>, unique; NULL: made when it is sent */
	/* A person writes by it: From is "NAME" <LIST-owner@>, bounces go to LIST-bounces@, and
	 * nothing calls it automatic. NULL: it is ours. With a list only. */
	const char *from_name;
};

/*
 * RC_OK with *sent_r (may be NULL) false where the throttle stopped it or addr
 * is none that can be written to: nothing is queued then. A row of the throttle
 * stays locked until the commit: send to several in one order of addresses. After
 * the commit call unit_wake.
 */
enum rc notice_send(struct unit *u, const struct notice_new *n, bool *sent_r) MUST_USE;

/* Counts one for that address and cause; false in *pass_r where it is one too many. For
 * what several causes have in common; addr is lower case already, or any word. */
enum rc notice_may(struct unit *u, const char *addr, const char *cause, int every, int burst,
		   bool *pass_r) MUST_USE;

/* Whose address it is; account 0, name "" and locale as given where it is nobody's. */
struct notice_person {
	int64_t account;
	const char *name, *locale;
	bool suspended; /* the address bounces: mail to it is for nothing */
};
enum rc notice_person_read(struct unit *u, const char *addr, const char *locale,
			   struct notice_person *r) MUST_USE;

/* Who runs a group: the primary addresses of its owners, ordered; its moderators too
 * where asked, and then without those who are away. For notices to them. */
struct notice_owner {
	int64_t account;
	const char *addr, *name, *locale;
};
enum rc notice_owners_read(struct unit *u, int64_t list, bool moderators, struct notice_owner **r,
			   size_t *n_r) MUST_USE;

#endif
