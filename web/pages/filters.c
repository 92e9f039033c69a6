/* SPDX-License-Identifier: Apache-2.0 */
/* The moderators' own rules: their order, switching them, trying one on what came before. */
#include "server/base/utf8.h"
#include "server/core/patterns.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const struct {
	const char *field, *words;
} fields[] = {
	{ "subject", N_("the subject") },	   { "from", N_("the sender (From)") },
	{ "to", N_("the recipients (To and Cc)") }, { "body", N_("the text") },
	{ "headers", N_("all headers") },	   { "header", N_("one header") },
};

static const struct {
	const char *action, *words, *done;
} actions[] = {
	{ "hold", N_("it waits for a moderator"),
	  N_("Each of them would have waited for a moderator.") },
	{ "refuse", N_("it goes back with an explanation"), N_("Each of them would have gone back.") },
	{ "drop", N_("it is dropped, on the record"), N_("Each of them would have been dropped.") },
	{ "accept", N_("it appears, and no later rule of these is asked"),
	  N_("None of the later rules would have been asked about them.") },
};

struct asked { /* the form */
	const char *field, *header, *pattern, *action, *sentence;
	const char *error, *mark;
	const struct pattern_tried *tried;
};

static const char *text(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

static const char *field_words(struct page *pg, const char *field)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(fields[i].field, field) == 0)
			return tr(fields[i].words);
	return arena_fmt(pg->a, tr("the header %s"),
			 strncmp(field, "header:", 7) == 0 ? field + 7 : field);
}

static void rows_fill(struct page *pg, const struct office_page *o, const struct pattern *p,
		      size_t n, struct view_filters *v)
{
	size_t seen = 0, ours = 0;

	v->rows = ARENA_ARRAY(pg->a, n, struct view_filter);
	v->nrows = n;
	for (size_t i = 0; i < n; i++)
		ours += p[i].site == (o->list == NULL);
	for (size_t i = 0; i < n; i++) {
		bool mine = p[i].site == (o->list == NULL);

		seen += mine;
		v->rows[i] = (struct view_filter){ .id = p[i].id,
						   .field = field_words(pg, p[i].field),
						   .pattern = p[i].source,
						   .action = p[i].action,
						   .sentence = p[i].sentence,
						   .site = p[i].site,
						   .off = !p[i].active,
						   .ours = mine,
						   .first = seen == 1,
						   .last = seen == ours };
		for (size_t k = 0; k < ARRAY_LEN(actions); k++)
			if (strcmp(actions[k].action, p[i].action) == 0)
				v->rows[i].action = tr(actions[k].words);
	}
}

static void tried_fill(struct page *pg, const struct office_page *o, const struct asked *f,
		       struct view_filters *v)
{
	const struct pattern_tried *t = f->tried;

	v->tried = arena_fmt(pg->a, tr("%lld of the last %lld messages"), (long long)t->n, (long long)t->of);
	v->tried_help = tr("Nothing was changed.");
	for (size_t k = 0; k < ARRAY_LEN(actions); k++)
		if (strcmp(actions[k].action, f->action) == 0 && t->n > 0)
			v->tried_help = tr(actions[k].done);
	if (t->failed > 0)
		v->tried_help = tr("The pattern ran into the limits of matching: such messages wait. Make it simpler.");
	v->hits = ARENA_ARRAY(pg->a, t->n, struct view_tried);
	v->nhits = t->n;
	for (size_t i = 0; i < t->n; i++)
		v->hits[i] = (struct view_tried){
			.url = t->hits[i].held
				       ? arena_fmt(pg->a, "/moderation/%lld", (long long)t->hits[i].id)
				       : arena_fmt(pg->a, "/g/%s/%lld/%lld", o->list,
						   (long long)t->hits[i].thread,
						   (long long)t->hits[i].number),
			.subject = subject_shown(pg, t->hits[i].subject, true),
			.author = t->hits[i].author_name,
			.when = fmt_iso(pg, t->hits[i].at),
			.date = fmt_time(pg, t->hits[i].at),
			.held = t->hits[i].held
		};
}

static enum rc filters_show(struct page *pg, struct office_page *o, const struct asked *f,
			    const char *done)
{
	struct out out = page_out(pg);
	struct view_filters v = { .office = o->v,
				  .title = o->f.title,
				  .action = office_url(pg, o, "filters"),
				  .try_url = office_url(pg, o, "filters/try"),
				  .csrf = csrf_token(pg),
				  .done = done,
				  .error = f->error,
				  .mark = f->mark,
				  .rules_url = o->list ? office_url(pg, o, "rules") : "",
				  .header = f->header,
				  .pattern = f->pattern,
				  .sentence = f->sentence,
				  .site = o->list == NULL,
				  .tried = "" };
	struct pattern *p;
	size_t n;
	enum rc rc = patterns_all(unit_of(pg), o->list, &p, &n);

	if (rc != RC_OK)
		return rc;
	rows_fill(pg, o, p, n, &v);
	v.fields = ARENA_ARRAY(pg->a, ARRAY_LEN(fields), struct view_option);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		v.fields[v.nfields++] = (struct view_option){ fields[i].field, tr(fields[i].words),
							      strcmp(fields[i].field, f->field) == 0 };
	v.actions = ARENA_ARRAY(pg->a, ARRAY_LEN(actions), struct view_option);
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		v.actions[v.nactions++] =
			(struct view_option){ actions[i].action, tr(actions[i].words),
					      strcmp(actions[i].action, f->action) == 0 };
	if (f->tried != NULL)
		tried_fill(pg, o, f, &v);
	if (*f->error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_filters(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_filters(struct page *pg)
{
	const struct asked f = { "subject", "", "", "hold", "", "", "", NULL };
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "filters", tr("Rules"), &o);

	return rc == RC_OK
		       ? filters_show(pg, &o, &f, param_bool(pg, "done") ? tr("Saved.") : "")
		       : rc;
}

static void form_read(struct page *pg, const struct office_page *o, struct asked *f,
		      struct pattern_new *p)
{
	*f = (struct asked){ text(pg, "field"), text(pg, "header"), text(pg, "pattern"),
			     text(pg, "follows"), text(pg, "sentence"), "", "", NULL };
	*p = (struct pattern_new){ o->list,
				   strcmp(f->field, "header") == 0
					   ? arena_fmt(pg->a, "header:%s", f->header)
					   : f->field,
				   f->pattern, f->action, f->sentence };
}

/* Where the pattern goes wrong: the pattern, and a mark below. */
static void wrong(struct page *pg, struct asked *f, const char *err, int at)
{
	size_t width;

	f->error = tr(err);
	if (at < 0)
		return;
	width = utf8_length(utf8_clip(slice_of(f->pattern), (size_t)at));
	f->error = arena_fmt(pg->a, tr("The pattern goes wrong at character %lld: %s."),
			     (long long)width + 1, err);
	f->mark = arena_fmt(pg->a, "%s\n%*s^", f->pattern, (int)width, "");
}

enum rc page_filters_try(struct page *pg)
{
	struct pattern_tried tried;
	struct pattern_new p;
	struct office_page o;
	struct asked f;
	const char *err = "";
	int at = -1;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "filters", tr("Rules"), &o);

	if (rc != RC_OK)
		return rc;
	form_read(pg, &o, &f, &p);
	rc = pattern_try(unit_of(pg), &p, &tried, &err, &at);
	if (rc == RC_INVALID)
		wrong(pg, &f, err, at);
	else if (rc != RC_OK)
		return rc;
	else if (o.list != NULL)
		f.tried = &tried;
	return filters_show(pg, &o, &f, rc == RC_OK && o.list == NULL ? tr("The pattern is right.") : "");
}

enum rc page_filters_set(struct page *pg)
{
	static const char *const acts[] = { "add", "up", "down", "on", "off", "remove" };
	const char *act = acts[param_choice(pg, "act")], *err = "";
	struct unit *u = unit_of(pg);
	int64_t id = param_i64(pg, "id");
	struct pattern_new p;
	struct office_page o;
	struct asked f;
	int at = -1;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "filters", tr("Rules"), &o);

	if (rc != RC_OK)
		return rc;
	form_read(pg, &o, &f, &p);
	if (strcmp(act, "add") == 0)
		rc = pattern_add(u, &p, &id, &err, &at);
	else if (strcmp(act, "remove") == 0)
		rc = pattern_remove(u, o.list, id);
	else if (act[0] == 'o')
		rc = pattern_switch(u, o.list, id, strcmp(act, "on") == 0);
	else
		rc = pattern_move(u, o.list, id, strcmp(act, "up") == 0);
	if (rc == RC_INVALID) {
		wrong(pg, &f, err, at);
		return filters_show(pg, &o, &f, "");
	}
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "filters")) : rc;
}

enum rc page_admin_filters(struct page *pg)
{
	return page_filters(pg);
}

enum rc page_admin_filters_try(struct page *pg)
{
	return page_filters_try(pg);
}

enum rc page_admin_filters_set(struct page *pg)
{
	return page_filters_set(pg);
}
