/* SPDX-License-Identifier: Apache-2.0 */
/* The administrator's acts; each leaves its entry in the audit log. */
#include "server/base/utf8.h"
#include "server/core/admin.h"
#include "server/core/audit.h"
#include "server/core/owner.h"
#include "server/db/db.h"
#include "server/store/account.h"
#include "server/store/admin.h"
#include "server/store/member.h"

#include "server/base/base.h"

const char *addr_clean(struct arena *a, const char *addr)
{
	struct slice s = slice_trim(slice_of(addr)), rest = s, local;

	if (s.n < 3 || s.n > 254 || !utf8_valid(s) || !slice_cut(&rest, '@', &local) ||
	    local.n == 0 || local.n > 64 || rest.n == 0 || memchr(rest.p, '@', rest.n) != NULL)
		return NULL;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F ||
		    strchr("<>\"(),;:\\", s.p[i]) != NULL)
			return NULL;
	return slice_lower(a, s);
}

const char *addr_reachable(struct arena *a, const char *addr)
{
	for (const char *p = addr; *p; p++)
		if ((unsigned char)*p > 126)
			return NULL;
	return addr_clean(a, addr);
}

enum rc list_create(struct unit *u, const struct list_new *l)
{
	int64_t id;
	enum rc rc = list_write(u->db, u->arena, l->name, u->conf->mail_domain, l->title,
				l->description, l->lang, l->visibility, l->footer,
				/* without it nothing can be proven, and every post would wait */
				*u->conf->authserv_id == '\0' ? "open" : "normal", &id);

	if (rc != RC_OK)
		return rc;
	return audit(u,
		     &(struct audit_entry){ .act = "list.create", .list = id, .after = l->name });
}

enum rc lists_all(struct unit *u, struct list_line **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = lists_read(u->db, u->arena, &q);

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(u->arena, *n_r, struct list_line);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct list_line){ db_get_text(q, i, 0), db_get_text(q, i, 1),
					      db_get_text(q, i, 2), db_get_text(q, i, 3),
					      db_get_text(q, i, 4), db_get_i64(q, i, 5),
					      db_get_i64(q, i, 6),  db_get_i64(q, i, 7),
					      db_get_bool(q, i, 8) };
	return RC_OK;
}

enum rc member_create(struct unit *u, const struct member_new *m)
{
	const char *addr = addr_reachable(u->arena, m->addr);
	int64_t organisation = 0, list;
	struct account_row acc;
	enum rc rc;

	if (addr == NULL)
		return RC_INVALID;
	rc = account_read(u->db, u->arena, addr, &acc);
	if (rc == RC_NOTFOUND) {
		rc = m->organisation
			     ? organisation_write(u->db, u->arena, m->organisation, &organisation)
			     : RC_OK;
		if (rc == RC_OK)
			rc = account_write(u->db, u->arena, m->name ? m->name : addr, m->locale,
					   addr, m->country, organisation, &acc.id, &acc.address);
		if (rc == RC_OK)
			rc = audit(u, &(struct audit_entry){ .act = "account.create",
							     .subject = acc.id,
							     .after = addr });
	}
	if (rc != RC_OK)
		return rc;
	rc = subscription_new(u->db, u->arena, m->list, acc.id, acc.address, m->role, m->delivery,
			      &list);
	if (rc == RC_NOTFOUND)
		return RC_CONFLICT; /* or no such list: the caller has looked */
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "member.add",
					       .list = list,
					       .subject = acc.id,
					       .after = m->role });
}

const char *const member_setting_names[MEMBER_SETTINGS] = { "delivery", "own_copy",
							     "copy_when_addressed",
							     "moderation", "attachments",
							     "moderator_notices", "receipt", "role" };

enum rc member_settings_set(struct unit *u, const char *list, const char *addr,
			    const char *const value[MEMBER_SETTINGS])
{
	const char *clean = addr_clean(u->arena, addr);
	int64_t id, account;
	struct str after;
	enum rc rc = clean ? subscription_settings_write(u->db, u->arena, list, clean, value, &id,
							 &account)
			   : RC_INVALID;

	if (rc == RC_OK && value[MEMBER_ROLE] != NULL) {
		rc = owner_role_set(u, id, account, value[MEMBER_ROLE]);
		rc = rc == RC_NOTFOUND ? RC_OK : rc; /* they have it */
	}
	if (rc != RC_OK)
		return rc;
	str_init(&after, u->arena, 4096);
	for (size_t i = 0; i < MEMBER_SETTINGS; i++)
		if (value[i] != NULL && i != MEMBER_ROLE)
			str_fmt(&after, "%s%s=%s", after.n ? " " : "", member_setting_names[i],
				value[i]);
	if (after.n == 0)
		return RC_OK;
	return audit(u, &(struct audit_entry){ .act = "subscription.set",
					       .list = id,
					       .subject = account,
					       .after = str_z(&after) });
}

enum rc member_delete(struct unit *u, const char *list, const char *addr)
{
	const char *clean = addr_clean(u->arena, addr);
	int64_t id, account;
	struct account_row acc;
	enum rc rc = clean ? account_read(u->db, u->arena, clean, &acc) : RC_INVALID;

	if (rc == RC_OK)
		rc = list_id_read(u->db, u->arena, list, &id);
	if (rc == RC_OK)
		rc = owner_guard(u, id, acc.id);
	if (rc == RC_OK)
		rc = subscription_delete(u->db, u->arena, list, clean, &id, &account);
	if (rc != RC_OK)
		return rc;
	return audit(
		u, &(struct audit_entry){ .act = "member.remove", .list = id, .subject = account });
}

enum rc members_all(struct unit *u, const char *list, struct member_line **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = members_read(u->db, u->arena, list, &q);

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(u->arena, *n_r, struct member_line);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct member_line){ db_get_text(q, i, 0), db_get_text(q, i, 1),
						db_get_text(q, i, 2), db_get_text(q, i, 3),
						db_get_text(q, i, 4), db_get_text(q, i, 5) };
	return RC_OK;
}

enum rc account_new(struct unit *u, const char *addr, const char *name, const char *locale, bool admin)
{
	const char *clean = addr_reachable(u->arena, addr);
	struct slice called = slice_trim(slice_of(name));
	struct account_row acc;
	int64_t id, address;
	enum rc rc;

	if (clean == NULL || called.n == 0 || !utf8_valid(called) || utf8_length(called) > 150)
		return RC_INVALID;
	rc = account_read(u->db, u->arena, clean, &acc);
	if (rc == RC_OK)
		return RC_CONFLICT;
	if (rc == RC_NOTFOUND)
		rc = account_write(u->db, u->arena, slice_dup(u->arena, called), locale, clean, NULL, 0,
				   &id, &address);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = "account.create", .subject = id, .after = clean });
	return rc == RC_OK && admin ? account_admin_set(u, clean, true) : rc;
}

enum rc account_admin_set(struct unit *u, const char *addr, bool on)
{
	const char *clean = addr_clean(u->arena, addr);
	struct account_row acc;
	enum rc rc = clean ? account_read(u->db, u->arena, clean, &acc) : RC_INVALID;

	if (rc == RC_OK)
		rc = account_admin_write(u->db, acc.id, on);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.admin",
					       .subject = acc.id,
					       .after = on ? "on" : "off" });
}

enum rc site_status(struct unit *u, struct site_status *r)
{
	struct db_rows *q;
	enum rc rc = status_read(u->db, u->arena, &q);

	if (rc != RC_OK)
		return rc;
	*r = (struct site_status){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1), db_get_i64(q, 0, 2),
				   db_get_i64(q, 0, 3), db_get_i64(q, 0, 4), db_get_time(q, 0, 5),
				   db_get_i64(q, 0, 6), db_get_i64(q, 0, 7), db_get_i64(q, 0, 8),
				   db_get_i64(q, 0, 9) };
	return RC_OK;
}
