/* SPDX-License-Identifier: Apache-2.0 */
/* See maillink.h. */
#include "server/core/maillink.h"

#include "server/base/base.h"

static struct slice signed_text(struct arena *a, int64_t one, int64_t other)
{
	return slice_of(arena_fmt(a, "%lld/%lld", (long long)one, (long long)other));
}

static char *link_make(struct arena *a, const struct keys *k, const char *base, const char *path,
		       const char *purpose, int64_t one, int64_t other)
{
	return arena_fmt(a, "%s%s%lld/%lld/%s", base, path, (long long)one, (long long)other,
			 mac_sign(k, a, purpose, signed_text(a, one, other)));
}

char *maillink_follow(struct arena *a, const struct keys *k, const char *base, int64_t account,
		      int64_t thread)
{
	return link_make(a, k, base, "/f/", "follow", account, thread);
}

enum rc maillink_follow_open(struct unit *u, int64_t account, int64_t thread, const char *mac,
			     struct maillink_thread *r)
{
	if (!mac_check(u->keys, "follow", signed_text(u->arena, account, thread), slice_of(mac)))
		return RC_NOTFOUND;
	r->account = account;
	return follow_place_read(u->db, u->arena, account, thread, &r->at, &r->locale);
}

enum rc maillink_follow_set(struct unit *u, const struct maillink_thread *t, const char *mode)
{
	struct actor was = u->actor;
	enum rc rc;

	u->actor = (struct actor){ .account = t->account };
	rc = thread_follow_set(u, t->at.list, t->at.number, mode);
	u->actor = was;
	return rc;
}

char *maillink_stop(struct arena *a, const struct keys *k, const char *base, int64_t account,
		    int64_t list)
{
	return link_make(a, k, base, "/s/", "stop", account, list);
}

enum rc maillink_stop_open(struct unit *u, int64_t account, int64_t list, const char *mac,
			   struct maillink_stop *r)
{
	struct subscription_row *all;
	size_t n = 0;
	enum rc rc;

	if (!mac_check(u->keys, "stop", signed_text(u->arena, account, list), slice_of(mac)))
		return RC_NOTFOUND;
	rc = subscriptions_read(u->db, u->arena, (struct reader){ account, false }, &all, &n);
	if (rc != RC_OK)
		return rc;
	*r = (struct maillink_stop){ .account = account,
				     .subs = ARENA_ARRAY(u->arena, n, struct subscription_row) };
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].delivery, "digest") == 0 && (list == 0 || all[i].group.id == list))
			r->subs[r->n++] = all[i];
	return RC_OK;
}

enum rc maillink_stop_set(struct unit *u, const struct maillink_stop *s)
{
	struct actor was = u->actor;
	enum rc rc = RC_OK;

	u->actor = (struct actor){ .account = s->account };
	for (size_t i = 0; rc == RC_OK && i < s->n; i++) {
		const struct subscription_row *r = &s->subs[i];

		rc = subscription_set(u, r->group.name,
				      &(struct subscription_choice){ "mentions", r->own_copy,
								     r->copy_when_addressed,
								     r->attachments, r->receipt });
	}
	u->actor = was;
	return rc;
}
