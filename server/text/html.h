/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markup is a type. struct html is text that is known to be safe markup; it
 * comes only from compiled templates (htc), from markup_render and from
 * plain_render. Everything else is escaped by where it stands.
 */
#ifndef CABILDO_TEXT_HTML_H
#define CABILDO_TEXT_HTML_H

#include "server/base/arena.h"
#include "server/base/str.h"

struct html {
	const char *p;
	size_t n;
};

struct out {                    /* where a page is being written */
	struct str *s;
};

void out_text(struct out *o, const char *s);           /* between tags */
void out_attr(struct out *o, const char *s);           /* inside a quoted attribute */
void out_url(struct out *o, const char *s);            /* a whole URL attribute: http, https, mailto or
							 * a path of ours; anything else becomes "#" */
void out_urlpart(struct out *o, const char *s);        /* one path segment or query value: percent-encoded */
void out_i64(struct out *o, int64_t v);
void out_html(struct out *o, struct html h);           /* the only unescaped way */
/* The same for text that is not NUL terminated. */
void out_text_n(struct out *o, struct slice s);
void out_attr_n(struct out *o, struct slice s);
void out_url_n(struct out *o, struct slice s);
/* The test out_url makes: one of the three schemes (any case, control
 * characters and leading white space not counted), or with own a path,
 * query or fragment of this site ("/x", "?x", "#x"; never "//host"). */
bool url_allowed(struct slice s, bool own);
/* For compiled templates alone: literal markup of the template. */
void out_raw_(struct out *o, const char *p, size_t n);

/* Markdown (CommonMark by md4c, raw HTML off, our renderer): links only http,
 * https, mailto, rel="nofollow ugc"; images become links; more than 5,000
 * blocks or cap bytes: falls back to plain_render. Headings start at h3. */
struct html markup_render(struct arena *a, struct slice text, size_t cap);

/* What post.folds keeps; mailer/parse has the same under names of its own. */
enum fold_kind_stored {
	FOLD_KIND_QUOTE, FOLD_KIND_SIGNATURE, FOLD_KIND_OTHER, FOLD_KIND_FORWARD, FOLD_KIND_LEGAL,
	FOLD_KIND_FOOTER,
};
struct fold_range {             /* sorted, disjoint, whole lines of the text */
	size_t from, to;
	int kind;               /* enum fold_kind_stored */
};
/*
 * Plain text of a mail: paragraphs, "> " quotes as blockquote, bare URLs and
 * none of the mail addresses as links, line breaks kept. A fold becomes
 * <details class="fold"><summary>SLOT</summary>...</details>. The markup holds
 * no word of any language and no mail address: both are slots, filled when it
 * is viewed. A slot is 0x01, a letter, its data, 0x02: "F<lines>,<kind>" the
 * summary of a fold, "A<address>" a mail address, "a<address>" one inside a
 * link, where no second link may stand. The data is not escaped. Markup
 * beyond cap is left out, with what is open closed: cap is a guard, not a
 * way to shorten.
 */
struct html plain_render(struct arena *a, struct slice text, const struct fold_range *folds,
			 size_t nfolds, size_t cap);

/* Fills the slots: fn writes what stands in place of a slot through o. */
void html_fill(struct out *o, struct html h,
	       void (*fn)(struct out *o, char what, struct slice data, void *ctx), void *ctx);

/* The first n columns worth of what was written, folds and quotes left out
 * (unless there is nothing else), one line; a mail address ends at its @. */
char *text_excerpt(struct arena *a, struct slice text, const struct fold_range *folds,
		   size_t nfolds, size_t chars);

#endif
