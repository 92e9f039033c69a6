/* SPDX-License-Identifier: Apache-2.0 */
/* What receiving needs to know of a list and of who writes to it; see submit.h. */
#include "server/core/submit.h"
#include "server/store/intake.h"

#include "server/base/base.h"

static void list_fill(struct list_ref *r, const struct mail_list_row *m)
{
	*r = (struct list_ref){ .id = m->id,
				.name = m->name,
				.mail_domain = m->mail_domain,
				.lang = m->lang,
				.posting = m->posting,
				.nonmember = m->nonmember,
				.max_size = m->max_size,
				.closed = m->closed,
				.archived = m->archived,
				.banned = m->envelope_banned,
				.account = m->account,
				.account_name = m->account_name,
				.role = m->role,
				.moderation = m->moderation,
				.from_banned = m->from_banned,
				.locale = m->locale,
				.flooding = m->flooding,
				.fresh = m->fresh,
				.title = m->title,
				.identity = m->identity,
				.unaddressed = m->unaddressed,
				.from_lists = m->from_lists,
				.receipt = m->receipt,
				.file_types = m->file_types,
				.spam = m->spam,
				.emergency = m->emergency,
				.max_recipients = m->max_recipients,
				.rules_version = m->rules_version };
}

enum rc list_lookup(struct unit *u, const char *local, const char *domain, const char *envelope,
		    const char *from, struct list_ref *r)
{
	struct mail_list_row m;
	struct arena *a = u->arena;
	enum rc rc = mail_list_read(
		u->db, a, slice_lower(a, slice_of(local)), slice_lower(a, slice_of(domain)),
		slice_lower(a, slice_of(envelope)), from ? slice_lower(a, slice_of(from)) : NULL,
		&m);

	if (rc == RC_OK)
		list_fill(r, &m);
	return rc;
}

enum rc list_lookup_id(struct unit *u, int64_t id, struct list_ref *r)
{
	struct mail_list_row m;
	enum rc rc = mail_list_read_id(u->db, u->arena, id, &m);

	if (rc == RC_OK)
		list_fill(r, &m);
	return rc;
}

enum rc list_elsewhere(struct unit *u, int64_t id, const char *envelope, const char *from,
		       struct list_ref *r)
{
	struct elsewhere_row w;
	enum rc rc = elsewhere_read(u->db, u->arena, id, slice_lower(u->arena, slice_of(from)), &w);

	if (rc == RC_OK && !w.visible)
		rc = RC_NOTFOUND;
	return rc == RC_OK ? list_lookup(u, w.name, w.mail_domain, envelope, from, r) : rc;
}
