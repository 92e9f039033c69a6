/* SPDX-License-Identifier: Apache-2.0 */
/* Digests on the web: one that was sent, the next one, and when they come. */
#include "server/core/prefs.h"
#include "server/digest/choice.h"
#include "server/digest/issue.h"
#include "server/digest/page.h"
#include "server/text/when.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

/* The groups whose feed a stranger's program can read. */
static enum rc feeds_fill(struct page *pg, struct view_digest *v)
{
	struct subscription_row *s;
	size_t n;
	enum rc rc = subscriptions_load(unit_of(pg), &s, &n);

	if (rc != RC_OK)
		return rc;
	v->feeds = ARENA_ARRAY(pg->a, n, struct view_choice);
	for (size_t i = 0; i < n; i++)
		if (strcmp(s[i].group.visibility, "public") == 0)
			v->feeds[v->nfeeds++] = (struct view_choice){
				arena_fmt(pg->a, "/g/%s/atom", s[i].group.name), s[i].group.title, false
			};
	return RC_OK;
}

static enum rc digest_show(struct page *pg, const struct digest *d, const char *note)
{
	struct out o = page_out(pg);
	struct view_digest v = { .heading = draw_heading(pg->a, d),
				 .counts = draw_counts(pg->a, d),
				 .note = note,
				 .body = digest_page(pg->a, d),
				 .empty = tr("There is nothing in it any more that you may read."),
				 .why = draw_why(pg->a, d) };
	enum rc rc = feeds_fill(pg, &v);

	if (rc != RC_OK)
		return rc;
	view_digest(&o, &v);
	return page_show(pg, &(struct frame){ .title = v.heading, .here = 3, .noindex = true }, &o);
}

enum rc page_digest(struct page *pg)
{
	struct unit *u = unit_of(pg);
	struct digest_issue i;
	struct digest d;
	const char *note = "";
	int64_t gone;
	enum rc rc = digest_fill(u, param_i64(pg, "digest"), u->actor.account, DIGEST_PAGE, &i, &d);

	if (rc != RC_OK)
		return rc;
	gone = d.threads - d.rest - (int64_t)d.nitems;
	if (gone > 0)
		note = arena_fmt(pg->a,
				 tr_n("%lld thread of it is left out: you may not read it any more.",
				      "%lld threads of it are left out: you may not read them any more.",
				      gone),
				 (long long)gone);
	return digest_show(pg, &d, note);
}

/* A POST without a transaction of its own: what it would be is made, shown and undone. */
enum rc page_digest_preview(struct page *pg)
{
	struct unit *u = unit_of(pg);
	struct view_digest v = { .heading = tr("My next digest"),
				 .counts = "", .note = "", .why = "",
				 .empty = tr("Nothing would be sent to you now: since your last digest "
					     "there is nothing new in the groups whose digest you get.") };
	struct out o = page_out(pg);
	struct digest_issue i;
	struct digest d;
	enum rc rc = digest_preview(u, u->actor.account, NULL, 0, DIGEST_PAGE, &i, &d);

	if (rc == RC_OK)
		return digest_show(pg, &d, tr("This would be your digest if it were sent now. Nothing "
					      "has been sent."));
	if (rc != RC_NOTFOUND)
		return rc;
	view_digest(&o, &v);
	return page_show(pg, &(struct frame){ .title = v.heading, .here = 3, .noindex = true }, &o);
}

/* ---- when they come ---- */

static struct view_choice *numbers(struct page *pg, int from, int to, const char *fmt, int on,
				   size_t *n_r)
{
	struct view_choice *c = ARENA_ARRAY(pg->a, (size_t)(to - from + 1), struct view_choice);

	*n_r = 0;
	for (int i = from; i <= to; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%02d:00", i);
		c[(*n_r)++] = (struct view_choice){ arena_fmt(pg->a, "%d", i),
						    fmt ? arena_strdup(pg->a, text)
							: arena_fmt(pg->a, "%d", i),
						    i == on };
	}
	return c;
}

static struct view_choice *weekdays(struct page *pg, int on, size_t *n_r)
{
	struct view_choice *c = ARENA_ARRAY(pg->a, 7, struct view_choice);

	for (int i = 0; i < 7; i++) { /* the week begins on Monday */
		int day = (i + 1) % 7;

		c[i] = (struct view_choice){ arena_fmt(pg->a, "%d", day), when_weekday(pg->a, day),
					     day == on };
	}
	*n_r = 7;
	return c;
}

static const char *const everys[] = { "group", "daily", "weekly", "monthly" };
static const char *const forms[] = { "summary", "mime", "plain" };

void digest_form_fill(struct page *pg, const struct digest_choice *c, struct view_digestform *v)
{
	static const char *const every_text[] = { N_("As the group has it"), N_("Every day"),
						  N_("Every week"), N_("Every month") };
	static const char *const form_text[][2] = {
		{ N_("Summary"), N_("the busiest threads with their beginnings, the others by title") },
		{ N_("Every message, as attachments"), N_("whole, for mail programs that show them as threads") },
		{ N_("Every message, as one text"), N_("whole, one after the other") },
	};

	v->every = ARENA_ARRAY(pg->a, 4, struct view_choice);
	for (v->nevery = 0; v->nevery < 4; v->nevery++)
		v->every[v->nevery] = (struct view_choice){
			everys[v->nevery], tr(every_text[v->nevery]),
			c->chosen ? strcmp(c->every, everys[v->nevery]) == 0 : v->nevery == 0
		};
	v->weekday = weekdays(pg, c->weekday, &v->nweekday);
	v->monthday = numbers(pg, 1, 31, NULL, c->monthday, &v->nmonthday);
	v->hour = numbers(pg, 0, 23, "h", c->hour, &v->nhour);
	v->form = ARENA_ARRAY(pg->a, 3, struct view_digestkind);
	for (v->nform = 0; v->nform < 3; v->nform++)
		v->form[v->nform] = (struct view_digestkind){ forms[v->nform],
							      tr(form_text[v->nform][0]),
							      tr(form_text[v->nform][1]),
							      strcmp(c->form, forms[v->nform]) == 0 };
	v->per_group = c->per_group;
	v->anyway = c->anyway;
	v->zone = arena_fmt(pg->a, tr("Hours of %s. A weekday counts for weekly digests, a day of the "
				      "month for monthly ones."),
			    when_zone(pg->a, c->zone));
}

static struct digest_choice form_of(struct page *pg)
{
	size_t every = (size_t)param_choice(pg, "every");

	return (struct digest_choice){ .every = every == 0 ? "" : everys[every],
				       .weekday = (int)param_i64(pg, "weekday"),
				       .monthday = (int)param_i64(pg, "monthday"),
				       .hour = (int)param_i64(pg, "hour"),
				       .form = forms[param_choice(pg, "form")],
				       .per_group = param_bool(pg, "per_group"),
				       .anyway = param_bool(pg, "anyway") };
}

enum rc me_digests(struct page *pg, struct view_me *v)
{
	struct unit *u = unit_of(pg);
	struct digest_choice c;
	struct digest_past_row *r;
	size_t n;
	enum rc rc = digest_choice_get(u, u->actor.account, &c);

	if (rc == RC_OK)
		rc = digest_past(u, u->actor.account, &r, &n);
	if (rc != RC_OK)
		return rc;
	digest_form_fill(pg, &c, &v->digest);
	v->digest.action = "/account/digest";
	v->digest.csrf = v->csrf;
	v->past = ARENA_ARRAY(pg->a, n, struct view_choice);
	for (v->npast = 0; v->npast < n; v->npast++)
		v->past[v->npast] = (struct view_choice){
			arena_fmt(pg->a, "/digest/%lld", (long long)r[v->npast].id),
			fmt_time(pg, r[v->npast].at), false
		};
	return RC_OK;
}

enum rc page_me_digest(struct page *pg)
{
	struct digest_choice c = form_of(pg);
	enum rc rc = digest_choice_set(unit_of(pg), unit_of(pg)->actor.account, &c);

	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1#digest") : rc;
}

/* By the link of a mail: in the name of whose subscription it is. */
enum rc page_prefs_link_digest(struct page *pg)
{
	struct digest_choice c = form_of(pg);
	struct unit *u = unit_of(pg);
	struct actor was = u->actor;
	struct subscription_row s;
	struct membership m;
	enum rc rc = prefs_open(u, param_i64(pg, "sub"), param_text(pg, "mac"), &m, &s);

	if (rc == RC_OK) {
		u->actor.account = m.account;
		rc = digest_choice_set(u, m.account, &c);
		u->actor = was;
	}
	return rc == RC_OK ? resp_redirectf(pg->resp, "%s?done=1", prefs_link(pg->a, u->keys, &m)) : rc;
}
