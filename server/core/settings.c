/* SPDX-License-Identifier: Apache-2.0 */
/* See settings.h. */
#include <ctype.h>
#include <stdlib.h>

#include "server/base/utf8.h"
#include "server/core/audit.h"
#include "server/core/settings.h"
#include "server/store/setting.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define KB 1024
#define MB (1024 * 1024)

const struct setting *setting_find(bool site, const char *name)
{
	for (size_t i = 0; i < settings_n; i++)
		if (settings[i].site == site && strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

/* ---- values ---- */

static const char *size_shown(struct arena *a, int64_t n)
{
	if (n > 0 && n % MB == 0)
		return arena_fmt(a, tr("%s MB"), arena_fmt(a, "%lld", (long long)(n / MB)));
	if (n > 0 && n % KB == 0)
		return arena_fmt(a, tr("%lld kB"), (long long)(n / KB));
	return arena_fmt(a, "%lld", (long long)n);
}

/* "25 MB", "300kB", "25 Mo", "1024"; -1 for anything else. Reads what size_shown says. */
static int64_t size_read(struct slice s)
{
	int64_t unit = 1, n;
	const char *const units[] = { "mb", "kb", "mo", "ko", "m", "k", "b", "o" };
	const int64_t times[] = { MB, KB, MB, KB, MB, KB, 1, 1 };

	for (size_t i = 0; i < ARRAY_LEN(units) && unit == 1; i++) {
		size_t len = strlen(units[i]);

		if (s.n > len && slice_ieqz(slice_make(s.p + s.n - len, len), units[i])) {
			unit = times[i];
			s = slice_trim(slice_make(s.p, s.n - len));
			break;
		}
	}
	return slice_i64(s, 0, INT64_MAX / MB, &n) ? n * unit : -1;
}

const char *setting_shown(struct arena *a, const struct setting *s, const char *value)
{
	int64_t n;

	switch (s->kind) {
	case SETTING_BOOL:
		return strcmp(value, "true") == 0 ? tr("yes") : tr("no");
	case SETTING_SIZE:
		return slice_i64(slice_of(value), 0, INT64_MAX, &n) ? size_shown(a, n) : value;
	case SETTING_CHOICE:
		for (const struct setting_word *w = s->words; w->word != NULL; w++)
			if (strcmp(w->word, value) == 0)
				return tr(w->label);
		return value;
	default:
		return value;
	}
}

static const char *number_check(struct arena *a, const struct setting *s, struct slice v,
				const char **clean_r)
{
	int64_t n;

	if (!slice_i64(v, s->min, s->max, &n))
		return arena_fmt(a, tr("Write a whole number from %lld to %lld."), (long long)s->min,
				 (long long)s->max);
	*clean_r = arena_fmt(a, "%lld", (long long)n);
	return NULL;
}

static const char *size_check(struct arena *a, const struct setting *s, struct slice v,
			      const char **clean_r)
{
	int64_t n = size_read(v);

	if (n < s->min || n > s->max)
		return arena_fmt(a, tr("Write a size from %s to %s, such as 300 kB or 25 MB."),
				 size_shown(a, s->min), size_shown(a, s->max));
	*clean_r = arena_fmt(a, "%lld", (long long)n);
	return NULL;
}

static const char *real_check(struct arena *a, const struct setting *s, struct slice v,
			      const char **clean_r)
{
	const char *text = slice_dup(a, v);
	size_t digits = strspn(text, "0123456789.");
	char *end;
	double d = strtod(text, &end);

	if (v.n == 0 || digits != v.n || *end != '\0' || !(d * 100 >= (double)s->min) ||
	    !(d * 100 <= (double)s->max))
		return arena_fmt(a, tr("Write a number from %s to %s."),
				 arena_fmt(a, "%g", (double)s->min / 100),
				 arena_fmt(a, "%g", (double)s->max / 100));
	*clean_r = text;
	return NULL;
}

static const char *bool_check(struct arena *a UNUSED, struct slice v, const char **clean_r)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (slice_ieqz(v, yes[i]))
			*clean_r = "true";
		else if (slice_ieqz(v, no[i]))
			*clean_r = "false";
		else
			continue;
		return NULL;
	}
	return tr("Write yes or no.");
}

static const char *choice_check(struct arena *a, const struct setting *s, struct slice v,
				const char **clean_r)
{
	struct str all;

	str_init(&all, a, 4096);
	for (const struct setting_word *w = s->words; w->word != NULL; w++) {
		str_fmt(&all, "%s%s", all.n ? ", " : "", w->word);
		if (slice_eqz(v, w->word)) {
			*clean_r = w->word;
			return NULL;
		}
	}
	return arena_fmt(a, tr("Choose one of %s."), str_z(&all));
}

static const char *text_check(struct arena *a, const struct setting *s, struct slice v,
			      const char **clean_r)
{
	size_t n;

	if (!utf8_valid(v))
		return tr("The text is not valid UTF-8.");
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < ' ' || v.p[i] == 0x7F) {
			if (s->kind == SETTING_TEXT && strchr("\n\r\t", v.p[i]) != NULL)
				continue;
			return tr("One line without control characters.");
		}
	n = utf8_length(v);
	if (n < (size_t)s->min || n > (size_t)s->max)
		return arena_fmt(a, tr("Write %lld to %lld characters; these are %lld."),
				 (long long)s->min, (long long)s->max, (long long)n);
	*clean_r = slice_dup(a, v);
	return NULL;
}

/* ".exe" or "video/mpeg" or "video/" and a star; in lower case, one blank between them. */
static const char *files_check(struct arena *a, const struct setting *s, struct slice v,
			       const char **clean_r)
{
	struct slice rest = slice_of(slice_lower(a, v)), word;
	struct str out;

	str_init(&out, a, 65536);
	while (rest.n > 0) {
		bool slash = false, good = true;

		slice_cut(&rest, ' ', &word);
		word = slice_trim(word);
		if (word.n == 0)
			continue;
		for (size_t i = 0; i < word.n; i++) {
			unsigned char c = (unsigned char)word.p[i];

			slash = slash || (c == '/' && i > 0 && i + 1 < word.n);
			good = good && (isalnum(c) || c >= 0x80 || strchr(".+-_/*", c) != NULL);
		}
		if (!good || !(slash || (word.p[0] == '.' && word.n > 1)))
			return arena_fmt(a, tr("%s is neither an ending such as .exe nor a type such as "
					       "video/*."),
					 slice_dup(a, word));
		str_fmt(&out, "%s%s", out.n ? " " : "", slice_dup(a, word));
	}
	return text_check(a, s, str_slice(&out), clean_r);
}

const char *setting_check(struct arena *a, const struct setting *s, const char *value,
			  const char **clean_r)
{
	struct slice v = slice_trim(slice_of(value));

	*clean_r = "";
	switch (s->kind) {
	case SETTING_NUMBER:
		return number_check(a, s, v, clean_r);
	case SETTING_SIZE:
		return size_check(a, s, v, clean_r);
	case SETTING_REAL:
		return real_check(a, s, v, clean_r);
	case SETTING_BOOL:
		return bool_check(a, v, clean_r);
	case SETTING_CHOICE:
		return choice_check(a, s, v, clean_r);
	case SETTING_FILES:
		return files_check(a, s, v, clean_r);
	case SETTING_LINE:
	case SETTING_TEXT:
	case SETTING_GROUP:
		break;
	}
	return text_check(a, s, v, clean_r);
}

/* ---- what is set ---- */

static bool may(struct unit *u, const struct setting *s, const struct group *g)
{
	return office_admin(u) || (s->who == OFFICE_OWNER && g->owner) ||
	       (s->who == OFFICE_MODERATOR && g->moderator);
}

/* The value of each row of the table, by its place; the default where nothing is set. */
static enum rc values_read(struct unit *u, const struct group *g, const char **value)
{
	struct setting_row *rows;
	size_t n;
	enum rc rc = settings_read(u->db, u->arena, g->id, &rows, &n);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < settings_n; i++) {
		value[i] = settings[i].fallback;
		for (size_t k = 0; k < n; k++)
			if (strcmp(rows[k].name, settings[i].name) == 0)
				value[i] = rows[k].value;
	}
	return RC_OK;
}

enum rc settings_load(struct unit *u, const char *list, struct setting_now **r, size_t *n_r)
{
	const char **value = ARENA_ARRAY(u->arena, settings_n, const char *);
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = values_read(u, &g, value);
	if (rc != RC_OK)
		return rc;
	*n_r = 0;
	*r = ARENA_ARRAY(u->arena, settings_n, struct setting_now);
	for (size_t i = 0; i < settings_n; i++)
		if (settings[i].site == (g.id == 0) && may(u, &settings[i], &g))
			(*r)[(*n_r)++] = (struct setting_now){ &settings[i], value[i], NULL };
	return *n_r > 0 ? RC_OK : RC_DENIED;
}

/* A group can be part of another that is part of none, and has none itself. */
static enum rc parent_check(struct unit *u, const struct group *g, const char *name,
			    const char **id_r, const char **err_r)
{
	struct parent_row p;
	enum rc rc;

	*id_r = NULL;
	if (*name == '\0')
		return RC_OK;
	rc = parent_read(u->db, u->arena, g->id, name, &p);
	if (rc == RC_NOTFOUND)
		*err_r = tr("There is no group of this name.");
	else if (rc == RC_OK && p.id == g->id)
		*err_r = tr("A group is not part of itself.");
	else if (rc == RC_OK && p.has_parent)
		*err_r = tr("That group is part of another one itself.");
	else if (rc == RC_OK && p.has_children)
		*err_r = tr("Other groups are part of this one.");
	else if (rc == RC_OK)
		*id_r = arena_fmt(u->arena, "%lld", (long long)p.id);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

struct changes { /* what differs, for the statement and for the audit log */
	const char **name, **value;
	size_t n;
	struct str was, is;
	bool bad;
};

static enum rc changes_find(struct unit *u, const struct group *g, const char *const *now,
			    struct setting_now *c, size_t n, struct changes *w)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		const char *is, *was = now[c[i].s - settings];

		c[i].error = setting_check(u->arena, c[i].s, c[i].value, &is);
		if (c[i].error == NULL && strcmp(is, was) == 0)
			continue;
		if (!may(u, c[i].s, g))
			return RC_DENIED;
		w->name[w->n] = c[i].s->name;
		w->value[w->n] = is;
		if (c[i].error == NULL && c[i].s->kind == SETTING_GROUP) {
			rc = parent_check(u, g, is, &w->value[w->n], &c[i].error);
			w->name[w->n] = "parent_id";
		}
		w->bad = w->bad || c[i].error != NULL;
		if (c[i].error != NULL)
			continue;
		w->n++;
		str_fmt(&w->was, "%s = %s\n", c[i].s->name, was);
		str_fmt(&w->is, "%s = %s\n", c[i].s->name, is);
	}
	return rc;
}

static enum rc changes_write(struct unit *u, const struct group *g, const struct changes *w)
{
	enum rc rc = RC_OK;

	if (g->id != 0)
		return list_settings_write(u->db, u->arena, g->id, w->name, w->value, w->n);
	for (size_t i = 0; i < w->n && rc == RC_OK; i++)
		rc = setting_write(u->db, w->name[i], w->value[i]);
	return rc;
}

enum rc settings_change(struct unit *u, const char *list, struct setting_now *c, size_t n,
			size_t *changed_r)
{
	const char **now = ARENA_ARRAY(u->arena, settings_n, const char *);
	struct changes w = { .name = ARENA_ARRAY(u->arena, n, const char *),
			     .value = ARENA_ARRAY(u->arena, n, const char *) };
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (changed_r != NULL)
		*changed_r = 0;
	str_init(&w.was, u->arena, (size_t)1 << 20);
	str_init(&w.is, u->arena, (size_t)1 << 20);
	if (rc == RC_OK)
		rc = values_read(u, &g, now);
	if (rc == RC_OK)
		rc = changes_find(u, &g, now, c, n, &w);
	if (rc != RC_OK)
		return rc;
	if (w.bad)
		return RC_INVALID;
	if (w.n == 0)
		return RC_OK;
	rc = changes_write(u, &g, &w);
	if (rc != RC_OK)
		return rc;
	if (changed_r != NULL)
		*changed_r = w.n;
	return audit(u, &(struct audit_entry){ .act = g.id ? "list.set" : "setting.set",
					       .list = g.id,
					       .before = str_z(&w.was),
					       .after = str_z(&w.is) });
}

/* ---- of the site, for the programs ---- */

enum rc setting_value(struct unit *u, const char *name, const char **value_r)
{
	const struct setting *s = setting_find(true, name);
	const char *value = NULL;
	enum rc rc;

	if (s == NULL)
		log_panic("setting %s is not in the table", name);
	rc = setting_read(u->db, u->arena, name, &value);
	/* one that got there by another way than ours counts as none */
	if (rc == RC_OK && (value == NULL || setting_check(u->arena, s, value, &value) != NULL))
		value = s->fallback;
	*value_r = value;
	return rc;
}

enum rc setting_number(struct unit *u, const char *name, int64_t *value_r)
{
	const char *text;
	enum rc rc = setting_value(u, name, &text);

	if (rc == RC_OK && !slice_i64(slice_of(text), INT64_MIN, INT64_MAX, value_r))
		log_panic("setting %s is no number", name);
	return rc;
}

enum rc setting_put(struct unit *u, const char *name, const char *value)
{
	const struct setting *s = setting_find(true, name);

	if (s == NULL)
		return RC_NOTFOUND;
	return settings_change(u, NULL, &(struct setting_now){ s, value, NULL }, 1, NULL);
}
