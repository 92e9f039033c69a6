/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits for somebody who moderates, and what becomes of it: held messages,
 * requests to join, reports of posts, mail to the owners; one state machine for
 * all kinds (hold_kind.h says what each does with a decision) and all doors. A
 * decision is recorded at once, by one update that only one moderator's can win,
 * and carried out when its undo window is over: by cabildo-receive, because an
 * approved message is parsed again from its stored bytes and only the mailer may
 * parse.
 *
 *	from       event             to         a crash here means
 *	waiting    moderate_decide   decided    nothing: the commit is the decision
 *	decided    moderate_undo     waiting    (only before effective_at)
 *	decided    moderate_take     taken      tried again after a minute
 *	taken      moderate_post     done       the post and the end are one commit
 *	taken      moderate_finish   done       the answer and the end are one commit
 *	taken      moderate_reopen   waiting    it cannot be posted: a person looks
 *
 * Who may: moderators and owners of the group, administrators, the command
 * line. For anybody else a held message is RC_NOTFOUND, as if it were not there.
 * By mail: set u->actor to the moderator and u->door to DOOR_EMAIL; the door is
 * recorded with the decision.
 *
 * Who else is told: that something waits, by moderate_hold and submit_hold
 * (tell_held); what was decided, once it stands, by hold_settled in hold_kind.h.
 */
#ifndef CABILDO_CORE_MODERATE_H
#define CABILDO_CORE_MODERATE_H

#include "server/core/submit.h"
#include "server/store/moderate.h"

#define HELD_PER_PAGE  50
#define CLAIM_MINUTES  15 /* as the statements say */
#define NOTE_MAX       2000
#define WHY_MAX        4000
#define ANSWER_MAX     20000 /* of an answer to mail for the owners */
#define MODERATE_TRIES 3

struct held_page {
	struct held *held; /* oldest first; long texts are cut */
	size_t n;
	struct held *recent; /* decided within the hour, newest first */
	size_t nrecent;
	int64_t waiting, oldest, lists; /* all that wait (at most 1,000), since when, in how many groups */
	const char *after; /* key of the next page, or "" */
};
/* list NULL: all groups they moderate; kind NULL: all. after: "" or a former page's.
 * RC_NOTFOUND: they moderate nothing of it; RC_INVALID: not a key. */
enum rc moderate_queue(struct unit *u, const char *list, const char *kind, const char *after,
		       struct held_page *r) MUST_USE;
/* How many wait, by kind. */
enum rc moderate_counts(struct unit *u, const char *list, struct held_count **r,
			size_t *n_r) MUST_USE;
/* What is known of who sent these, and of what they answer: one row each, in any order.
 * The caller was shown them by moderate_queue or moderate_show. */
enum rc moderate_context(struct unit *u, const struct held *h, size_t n, struct held_context **r,
			 size_t *n_r) MUST_USE;
enum rc moderate_show(struct unit *u, int64_t id, struct held *r) MUST_USE;
/* RC_NOTFOUND also where its 30 days are over. */
enum rc moderate_raw(struct unit *u, int64_t id, struct slice *raw_r) MUST_USE;

/* A hold of any other kind than a message, in the transaction of its cause; those
 * who moderate are told. */
struct hold_request {
	const char *kind;   /* join, report */
	const char *rule, *reason; /* a word, and a msgid of the catalogue */
	int64_t account;    /* whose wish it is; 0: nobody we know */
	const char *author_name, *author_addr;
	const char *locale; /* of who is answered; "": the account's or the list's */
	const char *subject;
	struct slice text;
	int64_t thread, about, request; /* ids; 0: none */
	bool proven;        /* the address is theirs: it may be answered (promise P9) */
};
enum rc moderate_hold(struct unit *u, const struct list_ref *l, const struct hold_request *h,
		      int64_t *id_r) MUST_USE;

/* How long the text that goes with a decision may be. */
size_t moderate_why_max(const struct held *h);

extern const char *const decision_names[]; /* approve, return, reject, discard, spam, NULL */
extern const char *const policy_names[];   /* accept, hold, ban, NULL */
struct decision {
	const char *act;    /* of decision_names */
	const char *why;    /* to the author, for return and reject; NULL: "" */
	const char *policy; /* what holds for the sender from then on; NULL, "": as before */
	int window;         /* seconds until it is carried out; -1: the setting */
	/* of the hold as it was looked at, and then nobody else may have claimed it;
	 * 0: whatever it is by now (mail, command line) */
	int64_t version;
};
/*
 * In a transaction. *r is the hold as it stands then. RC_CONFLICT: decided
 * already, or changed or claimed by somebody else since; *r says by whom.
 * RC_INVALID: no such decision for this kind, no such policy, or a return
 * without its question. The policy is carried out with the decision, so that
 * undoing takes back both.
 */
enum rc moderate_decide(struct unit *u, int64_t id, const struct decision *d,
			struct held *r) MUST_USE;
/* In a transaction. RC_CONFLICT: it is too late. */
enum rc moderate_undo(struct unit *u, int64_t id, struct held *r) MUST_USE;

/*
 * Before deciding, each in a transaction. A claim shows the others who is at it and
 * ends after CLAIM_MINUTES; take: though somebody else has it. RC_CONFLICT: *r says
 * who has it, or that it was decided.
 */
enum rc moderate_claim(struct unit *u, int64_t id, bool take, struct held *r) MUST_USE;
enum rc moderate_release(struct unit *u, int64_t id, struct held *r) MUST_USE;
/* What those who moderate tell each other about it. RC_INVALID: over NOTE_MAX. */
enum rc moderate_note(struct unit *u, int64_t id, const char *note, struct held *r) MUST_USE;
/*
 * A message with other words, before it is approved: it is posted so, marked as
 * edited, and sent from the group; the original stays. text NULL: as it came.
 * RC_CONFLICT: decided, or not the version that was looked at; RC_INVALID: not a
 * message, empty, or too long.
 */
enum rc moderate_edit(struct unit *u, int64_t id, int64_t version, const char *subject,
		      const char *text, struct held *r) MUST_USE;

/*
 * Who moderates may be away from a day to another, both included, in their time zone: no
 * notice of what waits in that group goes to them then. Of one group, or of all that the
 * reader moderates (list NULL).
 */
enum rc moderate_away(struct unit *u, const char *list, struct away **r, size_t *n_r) MUST_USE;
/* One's own, in a transaction: days as YYYY-MM-DD, or "" both. RC_INVALID: not days, or the
 * wrong way round; RC_NOTFOUND: they moderate nothing there. */
enum rc moderate_away_set(struct unit *u, const char *list, const char *from,
			  const char *until) MUST_USE;

/* The groups that the actor moderates. */
enum rc moderate_duties(struct unit *u, struct duty **r, size_t *n_r) MUST_USE;
/* How they hear of what waits in one of them: each, digest, none; and when they are away, as
 * moderate_away_set. In a transaction. */
enum rc moderate_duty_set(struct unit *u, const char *list, const char *notices, const char *from,
			  const char *until) MUST_USE;

/* Seconds in which a decision on the web can be undone: the setting undo_window. */
enum rc moderate_window(struct unit *u, int64_t *seconds_r) MUST_USE;

/* What was changed of a post before it was posted; see post_edit_read. */
enum rc moderate_changes(struct unit *u, const char *list, int64_t thread, int64_t number,
			 struct edit_row *r) MUST_USE;

/* ---- for the program that carries decisions out ---- */

/* Takes one that is due, in a transaction of its own. RC_NOTFOUND: none is. */
enum rc moderate_take(struct unit *u, struct held_due *d_r) MUST_USE;
enum rc moderate_bytes(struct unit *u, const struct held_due *d, struct slice *raw_r) MUST_USE;
/* A post from the web that was held, from its stored bytes. */
enum rc moderate_web(struct unit *u, const struct held_due *d, struct slice raw,
		     struct submission *s_r) MUST_USE;
/* In a transaction; RC_NOTFOUND: somebody did it meanwhile. */
enum rc moderate_post(struct unit *u, const struct held_due *d, const struct list_ref *l,
		      const struct submission *s, struct submit_result *r) MUST_USE;
/* Everything but the post of an approved message: as the table of kinds says. */
enum rc moderate_finish(struct unit *u, const struct held_due *d) MUST_USE;
/* Whether it is moderate_post's. */
bool moderate_posts(const struct held_due *d);
enum rc moderate_reopen(struct unit *u, const struct held_due *d, const char *reason) MUST_USE;

#endif
