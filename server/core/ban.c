/* SPDX-License-Identifier: Apache-2.0 */
/* See ban.h. */
#include "server/base/utf8.h"
#include "server/core/admin.h"
#include "server/core/audit.h"
#include "server/core/ban.h"
#include "server/core/house.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define DAYS_MAX   3650
#define REASON_MAX 500

/* "@domain" in lower case, or NULL. */
static const char *domain_clean(struct arena *a, const char *addr)
{
	const char *probe = addr_clean(a, arena_fmt(a, "x%s", addr));

	return probe != NULL && strchr(probe + 2, '.') != NULL ? probe + 1 : NULL;
}

enum rc ban_create(struct unit *u, const char *list, const char *addr, const char *reason,
		   int days, const char **err_r)
{
	const char *trimmed = slice_dup(u->arena, slice_trim(slice_of(addr)));
	const char *clean = *trimmed == '@' ? domain_clean(u->arena, trimmed)
					    : addr_clean(u->arena, trimmed);
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	*err_r = NULL;
	if (rc != RC_OK)
		return rc;
	if (clean == NULL)
		*err_r = tr("Write an address such as ana@example.org, or a domain such as @example.org.");
	else if (days < 0 || days > DAYS_MAX)
		*err_r = tr("Write a number of days from 0 to 3650; 0 is for good.");
	else if (!utf8_valid(slice_of(reason)) || utf8_length(slice_of(reason)) > REASON_MAX)
		*err_r = tr("The reason has at most 500 characters.");
	if (*err_r != NULL)
		return RC_INVALID;
	rc = ban_write(u->db, u->arena, g.id, clean, reason,
		       days ? clock_now() + (int64_t)days * 86400 * USEC : 0, u->actor.account);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "ban.add",
				.list = g.id,
				.after = days ? arena_fmt(u->arena, "%s (%d d)", clean, days) : clean,
				.why = reason });
}

enum rc ban_remove(struct unit *u, const char *list, int64_t id, const char *why)
{
	struct ban_row was;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = ban_delete(u->db, u->arena, g.id, id, &was);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "ban.lift", .list = g.id, .before = was.addr, .why = why });
}

enum rc bans_load(struct unit *u, const char *list, int64_t before, struct ban_row **r, size_t *n_r)
{
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	return rc == RC_OK
		       ? bans_read(u->db, u->arena, g.id, before, BANS_PER_PAGE + 1, r, n_r)
		       : rc;
}

enum rc house_bans(struct unit *u, int64_t *rows_r)
{
	struct ban_row *b;
	size_t n = 0;
	enum rc rc = house_begin(u, HOUSE_BANS);

	*rows_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = ban_expire(u->db, u->arena, &b, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = audit(u, &(struct audit_entry){ .act = "ban.lift",
						     .list = b[i].list,
						     .before = b[i].addr,
						     .why = "its time is over" });
	*rows_r = (int64_t)n;
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}
