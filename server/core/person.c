/* SPDX-License-Identifier: Apache-2.0 */
/* See person.h. The data of a token of purpose "address" is the address. */
#include "server/core/admin.h"
#include "server/core/audit.h"
#include "server/core/notice.h"
#include "server/core/person.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define PURPOSE    "address"
#define TOKEN_BITS 120

enum rc person_addresses(struct unit *u, struct own_address **r, size_t *n_r,
			 struct own_pending **p_r, size_t *np_r)
{
	enum rc rc = u->actor.account ? addresses_read(u->db, u->arena, u->actor.account, r, n_r)
				      : RC_DENIED;

	return rc == RC_OK ? addresses_pending_read(u->db, u->arena, u->actor.account, p_r, np_r)
			   : rc;
}

/* Whoever reads that address is told that it has an owner here already. */
static enum rc taken_tell(struct unit *u, const char *addr, const struct notice_person *owner)
{
	tr_set(owner->locale);
	return notice_send(
		u,
		&(struct notice_new){
			.kind = "address-taken",
			.addr = addr,
			.account = owner->account,
			.locale = owner->locale,
			.subject = tr("This address belongs to an account already"),
			.body = arena_fmt(
				u->arena,
				tr("Good day, %s:\n\nSomebody asked to add %s to another account. It "
				   "belongs to yours, and nothing has changed. If it was you, take it "
				   "out of the one account first and then add it to the other.\n"),
				owner->name, addr),
			.cause = "address-taken" },
		NULL);
}

static const char *ask_text(struct unit *u, const struct person_row *p, const char *addr,
			    const char *token)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("Good day:\n\n%1$s asked to add the address %2$s to their account. Whoever "
		       "confirms it says that mail to %2$s is theirs.\n\n"),
		p->name, addr);
	if (*u->conf->base_url != '\0')
		str_fmt(&b, tr("This page has one button that adds it:\n\n%s/c/%s\n\n"),
			u->conf->base_url, token);
	if (p->list != 0)
		str_addz(&b, tr("Or answer this message as it is.\n\n"));
	str_fmt(&b, tr("It can be confirmed for %lld days. If it was not you, there is nothing to do: "
		       "without the button nothing changes.\n"),
		(long long)ADDRESS_DAYS);
	return str_z(&b);
}

static enum rc ask_send(struct unit *u, const struct person_row *p, const char *addr)
{
	char *token = rnd_token(u->arena, TOKEN_BITS);
	unsigned char hash[HASH_BYTES];
	bool sent;
	enum rc rc;

	tr_set(p->locale);
	rc = notice_send(u,
			 &(struct notice_new){
				 .kind = "address-confirm",
				 .addr = addr,
				 .list = p->list,
				 .locale = p->locale,
				 .subject = tr("Confirm your address"),
				 .body = ask_text(u, p, addr, token),
				 .cause = "address-confirm",
				 .burst = 3,
				 .reply_to = p->list ? arena_fmt(u->arena, "c%s", token) : NULL },
			 &sent);
	if (rc != RC_OK || !sent)
		return rc;
	hash_bytes(token, strlen(token), hash);
	return token_write(u->db, hash, PURPOSE, p->id, addr, ADDRESS_DAYS * 24 * 60);
}

enum rc person_address_ask(struct unit *u, int64_t account, const char *addr)
{
	const char *clean = addr_reachable(u->arena, addr);
	const char *back = arena_strdup(u->arena, tr_lang());
	struct notice_person owner;
	struct own_address *mine;
	struct person_row p;
	int64_t asked = 0;
	size_t n = 0;
	enum rc rc = clean ? person_read(u->db, u->arena, account, &p) : RC_INVALID;

	if (rc == RC_OK)
		rc = notice_person_read(u, clean, p.locale, &owner);
	if (rc == RC_OK)
		rc = addresses_read(u->db, u->arena, account, &mine, &n);
	if (rc == RC_OK)
		rc = addresses_asked_read(u->db, u->arena, account, &asked);
	if (rc != RC_OK)
		return rc;
	if (owner.account == account)
		return RC_CONFLICT;
	if (n >= ADDRESSES_MAX || asked >= ADDRESS_ASKS)
		return RC_LIMIT;
	rc = owner.account != 0 ? taken_tell(u, clean, &owner) : ask_send(u, &p, clean);
	tr_set(back);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = "address.ask", .subject = account, .after = clean });
	return rc;
}

static enum rc pending(struct unit *u, const char *token, bool use, struct address_pending *r)
{
	struct person_row p;
	const char *data;
	enum rc rc = token_person(u, token, PURPOSE, use, &p, &data);

	if (rc == RC_OK)
		*r = (struct address_pending){ p.id, p.name, p.locale, data };
	return rc;
}

enum rc person_address_peek(struct unit *u, const char *token, struct address_pending *r)
{
	return pending(u, token, false, r);
}

enum rc person_address_add(struct unit *u, int64_t account, const char *addr)
{
	enum rc rc = address_write(u->db, u->arena, account, addr, ADDRESSES_MAX);

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "address.add", .subject = account, .after = addr });
}

enum rc person_waiting(struct unit *u, int64_t account, const char *addr, int64_t hold,
		       size_t *posted_r)
{
	struct claim_done *d;
	size_t n = 0;
	enum rc rc = claim_waiting_write(u->db, u->arena, account, addr, hold, &d, &n);

	*posted_r = 0;
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		*posted_r += d[i].approved;
		rc = audit(u, &(struct audit_entry){
				      .act = "hold.confirm",
				      .list = d[i].list,
				      .subject = account,
				      .after = arena_fmt(u->arena, "%lld", (long long)d[i].hold) });
	}
	return rc;
}

enum rc person_address_confirm(struct unit *u, const char *token, const char *from,
			       struct address_pending *r, size_t *posted_r)
{
	struct actor was = u->actor;
	enum rc rc = pending(u, token, false, r);

	*posted_r = 0;
	if (rc == RC_OK && from != NULL && !slice_ieq(slice_of(from), slice_of(r->addr)))
		return RC_DENIED;
	if (rc == RC_OK)
		rc = pending(u, token, true, r);
	if (rc != RC_OK)
		return rc;
	u->actor.account = r->account;
	rc = person_address_add(u, r->account, r->addr);
	if (rc == RC_OK)
		rc = person_waiting(u, r->account, r->addr, 0, posted_r);
	u->actor = was;
	return rc;
}

/* The old address hears of it: whoever took over a session cannot do it unseen. */
static enum rc primary_tell(struct unit *u, const char *before, const char *addr)
{
	return notice_send(
		u,
		&(struct notice_new){
			.kind = "address-primary",
			.addr = before,
			.account = u->actor.account,
			.locale = u->actor.locale,
			.subject = tr("Your main address has changed"),
			.body = arena_fmt(
				u->arena,
				tr("Good day, %s:\n\nThe main address of your account is %s now. What "
				   "is not about one group goes there. If it was not you, write to the "
				   "owners of one of your groups.\n"),
				u->actor.name, addr) },
		NULL);
}

enum rc person_address_primary(struct unit *u, const char *addr)
{
	const char *clean = addr_clean(u->arena, addr), *before = "";
	enum rc rc = clean && u->actor.account
			     ? address_primary_write(u->db, u->arena, u->actor.account, clean,
						     &before)
			     : RC_NOTFOUND;

	if (rc != RC_OK || strcmp(before, clean) == 0)
		return rc;
	rc = audit(u, &(struct audit_entry){ .act = "address.primary",
					     .subject = u->actor.account,
					     .before = before,
					     .after = clean });
	return rc == RC_OK && *before != '\0' ? primary_tell(u, before, clean) : rc;
}

enum rc person_address_remove(struct unit *u, const char *addr)
{
	const char *clean = addr_clean(u->arena, addr);
	enum rc rc = clean && u->actor.account
			     ? address_remove_write(u->db, u->arena, u->actor.account, clean)
			     : RC_NOTFOUND;

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "address.remove",
					       .subject = u->actor.account,
					       .before = clean });
}

enum rc person_deliver_to(struct unit *u, const char *list, const char *addr)
{
	int64_t id;
	enum rc rc = u->actor.account
			     ? subscription_address_write(u->db, u->arena, u->actor.account, list,
							  addr, &id)
			     : RC_DENIED;

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "subscription.address",
					       .list = id,
					       .subject = u->actor.account,
					       .after = addr });
}
