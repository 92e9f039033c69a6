/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, subjects, tags, titles, file names: one line that somebody else wrote,
 * standing among our own words or beside another person's. What a reader takes
 * from it must be what it is: it does not turn the direction of what stands
 * around it (UAX #9), and letters that only look like others can be told (UTS #39).
 */
#ifndef CABILDO_BASE_LINE_H
#define CABILDO_BASE_LINE_H

#include "server/base/str.h"

/*
 * A copy of s, which is valid UTF-8, without what acts beyond itself: embeddings, overrides and
 * isolates (U+202A-202E, U+2066-2069), C1 controls, interlinear marks (U+FFF9-FFFB),
 * a byte order mark; the separators U+2028 and U+2029 become blanks. Everything that
 * languages are written with stays: Hebrew, Arabic, accents, joiners, U+200E and U+200F.
 */
char *line_own(struct arena *a, struct slice s);
/* The same to be shown: where it holds anything that runs from right to left, it stands
 * between U+2068 and U+2069, so that numbers and points after it keep their place. `s`
 * itself where there is nothing to do. For text, not for values of forms. */
const char *line_shown(struct arena *a, const char *s);
/* Whether it turns direction: U+202A-202E, U+2066-2069. */
bool line_turns(struct slice s);
/* Whether one word has letters of two of the alphabets that share shapes (Latin, Greek,
 * Cyrillic, Armenian, Cherokee), or letters that are pictures of letters (mathematical and
 * full-width ones). No name of a person or place is written so. */
bool line_mixed(struct slice s);
/* What it looks like: lower case, without accents, blanks and what cannot be seen, each
 * look-alike by its Latin letter. For comparing, never for showing. */
char *line_looks(struct arena *a, struct slice s);

#endif
