/* SPDX-License-Identifier: Apache-2.0 */
/* What the templates of a digest are filled with. */
#ifndef CABILDO_DIGEST_DRAW_VIEWS_H
#define CABILDO_DIGEST_DRAW_VIEWS_H

#include "server/text/html.h"

struct view_digest_piece {
	struct html html;
};

struct view_digest_line {
	const char *text;
	bool more; /* another one follows in the same paragraph */
};

struct view_digest_para {
	const struct view_digest_line *lines;
	size_t nlines;
	const char *lang;
};

struct view_digest_post {
	const char *author, *when, *iso, *url;
	bool cut, late;
	const struct view_digest_para *paras;
	size_t nparas;
};

struct view_digest_said { /* a post on the page */
	const struct view_digest_post *p;
};

struct view_digest_item {
	int number;
	const char *title, *lang, *group, *news, *who, *quote, *quote_lang, *keywords;
	const char *url, *reply, *mute;
	int64_t new_posts;
	const struct view_digest_piece *posts;
	size_t nposts;
	const char *more;      /* "and 3 more messages", or "" */
};
/* The same item as a title in the mail, and both ways on the page. */
struct view_digest_title {
	const struct view_digest_item *i;
};

struct view_digest_row {
	const struct view_digest_item *i;
};

struct view_digest_entry {
	const struct view_digest_item *i;
};

struct view_digest_section {
	const char *title;
	const struct view_digest_piece *items;
	size_t nitems;
	bool titles;           /* its items are one line each */
	const char *more;      /* "and 5 more threads", or "" */
	const char *more_url;
};

struct view_digest_wait {
	const char *link, *url, *rest;
};

struct view_digest_mail {
	const char *lang, *subject, *preheader, *site, *heading, *counts, *several;
	const struct view_digest_wait *needs;
	size_t nneeds;
	const struct view_digest_section *sections;
	size_t nsections;
	bool answer;           /* at least one item can be answered */
	const char *why, *prefs, *stop, *web;
};
struct view_digest_page {
	const struct view_digest_mail *m;
};

#endif
