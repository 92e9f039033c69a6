/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log of a group and of the site: filtered, paged by key, as CSV. */
#include "server/core/record.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const char *const door_names[] = { "web", "email", "cli", "rule", "system" };

static const char *text(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

static struct record_filter filter_of(struct page *pg)
{
	return (struct record_filter){ .who = text(pg, "who"),
				       .door = text(pg, "door"),
				       .act = text(pg, "act"),
				       .from = text(pg, "from"),
				       .until = text(pg, "until") };
}

static void choices_fill(struct page *pg, struct view_audit *v, const struct record_filter *f)
{
	size_t n = 0;

	while (act_nouns[n].noun != NULL)
		n++;
	v->acts = ARENA_ARRAY(pg->a, n + 1, struct view_option);
	v->acts[v->nacts++] = (struct view_option){ "", tr("everything"), false };
	for (size_t i = 0; i < n; i++)
		v->acts[v->nacts++] =
			(struct view_option){ act_nouns[i].noun, tr(act_nouns[i].words),
					      strcmp(act_nouns[i].noun, f->act) == 0 };
	v->doors = ARENA_ARRAY(pg->a, ARRAY_LEN(door_names) + 1, struct view_option);
	v->doors[v->ndoors++] = (struct view_option){ "", tr("any"), false };
	for (size_t i = 0; i < ARRAY_LEN(door_names); i++)
		v->doors[v->ndoors++] =
			(struct view_option){ door_names[i], door_words(door_names[i]),
					      strcmp(door_names[i], f->door) == 0 };
}

static void entry_fill(struct page *pg, const struct record_row *r, bool site, struct view_entry *e)
{
	*e = (struct view_entry){
		.id = r->id,
		.who = *r->actor ? tr_name(pg->a, r->actor)
		       : strcmp(r->door, "cli") == 0 ? tr("The administrator")
						     : tr("Cabildo"),
		.what = act_words(r->act),
		.whom = tr_name(pg->a, r->subject),
		.place = "",
		.url = "",
		.door = door_words(r->door),
		.when = fmt_iso(pg, r->at),
		.date = fmt_time(pg, r->at),
		.before = r->before,
		.after = r->after,
		.why = r->why,
		.open = !r->sealed,
		.erased = r->erased,
		.details = *r->before || *r->after || *r->why
	};
	if (r->thread && *r->list) {
		e->place = arena_fmt(pg->a, tr("thread %lld"), (long long)r->thread);
		e->url = r->post ? arena_fmt(pg->a, "/g/%s/%lld/%lld", r->list,
					     (long long)r->thread, (long long)r->post)
				 : arena_fmt(pg->a, "/g/%s/%lld", r->list, (long long)r->thread);
	} else if (site && *r->list) {
		e->place = r->list_title;
		e->url = arena_fmt(pg->a, "/g/%s", r->list);
	}
}

static const char *query_of(struct page *pg, const struct record_filter *f)
{
	return arena_fmt(pg->a, "who=%s&door=%s&act=%s&from=%s&until=%s", url_encode(pg->a, f->who),
			 url_encode(pg->a, f->door), url_encode(pg->a, f->act),
			 url_encode(pg->a, f->from), url_encode(pg->a, f->until));
}

enum rc page_audit(struct page *pg)
{
	struct record_filter f = filter_of(pg);
	struct record_row *r = NULL;
	struct office_page o;
	struct view_audit v;
	struct out out = page_out(pg);
	size_t n = 0;
	enum rc rc = office_open(pg, OFFICE_OWNER, "audit", tr("Record"), &o);

	if (rc != RC_OK)
		return rc;
	f.before = param_i64(pg, "before");
	f.limit = RECORDS_PER_PAGE + 1;
	v = (struct view_audit){ .office = o.v,
				 .title = o.f.title,
				 .action = office_url(pg, &o, "audit"),
				 .csv_url = office_url(pg, &o, "audit.csv"),
				 .who = f.who,
				 .from = f.from,
				 .until = f.until,
				 .error = "",
				 .older_url = "" };
	rc = records_find(unit_of(pg), o.list, &f, &r, &n);
	if (rc == RC_INVALID)
		v.error = tr("A day is written as 2026-11-23.");
	else if (rc != RC_OK)
		return rc;
	if (n > RECORDS_PER_PAGE) {
		n = RECORDS_PER_PAGE;
		v.older_url = arena_fmt(pg->a, "%s?%s&before=%lld", v.action, query_of(pg, &f),
					(long long)r[n - 1].id);
	}
	choices_fill(pg, &v, &f);
	v.rows = ARENA_ARRAY(pg->a, n, struct view_entry);
	v.nrows = n;
	for (size_t i = 0; i < n; i++)
		entry_fill(pg, &r[i], o.list == NULL, &v.rows[i]);
	view_audit(&out, &v);
	return page_show(pg, &o.f, &out);
}

enum rc page_audit_csv(struct page *pg)
{
	struct record_filter f = filter_of(pg);
	struct record_row *r;
	struct office_page o;
	size_t n;
	enum rc rc = office_open(pg, OFFICE_OWNER, "audit", tr("Record"), &o);

	f.limit = RECORDS_CSV_MAX;
	if (rc == RC_OK)
		rc = records_find(unit_of(pg), o.list, &f, &r, &n);
	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp, o.list ? arena_fmt(pg->a, "%s-audit.csv", o.list) : "audit.csv");
	pg->resp->type = "text/csv; charset=utf-8";
	records_csv(unit_of(pg), r, n, &pg->resp->body);
	return RC_OK;
}

enum rc page_admin_audit(struct page *pg)
{
	return page_audit(pg);
}

enum rc page_admin_audit_csv(struct page *pg)
{
	return page_audit_csv(pg);
}
