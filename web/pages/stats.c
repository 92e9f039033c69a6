/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of a group and of the site: a chart in SVG without scripts, and its table. */
#include "server/core/stats.h"
#include "web/pages/office.h"
#include "web/pages/pages.h"

#include "server/base/base.h"

#define WEEK   (7 * 86400 * USEC)
#define WEEKS  26
#define TOP    10  /* of the chart, in its units */
#define BOTTOM 150
#define LEFT   16
#define STEP   10

static const char *span(struct page *pg, int64_t seconds)
{
	int64_t n = seconds / 60;

	if (n < 1)
		return tr("less than a minute");
	if (n < 120)
		return arena_fmt(pg->a, tr_n("%lld minute", "%lld minutes", n), (long long)n);
	n /= 60;
	if (n < 48)
		return arena_fmt(pg->a, tr_n("%lld hour", "%lld hours", n), (long long)n);
	n /= 24;
	return arena_fmt(pg->a, tr_n("%lld day", "%lld days", n), (long long)n);
}

/* 1, 2 or 5 times a power of ten, at least max / 2. */
static int64_t grid_step(int64_t max)
{
	int64_t step = 1;

	for (int i = 0; step * 2 < max; i++)
		step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	return step;
}

static void grid_fill(struct page *pg, int64_t step, struct view_stats *v)
{
	v->grid = ARENA_ARRAY(pg->a, 3, struct view_grid);
	for (int64_t i = 0; i < 3; i++) {
		int64_t y = BOTTOM - i * (BOTTOM - TOP) / 2;

		v->grid[v->ngrid++] = (struct view_grid){
			arena_fmt(pg->a, "M%d %lldH284", LEFT, (long long)y), y - 2, i * step
		};
	}
}

/* The last 26 weeks, those without a row too. */
static void bars_fill(struct page *pg, const struct stats *s, struct view_stats *v)
{
	int64_t last = s->weeks[s->nweeks - 1].at, max = 1, sum = 0, step, month = -1, labelled = -8;

	for (size_t i = 0; i < s->nweeks; i++) {
		int64_t n = s->weeks[i].by_mail + s->weeks[i].by_web;

		max = n > max ? n : max;
	}
	step = grid_step(max);
	grid_fill(pg, step, v);
	v->bars = ARENA_ARRAY(pg->a, WEEKS, struct view_bar);
	for (int64_t k = 0; k < WEEKS; k++) {
		int64_t at = last - (WEEKS - 1 - k) * WEEK;
		struct civil c = clock_civil(at, 0);
		struct view_bar *b = &v->bars[v->nbars++];

		*b = (struct view_bar){ .x = LEFT + 2 + k * STEP, .web_d = "", .label = "" };
		b->week = tr_date_day(pg->a, at, 0);
		for (size_t i = 0; i < s->nweeks; i++)
			if (s->weeks[i].at == at) {
				b->mail = s->weeks[i].by_mail;
				b->web = s->weeks[i].by_web;
				b->threads = s->weeks[i].threads;
				b->authors = s->weeks[i].authors;
			}
		sum += b->mail + b->web;
		b->mail_h = b->mail * (BOTTOM - TOP) / (2 * step);
		b->web_h = b->web * (BOTTOM - TOP) / (2 * step);
		b->mail_y = BOTTOM - b->mail_h;
		b->web_d = arena_fmt(pg->a, "M%lld %lldh6v-%lldh-6z", (long long)b->x,
				     (long long)(b->mail_y - 1), (long long)b->web_h);
		/* each new month, as far as there is room for its words */
		if (c.month != month && k - labelled >= 4 && k <= WEEKS - 3) {
			b->label = arena_fmt(pg->a, "%d/%02d", c.month, c.year % 100);
			labelled = k;
		}
		month = c.month;
	}
	v->chart = arena_fmt(pg->a,
			     tr("%lld posts in 26 weeks, at most %lld in one week; the table below has "
				"the figures."),
			     (long long)sum, (long long)max);
}

static void decisions_fill(struct page *pg, const struct stats *s, struct view_stats *v)
{
	static const struct {
		const char *decision, *words;
	} t[] = {
		{ "approve", N_("Approved") },	{ "return", N_("Returned with a question") },
		{ "reject", N_("Rejected") },	{ "discard", N_("Discarded") },
		{ "spam", N_("Discarded as spam") }, { "expire", N_("Nobody decided in time") },
	};
	int64_t all = s->ndecided > 0 ? s->decided[0].n : 0;

	v->decisions = ARENA_ARRAY(pg->a, s->ndecided, struct view_decision);
	for (size_t i = 1; i < s->ndecided; i++)
		for (size_t k = 0; k < ARRAY_LEN(t); k++)
			if (strcmp(t[k].decision, s->decided[i].decision) == 0)
				v->decisions[v->ndecisions++] =
					(struct view_decision){ tr(t[k].words),
								span(pg, s->decided[i].median),
								s->decided[i].n };
	v->moderation =
		all == 0 ? tr("No decision in 26 weeks.")
			 : arena_fmt(pg->a,
				     tr_n("%lld decision in 26 weeks; half of them within %s.",
					  "%lld decisions in 26 weeks; half of them within %s.", all),
				     (long long)all, span(pg, s->decided[0].median));
	if (s->waiting > 0)
		v->moderation = arena_fmt(
			pg->a, "%s %s", v->moderation,
			arena_fmt(pg->a, tr_n("%lld waits now.", "%lld wait now.", s->waiting),
				  (long long)s->waiting));
}

static void domains_fill(struct page *pg, const struct stats *s, struct view_stats *v)
{
	v->domains = ARENA_ARRAY(pg->a, s->ndomains, struct view_domain);
	v->ndomains = s->ndomains;
	for (size_t i = 0; i < s->ndomains; i++) {
		const struct domain_row *d = &s->domains[i];
		int64_t all = d->sent + d->failed, per_mille = all ? d->sent * 1000 / all : 1000;

		v->domains[i] = (struct view_domain){
			.domain = d->domain,
			.copies = fmt_number(pg, all),
			.taken = arena_fmt(pg->a, "%s\u00a0%%", tr_tenths(pg->a, per_mille)),
			.state = per_mille >= 980 ? tr("good") : per_mille >= 900 ? tr("watch it") : tr("refuses"),
			.chip = per_mille >= 980 ? "chip ok" : "chip wait"
		};
	}
}

static enum rc stats_show(struct page *pg, const char *list, struct frame *f,
			  const struct view_office *office)
{
	struct out out = page_out(pg);
	struct view_stats v = { .chart = "", .moderation = "", .bounces_url = "" };
	int64_t posts = 0, threads = 0;
	struct stats s;
	enum rc rc = stats_load(unit_of(pg), list, &s);

	if (rc != RC_OK)
		return rc;
	if (office != NULL)
		v.office = *office;
	v.title = f->title;
	v.lead = tr("The last half year, without personal data.");
	v.runs = list == NULL || s.group.moderator || unit_of(pg)->actor.admin;
	if (list != NULL && v.runs)
		v.bounces_url = arena_fmt(pg->a, "/g/%s/bounces", list);
	for (size_t i = 0; i < s.nweeks; i++) {
		posts += s.weeks[i].by_mail + s.weeks[i].by_web;
		threads += s.weeks[i].threads;
	}
	v.facts = ARENA_ARRAY(pg->a, 4, const char *);
	/* in its first hour a site has posts that nobody has counted: 0 would be wrong */
	if (s.nweeks > 0) {
		v.facts[v.nfacts++] =
			arena_fmt(pg->a, tr_n("%lld post", "%lld posts", posts), (long long)posts);
		v.facts[v.nfacts++] = arena_fmt(
			pg->a, tr_n("%lld new thread", "%lld new threads", threads), (long long)threads);
	}
	v.facts[v.nfacts++] =
		arena_fmt(pg->a, tr_n("%lld member", "%lld members", s.members), (long long)s.members);
	if (list != NULL)
		v.facts[v.nfacts++] = arena_fmt(
			pg->a, tr_n("%lld person wrote", "%lld people wrote", s.wrote), (long long)s.wrote);
	if (s.nweeks > 0)
		bars_fill(pg, &s, &v);
	decisions_fill(pg, &s, &v);
	domains_fill(pg, &s, &v);
	view_stats(&out, &v);
	return page_show(pg, f, &out);
}

enum rc page_stats(struct page *pg)
{
	struct frame f = { .title = tr("Statistics") };
	struct office_page o;
	struct group g;
	enum rc rc = group_find(unit_of(pg), param_text(pg, "list"), &g);

	if (rc != RC_OK)
		return rc;
	if (g.moderator) {
		rc = office_open(pg, OFFICE_MODERATOR, "stats", tr("Statistics"), &o);
		return rc == RC_OK ? stats_show(pg, g.name, &o.f, &o.v) : rc;
	}
	page_crumbs(pg, &f, &g, NULL, 0);
	f.noindex = true;
	f.title = tr_pair(pg->a, tr("Statistics"), g.title);
	return stats_show(pg, g.name, &f, NULL);
}

enum rc page_admin_stats(struct page *pg)
{
	struct office_page o;
	enum rc rc = office_open(pg, OFFICE_ADMIN, "stats", tr("Statistics"), &o);

	return rc == RC_OK ? stats_show(pg, NULL, &o.f, &o.v) : rc;
}
