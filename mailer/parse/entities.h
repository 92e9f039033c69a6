/* SPDX-License-Identifier: Apache-2.0 */
/* The named character references of HTML 4 and the repair of numeric ones. */
#ifndef CABILDO_MAILER_PARSE_ENTITIES_H
#define CABILDO_MAILER_PARSE_ENTITIES_H

#include "server/base/str.h"

/* name without & and ; (case counts); 0 where there is none such. */
uint32_t entity_named(struct slice name);
/* What a browser shows for &#v;: windows-1252 for 128 to 159, U+FFFD for nonsense. */
uint32_t entity_numeric(uint32_t v);

#endif
