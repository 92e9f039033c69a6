/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting of a group (a column of `list`) and of the site (a row of
 * `setting`) in one typed table: its bounds, its default, who may, what it is
 * for. The command line, the web pages, the manual page and the tests walk it.
 *
 * To add one: a column of `list` with its check in schema.sql (a setting of the
 * site needs none), a row in settings.c, its paragraph in cabildo(1). Whoever
 * reads one of the site asks setting_number() or setting_value().
 */
#ifndef CABILDO_CORE_SETTINGS_H
#define CABILDO_CORE_SETTINGS_H

#include "server/core/office.h"

#define SITE_TITLE "Cabildo" /* until somebody gives the site a name of its own */

enum setting_kind {
	SETTING_LINE,   /* one line, min..max characters */
	SETTING_TEXT,   /* lines, min..max characters */
	SETTING_BOOL,   /* true, false */
	SETTING_NUMBER, /* whole, min..max */
	SETTING_SIZE,   /* bytes, min..max; "25 MB" and "300 kB" are taken too */
	SETTING_REAL,   /* min and max in hundredths */
	SETTING_CHOICE, /* one of the words */
	SETTING_FILES,  /* endings (.exe) and types (video/ and anything) */
	SETTING_GROUP,  /* the name of another group, or nothing */
};

enum setting_section { SECTION_GROUP, SECTION_JOIN, SECTION_WRITE, SECTION_HOLDS, SECTION_OUT, SECTIONS };
extern const char *const setting_sections[SECTIONS]; /* msgids */

struct setting_word {
	const char *word, *label; /* label: msgid */
};

struct setting {
	const char *name;
	bool site;
	enum setting_kind kind;
	int64_t min, max;
	const struct setting_word *words; /* SETTING_CHOICE; ends with word NULL */
	const char *fallback;             /* where nobody set another */
	enum office who;
	enum setting_section section;
	const char *label, *help; /* msgids */
};
extern const struct setting settings[];
extern const size_t settings_n;
const struct setting *setting_find(bool site, const char *name); /* NULL: none */

/* What is wrong with a value, translated, or NULL: then *clean_r is how it is kept. */
const char *setting_check(struct arena *a, const struct setting *s, const char *value,
			  const char **clean_r);
/* A value as a person reads it: "25 MB", "yes", the words of a choice. Translated. */
const char *setting_shown(struct arena *a, const struct setting *s, const char *value);

struct setting_now {
	const struct setting *s;
	const char *value; /* as kept; in settings_change: as given */
	const char *error; /* of settings_change, translated, or NULL */
};
/* list NULL or "": the site's. What this person may change, in the order of the table.
 * RC_DENIED, RC_NOTFOUND: they run neither. */
enum rc settings_load(struct unit *u, const char *list, struct setting_now **r,
		      size_t *n_r) MUST_USE;
/*
 * In a transaction. Writes those whose value is another than before, all or none, with one
 * entry in the audit log. RC_INVALID: nothing is written, c[i].error says why; RC_DENIED:
 * one is not theirs to change. *changed_r (may be NULL): how many were another.
 */
enum rc settings_change(struct unit *u, const char *list, struct setting_now *c, size_t n,
			size_t *changed_r) MUST_USE;

/* Of the site: what is set, else the table's default. */
enum rc setting_value(struct unit *u, const char *name, const char **value_r) MUST_USE;
enum rc setting_number(struct unit *u, const char *name, int64_t *value_r) MUST_USE;
/* In a transaction: one of the site by who may. RC_INVALID: out of its bounds. */
enum rc setting_put(struct unit *u, const char *name, const char *value) MUST_USE;

#endif
