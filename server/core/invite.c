/* SPDX-License-Identifier: Apache-2.0 */
/* See invite.h. */
#include "server/core/admin.h"
#include "server/core/audit.h"
#include "server/core/command.h"
#include "server/core/house.h"
#include "server/core/invite_say.h"
#include "server/core/settings.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define AT_ONCE 100 /* of cabildod's, in one transaction */

const char *const invite_words[INVITE_WHATS] = {
	[INVITE_SENT] = N_("invited"),
	[INVITE_BAD] = N_("this is no address that mail can be sent to"),
	[INVITE_TWICE] = N_("it is there twice"),
	[INVITE_MEMBER] = N_("belongs to the group already"),
	[INVITE_BANNED] = N_("is banned here: lift the ban first"),
	[INVITE_WAITS] = N_("is invited already, and has not answered"),
	[INVITE_DECLINED] = N_("declined: they can still ask to join themselves"),
	[INVITE_OFTEN] = N_("had three invitations within a week: try again later"),
	[INVITE_FULL] = N_("not sent: you have invited as many people as one may in a day"),
};

enum rc invite_group(struct unit *u, const char *list, struct invite_group *r)
{
	bool all = u->door == DOOR_CLI || u->actor.admin;
	enum rc rc = invite_group_read(u->db, u->arena, u->actor.account, all, list, r);

	if (rc != RC_OK || all || strcmp(r->role, "owner") == 0)
		return rc;
	return strcmp(r->role, "moderator") == 0 && strcmp(r->invites, "moderators") == 0 ? RC_OK
											  : RC_DENIED;
}

/* ---- sending ---- */

struct sending {
	struct unit *u;
	const struct invite_group *g;
	const struct invite_new *n;
	int64_t days, left; /* left: of who invites, for today */
};

static enum rc sending_begin(struct sending *s)
{
	int64_t sent = 0, a_day = 0;
	enum rc rc = setting_number(s->u, "invite_days", &s->days);

	s->left = INT64_MAX;
	if (rc != RC_OK || s->u->actor.account == 0)
		return rc;
	rc = setting_number(s->u, "invite_per_day", &a_day);
	if (rc == RC_OK)
		rc = invite_today_read(s->u->db, s->u->arena, s->u->actor.account, &sent);
	s->left = a_day - sent;
	return rc;
}

static enum invite_what judge(const struct sending *s, const struct invite_look *k)
{
	return k->member		? INVITE_MEMBER
	       : k->banned || k->closed ? INVITE_BANNED
	       : k->waits		? INVITE_WAITS
	       : k->declined		? INVITE_DECLINED
	       : s->left <= 0		? INVITE_FULL
					: INVITE_SENT;
}

static enum rc send_one(struct sending *s, const struct invite_look *k, const char *name,
			enum invite_what *what_r)
{
	struct unit *u = s->u;
	struct invite_row i = { .list = s->g->list,
				.addr = k->addr,
				.name = k->account ? k->name : name,
				.locale = k->account	 ? k->locale
					  : s->n->locale ? s->n->locale
							 : s->g->lang,
				.note = s->n->note,
				.by = u->actor.account };
	int64_t id = 0, expires;
	bool sent = false;
	enum rc rc = unit_savepoint(u);

	if (rc == RC_OK)
		rc = invite_write(u->db, u->arena, &i, (int)s->days, &id, &expires);
	if (rc == RC_CONFLICT) {
		*what_r = INVITE_WAITS; /* somebody else, at this moment */
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = invite_read(u->db, u->arena, id, &i);
	if (rc == RC_OK)
		rc = invite_mail(u, &i, false, &sent);
	if (rc == RC_OK && !sent) {
		unit_rollback_to(u); /* what the throttle stops leaves nothing behind */
		*what_r = INVITE_OFTEN;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	s->left--;
	return audit(u, &(struct audit_entry){ .act = "invite.send",
					       .list = i.list,
					       .subject = k->account,
					       .after = k->addr });
}

static int by_addr(const void *a, const void *b)
{
	const struct invite_one *const *x = a, *const *y = b;
	int order = strcmp((*x)->addr, (*y)->addr);

	/* the first one stays what it is */
	return order ? order : *x < *y ? -1 : *x > *y;
}

/* Cleans the addresses; the good ones, each once, in one order: rows of the throttle stay
 * locked until the commit. */
static size_t clean(struct unit *u, const struct invite_new *n, struct invite_one *r,
		    struct invite_one **good)
{
	size_t ngood = 0, kept = 0;

	for (size_t i = 0; i < n->n; i++) {
		const char *addr = addr_reachable(u->arena, n->to[i].addr);

		r[i] = (struct invite_one){ addr ? addr : n->to[i].addr,
					    addr ? INVITE_SENT : INVITE_BAD };
		if (addr != NULL)
			good[ngood++] = &r[i];
	}
	qsort(good, ngood, sizeof(good[0]), by_addr);
	for (size_t i = 0; i < ngood; i++)
		if (kept > 0 && strcmp(good[kept - 1]->addr, good[i]->addr) == 0)
			good[i]->what = INVITE_TWICE;
		else
			good[kept++] = good[i];
	return kept;
}

static bool lang_ok(const char *locale)
{
	for (size_t l = 0; l < LANGS; l++)
		if (locale == NULL || strcmp(command_langs[l], locale) == 0)
			return true;
	return false;
}

static enum rc send_all(struct sending *s, struct invite_one *r)
{
	struct unit *u = s->u;
	struct invite_one **good = ARENA_ARRAY(u->arena, s->n->n + 1, struct invite_one *);
	const char **addrs = ARENA_ARRAY(u->arena, s->n->n + 1, const char *);
	size_t ngood = clean(u, s->n, r, good), nlook = 0;
	struct invite_look *k = NULL;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < ngood; i++)
		addrs[i] = good[i]->addr;
	if (ngood > 0)
		rc = invite_look_read(u->db, u->arena, s->g->list, addrs, ngood, INVITE_QUIET_DAYS, &k,
				      &nlook);
	for (size_t i = 0; i < nlook && rc == RC_OK; i++) {
		good[i]->what = judge(s, &k[i]);
		if (good[i]->what == INVITE_SENT)
			rc = send_one(s, &k[i], s->n->to[good[i] - r].name, &good[i]->what);
	}
	return rc;
}

enum rc invite_send(struct unit *u, const char *list, const struct invite_new *n,
		    struct invite_one **r)
{
	struct invite_group g;
	struct sending s = { .u = u, .g = &g, .n = n };
	enum rc rc = invite_group(u, list, &g);

	if (rc != RC_OK)
		return rc;
	if (g.shut)
		return RC_CONFLICT;
	if (utf8_length(slice_of(n->note)) > INVITE_NOTE_MAX || n->n > INVITES_AT_ONCE ||
	    !lang_ok(n->locale))
		return RC_INVALID;
	*r = ARENA_ARRAY(u->arena, n->n + 1, struct invite_one);
	rc = sending_begin(&s);
	return rc == RC_OK ? send_all(&s, *r) : rc;
}

/* ---- what became of them ---- */

enum rc invites_load(struct unit *u, const char *list, int64_t before, struct invite_row **r,
		     size_t *n_r)
{
	struct invite_group g;
	enum rc rc = invite_group(u, list, &g);

	return rc == RC_OK ? invites_read(u->db, u->arena, g.list, before, INVITES_PER_PAGE + 1, r, n_r)
			   : rc;
}

static enum rc own_read(struct unit *u, const char *list, int64_t id, struct invite_group *g,
			struct invite_row *i)
{
	enum rc rc = invite_group(u, list, g);

	if (rc == RC_OK)
		rc = invite_read(u->db, u->arena, id, i);
	return rc == RC_OK && i->list != g->list ? RC_NOTFOUND : rc;
}

enum rc invite_withdraw(struct unit *u, const char *list, int64_t id)
{
	struct invite_group g;
	struct invite_row i;
	enum rc rc = own_read(u, list, id, &g, &i);

	if (rc == RC_OK)
		rc = invite_end_write(u->db, u->arena, id, "withdraw", false);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "invite.withdraw", .list = g.list, .before = i.addr });
}

static enum rc again_open(struct sending *s, struct invite_row *i, enum invite_what *what_r)
{
	struct unit *u = s->u;
	bool sent;
	enum rc rc;

	*what_r = s->left <= 0 ? INVITE_FULL : INVITE_OFTEN;
	if (s->left <= 0)
		return RC_OK;
	rc = unit_savepoint(u);
	if (rc == RC_OK)
		rc = invite_again_write(u->db, u->arena, i->id, s->g->list, (int)s->days, &i->expires_at);
	if (rc == RC_NOTFOUND)
		return RC_OK; /* it went today */
	if (rc == RC_OK)
		rc = invite_mail(u, i, false, &sent);
	if (rc != RC_OK)
		return rc;
	if (!sent) {
		unit_rollback_to(u);
		return RC_OK;
	}
	*what_r = INVITE_SENT;
	return audit(u, &(struct audit_entry){
				.act = "invite.send", .list = i->list, .after = i->addr });
}

enum rc invite_again(struct unit *u, const char *list, int64_t id, enum invite_what *what_r)
{
	struct invite_group g;
	struct invite_row i;
	struct invite_one *one;
	struct invite_addr to;
	struct invite_new n = { .to = &to, .n = 1 };
	struct sending s = { .u = u, .g = &g, .n = &n };
	enum rc rc = own_read(u, list, id, &g, &i);

	if (rc == RC_OK && g.shut)
		return RC_CONFLICT;
	if (rc == RC_OK && i.ended_at == 0) {
		rc = sending_begin(&s);
		return rc == RC_OK ? again_open(&s, &i, what_r) : rc;
	}
	if (rc != RC_OK)
		return rc;
	to = (struct invite_addr){ i.name, i.addr };
	n.note = i.note;
	n.locale = i.locale;
	rc = invite_send(u, list, &n, &one);
	if (rc == RC_OK)
		*what_r = one[0].what;
	return rc;
}

/* ---- answers ---- */

static enum rc token_peek(struct unit *u, const char *token, bool use, int64_t *id_r)
{
	const char *data;
	int64_t account;
	enum rc rc;

	rc = token_find(u, token, "invite", use, &account, &data);
	if (rc == RC_OK && !slice_i64(slice_of(data), 1, INT64_MAX, id_r))
		return RC_NOTFOUND;
	return rc;
}

static enum rc pending(struct unit *u, const char *token, bool use, struct invite_pending *r,
		       struct membership *m)
{
	int64_t id;
	enum rc rc = token_peek(u, token, use, &id);

	if (rc == RC_OK)
		rc = invite_read(u->db, u->arena, id, &r->i);
	if (rc == RC_OK && !r->i.open)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		rc = membership_by_addr(u, r->i.list, r->i.addr, m);
	if (rc != RC_OK)
		return rc;
	r->known = m->account != 0;
	r->locale = r->known ? m->locale : r->i.locale;
	return RC_OK;
}

enum rc invite_peek(struct unit *u, const char *token, struct invite_pending *r)
{
	struct membership m;

	return pending(u, token, false, r, &m);
}

/* An answer counts from that mailbox, or from another one of the same person. */
static enum rc may_answer(struct unit *u, const struct invite_pending *p,
			  const struct membership *m, const char *from)
{
	struct membership other;
	enum rc rc;

	if (from == NULL || slice_ieq(slice_of(from), slice_of(p->i.addr)))
		return RC_OK;
	rc = membership_by_addr(u, p->i.list, from, &other);
	if (rc != RC_OK)
		return rc;
	return m->account != 0 && other.account == m->account ? RC_OK : RC_DENIED;
}

static enum rc answer_begin(struct unit *u, const char *token, const char *from,
			    struct invite_pending *r, struct membership *m)
{
	enum rc rc = pending(u, token, false, r, m);

	return rc == RC_OK ? may_answer(u, r, m, from) : rc;
}

/* Joined, in their name. */
static enum rc join(struct unit *u, struct invite_pending *r, struct membership *m, const char *name)
{
	struct actor was = u->actor;
	enum join_result done = JOIN_CLOSED;
	enum rc rc;

	u->actor.account = m->account;
	rc = subscribe_join(u, m, r->i.addr, *name ? name : r->i.name, r->locale, false, &done);
	u->actor = was;
	if (rc == RC_OK && done != JOIN_DONE && done != JOIN_ALREADY)
		return RC_CONFLICT;
	if (rc == RC_OK && done == JOIN_DONE)
		rc = command_welcome(u, m);
	return rc;
}

enum rc invite_accept(struct unit *u, const char *token, const char *from, const char *name,
		      struct invite_pending *r)
{
	struct membership m;
	int64_t id;
	enum rc rc = answer_begin(u, token, from, r, &m);

	if (rc != RC_OK)
		return rc;
	if (r->i.shut)
		return RC_CONFLICT;
	rc = join(u, r, &m, name);
	if (rc == RC_OK)
		rc = token_peek(u, token, true, &id);
	return rc;
}

enum rc invite_decline(struct unit *u, const char *token, const char *from, bool never,
		       struct invite_pending *r)
{
	struct actor was = u->actor;
	struct membership m;
	int64_t id;
	enum rc rc = answer_begin(u, token, from, r, &m);

	if (rc == RC_OK)
		rc = token_peek(u, token, true, &id);
	if (rc == RC_OK)
		rc = invite_end_write(u->db, u->arena, r->i.id, "decline", never);
	if (rc != RC_OK)
		return rc;
	u->actor.account = m.account;
	rc = audit(u, &(struct audit_entry){ .act = "invite.decline",
					     .list = r->i.list,
					     .subject = m.account,
					     .before = r->i.addr,
					     .after = never ? "never" : "" });
	u->actor = was;
	return rc;
}

enum rc invite_explain(struct unit *u, const char *token, const char *from, bool proven,
		       const char *msgid)
{
	struct invite_pending p;
	struct membership m;
	enum rc rc = pending(u, token, false, &p, &m);

	/* whoever answers the personal address from that mailbox is proven by it (design section 7) */
	if (rc != RC_OK || (!proven && !slice_ieq(slice_of(from), slice_of(p.i.addr))))
		return rc;
	return invite_mail_help(u, &p, from, token, msgid);
}

enum rc invite_bounced(struct unit *u, int64_t id, const char *failure)
{
	size_t n;
	char *clean = utf8_clean(u->arena, slice_of(failure), &n);

	return invite_bounced_write(u->db, id, slice_dup(u->arena, utf8_clip(slice_make(clean, n), 500)));
}

/* ---- cabildod ---- */

static enum rc remind(struct unit *u, int64_t *n_r)
{
	int64_t days = 0, *id;
	struct invite_row i;
	size_t n = 0;
	bool sent;
	enum rc rc = setting_number(u, "invite_remind", &days);

	if (rc == RC_OK && days > 0)
		rc = invite_remind_write(u->db, u->arena, (int)days, AT_ONCE, &id, &n);
	for (size_t k = 0; k < n && rc == RC_OK; k++) {
		rc = invite_read(u->db, u->arena, id[k], &i);
		if (rc == RC_OK)
			rc = invite_mail(u, &i, true, &sent);
		if (rc == RC_OK && sent)
			rc = audit(u, &(struct audit_entry){ .act = "invite.remind",
							     .list = i.list,
							     .after = i.addr });
	}
	*n_r += (int64_t)n;
	return rc;
}

static enum rc expire(struct unit *u, int64_t *n_r)
{
	struct invite_expired *e;
	size_t n = 0;
	enum rc rc = invite_expire_write(u->db, u->arena, AT_ONCE, &e, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = audit(u, &(struct audit_entry){
				      .act = "invite.expire", .list = e[i].list, .before = e[i].addr });
	*n_r += (int64_t)n;
	return rc;
}

enum rc house_invitations(struct unit *u, int64_t *n_r)
{
	enum rc rc = house_begin(u, HOUSE_INVITE);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = expire(u, n_r);
	if (rc == RC_OK)
		rc = remind(u, n_r);
	if (rc == RC_OK)
		rc = unit_commit(u);
	else
		unit_abort(u);
	if (rc == RC_OK && *n_r > 0)
		unit_wake(u);
	return rc;
}
