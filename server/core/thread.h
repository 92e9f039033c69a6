/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moderators do to threads. Each act is one row of a table in thread.c,
 * runs in the caller's transaction, is recorded (audit, and thread_act with
 * how it was before), explained to who follows the thread, and can be undone
 * for 30 days where nothing else has changed the same since.
 *
 * Old addresses and old Message-IDs lead to the new place for ever: posts leave
 * post_redirect, threads thread.moved_to behind, and thread_ref knows the ids in
 * the group that was left too. What the new place shows decides who gets there.
 *
 * Who may: moderators and owners of the group (of both, to move), administrators,
 * the command line. For anybody else it is RC_NOTFOUND.
 */
#ifndef CABILDO_CORE_THREAD_H
#define CABILDO_CORE_THREAD_H

#include "server/core/unit.h"
#include "server/store/thread.h"

enum thread_act {
	ACT_LOCK,
	ACT_UNLOCK,
	ACT_PIN,   /* until */
	ACT_UNPIN,
	ACT_HIDE,
	ACT_RESTORE,
	ACT_HIDE_POSTS,    /* posts */
	ACT_RESTORE_POSTS, /* posts */
	ACT_RENAME,        /* subject */
	ACT_SPLIT,         /* posts, subject */
	ACT_MERGE,         /* to: another thread of the group */
	ACT_MOVE,          /* to_list */
	ACT_REATTACH,      /* the first of posts, under to_post of to (0: of the same thread) */
	ACT_TAG,           /* tags */
	THREAD_ACTS
};
extern const char *const thread_act_names[]; /* "lock", ...; NULL at the end */

#define THREAD_SUBJECT_MAX 300
#define THREAD_WHY_MAX     1000
#define THREAD_POSTS_MAX   1000 /* ticked at once */
#define UNDO_DAYS          30
#define TAGS_MAX           10
#define TAG_LENGTH_MAX     40 /* characters */

struct thread_do {
	const char *list;
	int64_t thread; /* its number */
	enum thread_act act;
	const int64_t *posts; /* numbers */
	size_t nposts;
	const char *subject, *to_list;
	const char *tags; /* with commas between them; "": none */
	int64_t to, to_post, until;
	const char *why; /* to who follows, and for the record; may be NULL */
};

struct thread_done {
	int64_t act;        /* its number, for undoing */
	const char *list;   /* where what it was done to stands now: group, */
	int64_t thread;     /* and number of the thread; 0: it was done to a tag of the group, tag.h */
	const char *reason; /* RC_INVALID: what stands against it, a msgid */
};

/* In a transaction. RC_INVALID: r->reason says why nothing was done. */
enum rc thread_do(struct unit *u, const struct thread_do *d, struct thread_done *r) MUST_USE;
/* The same way back. */
enum rc thread_undo(struct unit *u, int64_t act, struct thread_done *r) MUST_USE;

/* Everything that the tools' page shows. */
struct thread_tools {
	struct act_thread thread;
	struct tool_post *posts; /* from the wanted number on, at most 100 */
	size_t nposts;
	int64_t next_from;
	struct act_line *acts; /* newest first, at most 20 */
	size_t nacts;
	const char *tags, *tags_chosen; /* commas between them: its own, those proposed */
	struct act_list *lists; /* where it may go */
	size_t nlists;
};
enum rc thread_tools(struct unit *u, const char *list, int64_t thread, int64_t from,
		     struct thread_tools *r) MUST_USE;
/* What a report was about, for whoever decided it: the post, or its whole thread where it is the
 * only one there. What is not shown any more stays so. In a transaction. */
struct reported;
enum rc thread_hide_reported(struct unit *u, const struct reported *p, int64_t account) MUST_USE;
/* What was done to a thread, for its readers: the newest that still stand, at most 5. */
enum rc thread_lines(struct unit *u, int64_t thread_id, struct act_line **r, size_t *n_r) MUST_USE;

/* thread_notice.c: one mail to each who follows, in their language. */
enum rc thread_explain(struct unit *u, const struct act_row *act, const struct act_thread *t) MUST_USE;

/* thread_undo.c */
/* Words of a list with commas, trimmed, each once; -1: too many or too long. */
int tags_split(struct unit *u, const char *text, const char *tags_r[static TAGS_MAX]);
enum rc act_locks(struct unit *u, int64_t one, int64_t other) MUST_USE;
/* Counters of both threads from their posts, then of their groups: what w (as it was
 * before) differs from what they are now. The last thing that an act does. */
enum rc act_settle(struct unit *u, int64_t one, int64_t other, const struct act_weight *w,
		   size_t n) MUST_USE;

#endif
