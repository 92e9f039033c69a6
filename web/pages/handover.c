/* SPDX-License-Identifier: Apache-2.0 */
/* Handing a group over: the form, what is planned, taking it back. */
#include "server/core/handover.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

static const char *text(struct page *pg, const char *name)
{
	return pg->route->method == METHOD_POST && param_text(pg, name) ? param_text(pg, name) : "";
}

/* "a12" an account, "o3" an organisation. */
static void froms_fill(struct page *pg, const struct handover_page *p, struct view_handover *v)
{
	const char *chosen = text(pg, "from");
	int64_t last = 0;

	v->froms = ARENA_ARRAY(pg->a, p->nfrom * 2, struct view_option);
	for (size_t i = 0; i < p->nfrom; i++) {
		const struct runner_row *r = &p->from[i];
		const char *role = strcmp(r->role, "owner") == 0 ? tr("owner") : tr("moderator");

		if (r->organisation != 0 && r->organisation != last) {
			last = r->organisation;
			v->froms[v->nfroms++] = (struct view_option){
				arena_fmt(pg->a, "o%lld", (long long)r->organisation),
				arena_fmt(pg->a, tr("All of %s"), r->organisation_name), false
			};
		}
		v->froms[v->nfroms++] = (struct view_option){
			arena_fmt(pg->a, "a%lld", (long long)r->account),
			arena_fmt(pg->a, "%s (%s)", r->name, role), false
		};
	}
	for (size_t i = 0; i < v->nfroms; i++)
		v->froms[i].on = strcmp(v->froms[i].value, chosen) == 0;
}

static void row_fill_(struct page *pg, const struct handover_row *h, struct view_handing *r)
{
	static const struct {
		const char *state, *words, *chip, *act, *button;
	} t[] = {
		{ "planned", N_("planned"), "chip act", "cancel", N_("Call it off") },
		{ "done", N_("carried out"), "chip ok", "undo", N_("Take it back") },
		{ "cancelled", N_("called off"), "chip", "", "" },
		{ "undone", N_("taken back"), "chip", "", "" },
		{ "failed", N_("not carried out: the group would have had no owner"), "chip wait", "", "" },
	};
	const char *day = tr_date_day(pg->a, h->effective_at, unit_of(pg)->actor.utc_offset);
	struct str who;

	*r = (struct view_handing){ .id = h->id,
				    .what = arena_fmt(pg->a, tr("From %s, on %s"), h->from, day),
				    .note = h->note,
				    .by = *h->by ? arena_fmt(pg->a, tr("by %s"), h->by) : "",
				    .act = "",
				    .button = "" };
	str_init(&who, pg->a, 65536);
	if (*h->owners)
		str_fmt(&who, tr("Owners: %s."), h->owners);
	if (*h->moderators) {
		str_addz(&who, who.n ? " " : "");
		str_fmt(&who, tr("Moderators: %s."), h->moderators);
	}
	r->who = str_z(&who);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		if (strcmp(t[i].state, h->state) == 0) {
			r->state = tr(t[i].words);
			r->chip = t[i].chip;
			if (*t[i].act && (strcmp(h->state, "done") != 0 || h->undoable)) {
				r->act = t[i].act;
				r->button = tr(t[i].button);
			}
		}
}

static enum rc handover_show(struct page *pg, struct office_page *o, const char *error,
			     const char *failed)
{
	struct out out = page_out(pg);
	struct handover_page p;
	struct view_handover v;
	enum rc rc = handover_load(unit_of(pg), o->list, &p);

	if (rc != RC_OK)
		return rc;
	v = (struct view_handover){
		.office = o->v,
		.title = o->f.title,
		.action = office_url(pg, o, "handover"),
		.csrf = csrf_token(pg),
		.done = pg->route->method == METHOD_GET && param_bool(pg, "done") ? tr("Saved.") : "",
		.failed = failed,
		.error = error,
		.pending = p.pending
				   ? arena_fmt(pg->a,
					       tr_n("%lld thing waits for a decision in the group.",
						    "%lld things wait for a decision in the group.",
						    p.pending),
					       (long long)p.pending)
				   : tr("Nothing waits for a decision in the group."),
		.pending_url = p.pending ? office_url(pg, o, "moderation") : "",
		.owners = text(pg, "owners"),
		.moderators = text(pg, "moderators"),
		.day = text(pg, "day"),
		.note = text(pg, "note"),
		.rows = ARENA_ARRAY(pg->a, p.nrows, struct view_handing),
		.nrows = p.nrows
	};
	froms_fill(pg, &p, &v);
	for (size_t i = 0; i < p.nrows; i++)
		row_fill_(pg, &p.rows[i], &v.rows[i]);
	if (*error != '\0')
		o->f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), o->f.title);
	view_handover(&out, &v);
	return page_show(pg, &o->f, &out);
}

enum rc page_handover(struct page *pg)
{
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_OWNER, "handover", tr("Handing over"), &o);

	return rc == RC_OK ? handover_show(pg, &o, "", "") : rc;
}

/* The first minute of that day where they are; 0: at once; -1: not a day. */
static int64_t day_start(struct page *pg, const char *day)
{
	struct slice v = slice_of(day);
	int64_t y, m, d;

	if (v.n == 0)
		return 0;
	if (v.n != 10 || day[4] != '-' || day[7] != '-' || !slice_i64(slice_make(day, 4), 2000, 9999, &y) ||
	    !slice_i64(slice_make(day + 5, 2), 1, 12, &m) || !slice_i64(slice_make(day + 8, 2), 1, 31, &d))
		return -1;
	return clock_from_civil((struct civil){ .year = (int)y, .month = (int)m, .day = (int)d }) -
	       (int64_t)unit_of(pg)->actor.utc_offset * 60 * USEC;
}

static enum rc planned(struct page *pg, const struct office_page *o, const char **err_r)
{
	const char *from = text(pg, "from");
	struct handover_ask q = { .owners = text(pg, "owners"),
				  .moderators = text(pg, "moderators"),
				  .note = text(pg, "note"),
				  .at = day_start(pg, text(pg, "day")) };
	int64_t id = 0;

	if (*from != '\0' && slice_i64(slice_of(from + 1), 1, INT64_MAX, &id)) {
		q.account = *from == 'a' ? id : 0;
		q.organisation = *from == 'o' ? id : 0;
	}
	if (q.at < 0) {
		*err_r = tr("A day is written as 2026-11-23.");
		return RC_INVALID;
	}
	return handover_plan(unit_of(pg), o->list, &q, err_r);
}

enum rc page_handover_set(struct page *pg)
{
	const char *err = NULL;
	int act = param_choice(pg, "act");
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_OWNER, "handover", tr("Handing over"), &o);

	if (rc == RC_OK)
		rc = unit_savepoint(unit_of(pg));
	if (rc != RC_OK)
		return rc;
	rc = act == 0	? planned(pg, &o, &err)
	     : act == 1 ? handover_cancel(unit_of(pg), o.list, param_i64(pg, "id"))
			: handover_undo(unit_of(pg), o.list, param_i64(pg, "id"));
	if (rc == RC_INVALID && err != NULL)
		return handover_show(pg, &o, err, "");
	if (rc == RC_CONFLICT) {
		unit_rollback_to(unit_of(pg));
		return handover_show(pg, &o, "",
				     tr("That is not possible any more: it was changed meanwhile, its 30 days "
					"are over, or the group would have no owner."));
	}
	/* who handed over no longer runs the group */
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", office_url(pg, &o, "handover")) : rc;
}
