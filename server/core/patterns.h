/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The moderators' own rules of acceptance: a pattern on a header or on the
 * text, and what follows. Kept in the order in which they were made; compiled
 * once per process and group, until one of them changes.
 */
#ifndef CABILDO_CORE_PATTERNS_H
#define CABILDO_CORE_PATTERNS_H

#include "server/core/match.h"
#include "server/core/rules.h"
#include "server/store/pattern.h" /* struct sample_row */

#define PATTERNS_MAX 500 /* of one group, with those of the site */
/* So long may they run together on one message, then it is held as if one had failed: what
 * PCRE2 does not count as steps can still take most of a second on 64 kB. */
#define PATTERNS_TIME ((int64_t)2 * USEC)

struct pattern {
	int64_t id;
	bool site;                 /* of every group */
	const char *field;         /* subject, from, to, body, headers, or header:NAME */
	const char *source;        /* the pattern as written */
	const char *action;        /* accept, hold, refuse, drop */
	const char *sentence;      /* to the sender, or "" */
	bool active;               /* false: switched off, and asked nothing */
	const struct match *match; /* NULL: it does not compile any more; see patterns_for */
};

struct pattern_new {
	const char *list; /* name; NULL: the whole site */
	const char *field, *source, *action, *sentence;
};
/* RC_INVALID: *err_r says what is wrong; *at_r is the byte of the pattern, or -1. */
enum rc pattern_add(struct unit *u, const struct pattern_new *p, int64_t *id_r, const char **err_r,
		    int *at_r) MUST_USE;
/* The same checks alone; *match_r is the pattern compiled. */
enum rc pattern_check(struct arena *a, const struct pattern_new *p, struct match **match_r,
		      const char **err_r, int *at_r) MUST_USE;
/* RC_NOTFOUND: no such rule, or of another group. */
enum rc pattern_switch(struct unit *u, const char *list, int64_t id, bool on) MUST_USE;
/* Before its neighbour, or after it; RC_OK too where there is none. */
enum rc pattern_move(struct unit *u, const char *list, int64_t id, bool up) MUST_USE;
struct pattern_tried {
	struct sample_row *hits; /* newest first */
	size_t n, of;            /* of so many messages, at most the last hundred of the group */
	size_t failed;           /* ran into a limit of matching: such messages wait */
};
/* What it would have met, had it been there. Writes nothing. */
enum rc pattern_try(struct unit *u, const struct pattern_new *p, struct pattern_tried *r,
		    const char **err_r, int *at_r) MUST_USE;
enum rc pattern_remove(struct unit *u, const char *list, int64_t id) MUST_USE;
/* Uncompiled, of the group and the site; list NULL: the site's alone. */
enum rc patterns_all(struct unit *u, const char *list, struct pattern **r, size_t *n_r) MUST_USE;
/* What is wrong with the field, or NULL. */
const char *pattern_field_check(const char *field);

/*
 * Compiled, from memory where l->rules_version is the one they were read at;
 * else read anew. They live until the next call. A pattern that does not
 * compile here has match NULL and counts as failing to run.
 */
enum rc patterns_for(struct unit *u, const struct list_ref *l, const struct pattern **r,
		     size_t *n_r) MUST_USE;
void patterns_forget(void); /* all of it; at the end of a program */

#endif
