/* SPDX-License-Identifier: Apache-2.0 */
/* What the queue and the page of one hold have in common: the card. */
#ifndef CABILDO_WEB_CARD_H
#define CABILDO_WEB_CARD_H

#include "server/core/moderate.h"
#include "web/pages/site.h"

/* What was chosen for one hold and is shown again: nothing typed is lost. */
struct chosen {
	int64_t hold, version;
	const char *act, *why, *tpl, *policy; /* "" where nothing was */
	bool picked;
	const char *fault; /* what was wrong with it, or "" */
};

/* A whole span of time, its larger unit alone: "26 hours". */
const char *card_span(struct page *pg, int64_t usec);
struct offered; /* the templates read so far for one page; NULL at its beginning */
/* many: with a tick box, and later among its decisions. context, chosen may be NULL. */
enum rc card_fill(struct page *pg, const struct held *h, const struct held_context *context,
		  const struct chosen *chosen, bool many, struct offered **offered,
		  struct view_held *v) MUST_USE;
void card_decided(struct page *pg, const struct held *h, const char *back, struct view_decided *v);
/* "Approved:", "Let in:", as its kind says it. */
const char *card_decision(const char *kind, const char *decision);
/* The words for a decision of a kind; NULL where it takes none such. */
const char *card_act(const char *kind, const char *decision);
/* The text of a template of `why`'s choice, "KIND.TITLE", filled for this hold; "" where
 * there is none such any more. */
enum rc card_template(struct page *pg, const struct held *h, const char *tpl,
		      const char **text_r) MUST_USE;
/* What stands in the way of deciding it: who decided, changed or claimed it. */
const char *card_conflict(struct page *pg, const struct held *h);
const char *card_subject(struct page *pg, const struct held *h);

#endif
