/* SPDX-License-Identifier: Apache-2.0 */
/* The language of a text among the five, by its commonest small words. */
#ifndef CABILDO_CORE_LANG_H
#define CABILDO_CORE_LANG_H

#include "server/base/str.h"

/* es, en, pt, fr or it; fallback where the text says too little. Reads at
 * most the first 4 kB. */
const char *lang_guess(struct slice text, const char *fallback);

#endif
