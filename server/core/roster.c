/* SPDX-License-Identifier: Apache-2.0 */
/* See roster.h. */
#include "server/core/audit.h"
#include "server/core/notice.h"
#include "server/core/owner.h"
#include "server/core/roster.h"
#include "server/store/member.h"
#include "server/text/csv.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const struct roster_what roster_changes[] = {
	{ "role:member", N_("make member") },
	{ "role:moderator", N_("make moderator") },
	{ "role:owner", N_("make owner") },
	{ "delivery:each", N_("send every message") },
	{ "delivery:mentions", N_("send only followed threads") },
	{ "delivery:none", N_("send nothing by mail") },
	{ "remove", N_("take out of the group") },
};
const size_t roster_changes_n = ARRAY_LEN(roster_changes);

static bool rules_all(const struct unit *u)
{
	return u->actor.admin || u->door == DOOR_CLI;
}

static bool owns(const struct unit *u, const struct roster_head *h)
{
	return rules_all(u) || strcmp(h->role, "owner") == 0;
}

static bool moderates(const struct unit *u, const struct roster_head *h)
{
	return owns(u, h) || strcmp(h->role, "moderator") == 0;
}

static enum rc head_load(struct unit *u, const char *list, struct roster_head *r)
{
	return roster_head_read(u->db, u->arena, u->actor.account, rules_all(u), list, r);
}

/* "12-NAME": the last one of a page. */
static enum rc key_parse(struct unit *u, const char *after, const char **key_r, int64_t *id_r)
{
	struct slice rest = slice_of(after), num;

	*key_r = NULL;
	*id_r = 0;
	if (after == NULL || *after == '\0')
		return RC_OK;
	if (!slice_cut(&rest, '-', &num) || !slice_i64(num, 1, INT64_MAX, id_r))
		return RC_INVALID;
	*key_r = slice_dup(u->arena, rest);
	return RC_OK;
}

enum rc roster_load(struct unit *u, const char *list, const char *after, const char *q,
		    struct roster_page *r)
{
	const char *key;
	int64_t id;
	enum rc rc = head_load(u, list, &r->head);

	if (rc != RC_OK)
		return rc;
	r->manages = owns(u, &r->head);
	r->runs = moderates(u, &r->head);
	r->invites = r->manages || (r->runs && strcmp(r->head.invites, "moderators") == 0);
	r->after = "";
	if (!r->runs && (*r->head.role == '\0' || strcmp(r->head.roster, "members") != 0))
		return RC_DENIED;
	rc = key_parse(u, after, &key, &id);
	if (rc == RC_OK)
		rc = roster_read(u->db, u->arena, r->head.list, r->runs, key, id,
				 q && *q ? q : NULL, ROSTER_PER_PAGE + 1, &r->rows, &r->n);
	if (rc != RC_OK)
		return rc;
	if (r->n > ROSTER_PER_PAGE) {
		r->n = ROSTER_PER_PAGE;
		r->after = arena_fmt(u->arena, "%lld-%s", (long long)r->rows[r->n - 1].account,
				     r->rows[r->n - 1].key);
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->rows[i].hidden && !r->runs && r->rows[i].account != u->actor.account)
			r->rows[i].addr = "";
	return RC_OK;
}

enum rc roster_manage(struct unit *u, const char *list, struct roster_head *r)
{
	enum rc rc = head_load(u, list, r);

	if (rc != RC_OK)
		return rc;
	return owns(u, r) ? RC_OK : RC_DENIED;
}

enum rc roster_visibility(struct unit *u, const char *list, const char *who)
{
	struct roster_head h;
	enum rc rc = roster_manage(u, list, &h);

	if (rc == RC_OK && strcmp(who, "members") != 0 && strcmp(who, "moderators") != 0)
		return RC_INVALID;
	if (rc == RC_OK)
		rc = roster_set_write(u->db, u->arena, h.list, who);
	if (rc == RC_NOTFOUND)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "list.set",
					       .list = h.list,
					       .before = arena_fmt(u->arena, "roster = %s", h.roster),
					       .after = arena_fmt(u->arena, "roster = %s", who) });
}

enum rc roster_csv(struct unit *u, const char *list, struct str *o)
{
	static const char *const head[] = { "address", "name",    "role",         "delivery",
					    "locale",  "country", "organisation" };
	struct roster_head h;
	struct roster_row *r;
	const char *key = NULL;
	int64_t id = 0;
	size_t n = 1000;
	enum rc rc = roster_manage(u, list, &h);

	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		csv_cell(o, i == 0, head[i]);
	str_addz(o, "\r\n");
	while (rc == RC_OK && n == 1000) {
		rc = roster_read(u->db, u->arena, h.list, true, key, id, NULL, 1000, &r, &n);
		for (size_t i = 0; i < n && rc == RC_OK; i++) {
			const char *cell[] = { r[i].addr,   r[i].name,    r[i].role,        r[i].delivery,
					       r[i].locale, r[i].country, r[i].organisation };

			for (size_t k = 0; k < ARRAY_LEN(cell); k++)
				csv_cell(o, k == 0, cell[k]);
			str_addz(o, "\r\n");
			key = r[i].key;
			id = r[i].account;
		}
	}
	return rc == RC_OK && o->over ? RC_LIMIT : rc;
}

static enum rc removed_tell(struct unit *u, const struct roster_head *h, int64_t account,
			    const struct roster_member *m)
{
	const char *back = arena_strdup(u->arena, tr_lang());
	enum rc rc;

	tr_set(m->locale);
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = "removed",
			.addr = m->addr,
			.account = account,
			.list = h->list,
			.locale = m->locale,
			.subject = arena_fmt(u->arena, tr("You are no longer a member of %s"),
					     h->title),
			.body = arena_fmt(u->arena,
					  tr("Good day, %s:\n\nThe people who run %s have taken you out "
					     "of the group: you receive nothing more from it. What you "
					     "wrote stays there. To ask them why, write to "
					     "%s-owner@%s.\n"),
					  m->name, h->title, h->name, h->domain) },
		NULL);
	tr_set(back);
	return rc;
}

enum rc roster_remove(struct unit *u, const struct roster_head *h, int64_t account)
{
	struct roster_member m;
	enum rc rc = owner_guard(u, h->list, account);

	if (rc == RC_OK)
		rc = roster_member_read(u->db, u->arena, h->list, account, &m);
	if (rc == RC_OK)
		rc = member_leave_write(u->db, u->arena, m.subscription);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "member.remove",
						     .list = h->list,
						     .subject = account,
						     .before = m.role });
	return rc == RC_OK ? removed_tell(u, h, account, &m) : rc;
}

static enum rc delivery_change(struct unit *u, const struct roster_head *h, int64_t account,
			       const char *delivery)
{
	struct roster_member m;
	enum rc rc = roster_member_read(u->db, u->arena, h->list, account, &m);

	if (rc != RC_OK || strcmp(m.delivery, delivery) == 0)
		return rc;
	rc = member_delivery_write(u->db, m.subscription, delivery);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "subscription.set",
					       .list = h->list,
					       .subject = account,
					       .before = m.delivery,
					       .after = delivery });
}

static enum rc one_change(struct unit *u, const struct roster_head *h, int64_t account,
			  const char *what)
{
	enum rc rc;

	if (strcmp(what, "remove") == 0)
		rc = roster_remove(u, h, account);
	else if (strncmp(what, "role:", 5) == 0)
		rc = owner_role_set(u, h->list, account, what + 5);
	else
		rc = delivery_change(u, h, account, what + 9);
	/* gone meanwhile, or so already */
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc roster_change(struct unit *u, const char *list, const int64_t *account, size_t n,
		      const char *what, const char **who_r)
{
	struct roster_member m = { .name = "" };
	struct roster_head h;
	bool known = false;
	enum rc rc = roster_manage(u, list, &h);

	*who_r = "";
	for (size_t i = 0; i < roster_changes_n; i++)
		known |= strcmp(roster_changes[i].what, what) == 0;
	if (rc == RC_OK && !known)
		return RC_INVALID;
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		rc = one_change(u, &h, account[i], what);
		if (rc == RC_CONFLICT && roster_member_read(u->db, u->arena, h.list, account[i], &m) == RC_OK)
			*who_r = m.name;
	}
	return rc;
}
