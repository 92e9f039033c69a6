/* SPDX-License-Identifier: Apache-2.0 */
/* One row in audit, its personal part apart under a salted digest. */
#include "server/core/audit.h"
#include "server/store/account.h"

#include "server/base/base.h"

static const char *const doors[] = { "web", "email", "cli", "system" };

enum rc audit(struct unit *u, const struct audit_entry *e)
{
	struct audit_row r = {
		.door = doors[u->door],
		.act = e->act,
		.actor = u->actor.account,
		.list = e->list,
		.thread = e->thread,
		.post = e->post,
		.subject = e->subject,
		.before = e->before ? e->before : "",
		.after = e->after ? e->after : "",
		.why = e->why ? e->why : "",
	};
	struct str s;

	rnd_bytes(r.salt, sizeof(r.salt));
	str_init(&s, u->arena, STR_CAP_DEFAULT);
	str_add(&s, r.salt, sizeof(r.salt));
	/* the NULs keep the three texts apart */
	str_add(&s, r.before, strlen(r.before) + 1);
	str_add(&s, r.after, strlen(r.after) + 1);
	str_add(&s, r.why, strlen(r.why) + 1);
	hash_bytes(s.p, s.n, r.digest);
	return audit_write(u->db, &r);
}
