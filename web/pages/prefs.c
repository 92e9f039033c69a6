/* SPDX-License-Identifier: Apache-2.0 */
/* What one receives: its sentence, pauses, threads, and the page behind the signed link. */
#include "server/core/address.h"
#include "server/core/moderate.h"
#include "server/core/prefs.h"
#include "web/pages/pages.h"
#include "server/digest/choice.h"
#include "server/text/when.h"
#include "web/pages/site.h"

#include "server/base/base.h"

static const char *day_text(struct page *pg, int64_t usec, int offset)
{
	struct civil c = clock_civil(usec, offset);

	return usec ? arena_fmt(pg->a, "%04d-%02d-%02d", c.year, c.month, c.day) : "";
}

void subscription_fill(struct page *pg, const struct subscription_row *s, int offset,
		       struct view_subscription *v)
{
	bool paused = s->pause_until > clock_now();

	*v = (struct view_subscription){ .url = arena_fmt(pg->a, "/g/%s", s->group.name),
					 .title = s->group.title,
					 .addr = s->addr,
					 .name = s->group.name,
					 .sentence = prefs_effect(pg->a, s, offset),
					 .digest_when = when_again(pg->a, s->every, s->day, s->hour,
								   s->zone),
					 .each = strcmp(s->delivery, "each") == 0,
					 .digest = strcmp(s->delivery, "digest") == 0,
					 .mentions = strcmp(s->delivery, "mentions") == 0,
					 .none = strcmp(s->delivery, "none") == 0,
					 .own_copy = s->own_copy,
					 .copy_when_addressed = s->copy_when_addressed,
					 .receipt = s->receipt,
					 .files_list = strcmp(s->attachments, "list") == 0,
					 .files_whole = strcmp(s->attachments, "whole") == 0,
					 .files_link = strcmp(s->attachments, "link") == 0,
					 .paused = paused ? "1" : "",
					 .from = paused ? day_text(pg, s->pause_from, offset) : "",
					 .until = paused ? day_text(pg, s->pause_until, offset) : "",
					 .csrf = "" };
}

enum rc me_threads(struct page *pg, struct view_me *v)
{
	struct followed_row *r;
	size_t n;
	enum rc rc = prefs_threads(unit_of(pg), &r, &n);

	if (rc != RC_OK)
		return rc;
	v->threads = ARENA_ARRAY(pg->a, n, struct view_followed);
	v->nthreads = n;
	for (size_t i = 0; i < n; i++) {
		const char *url = arena_fmt(pg->a, "/g/%s/%lld", r[i].list, (long long)r[i].number);

		v->threads[i] = (struct view_followed){ url, arena_fmt(pg->a, "%s/follow", url),
							subject_shown(pg, r[i].subject, true),
							r[i].title,
							strcmp(r[i].mode, "mute") == 0 ? tr("muted")
							: strcmp(r[i].mode, "follow") == 0
								? tr("followed")
								: tr("digest only"),
							strcmp(r[i].mode, "mute") == 0 };
	}
	return RC_OK;
}

enum rc me_place(struct page *pg, struct view_me *v)
{
	const struct actor *who = &unit_of(pg)->actor;
	bool known = false;
	enum rc rc = prefs_hidden(unit_of(pg), &v->hidden);

	v->zones = ARENA_ARRAY(pg->a, prefs_zones_n + 1, struct view_choice);
	for (size_t i = 0; i < prefs_zones_n; i++) {
		bool on = strcmp(prefs_zones[i], who->time_zone) == 0;

		known |= on;
		v->zones[v->nzones++] = (struct view_choice){ prefs_zones[i], prefs_zones[i], on };
	}
	if (!known) /* one that an administrator gave */
		v->zones[v->nzones++] = (struct view_choice){ who->time_zone, who->time_zone, true };
	return rc;
}

static const char *const modes[] = { "each", "digest", "mentions", "none" };
static const char *const files[] = { "list", "whole", "link" };

struct subscription_choice choice_of(struct page *pg)
{
	return (struct subscription_choice){ modes[param_choice(pg, "delivery")],
					     param_bool(pg, "own_copy"),
					     param_bool(pg, "copy_when_addressed"),
					     files[param_choice(pg, "attachments")],
					     param_bool(pg, "receipt") };
}

const char *pause_fault(void)
{
	return tr("These are no days of the coming year, or the last one comes before the first: nothing "
		  "has changed.");
}

enum rc pause_of(struct page *pg, struct membership *m)
{
	const char *from = param_text(pg, "from"), *until = param_text(pg, "until");

	return prefs_pause(unit_of(pg), m, from ? from : "", until ? until : "");
}

/* ---- by the link ---- */

static enum rc link_show(struct page *pg, const char *error)
{
	const char *mac = param_text(pg, "mac");
	struct unit *u = unit_of(pg);
	struct out o = page_out(pg);
	struct view_link v = { .error = error, .done = "" };
	struct digest_choice c;
	struct subscription_row s;
	struct membership m;
	enum rc rc = prefs_open(u, param_i64(pg, "sub"), mac, &m, &s);

	if (rc != RC_OK)
		return rc;
	if (!pg->signed_in)
		tr_set(m.locale);
	subscription_fill(pg, &s, m.utc_offset, &v.sub);
	v.sub.action = prefs_link(pg->a, u->keys, &m);
	v.sub.pause_action = arena_fmt(pg->a, "%s/pause", v.sub.action);
	rc = digest_choice_get(u, m.account, &c);
	if (rc != RC_OK)
		return rc;
	digest_form_fill(pg, &c, &v.digest);
	v.digest.action = arena_fmt(pg->a, "%s/digest", v.sub.action);
	v.digest.csrf = "";
	v.leave_url = address_leave_url(pg->a, u->keys, "/", m.list_name, m.domain, m.subscription);
	v.leave_url += 1; /* of this site: "/u/..." */
	if (strcmp(pg->route->name, "prefs_link") == 0 && param_bool(pg, "done"))
		v.done = tr("It is saved.");
	view_link(&o, &v);
	return page_show(pg, &(struct frame){ .title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"),
									  tr("What you receive"))
							      : tr("What you receive"),
					      .noindex = true },
			 &o);
}

enum rc page_prefs_link(struct page *pg)
{
	return link_show(pg, "");
}

static enum rc link_done(struct page *pg, const struct membership *m)
{
	return resp_redirectf(pg->resp, "%s?done=1", prefs_link(pg->a, unit_of(pg)->keys, m));
}

enum rc page_prefs_link_set(struct page *pg)
{
	struct subscription_choice c = choice_of(pg);
	struct subscription_row s;
	struct membership m;
	enum rc rc = prefs_open(unit_of(pg), param_i64(pg, "sub"), param_text(pg, "mac"), &m, &s);

	if (rc == RC_OK)
		rc = prefs_set(unit_of(pg), &m, &c);
	return rc == RC_OK ? link_done(pg, &m) : rc;
}

enum rc page_prefs_link_pause(struct page *pg)
{
	struct unit *u = unit_of(pg);
	struct actor was = u->actor;
	struct subscription_row s;
	struct membership m;
	enum rc rc = prefs_open(u, param_i64(pg, "sub"), param_text(pg, "mac"), &m, &s);

	if (rc == RC_OK) {
		u->actor.account = m.account;
		rc = pause_of(pg, &m);
		u->actor = was;
	}
	if (rc == RC_OK)
		rc = prefs_tell(u, &m);
	if (rc == RC_OK)
		return link_done(pg, &m);
	if (rc != RC_INVALID)
		return rc;
	pg->resp->status = 422;
	return link_show(pg, pause_fault());
}

/* ---- who moderates ---- */

enum rc me_duties(struct page *pg, struct view_me *v)
{
	struct duty *d;
	size_t n;
	enum rc rc = moderate_duties(unit_of(pg), &d, &n);

	if (rc != RC_OK)
		return rc;
	v->duties = ARENA_ARRAY(pg->a, n, struct view_duty);
	v->nduties = n;
	for (size_t i = 0; i < n; i++)
		v->duties[i] = (struct view_duty){
			.title = d[i].title,
			.action = arena_fmt(pg->a, "/me/%s/duty", d[i].list),
			.from = d[i].from,
			.until = d[i].until,
			.each = strcmp(d[i].notices, "each") == 0,
			.digest = strcmp(d[i].notices, "digest") == 0,
			.none = strcmp(d[i].notices, "none") == 0,
		};
	return RC_OK;
}

enum rc page_me_duty(struct page *pg)
{
	static const char *const words[] = { "each", "digest", "none" };
	const char *from = param_text(pg, "from"), *until = param_text(pg, "until");
	enum rc rc = moderate_duty_set(unit_of(pg), param_text(pg, "list"),
				       words[param_choice(pg, "notices")], from ? from : "",
				       until ? until : "");

	if (rc == RC_OK)
		return resp_redirect(pg->resp, "/me?done=1");
	if (rc != RC_INVALID)
		return rc;
	pg->resp->status = 422;
	return me_show(pg, tr("Two days are needed, written like 2026-12-24, the first not after the "
			      "second."));
}
