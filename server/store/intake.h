/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that a new post or a new fate needs; one function per statement. */
#ifndef CABILDO_STORE_INTAKE_H
#define CABILDO_STORE_INTAKE_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"
#include "server/base/str.h"

struct db;
struct db_rows;
#define RAW_CHUNK ((size_t)262144) /* raw_chunk.bytes, but for the last */
/* The one typedef: an array of 32 bytes reads better as a word. */
typedef unsigned char id_hash[HASH_BYTES];

struct mail_list_row {
	int64_t id, max_size, account;
	const char *name, *mail_domain, *lang, *posting, *nonmember;
	const char *account_name, *role, *moderation;
	bool receipt;
	const char *title, *identity, *unaddressed, *from_lists, *file_types, *spam, *locale;
	int64_t max_recipients, rules_version;
	bool closed, archived, envelope_banned, from_banned, emergency, flooding, fresh;
};
/* from NULL: the author is not known yet. */
enum rc mail_list_read(struct db *db, struct arena *a, const char *name, const char *domain,
		       const char *envelope, const char *from, struct mail_list_row *r) MUST_USE;
enum rc mail_list_read_id(struct db *db, struct arena *a, int64_t id,
			  struct mail_list_row *r) MUST_USE;

/* want_post: an id for a post is drawn. RC_CONFLICT: seen before. */
enum rc seen_add(struct db *db, struct arena *a, int64_t list, const id_hash h, const char *fate,
		 bool want_post, int64_t *post_r) MUST_USE;
struct seen_row {
	const char *fate;
	int64_t post, hold, thread, thread_number, number;
};
enum rc seen_read(struct db *db, struct arena *a, int64_t list, const id_hash h,
		  struct seen_row *r) MUST_USE;
/* RC_OK where the post was taken under that key, in whatever group; else RC_NOTFOUND. */
enum rc seen_same(struct db *db, struct arena *a, int64_t post, const id_hash h) MUST_USE;
/* The key, which seen_add made, is that of this post. */
enum rc seen_point(struct db *db, int64_t list, const id_hash h, int64_t post) MUST_USE;
/* The key of a hold becomes a post's; draws its id. RC_CONFLICT: it has one. */
enum rc seen_approve(struct db *db, struct arena *a, int64_t list, const id_hash h, int64_t hold,
		     int64_t *post_r) MUST_USE;
/* The bytes are a post's now: they do not expire. */
enum rc raw_keep(struct db *db, int64_t raw) MUST_USE;
enum rc seen_hold_write(struct db *db, int64_t list, const id_hash h, const char *fate,
			int64_t hold) MUST_USE;

/* Advisory locks until the end of the transaction, in order. */
enum rc ids_lock(struct db *db, struct arena *a, const int64_t *keys, size_t n) MUST_USE;
/* Against every seen_add of the list that has committed nothing yet. */
enum rc group_lock(struct db *db, int64_t list) MUST_USE;

struct ref_row {
	struct slice hash;
	int64_t thread, post, number; /* post 0: only named so far */
	const char *state;            /* of the thread */
	int64_t list;                 /* where the thread is now */
	bool placed;                  /* by a moderator: nothing merges it into another */
};
enum rc refs_read(struct db *db, struct arena *a, int64_t list, const id_hash *h, size_t n,
		  struct ref_row **r, size_t *n_r) MUST_USE;

/* Of the rows of such a statement; always RC_OK. */
enum rc refs_rows(struct arena *a, const struct db_rows *q, struct ref_row **r,
		  size_t *n_r) MUST_USE;

struct post_text_row {
	const char *body, *author_addr; /* the first 256 kB of body */
};
/*
 * What a post begins with: its key as seen_add, its locks as ids_lock, what is known of its
 * ids (the first is its own, the rest from the nearest on) as refs_read. Where reads, text is
 * of the nearest post that it names. RC_CONFLICT: seen before.
 */
struct place_rows {
	int64_t post; /* its id */
	struct ref_row *found;
	size_t nfound;
	int64_t near; /* the nearest post that it names, or 0 */
	struct post_text_row text;
};
enum rc post_place(struct db *db, struct arena *a, int64_t list, const id_hash key,
		   const int64_t *locks, size_t nlocks, const id_hash *ids, size_t nids, bool reads,
		   struct place_rows *r) MUST_USE;

enum rc raw_write(struct db *db, struct arena *a, struct slice raw, bool keep,
		  int64_t *raw_r) MUST_USE;

struct intake_new {
	int64_t list, post, hold, raw, account;
	const char *envelope_from, *recipient, *msgid, *fate, *rule, *trace, *reason;
};
enum rc intake_write(struct db *db, const struct intake_new *n) MUST_USE;

struct post_new {
	int64_t id, list, parent, account, sent_at;
	int64_t thread; /* 0: a new one */
	int64_t raw;    /* 0: bytes are stored, at most RAW_CHUNK of them */
	int parent_rank;
	const char *msgid, *author_name, *author_addr, *source, *lang, *subject;
	id_hash hash;
	const char **refs, **addressed;
	size_t nrefs, naddressed, nfolds, nattachments; /* nfolds: numbers, three a fold */
	bool sent_guessed, automatic;
	struct slice text, html, packed, own, quoted; /* packed: server/text/pack.h, or empty */
	const int64_t *folds;
	struct slice bytes;
	const id_hash *unknown, *waits; /* ids it names that nobody has; nearer to it than its parent */
	const int64_t *ranks;           /* of those that it waits for */
	size_t nunknown, nwaits;
	const struct intake_new *in; /* its record; NULL: from an archive, and no copies leave */
	bool counts; /* the group's counters are written too, last of all */
};
struct post_at {
	int64_t number, thread, thread_number; /* thread_number: 0 where the thread is new */
	bool hidden;                           /* nobody sees its thread */
};
/* All of a post but its files and its group's counters. RC_TEMPFAIL too where its thread went
 * to another thread or group while we waited for its lock: again from the start, that is seen. */
enum rc post_put(struct db *db, struct arena *a, const struct post_new *p,
		 struct post_at *r) MUST_USE;
/* The same with what comes next, which is the commit where p->counts. After that post_put_at()
 * tells; RC_NOTFOUND where the transaction was not committed. */
enum rc post_put_send(struct db *db, struct arena *a, const struct post_new *p) MUST_USE;
enum rc post_put_at(struct db *db, struct arena *a, struct post_at *r) MUST_USE;

enum rc post_text_read(struct db *db, struct arena *a, int64_t post, struct post_text_row *r) MUST_USE;

/* Where a thread is that an address or a form named. */
struct hint_row {
	int64_t thread, list; /* the one it leads to, and its group */
	const char *state;
};
enum rc hint_read(struct db *db, struct arena *a, int64_t thread, struct hint_row *r) MUST_USE;
/* A group by which a message's thread was moved: its names, and whether this person may see
 * what stands there. */
struct elsewhere_row {
	const char *name, *mail_domain;
	bool visible;
};
enum rc elsewhere_read(struct db *db, struct arena *a, int64_t list, const char *addr,
		       struct elsewhere_row *r) MUST_USE;

struct attachment_new {
	const char *name, *type, *encoding;
	int64_t size, offset, length;
	id_hash hash;
	bool inline_;
	bool folded;   /* with what is folded of the text */
	int64_t inner; /* -1: the whole of it; else where the file begins in what it decodes to */
};
/* author: their address, by whose earlier posts logos are known; "" where unknown. */
enum rc attachments_write(struct db *db, struct arena *a, int64_t post, const char *author,
			  const struct attachment_new *at, size_t n) MUST_USE;

/* thread: where the post itself stands. */
enum rc waiting_adopt(struct db *db, struct arena *a, int64_t list, const id_hash own,
		      int64_t post, int64_t thread) MUST_USE;
/* Before any other lock of a transaction that will merge these threads. */
enum rc threads_lock(struct db *db, struct arena *a, const int64_t *threads, size_t n) MUST_USE;
/* Everything of thread `from` goes into `to`; in the order of the ids the locks are taken. */
enum rc thread_merge(struct db *db, struct arena *a, int64_t list, int64_t from,
		     int64_t to) MUST_USE;

enum rc list_bump(struct db *db, int64_t list, int64_t at) MUST_USE;
/* number_r: NULL where nobody asks. */
enum rc list_bump_thread(struct db *db, struct arena *a, int64_t list, int64_t at, int64_t thread,
			 int64_t *number_r) MUST_USE;

struct hold_new {
	const char *kind, *locale; /* NULL: message, of the account or the list */
	int64_t list, raw, account, thread, parent, request, about, conversation;
	const char *rule, *reason, *author_name, *author_addr, *envelope_from, *subject, *msgid;
	const char *source, *trace, *recipient;
	id_hash seen; /* with raw: its row in message_seen */
	struct slice text;
	const int64_t *folds; /* nfolds numbers, three a fold, within text */
	size_t nfolds;
	const char *const *files; /* names of attachments, and their sizes */
	const int64_t *file_sizes;
	size_t nfiles;
	bool proven, automatic;
};
enum rc hold_write(struct db *db, struct arena *a, const struct hold_new *h,
		   int64_t *hold_r) MUST_USE;

#endif
