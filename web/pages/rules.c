/* SPDX-License-Identifier: Apache-2.0 */
/* What a group accepts, from the one table of rules; to its moderators also what
 * each rule said of a message, by its Message-ID. */
#include "server/core/rules.h"
#include "server/core/trace.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static const char *outcome_words(const char *outcome)
{
	static const struct {
		const char *outcome, *words;
	} t[] = {
		{ "-", N_("nothing") },
		{ "post", N_("it appears") },
		{ "hold", N_("it waits") },
		{ "refuse", N_("it goes back") },
		{ "drop", N_("it is dropped") },
		{ "forward", N_("it is passed on") },
		{ "command", N_("it is a request") },
		{ "bounce", N_("it is counted") },
		{ "complaint", N_("it is counted") },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (strcmp(t[i].outcome, outcome) == 0)
			return tr(t[i].words);
	return outcome;
}

/* The rules that this group has, or all that one message met. */
static void rows_fill(struct page *pg, struct view_rules *v, const struct list_ref *l,
		      const struct rule_said *steps, size_t n)
{
	v->rows = ARENA_ARRAY(pg->a, RULES, struct view_rule);
	for (enum rule r = 0; r < RULES; r++) {
		const struct rule_info *i = &rules[r];
		struct view_rule *row = &v->rows[v->nrows];
		const struct rule_said *t = NULL;

		for (size_t k = 0; k < n && t == NULL; k++)
			t = steps[k].rule == i ? &steps[k] : NULL;
		if (n > 0 ? t == NULL : i->applies != NULL && !i->applies(l))
			continue;
		*row = (struct view_rule){ tr(i->looks_at), tr(i->follows), "", "", false };
		if (t != NULL) {
			row->said = outcome_words(t->outcome);
			row->detail = t->detail;
			row->spoke = strcmp(t->outcome, "-") != 0;
		}
		v->nrows++;
	}
}

/* <id> or id. */
static const char *msgid_of(struct page *pg, const char *text)
{
	struct slice s = slice_trim(slice_of(text ? text : ""));

	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = slice_make(s.p + 1, s.n - 2);
	return slice_dup(pg->a, s);
}

/* The last time that it came to this group. */
static enum rc message_find(struct page *pg, struct view_rules *v, const struct group *g,
			    struct rule_said **steps_r, size_t *n_r)
{
	const struct trace_row *row = NULL;
	struct trace_step *t;
	size_t n;
	enum rc rc = trace_load(unit_of(pg), v->message, &t, &n);

	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].row.list_name, g->name) == 0)
			row = &t[i].row;
	if (row == NULL)
		return RC_OK;
	v->found = true;
	v->fate = tr(trace_fate_text(row->fate));
	v->when = fmt_iso(pg, row->received_at);
	v->date = fmt_time(pg, row->received_at);
	*n_r = rules_trace(pg->a, row->trace, steps_r);
	return RC_OK;
}

enum rc page_rules(struct page *pg)
{
	struct out o = page_out(pg);
	struct rule_said *steps = NULL;
	struct list_ref l;
	struct group g;
	struct view_rules v = { .fate = "", .when = "", .date = "" };
	struct frame f = { .title = tr("What the group accepts") };
	size_t n = 0;
	enum rc rc = group_find(unit_of(pg), param_text(pg, "list"), &g);

	if (rc == RC_OK)
		rc = list_lookup(unit_of(pg), g.name, strchr(g.addr, '@') + 1, "", NULL, &l);
	if (rc != RC_OK)
		return rc;
	v.group = g.title;
	v.group_url = arena_fmt(pg->a, "/g/%s", g.name);
	v.action = arena_fmt(pg->a, "/g/%s/rules", g.name);
	v.moderator = g.moderator;
	v.message = g.moderator ? msgid_of(pg, param_text(pg, "message")) : "";
	v.looked = *v.message != '\0';
	if (v.looked)
		rc = message_find(pg, &v, &g, &steps, &n);
	if (rc != RC_OK)
		return rc;
	rows_fill(pg, &v, &l, steps, n);
	view_rules(&o, &v);
	page_crumbs(pg, &f, &g, NULL, 0);
	f.noindex = strcmp(g.visibility, "public") != 0 || v.looked;
	return page_show(pg, &f, &o);
}
