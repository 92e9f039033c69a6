/* SPDX-License-Identifier: Apache-2.0 */
/* The queue: what waits in one's groups, deciding many at once, claiming, and
 * being away. */
#include "web/pages/card.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

#define UNDO_SHOWN 3 /* more than these stand behind one line */

static const char *const kinds[] = { "message", "join", "report", "owner-mail", NULL };

struct queue {
	const char *list, *kind, *after; /* list, kind NULL: all */
	const struct chosen *chosen;     /* what was sent and not done */
	size_t nchosen;
	const char *done;
	struct view_line *faults;
	size_t nfaults;
	const char *away_from, *away_until, *away_error; /* NULL: as it is */
};

static const char *lead(struct page *pg, const struct held_page *q, bool one_group)
{
	const char *n;

	if (q->waiting == 0)
		return tr("Nothing waits for a decision.");
	n = arena_fmt(pg->a, tr_n("%lld waits.", "%lld wait.", q->waiting), (long long)q->waiting);
	if (!one_group && q->lists > 1)
		n = arena_fmt(pg->a,
			      tr_n("%lld waits in %lld groups.", "%lld wait in %lld groups.",
				   q->waiting),
			      (long long)q->waiting, (long long)q->lists);
	return arena_fmt(pg->a, tr("%s The oldest has waited %s."), n,
			 card_span(pg, clock_now() - q->oldest));
}

static const char *kind_name(const char *kind)
{
	static const char *const names[] = { N_("Messages"), N_("Requests to join"), N_("Reports"),
					     N_("For the owners") };

	for (size_t i = 0; kinds[i] != NULL; i++)
		if (strcmp(kinds[i], kind) == 0)
			return tr(names[i]);
	return kind;
}

static enum rc tabs_fill(struct page *pg, const struct queue *w, const char *base,
			 struct view_moderation *v)
{
	struct held_count *c;
	int64_t all = 0;
	size_t n;
	enum rc rc = moderate_counts(unit_of(pg), w->list, &c, &n);

	if (rc != RC_OK)
		return rc;
	v->tabs = ARENA_ARRAY(pg->a, n + ARRAY_LEN(kinds), struct view_queue_tab);
	v->ntabs = 1;
	for (size_t k = 0; kinds[k] != NULL; k++) {
		bool here = w->kind && strcmp(w->kind, kinds[k]) == 0;
		int64_t waits = 0;

		for (size_t i = 0; i < n; i++)
			if (strcmp(c[i].kind, kinds[k]) == 0)
				waits = c[i].n;
		all += waits;
		if (waits > 0 || here)
			v->tabs[v->ntabs++] = (struct view_queue_tab){
				arena_fmt(pg->a, "%s?kind=%s", base, kinds[k]), kind_name(kinds[k]),
				fmt_number(pg, waits), here
			};
	}
	v->tabs[0] = (struct view_queue_tab){ base, tr("All that waits"), fmt_number(pg, all),
					w->kind == NULL };
	return RC_OK;
}

static const struct chosen *chosen_for(const struct queue *w, int64_t hold)
{
	for (size_t i = 0; i < w->nchosen; i++)
		if (w->chosen[i].hold == hold)
			return &w->chosen[i];
	return NULL;
}

static enum rc cards_fill(struct page *pg, const struct queue *w, const struct held_page *q,
			  struct view_moderation *v)
{
	struct offered *offered = NULL;
	struct held_context *c = NULL;
	size_t n = 0;
	enum rc rc = moderate_context(unit_of(pg), q->held, q->n, &c, &n);

	v->held = ARENA_ARRAY(pg->a, q->n, struct view_held);
	for (size_t i = 0; i < q->n && rc == RC_OK; i++) {
		const struct held *h = &q->held[i];
		const struct held_context *own = NULL;

		for (size_t k = 0; k < n; k++)
			if (c[k].hold == h->id)
				own = &c[k];
		rc = card_fill(pg, h, own, chosen_for(w, h->id), true, &offered, &v->held[i]);
		v->nheld++;
	}
	return rc;
}

/* The ticked ones take a decision that all kinds have the words of a message for. */
static void all_fill(struct page *pg, struct view_moderation *v)
{
	v->all = ARENA_ARRAY(pg->a, 6, struct view_pick);
	v->all[v->nall++] = (struct view_pick){ "", tr("what each one says"), true };
	for (size_t i = 0; decision_names[i] != NULL; i++)
		v->all[v->nall++] = (struct view_pick){
			decision_names[i], card_act("message", decision_names[i]), false
		};
}

static void decided_fill(struct page *pg, const struct queue *w, const struct held_page *q,
			 struct view_moderation *v)
{
	const char *back = w->list ? w->list : "";

	v->undo = ARENA_ARRAY(pg->a, q->nrecent, struct view_decided);
	v->recent = ARENA_ARRAY(pg->a, q->nrecent, struct view_decided);
	for (size_t i = 0; i < q->nrecent; i++) {
		struct view_decided d;

		card_decided(pg, &q->recent[i], back, &d);
		if (d.undo)
			v->undo[v->nundo++] = d;
		else
			v->recent[v->nrecent++] = d;
	}
	v->many = v->nundo > UNDO_SHOWN
			  ? arena_fmt(pg->a,
				      tr_n("%lld decision has not taken effect yet.",
					   "%lld decisions have not taken effect yet.",
					   (int64_t)v->nundo),
				      (long long)v->nundo)
			  : "";
}

static const char *away_text(struct page *pg, const struct away *a)
{
	return strcmp(a->from, a->until) == 0
		       ? arena_fmt(pg->a, tr("%s is away on %s."), a->name, a->from)
		       : arena_fmt(pg->a, tr("%s is away from %s until %s."), a->name, a->from,
				   a->until);
}

static enum rc away_fill(struct page *pg, const struct queue *w, struct view_moderation *v)
{
	struct away *a;
	enum rc rc = moderate_away(unit_of(pg), w->list, &a, &v->naway);

	if (rc != RC_OK)
		return rc;
	v->away = ARENA_ARRAY(pg->a, v->naway, struct view_line);
	v->away_from = v->away_until = v->away_error = v->away_action = "";
	for (size_t i = 0; i < v->naway; i++) {
		v->away[i] = (struct view_line){ away_text(pg, &a[i]), false };
		if (a[i].account == unit_of(pg)->actor.account) {
			v->away_from = a[i].from;
			v->away_until = a[i].until;
		}
	}
	if (w->list != NULL)
		v->away_action = arena_fmt(pg->a, "/g/%s/moderation/away", w->list);
	if (w->away_error != NULL) {
		v->away_from = w->away_from;
		v->away_until = w->away_until;
		v->away_error = w->away_error;
	}
	return RC_OK;
}

static enum rc queue_show(struct page *pg, const struct queue *w)
{
	struct out o = page_out(pg);
	struct view_moderation v = { .group = "",
				     .after_url = "",
				     .templates_url = "",
				     .csrf = csrf_token(pg),
				     .back = w->list ? w->list : "",
				     .done = w->done ? w->done : "",
				     .faults = w->faults,
				     .nfaults = w->nfaults };
	struct frame f = { .title = tr("Moderation"), .here = 5, .noindex = true };
	const char *base = w->list ? arena_fmt(pg->a, "/g/%s/moderation", w->list) : "/moderation";
	struct held_page q;
	struct group g;
	enum rc rc = moderate_queue(unit_of(pg), w->list, w->kind, w->after ? w->after : "", &q);

	if (rc == RC_OK && w->list != NULL)
		rc = group_find(unit_of(pg), w->list, &g);
	if (rc == RC_OK)
		rc = tabs_fill(pg, w, base, &v);
	if (rc == RC_OK)
		rc = cards_fill(pg, w, &q, &v);
	if (rc == RC_OK)
		rc = away_fill(pg, w, &v);
	if (rc != RC_OK)
		return rc;
	if (w->list != NULL) {
		v.group = g.title;
		page_crumbs(pg, &f, &g, NULL, 0);
	}
	v.lead = lead(pg, &q, w->list != NULL);
	all_fill(pg, &v);
	decided_fill(pg, w, &q, &v);
	if (*q.after != '\0')
		v.after_url = arena_fmt(pg->a, "%s?%s%s%safter=%s", base, w->kind ? "kind=" : "",
					w->kind ? w->kind : "", w->kind ? "&" : "", q.after);
	if (w->nfaults > 0)
		f.title = arena_fmt(pg->a, "%s %s", tr("Error:"), f.title);
	view_moderation(&o, &v);
	return page_show(pg, &f, &o);
}

static const char *done_text(struct page *pg, int64_t n)
{
	return n == 0 ? ""
		      : arena_fmt(pg->a, tr_n("%lld decision recorded.", "%lld decisions recorded.", n),
				  (long long)n);
}

static enum rc queue_get(struct page *pg, const char *list)
{
	int kind = param_choice(pg, "kind");
	struct queue w = { .list = list,
			   .kind = kind < 0 ? NULL : kinds[kind],
			   .after = param_text(pg, "after"),
			   .done = done_text(pg, param_i64(pg, "done")) };

	return queue_show(pg, &w);
}

enum rc page_moderation(struct page *pg)
{
	return queue_get(pg, NULL);
}

enum rc page_group_moderation(struct page *pg)
{
	return queue_get(pg, param_text(pg, "list"));
}

/* What the page of requests was before they joined the queue. */
enum rc page_requests(struct page *pg)
{
	struct group g;
	enum rc rc = group_find(unit_of(pg), param_text(pg, "list"), &g);

	if (rc != RC_OK || !g.moderator)
		return rc != RC_OK ? rc : RC_NOTFOUND;
	return resp_redirectf(pg->resp, "/g/%s/moderation?kind=join", g.name);
}

/* ---- deciding many ---- */

static const char *field(struct page *pg, const char *name, int64_t id)
{
	const char *text = req_form(pg->req, arena_fmt(pg->a, "%s%lld", name, (long long)id));

	return text ? text : "";
}

static bool is_picked(struct page *pg, const char *id)
{
	const struct param *p;
	size_t at = 0;

	while ((p = params_next(&pg->req->form, "pick", &at)) != NULL)
		if (strcmp(p->value, id) == 0)
			return true;
	return false;
}

static int by_hold(const void *a, const void *b)
{
	int64_t x = ((const struct chosen *)a)->hold, y = ((const struct chosen *)b)->hold;

	return x < y ? -1 : x > y;
}

/* Each card that was sent, by id: two moderators lock rows in one order. */
static size_t chosen_read(struct page *pg, struct chosen **r)
{
	static const char *const acts[] = { "",       "approve", "return",
					    "reject", "discard", "spam" };
	const char *all = param_has(pg, "all") ? acts[param_choice(pg, "all")] : "";
	const struct param *p;
	size_t at = 0, n = 0;

	*r = ARENA_ARRAY(pg->a, pg->req->form.n, struct chosen);
	while ((p = params_next(&pg->req->form, "h", &at)) != NULL) {
		struct slice rest = slice_of(p->value), id;
		struct chosen c = { .fault = "" };

		if (!slice_cut(&rest, '.', &id) || !slice_i64(id, 1, INT64_MAX, &c.hold) ||
		    !slice_i64(rest, 1, INT32_MAX, &c.version))
			continue;
		c.act = field(pg, "d", c.hold);
		if (strcmp(c.act, "later") == 0)
			c.act = "";
		c.picked = is_picked(pg, slice_dup(pg->a, id));
		if (c.picked && *all != '\0')
			c.act = all;
		c.why = field(pg, "why", c.hold);
		c.tpl = field(pg, "tpl", c.hold);
		c.policy = field(pg, "pol", c.hold);
		(*r)[n++] = c;
	}
	if (n > 1)
		qsort(*r, n, sizeof(**r), by_hold);
	return n;
}

static const char *fault_text(struct page *pg, const struct chosen *c, const struct held *h)
{
	struct slice why = slice_trim(slice_of(c->why));

	if (why.n > WHY_MAX)
		return tr("Your words are longer than 4,000 characters. Shorten them.");
	if (card_act(h->kind, c->act) == NULL)
		return arena_fmt(pg->a, tr("“%s” is no decision for this."), c->act);
	if (why.n == 0 && strcmp(c->act, "return") == 0)
		return tr("A message is returned with a question. Write it.");
	return tr("Only a member, or a sender that was verified, can post without review from now "
		  "on.");
}

/* One of them. RC_OK also where it was not done: then c->fault or *late_r says why. */
static enum rc chosen_apply(struct page *pg, struct chosen *c, const char **late_r)
{
	struct unit *u = unit_of(pg);
	struct decision d = {
		.act = c->act, .why = c->why, .policy = c->policy, .window = -1, .version = c->version
	};
	struct held h;
	enum rc rc = RC_OK;

	*late_r = NULL;
	if (*c->tpl != '\0' && slice_trim(slice_of(c->why)).n == 0 &&
	    (strcmp(c->act, "return") == 0 || strcmp(c->act, "reject") == 0)) {
		rc = moderate_show(u, c->hold, &h);
		if (rc == RC_OK)
			rc = card_template(pg, &h, c->tpl, &d.why);
	}
	if (rc == RC_OK)
		rc = moderate_decide(u, c->hold, &d, &h);
	if (rc == RC_INVALID)
		c->fault = fault_text(pg, c, &h);
	else if (rc == RC_CONFLICT)
		*late_r = arena_fmt(pg->a, "«%s»: %s", card_subject(pg, &h), card_conflict(pg, &h));
	else
		return rc;
	return RC_OK;
}

static enum rc apply_all(struct page *pg, struct queue *w)
{
	struct chosen *c;
	size_t n = chosen_read(pg, &c), faulty = 0;
	int64_t done = 0;

	w->faults = ARENA_ARRAY(pg->a, n + 1, struct view_line);
	w->chosen = c;
	w->nchosen = n;
	for (size_t i = 0; i < n; i++) {
		const char *late;
		enum rc rc;

		if (*c[i].act == '\0')
			continue;
		rc = chosen_apply(pg, &c[i], &late);
		if (rc != RC_OK && rc != RC_NOTFOUND)
			return rc;
		if (late != NULL)
			w->faults[w->nfaults++] = (struct view_line){ late, false };
		faulty += *c[i].fault != '\0';
		done += rc == RC_OK && late == NULL && *c[i].fault == '\0';
	}
	if (faulty > 0)
		w->faults[w->nfaults++] = (struct view_line){
			arena_fmt(pg->a,
				  tr_n("%lld decision lacks something: it says so itself, below.",
				       "%lld decisions lack something: each says so itself, below.",
				       (int64_t)faulty),
				  (long long)faulty),
			false
		};
	w->done = done_text(pg, done);
	if (w->nfaults > 0)
		return queue_show(pg, w);
	return resp_redirectf(pg->resp, "%s%s/moderation?done=%lld", w->list ? "/g/" : "",
			      w->list ? w->list : "", (long long)(done > 1000 ? 1000 : done));
}

static enum rc undo_mine(struct page *pg, const struct queue *w)
{
	struct unit *u = unit_of(pg);
	struct held_page q;
	enum rc rc = moderate_queue(u, w->list, NULL, "", &q);

	for (size_t i = 0; i < q.nrecent && rc == RC_OK; i++) {
		struct held h;

		if (q.recent[i].decided_by != u->actor.account || q.recent[i].done_at != 0 ||
		    q.recent[i].effective_at <= clock_now())
			continue;
		rc = moderate_undo(u, q.recent[i].id, &h);
		if (rc == RC_CONFLICT)
			rc = RC_OK; /* its time came meanwhile */
	}
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s%s/moderation", w->list ? "/g/" : "",
					    w->list ? w->list : "")
			   : rc;
}

enum rc page_moderation_apply(struct page *pg)
{
	const char *back = param_text(pg, "back");
	struct queue w = { .list = back && *back ? back : NULL };
	struct held h;
	enum rc rc;

	if (!unit_of(pg)->actor.moderates)
		return RC_NOTFOUND;
	if (param_has(pg, "undo"))
		return undo_mine(pg, &w);
	if (!param_has(pg, "claim"))
		return apply_all(pg, &w);
	rc = moderate_claim(unit_of(pg), param_i64(pg, "claim"), false, &h);
	/* its own page says who has it, where somebody was before */
	if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	return resp_redirectf(pg->resp, "/moderation/%lld", (long long)param_i64(pg, "claim"));
}

/* ---- away ---- */

enum rc page_moderation_away(struct page *pg)
{
	const char *list = param_text(pg, "list");
	struct queue w = { .list = list,
			   .away_from = param_text(pg, "from") ? param_text(pg, "from") : "",
			   .away_until = param_text(pg, "until") ? param_text(pg, "until") : "" };
	enum rc rc = moderate_away_set(unit_of(pg), list, w.away_from, w.away_until);

	if (rc == RC_OK)
		return resp_redirectf(pg->resp, "/g/%s/moderation", list);
	if (rc != RC_INVALID)
		return rc;
	w.away_error = tr("Two days are needed, written like 2026-12-24, the first not after the "
			  "second.");
	return queue_show(pg, &w);
}
