/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the mails that tell of something: what somebody wrote, quoted; a label and its value. */
#ifndef CABILDO_TEXT_QUOTE_H
#define CABILDO_TEXT_QUOTE_H

#include "server/base/str.h"

/* Each line as "> " lines, broken between words where it has more than so many columns
 * (utf8_width) after the mark; a word that is longer stands whole. */
void text_quote(struct str *s, struct slice text, size_t columns);
/* "Label         value": values begin below each other. */
void text_labelled(struct str *s, const char *label, const char *value);

#endif
