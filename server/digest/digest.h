/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A digest as its reader gets it: filled from a recipe (digest_issue) and its
 * blocks, drawn by digest_text() and digest_html() for the mail, by the same for
 * the page and the preview. All strings belong to the arena it was filled in;
 * text is UTF-8, what people wrote is plain text without what was folded.
 */
#ifndef CABILDO_DIGEST_DIGEST_H
#define CABILDO_DIGEST_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

struct html;

/* The first threads carry each new post; of each the first bytes, cut at a word. */
#define DIGEST_WHOLE_THREADS 5
#define DIGEST_POST_BYTES 600

enum digest_section {
	DIGEST_FOLLOWED, /* threads the reader follows */
	DIGEST_ACTIVE,   /* by activity */
	DIGEST_REST,     /* titles alone */
};

struct digest_post {
	int64_t number; /* in its thread */
	const char *author, *lang;
	const char *text; /* the beginning of what was written, paragraphs apart by a blank line */
	bool cut;         /* there is more behind the link */
	bool late;        /* belongs to an earlier period, arrived after its digest */
	int64_t at;       /* microseconds since 1970 */
	const char *url;
};

struct digest_item {
	int number; /* #N, from 1, all sections through */
	enum digest_section section;
	int64_t thread;          /* thread.id */
	const char *list, *list_title, *title, *lang;
	int64_t new_posts, posts; /* of the period; of the thread */
	bool opened;             /* the thread began in the period */
	bool locked;             /* nobody can answer: no reply address */
	const char **who;        /* names of those who wrote in the period, most first, at most three */
	size_t nwho;
	int64_t others;          /* how many more wrote */
	const char *excerpt, *excerpt_lang; /* first sentences of the opening post if new, else of the newest */
	const char **keywords;
	size_t nkeywords;
	const struct digest_post *text; /* the new posts, only of the first DIGEST_WHOLE_THREADS */
	size_t ntext;
	const char *url;         /* to the first new post */
	const char *reply;       /* "" or the thread's own address, without display name */
	const char *msgid;       /* of the newest post, for In-Reply-To; without <> */
	const char *mute;        /* "" or the personal signed link that shows the form to mute or follow */
};

/* What needs the reader: for who moderates, what waits. */
struct digest_need {
	const char *kind;  /* message, join, report, owner-mail */
	const char *list_title, *url;
	int64_t count, oldest; /* microseconds since 1970 */
};

struct digest {
	const char *lang, *zone, *site;
	const char *list_title; /* "" when it covers several groups */
	const char *tag;        /* "Agenda" for the subject where one group, else "" */
	char every;             /* 'd', 'w', 'm' */
	int64_t from, until;    /* the period by the reader's clock, microseconds; until excluded */
	const struct digest_need *needs;
	size_t nneeds;
	const struct digest_item *items;
	size_t nitems;
	int64_t threads, posts, groups; /* what the period had in all for this reader */
	int64_t rest;           /* threads beyond the items, behind `web` */
	const char *web;        /* this digest as a page */
	const char *prefs;      /* the signed link to the delivery settings, "" on a page without a person */
	const char *stop;       /* the page that ends it (its POST is the one-click of RFC 8058) */
	int weekday, hour;      /* when it is sent: 0 Sunday; day of the month where monthly */
	bool joined;            /* chosen by the person, not the group's default */
	bool several;           /* it covers more than one period: after a pause, or while nothing was sent */
};

/* "[Agenda] Resumen semanal 4-10 may: 12 hilos, 41 mensajes" */
const char *digest_subject(struct arena *a, const struct digest *d);
/* The text part: 66 columns, lines end in \n. */
struct slice digest_text(struct arena *a, const struct digest *d);
/* The HTML part of the mail, a whole document, ASCII-safe UTF-8 under 90 kB. */
struct slice digest_html(struct arena *a, const struct digest *d);
/* Both of one mail: what fits is weighed once. */
void digest_mail(struct arena *a, const struct digest *d, struct slice *text_r,
		 struct slice *html_r);

/* What both show of each item alone, nitems of them, empty where an item is only counted:
 * to find it again in what somebody quotes. */
struct digest_drawn {
	struct slice text, html;
};
struct digest_drawn *digest_drawn(struct arena *a, const struct digest *d);

#endif
