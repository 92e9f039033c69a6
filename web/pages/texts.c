/* SPDX-License-Identifier: Apache-2.0 */
/* A group's own texts, in each language, with a preview. */
#include "server/core/template.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const char *text(struct page *pg, const char *name)
{
	return param_text(pg, name) ? param_text(pg, name) : "";
}

static const char *language_of(const char *locale)
{
	const struct tr_language *l = tr_language(locale);

	return l ? l->name : locale;
}

/* Moderators write what is chosen from; owners all. */
static bool may(struct page *pg, const struct office_page *o, const struct template_kind *k)
{
	return k->many || office_admin(unit_of(pg)) || o->g.owner;
}

static void rows_fill(struct page *pg, const struct office_page *o, const struct template *t,
		      size_t n, struct view_texts *v)
{
	v->rows = ARENA_ARRAY(pg->a, n, struct view_own_text);
	for (size_t i = 0; i < n; i++) {
		const struct template_kind *k = template_kind(t[i].kind);

		if (k == NULL)
			continue;
		v->rows[v->nrows++] = (struct view_own_text){
			.id = t[i].id,
			.kind = tr(k->title),
			.name = t[i].title,
			.lang = t[i].locale,
			.language = language_of(t[i].locale),
			.body = t[i].body,
			.url = arena_fmt(pg->a, "%s?id=%lld#edit", v->action, (long long)t[i].id),
			.site = t[i].site && o->list != NULL,
			.ours = t[i].site == (o->list == NULL) && may(pg, o, k)
		};
	}
}

/* form: what stands in the fields. */
static enum rc texts_show(struct page *pg, struct office_page *o, const struct template *form,
			  const char *error, const char *done, const char *previewed)
{
	struct out out = page_out(pg);
	struct view_texts v = { .office = o->v,
				.title = o->f.title,
				.action = office_url(pg, o, "texts"),
				.csrf = csrf_token(pg),
				.done = done,
				.error = error,
				.name = form->title,
				.body = form->body,
				.previewed = previewed,
				.lang = form->locale };
	struct template *t;
	size_t n;
	enum rc rc = templates_all(unit_of(pg), o->list, &t, &n);

	if (rc != RC_OK)
		return rc;
	rows_fill(pg, o, t, n, &v);
	v.kinds = ARENA_ARRAY(pg->a, template_kinds_n, struct view_option);
	for (size_t i = 0; i < template_kinds_n; i++)
		if (may(pg, o, &template_kinds[i]))
			v.kinds[v.nkinds++] = (struct view_option){
				template_kinds[i].name,
				arena_fmt(pg->a, "%s. %s", tr(template_kinds[i].title), tr(template_kinds[i].help)),
				strcmp(template_kinds[i].name, form->kind) == 0
			};
	v.locales = ARENA_ARRAY(pg->a, TR_LANGS, struct view_option);
	for (size_t i = 0; i < TR_LANGS; i++)
		v.locales[v.nlocales++] =
			(struct view_option){ tr_languages[i].code, tr_languages[i].name,
					      strcmp(tr_languages[i].code, form->locale) == 0 };
	if (*error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_texts(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_texts(struct page *pg)
{
	struct template form = { .kind = "", .locale = tr_lang(), .title = "", .body = "" }, *t;
	struct office_page o;
	size_t n;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "texts", tr("Texts"), &o);

	if (rc == RC_OK && param_has(pg, "id")) {
		rc = templates_all(unit_of(pg), o.list, &t, &n);
		for (size_t i = 0; rc == RC_OK && i < n; i++)
			if (t[i].id == param_i64(pg, "id"))
				form = t[i];
	}
	return rc == RC_OK ? texts_show(pg, &o, &form, "", param_bool(pg, "done") ? tr("Saved.") : "", "")
			   : rc;
}

enum rc page_texts_set(struct page *pg)
{
	static const char *const acts[] = { "preview", "save", "remove" };
	const char *act = acts[param_choice(pg, "act")], *err = NULL;
	struct template form = { .kind = text(pg, "kind"),
				 .locale = text(pg, "locale"),
				 .title = text(pg, "name"),
				 .body = text(pg, "body") };
	struct template_values sample = { .name = "Ana Pérez", .subject = tr("Minutes of the meeting") };
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_MODERATOR, "texts", tr("Texts"), &o);

	if (rc != RC_OK)
		return rc;
	sample.group = o.list ? o.g.title : "Agenda";
	sample.address = o.list ? o.g.addr : "agenda@example.org";
	if (strcmp(act, "preview") == 0) {
		err = template_wrong(&form);
		return texts_show(pg, &o, &form, err ? err : "", "",
				  err ? "" : template_fill(pg->a, form.body, &sample));
	}
	rc = strcmp(act, "save") == 0 ? template_set(unit_of(pg), o.list, &form, &err)
				      : template_unset(unit_of(pg), o.list, param_i64(pg, "id"));
	if (rc == RC_INVALID && err != NULL)
		return texts_show(pg, &o, &form, err, "", "");
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "texts")) : rc;
}

enum rc page_admin_texts(struct page *pg)
{
	return page_texts(pg);
}

enum rc page_admin_texts_set(struct page *pg)
{
	return page_texts_set(pg);
}
