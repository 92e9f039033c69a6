/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they come, what is shown of them, and the way back; see bounce.h. */
#include "server/core/audit.h"
#include "server/core/bounce.h"
#include "server/core/forum.h"
#include "server/store/bounce.h"

#include "server/base/base.h"

static const char *const kinds[] = { "hard", "soft", "policy", "delay", "complaint" };

enum rc bounce_record(struct unit *u, const struct bounce_new *b, bool *new_r)
{
	struct bounce_row r = {
		.subscription = b->subscription,
		.address = b->probe,
		.list = b->list,
		.post = b->post,
		.probe = b->subscription == 0,
		.kind = kinds[b->kind],
		.reason = b->reason,
		.status = b->status,
		.code = (int64_t)b->code,
		.rcpt = b->rcpt,
		.mta = b->mta,
		.text = b->text,
	};
	const char *key;
	enum rc rc;

	*new_r = false;
	if (b->subscription != 0)
		rc = bounce_target_read(u->db, u->arena, b->subscription, &r.list, &r.address);
	else
		rc = bounce_probe_target_read(u->db, u->arena, b->probe);
	if (rc != RC_OK)
		return rc;
	/* that it waits, that it failed, that somebody complained: three events of one copy */
	key = arena_fmt(u->arena, "%lld %lld %s%lld %s", (long long)b->subscription,
			(long long)b->probe, b->post ? "" : b->about, (long long)b->post,
			b->kind < BOUNCE_DELAY ? "failed" : kinds[b->kind]);
	hash_bytes(key, strlen(key), r.key);
	rc = bounce_write(u->db, u->arena, &r, new_r);
	if (rc == RC_OK && *new_r)
		log_info("event=bounce kind=%s subscription=%lld probe=%lld post=%lld reason=%s "
			 "status=%s text=%s",
			 r.kind, (long long)b->subscription, (long long)b->probe,
			 (long long)b->post, r.reason, log_q(r.status), log_q(r.text));
	return rc;
}

enum rc bounce_post_find(struct unit *u, int64_t list, int64_t post, const char *msgid,
			 int64_t *post_r)
{
	unsigned char hash[HASH_BYTES];

	*post_r = 0;
	if (post == 0 && *msgid == '\0')
		return RC_OK;
	hash_bytes(msgid, strlen(msgid), hash);
	return bounce_post_read(u->db, u->arena, list, post, *msgid ? hash : NULL, post_r);
}

enum rc bounce_return(struct unit *u, const char *addr, int64_t account, const char *why)
{
	const char *folded = slice_lower(u->arena, slice_trim(slice_of(addr)));
	int64_t whose;
	enum rc rc = bounce_return_write(u->db, u->arena, folded, account, &whose);

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "address.return", .subject = whose,
					       .after = folded, .why = why });
}

static enum rc lines(struct unit *u, enum rc rc, const struct bounce_line_row *q, size_t n,
		     struct bounce_line **r)
{
	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, n, struct bounce_line);
	for (size_t i = 0; i < n; i++)
		(*r)[i] = (struct bounce_line){ q[i].addr,   q[i].name,   q[i].score,
						q[i].suspended_at, q[i].probes, q[i].probe_at,
						q[i].event,  q[i].at,     q[i].code,
						q[i].kind,   q[i].reason, q[i].status,
						q[i].rcpt,   q[i].mta,    q[i].text,
						q[i].delivery, q[i].probe };
	return RC_OK;
}

enum rc bounces_of_list(struct unit *u, const char *list, int64_t before, struct bounce_line **r,
			size_t *n_r)
{
	struct bounce_line_row *q = NULL;
	struct group g;
	enum rc rc = RC_OK;

	*n_r = 0;
	if (u->door != DOOR_CLI) {
		rc = group_find(u, list, &g);
		if (rc == RC_OK && !g.moderator && !u->actor.admin)
			rc = RC_DENIED;
	}
	if (rc == RC_OK)
		rc = bounces_list_read(u->db, u->arena, list, before, BOUNCE_PAGE,
				       BOUNCE_HALF_LIFE, &q, n_r);
	return lines(u, rc, q, *n_r, r);
}

enum rc bounces_of_address(struct unit *u, const char *addr, struct bounce_line **r, size_t *n_r)
{
	struct bounce_line_row *q = NULL;
	const char *folded = slice_lower(u->arena, slice_trim(slice_of(addr)));
	enum rc rc = bounces_address_read(u->db, u->arena, folded, BOUNCE_HALF_LIFE, &q, n_r);

	if (rc == RC_OK && *n_r == 0)
		return RC_NOTFOUND;
	return lines(u, rc, q, *n_r, r);
}

enum rc bounces_mine(struct unit *u, struct bounce_mine **r, size_t *n_r)
{
	struct bounce_mine_row *q;
	enum rc rc = bounces_mine_read(u->db, u->arena, u->actor.account, &q, n_r);

	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, *n_r, struct bounce_mine);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bounce_mine){ q[i].addr, q[i].text, q[i].suspended_at };
	return RC_OK;
}
