/* SPDX-License-Identifier: Apache-2.0 */
/* The people of a group: who they are, changes to many at once, files. */
#include "server/base/line.h"
#include "server/core/plan.h"
#include "server/text/csv.h"
#include "server/text/tr.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static const char *role_word(const char *role)
{
	return strcmp(role, "owner") == 0 ? tr("owner")
	       : strcmp(role, "moderator") == 0 ? tr("moderator")
						: "";
}

static const char *place(struct page *pg, const struct roster_row *r)
{
	const char *country = *r->country ? tr(r->country) : "";

	if (*r->organisation == '\0' || *country == '\0')
		return *r->organisation ? r->organisation : country;
	return arena_fmt(pg->a, "%s, %s", r->organisation, country);
}

static const char *delivery_word(const char *delivery)
{
	return strcmp(delivery, "each") == 0	   ? tr("every message")
	       : strcmp(delivery, "mentions") == 0 ? tr("followed threads")
	       : strcmp(delivery, "none") == 0	   ? tr("nothing by mail")
						   : tr("digest");
}

static void row_of(struct page *pg, const struct roster_page *p, const struct roster_row *r,
		   struct view_member *v)
{
	int offset = unit_of(pg)->actor.utc_offset;

	*v = (struct view_member){
		.id = r->account,
		.name = line_shown(pg->a, r->name),
		.addr = r->addr,
		.role = role_word(r->role),
		.place = place(pg, r),
		.since = arena_fmt(pg->a, tr("since %s"), tr_date_day(pg->a, r->joined_at, offset)),
		.state = "",
	};
	if (!p->runs)
		return;
	v->state = r->dead ? tr("its mail comes back") : delivery_word(r->delivery);
	if (r->pause_until > clock_now())
		v->state = arena_fmt(pg->a, tr("%s, paused until %s"), v->state,
				     tr_date_day(pg->a, r->pause_until, offset));
}

static enum rc members_show(struct page *pg, const char *q, const char *after, const char *done,
			    const char *error)
{
	struct out o = page_out(pg);
	struct view_members v = { .csrf = csrf_token(pg), .done = done, .error = error,
				  .q = q ? q : "" };
	struct roster_page p;
	enum rc rc = roster_load(unit_of(pg), param_text(pg, "list"), after, q, &p);

	if (rc != RC_OK)
		return rc == RC_INVALID ? RC_NOTFOUND : rc;
	v.group = p.head.title;
	v.url = arena_fmt(pg->a, "/g/%s/members", p.head.name);
	v.csv_url = arena_fmt(pg->a, "/g/%s/members/csv", p.head.name);
	v.file_url = arena_fmt(pg->a, "/g/%s/members/file", p.head.name);
	v.show_url = arena_fmt(pg->a, "/g/%s/members/visibility", p.head.name);
	v.manages = p.manages;
	v.invite_url = p.invites ? arena_fmt(pg->a, "/g/%s/invitations", p.head.name) : "";
	v.for_members = strcmp(p.head.roster, "members") == 0;
	v.seen = v.for_members ? tr("The members of the group see this page; addresses only where their "
				    "owners show them.")
			       : tr("Only who moderates the group sees this page.");
	v.lead = arena_fmt(pg->a, tr_n("%lld person belongs to the group.",
				       "%lld people belong to the group.", p.head.members),
			   (long long)p.head.members);
	v.rows = ARENA_ARRAY(pg->a, p.n, struct view_member);
	v.nrows = p.n;
	for (size_t i = 0; i < p.n; i++)
		row_of(pg, &p, &p.rows[i], &v.rows[i]);
	v.more = *p.after ? arena_fmt(pg->a, "/g/%s/members?after=%s%s%s", p.head.name,
				      url_encode(pg->a, p.after), q && *q ? "&q=" : "",
				      q && *q ? url_encode(pg->a, q) : "")
			  : "";
	v.whats = ARENA_ARRAY(pg->a, roster_changes_n, struct view_choice);
	v.nwhats = roster_changes_n;
	for (size_t i = 0; i < roster_changes_n; i++)
		v.whats[i] = (struct view_choice){ roster_changes[i].what, tr(roster_changes[i].text),
						   false };
	view_members(&o, &v);
	return page_show(pg, &(struct frame){ .title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"),
									  tr("Members"))
							      : tr("Members"),
					      .noindex = true },
			 &o);
}

enum rc page_members(struct page *pg)
{
	return members_show(pg, param_text(pg, "q"), param_text(pg, "after"),
			    param_bool(pg, "done") ? tr("It is done.") : "", "");
}

enum rc page_members_change(struct page *pg)
{
	const char *list = param_text(pg, "list"), *who = "";
	int64_t id[REQ_FIELDS_MAX];
	const struct param *p;
	size_t n = 0, at = 0;
	enum rc rc;

	while ((p = params_next(&pg->req->form, "who", &at)) != NULL && n < REQ_FIELDS_MAX)
		n += slice_i64(slice_of(p->value), 1, INT64_MAX, &id[n]);
	rc = roster_change(unit_of(pg), list, id, n, param_text(pg, "what"), &who);
	if (rc == RC_OK && n > 0)
		return resp_redirectf(pg->resp, "/g/%s/members?done=1", list);
	if (rc == RC_OK) {
		pg->resp->status = 422;
		return members_show(pg, NULL, NULL, "", tr("Nobody was ticked: nothing has changed."));
	}
	if (rc != RC_CONFLICT)
		return rc;
	unit_abort(unit_of(pg));
	rc = unit_begin_rw(unit_of(pg));
	if (rc != RC_OK)
		return rc;
	pg->resp->status = 409;
	return members_show(pg, NULL, NULL, "",
			    arena_fmt(pg->a,
				      tr("%s is the only owner: make somebody else owner first. Nothing "
					 "has changed."),
				      who));
}

enum rc page_members_visibility(struct page *pg)
{
	static const char *const who[] = { "members", "moderators" };
	const char *list = param_text(pg, "list");
	enum rc rc = roster_visibility(unit_of(pg), list, who[param_choice(pg, "roster")]);

	return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s/members?done=1", list) : rc;
}

enum rc page_members_csv(struct page *pg)
{
	const char *list = param_text(pg, "list");
	struct str s;
	enum rc rc;

	str_init(&s, pg->a, (size_t)32 << 20);
	str_add(&s, "\xEF\xBB\xBF", 3); /* or a spreadsheet takes it for another encoding */
	rc = roster_csv(unit_of(pg), list, &s);
	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp, arena_fmt(pg->a, "%s.csv", list));
	resp_header(pg->resp, "Cache-Control", "private, no-store");
	pg->resp->type = "text/csv; charset=utf-8";
	str_adds(&pg->resp->body, str_slice(&s));
	return RC_OK;
}

/* ---- files ---- */

static const char *kind_word(enum plan_kind k)
{
	static const char *const words[PLAN_KINDS] = { N_("is added"), N_("changes"), N_("goes"),
						       N_("stays"), N_("error") };

	return tr(words[k]);
}

static void plan_rows(struct page *pg, const struct plan *p, struct view_plan *v)
{
	v->rows = ARENA_ARRAY(pg->a, p->n, struct view_plan_row);
	/* what is wrong first, then what happens, the first 500 */
	for (size_t i = 0; i < 2 * p->n && v->nrows < 500; i++) {
		const struct plan_item *it = &p->item[i % p->n];

		if (it->kind == PLAN_SAME || (it->kind == PLAN_ERROR) != (i < p->n))
			continue;
		v->rows[v->nrows++] = (struct view_plan_row){
			.kind = kind_word(it->kind),
			.line = it->line ? arena_fmt(pg->a, "%d", it->line) : "",
			.addr = it->addr,
			.name = it->name,
			.text = it->kind == PLAN_ADD
					? arena_fmt(pg->a, "%s, %s", it->role, it->delivery)
				: *it->field ? arena_fmt(pg->a, "%s: %s", it->field, it->text)
					     : it->text,
			.bad = it->kind == PLAN_ERROR,
		};
	}
}

static enum rc file_show(struct page *pg, const struct plan *p, bool sync, const char *csv,
			 const char *error)
{
	const char *list = param_text(pg, "list");
	struct out o = page_out(pg);
	struct view_plan v = { .csrf = csrf_token(pg),
			       .action = arena_fmt(pg->a, "/g/%s/members/file", list),
			       .back_url = arena_fmt(pg->a, "/g/%s/members", list),
			       .error = error,
			       .csv = csv,
			       .digest = "",
			       .lead = "",
			       .sync = sync };

	if (p != NULL) {
		plan_rows(pg, p, &v);
		v.asked = true;
		v.digest = p->digest;
		v.faulty = p->count[PLAN_ERROR] > 0;
		v.idle = p->count[PLAN_ADD] + p->count[PLAN_CHANGE] + p->count[PLAN_REMOVE] == 0;
		v.lead = arena_fmt(pg->a,
				   tr("Added: %zu. Changed: %zu. Taken out: %zu. As they are: %zu. "
				      "Errors: %zu."),
				   p->count[PLAN_ADD], p->count[PLAN_CHANGE], p->count[PLAN_REMOVE],
				   p->count[PLAN_SAME], p->count[PLAN_ERROR]);
	}
	view_plan(&o, &v);
	return page_show(pg, &(struct frame){ .title = v.faulty || *error
							       ? arena_fmt(pg->a, "%s %s", tr("Error:"),
									   tr("Members from a file"))
							       : tr("Members from a file"),
					      .noindex = true },
			 &o);
}

enum rc page_members_file(struct page *pg)
{
	struct roster_head h;
	enum rc rc = roster_manage(unit_of(pg), param_text(pg, "list"), &h);

	return rc == RC_OK ? file_show(pg, NULL, false, "", "") : rc;
}

enum rc page_members_file_send(struct page *pg)
{
	const char *list = param_text(pg, "list"), *seen = param_text(pg, "seen");
	struct slice csv = param_slice(pg, "csv");
	bool sync = param_choice(pg, "mode") == 1, apply = param_choice(pg, "act") == 1;
	struct plan p;
	enum rc rc;

	for (size_t i = 0; i < pg->req->nfiles; i++)
		if (strcmp(pg->req->files[i].field, "file") == 0 && pg->req->files[i].bytes.n > 0)
			csv = pg->req->files[i].bytes;
	rc = plan_make(unit_of(pg), list, csv, sync, &p);
	if (rc == RC_LIMIT) {
		pg->resp->status = 422;
		return file_show(pg, NULL, sync, "", tr("The file is too large: up to 1 MB and 20,000 "
							"lines are read."));
	}
	if (rc != RC_OK)
		return rc;
	if (apply && p.count[PLAN_ERROR] == 0 && seen != NULL && strcmp(seen, p.digest) == 0) {
		rc = plan_apply(unit_of(pg), &p, param_bool(pg, "welcome"));
		return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s/members?done=1", list) : rc;
	}
	if (p.count[PLAN_ERROR] > 0)
		pg->resp->status = 422;
	/* in the page it is text: what was another encoding has become UTF-8 */
	return file_show(pg, &p, sync, csv_text(pg->a, csv),
			 apply ? tr("The group has changed since you looked. This is the plan as it is "
				    "now.")
			       : "");
}
