/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a moderator may answer to the notice of something that waits: the one
 * table of these words, in five languages. Reading them out of a mail is
 * mailer/accept/decide.h; doing what they say, core/modmail.h.
 */
#ifndef CABILDO_CORE_MODWORD_H
#define CABILDO_CORE_MODWORD_H

#include "server/core/command.h" /* enum command_lang */

enum modword {
	MODWORD_APPROVE,
	MODWORD_RETURN, /* with a question */
	MODWORD_REJECT, /* with a reason */
	MODWORD_DISCARD,
	MODWORD_SPAM,
	MODWORD_UNDO,
	MODWORDS,
	MODWORD_NONE = MODWORDS, /* none of them was found */
	MODWORD_TORN,            /* the subject says one, the text another */
	MODWORD_ANSWER           /* to mail for the owners: the text is the answer */
};

struct modword_row {
	const char *decision; /* as server/core/moderate.h names it; "undo" */
	bool text;            /* what follows is for the author */
	/* Ways to say it, separated by |, folded as utf8_fold does; the first is shown. */
	const char *words[LANGS];
	const char *shown[LANGS]; /* the first with its accents, where it has any */
};
extern const struct modword_row modword_rows[MODWORDS];
/* The word that is shown to somebody of this language; as it is folded: for an address. */
const char *modword_shown(struct arena *a, enum modword w, const char *locale);
const char *modword_plain(struct arena *a, enum modword w, const char *locale);

struct modword_ask {
	enum modword what;
	const char *why;  /* of those with text, and of an answer: what follows, "" for nothing */
	const char *said; /* where nothing was understood: the first line, cut */
};

#endif
