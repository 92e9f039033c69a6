/* SPDX-License-Identifier: Apache-2.0 */
/* For owners and moderators: whose mail comes back, and why. */
#include "server/core/bounce.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static const char *kind_words(const struct bounce_line *b)
{
	if (b->probe)
		return tr("a test message came back");
	if (strcmp(b->kind, "hard") == 0)
		return tr("refused: there is no such mailbox");
	if (strcmp(b->kind, "soft") == 0)
		return tr("not delivered: full, asleep or not reached");
	if (strcmp(b->kind, "delay") == 0)
		return tr("delayed, and tried again");
	if (strcmp(b->kind, "complaint") == 0)
		return tr("reported as unwanted");
	return tr("refused for what it says or who sends it; not counted");
}

static const char *state_words(struct page *pg, const struct bounce_line *b)
{
	if (b->suspended_at == 0)
		return arena_fmt(pg->a, tr("Gets its mail; score %s"), b->score);
	return arena_fmt(pg->a, tr("Gets no mail since %s"),
			 tr_date_day(pg->a, b->suspended_at, unit_of(pg)->actor.utc_offset));
}

enum rc page_bounces(struct page *pg)
{
	struct out o = page_out(pg);
	const char *list = param_text(pg, "list");
	struct view_bounces v = { .url = arena_fmt(pg->a, "/g/%s", list), .older = "" };
	struct bounce_line *b;
	enum rc rc = bounces_of_list(unit_of(pg), list, param_i64(pg, "before"), &b, &v.nrows);

	if (rc != RC_OK)
		return rc;
	v.rows = ARENA_ARRAY(pg->a, v.nrows, struct view_bounce);
	for (size_t i = 0; i < v.nrows; i++)
		v.rows[i] = (struct view_bounce){
			.name = b[i].name,
			.addr = b[i].addr,
			.state = state_words(pg, &b[i]),
			.bad = b[i].suspended_at != 0,
			.kind = kind_words(&b[i]),
			.text = b[i].text,
			.facts = *b[i].mta ? arena_fmt(pg->a, "%s %s", b[i].mta, b[i].status)
					   : b[i].status,
			.at = fmt_time(pg, b[i].at),
			.when = fmt_iso(pg, b[i].at),
		};
	if (v.nrows == BOUNCE_PAGE)
		v.older = arena_fmt(pg->a, "/g/%s/bounces?before=%lld", list,
				    (long long)b[v.nrows - 1].event);
	view_bounces(&o, &v);
	return page_show(pg, &(struct frame){ .title = tr("Mail that comes back"), .noindex = true },
			 &o);
}
