/* SPDX-License-Identifier: Apache-2.0 */
/* See subscribe.h. */
#include "server/core/admin.h"
#include "server/core/audit.h"
#include "server/core/hold_join.h"
#include "server/core/owner.h"
#include "server/core/subscribe.h"
#include "server/store/admin.h"
#include "server/store/intake.h"
#include "server/store/invite.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define REFS_LOOKED_AT 50

enum rc membership_by_addr(struct unit *u, int64_t list, const char *addr, struct membership *r)
{
	return membership_read(u->db, u->arena, list, slice_lower(u->arena, slice_of(addr)), 0, 0,
			       r);
}

enum rc membership_by_account(struct unit *u, const char *list, int64_t account,
			      struct membership *r)
{
	int64_t id;
	enum rc rc = list_id_read(u->db, u->arena, list, &id);

	return rc == RC_OK ? membership_read(u->db, u->arena, id, NULL, account, 0, r) : rc;
}

enum rc membership_by_subscription(struct unit *u, int64_t subscription, struct membership *r)
{
	enum rc rc = membership_read(u->db, u->arena, 0, NULL, 0, subscription, r);

	return rc == RC_OK && r->subscription != subscription ? RC_NOTFOUND : rc;
}

static const char *source_of(const struct unit *u, const struct membership *m)
{
	if (m->invited)
		return "invite";
	return u->door == DOOR_WEB ? "web" : u->door == DOOR_EMAIL ? "email" : "admin";
}

static enum rc request_make(struct unit *u, const struct membership *m, const char *addr,
			    const char *name, const char *locale)
{
	struct join_request j = { .addr = addr,
				  .name = name,
				  .locale = locale,
				  .source = u->door == DOOR_WEB ? "web" : "email" };
	int64_t id;
	enum rc rc = join_request_write(u->db, u->arena, m->list, &j, &id);

	if (rc != RC_OK || id == 0)
		return rc;
	rc = audit(u, &(struct audit_entry){ .act = "join.request",
					     .list = m->list,
					     .subject = m->account,
					     .after = addr });
	return rc == RC_OK ? join_hold(u, m, id, &j) : rc;
}

static enum rc account_make(struct unit *u, struct membership *m, const char *addr,
			    const char *name, const char *locale)
{
	enum rc rc = account_write(u->db, u->arena, name, locale, addr, NULL, 0, &m->account,
				   &m->address);

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "account.create", .subject = m->account, .after = addr });
}

static enum rc member_make(struct unit *u, struct membership *m, const char *addr,
			   const char *name, const char *locale)
{
	enum rc rc = m->account ? RC_OK : account_make(u, m, addr, name, locale);

	if (rc == RC_OK)
		rc = member_join_write(u->db, u->arena, m->list, m->account, m->address,
				       source_of(u, m), &m->subscription);
	if (rc == RC_OK && m->invited)
		rc = invite_met_write(u->db, m->list, addr, m->account);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "member.join",
						     .list = m->list,
						     .subject = m->account,
						     .after = "member",
						     .why = m->invited ? "invitation" : "" });
	return rc == RC_OK ? membership_read(u->db, u->arena, m->list, addr, 0, 0, m) : rc;
}

enum rc subscribe_join(struct unit *u, struct membership *m, const char *addr, const char *name,
		       const char *locale, bool back, enum join_result *r)
{
	const char *folded = slice_lower(u->arena, slice_of(addr));
	struct slice local, rest = slice_of(folded), called = slice_trim(slice_of(name));
	bool closed = strcmp(m->join_policy, "closed") == 0;
	bool open = back || (m->invited && !closed) || strcmp(m->join_policy, "open") == 0 ||
		    strcmp(m->join_policy, "confirm") == 0;
	const char *shown;

	slice_cut(&rest, '@', &local);
	shown = slice_dup(u->arena, called.n ? utf8_clip(called, 150) : local);
	*r = JOIN_ALREADY;
	if (m->subscription != 0)
		return RC_OK;
	*r = JOIN_CLOSED;
	/* a member to whom no copy can go is none */
	if (m->list_closed || m->banned || m->account_closed ||
	    addr_reachable(u->arena, folded) == NULL)
		return RC_OK;
	if (open) {
		*r = JOIN_DONE;
		return member_make(u, m, folded, shown, locale);
	}
	if (strcmp(m->join_policy, "approve") != 0)
		return RC_OK;
	*r = JOIN_REQUESTED;
	return request_make(u, m, folded, m->account ? m->name : shown, locale);
}

enum rc subscribe_leave(struct unit *u, struct membership *m)
{
	enum rc rc = owner_guard(u, m->list, m->account);

	if (rc == RC_OK)
		rc = member_leave_write(u->db, u->arena, m->subscription);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "member.leave",
						     .list = m->list,
						     .subject = m->account,
						     .before = m->role });
	if (rc == RC_OK)
		m->subscription = 0;
	return rc;
}

static const char *time_text(struct unit *u, int64_t usec)
{
	char *s = arena_alloc(u->arena, 32);

	if (usec == 0)
		return "-";
	clock_rfc3339(usec, s);
	return s;
}

enum rc subscribe_pause(struct unit *u, struct membership *m, int64_t from, int64_t until)
{
	enum rc rc = member_pause_write(u->db, m->subscription, from, until);

	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = until ? "member.pause" : "member.resume",
						     .list = m->list,
						     .subject = m->account,
						     .before = time_text(u, m->pause_until),
						     .after = from ? arena_fmt(u->arena, "%s to %s",
									       time_text(u, from),
									       time_text(u, until))
								   : time_text(u, until) });
	m->pause_until = until;
	m->paused = until != 0 && from == 0;
	return rc;
}

enum rc subscribe_delivery(struct unit *u, struct membership *m, const char *delivery)
{
	enum rc rc;

	if (strcmp(delivery, "each") != 0 && strcmp(delivery, "mentions") != 0 &&
	    strcmp(delivery, "none") != 0 && strcmp(delivery, "digest") != 0)
		return RC_INVALID;
	rc = member_delivery_write(u->db, m->subscription, delivery);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "subscription.set",
						     .list = m->list,
						     .subject = m->account,
						     .before = m->delivery,
						     .after = delivery });
	m->delivery = delivery;
	return rc;
}

enum rc subscribe_follow(struct unit *u, const struct membership *m, int64_t thread,
			 const char *mode, const char **subject_r)
{
	int64_t now;
	enum rc rc = thread ? member_thread_read(u->db, u->arena, thread, m->list, &now, subject_r)
			    : RC_NOTFOUND;

	if (rc == RC_OK)
		rc = member_follow_write(u->db, now, m->account, mode);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "thread.follow",
						     .list = m->list,
						     .thread = now,
						     .subject = m->account,
						     .after = mode });
	return rc;
}

enum rc subscribe_thread(struct unit *u, int64_t list, const char *const *refs, size_t nrefs,
			 int64_t hint, int64_t *thread_r)
{
	size_t n = nrefs < REFS_LOOKED_AT ? nrefs : REFS_LOOKED_AT, found = 0;
	id_hash *h = ARENA_ARRAY(u->arena, n + 1, id_hash);
	struct ref_row *row = NULL;
	enum rc rc = RC_OK;

	*thread_r = hint;
	for (size_t i = 0; i < n; i++)
		hash_bytes(refs[nrefs - 1 - i], strlen(refs[nrefs - 1 - i]), h[i]);
	if (n > 0)
		rc = refs_read(u->db, u->arena, list, (const id_hash *)h, n, &row, &found);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < found; k++)
			if (row[k].post != 0 && row[k].hash.n == HASH_BYTES &&
			    memcmp(row[k].hash.p, h[i], HASH_BYTES) == 0) {
				*thread_r = row[k].thread;
				return RC_OK;
			}
	return RC_OK;
}

/* RC_DENIED for who has no say. */
static enum rc owner_check(struct unit *u, const char *list, struct membership *m)
{
	enum rc rc = membership_by_account(u, list, u->actor.account, m);

	if (rc != RC_OK || u->door == DOOR_CLI || u->actor.admin)
		return rc;
	if (m->subscription == 0)
		return RC_NOTFOUND;
	return strcmp(m->role, "owner") == 0 ? RC_OK : RC_DENIED;
}

enum rc join_requests(struct unit *u, const char *list, struct join_request **r, size_t *n_r)
{
	struct membership m;
	enum rc rc = owner_check(u, list, &m);

	return rc == RC_OK ? join_requests_read(u->db, u->arena, m.list, r, n_r) : rc;
}

enum rc join_request_decide(struct unit *u, const char *list, int64_t id, bool approve)
{
	struct membership m;
	enum rc rc = owner_check(u, list, &m);

	return rc == RC_OK ? join_hold_decide(u, m.list, id, approve) : rc;
}

const char *delivery_words(const char *delivery)
{
	if (strcmp(delivery, "each") == 0)
		return tr("every message as it is posted");
	if (strcmp(delivery, "mentions") == 0)
		return tr("only the threads that you follow");
	if (strcmp(delivery, "none") == 0)
		return tr("nothing by mail: you read on the web");
	return tr("a digest, and the threads that you follow");
}
