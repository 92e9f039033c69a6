/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of mailer/parse share and nobody else sees: the tree of MIME
 * parts as mime.c found it, and the small conversions. A part holds no
 * content, only where its encoded bytes lie within the raw message.
 */
#ifndef CABILDO_MAILER_PARSE_PART_H
#define CABILDO_MAILER_PARSE_PART_H

#include "mailer/parse/mail.h"

enum part_disposition { DISPOSITION_NONE, DISPOSITION_INLINE, DISPOSITION_ATTACHMENT };

struct part {
	const char *type;       /* lower case, "text/plain" where none or nonsense is given */
	bool typed;             /* it had a Content-Type */
	const char *charset;    /* as declared, or "" */
	const char *name;       /* file name as declared, decoded, or "" */
	const char *description;/* Content-Description, decoded, or "" */
	const char *content_id; /* without <>, or "" */
	const char *encoding;   /* one of the words of struct mail_attachment */
	const char *smime;      /* parameter smime-type, or "" */
	const char *method;     /* parameter method of text/calendar, or "" */
	bool flowed, delsp;
	enum part_disposition disposition;
	size_t offset, length;  /* encoded content; leaves only */
	struct part *first, *next, *parent;
};

/* mime.c. start: where the header of the message begins; body: the offset
 * after it. RC_LIMIT with *why_r. *root_r is never NULL on RC_OK. */
enum rc part_tree(struct part **root_r, struct arena *a, struct slice raw, size_t start,
		  size_t body, const struct mail_limits *lim, const char **why_r) MUST_USE;

/* header.c. Splits the header section; returns where the body begins.
 * *start_r: where the first header begins (after blank lines, "From "). */
size_t header_split(struct arena *a, struct slice raw, struct mail_header **h_r, size_t *n_r,
		    size_t *start_r);
/* Unfolded: each line end with the white space after it becomes one space. */
struct slice header_unfold(struct arena *a, struct slice raw);
/* Valid UTF-8 in one line, blanks trimmed. */
char *line_clean(struct arena *a, struct slice s);

/* The charset that Content-Type declares for the whole message, or "". */
const char *header_charset(struct arena *a, const struct mail_header *h, size_t n);

/* words.c: RFC 2047 words and raw 8-bit text to UTF-8 (valid, not yet one line).
 * charset: what raw 8-bit text is in where it is not UTF-8; "" to guess. */
struct slice words_decode(struct arena *a, struct slice value, const char *charset);

/* charset.c: at most cap bytes come out. charset "" or unknown: guessed.
 * The result may hold controls: utf8_clean it. */
struct slice charset_utf8(struct arena *a, struct slice bytes, const char *charset, size_t cap);

/* addr.c: all mailboxes of one address header's raw value. */
size_t addr_list(struct arena *a, struct slice value, const char *charset,
		 struct mail_addr **out_r);

/* transfer.c: undoes one of the encoding words; the second for texts, at most cap bytes. */
struct slice transfer_decode(struct arena *a, struct slice in, const char *encoding);
struct slice transfer_text(struct arena *a, struct slice in, const char *encoding, size_t cap);
/* A uuencoded file within text: its length from "begin" to after "end", or 0
 * where none begins at text. *name_r: as written. */
size_t transfer_uu_block(struct slice text, struct slice *name_r);
/* The word for a Content-Transfer-Encoding as written, "8bit" where unknown. */
const char *transfer_name(const char *written);

/* picture.c: the pictures that an HTML text (UTF-8) names by cid:, at most max, once
 * for each place. */
struct picture {
	struct slice id;        /* within html */
	bool folded;            /* it stands in what is folded of that text */
};
size_t pictures_find(struct arena *tmp, struct slice html, size_t cap, struct picture *v, size_t max);

/* automatic.c: after the body is there. *sign_r: what says so, "" where nothing does. */
enum mail_auto mail_automatic(const struct mail *m, struct arena *a, const char **sign_r);

/* body.c: fills text, folds, attachments and the flags that parts decide. */
void body_build(struct mail *m, struct arena *a, struct part *root,
		const struct mail_limits *lim);

#endif
