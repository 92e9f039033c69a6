/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of held messages; one function per statement of sql/moderate.sql. */
#ifndef CABILDO_STORE_MODERATE_H
#define CABILDO_STORE_MODERATE_H

#include "server/base/str.h"
#include "server/store/forum.h"
#include "server/store/intake.h"

struct held {
	int64_t id;
	const char *list_name, *list_title;
	bool web, proven, cut; /* cut: body is its beginning */
	const char *rule, *reason; /* reason: a msgid of the catalogue */
	const char *author_name, *author_addr, *subject, *msgid;
	struct slice body;
	const int64_t *folds; /* from, to, kind; within body */
	size_t nfolds;
	const char **files;
	const int64_t *file_sizes;
	size_t nfiles;
	int64_t held_at, account;
	bool moderates; /* by a role in the group, not only as administrator */
	/* "" and 0 while it waits */
	const char *decision, *decider, *why; /* decider "": the command line */
	int64_t decided_at, effective_at, done_at, decided_by;
	const char *door, *policy; /* how it was decided; what holds for the sender from then on */
	int64_t thread, post; /* numbers, once it is a post */
	const char *kind, *locale; /* locale: of whom it is answered to */
	int64_t version; /* a decision on what was seen names it */
	int64_t claimed_by, claimed_at; /* 0: nobody has it, or no longer */
	const char *claimer, *note;
	int64_t edited_at; /* 0: it is as it came */
	const char *editor, *edit_subject;
	int64_t list;
	/* of held_read alone */
	int64_t raw, request, about;
	const char *envelope_from, *recipient, *trace;
	struct slice edit_body;
};

/* list NULL: all groups they moderate; kind NULL: all. (at, id): after this one. */
enum rc held_queue_read(struct db *db, struct arena *a, struct reader who, const char *list,
			const char *kind, int64_t at, int64_t id, int limit, struct held **r,
			size_t *n_r) MUST_USE;
struct held_count {
	const char *kind;
	int64_t n;
};
enum rc held_counts_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 struct held_count **r, size_t *n_r) MUST_USE;
struct held_context { /* of one hold */
	int64_t hold, joined_at; /* 0: no member */
	int64_t posts, holds, refused; /* in the group, at most 1,000 */
	/* the post it answers or is about; number 0: none */
	const char *author, *list, *trace; /* trace: of the hold */
	struct slice text; /* its beginning */
	int64_t thread, number;
};
enum rc held_context_read(struct db *db, struct arena *a, const int64_t *ids, size_t nids,
			  struct held_context **r, size_t *n_r) MUST_USE;
enum rc held_recent_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 int limit, struct held **r, size_t *n_r) MUST_USE;
enum rc held_read(struct db *db, struct arena *a, struct reader who, int64_t id,
		  struct held *r) MUST_USE;
enum rc held_waiting_read(struct db *db, struct arena *a, struct reader who, const char *list,
			  int64_t *n_r, int64_t *oldest_r, int64_t *lists_r) MUST_USE;
enum rc moderates_read(struct db *db, struct arena *a, struct reader who, const char *list,
		       bool *yes_r) MUST_USE;

struct held_decision {
	const char *decision, *why, *policy, *door;
	int64_t account, window_s;
	int64_t version; /* 0: whatever it is, and whoever has claimed it */
};
/* RC_CONFLICT: it was decided already, or is not what was looked at any more. */
enum rc held_decide_write(struct db *db, struct arena *a, int64_t id,
			  const struct held_decision *d, int64_t *effective_r) MUST_USE;
/* The hold of a request to join that waits; RC_NOTFOUND: none does. */
enum rc held_of_request_read(struct db *db, struct arena *a, int64_t list, int64_t request,
			     int64_t *id_r) MUST_USE;
/* RC_CONFLICT: somebody else has it (unless take), or it was decided. */
enum rc held_claim_write(struct db *db, struct arena *a, int64_t id, int64_t account,
			 bool take) MUST_USE;
enum rc held_release_write(struct db *db, struct arena *a, int64_t id, int64_t account) MUST_USE;
enum rc held_note_write(struct db *db, int64_t id, const char *note) MUST_USE;
/* body NULL: as it came. RC_CONFLICT: decided, or changed by somebody else. */
enum rc held_edit_write(struct db *db, struct arena *a, int64_t id, int64_t version,
			const char *subject, const char *body, int64_t account) MUST_USE;
/* RC_CONFLICT: too late, or nothing to undo. */
enum rc held_undo_write(struct db *db, struct arena *a, int64_t id) MUST_USE;

struct held_due {
	int64_t id, list, raw, account, thread, parent, held_at, decided_by;
	int tries; /* this one counted */
	const char *decision;
	bool web, proven, automatic;
	struct slice seen; /* HASH_BYTES */
	const char *author_name, *author_addr, *subject, *envelope_from, *recipient, *trace, *msgid;
	const char *why, *list_title;
	const char *kind, *policy, *door, *locale, *note; /* locale: "" the account's or the list's */
	int64_t request, about;
	bool edited; /* by a moderator: these are what is posted; body: as it came */
	struct slice body;
	const char *edit_subject;
	struct slice edit_body;
};
/* Takes one; RC_NOTFOUND: nothing is due. */
enum rc held_due_take(struct db *db, struct arena *a, struct held_due *r) MUST_USE;
/* RC_NOTFOUND: done meanwhile. */
enum rc held_lock(struct db *db, struct arena *a, int64_t id) MUST_USE;
enum rc held_done_write(struct db *db, int64_t id, int64_t post) MUST_USE;
/* Its words are a moderator's. */
enum rc post_moderated_write(struct db *db, int64_t post) MUST_USE;
enum rc held_reopen_write(struct db *db, int64_t id, const char *reason) MUST_USE;
enum rc parent_refs_read(struct db *db, struct arena *a, int64_t post, const char ***refs_r,
			 size_t *n_r) MUST_USE;
struct held_queue { /* of one group */
	int64_t oldest, n; /* the hold that has waited longest, 0 for none; how many wait */
	const char *title;
};
enum rc held_oldest_read(struct db *db, struct arena *a, int64_t list,
			 struct held_queue *r) MUST_USE;

struct edit_row { /* of a post whose words a moderator changed */
	const char *subject, *edit_subject, *editor; /* editor "": the command line */
	struct slice body, edit_body;
	int64_t edited_at;
};
/* For its author, who moderates its group, and administrators; else RC_NOTFOUND. */
enum rc post_edit_read(struct db *db, struct arena *a, struct reader who, const char *list,
		       int64_t thread, int64_t number, struct edit_row *r) MUST_USE;

struct held_list { /* a group, and how many of its holds */
	int64_t list, n;
	const char *name;
};
/* Marks what has waited for so many hours and is below the level; the groups it is of. */
enum rc held_remind_write(struct db *db, struct arena *a, int level, int hours, int limit,
			  struct held_list **r, size_t *n_r) MUST_USE;
struct held_overdue {
	int64_t id, list, account;
	const char *kind, *msgid, *addr;
};
/* Decides "expire" what has waited for so many days and nobody is at. */
enum rc held_overdue_write(struct db *db, struct arena *a, int64_t days, int limit,
			   struct held_overdue **r, size_t *n_r) MUST_USE;

struct sender_policy { /* what holds for a sender from now on */
	int64_t list, account; /* account 0: nobody we know */
	const char *addr, *action, *pattern; /* accept, hold; pattern: of From */
};
/* RC_NOTFOUND: no member. before_r: what it was. */
enum rc sender_moderation_write(struct db *db, struct arena *a, const struct sender_policy *p,
				const char **before_r) MUST_USE;
/* A rule of the group; a former one with this pattern ends. */
enum rc sender_rule_write(struct db *db, const struct sender_policy *p) MUST_USE;
enum rc sender_ban_write(struct db *db, const struct sender_policy *p) MUST_USE;

struct away { /* who moderates and is away: days as YYYY-MM-DD */
	int64_t account;
	const char *name, *from, *until;
};
enum rc away_read(struct db *db, struct arena *a, struct reader who, const char *list,
		  struct away **r, size_t *n_r) MUST_USE;
/* Days "": none. RC_NOTFOUND: they moderate nothing there. */
enum rc away_write(struct db *db, struct arena *a, const char *list, int64_t account,
		   const char *from, const char *until, int64_t *list_r,
		   struct away *was_r) MUST_USE;

struct duty { /* a group that one moderates; days "" where one is not away */
	const char *list, *title, *notices, *from, *until;
};
enum rc duties_read(struct db *db, struct arena *a, int64_t account, struct duty **r,
		    size_t *n_r) MUST_USE;
/* RC_NOTFOUND: they moderate nothing there. */
enum rc duty_write(struct db *db, struct arena *a, const char *list, int64_t account,
		   const char *notices, int64_t *list_r, const char **was_r) MUST_USE;

struct runner { /* who runs a group or the site */
	int64_t account;
	const char *addr, *name, *locale;
};
enum rc owners_read(struct db *db, struct arena *a, int64_t list, struct runner **r,
		    size_t *n_r) MUST_USE;
enum rc admins_read(struct db *db, struct arena *a, struct runner **r, size_t *n_r) MUST_USE;

#endif
