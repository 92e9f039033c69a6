/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw bytes to struct mail: guarded (guard.c), taken apart by GMime (mime.c),
 * ids and References by our own scanner (msgid.c), the readable body chosen
 * and turned to UTF-8 (body.c, html2text.c, flowed.c), quoted text marked
 * (fold.c). Knows nothing of lists, members or the database.
 *
 * Every text here is valid UTF-8 without NUL, lines end in LF. The raw bytes
 * are never changed.
 */
#ifndef CABILDO_MAILER_PARSE_MAIL_H
#define CABILDO_MAILER_PARSE_MAIL_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct mail_limits {
	size_t size;            /* bytes of the whole message */
	size_t header_bytes;    /* of one header section; 1 MB */
	unsigned header_lines;  /* 5,000 */
	unsigned nesting;       /* 30 */
	unsigned parts;         /* 200 */
	size_t text;            /* bytes of body text kept; 4 MB */
};
extern const struct mail_limits mail_limits_default;

struct mail_addr {
	const char *name;       /* display name, "" if none */
	const char *addr;       /* local@domain, domain in lower case; "" if none was found */
};

struct mail_attachment {
	const char *name;       /* never NULL: made from the type where the mail has none; no path, no controls */
	const char *type;       /* lower case type/subtype */
	const char *content_id; /* without <>, or "" */
	const char *encoding;   /* "base64", "quoted-printable", "7bit", "8bit", "binary", "x-uuencode" */
	size_t offset, length;  /* of the encoded content within the raw message */
	size_t size;            /* bytes after decoding */
	unsigned char hash[32]; /* BLAKE2b-256 of the decoded bytes */
	bool inline_;           /* Content-Disposition: inline, or referred to by the HTML part */
	bool folded;            /* a picture that the HTML shows only in what is folded of it */
	/* a file in a winmail.dat: offset, length and encoding are that part's, and the
	 * file is size bytes of it after decoding, from inner. The part itself follows. */
	bool packed;
	size_t inner;
};

/* As post.folds keeps them and server/text/html.h shows them. */
enum fold_kind {
	FOLD_QUOTE,
	FOLD_SIGNATURE,
	FOLD_OTHER,
	FOLD_FORWARD,
	FOLD_LEGAL,     /* notice of confidentiality */
	FOLD_FOOTER,    /* of a list server */
};

struct mail_fold {              /* byte range of text that is shown folded; sorted, disjoint, whole lines */
	size_t from, to;
	enum fold_kind kind;
};

struct mail_header {
	const char *name;       /* as written */
	struct slice raw;       /* the value's bytes as they stand, folded */
	const char *value;      /* unfolded, RFC 2047 decoded, clean */
};

struct mail_part {              /* a leaf of the tree of parts, whatever becomes of it */
	const char *type, *charset, *encoding;
	size_t offset, length;  /* of the encoded content within the raw message */
};

enum mail_auto {
	MAIL_HUMAN,
	MAIL_AUTO_GENERATED,    /* by a program of its own accord */
	MAIL_AUTO_REPLIED,      /* by a program, to a message: vacation, receipt, recall, meeting answer */
	MAIL_BULK,              /* bulk mail of no list that says its name */
	MAIL_AUTO_SUSPECT,      /* the words of an automatic reply, and no sign that is sure */
	MAIL_LIST               /* what a person wrote, come through a mailing list */
};

struct mail {
	struct slice raw;

	const char *msgid;      /* without <>; "" where there is none usable */
	const char **refs;      /* References then In-Reply-To, oldest first, without <>, no duplicates */
	size_t nrefs;
	const char *in_reply_to;/* the first id of In-Reply-To, or "" */

	struct mail_addr from;  /* the first mailbox of From, else Sender */
	size_t nfrom;           /* mailboxes in From */
	struct mail_addr *to, *cc;
	size_t nto, ncc;
	const char *subject;    /* decoded, one line, as written (with its Re:) */
	int64_t date;           /* microseconds UTC; 0 where absent or nonsense */
	bool date_impossible;   /* a date was there and is before 1971 or more than a day ahead */

	const char *text;       /* what people read */
	size_t text_len;
	bool text_cut;          /* it was longer than limits.text */
	bool from_html;         /* made out of the HTML part */
	bool flowed;            /* RFC 3676 text was joined */
	struct mail_fold *folds;
	size_t nfolds;

	struct mail_attachment *attachments;
	size_t nattachments;
	struct mail_part *parts;      /* all leaves, in order */
	size_t nparts;
	bool is_signed, is_encrypted; /* PGP/MIME or S/MIME, also inline */

	struct mail_header *headers;  /* of the top level, in order */
	size_t nheaders;
	enum mail_auto automatic;     /* RFC 3834 and what is met; automatic.c */
	const char *auto_sign;        /* what says so: a header's name or a few words; "" */
	const char *outlook_class;    /* lower case: "ipm.note"; of a winmail.dat, or "" */
	const char *calendar_method;  /* lower case METHOD of a text/calendar part, or NULL */
	bool is_report;               /* multipart/report */
	bool answers_digest;          /* its subject or what it quotes is a digest's, ours or another's */
	const char *lang;             /* Content-Language, or "" */
};

/*
 * RC_OK; RC_LIMIT where a guard refused it (*why_r is one English sentence for
 * the log); RC_INVALID where nothing can be read of it at all. raw must stay
 * alive as long as the mail does. The arena holds at most twice the raw bytes
 * and 64 MB at the default limits. The text of an encrypted mail is one line,
 * "[PGP/MIME: name]": what people are told stands in their language elsewhere.
 */
enum rc mail_parse(struct mail *m_r, struct arena *a, struct slice raw,
		   const struct mail_limits *lim, const char **why_r) MUST_USE;

/* The first header of that name (ASCII case ignored), or NULL. */
const struct mail_header *mail_header(const struct mail *m, const char *name);

/* Call once per process. */
void mail_parse_init(void);

/* Parts that have their own tests and fuzzers. */
enum rc guard_check(struct slice raw, const struct mail_limits *lim, const char **why_r) MUST_USE;
/* All <...> of a References-like value in order, cleaned; at most max. */
size_t msgid_scan(struct arena *a, struct slice value, const char **out, size_t max);
/* The Message-ID of what cannot be taken apart, from its header lines as they stand, or "":
 * so that its fate can be looked up. */
const char *msgid_peek(struct arena *a, struct slice raw);
/* The subject without reply and forward prefixes (Re: RE[2]: RV: Rép: AW: Fwd: ...)
 * and without a leading [tag]; *reply_r tells whether a reply prefix was there. */
const char *subject_base(struct arena *a, const char *subject, bool *reply_r);
/* The bytes of one such prefix with its counter and colon at the start of s, or 0;
 * *reply_r: it is one of a reply. */
size_t subject_mark(struct arena *a, struct slice s, bool *reply_r);
char *html_to_text(struct arena *a, struct slice html, size_t cap, size_t *n_r);
char *flowed_join(struct arena *a, struct slice text, bool delsp, size_t *n_r);
size_t fold_find(struct arena *a, struct slice text, struct mail_fold **folds_r);
/* Is this the subject of a digest, with reply marks or without, or does the
 * text hold the head of one, quoted or not? */
MUST_USE bool digest_answered(struct arena *a, const char *subject, struct slice text);
/* 1 to -1 minute accuracy is what mail has: RFC 5322 and the usual wrong forms. */
MUST_USE bool mail_date(struct slice value, int64_t *usec_r);

#endif
