/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry for a new post, from mail, web and import: idempotence, place in
 * the thread, raw bytes, search entry, page and outbound work, all in the
 * caller's transaction (promises P1 to P4).
 */
#ifndef CABILDO_CORE_SUBMIT_H
#define CABILDO_CORE_SUBMIT_H

#include "server/base/str.h"
#include "server/core/unit.h"

struct submit_attachment {
	const char *name, *type, *encoding;
	int64_t size, offset, length; /* offset, length: the encoded bytes within raw */
	unsigned char hash[32];
	bool inline_;
	bool folded; /* a picture in what is folded of the text */
	bool packed; /* a file within what these bytes decode to: size bytes from inner */
	int64_t inner;
};

enum submit_source { SUBMIT_EMAIL, SUBMIT_WEB, SUBMIT_IMPORT };

struct submission {
	enum submit_source source;
	struct slice raw;
	const char *msgid; /* without <>; "" : made from the bytes */
	const char **refs; /* oldest first, own id not among them */
	size_t nrefs;
	int64_t thread_hint; /* thread id of a thread address, or 0 */
	int64_t parent_hint; /* post id the web form answers, or 0 */
	const char **addressed; /* To and Cc, lower case: they have it already */
	size_t naddressed;
	int64_t account;     /* 0: not a member */
	const char *author_name, *author_addr;
	int64_t sent_at; /* 0: unknown */
	bool sent_guessed;
	const char *subject;
	const char *lang; /* "" : found by its words, else the list's */
	struct slice text;
	const int64_t *folds; /* from, to, kind; three a fold */
	size_t nfolds;
	bool markdown; /* text is Markdown: a post from the web */
	const struct submit_attachment *attachments;
	size_t nattachments;
	bool automatic;
	bool through_list; /* automatic only in that another list passed it on */
	bool answers_digest; /* live mail of this sort makes no thread: it waits instead */
	/* 0: to the group itself; else a number for each other address of it, so that a
	 * message to the group and to its owners is not a duplicate of itself */
	unsigned apart;
	/* where it is held: its kind (NULL: message), what it goes on (owner_mail.h), and that
	 * nobody is told that it waits */
	const char *hold_kind;
	int64_t conversation;
	bool quiet;
	const char *envelope_from, *recipient, *trace;
	const char *reason; /* the rule's sentence, a msgid of the catalogue; may be NULL */
	bool proven; /* the author: an answer may go to them (promise P9) */
	bool alone;  /* nobody else posts to the group meanwhile; see submit_result */
};

enum fate {
	FATE_POSTED,
	FATE_HELD,
	FATE_COMMAND,
	FATE_BOUNCE,
	FATE_COMPLAINT,
	FATE_DUPLICATE,
	FATE_DROPPED,
	FATE_QUARANTINED,
	FATE_FORWARDED, /* to those who run the group or the site */
	FATE_REFUSED    /* its proven sender has it back, with the reason */
};
const char *fate_name(enum fate f);

struct submit_result {
	enum fate fate;
	int64_t post, thread, thread_number, number, hold;
	int64_t raw; /* the bytes just stored; 0 for a duplicate */
	int threads; /* by how many the list has more: -1 where the post joined two */
	const char *rule; /* of a hold: the one that decided, here or before; else NULL */
	/* with RC_TEMPFAIL: the post joins threads into which others may be writing.
	 * Abort, and submit it again with `alone` in a new transaction. */
	bool alone;
	/* thread and number are known once it is committed: submit_late() */
	bool late;
	/* RC_CONFLICT with this set: the thread it answers is in that group by now, and
	 * nothing was done: list_elsewhere, then again by the rules of that group */
	int64_t elsewhere;
};

struct list_ref { /* what receiving needs of a list, in one look-up */
	int64_t id;
	const char *name, *mail_domain, *lang, *posting, *nonmember;
	int64_t max_size;
	bool closed, archived;
	bool banned; /* the envelope sender, for this list or the site */
	/* the author, by the address in From */
	int64_t account;
	const char *account_name, *role, *moderation; /* role "" : not a member */
	bool from_banned; /* their address, their domain, or another address of theirs */
	const char *locale; /* of the account, "" without one */
	bool receipt;       /* they want to hear what was posted of their mail */
	bool flooding;      /* more posts within the hour than the group takes of one sender */
	bool fresh;         /* a member whose first posts are reviewed, and has not written them */
	/* the group's settings; see list_setting_names */
	const char *title, *identity, *unaddressed, *from_lists, *file_types, *spam;
	bool emergency;
	int64_t max_recipients, rules_version; /* rules_version 0: moderators made no rule */
};
/* local: local part without delimiter and extension. from and envelope may be "";
 * from NULL: only the envelope is known, nothing about an author is looked up. */
enum rc list_lookup(struct unit *u, const char *local, const char *domain, const char *envelope,
		    const char *from, struct list_ref *r) MUST_USE;
enum rc list_lookup_id(struct unit *u, int64_t id, struct list_ref *r) MUST_USE;

/* The group that a thread was moved to, as list_lookup; RC_NOTFOUND where who writes may not see
 * it, and nothing tells them that it is there. */
enum rc list_elsewhere(struct unit *u, int64_t id, const char *envelope, const char *from,
		       struct list_ref *r) MUST_USE;

/*
 * Makes the post. RC_OK with the fate: posted, duplicate, or held (a known
 * Message-ID with another From or Date). In a transaction.
 *
 * The order of locks, for all who write threads: the group's lock (shared by
 * who posts; whole for who joins, splits or moves threads, see
 * submit_list_lock), the key of idempotence, the ids by value, threads by id,
 * their participants, posts, the list's row last.
 */
enum rc submit_post(struct unit *u, const struct list_ref *l, const struct submission *s,
		    struct submit_result *r) MUST_USE;
/* After the commit of a result that is late. */
void submit_late(struct unit *u, struct submit_result *r);
/*
 * The whole group for this transaction: whoever else posts waits before their
 * first row, so that no post finds its place in a thread that is on its way
 * into another. First in each transaction that moves posts between threads, and
 * in each that imports: a batch needs one lock, not one for each id. An imported
 * message whose Message-ID is taken by another is FATE_DROPPED, and nothing is
 * written.
 */
enum rc submit_list_lock(struct unit *u, int64_t list) MUST_USE;
/* What makes two arrivals the same message (promise P3): 32 bytes. u: its arena is used. */
void submit_key(struct unit *u, const struct submission *s, unsigned char key_r[static 32]);
/* The id a post is known by: its own, or one made of its key. */
const char *submit_msgid(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const unsigned char key[static 32]);
/* What submit_post would find, for a dry run: FATE_POSTED where it is new. */
struct submit_look {
	enum fate fate;
	unsigned char key[32];          /* of idempotence */
	const unsigned char (*ids)[32]; /* own, then what it names, by hash */
	const int64_t *threads;         /* of each id in the database, 0: not there */
	size_t n;
	const char *rule; /* that would hold it for the place it would get, or "" */
};
enum rc submit_look(struct unit *u, const struct list_ref *l, const struct submission *s,
		    struct submit_look *r) MUST_USE;
/* Records anything else that was answered 250, with its raw bytes for 30 days. Each is
 * idempotent: the same again is FATE_DUPLICATE, and then nothing else is to be done for it
 * either (no score of a bounce, no answer to a command). */
enum rc submit_hold(struct unit *u, const struct list_ref *l, const struct submission *s,
		    const char *rule, const char *reason, struct submit_result *r) MUST_USE;
/*
 * The post of what was held and then approved: under the key it was held
 * with, so that the same mail again is its duplicate, and with the bytes that
 * are stored already. Where another post has its Message-ID by now it gets one
 * of its own. RC_CONFLICT: it is a post already.
 */
struct submit_held {
	int64_t hold, raw;
	const unsigned char *key; /* 32 bytes */
};
enum rc submit_approved(struct unit *u, const struct list_ref *l, const struct submission *s,
			const struct submit_held *h, struct submit_result *r) MUST_USE;
enum rc submit_record(struct unit *u, const struct list_ref *l, const struct submission *s,
		      enum fate fate, const char *rule, struct submit_result *r) MUST_USE;

/* What is neither a post nor held but may be done once only: claims its key. known:
 * it was here before, and is recorded as a duplicate in *r. */
enum rc submit_seen(struct unit *u, const struct list_ref *l, const struct submission *s,
		    enum fate fate, bool *known_r, struct submit_result *r) MUST_USE;
/* submit_hold and submit_record after submit_seen. */
enum rc submit_hold_seen(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *rule, const char *reason, struct submit_result *r) MUST_USE;
enum rc submit_record_seen(struct unit *u, const struct list_ref *l, const struct submission *s,
			   enum fate fate, const char *rule, struct submit_result *r) MUST_USE;

/* A post written on the web: composes the raw message itself. In a transaction. */
struct web_upload {
	const char *name, *type;
	struct slice bytes;
};
struct web_post {
	const char *list;
	int64_t thread;      /* number; 0: a new thread */
	int64_t parent;      /* number of the post it answers; 0: the last */
	const char *subject; /* of a new thread */
	struct slice text;   /* Markdown */
	const struct web_upload *uploads;
	size_t nuploads;
	const char *form_id; /* makes the Message-ID stable: the same form twice is one post */
};
/* RC_DENIED: may not post; RC_INVALID: *why_r says what is wrong (msgid of the
 * catalogue). FATE_HELD where the group is moderated. */
enum rc submit_web(struct unit *u, const struct web_post *w, struct submit_result *r,
		   const char **why_r) MUST_USE;

#endif
