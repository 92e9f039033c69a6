/* SPDX-License-Identifier: Apache-2.0 */
/* Bans: who is banned, banning, lifting. */
#include "server/core/ban.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const char *text(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

static const char *facts(struct page *pg, const struct ban_row *b)
{
	const char *until = b->until
				    ? arena_fmt(pg->a, tr("until %s"),
						tr_date_day(pg->a, b->until,
							    unit_of(pg)->actor.utc_offset))
				    : tr("for good");

	return *b->by ? arena_fmt(pg->a, tr("%s; by %s"), until, b->by) : until;
}

static enum rc bans_show(struct page *pg, struct office_page *o, const char *error,
			 const char *done, int64_t before, bool form)
{
	struct out out = page_out(pg);
	struct view_bans v = { .office = o->v,
			       .title = o->f.title,
			       .action = office_url(pg, o, "bans"),
			       .csrf = csrf_token(pg),
			       .done = done,
			       .error = error,
			       .addr = form ? text(pg, "addr") : "",
			       .days = form ? text(pg, "days") : "0",
			       .reason = form ? text(pg, "reason") : "",
			       .older_url = "" };
	struct ban_row *b;
	size_t n;
	enum rc rc = bans_load(unit_of(pg), o->list, before, &b, &n);

	if (rc != RC_OK)
		return rc;
	if (n > BANS_PER_PAGE) {
		n = BANS_PER_PAGE;
		v.older_url = arena_fmt(pg->a, "%s?before=%lld", v.action, (long long)b[n - 1].id);
	}
	v.rows = ARENA_ARRAY(pg->a, n, struct view_ban);
	v.nrows = n;
	for (size_t i = 0; i < n; i++)
		v.rows[i] = (struct view_ban){ .id = b[i].id,
					       .addr = b[i].addr,
					       .facts = facts(pg, &b[i]),
					       .reason = b[i].reason,
					       .when = fmt_iso(pg, b[i].created_at),
					       .date = fmt_time(pg, b[i].created_at),
					       .site = b[i].site && o->list != NULL,
					       .ours = b[i].site == (o->list == NULL) };
	if (*error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_bans(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_bans(struct page *pg)
{
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "bans", tr("Bans"), &o);

	return rc == RC_OK ? bans_show(pg, &o, "", param_bool(pg, "done") ? tr("Saved.") : "",
				       param_i64(pg, "before"), false)
			   : rc;
}

enum rc page_bans_set(struct page *pg)
{
	const char *err = NULL;
	struct office_page o;
	int64_t days = 0;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "bans", tr("Bans"), &o);

	if (rc != RC_OK)
		return rc;
	if (param_choice(pg, "act") == 1) {
		rc = ban_remove(unit_of(pg), o.list, param_i64(pg, "id"), "");
	} else {
		if (*text(pg, "days") != '\0' && !slice_i64(slice_of(text(pg, "days")), 0, 100000, &days))
			days = -1;
		rc = ban_create(unit_of(pg), o.list, text(pg, "addr"), text(pg, "reason"), (int)days, &err);
	}
	if (rc == RC_INVALID && err != NULL)
		return bans_show(pg, &o, err, "", 0, true);
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "bans")) : rc;
}

enum rc page_admin_bans(struct page *pg)
{
	return page_bans(pg);
}

enum rc page_admin_bans_set(struct page *pg)
{
	return page_bans_set(pg);
}
