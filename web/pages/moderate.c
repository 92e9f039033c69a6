/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of held messages: what waits, one of them whole, and deciding. */
#include "server/core/moderate.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

#define LATE     (24 * 3600 * USEC)
#define HTML_CAP ((size_t)2 << 20)

static const char *const acts[] = { "approve", "return", "reject", "discard", "spam", "undo" };

/* "26 hours": whole units, the larger one alone. */
static const char *fmt_span(struct page *pg, int64_t usec)
{
	int64_t min = usec / (60 * USEC), n = min;
	const char *text;

	if (min < 1)
		return tr("less than a minute");
	if (min < 120)
		text = tr_n("%lld minute", "%lld minutes", n);
	else if (min < 48 * 60)
		text = tr_n("%lld hour", "%lld hours", n = min / 60);
	else
		text = tr_n("%lld day", "%lld days", n = min / (24 * 60));
	return arena_fmt(pg->a, text, (long long)n);
}

static struct html held_html(struct page *pg, const struct held *h)
{
	struct fold_range *f = ARENA_ARRAY(pg->a, h->nfolds, struct fold_range);
	struct html m;

	for (size_t i = 0; i < h->nfolds; i++)
		f[i] = (struct fold_range){ (size_t)h->folds[i * 3], (size_t)h->folds[i * 3 + 1],
					    (int)h->folds[i * 3 + 2] };
	m = h->web ? markup_render(pg->a, h->body, HTML_CAP)
		   : plain_render(pg->a, h->body, f, h->nfolds, HTML_CAP);
	return post_html(pg, slice_make(m.p, m.n), true);
}

static void held_fill(struct page *pg, const struct held *h, const char *back, struct view_held *v)
{
	int64_t waited = clock_now() - h->held_at;

	*v = (struct view_held){
		.id = arena_fmt(pg->a, "h%lld", (long long)h->id),
		.url = arena_fmt(pg->a, "/moderation/%lld", (long long)h->id),
		.csrf = csrf_token(pg),
		.back = back,
		.author = h->author_name,
		.addr = h->author_addr,
		.sender = h->web      ? tr("Signed in on the web")
			  : h->proven ? tr("Sender verified")
				      : tr("Sender not verified"),
		.waits = arena_fmt(pg->a, tr("has waited %s"), fmt_span(pg, waited)),
		.late = waited > LATE,
		.group = h->list_title,
		.group_url = arena_fmt(pg->a, "/g/%s/moderation", h->list_name),
		.date = fmt_time(pg, h->held_at),
		.when = fmt_iso(pg, h->held_at),
		.subject = subject_shown(pg, h->subject, true),
		.reason = tr(h->reason),
		.told = h->proven ? tr("They get your words and their text back by email. Discarding "
				       "and spam tell nobody.")
				  : tr("It is not proven who sent it: nobody is told, whatever you "
				       "decide. Your words are recorded."),
		.why = "",
		.cut = h->cut,
		.body = held_html(pg, h),
		.files = ARENA_ARRAY(pg->a, h->nfiles, struct view_attachment),
		.nfiles = h->nfiles
	};
	for (size_t i = 0; i < h->nfiles; i++)
		v->files[i] = (struct view_attachment){ "", h->files[i],
							fmt_size(pg, h->file_sizes[i]) };
}

static const char *decision_text(const char *decision)
{
	static const char *const texts[] = { N_("Approved:"), N_("Returned:"), N_("Rejected:"),
					     N_("Discarded:"), N_("Discarded as spam:") };

	for (size_t i = 0; decision_names[i] != NULL; i++)
		if (strcmp(decision_names[i], decision) == 0)
			return tr(texts[i]);
	return "";
}

/* Who and when; and while it can be undone, until when. */
static const char *decider_text(struct page *pg, const struct held *h, bool undo)
{
	struct unit *u = unit_of(pg);
	const char *ago = fmt_span(pg, clock_now() - h->decided_at);

	if (undo)
		return arena_fmt(pg->a,
				 tr_n("It takes effect in %lld second.",
				      "It takes effect in %lld seconds.",
				      (h->effective_at - clock_now()) / USEC + 1),
				 (long long)((h->effective_at - clock_now()) / USEC + 1));
	if (h->decided_by != 0 && h->decided_by == u->actor.account)
		return arena_fmt(pg->a, tr("You decided it %s ago."), ago);
	return arena_fmt(pg->a, tr("%s decided it %s ago."),
			 *h->decider ? h->decider : tr("The administrator"), ago);
}

static void decided_fill(struct page *pg, const struct held *h, const char *back,
			 struct view_decided *v)
{
	bool undo = h->done_at == 0 && h->effective_at > clock_now();

	*v = (struct view_decided){
		.url = arena_fmt(pg->a, "/moderation/%lld", (long long)h->id),
		.csrf = csrf_token(pg),
		.back = back,
		.subject = subject_shown(pg, h->subject, true),
		.post_url = h->post ? arena_fmt(pg->a, "/g/%s/%lld/%lld", h->list_name,
						(long long)h->thread, (long long)h->post)
				    : "",
		.what = decision_text(h->decision),
		.who = decider_text(pg, h, undo),
		.undo = undo
	};
}

static const char *lead(struct page *pg, const struct held_page *q, bool one_group)
{
	const char *n;

	if (q->waiting == 0)
		return tr("No message waits for a decision.");
	n = arena_fmt(pg->a, tr_n("%lld message waits.", "%lld messages wait.", q->waiting),
		      (long long)q->waiting);
	if (!one_group && q->lists > 1)
		n = arena_fmt(pg->a,
			      tr_n("%lld message waits in %lld groups.",
				   "%lld messages wait in %lld groups.", q->waiting),
			      (long long)q->waiting, (long long)q->lists);
	return arena_fmt(pg->a, tr("%s The oldest has waited %s."), n,
			 fmt_span(pg, clock_now() - q->oldest));
}

static enum rc queue_show(struct page *pg, const char *list)
{
	const char *after = param_text(pg, "after"), *base = "/moderation";
	struct out o = page_out(pg);
	struct view_moderation v = { .group = "", .after_url = "" };
	struct frame f = { .title = tr("Moderation"), .here = 5 };
	struct held_page q;
	struct group g;
	enum rc rc = moderate_queue(unit_of(pg), list, after ? after : "", &q);

	if (rc == RC_OK && list != NULL)
		rc = group_find(unit_of(pg), list, &g);
	if (rc != RC_OK)
		return rc;
	if (list != NULL) {
		v.group = g.title;
		base = arena_fmt(pg->a, "/g/%s/moderation", list);
		page_crumbs(pg, &f, &g, NULL, 0);
	}
	v.lead = lead(pg, &q, list != NULL);
	v.nheld = q.n;
	v.held = ARENA_ARRAY(pg->a, q.n, struct view_held);
	for (size_t i = 0; i < q.n; i++)
		held_fill(pg, &q.held[i], list ? list : "", &v.held[i]);
	v.nrecent = q.nrecent;
	v.recent = ARENA_ARRAY(pg->a, q.nrecent, struct view_decided);
	for (size_t i = 0; i < q.nrecent; i++)
		decided_fill(pg, &q.recent[i], list ? list : "", &v.recent[i]);
	if (*q.after != '\0')
		v.after_url = arena_fmt(pg->a, "%s?after=%s", base, q.after);
	view_moderation(&o, &v);
	f.noindex = true;
	return page_show(pg, &f, &o);
}

enum rc page_moderation(struct page *pg)
{
	return queue_show(pg, NULL);
}

enum rc page_group_moderation(struct page *pg)
{
	return queue_show(pg, param_text(pg, "list"));
}

static enum rc holding_show(struct page *pg, const struct held *h, const char *error,
			    const char *why)
{
	struct out o = page_out(pg);
	struct view_holding v = { .title = subject_shown(pg, h->subject, true),
				  .error = error,
				  .waiting = h->decided_at == 0,
				  .decided = h->decided_at != 0,
				  .envelope = *h->envelope_from ? h->envelope_from : "<>",
				  .recipient = h->recipient,
				  .msgid = h->msgid,
				  .rule = h->rule,
				  .trace = h->trace,
				  .raw_url = "",
				  .delivery_url = "" };
	struct frame f = { .here = 5, .noindex = true };

	held_fill(pg, h, "", &v.held);
	v.held.why = why;
	v.held.open = *why != '\0' || *error != '\0';
	if (v.decided)
		decided_fill(pg, h, "", &v.state);
	if (h->raw != 0)
		v.raw_url = arena_fmt(pg->a, "/moderation/%lld/raw", (long long)h->id);
	if (*h->msgid != '\0')
		v.delivery_url = arena_fmt(pg->a, "/delivery?id=%s", url_encode(pg->a, h->msgid));
	view_holding(&o, &v);
	f.title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"), v.title) : v.title;
	f.crumbs = ARENA_ARRAY(pg->a, 2, struct view_crumb);
	f.crumbs[f.ncrumbs++] = (struct view_crumb){ "/", tr("Home") };
	f.crumbs[f.ncrumbs++] = (struct view_crumb){ "/moderation", tr("Moderation") };
	return page_show(pg, &f, &o);
}

enum rc page_holding(struct page *pg)
{
	struct held h;
	enum rc rc = moderate_show(unit_of(pg), param_i64(pg, "hold"), &h);
	const char *error = "";

	if (rc != RC_OK)
		return rc;
	if (param_bool(pg, "late"))
		error = h.decided_at ? tr("It was decided before: what you chose was not done.")
				     : tr("It is too late to undo that.");
	return holding_show(pg, &h, error, "");
}

enum rc page_hold_raw(struct page *pg)
{
	struct slice raw;
	enum rc rc = moderate_raw(unit_of(pg), param_i64(pg, "hold"), &raw);

	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp,
			arena_fmt(pg->a, "hold-%lld.eml", (long long)param_i64(pg, "hold")));
	pg->resp->type = "message/rfc822";
	str_adds(&pg->resp->body, raw);
	return RC_OK;
}

enum rc page_hold_decide(struct page *pg)
{
	const char *act = acts[param_choice(pg, "act")], *back = param_text(pg, "back");
	const char *why = param_text(pg, "why") ? param_text(pg, "why") : "";
	int64_t id = param_i64(pg, "hold");
	struct held h;
	enum rc rc;

	if (strcmp(act, "undo") == 0)
		rc = moderate_undo(unit_of(pg), id, &h);
	else if (param_bad(pg, "why"))
		rc = moderate_show(unit_of(pg), id, &h) == RC_OK ? RC_INVALID : RC_NOTFOUND;
	else
		rc = moderate_decide(unit_of(pg), id,
				     &(struct decision){ .act = act, .why = why, .window = -1 }, &h);
	if (rc == RC_INVALID)
		return holding_show(pg, &h,
				    param_bad(pg, "why")
					    ? tr("Your words are longer than 4,000 characters. "
						 "Shorten them.")
					    : tr("A message is returned with a question. Write it."),
				    why);
	if (rc == RC_CONFLICT)
		return resp_redirectf(pg->resp, "/moderation/%lld?late=1", (long long)id);
	if (rc != RC_OK)
		return rc;
	return back && *back ? resp_redirectf(pg->resp, "/g/%s/moderation", back)
			     : resp_redirect(pg->resp, "/moderation");
}
