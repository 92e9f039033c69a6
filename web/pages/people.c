/* SPDX-License-Identifier: Apache-2.0 */
/* For administrators: accounts, and making a group. */
#include "server/core/group_kind.h"
#include "server/core/people.h"
#include "server/core/settings.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const char *text(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

enum rc page_admin_accounts(struct page *pg)
{
	struct out out = page_out(pg);
	struct people_row *p;
	struct office_page o;
	struct view_people v;
	size_t n;
	enum rc rc = office_open(pg, OFFICE_ADMIN, "accounts", tr("Accounts"), &o);

	if (rc == RC_OK)
		rc = people_find(unit_of(pg), text(pg, "part"), param_i64(pg, "before"), &p, &n);
	if (rc != RC_OK)
		return rc;
	v = (struct view_people){ .office = o.v,
				  .title = o.f.title,
				  .action = office_url(pg, &o, "accounts"),
				  .part = text(pg, "part"),
				  .older_url = "" };
	if (n > PEOPLE_PER_PAGE) {
		n = PEOPLE_PER_PAGE;
		v.older_url = arena_fmt(pg->a, "%s?part=%s&before=%lld", v.action,
					url_encode(pg->a, v.part), (long long)p[n - 1].id);
	}
	v.rows = ARENA_ARRAY(pg->a, n, struct view_people_row);
	v.nrows = n;
	for (size_t i = 0; i < n; i++)
		v.rows[i] = (struct view_people_row){
			arena_fmt(pg->a, "%s/%lld", v.action, (long long)p[i].id),
			p[i].name,
			p[i].addr,
			fmt_iso(pg, p[i].created_at),
			fmt_time(pg, p[i].created_at),
			p[i].admin,
			p[i].closed_at != 0
		};
	view_people(&out, &v);
	return page_show(pg, &o.f, &out);
}

static const char *state_words(const char *more)
{
	static const struct {
		const char *word, *say;
	} t[] = {
		{ "suspended", N_("comes back: nothing is sent to it") },
		{ "unverified", N_("not proven yet") },
		{ "member", N_("member") },
		{ "moderator", N_("moderator") },
		{ "owner", N_("owner") },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (strcmp(t[i].word, more) == 0)
			return tr(t[i].say);
	return more;
}

static enum rc person_show(struct page *pg, struct office_page *o, const char *error)
{
	struct out out = page_out(pg);
	struct people_fact *f;
	struct people_row p;
	struct view_person v;
	size_t n;
	enum rc rc = people_load(unit_of(pg), param_i64(pg, "id"), &p, &f, &n);

	if (rc != RC_OK)
		return rc;
	v = (struct view_person){
		.office = o->v,
		.name = tr_name(pg->a, p.name),
		.action = arena_fmt(pg->a, "/admin/accounts/%lld", (long long)p.id),
		.csrf = csrf_token(pg),
		.done = pg->route->method == METHOD_GET && param_bool(pg, "done") ? tr("Saved.") : "",
		.error = error,
		.since = arena_fmt(pg->a, tr("since %s"),
				   tr_date_day(pg->a, p.created_at, unit_of(pg)->actor.utc_offset)),
		.admin = p.admin,
		.locked = p.closed_at != 0,
		.addrs = ARENA_ARRAY(pg->a, n, struct view_fact),
		.groups = ARENA_ARRAY(pg->a, n, struct view_fact),
		.sessions = ARENA_ARRAY(pg->a, n, struct view_fact)
	};
	for (size_t i = 0; i < n; i++) {
		if (f[i].kind == 1)
			v.addrs[v.naddrs++] = (struct view_fact){ f[i].what, state_words(f[i].more), "" };
		else if (f[i].kind == 2)
			v.groups[v.ngroups++] =
				(struct view_fact){ f[i].title, state_words(f[i].more),
						    arena_fmt(pg->a, "/g/%s", f[i].what) };
		else
			v.sessions[v.nsessions++] = (struct view_fact){
				*f[i].what ? f[i].what : tr("unknown device"), fmt_time(pg, f[i].at), ""
			};
	}
	o->f.title = p.name;
	view_person(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_admin_account(struct page *pg)
{
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_ADMIN, "accounts", tr("Accounts"), &o);

	return rc == RC_OK ? person_show(pg, &o, "") : rc;
}

enum rc page_admin_account_act(struct page *pg)
{
	static const enum people_act acts[] = { PEOPLE_ADMIN, PEOPLE_NO_ADMIN, PEOPLE_LOCK, PEOPLE_UNLOCK,
						PEOPLE_SIGNOUT };
	const char *group;
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_ADMIN, "accounts", tr("Accounts"), &o);

	if (rc == RC_OK)
		rc = people_act(unit_of(pg), param_i64(pg, "id"), acts[param_choice(pg, "act")], &group);
	if (rc == RC_CONFLICT)
		return person_show(pg, &o,
				   *group ? arena_fmt(pg->a,
						      tr("Nothing was changed: %s would have no owner. "
							 "Somebody else has to own it first."),
						      group)
					  : tr("Nothing was changed: it is so already, or the site would "
					       "have no administrator."));
	return rc == RC_OK ? resp_redirectf(pg->resp, "/admin/accounts/%lld?done=1",
					    (long long)param_i64(pg, "id"))
			   : rc;
}

static enum rc newgroup_show(struct page *pg, struct office_page *o, const struct group_new *n,
			     const char *field, const char *error)
{
	struct out out = page_out(pg);
	const struct setting *lang = setting_find(false, "lang");
	struct view_newgroup v = { .office = o->v,
				   .title = o->f.title,
				   .action = office_url(pg, o, "groups/new"),
				   .csrf = csrf_token(pg),
				   .error = error,
				   .domain = unit_of(pg)->conf->mail_domain,
				   .name = tr_name(pg->a, n->name),
				   .group_title = n->title,
				   .description = n->description,
				   .parent = n->parent,
				   .owner = n->owner,
				   .bad_name = strcmp(field, "name") == 0,
				   .bad_title = strcmp(field, "title") == 0,
				   .bad_description = strcmp(field, "description") == 0,
				   .bad_parent = strcmp(field, "parent") == 0,
				   .bad_owner = strcmp(field, "owner") == 0 };

	v.kinds = ARENA_ARRAY(pg->a, group_kinds_n, struct view_kind);
	for (size_t i = 0; i < group_kinds_n; i++)
		v.kinds[v.nkinds++] = (struct view_kind){ group_kinds[i].name, tr(group_kinds[i].title),
							  tr(group_kinds[i].help),
							  strcmp(group_kinds[i].name, n->kind) == 0 };
	v.langs = ARENA_ARRAY(pg->a, 5, struct view_option);
	for (const struct setting_word *w = lang->words; w->word != NULL; w++)
		v.langs[v.nlangs++] = (struct view_option){ w->word, w->label,
							    strcmp(w->word, n->lang) == 0 };
	if (*error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_newgroup(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_admin_group_new(struct page *pg)
{
	const struct group_new n = { "", "", "", "es", "members", "", "" };
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_ADMIN, "groups/new", tr("New group"), &o);

	return rc == RC_OK ? newgroup_show(pg, &o, &n, "", "") : rc;
}

enum rc page_admin_group_make(struct page *pg)
{
	const struct group_new n = { text(pg, "name"),	      text(pg, "title"),  text(pg, "description"),
				     *text(pg, "lang") ? text(pg, "lang") : "es", text(pg, "kind"), text(pg, "parent"),
				     text(pg, "owner") };
	const char *field = "", *error = "";
	struct unit *u = unit_of(pg);
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_ADMIN, "groups/new", tr("New group"), &o);

	if (rc == RC_OK)
		rc = unit_savepoint(u);
	if (rc != RC_OK)
		return rc;
	rc = group_create(u, &n, &field, &error);
	if (rc == RC_OK)
		return resp_redirectf(pg->resp, "/g/%s/settings", n.name);
	if (rc != RC_CONFLICT && rc != RC_INVALID)
		return rc;
	unit_rollback_to(u);
	if (rc == RC_CONFLICT) {
		field = "name";
		error = tr("There is a group of this name already.");
	}
	return newgroup_show(pg, &o, &n, field, error);
}
