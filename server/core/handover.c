/* SPDX-License-Identifier: Apache-2.0 */
/* See handover.h. */
#include "server/base/utf8.h"
#include "server/core/admin.h"
#include "server/core/audit.h"
#include "server/core/handover.h"
#include "server/core/house.h"
#include "server/core/notice.h"
#include "server/core/owner.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define PEOPLE_MAX 50
#define NOTE_MAX   2000
#define AHEAD_MAX  (366 * 86400 * USEC)

enum rc handover_load(struct unit *u, const char *list, struct handover_page *r)
{
	enum rc rc;

	*r = (struct handover_page){ .nfrom = 0 };
	rc = office_check(u, list, OFFICE_OWNER, &r->group);
	if (rc == RC_OK)
		rc = handover_from_read(u->db, u->arena, r->group.id, &r->from, &r->nfrom);
	if (rc == RC_OK)
		rc = handovers_read(u->db, u->arena, r->group.id, &r->rows, &r->nrows);
	if (rc == RC_OK)
		rc = handover_pending_read(u->db, u->arena, r->group.id, &r->pending, &r->since);
	return rc;
}

/* Addresses into accounts; *err_r names the first that is no member's. */
static enum rc people_read_(struct unit *u, int64_t list, const char *text, int64_t *id,
			    size_t *n_r, const char **err_r)
{
	char *copy = arena_strdup(u->arena, text);
	struct slice rest = slice_of(copy), word;
	const char *name;

	*n_r = 0;
	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == ',' || *p == ';' || *p == '\t')
			*p = ' ';
	while (rest.n > 0) {
		const char *addr;
		enum rc rc;

		slice_cut(&rest, ' ', &word);
		if (word.n == 0)
			continue;
		addr = addr_clean(u->arena, slice_dup(u->arena, word));
		rc = addr ? handover_member_read(u->db, u->arena, list, addr, &id[*n_r], &name)
			  : RC_NOTFOUND;
		if (rc == RC_NOTFOUND)
			*err_r = arena_fmt(u->arena, tr("%s is not the address of a member."),
					   slice_dup(u->arena, word));
		else if (rc == RC_OK && ++*n_r > PEOPLE_MAX)
			*err_r = tr("At most 50 people.");
		if (rc != RC_OK || *err_r != NULL)
			return rc == RC_TEMPFAIL ? rc : RC_INVALID;
	}
	return RC_OK;
}

static bool has(const int64_t *v, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == id)
			return true;
	return false;
}

/* Is somebody an owner afterwards? Those who are one and stay, or become one. */
static bool owned_after(const struct runner_row *from, size_t n, const struct handover_new *h)
{
	if (h->nowners > 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(from[i].role, "owner") == 0 && from[i].account != h->account &&
		    (h->organisation == 0 || from[i].organisation != h->organisation) &&
		    !has(h->moderators, h->nmoderators, from[i].account))
			return true;
	return false;
}

static const char *wrong(const struct handover_page *p, const struct handover_new *h)
{
	bool any = false;

	for (size_t i = 0; i < p->nfrom; i++)
		any = any || (h->account != 0 ? p->from[i].account == h->account
					      : h->organisation != 0 &&
							p->from[i].organisation == h->organisation);
	if (!any)
		return tr("Choose who hands over.");
	if (h->nowners + h->nmoderators == 0)
		return tr("Write who takes it over.");
	if (!owned_after(p->from, p->nfrom, h))
		return tr("The group would have no owner: write at least one.");
	if (h->effective_at > clock_now() + AHEAD_MAX)
		return tr("The day is more than a year away.");
	if (!utf8_valid(slice_of(h->note)) || utf8_length(slice_of(h->note)) > NOTE_MAX)
		return tr("The words to the group have at most 2,000 characters.");
	return NULL;
}

enum rc handover_plan(struct unit *u, const char *list, const struct handover_ask *q,
		      const char **err_r)
{
	int64_t *owners = ARENA_ARRAY(u->arena, PEOPLE_MAX + 1, int64_t);
	int64_t *moderators = ARENA_ARRAY(u->arena, PEOPLE_MAX + 1, int64_t);
	struct handover_new h = { .account = q->account,
				  .organisation = q->account ? 0 : q->organisation,
				  .owners = owners,
				  .moderators = moderators,
				  .effective_at = q->at > clock_now() ? q->at : clock_now(),
				  .by = u->actor.account,
				  .note = q->note };
	struct handover_page p;
	int64_t id;
	enum rc rc = handover_load(u, list, &p);

	*err_r = NULL;
	h.list = p.group.id;
	if (rc == RC_OK)
		rc = people_read_(u, h.list, q->owners, owners, &h.nowners, err_r);
	if (rc == RC_OK)
		rc = people_read_(u, h.list, q->moderators, moderators, &h.nmoderators, err_r);
	if (rc != RC_OK)
		return rc;
	*err_r = wrong(&p, &h);
	if (*err_r != NULL)
		return RC_INVALID;
	rc = handover_write(u->db, u->arena, &h, &id);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "handover.plan",
				.list = h.list,
				.subject = h.account,
				.after = arena_fmt(u->arena, "%lld: %s / %s", (long long)id, q->owners,
						   q->moderators),
				.why = q->note });
}

enum rc handover_cancel(struct unit *u, const char *list, int64_t id)
{
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_OWNER, &g);

	if (rc == RC_OK)
		rc = handover_state_write(u->db, u->arena, g.id, id, "planned", "cancelled");
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "handover.cancel",
					       .list = g.id,
					       .before = arena_fmt(u->arena, "%lld", (long long)id) });
}

enum rc handover_undo(struct unit *u, const char *list, int64_t id)
{
	struct handover_move *m;
	struct group g;
	size_t n;
	enum rc rc = office_check(u, list, OFFICE_OWNER, &g);

	if (rc == RC_OK)
		rc = handover_state_write(u->db, u->arena, g.id, id, "done", "undone");
	if (rc == RC_OK)
		rc = handover_moves_read(u->db, u->arena, id, &m, &n);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		if (strcmp(m[i].before, m[i].now) != 0)
			rc = owner_role_set(u, g.id, m[i].account, m[i].before);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "handover.undone",
					       .list = g.id,
					       .before = arena_fmt(u->arena, "%lld", (long long)id) });
}

/* ---- on its day, by cabildod ---- */

static enum rc role_move(struct unit *u, const struct handover_due *d, int64_t account,
			 const char *role)
{
	const char *before;
	enum rc rc = handover_role_read(u->db, u->arena, d->list, account, &before);

	/* who left meanwhile is passed over */
	if (rc != RC_OK || *before == '\0' || strcmp(before, role) == 0)
		return rc;
	rc = owner_role_set(u, d->list, account, role);
	return rc == RC_OK ? handover_move_write(u->db, d->id, account, before, role) : rc;
}

/* The new ones first, so that the group has an owner throughout. */
static enum rc roles_move(struct unit *u, const struct handover_due *d)
{
	struct runner_row *from;
	size_t n;
	enum rc rc = handover_from_read(u->db, u->arena, d->list, &from, &n);

	for (size_t i = 0; rc == RC_OK && i < d->nowners; i++)
		rc = role_move(u, d, d->owners[i], "owner");
	for (size_t i = 0; rc == RC_OK && i < d->nmoderators; i++)
		if (!has(d->owners, d->nowners, d->moderators[i]))
			rc = role_move(u, d, d->moderators[i], "moderator");
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		if ((from[i].account == d->account ||
		     (d->organisation != 0 && from[i].organisation == d->organisation)) &&
		    !has(d->owners, d->nowners, from[i].account) &&
		    !has(d->moderators, d->nmoderators, from[i].account))
			rc = role_move(u, d, from[i].account, "member");
	return rc;
}

static const char *names_of(struct unit *u, const struct runner_row *r, size_t n)
{
	struct str s;

	str_init(&s, u->arena, 65536);
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s%s", s.n ? ", " : "", r[i].name);
	return str_z(&s);
}

/* One letter to each member; who begins reads what is pending. */
static enum rc members_tell(struct unit *u, const struct handover_due *d)
{
	int64_t pending, since;
	struct runner_row *now;
	struct told_row *t;
	size_t n, nnow;
	enum rc rc = handover_from_read(u->db, u->arena, d->list, &now, &nnow);

	if (rc == RC_OK)
		rc = handover_tell_read(u->db, u->arena, d->list, &t, &n);
	if (rc == RC_OK)
		rc = handover_pending_read(u->db, u->arena, d->list, &pending, &since);
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		bool runs = strcmp(t[i].role, "member") != 0;
		struct str b;

		tr_set(t[i].locale);
		str_init(&b, u->arena, 65536);
		str_fmt(&b, tr("Good day, %s:\n\n"), t[i].name);
		str_fmt(&b, tr("From today %s is run by %s.\n\n"), d->title, names_of(u, now, nnow));
		if (*d->note != '\0')
			str_fmt(&b, "%s\n\n", d->note);
		if (runs && pending > 0)
			str_fmt(&b,
				tr_n("You run it now. %lld thing waits for a decision, since %s:\n",
				     "You run it now. %lld things wait for a decision, the oldest since %s:\n",
				     pending),
				(long long)pending, tr_date_day(u->arena, since, 0));
		else if (runs)
			str_addz(&b, tr("You run it now. Nothing waits for a decision.\n"));
		if (runs && *u->conf->base_url != '\0')
			str_fmt(&b, "%s/g/%s/moderation\n\n", u->conf->base_url, d->list_name);
		if (!runs)
			str_addz(&b, tr("For you nothing changes. To ask them something, answer this mail.\n"));
		rc = notice_send(u,
				 &(struct notice_new){ .kind = "handover",
						       .addr = t[i].addr,
						       .account = t[i].account,
						       .list = d->list,
						       .locale = t[i].locale,
						       .subject = arena_fmt(u->arena,
									    tr("Who runs %s from today"),
									    d->title),
						       .body = str_z(&b) },
				 NULL);
	}
	return rc;
}

static enum rc one(struct unit *u, const struct handover_due *d)
{
	enum rc rc = roles_move(u, d);

	if (rc == RC_OK)
		rc = handover_state_write(u->db, u->arena, d->list, d->id, "planned", "done");
	if (rc == RC_OK)
		rc = members_tell(u, d);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "handover.done",
					       .list = d->list,
					       .after = arena_fmt(u->arena, "%lld", (long long)d->id) });
}

/* Without an owner afterwards (those named have left): it stays as it was, and is said to be. */
static enum rc fail(struct unit *u, const struct handover_due *d)
{
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = handover_state_write(u->db, u->arena, d->list, d->id, "planned", "failed");
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = "handover.failed",
				      .list = d->list,
				      .after = arena_fmt(u->arena, "%lld", (long long)d->id),
				      .why = "the group would have had no owner" });
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

enum rc house_handover(struct unit *u, int64_t *n_r)
{
	struct handover_due d;
	enum rc rc = house_begin(u, HOUSE_HANDOVER);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = handover_due_read(u->db, u->arena, &d);
	if (rc == RC_OK)
		rc = one(u, &d);
	else if (rc == RC_NOTFOUND) {
		unit_abort(u);
		return RC_OK;
	}
	if (rc == RC_CONFLICT) {
		unit_abort(u);
		return fail(u, &d);
	}
	if (rc != RC_OK) {
		unit_abort(u);
		return rc;
	}
	*n_r = 1;
	rc = unit_commit(u);
	if (rc == RC_OK)
		unit_wake(u);
	return rc;
}
