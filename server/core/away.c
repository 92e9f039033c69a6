/* SPDX-License-Identifier: Apache-2.0 */
/* Who moderates and is away; see moderate.h. */
#include "server/core/audit.h"
#include "server/core/moderate.h"

#include "server/base/base.h"

/* YYYY-MM-DD, and in the calendar. */
static bool day_ok(const char *day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct slice rest = slice_of(day), y, m;
	int64_t year, month, n;
	bool leap;

	if (rest.n != 10 || !slice_cut(&rest, '-', &y) || !slice_cut(&rest, '-', &m) ||
	    y.n != 4 || m.n != 2 || !slice_i64(y, 2000, 9999, &year) ||
	    !slice_i64(m, 1, 12, &month) || !slice_i64(rest, 1, 31, &n))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return n <= days[month - 1] + (month == 2 && leap);
}

enum rc moderate_away(struct unit *u, const char *list, struct away **r, size_t *n_r)
{
	return away_read(u->db, u->arena,
			 (struct reader){ u->actor.account, u->actor.admin || u->door == DOOR_CLI },
			 list, r, n_r);
}

enum rc moderate_away_set(struct unit *u, const char *list, const char *from, const char *until)
{
	bool none = *from == '\0' && *until == '\0';
	struct away was;
	int64_t id;
	enum rc rc;

	if (!none && (!day_ok(from) || !day_ok(until) || strcmp(until, from) < 0))
		return RC_INVALID;
	rc = away_write(u->db, u->arena, list, u->actor.account, from, until, &id, &was);
	if (rc != RC_OK || (strcmp(was.from, from) == 0 && strcmp(was.until, until) == 0))
		return rc;
	return audit(u, &(struct audit_entry){
				.act = none ? "moderator.back" : "moderator.away",
				.list = id,
				.subject = u->actor.account,
				.before = arena_fmt(u->arena, "%s - %s", was.from, was.until),
				.after = arena_fmt(u->arena, "%s - %s", from, until) });
}

enum rc moderate_duties(struct unit *u, struct duty **r, size_t *n_r)
{
	return u->actor.account ? duties_read(u->db, u->arena, u->actor.account, r, n_r) : RC_DENIED;
}

enum rc moderate_duty_set(struct unit *u, const char *list, const char *notices, const char *from,
			  const char *until)
{
	const char *was;
	int64_t id;
	enum rc rc = moderate_away_set(u, list, from, until);

	if (rc == RC_OK)
		rc = duty_write(u->db, u->arena, list, u->actor.account, notices, &id, &was);
	if (rc != RC_OK || strcmp(was, notices) == 0)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "subscription.set",
				.list = id,
				.subject = u->actor.account,
				.before = arena_fmt(u->arena, "moderator_notices=%s", was),
				.after = arena_fmt(u->arena, "moderator_notices=%s", notices) });
}
