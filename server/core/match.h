/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pattern (PCRE2 with JIT) on text that anybody may have written: the
 * limits are ours and no pattern can raise them, broken UTF-8 matches as far
 * as it is whole, and running into a limit is an error, never "no match".
 */
#ifndef CABILDO_CORE_MATCH_H
#define CABILDO_CORE_MATCH_H

#include "server/base/str.h"

#define MATCH_PATTERN_MAX 1000
#define MATCH_SUBJECT_MAX ((size_t)64 << 10) /* what is behind is not looked at */
#define MATCH_BACKREF_MAX ((size_t)8 << 10)  /* by a pattern with back references */

struct match;

/* Released with the arena. NULL: *err_r says what is wrong, *at_r at which byte. */
struct match *match_new(struct arena *a, const char *pattern, const char **err_r, size_t *at_r);

enum matched { MATCHED_NO, MATCHED_YES, MATCHED_ERROR };
/* *code_r: PCRE2's number for the error; MATCH_TOO_LONG is the callers', who run several. */
#define MATCH_TOO_LONG (-10000)
enum matched match_run(const struct match *m, struct slice subject, int *code_r);

#endif
