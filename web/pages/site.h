/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every page needs: the unit of work behind the request, who looks, and
 * the frame around the page. Pages are thin: parameters -> server/core -> a
 * view struct -> its template.
 */
#ifndef CABILDO_WEB_SITE_H
#define CABILDO_WEB_SITE_H

#include "server/core/forum.h"
#include "web/route/route.h"
#include "web/views/views.h"

struct site {             /* page->app; one per worker */
	struct unit unit; /* its arena is the request's, set by begin */
	const struct conf *conf;
	char title[4 * 120 + 1];       /* of the whole site: its setting, */
	int64_t title_until;           /* asked again at this clock_mono() */
	const char *style, *style_url; /* the sheet's bytes and its address with a hash */
	const char *mark;              /* the icon */
	size_t style_n, mark_n;
	const char *trial; /* "" or the notice of a trial */
	struct router *router;
	struct guesses *guesses; /* one table for all workers */
};

#define COOKIE_SESSION "cabildo"
#define COOKIE_LANG    "lang"

extern const struct route site_routes[];
extern const size_t site_routes_n;

/* The hooks of route.h. */
enum rc site_load(struct page *pg);
enum rc site_allow(struct page *pg);
enum rc site_begin(struct page *pg, enum tx tx);
enum rc site_end(struct page *pg, enum rc rc);
bool site_missed(struct page *pg);
/* The error page, and the handler around route_serve. */
void site_error(struct req *r, struct resp *p, int status, void *ctx);
/* serve_opt.late: a page alone, without the database. What somebody wrote (a POST) is taken
 * however late, and so is the sheet, or the next page would come without it. */
serve_fn site_late;

static inline struct site *site_of(struct page *pg)
{
	return pg->app;
}

static inline struct unit *unit_of(struct page *pg)
{
	return &site_of(pg)->unit;
}

struct frame { /* what a page says about itself */
	const char *title;
	int here; /* view_shell.here */
	const char *feed;
	bool noindex;
	bool bare; /* without any form */
	const char *q;
	struct view_crumb *crumbs;
	size_t ncrumbs;
};

/* The buffer a page's template writes to, then page_show puts the frame around. */
struct out page_out(struct page *pg);
enum rc page_show(struct page *pg, const struct frame *f, struct out *o) MUST_USE;
/* Whether what a reader who is not signed in has, is still what they would get:
 * `what` names the page and everything on it that changes; language, style and
 * look are added here. Answered then. Never true for who is signed in. */
MUST_USE bool site_fresh(struct page *pg, const char *what);
/* The crumbs Home > group > thread title; names may be NULL. */
void page_crumbs(struct page *pg, struct frame *f, const struct group *g, const char *thread_title,
		 int64_t thread);

/* A thread's tags, each leading to the group's page of it. */
void tags_fill(struct page *pg, const struct thread_row *t, struct view_tag **r, size_t *n_r);
struct act_line;
/* What was done to a thread, in a sentence. */
void act_fill(struct page *pg, const struct act_line *a, bool member, struct view_act *v);

/* Texts of pages. */
const char *fmt_time(struct page *pg, int64_t usec);  /* row form in the reader's zone */
const char *fmt_iso(struct page *pg, int64_t usec);   /* RFC 3339 for datetime= */
const char *fmt_size(struct page *pg, int64_t bytes); /* 84 kB */
const char *fmt_number(struct page *pg, int64_t n);   /* 10 000 */
/* A post's HTML with its slots filled for this reader. member: may see addresses. */
struct html post_html(struct page *pg, struct slice html, bool member);
/* The same of a pack (server/text/pack.h), for who takes gzip: what was deflated stays
 * so, and stands in the page as a block (resp_block). */
struct html post_packed(struct page *pg, struct slice packed, bool member);
/* Words that somebody wrote outside of a post's body: subjects, names, excerpts.
 * Mail addresses in them lose their local part unless member. */
const char *text_shown(struct page *pg, const char *text, bool member);
/* The same for a subject; never empty. */
const char *subject_shown(struct page *pg, const char *subject, bool member);
/* mailto: of a group with a subject. */
const char *mailto_group(struct page *pg, const char *addr, const char *subject);
void row_fill(struct page *pg, const struct thread_row *t, bool with_group, bool member,
	      struct view_row *r);

#endif
