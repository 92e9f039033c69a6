/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored post to the bytes that leave: every outgoing header is written
 * here. A post is composed once per variant (list policy, language of the
 * "via" word) into a struct composed; what is personal (List-Unsubscribe and
 * the footer) is a slot, so that a copy is a few memcpy.
 *
 * Output lines end in CRLF, there is no bare CR or LF, our own lines are at
 * most 78 columns where they can be folded and never over 998 octets. Values
 * given here may be hostile: control characters never reach a header.
 * Knows nothing of the database, the queue or the wire.
 */
#ifndef CABILDO_MAILER_COMPOSE_H
#define CABILDO_MAILER_COMPOSE_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

enum compose_from {
	COMPOSE_FROM_KEEP,      /* the author's From (mail posts only) */
	COMPOSE_FROM_LIST,      /* "Ana Pérez por Agenda" <list>; always so for web posts */
};

/*
 * Who gets the answers. docs/mail-out.md has the table of From, Reply-To and Cc
 * for each of these with From kept and not. author_addr "": it is hidden, and
 * no field of ours shows it.
 */
enum compose_reply {
	COMPOSE_REPLY_LIST,
	COMPOSE_REPLY_AUTHOR,
	COMPOSE_REPLY_BOTH,
};

/* Every string is UTF-8 and never NULL: "" where there is none. */
struct compose_list {
	const char *local, *domain;     /* of the list's address */
	const char *title;
	const char *list_id;            /* "agenda.foro.example", without <> */
	const char *archive_url;
	const char *lang;               /* BCP 47; Content-Language of web posts */
	const char *tag;                /* "Agenda" gives "[Agenda] " in the Subject */
	bool footer;                    /* copies carry compose_copy.footer */
	bool no_post;                   /* members cannot post: List-Post: NO */
	bool digest;                    /* one person's: it names the group, and is not a post of it */
};

struct compose_attachment {
	const char *name, *type;
	struct slice bytes;             /* decoded */
};

struct compose_post {
	/* A post that came by mail: its original bytes; web fields unused. */
	struct slice raw;               /* n == 0: a post from the web */

	const char *msgid;              /* without <>; used where raw has none */
	int64_t date;                   /* the same */
	const char *author_name, *author_addr; /* addr "" where it is hidden */
	const char *via;                /* "por", in the language of the variant */
	enum compose_from from;
	enum compose_reply reply;
	const char *url;                /* the post's page, for Archived-At */

	/* Domains whose DKIM signature passed and is aligned with From (RFC 7489 3.1.1):
	 * of a mail post, for compose_signature_holds. */
	const char *const *dkim;
	size_t ndkim;

	/* Attachments go by link: a mail post leaves as text alone, and each copy's
	 * footer, without "-- " before it, names them. Not for compose_whole mails. */
	bool by_link;

	/* A post from the web; text is also that of a mail post by link. */
	const char *subject;
	struct slice text;              /* lines end in LF */
	const char *const *refs;        /* oldest first, without <>, the parent last */
	size_t nrefs;
	const struct compose_attachment *attachments;
	size_t nattachments;
};

struct compose_copy {
	const char *rcpt;               /* envelope; not in the bytes */
	const char *lang;               /* of the footer */
	const char *sender;             /* envelope sender (VERP); not in the bytes */
	const char *unsub_mailto;       /* address for List-Unsubscribe, "" for none */
	const char *unsub_url;          /* https only, else ""; brings List-Unsubscribe-Post */
	const char *footer;             /* lines end in LF; "" for none */
};

struct composed;                        /* lives in the arena it was made in */

#define COMPOSE_CAP ((size_t)80 << 20)  /* no composed message is larger */

/*
 * RC_INVALID where raw has no header at all, RC_LIMIT over COMPOSE_CAP. raw
 * and the attachments' bytes must stay alive as long as the result.
 */
enum rc compose_post(struct composed **c_r, struct arena *a, const struct compose_list *list,
		     const struct compose_post *post) MUST_USE;
/*
 * Whether one of the signatures of p->dkim would still verify in a copy that
 * keeps From: body and signed fields leave as they came, and nothing is added
 * that the signature says is absent (RFC 6376 5.4). False where in doubt.
 */
bool compose_signature_holds(struct arena *a, const struct compose_list *list,
			     const struct compose_post *p);
/* Signed or encrypted: it would be worthless in pieces. */
bool compose_whole(struct arena *a, struct slice raw);
/*
 * One recipient's message: the pieces one after the other, some of them empty. What is
 * theirs alone is made in a; the rest stands in the composed post and what it was made of.
 */
#define COMPOSE_PIECES 8
enum rc compose_pieces(struct composed *c, const struct compose_copy *copy, struct arena *a,
		       struct slice piece_r[static COMPOSE_PIECES]) MUST_USE;
/* The same, appended to out. RC_LIMIT where out's cap is too small. */
enum rc compose_copy(struct composed *c, const struct compose_copy *copy, struct str *out) MUST_USE;
/* The author's body and From reach the reader as they were sent (DKIM may verify). */
bool composed_untouched(const struct composed *c);

/* Service mail and digests: always from us, always to one person. */
struct compose_notice {
	const char *from_name, *from_addr;
	const char *to_name, *to_addr;
	const char *reply_to;           /* an address, or "" */
	const char *subject;
	struct slice text;              /* lines end in LF */
	struct slice html;              /* n == 0: plain text alone */
	const char *msgid;
	int64_t date;
	const char *lang;
	bool person;                    /* somebody wrote it: it is not called automatic */
	const char *in_reply_to;        /* an id: makes it auto-replied; else auto-generated */
	const char *const *refs;        /* what that message's References name, or NULL */
	size_t nrefs;
	struct slice original;          /* a raw message to return, attached; n == 0: none */
	const char *loop;               /* value of X-Loop, or NULL */
	const struct compose_list *list;    /* a digest's List-* headers, or NULL */
	const struct compose_copy *copy;    /* with list: List-Unsubscribe, or NULL */
	const struct compose_whole *whole;  /* a digest's messages, as parts after text; or NULL */
	size_t nwhole;
};
struct compose_whole;               /* whole.h */
enum rc compose_notice(const struct compose_notice *n, struct str *out) MUST_USE;

#endif
