/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the drawing of a digest only: the words that its three forms share
 * (text part, HTML part, page), and what of it fits.
 *
 * What people wrote comes in as it is: control characters, line ends within a
 * name, marks that turn the direction of what follows, and words of any length
 * are dealt with here, once for all forms.
 */
#ifndef CABILDO_DIGEST_DRAW_H
#define CABILDO_DIGEST_DRAW_H

#include "server/digest/draw_views.h"
#include "server/digest/page.h"

/* Gmail cuts a mail at 102 kB of HTML; ours ends well before. */
#define DIGEST_HTML_MAX ((size_t)90000)

enum draw_level {
	DRAW_NONE,  /* behind "and N more" */
	DRAW_TITLE, /* one line */
	DRAW_SHORT, /* who, an excerpt, keywords */
	DRAW_WHOLE, /* the posts */
};

/* One line: no controls, no marks of direction, no runs of space; cut at max bytes with "…". */
char *draw_line(struct arena *a, const char *text, size_t max);
/* The same for who wrote: of a mail address only what stands after its @. */
char *draw_name(struct arena *a, const char *name);
/* Paragraphs of lines; lines that a mail program broke for their length are joined. */
struct view_digest_para *draw_paras(struct arena *a, const char *text, const char *lang, size_t *n_r);

/* The group and the site, as far as they have names of their own. */
const char *draw_place(struct arena *a, const struct digest *d);
/* "4–10 May", in a subject. */
const char *draw_range(struct arena *a, const struct digest *d);
/* Why it is longer than others; "" where it is not. */
const char *draw_several(const struct digest *d);
/* "6 new of 23", "New thread, 11 messages" */
const char *draw_news(struct arena *a, const struct digest_item *it);
/* "Ana, Luis, Gloria and 1 more"; "" */
const char *draw_who(struct arena *a, const struct digest_item *it);
/* "norma, costo, ficha"; "" */
const char *draw_keywords(struct arena *a, const struct digest_item *it);
/* The excerpt in the quotation marks of its language; "" */
const char *draw_quote(struct arena *a, const struct digest_item *it);
/* "5 messages are held", and what comes after it */
const char *draw_need(struct arena *a, const struct digest_need *n);
const char *draw_need_rest(struct arena *a, const struct digest *d, const struct digest_need *n);
/* mailto: with the thread's address, a subject and In-Reply-To (RFC 6068); "" where there is none. */
const char *draw_reply(struct arena *a, const struct digest_item *it);
/* The heading of a section; DIGEST_REST for all that is a title alone. */
const char *draw_section(enum digest_section s);

/*
 * How much of each item the mail shows: all of it where that fits into
 * DIGEST_HTML_MAX. Else every thread keeps its title before any has more, and
 * the threads with their posts share what is left. html_r: each item drawn so,
 * nitems of them; both forms of the mail show the same.
 */
struct draw_shown {
	enum draw_level level;
	size_t posts; /* of DRAW_WHOLE: the first of them */
};
struct draw_shown *draw_plan(struct arena *a, const struct digest *d,
			     struct view_digest_piece **html_r);
/* The text part that shows so much of each, in the language set. */
struct slice draw_text(struct arena *a, const struct digest *d, const struct draw_shown *shown);
/* "and 3 more messages"; "" */
const char *draw_more(struct arena *a, const struct digest_item *it, size_t shown);

#endif
