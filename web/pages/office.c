/* SPDX-License-Identifier: Apache-2.0 */
/* See office.h: one table says which pages there are, of a group and of the site. */
#include "web/pages/office.h"

#include "server/base/base.h"

static const struct tab {
	const char *name, *title;
	bool group, site;
	enum office need;
} tabs[] = {
	{ "accounts", N_("Accounts"), false, true, OFFICE_ADMIN },
	{ "groups/new", N_("New group"), false, true, OFFICE_ADMIN },
	{ "settings", N_("Settings"), true, true, OFFICE_OWNER },
	{ "filters", N_("Rules"), true, true, OFFICE_MODERATOR },
	{ "invitations", N_("Invitations"), true, false, OFFICE_OWNER },
	{ "bans", N_("Bans"), true, true, OFFICE_MODERATOR },
	{ "tags", N_("Tags"), true, false, OFFICE_MODERATOR },
	{ "texts", N_("Texts"), true, true, OFFICE_MODERATOR },
	{ "stats", N_("Statistics"), true, true, OFFICE_MODERATOR },
	{ "handover", N_("Handing over"), true, false, OFFICE_OWNER },
	{ "audit", N_("Record"), true, true, OFFICE_OWNER },
};

const char *office_url(struct page *pg, const struct office_page *o, const char *what)
{
	return arena_fmt(pg->a, "%s/%s", o->base, what);
}

static bool may(const struct unit *u, const struct group *g, enum office need)
{
	return office_admin(u) || (need == OFFICE_OWNER ? g->owner : need == OFFICE_MODERATOR && g->moderator);
}

enum rc office_open(struct page *pg, enum office need, const char *here, const char *title,
		    struct office_page *o)
{
	bool site = strncmp(pg->route->pattern, "/admin", 6) == 0;
	enum rc rc;

	*o = (struct office_page){ .list = site ? NULL : param_text(pg, "list"), .base = "/admin" };
	rc = office_check(unit_of(pg), o->list, need, &o->g);
	if (rc != RC_OK)
		return rc;
	if (!site)
		o->base = arena_fmt(pg->a, "/g/%s", o->list);
	page_crumbs(pg, &o->f, site ? NULL : &o->g, NULL, 0);
	o->f.noindex = true;
	o->f.title = site ? title : tr_pair(pg->a, title, o->g.title);
	o->v.label = site ? tr("The site") : tr("Running the group");
	o->v.tabs = ARENA_ARRAY(pg->a, ARRAY_LEN(tabs), struct view_tab);
	for (size_t i = 0; i < ARRAY_LEN(tabs); i++)
		if ((site ? tabs[i].site : tabs[i].group) && may(unit_of(pg), &o->g, tabs[i].need))
			o->v.tabs[o->v.ntabs++] =
				(struct view_tab){ office_url(pg, o, tabs[i].name), tr(tabs[i].title),
						   strcmp(tabs[i].name, here) == 0 };
	return RC_OK;
}
