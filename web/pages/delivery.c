/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a message: its author sees numbers, who moderates addresses too. */
#include "server/core/trace.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static const char *counts_text(struct page *pg, const struct trace_counts *c)
{
	struct str s;

	str_init(&s, pg->a, 1000);
	str_fmt(&s, tr_n("Sent to %lld member", "Sent to %lld members", c->sent),
		(long long)c->sent);
	if (c->failed > 0)
		str_fmt(&s, tr_n(", %lld failed", ", %lld failed", c->failed),
			(long long)c->failed);
	if (c->queued > 0)
		str_fmt(&s, tr_n(", %lld still on its way", ", %lld still on their way", c->queued),
			(long long)c->queued);
	if (c->skipped > 0)
		str_fmt(&s,
			tr_n(", %lld no longer wanted it", ", %lld no longer wanted it", c->skipped),
			(long long)c->skipped);
	str_addc(&s, '.');
	return str_z(&s);
}

static const char *hold_text(struct page *pg, const struct trace_row *r)
{
	if (r->hold == 0 || strcmp(r->fate, "held") != 0)
		return "";
	if (r->decided_at == 0)
		return tr("It waits for a moderator.");
	if (r->done_at == 0)
		return tr("It was decided, and takes effect in a moment.");
	if (strcmp(r->decision, "approve") == 0)
		return tr("It was approved.");
	if (strcmp(r->decision, "return") == 0)
		return tr("It was returned to its author with a question.");
	if (strcmp(r->decision, "reject") == 0)
		return tr("It was rejected.");
	return arena_fmt(pg->a, "%s", tr("It was discarded."));
}

static void step_fill(struct page *pg, const struct trace_step *s, struct view_step *v)
{
	const struct trace_row *r = &s->row;

	*v = (struct view_step){ .fate = tr(trace_fate_text(r->fate)),
				 .group = r->list_title,
				 .when = fmt_iso(pg, r->received_at),
				 .date = fmt_time(pg, r->received_at),
				 .recipient = r->recipient,
				 .reason = *r->reason ? tr(r->reason) : "",
				 .rule = r->rule,
				 .decision = hold_text(pg, r),
				 .counts = s->counted ? counts_text(pg, &s->counts) : "",
				 .url = "",
				 .link = "",
				 .failures = ARENA_ARRAY(pg->a, s->nfailures, struct view_failure),
				 .nfailures = s->nfailures };
	if (r->post != 0) {
		v->url = arena_fmt(pg->a, "/g/%s/%lld/%lld", r->list_name,
				   (long long)r->thread_number, (long long)r->number);
		v->link = tr("See it in its thread");
	} else if (r->hold != 0 && r->moderates) {
		v->url = arena_fmt(pg->a, "/moderation/%lld", (long long)r->hold);
		v->link = tr("See it in the queue");
	}
	for (size_t i = 0; i < s->nfailures; i++)
		v->failures[i] = (struct view_failure){
			s->failures[i].addr, arena_fmt(pg->a, "%lld %s",
						       (long long)s->failures[i].code,
						       s->failures[i].answer)
		};
}

static enum rc mine_fill(struct page *pg, struct view_delivery *v)
{
	struct trace_mine *m;
	size_t n;
	enum rc rc = trace_mine_load(unit_of(pg), &m, &n);

	if (rc != RC_OK)
		return rc;
	v->mine = ARENA_ARRAY(pg->a, n, struct view_sent);
	v->nmine = n;
	for (size_t i = 0; i < n; i++)
		v->mine[i] = (struct view_sent){
			.url = arena_fmt(pg->a, "/delivery?id=%s", url_encode(pg->a, m[i].msgid)),
			.subject = subject_shown(pg, m[i].subject, true),
			.fate = tr(trace_fate_text(m[i].fate)),
			.group = m[i].list_title,
			.when = fmt_iso(pg, m[i].at),
			.date = fmt_time(pg, m[i].at)
		};
	return RC_OK;
}

enum rc page_delivery(struct page *pg)
{
	const char *id = param_text(pg, "id");
	struct out o = page_out(pg);
	struct view_delivery v = { .asked = id ? id : "" };
	struct trace_step *steps;
	size_t n = 0;
	enum rc rc = RC_OK;

	v.alone = *v.asked == '\0';
	if (!v.alone) {
		/* what is not theirs is as if it had never come */
		rc = trace_load(unit_of(pg), v.asked, &steps, &n);
		v.nothing = rc == RC_NOTFOUND;
	}
	if (rc == RC_OK || rc == RC_NOTFOUND)
		rc = mine_fill(pg, &v);
	if (rc != RC_OK)
		return rc;
	v.steps = ARENA_ARRAY(pg->a, n, struct view_step);
	v.nsteps = n;
	for (size_t i = 0; i < n; i++)
		step_fill(pg, &steps[i], &v.steps[i]);
	view_delivery(&o, &v);
	return page_show(pg,
			 &(struct frame){ .title = tr("What became of a message"), .noindex = true },
			 &o);
}
