/* SPDX-License-Identifier: Apache-2.0 */
/* A post after it was posted: editing, its revisions, reporting it. */
#ifndef CABILDO_WEB_OWN_VIEWS_H
#define CABILDO_WEB_OWN_VIEWS_H

#include "server/text/html.h"
#include "server/text/view.h"

struct view_edit {
	const char *title, *action, *csrf, *error, *back_url, *text, *why, *lang;
	const char *until;              /* "until 18:30", or "" */
	int64_t revisions;
	bool mine, can_edit, can_delete, preview;
	struct html rendered;
};
void view_edit(struct out *o, const struct view_edit *v);

struct view_revision {
	const char *heading, *date, *when, *why;
	struct html body;
};

struct view_revisions {
	const char *title, *lang, *back_url;
	struct view_revision *rows;
	size_t nrows;
};
void view_revisions(struct out *o, const struct view_revisions *v);

struct view_report {
	const char *title, *action, *csrf, *error, *back_url, *reason, *lead;
	bool done;
};
void view_report(struct out *o, const struct view_report *v);

#endif
