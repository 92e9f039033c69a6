/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers, declared from the table of routes, and what several share. */
#ifndef CABILDO_WEB_PAGES_H
#define CABILDO_WEB_PAGES_H

#include "web/route/route.h"

#define ROUTE(method, pattern, name, ...) enum rc page_##name(struct page *pg) MUST_USE;
#include "web/route/routes.def"
#undef ROUTE

/* What a delivery mode means, in a sentence. */
const char *delivery_sentence(const char *delivery);

#endif
