/* SPDX-License-Identifier: Apache-2.0 */
/* See reading.h. */
#include "server/core/reading.h"

#include "server/base/base.h"

#define DAY (86400 * USEC)

static char *signed_text(struct arena *a, int64_t account, int64_t thread, int64_t day)
{
	return arena_fmt(a, "%lld-%lld-%lld", (long long)account, (long long)thread, (long long)day);
}

char *reading_link(struct arena *a, const struct keys *k, const char *base, int64_t account,
		   int64_t thread, int64_t now)
{
	/* by whole days: the same link in a digest that is sent again that day */
	char *text = signed_text(a, account, thread, now / DAY + READING_DAYS);

	return arena_fmt(a, "%s/r/%s-%s", base, text, mac_sign(k, a, "read", slice_of(text)));
}

static bool token_read(struct unit *u, const char *token, int64_t v[static 3])
{
	struct slice rest = slice_of(token), part;

	for (int i = 0; i < 3; i++)
		if (!slice_cut(&rest, '-', &part) || !slice_i64(part, 1, INT64_MAX, &v[i]))
			return false;
	return mac_check(u->keys, "read", slice_of(signed_text(u->arena, v[0], v[1], v[2])), rest);
}

enum rc reading_open(struct unit *u, const char *token, struct reading *r)
{
	struct thread_link at;
	int64_t v[3];
	enum rc rc;

	*r = (struct reading){ .locale = "", .list = "" };
	/* before the database is asked: a guess costs nobody anything */
	if (!token_read(u, token, v))
		return RC_NOTFOUND;
	rc = thread_link_read(u->db, u->arena, v[0], v[1], &at);
	if (rc != RC_OK)
		return rc;
	r->page = (struct thread_page){ .group = at.head.group,
					.thread = at.head.thread,
					.version = at.head.version };
	r->locale = at.locale;
	r->list = at.head.group.name;
	r->number = at.head.thread.number;
	r->member = at.member;
	r->until = v[2] * DAY + DAY / 2;
	return at.open && clock_now() / DAY <= v[2] ? RC_OK : RC_NOTFOUND;
}

enum rc reading_attachment(struct unit *u, const struct reading *r, int64_t number, int64_t n,
			   struct attachment_row *at_r, struct slice *bytes_r)
{
	struct attachment_place at;
	enum rc rc = attachment_of_post_read(u->db, u->arena, r->page.thread.id, number, n, &at);

	if (rc == RC_OK)
		rc = attachment_bytes(u, &at, bytes_r);
	if (rc == RC_OK)
		*at_r = at.row;
	return rc;
}
