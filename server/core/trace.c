/* SPDX-License-Identifier: Apache-2.0 */
/* See trace.h. */
#include "server/core/trace.h"
#include "server/text/tr.h"

#include "server/base/base.h"

enum rc trace_load(struct unit *u, const char *msgid, struct trace_step **r, size_t *n_r)
{
	struct reader who = { u->actor.account, u->actor.admin || u->door == DOOR_CLI };
	struct slice id = slice_trim(slice_of(msgid));
	struct trace_row *rows;
	enum rc rc;

	if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		id = slice_make(id.p + 1, id.n - 2);
	if (id.n == 0)
		return RC_NOTFOUND; /* what had no id is not one message */
	rc = trace_read(u->db, u->arena, who, slice_dup(u->arena, id), &rows, n_r);
	if (rc == RC_OK && *n_r == 0)
		rc = RC_NOTFOUND;
	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, *n_r, struct trace_step);
	for (size_t i = 0; i < *n_r && rc == RC_OK; i++) {
		struct trace_step *s = &(*r)[i];

		s->row = rows[i];
		s->counted = rows[i].post != 0 && strcmp(rows[i].fate, "posted") == 0;
		if (!s->counted)
			continue;
		rc = trace_counts_read(u->db, u->arena, rows[i].post, &s->counts);
		if (rc == RC_OK && rows[i].moderates && s->counts.failed > 0)
			rc = trace_failures_read(u->db, u->arena, who, rows[i].post, &s->failures,
						 &s->nfailures);
	}
	return rc;
}

enum rc trace_mine_load(struct unit *u, struct trace_mine **r, size_t *n_r)
{
	return u->actor.account ? trace_mine_read(u->db, u->arena, u->actor.account, r, n_r)
				: RC_DENIED;
}

const char *trace_fate_text(const char *fate)
{
	static const struct {
		const char *fate, *text;
	} texts[] = {
		{ "posted", N_("Posted") },
		{ "held", N_("Held for review") },
		{ "command", N_("Taken as a command") },
		{ "bounce", N_("Taken as a delivery report") },
		{ "complaint", N_("Taken as a complaint") },
		{ "duplicate", N_("The same message again: nothing more was done") },
		{ "dropped", N_("Not posted") },
		{ "quarantined", N_("Set apart: it could not be read safely") },
		{ "refused", N_("Returned to its author, with the reason") },
		{ "forwarded", N_("Passed on to those who are responsible") },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(texts[i].fate, fate) == 0)
			return texts[i].text;
	return fate;
}
