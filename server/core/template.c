/* SPDX-License-Identifier: Apache-2.0 */
/* See template.h. */
#include "server/base/utf8.h"
#include "server/core/audit.h"
#include "server/core/office.h"
#include "server/core/template.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const struct template_kind template_kinds[] = {
	{ "welcome", N_("Welcome"), N_("Stands in the mail to a new member, after what it says anyway."),
	  false },
	{ "goodbye", N_("Goodbye"), N_("Stands in the mail to who leaves."), false },
	{ "refuse", N_("Refusal"), N_("Stands in the mail that gives a refused message back."), false },
	{ "return", N_("Return with a question"), N_("To choose from when a message is returned."),
	  true },
	{ "reject", N_("Rejection"), N_("To choose from when a message is rejected."), true },
};
const size_t template_kinds_n = ARRAY_LEN(template_kinds);

/* Ours, where nobody wrote another. */
static const struct {
	const char *kind, *title, *body;
} ours[] = {
	{ "return", N_("The attachment is missing"),
	  N_("Your message speaks of a file that did not arrive. Could you send it again with the "
	     "file, or with a link to it?") },
	{ "return", N_("The subject says too little"),
	  N_("Could you send it again with a subject that says what it is about? That way everybody "
	     "in {group} finds it.") },
	{ "reject", N_("Outside what the group is for"),
	  N_("Your message is outside what {group} is for, so it was not posted there.") },
	{ "reject", N_("It was posted already"),
	  N_("The same message is in {group} already. It is not posted twice.") },
	{ "reject", N_("It offends persons"),
	  N_("Your message offends persons. Without that part it is welcome in {group}.") },
};

const struct template_kind *template_kind(const char *name)
{
	for (size_t i = 0; i < template_kinds_n; i++)
		if (strcmp(template_kinds[i].name, name) == 0)
			return &template_kinds[i];
	return NULL;
}

static void ours_add(struct arena *a, const char *kind, const char *locale, struct template **r,
		     size_t *n_r)
{
	const char *back = arena_strdup(a, tr_lang());

	*r = ARENA_ARRAY(a, ARRAY_LEN(ours), struct template);
	tr_set(locale);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strcmp(ours[i].kind, kind) == 0)
			(*r)[(*n_r)++] = (struct template){
				.site = true,
				.kind = ours[i].kind,
				.locale = arena_strdup(a, locale),
				.title = arena_strdup(a, tr(ours[i].title)),
				.body = arena_strdup(a, tr(ours[i].body)),
			};
	tr_set(back);
}

enum rc templates_for(struct unit *u, int64_t list, const char *kind, const char *locale,
		      struct template **r, size_t *n_r)
{
	enum rc rc = templates_read(u->db, u->arena, list, kind, locale, r, n_r);

	if (rc == RC_OK && *n_r == 0)
		ours_add(u->arena, kind, locale, r, n_r);
	return rc;
}

enum rc template_text(struct unit *u, int64_t list, const char *kind, const char *locale,
		      const struct template_values *v, const char **text_r)
{
	struct template *t;
	size_t n;
	enum rc rc = templates_for(u, list, kind, locale, &t, &n);

	*text_r = rc == RC_OK && n > 0 ? template_fill(u->arena, t[0].body, v) : "";
	return rc;
}

const char *template_fill(struct arena *a, const char *body, const struct template_values *v)
{
	const struct {
		struct slice word;
		const char *value;
	} words[] = {
		{ SLICE("{group}"), v->group },
		{ SLICE("{address}"), v->address },
		{ SLICE("{name}"), v->name },
		{ SLICE("{subject}"), v->subject },
	};
	struct slice rest = slice_of(body);
	struct str s;

	str_init(&s, a, (size_t)1 << 20);
	while (rest.n > 0) {
		const char *brace = memchr(rest.p, '{', rest.n);
		size_t before = brace ? (size_t)(brace - rest.p) : rest.n, used = 0;

		str_add(&s, rest.p, before);
		rest = slice_make(rest.p + before, rest.n - before);
		for (size_t i = 0; i < ARRAY_LEN(words) && rest.n > 0 && used == 0; i++)
			if (words[i].value != NULL && rest.n >= words[i].word.n &&
			    memcmp(rest.p, words[i].word.p, words[i].word.n) == 0) {
				str_addz(&s, words[i].value);
				used = words[i].word.n;
			}
		if (used == 0 && rest.n > 0) {
			str_addc(&s, '{');
			used = 1;
		}
		rest = slice_make(rest.p + used, rest.n - used);
	}
	return str_z(&s);
}

enum rc templates_all(struct unit *u, const char *list, struct template **r, size_t *n_r)
{
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	return rc == RC_OK ? templates_read(u->db, u->arena, g.id, NULL, NULL, r, n_r) : rc;
}

const char *template_wrong(const struct template *t)
{
	const struct template_kind *k = template_kind(t->kind);

	if (k == NULL)
		return tr("There is no text of this kind.");
	if (tr_language(t->locale) == NULL)
		return tr("The language is one of es, en, pt, fr, it.");
	if (!utf8_valid(slice_of(t->title)) || !utf8_valid(slice_of(t->body)))
		return tr("The text is not valid UTF-8.");
	if (slice_trim(slice_of(t->body)).n == 0)
		return tr("Write the text.");
	if (utf8_length(slice_of(t->body)) > TEMPLATE_BODY_MAX)
		return tr("The text is longer than 4,000 characters.");
	if (k->many && slice_trim(slice_of(t->title)).n == 0)
		return tr("Give it a title: it is chosen by it.");
	if (strpbrk(t->title, "\r\n") != NULL || utf8_length(slice_of(t->title)) > TEMPLATE_TITLE_MAX)
		return tr("The title is one line of at most 80 characters.");
	return NULL;
}

enum rc template_set(struct unit *u, const char *list, const struct template *t,
		     const char **err_r)
{
	const struct template_kind *k = template_kind(t->kind);
	struct template clean = *t;
	struct group g;
	int64_t id;
	enum rc rc = office_check(u, list, k != NULL && k->many ? OFFICE_MODERATOR : OFFICE_OWNER, &g);

	*err_r = NULL;
	if (rc != RC_OK)
		return rc;
	*err_r = template_wrong(t);
	if (*err_r != NULL)
		return RC_INVALID;
	clean.title = k->many ? slice_dup(u->arena, slice_trim(slice_of(t->title))) : "";
	rc = template_write(u->db, u->arena, g.id, &clean, &id);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "template.set",
					       .list = g.id,
					       .after = arena_fmt(u->arena, "%s %s %s\n%s", clean.kind,
								  clean.locale, clean.title,
								  clean.body) });
}

enum rc template_unset(struct unit *u, const char *list, int64_t id)
{
	const struct template_kind *k;
	struct template was;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = template_delete(u->db, u->arena, g.id, id, &was);
	if (rc != RC_OK)
		return rc;
	k = template_kind(was.kind);
	/* the caller's transaction ends with this */
	if (!office_admin(u) && !g.owner && (k == NULL || !k->many))
		return RC_DENIED;
	return audit(u, &(struct audit_entry){ .act = "template.unset",
					       .list = g.id,
					       .before = arena_fmt(u->arena, "%s %s %s\n%s", was.kind,
								   was.locale, was.title, was.body) });
}
