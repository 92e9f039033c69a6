/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The style sheet as it is sent: without its comments and line ends. What is
 * written for people costs nobody on 2G a byte, and the sheet stays a file
 * that one can read.
 */
#ifndef CABILDO_TEXT_SHEET_H
#define CABILDO_TEXT_SHEET_H

#include "server/base/str.h"

/*
 * Adds `in` without comments, and without the line ends and the white space
 * around them; where a word stood on both sides of one, a space stays (CSS
 * Syntax 3, 3.3 and 4.3.2). Between quotes nothing is touched.
 */
void sheet_lean(struct str *out, struct slice in);

#endif
