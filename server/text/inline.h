/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside server/text only: one run of a person's text, with no tag in it,
 * becomes markup. Mail addresses always become slots; URLs become links where
 * asked for. Linear in the length of the text.
 */
#ifndef CABILDO_TEXT_INLINE_H
#define CABILDO_TEXT_INLINE_H

#include "server/text/html.h"

enum {
	INLINE_LINKS = 1,   /* bare http and https URLs become links */
	INLINE_IN_LINK = 2, /* a link is open: address slots are of the kind without one */
};

/* Writes whole pieces (words, links, slots) and stops at the first that does
 * not fit o's cap, over cleared: false then. */
bool inline_text(struct out *o, struct slice text, unsigned flags) MUST_USE;
/* <a href="..."> for a URL that url_allowed takes; addresses in it are masked. */
void inline_link_open(struct out *o, struct slice url);
/* The next mail address at or after from; false where there is none. */
bool inline_addr_find(struct slice text, size_t from, size_t *at_r, size_t *n_r) MUST_USE;

#endif
