/* SPDX-License-Identifier: Apache-2.0 */
/* See issue.h: a digest is made like any other, and undone. */
#include "server/digest/issue.h"
#include "server/digest/schedule.h"
#include "server/store/digest.h"

#include "server/base/base.h"

/* at 0: up to now. */
static enum rc until_get(struct unit *u, int64_t at, int64_t now, struct digest_run *r)
{
	enum rc rc = at == 0 ? RC_NOTFOUND : digest_preview_until(u->db, u->arena, at, r);

	return rc == RC_NOTFOUND ? digest_run_write(u->db, u->arena, now, r) : rc;
}

static int64_t period_usec(const char *every)
{
	return (strcmp(every, "daily") == 0 ? 1 : strcmp(every, "weekly") == 0 ? 7 : 31) *
	       INT64_C(86400) * USEC;
}

static enum rc preview(struct unit *u, int64_t account, const char *list, int64_t at,
		       enum digest_for what, struct digest_issue *i_r, struct digest *r)
{
	int64_t now = clock_now(), made, done, issue;
	const char *ids, *every;
	struct digest_run run;
	enum rc rc = digest_preview_row(u->db, u->arena, now, account, list, 0, &ids, &every);

	if (rc == RC_OK && at != 0)
		rc = digest_preview_row(u->db, u->arena, now, account, list, at - period_usec(every),
					&ids, &every);
	if (rc == RC_OK)
		rc = until_get(u, at, now, &run);
	if (rc == RC_OK)
		rc = digest_batch(u, ids, &run, now, &made, &done);
	if (rc == RC_OK)
		rc = digest_preview_issue(u->db, u->arena, account, &issue);
	if (rc == RC_OK)
		rc = digest_fill(u, issue, account, what, i_r, r);
	return rc;
}

enum rc digest_preview(struct unit *u, int64_t account, const char *list, int64_t at,
		       enum digest_for what, struct digest_issue *i_r, struct digest *r)
{
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = preview(u, account, list, at, what, i_r, r);
	unit_abort(u);
	return rc;
}
