/* SPDX-License-Identifier: Apache-2.0 */
/* See choice.h. */
#include "server/core/audit.h"
#include "server/digest/choice.h"
#include "server/digest/schedule.h"

#include "server/base/base.h"

static bool one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

enum rc digest_choice_get(struct unit *u, int64_t account, struct digest_choice *r)
{
	return account ? digest_choice_read(u->db, u->arena, account, r) : RC_DENIED;
}

enum rc digest_choice_set(struct unit *u, int64_t account, const struct digest_choice *c)
{
	static const char *const everys[] = { "daily", "weekly", "monthly" };
	static const char *const forms[] = { "summary", "mime", "plain" };
	struct digest_choice was;
	enum rc rc;

	if (account == 0)
		return RC_DENIED;
	if ((*c->every && !one_of(c->every, everys, ARRAY_LEN(everys))) ||
	    !one_of(c->form, forms, ARRAY_LEN(forms)) || c->weekday < 0 || c->weekday > 6 ||
	    c->monthday < 1 || c->monthday > 31 || c->hour < 0 || c->hour > 23)
		return RC_INVALID;
	rc = digest_choice_read(u->db, u->arena, account, &was);
	if (rc == RC_OK)
		rc = digest_choice_write(u->db, account, c);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = "digest.choice",
				      .subject = account,
				      .before = arena_fmt(u->arena, "%s %s", was.every, was.form),
				      .after = arena_fmt(u->arena, "%s %d %d %02d:00 %s%s%s",
							 *c->every ? c->every : "group", c->weekday,
							 c->monthday, c->hour, c->form,
							 c->per_group ? " per-group" : "",
							 c->anyway ? " anyway" : "") });
	return rc == RC_OK ? digest_sync(u, account) : rc;
}

enum rc digest_past(struct unit *u, int64_t account, struct digest_past_row **r, size_t *n_r)
{
	return account ? digest_past_read(u->db, u->arena, account, r, n_r) : RC_DENIED;
}
