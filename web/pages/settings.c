/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a group and of the site, drawn from the one table in server/core/settings.h. */
#include "server/core/settings.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static void row_make(struct page *pg, const struct setting_now *c, const char *given,
		     struct view_setting *r)
{
	const struct setting *s = c->s;
	size_t n = 0;

	*r = (struct view_setting){
		.name = s->name,
		.label = tr(s->label),
		.help = tr(s->help),
		.error = c->error ? c->error : "",
		.value = given ? given
			 : s->kind == SETTING_SIZE ? setting_shown(pg->a, s, c->value)
						   : c->value,
		.tick = s->kind == SETTING_BOOL,
		.area = s->kind == SETTING_TEXT || s->kind == SETTING_FILES,
		.choose = s->kind == SETTING_CHOICE,
		.small = s->kind == SETTING_NUMBER || s->kind == SETTING_REAL,
	};
	r->on = strcmp(r->value, "true") == 0;
	if (s->kind != SETTING_CHOICE)
		return;
	while (s->words[n].word != NULL)
		n++;
	r->options = ARENA_ARRAY(pg->a, n, struct view_option);
	r->noptions = n;
	for (size_t i = 0; i < n; i++)
		r->options[i] = (struct view_option){ s->words[i].word, tr(s->words[i].label),
						      strcmp(s->words[i].word, r->value) == 0 };
}

/* Of everything that the form shows: what it was when it was drawn. */
static const char *seen_of(struct page *pg, const struct setting_now *now, size_t n)
{
	unsigned char sum[HASH_BYTES];
	struct str s;

	str_init(&s, pg->a, (size_t)1 << 20);
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s=%s\n", now[i].s->name, now[i].value);
	hash_bytes(s.p, s.n, sum);
	return base32_encode(pg->a, sum, 10);
}

/* given[i]: what the form said, or NULL. */
static enum rc settings_show(struct page *pg, struct office_page *o, const struct setting_now *now,
			     size_t n, const char *const *given, const char *seen,
			     const char *error)
{
	struct out out = page_out(pg);
	struct view_settings v = { .office = o->v,
				   .title = o->f.title,
				   .action = office_url(pg, o, "settings"),
				   .csrf = csrf_token(pg),
				   .seen = seen,
				   .done = given == NULL && param_bool(pg, "done") ? tr("Saved.") : "",
				   .error = error };
	int last = -1;

	v.sections = ARENA_ARRAY(pg->a, SECTIONS, struct view_section);
	for (size_t i = 0; i < n; i++) {
		struct view_section *s = &v.sections[v.nsections];

		if ((int)now[i].s->section != last) {
			last = (int)now[i].s->section;
			*s = (struct view_section){
				.title = o->list ? tr(setting_sections[last]) : "",
				.rows = ARENA_ARRAY(pg->a, n, struct view_setting)
			};
			v.nsections++;
		}
		s = &v.sections[v.nsections - 1];
		row_make(pg, &now[i], given ? given[i] : NULL, &s->rows[s->nrows++]);
	}
	if (*error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_settings(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_settings(struct page *pg)
{
	struct setting_now *now;
	struct office_page o;
	size_t n;
	enum rc rc = office_open(pg, OFFICE_OWNER, "settings", tr("Settings"), &o);

	if (rc == RC_OK)
		rc = settings_load(unit_of(pg), o.list, &now, &n);
	if (rc != RC_OK)
		return rc;
	return settings_show(pg, &o, now, n, NULL, seen_of(pg, now, n), "");
}

enum rc page_settings_set(struct page *pg)
{
	const char **given, *error = "", *seen;
	struct setting_now *now, *c;
	struct office_page o;
	size_t n;
	enum rc rc = office_open(pg, OFFICE_OWNER, "settings", tr("Settings"), &o);

	if (rc == RC_OK)
		rc = settings_load(unit_of(pg), o.list, &now, &n);
	if (rc != RC_OK)
		return rc;
	seen = seen_of(pg, now, n);
	given = ARENA_ARRAY(pg->a, n, const char *);
	c = ARENA_ARRAY(pg->a, n, struct setting_now);
	for (size_t i = 0; i < n; i++) {
		given[i] = req_form(pg->req, now[i].s->name);
		/* a box that is not ticked is not sent; what else is not sent stays as it is */
		if (given[i] == NULL)
			given[i] = now[i].s->kind == SETTING_BOOL ? "false" : now[i].value;
		c[i] = (struct setting_now){ now[i].s, given[i], NULL };
	}
	if (strcmp(seen, param_text(pg, "seen") ? param_text(pg, "seen") : "") != 0)
		error = tr("Somebody changed settings after you opened this page. What you chose is "
			   "below, and nothing of it is saved yet: look it over and save again.");
	else
		rc = settings_change(unit_of(pg), o.list, c, n, NULL);
	site_of(pg)->title_until = 0;
	if (rc == RC_INVALID)
		error = tr("Nothing was saved: mend what is marked below.");
	else if (rc != RC_OK)
		return rc;
	if (*error != '\0')
		return settings_show(pg, &o, c, n, given, seen, error);
	return resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "settings"));
}

enum rc page_admin_settings(struct page *pg)
{
	return page_settings(pg);
}

enum rc page_admin_settings_set(struct page *pg)
{
	return page_settings_set(pg);
}
