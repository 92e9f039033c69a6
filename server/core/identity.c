/* SPDX-License-Identifier: Apache-2.0 */
/* See identity.h. The token's data is "HOLD only" or "HOLD seen". */
#include "server/core/audit.h"
#include "server/core/identity.h"
#include "server/core/notice.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/store/identity.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define PURPOSE    "hold"
#define TOKEN_BITS 120

static const char *ask_body(struct unit *u, const struct list_ref *l, const struct submission *s,
			    const char *token)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b,
		tr("A message with your name arrived for the group %1$s:\n\n    %2$.200s\n\nOur "
		   "mail "
		   "server could not prove that you sent it. This happens with some mail programs "
		   "and providers, and it happens when somebody uses your name."),
		l->title, *s->subject ? s->subject : tr("(no subject)"));
	str_addz(&b, "\n\n");
	if (*u->conf->base_url != '\0')
		str_fmt(&b, "%s\n%s/c/%s\n\n%s",
			tr("If it is yours, open this page and press the button:"),
			u->conf->base_url, token, tr("Or just answer this message."));
	else
		str_addz(&b, tr("If it is yours, just answer this message."));
	str_fmt(&b, "\n\n%s\n",
		tr("If it is not yours, there is nothing to do: it does not appear."));
	return str_z(&b);
}

enum rc identity_ask(struct unit *u, const struct list_ref *l, const struct submission *s,
		     int64_t hold, bool only)
{
	char *token = rnd_token(u->arena, TOKEN_BITS);
	const char *was = arena_strdup(u->arena, tr_lang());
	unsigned char hash[HASH_BYTES];
	bool sent;
	enum rc rc;

	tr_set(l->locale);
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = "confirm-post",
			.addr = s->author_addr,
			.account = l->account,
			.list = l->id,
			.locale = l->locale,
			.subject = arena_fmt(u->arena, tr("Did you write this? %.200s"),
					     *s->subject ? s->subject : tr("(no subject)")),
			.body = ask_body(u, l, s, token),
			.cause = arena_fmt(u->arena, "confirm-post %lld", (long long)l->id),
			.reply_to = arena_fmt(u->arena, "c%s", token) },
		&sent);
	tr_set(was);
	if (rc != RC_OK || !sent)
		return rc;
	hash_bytes(token, strlen(token), hash);
	return token_write(u->db, hash, PURPOSE, l->account,
			   arena_fmt(u->arena, "%lld %s", (long long)hold, only ? "only" : "seen"),
			   IDENTITY_DAYS * 24 * 60);
}

static enum rc pending(struct unit *u, const char *token, bool use, struct identity_pending *r)
{
	struct identity_row row;
	struct slice rest, num;
	const char *data;
	int64_t account;
	enum rc rc;

	rc = token_find(u, token, PURPOSE, use, &account, &data);
	if (rc != RC_OK)
		return rc;
	rest = slice_of(data);
	slice_cut(&rest, ' ', &num);
	*r = (struct identity_pending){ .account = account, .only = slice_eqz(rest, "only") };
	if (!slice_i64(num, 1, INT64_MAX, &r->hold))
		return RC_NOTFOUND;
	rc = identity_hold_read(u->db, u->arena, r->hold, &row);
	if (rc != RC_OK)
		return rc;
	r->subject = row.subject;
	r->list_title = row.list_title;
	r->list_name = row.list_name;
	r->held_at = row.held_at;
	r->decided = row.decided;
	return RC_OK;
}

enum rc identity_read(struct unit *u, const char *token, struct identity_pending *r)
{
	return pending(u, token, false, r);
}

enum rc identity_confirm(struct unit *u, const char *token, int64_t by, struct identity_pending *r)
{
	int64_t list = 0;
	enum rc rc = pending(u, token, false, r);

	if (rc == RC_OK && by != 0 && by != r->account)
		return RC_DENIED;
	if (rc == RC_OK)
		rc = pending(u, token, true, r);
	if (rc != RC_OK || r->decided)
		return rc;
	rc = identity_confirm_write(u->db, u->arena, r->hold, r->account, r->only, &list);
	if (rc == RC_CONFLICT) {
		r->decided = true;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "hold.confirm",
				.list = list,
				.subject = r->account,
				.after = arena_fmt(u->arena, "%lld", (long long)r->hold) });
}
