/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of what a person reads: gettext catalogues, switched per
 * request or per message without system locales. msgids are English. The
 * language is a state of the process; no program of ours has threads.
 * Dates are written here too, because a date is words.
 */
#ifndef CABILDO_TEXT_TR_H
#define CABILDO_TEXT_TR_H

#include "server/base/arena.h"

/* Marks a text for xgettext without translating it: tables of constants. */
#define N_(msgid) msgid

/* Once per process. localedir: NULL for the installed one; $CABILDO_LOCALEDIR
 * wins over both, for running from the build folder. */
void tr_init(const char *localedir);
/* The languages that people choose from, in the order in which they are shown.
 * English is in the code; each other has po/CODE.po, and what is missing in it
 * is in English, text by text. */
#define TR_LANGS 5
extern const struct tr_language {
	const char *code, *name; /* ISO 639-1; its name in itself */
	const char *first;       /* the first day of a month, in a sentence */
	const char *point;       /* of decimals */
} tr_languages[TR_LANGS];

/* The row of a code, NULL for another one. */
const struct tr_language *tr_language(const char *code);
/* The code of what an Accept-Language field (RFC 9110, 12.5.4) likes best and we
 * have, by its q and then its order: "pt-BR, en;q=0.8" is pt. fallback for NULL,
 * for none, and for what is not such a field. */
const char *tr_accept(const char *field, const char *fallback);

/* "es", "en", "pt": from now on. Cheap where it is the language already. An
 * unknown one gives the msgids themselves. Letters, digits, _ and - only. */
void tr_set(const char *lang);
/* The language set last; "en" before. One of tr_languages stays as it is whatever is
 * set next: keep it, set another, and set it again. */
const char *tr_lang(void);

/* "Label: value"; in French a space stands before the colon. */
const char *tr_pair(struct arena *a, const char *label, const char *value);
/* A name as it is kept, for the reader: of somebody who was forgotten only a number is kept
 * (server/core/erase.h). */
const char *tr_name(struct arena *a, const char *name);

/* Never NULL; valid as long as the process. */
const char *tr(const char *msgid) __attribute__((format_arg(1)));
const char *tr_n(const char *one, const char *many, int64_t n)
	__attribute__((format_arg(1), format_arg(2)));

/* "Fri 15 May, 18:00", "vie 15 may, 18:00"; with the year where it is not the
 * current one. offset_min: minutes east of UTC of who reads. */
const char *tr_date_row(struct arena *a, int64_t usec, int offset_min);
/* "Friday 15 May 2026 at 18:00", "el viernes 15 de mayo de 2026 a las 18:00". */
const char *tr_date_long(struct arena *a, int64_t usec, int offset_min);
/* "15 May 2026", "15 de mayo de 2026": the day alone. */
const char *tr_date_day(struct arena *a, int64_t usec, int offset_min);
/* n in tenths: "99.8", "99,8". */
char *tr_tenths(struct arena *a, int64_t n);
/* "640 B", "12 kB", "3,4 Mo". */
char *tr_size(struct arena *a, int64_t bytes);

#endif
