/* SPDX-License-Identifier: Apache-2.0 */
/* See erase.h. The work itself is one function of the schema, which may what no program may. */
#include "server/core/audit.h"
#include "server/core/erase.h"
#include "server/core/house.h"
#include "server/core/notice.h"
#include "server/core/owner.h"
#include "server/core/person.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/store/erase.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define PURPOSE    "keep"
#define TOKEN_BITS 120
#define ERASE_LOCK ((enum house_lock)40) /* apart from those of house.h */
#define DUE_USEC   (USEC / 2)		   /* at a time: others wait for cabildod too */

enum rc erase_pending(struct unit *u, int64_t *at_r)
{
	*at_r = 0;
	return u->actor.account ? closing_read(u->db, u->arena, u->actor.account, at_r) : RC_DENIED;
}

static enum rc asked_tell(struct unit *u, int64_t at, const char *token)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b,
		tr("Good day, %1$s:\n\nYour account ends on %2$s, as you asked. Until then nothing "
		   "changes. After that your name and addresses are found nowhere here; what you "
		   "wrote stays in its threads under a number.\n\n"),
		u->actor.name, tr_date_day(u->arena, at, u->actor.utc_offset));
	if (*u->conf->base_url != '\0')
		str_fmt(&b, tr("To keep it, open this page and press its button:\n\n%s/c/%s\n\nIf you "
			       "did not ask for this, do so, and choose another password.\n"),
			u->conf->base_url, token);
	return notice_send(u,
			   &(struct notice_new){ .kind = "account-closing",
						 .addr = u->actor.addr,
						 .account = u->actor.account,
						 .locale = u->actor.locale,
						 .subject = tr("Your account ends"),
						 .body = str_z(&b) },
			   NULL);
}

enum rc erase_ask(struct unit *u, struct owned **r, size_t *n_r)
{
	char *token = rnd_token(u->arena, TOKEN_BITS);
	unsigned char hash[HASH_BYTES];
	int64_t at = 0;
	enum rc rc = u->actor.account ? owner_only_of(u, u->actor.account, r, n_r) : RC_DENIED;

	if (rc == RC_OK && *n_r > 0)
		return RC_CONFLICT;
	if (rc == RC_OK)
		rc = closing_write(u->db, u->arena, u->actor.account, ERASE_DAYS, &at);
	if (rc != RC_OK)
		return rc;
	hash_bytes(token, strlen(token), hash);
	rc = token_write(u->db, hash, PURPOSE, u->actor.account, "", ERASE_DAYS * 24 * 60);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "account.closing",
						     .subject = u->actor.account });
	return rc == RC_OK ? asked_tell(u, at, token) : rc;
}

static enum rc cancel(struct unit *u, int64_t account)
{
	enum rc rc = closing_undo_write(u->db, u->arena, account);

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.keep", .subject = account });
}

enum rc erase_cancel(struct unit *u)
{
	return u->actor.account ? cancel(u, u->actor.account) : RC_DENIED;
}

enum rc erase_keep_peek(struct unit *u, const char *token, const char **name_r)
{
	struct person_row p;
	const char *data;
	enum rc rc = token_person(u, token, PURPOSE, false, &p, &data);

	if (rc == RC_OK)
		*name_r = p.name;
	return rc;
}

enum rc erase_keep(struct unit *u, const char *token)
{
	struct actor was = u->actor;
	const char *data;
	int64_t account;
	enum rc rc;

	rc = token_find(u, token, PURPOSE, true, &account, &data);
	if (rc != RC_OK)
		return rc;
	u->actor.account = account;
	rc = cancel(u, account);
	u->actor = was;
	/* by the page of preferences already: as wanted */
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

static enum rc begin(struct unit *u, int64_t account, const char **who_r)
{
	enum rc rc = account_erase_write(u->db, u->arena, account, who_r);

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.erase", .subject = account });
}

/* One transaction of it, under the lock. *account_r 0: there is nobody. */
static enum rc due_step(struct unit *u, int64_t *account_r, bool *more_r)
{
	bool begun = false;
	const char *who;
	enum rc rc = house_begin(u, ERASE_LOCK);

	*account_r = 0;
	*more_r = false;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = closing_due_read(u->db, u->arena, account_r, &begun);
	if (rc == RC_OK && begun)
		rc = account_erase_step(u->db, u->arena, *account_r, more_r);
	else if (rc == RC_OK) {
		rc = begin(u, *account_r, &who);
		*more_r = rc == RC_OK;
	}
	if (rc == RC_CONFLICT)
		log_info("event=erase_waits account=%lld why=only-owner", (long long)*account_r);
	/* who is the only owner waits another day: that is written too */
	if (rc == RC_CONFLICT || rc == RC_NOTFOUND)
		*account_r = 0;
	if (rc == RC_OK || rc == RC_CONFLICT || rc == RC_NOTFOUND)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

enum rc erase_due(struct unit *u, int64_t *n_r)
{
	int64_t until = clock_mono() + DUE_USEC, account;
	bool more = true;
	enum rc rc = RC_OK;

	*n_r = 0;
	while (rc == RC_OK && more && clock_mono() < until) {
		rc = due_step(u, &account, &more);
		*n_r += rc == RC_OK && account != 0 && !more;
	}
	return rc;
}

enum rc erase_now(struct unit *u, const char *addr, const char **who_r)
{
	struct notice_person p;
	bool more = true;
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = notice_person_read(u, addr, "", &p);
	if (rc == RC_OK && p.account == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		rc = begin(u, p.account, who_r);
	while (rc == RC_OK && more) {
		rc = unit_commit(u);
		if (rc == RC_OK)
			rc = unit_begin_rw(u);
		if (rc == RC_OK)
			rc = account_erase_step(u->db, u->arena, p.account, &more);
	}
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}
