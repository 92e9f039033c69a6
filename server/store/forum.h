/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of groups, threads and posts as they are read. Every text lives in the
 * arena it was read into. account 0 is nobody; what the reader may not see is
 * not among the rows (sql/forum.sql).
 */
#ifndef CABILDO_STORE_FORUM_H
#define CABILDO_STORE_FORUM_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct db;

struct reader {
	int64_t account; /* 0: nobody signed in */
	bool admin;
};

struct group {
	int64_t id;
	const char *name; /* the address's local part, and the URL */
	const char *addr; /* name@domain */
	const char *title, *description, *lang;
	const char *visibility; /* public, members, hidden */
	int64_t thread_count, post_count, member_count, version;
	int64_t last_post_at;
	bool archived, closed;
	/* of the person who looks */
	bool member, moderator, owner;
	bool can_post;
	bool roster; /* they see who belongs to it; of a group read alone */
	const char *delivery; /* each, digest, mentions, none; "" if not a member */
	/* the newest post, where it was asked for */
	const char *last_subject, *last_author;
	int64_t last_thread;
	int64_t unread_threads;
	int64_t parent; /* the group it is part of, or 0 */
};

struct thread_row {
	int64_t id, number;
	const char *list_name, *list_title;
	const char *subject, *lang;
	const char *state; /* open, locked, hidden */
	bool pinned;
	int64_t post_count, participant_count;
	const char **participants; /* full names of the first three */
	size_t nparticipants;
	const char **tags; /* on the page of a group and of a thread */
	size_t ntags;
	int64_t first_post_at, last_post_at;
	int64_t last_number; /* of the newest post */
	int64_t read_number; /* newest number read; 0 never opened and new; -1 not counted: older
				* than the membership, not a member, nobody signed in */
};

struct attachment_row {
	int64_t n; /* /g/LIST/THREAD/POST/N/NAME */
	const char *name, *type;
	int64_t size;
	bool folded; /* a picture of a signature or of quoted mail */
};

struct post_row {
	bool moderated; /* posted with other words than it came with */
	int64_t id, number;
	int64_t parent_number; /* 0: none, or in another thread */
	int64_t account;
	const char *author_name;
	const char *organisation, *country; /* "" where unknown; country in English */
	int64_t sent_at;
	const char *source;         /* email, web, import */
	const char *lang, *subject; /* subject as written */
	const char *state;
	struct slice html;   /* with slots; see text/html.h; "" where packed is not */
	struct slice packed; /* text/pack.h; "" where none was asked for or is there */
	size_t html_n;       /* bytes of html, and the next two: made by core/forum.h */
	bool folds;
	bool cut; /* html is the beginning only: /g/L/T/N shows it whole */
	struct attachment_row *attachments;
	size_t nattachments;
	int64_t edited_at; /* 0: never */
};

struct participant {
	const char *name, *country;
	int64_t posts;
};

struct feed_entry {
	int64_t thread, number;
	const char *subject, *author_name, *lang, *msgid;
	int64_t sent_at;
	struct slice html;
};

struct subscription_row {
	struct group group;
	const char *delivery, *addr, *role;
	bool own_copy, copy_when_addressed, receipt;
	const char *attachments;
	int64_t pause_from, pause_until; /* from 0: since it was asked for */
	int64_t followed, muted;         /* threads */
	bool dead;                       /* mail to addr comes back */
	char every;                      /* digests, if any: d, w, m; the day of the week or month */
	int day, hour;
	const char *zone;
};

struct subscription_choice { /* what a member decides */
	const char *delivery; /* each, digest, mentions, none */
	bool own_copy;
	bool copy_when_addressed; /* also where To or Cc of the message names them */
	const char *attachments;  /* list: as the group has it; whole; link */
	bool receipt;             /* what was posted of a mail of theirs */
};

struct followed_row {
	const char *list, *title, *subject, *mode;
	int64_t number;
};
enum rc followed_read(struct db *db, struct arena *a, int64_t account, struct followed_row **r,
		      size_t *n_r) MUST_USE;

enum rc groups_read(struct db *db, struct arena *a, struct reader who, struct group **r,
		    size_t *n_r) MUST_USE;
enum rc group_read(struct db *db, struct arena *a, struct reader who, const char *name,
		   struct group *r) MUST_USE;
/* Of all groups that they see; at most ten. */
enum rc threads_latest_read(struct db *db, struct arena *a, struct reader who,
			    struct thread_row **r, size_t *n_r) MUST_USE;
/* At most THREADS_READ and the pinned ones: those after (at, id) in the order newest first;
 * at 0: from the start. hidden: show hidden ones too. tag NULL: whatever they are about. */
#define THREADS_READ 51
enum rc threads_read(struct db *db, struct arena *a, struct reader who, const struct group *g,
		     bool hidden, const char *tag, int64_t at, int64_t id,
		     struct thread_row **r, size_t *n_r) MUST_USE;

struct thread_head {
	struct group group;
	struct thread_row thread;
	int64_t moved_thread; /* 0: it is here */
	const char *moved_list;
	int64_t version; /* grows with every change of the thread or its posts */
};
enum rc thread_head_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 int64_t number, struct thread_head *r) MUST_USE;
/* The thread of a link that an account was sent, wherever it is now, as a stranger would see it. */
struct thread_link {
	struct thread_head head;
	const char *locale; /* of that account */
	bool member;        /* they could open it themselves */
	bool open;          /* and its group lets the link open it */
};
enum rc thread_link_read(struct db *db, struct arena *a, int64_t account, int64_t thread,
			 struct thread_link *r) MUST_USE;
struct thread_posts {
	struct post_row *v;
	size_t n;
	int64_t *parents; /* ids of what each answers, 0: nothing */
	struct participant *participants; /* the most active six */
	size_t nparticipants;
	bool acts; /* moderators did something to the thread */
};
/* hidden: those that only moderators see, too. packed: for a gzip client. */
enum rc posts_read(struct db *db, struct arena *a, int64_t thread, int64_t from, bool hidden,
		   int limit, bool packed, struct thread_posts *r) MUST_USE;
/* Head and posts of a thread that anybody may see, in one round trip; RC_NOTFOUND where it is none. */
enum rc thread_public_read(struct db *db, struct arena *a, const char *list, int64_t number,
			   int64_t from, bool packed, struct thread_head *head,
			   struct thread_posts *posts) MUST_USE;
enum rc posts_before_read(struct db *db, struct arena *a, int64_t thread, int64_t number,
			  bool hidden, int limit, int64_t *first_r) MUST_USE;
/* Where a post went that stood there, where they may see it. */
enum rc post_redirect_read(struct db *db, struct arena *a, struct reader who, int64_t thread,
			   int64_t number, const char **list_r, int64_t *thread_r, int64_t *number_r) MUST_USE;
enum rc post_by_msgid_read(struct db *db, struct arena *a, struct reader who, const char *list,
			   const char *msgid, const char **list_r, int64_t *thread_r,
			   int64_t *number_r) MUST_USE;
enum rc post_raw_id_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 int64_t thread, int64_t number, int64_t *raw_r) MUST_USE;

struct post_fold_row {
	int64_t post, list, thread;
	const char *folds; /* as PostgreSQL writes an array */
	struct slice body;
};
/* Where this person may open its folds, else RC_NOTFOUND. */
enum rc post_fold_read(struct db *db, struct arena *a, struct reader who, const char *list,
		       int64_t thread, int64_t number, struct post_fold_row *r) MUST_USE;
/* The thread's row is locked, then the post's. own: what the search reads. */
enum rc post_fold_write(struct db *db, const struct post_fold_row *r, struct slice html,
			struct slice packed, struct slice own) MUST_USE;
enum rc raw_read(struct db *db, struct arena *a, int64_t raw, struct slice *r) MUST_USE;

struct attachment_place {
	struct attachment_row row;
	const char *encoding;
	int64_t offset, length, raw;
	int64_t inner; /* -1: the whole; else row.size bytes from here of what it decodes to */
};
enum rc attachment_read(struct db *db, struct arena *a, struct reader who, const char *list,
			int64_t thread, int64_t number, int64_t n,
			struct attachment_place *r) MUST_USE;
/* By a link that was mailed to the owner of a subscription. */
enum rc attachment_link_read(struct db *db, struct arena *a, int64_t subscription, int64_t post,
			     int64_t n, struct attachment_place *r) MUST_USE;
/* Of a thread whose reader was asked about before; only of a post that is shown. */
enum rc attachment_of_post_read(struct db *db, struct arena *a, int64_t thread, int64_t number,
				int64_t n, struct attachment_place *r) MUST_USE;
enum rc raw_range_read(struct db *db, struct arena *a, int64_t raw, int64_t offset, int64_t length,
		       struct slice *r) MUST_USE;

enum rc feed_read(struct db *db, struct arena *a, int64_t list, int64_t thread,
		  struct feed_entry **r, size_t *n_r) MUST_USE;
enum rc subscriptions_read(struct db *db, struct arena *a, struct reader who,
			   struct subscription_row **r, size_t *n_r) MUST_USE;

/* These two: RC_NOTFOUND where the thread is not there or not theirs to read or follow. */
enum rc read_mark_write(struct db *db, struct arena *a, struct reader who, const char *list,
			int64_t thread, int64_t number) MUST_USE;
enum rc read_mark_group_write(struct db *db, struct reader who, const char *list) MUST_USE;
/* mode "": takes the mark away */
enum rc follow_write(struct db *db, struct arena *a, struct reader who, const char *list,
		     int64_t thread, const char *mode) MUST_USE;
enum rc follow_read(struct db *db, struct arena *a, int64_t thread_id, int64_t account,
		    const char **mode_r) MUST_USE;
/* RC_NOTFOUND: hidden, or the account belongs not (or no more) to its group. */
enum rc follow_place_read(struct db *db, struct arena *a, int64_t account, int64_t thread_id,
			  struct followed_row *r, const char **locale_r) MUST_USE;
enum rc subscription_write(struct db *db, struct arena *a, int64_t account, const char *list,
			   const struct subscription_choice *c, int64_t *list_r,
			   const char **before_r) MUST_USE;

struct reply_target {
	int64_t thread, post;
	const char *subject, *state, *msgid;
	const char **refs;
	size_t nrefs;
};
enum rc reply_target_read(struct db *db, struct arena *a, int64_t list, int64_t thread,
			  int64_t parent, struct reply_target *r) MUST_USE;

#endif
