/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that a group, or the site, words its own way: what a new member reads,
 * what who leaves reads, what is said of a refused message, and the sentences a
 * moderator chooses from when returning or rejecting one. In the reader's
 * language: the group's, else the site's, else ours.
 */
#ifndef CABILDO_CORE_TEMPLATE_H
#define CABILDO_CORE_TEMPLATE_H

#include "server/base/str.h"
#include "server/core/unit.h"
#include "server/store/template.h" /* struct template */

#define TEMPLATE_BODY_MAX  4000 /* characters */
#define TEMPLATE_TITLE_MAX 80

struct template_kind {
	const char *name;  /* welcome, goodbye, refuse, return, reject */
	const char *title; /* msgid */
	const char *help;  /* msgid: when it is used */
	bool many;         /* chosen by title; else one text a language, added to ours */
};
extern const struct template_kind template_kinds[];
extern const size_t template_kinds_n;
const struct template_kind *template_kind(const char *name); /* NULL: none */

/*
 * What there is for one purpose, in the order to offer it: of the group (0: none),
 * then of the site; where neither has one and the kind is chosen by title, ours, with
 * id 0. Not filled. Reads only; the language is one of the five.
 */
enum rc templates_for(struct unit *u, int64_t list, const char *kind, const char *locale,
		      struct template **r, size_t *n_r) MUST_USE;
/* What stands for {group}, {address}, {name}, {subject}; NULL leaves the word. */
struct template_values {
	const char *group, *address, *name, *subject;
};
/* The first of them filled; "" where there is none. For kinds of one text. */
enum rc template_text(struct unit *u, int64_t list, const char *kind, const char *locale,
		      const struct template_values *v, const char **text_r) MUST_USE;

const char *template_fill(struct arena *a, const char *body, const struct template_values *v);

/* Everything, for its page; list "" or NULL: the site's. Moderators see their group's. */
enum rc templates_all(struct unit *u, const char *list, struct template **r, size_t *n_r) MUST_USE;
/*
 * In a transaction. A second text with the same list, kind, language and title takes the
 * place of the first. Moderators may for what they choose from, owners all of the group,
 * administrators the site's. RC_INVALID: *err_r says what is wrong, translated.
 */
enum rc template_set(struct unit *u, const char *list, const struct template *t,
		     const char **err_r) MUST_USE;
const char *template_wrong(const struct template *t); /* that sentence, or NULL */
enum rc template_unset(struct unit *u, const char *list, int64_t id) MUST_USE;

#endif
