/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages share on which a group, or the site, is run. */
#ifndef CABILDO_WEB_OFFICE_H
#define CABILDO_WEB_OFFICE_H

#include "server/core/office.h"
#include "web/pages/site.h"
#include "web/views/office.h"

struct office_page {
	const char *list;  /* NULL: the site, under /admin */
	struct group g;    /* of the list */
	const char *base;  /* "/g/agenda" or "/admin" */
	struct frame f;
	struct view_office v;
};

/* here: the last part of the page's address, as in "settings". RC_DENIED, RC_NOTFOUND as
 * office_check. */
enum rc office_open(struct page *pg, enum office need, const char *here, const char *title,
		    struct office_page *o) MUST_USE;
/* "/g/agenda/settings" */
const char *office_url(struct page *pg, const struct office_page *o, const char *what);

#endif
