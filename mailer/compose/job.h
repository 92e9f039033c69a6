/* SPDX-License-Identifier: Apache-2.0 */
/* One post while it is composed, and who stands in its address fields. Inside compose only. */
#ifndef CABILDO_MAILER_COMPOSE_JOB_H
#define CABILDO_MAILER_COMPOSE_JOB_H

#include "mailer/compose/orig.h"
#include "mailer/compose/parts.h"

struct job {
	struct composed *c;
	struct arena *a;
	const struct compose_list *list;
	const struct compose_post *post;
	struct orig orig;
	bool munged;                    /* the list stands in From */
	bool new_reply;                 /* Reply-To is ours */
	bool new_cc;                    /* the author is added to Cc */
	bool both;                      /* Reply-To names the author too, there being no place in Cc */
	bool new_url;
	const struct orig_field *cc;    /* the field that goes into ours, or NULL */
};

const char *list_addr(struct arena *a, const struct compose_list *l, const char *suffix);
/* Never in a copy. */
bool field_goes(struct slice name);
/* May stand once only. */
bool field_single(struct slice name);
/* tag.c. What becomes of a Subject; value: as it stands in the header. */
enum tag_how {
	TAG_LEAVE,      /* nothing: no tag is wanted, or it is there */
	TAG_BEFORE,     /* *text_r, the tag, goes before it */
	TAG_ANEW,       /* *text_r is the whole subject, UTF-8 */
};
enum tag_how tag_plan(struct job *j, struct slice value, const char **text_r);
/* Text with lines no server need accept. */
bool body_too_long(const struct orig *o);

/* author.c. No copy can keep this From: there is none, its address needs SMTPUTF8, or its
 * name turns direction. */
bool from_unfit(struct arena *a, const struct orig *o);
/* Sets new_reply, new_cc, cc and both by munged and the reply policy. */
void author_plan(struct job *j);
void from_head(struct job *j, struct str *o);
void reply_head(struct job *j, struct str *o);
void cc_head(struct job *j, struct str *o);

#endif
