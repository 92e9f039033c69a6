/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes with its handlers. */
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

#define ROUTE(...) ROUTE_ROW(__VA_ARGS__)
const struct route site_routes[] = {
#include "web/route/routes.def"
};
const size_t site_routes_n = ARRAY_LEN(site_routes);
