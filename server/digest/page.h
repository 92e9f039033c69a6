/* SPDX-License-Identifier: Apache-2.0 */
/* A digest on the web, drawn as its mail is. */
#ifndef CABILDO_DIGEST_PAGE_H
#define CABILDO_DIGEST_PAGE_H

#include "server/digest/digest.h"
#include "server/text/html.h"

/* What stands on the page after its heading, for the site's frame, in the
 * language set. Nothing is left out for its size. */
struct html digest_page(struct arena *a, const struct digest *d);
/* "Digest of 4 to 10 May 2026"; "12 threads, 41 messages in 4 of your groups" */
const char *draw_heading(struct arena *a, const struct digest *d);
const char *draw_counts(struct arena *a, const struct digest *d);
/* "You get this digest on Mondays at 07:00 (Guatemala time) because you chose it." */
const char *draw_why(struct arena *a, const struct digest *d);

#endif
