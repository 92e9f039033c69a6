/* SPDX-License-Identifier: Apache-2.0 */
/* Zones, and the days and hours at which something comes again, in words. */
#ifndef CABILDO_TEXT_WHEN_H
#define CABILDO_TEXT_WHEN_H

#include "server/base/arena.h"

/* Minutes east of UTC of that IANA zone at that moment; 0 for a zone not known here. */
int when_offset(const char *zone, int64_t usec);
/* "El Salvador" of "America/El_Salvador", in the language set. */
const char *when_zone(struct arena *a, const char *zone);
/* "on Mondays at 07:00 (El Salvador time)". every: its first letter counts, d, w or m;
 * day: of the week, 0 Sunday, or of the month. */
const char *when_again(struct arena *a, char every, int day, int hour, const char *zone);
/* "Monday", 0 Sunday. */
const char *when_weekday(struct arena *a, int weekday);

#endif
