/* SPDX-License-Identifier: Apache-2.0 */
/* The tags of a group: renaming one, joining one to another, and the way back. */
#include "server/core/tag.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const char *text(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

static const char *act_text(struct page *pg, const struct act_line *a)
{
	const char *name = *a->who ? tr_name(pg->a, a->who) : tr("The administration");

	if (strcmp(a->kind, "tag-merge") == 0)
		return arena_fmt(pg->a, tr("%1$s joined the tag “%2$s” to “%3$s”."), name, a->before,
				 a->after);
	return arena_fmt(pg->a, tr("%1$s renamed the tag “%2$s” to “%3$s”."), name, a->before, a->after);
}

static void acts_fill(struct page *pg, const struct act_line *a, size_t n, struct view_tags *v)
{
	v->acts = ARENA_ARRAY(pg->a, n, struct view_tag_act);
	v->nacts = n;
	for (size_t i = 0; i < n; i++) {
		v->acts[i] = (struct view_tag_act){ .text = act_text(pg, &a[i]),
						    .state = "",
						    .date = fmt_time(pg, a[i].at),
						    .when = fmt_iso(pg, a[i].at) };
		if (a[i].undone_at != 0)
			v->acts[i].state = arena_fmt(pg->a, tr("Undone by %s."),
						     *a[i].undone_by ? tr_name(pg->a, a[i].undone_by)
								     : tr("The administration"));
		else if (!a[i].old)
			v->acts[i].undo = a[i].id;
	}
}

/* error: what a form that was not done is told; it keeps what was in it. */
static enum rc tags_show(struct page *pg, struct office_page *o, const char *error, const char *done)
{
	bool rename = *error && param_choice(pg, "act") == 0, merge = *error && param_choice(pg, "act") == 1;
	struct out out = page_out(pg);
	struct view_tags v = { .office = o->v,
			       .title = o->f.title,
			       .action = office_url(pg, o, "tags"),
			       .csrf = csrf_token(pg),
			       .done = done,
			       .error = error,
			       .name = rename ? text(pg, "to") : "" };
	struct tag_row *t;
	struct act_line *acts;
	size_t n, nacts;
	enum rc rc = tags_load(unit_of(pg), o->list, &t, &n, &acts, &nacts);

	if (rc != RC_OK)
		return rc;
	v.rows = ARENA_ARRAY(pg->a, n, struct view_tag_row);
	v.nrows = n;
	v.two = n > 1;
	for (size_t i = 0; i < n; i++)
		v.rows[i] = (struct view_tag_row){
			.tag = t[i].tag,
			.url = arena_fmt(pg->a, "/g/%s?tag=%s", o->list, url_encode(pg->a, t[i].tag)),
			.threads = arena_fmt(pg->a, tr_n("%lld thread", "%lld threads", t[i].threads),
					     (long long)t[i].threads),
			.renamed = rename && strcmp(t[i].tag, text(pg, "tag")) == 0,
			.joined = merge && strcmp(t[i].tag, text(pg, "tag")) == 0,
			.into = merge ? strcmp(t[i].tag, text(pg, "to")) == 0 : i == 1
		};
	acts_fill(pg, acts, nacts, &v);
	if (*error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_tags(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_tags(struct page *pg)
{
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "tags", tr("Tags"), &o);

	return rc == RC_OK ? tags_show(pg, &o, "", param_bool(pg, "done") ? tr("Saved.") : "") : rc;
}

enum rc page_tags_change(struct page *pg)
{
	struct thread_done r = { .reason = "" };
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "tags", tr("Tags"), &o);

	if (rc != RC_OK)
		return rc;
	if (param_choice(pg, "act") == 2)
		rc = thread_undo(unit_of(pg), param_i64(pg, "undo"), &r);
	else
		rc = tag_do(unit_of(pg),
			    &(struct tag_do){ .list = o.list,
					      .merge = param_choice(pg, "act") == 1,
					      .from = text(pg, "tag"),
					      .to = text(pg, "to") },
			    &r);
	if (rc == RC_INVALID && *r.reason != '\0')
		return tags_show(pg, &o, tr(r.reason), "");
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "tags")) : rc;
}
