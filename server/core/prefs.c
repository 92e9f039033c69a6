/* SPDX-License-Identifier: Apache-2.0 */
/* See prefs.h. */
#include "server/core/audit.h"
#include "server/core/notice.h"
#include "server/core/prefs.h"
#include "server/store/account.h"
#include "server/text/tr.h"
#include "server/text/when.h"

#include "server/base/base.h"

#define YEAR (367 * (int64_t)86400 * USEC)

const char *const prefs_zones[] = {
	"America/Guatemala",   "America/Belize",      "America/El_Salvador", "America/Tegucigalpa",
	"America/Managua",     "America/Costa_Rica",  "America/Panama",      "America/Santo_Domingo",
	"America/Mexico_City", "America/Bogota",      "America/Lima",        "America/Caracas",
	"America/Santiago",    "America/Sao_Paulo",   "America/Argentina/Buenos_Aires",
	"America/New_York",    "America/Los_Angeles", "Europe/Madrid",       "Europe/Brussels",
	"UTC",
};
const size_t prefs_zones_n = ARRAY_LEN(prefs_zones);

enum rc prefs_hidden(struct unit *u, bool *hide_r)
{
	return u->actor.account ? account_hidden_read(u->db, u->arena, u->actor.account, hide_r)
				: RC_DENIED;
}

enum rc prefs_place(struct unit *u, bool hide_address, const char *zone)
{
	bool known = zone == NULL;
	enum rc rc;

	for (size_t i = 0; i < prefs_zones_n && !known; i++)
		known = strcmp(prefs_zones[i], zone) == 0;
	if (!known)
		return RC_INVALID;
	if (u->actor.account == 0)
		return RC_DENIED;
	rc = account_place_write(u->db, u->actor.account, hide_address, zone);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.place",
					       .subject = u->actor.account,
					       .after = arena_fmt(u->arena, "%s %s",
								  hide_address ? "hidden" : "shown",
								  zone ? zone : "-") });
}

/* ---- the sentence ---- */

/* Without a pause. */
static const char *effect_always(struct arena *a, const struct subscription_row *s)
{
	const char *when = when_again(a, s->every, s->day, s->hour, s->zone);

	if (strcmp(s->delivery, "each") == 0)
		return s->muted == 0
			       ? tr("You get every message by email.")
			       : arena_fmt(a,
					   tr_n("You get every message by email, but nothing of %lld "
						"thread that you muted.",
						"You get every message by email, but nothing of %lld "
						"threads that you muted.",
						s->muted),
					   (long long)s->muted);
	if (s->followed == 0)
		return strcmp(s->delivery, "none") == 0
			       ? tr("You get nothing by email: you read on the web.")
		       : strcmp(s->delivery, "mentions") == 0
			       ? tr("You get nothing by email as long as you follow no thread.")
			       : arena_fmt(a, tr("You get a digest %s."), when);
	if (strcmp(s->delivery, "digest") == 0)
		return arena_fmt(a,
				 tr_n("You get a digest %1$s, and each message of %2$lld thread that you "
				      "follow.",
				      "You get a digest %1$s, and each message of %2$lld threads that you "
				      "follow.",
				      s->followed),
				 when, (long long)s->followed);
	return arena_fmt(a,
			 tr_n("You get each message of %lld thread that you follow, and nothing else.",
			      "You get each message of %lld threads that you follow, and nothing else.",
			      s->followed),
			 (long long)s->followed);
}

const char *prefs_effect(struct arena *a, const struct subscription_row *s, int offset)
{
	const char *always = effect_always(a, s);
	int64_t now = clock_now();

	if (s->dead)
		return arena_fmt(a, tr("Nothing is sent to %s: its mail came back."), s->addr);
	if (s->pause_until <= now)
		return always;
	if (s->pause_from > now)
		return arena_fmt(a, tr("%1$s From %2$s to %3$s you get nothing."), always,
				 tr_date_day(a, s->pause_from, offset),
				 tr_date_day(a, s->pause_until, offset));
	return arena_fmt(a, tr("You get nothing until %1$s. Then: %2$s"),
			 tr_date_day(a, s->pause_until, offset), always);
}

enum rc prefs_threads(struct unit *u, struct followed_row **r, size_t *n_r)
{
	return u->actor.account ? followed_read(u->db, u->arena, u->actor.account, r, n_r)
				: RC_DENIED;
}

/* ---- pauses ---- */

int64_t prefs_day(const char *text, int offset)
{
	struct slice rest = slice_of(text), a, b;
	int64_t y, m, d, at;
	struct civil c, back;

	if (!slice_cut(&rest, '-', &a) || !slice_cut(&rest, '-', &b) ||
	    !slice_i64(a, 2000, 2999, &y) || !slice_i64(b, 1, 12, &m) || !slice_i64(rest, 1, 31, &d))
		return 0;
	c = (struct civil){ .year = (int)y, .month = (int)m, .day = (int)d };
	at = clock_from_civil(c);
	back = clock_civil(at, 0);
	return back.month == c.month && back.day == c.day ? at - (int64_t)offset * 60 * USEC : 0;
}

enum rc prefs_pause(struct unit *u, struct membership *m, const char *from, const char *until)
{
	int64_t now = clock_now(), f = 0, t = 0;

	if (*until == '\0' && *from == '\0')
		return subscribe_pause(u, m, 0, 0);
	t = prefs_day(until, m->utc_offset);
	if (*from != '\0')
		f = prefs_day(from, m->utc_offset);
	if (t <= now || t > now + YEAR || (*from != '\0' && f == 0) || f >= t)
		return RC_INVALID;
	return subscribe_pause(u, m, f > now ? f : 0, t);
}

/* ---- the link ---- */

static const char *signed_text(struct arena *a, const char *list, const char *domain, int64_t id)
{
	return arena_fmt(a, "%s@%s/%lld", list, domain, (long long)id);
}

char *prefs_link(struct arena *a, const struct keys *k, const struct membership *m)
{
	return arena_fmt(a, "/p/%lld/%s", (long long)m->subscription,
			 mac_sign(k, a, "prefs",
				  slice_of(signed_text(a, m->list_name, m->domain, m->subscription))));
}

enum rc prefs_open(struct unit *u, int64_t subscription, const char *mac, struct membership *m,
		   struct subscription_row *s)
{
	struct subscription_row *all;
	size_t n;
	enum rc rc = membership_by_subscription(u, subscription, m);

	if (rc == RC_OK &&
	    !mac_check(u->keys, "prefs",
		       slice_of(signed_text(u->arena, m->list_name, m->domain, subscription)),
		       slice_of(mac)))
		return RC_NOTFOUND;
	if (rc == RC_OK)
		rc = subscriptions_read(u->db, u->arena, (struct reader){ m->account, false }, &all, &n);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].group.name, m->list_name) == 0) {
			*s = all[i];
			return RC_OK;
		}
	return RC_NOTFOUND;
}

/* A mail that is passed on, or quoted, brings the link to others: the member hears of it. */
enum rc prefs_tell(struct unit *u, const struct membership *m)
{
	const char *was = arena_strdup(u->arena, tr_lang());
	enum rc rc;

	tr_set(m->locale);
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = "prefs-changed",
			.addr = m->copies_to,
			.account = m->account,
			.list = m->list,
			.locale = m->locale,
			.subject = arena_fmt(u->arena, tr("What you receive from %s has changed"), m->title),
			.body = arena_fmt(u->arena,
					  tr("Good day, %1$s:\n\nSomebody with the link at the foot of your mails "
					     "changed what you receive from %2$s. If it was you, there is nothing "
					     "to do.\n\nIf it was not, perhaps a mail with that link was passed "
					     "on. Change it back here:\n\n%3$s%4$s\n\nThis is said once a day.\n"),
					  m->name, m->title, u->conf->base_url,
					  prefs_link(u->arena, u->keys, m)),
			.cause = arena_fmt(u->arena, "prefs-changed %lld", (long long)m->subscription) },
		NULL);
	tr_set(was);
	return rc;
}

enum rc prefs_set(struct unit *u, const struct membership *m, const struct subscription_choice *c)
{
	struct actor was = u->actor;
	enum rc rc;

	u->actor.account = m->account;
	rc = subscription_set(u, m->list_name, c);
	u->actor = was;
	return rc == RC_OK ? prefs_tell(u, m) : rc;
}
