/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a mail to commands, by the table of core/command.h. Pure, and linear
 * in what it looks at: the subject and the first lines that are not folded.
 */
#ifndef CABILDO_MAILER_COMMAND_H
#define CABILDO_MAILER_COMMAND_H

#include "mailer/parse/mail.h"
#include "server/core/command.h"

struct commands {
	struct command_ask ask[COMMAND_ASKS_MAX];
	size_t n;
	unsigned langs; /* bits of enum command_lang that know all these words; 0: none */
};

/* Mail to -request@: one command in the subject, or each on one of the first
 * lines. Where there is none, one UNKNOWN with what was written ("" for nothing). */
void command_parse(struct arena *a, const struct mail *m, const char *list, struct commands *r);

/*
 * Mail to the group: true where all that it says is one command that may stand so:
 * leaving, muting, following as the whole answer to a post (quotes and signature
 * aside), or a subject that asks to leave or join above no text. A longer text
 * that begins with such a word is a post.
 */
bool command_only(struct arena *a, const struct mail *m, struct commands *r);

/* One line to a command; false where it is none. For the tests and the fuzzer. */
MUST_USE bool command_line(struct arena *a, struct slice line, const char *list,
			   struct command_ask *c, unsigned *langs_r);
/* Lower case without accents, one space between words, letters and digits and what
 * dates and addresses need. */
char *command_normal(struct arena *a, struct slice line);
/* The text without its folds, at most max bytes of it; lines stay whole. */
struct slice command_visible(struct arena *a, const struct mail *m, size_t max);
/* The language of a stranger: the list's where the words are known there. */
const char *command_locale(unsigned langs, const char *list_lang);

#endif
