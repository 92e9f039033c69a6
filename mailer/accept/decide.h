/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A moderator's answer to a notice, to one of the words of core/modword.h. Pure
 * and linear. Nothing is guessed: what is not exactly a word, with what may follow
 * it, is none.
 */
#ifndef CABILDO_MAILER_DECIDE_H
#define CABILDO_MAILER_DECIDE_H

#include "mailer/parse/mail.h"
#include "server/core/modword.h"

/*
 * The first line of the reply's own text (folds, quotes, an empty line and a
 * greeting aside), else the subject without its marks. "rechazar: motivo",
 * "rechazar - motivo", or the word alone and the reason below it or, where the
 * subject has the word, as the text. talk: the mail is a conversation, so that
 * what is no word is an answer; only leaving it (discard, spam) and undo are words.
 */
void decide_parse(struct arena *a, const struct mail *m, bool talk, struct modword_ask *r);

/* One line. *rest_r: what follows the word, of the line. MODWORD_NONE where it is none. */
enum modword decide_line(struct arena *a, struct slice line, struct slice *rest_r);

/* The first line of the own text that says something; "" for none. */
struct slice decide_first(struct arena *a, const struct mail *m, size_t max);

#endif
