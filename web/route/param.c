/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validators of parameters, one per kind, and access by name. They decide on
 * form alone; whether a list or a thread exists is the core's to say.
 */
#include "server/base/line.h"
#include "web/route/route.h"

#include "server/base/base.h"

static bool length_in(const struct route_param *rp, size_t n)
{
	return n >= (uint64_t)rp->min && n <= (uint64_t)rp->max;
}

/* Characters of valid UTF-8. */
static size_t chars(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

static bool all_of(struct slice s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(set, s.p[i]))
			return false;
	return true;
}

static bool slug_ok(const struct route_param *rp, struct slice s)
{
	return s.n > 0 && length_in(rp, s.n) &&
	       all_of(s, "abcdefghijklmnopqrstuvwxyz0123456789-") && s.p[0] != '-' &&
	       s.p[s.n - 1] != '-';
}

static bool msgid_ok(const struct route_param *rp, struct slice s)
{
	if (s.n == 0 || !length_in(rp, s.n))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || strchr("<>\x7F", s.p[i]))
			return false;
	return true;
}

static bool choice_ok(const struct route_param *rp, struct slice s, int64_t *out_r)
{
	struct slice rest = slice_of(rp->choices), word;
	bool more = true;

	for (int64_t i = 0; more; i++) {
		more = slice_cut(&rest, '|', &word);
		if (slice_eq(word, s)) {
			*out_r = i;
			return true;
		}
	}
	return false;
}

static bool bool_ok(struct slice s, int64_t *out_r)
{
	int64_t i;
	static const struct route_param words = { .choices = "|0|no|false|off|1|on|true|yes" };

	if (!choice_ok(&words, s, &i))
		return false;
	*out_r = i >= 5;
	return true;
}

static struct slice one_line(struct arena *a, struct slice s)
{
	char *copy = slice_dup(a, slice_trim(s));

	for (char *p = copy; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return slice_trim(slice_of(line_own(a, slice_of(copy))));
}

static bool value_ok(const struct route_param *rp, struct slice s, int64_t *i64_r)
{
	switch (rp->kind) {
	case KIND_I64:
		return slice_i64(s, rp->min, rp->max, i64_r);
	case KIND_SLUG:
		return slug_ok(rp, s);
	case KIND_TOKEN:
		return s.n > 0 && length_in(rp, s.n) &&
		       all_of(s, "abcdefghijklmnopqrstuvwxyz234567");
	case KIND_LINE:
	case KIND_SECRET:
	case KIND_TEXT:
		return length_in(rp, chars(s));
	case KIND_BOOL:
		return bool_ok(s, i64_r);
	case KIND_MSGID:
		return msgid_ok(rp, s);
	case KIND_CHOICE:
		return choice_ok(rp, s, i64_r);
	}
	return false;
}

void param_check(struct arena *a, const struct route_param *rp, const char *raw, size_t n,
		 struct param_value *v_r)
{
	struct slice s = slice_make(raw, n);
	bool blank;

	*v_r = (struct param_value){ 0 };
	if (!raw)
		return;
	if (rp->kind == KIND_LINE)
		s = one_line(a, s);
	else if (rp->kind != KIND_TEXT)
		s = slice_trim(s);
	v_r->text = slice_dup(a, s);
	v_r->n = s.n;
	blank = slice_trim(s).n == 0;
	/* a field left empty is a field not filled in */
	if (blank && rp->kind != KIND_BOOL &&
	    !(rp->kind == KIND_CHOICE && value_ok(rp, s, &v_r->i64)))
		v_r->state = PARAM_ABSENT;
	else
		v_r->state = value_ok(rp, s, &v_r->i64) ? PARAM_OK : PARAM_BAD;
}

static const struct param_value *value_get(const struct page *pg, const char *name,
					   const struct route_param **rp_r)
{
	for (size_t i = 0; i < pg->route->nparams; i++)
		if (strcmp(pg->route->params[i].name, name) == 0) {
			*rp_r = &pg->route->params[i];
			return &pg->value[i];
		}
	log_panic("event=route what=no-such-parameter route=%s name=%s", pg->route->name, name);
}

bool param_has(const struct page *pg, const char *name)
{
	const struct route_param *rp;

	return value_get(pg, name, &rp)->state == PARAM_OK;
}

bool param_bad(const struct page *pg, const char *name)
{
	const struct route_param *rp;
	const struct param_value *v = value_get(pg, name, &rp);

	/* of a form's field that must be filled in, nothing is as wrong as nonsense */
	return v->state == PARAM_BAD || (v->state == PARAM_ABSENT && rp->need != NEED_OPT &&
					 rp->kind != KIND_BOOL && rp->min > 0);
}

bool param_any_bad(const struct page *pg)
{
	for (size_t i = 0; i < pg->route->nparams; i++)
		if (param_bad(pg, pg->route->params[i].name))
			return true;
	return false;
}

int64_t param_i64(const struct page *pg, const char *name)
{
	const struct route_param *rp;
	const struct param_value *v = value_get(pg, name, &rp);

	return v->state == PARAM_OK ? v->i64 : 0;
}

const char *param_text(const struct page *pg, const char *name)
{
	const struct route_param *rp;

	/* a wrong value too: the form that is shown again holds what was typed */
	return value_get(pg, name, &rp)->text;
}

struct slice param_slice(const struct page *pg, const char *name)
{
	const struct route_param *rp;
	const struct param_value *v = value_get(pg, name, &rp);

	return slice_make(v->text ? v->text : "", v->n);
}

bool param_bool(const struct page *pg, const char *name)
{
	return param_i64(pg, name) != 0;
}

int param_choice(const struct page *pg, const char *name)
{
	return param_has(pg, name) ? (int)param_i64(pg, name) : -1;
}
