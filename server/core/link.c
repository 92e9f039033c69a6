/* SPDX-License-Identifier: Apache-2.0 */
/* See link.h. */
#include "server/base/codec.h"
#include "server/core/link.h"

#include "server/base/base.h"

#define DAY (86400 * USEC)

/* "SUBSCRIPTION-POST-N-DAY": what the MAC is over; DAY is the last one. */
static char *signed_text(struct arena *a, int64_t subscription, int64_t post, int64_t n, int64_t day)
{
	return arena_fmt(a, "%lld-%lld-%lld-%lld", (long long)subscription, (long long)post,
			 (long long)n, (long long)day);
}

char *link_attachment(struct arena *a, const struct keys *k, const char *base_url,
		      int64_t subscription, int64_t post, int64_t n, int64_t now)
{
	/* by whole days: the same link in every copy that is sent again that day */
	char *text = signed_text(a, subscription, post, n, now / DAY + LINK_DAYS);

	if (*base_url == '\0')
		return arena_strdup(a, "");
	return arena_fmt(a, "%s/a/%s-%s", base_url, text, mac_sign(k, a, "attachment", slice_of(text)));
}

enum rc link_open(struct unit *u, const char *token, struct attachment_row *r, struct slice *bytes_r)
{
	struct slice rest = slice_of(token), part;
	struct attachment_place at;
	int64_t v[4];
	enum rc rc;

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (!slice_cut(&rest, '-', &part) || !slice_i64(part, 0, INT64_MAX, &v[i]))
			return RC_NOTFOUND;
	if (!mac_check(u->keys, "attachment", slice_of(signed_text(u->arena, v[0], v[1], v[2], v[3])),
		       rest) ||
	    clock_now() / DAY > v[3])
		return RC_NOTFOUND;
	rc = attachment_link_read(u->db, u->arena, v[0], v[1], v[2], &at);
	if (rc == RC_OK)
		rc = attachment_bytes(u, &at, bytes_r);
	if (rc == RC_OK)
		*r = at.row;
	return rc;
}
