/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and the person's own settings; see account.h. */
#include <arpa/inet.h>

#include "server/core/account.h"
#include "server/core/audit.h"
#include "server/core/bounce.h"
#include "server/core/notice.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/store/admin.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* A hash of nothing anybody has: an unknown address costs the same time. */
#define NO_PASSWORD                                                                                \
	"$argon2id$v=19$m=19456,t=2,p=1$PTEUJLEPnJjGZwmejAdlXQ$"                                   \
	"x9rnaCy7L6ueVULpWYoV4S8ay9NCTSxpn0vVjIXHPm8"

static void secret_hash(const char *secret, unsigned char out_r[static HASH_BYTES])
{
	hash_bytes(secret, strlen(secret), out_r);
}

enum rc session_load(struct unit *u, const char *secret)
{
	unsigned char hash[HASH_BYTES];
	struct session_row r;
	enum rc rc;

	secret_hash(secret, hash);
	rc = session_read(u->db, u->arena, hash, &r);
	if (rc == RC_OK)
		u->actor = (struct actor){ r.account, r.name,      r.addr,       r.locale,
					   r.theme,   r.time_zone, r.utc_offset, r.admin,
					   r.moderates, r.held };
	return rc;
}

enum rc session_open(struct unit *u, int64_t account, const char *device, const char **secret_r)
{
	unsigned char hash[HASH_BYTES];

	*secret_r = rnd_token(u->arena, 240);
	secret_hash(*secret_r, hash);
	return session_write(u->db, hash, account, SESSION_DAYS,
			     slice_dup(u->arena, utf8_clip(slice_of(device), 200)));
}

enum rc session_close(struct unit *u, const char *secret)
{
	unsigned char hash[HASH_BYTES];

	secret_hash(secret, hash);
	return session_delete(u->db, hash);
}

static char *addr_fold(struct unit *u, const char *addr)
{
	return slice_lower(u->arena, slice_trim(slice_of(addr)));
}

/* Who has one address of IPv6 has 2^64 of them (RFC 6177): their network counts. */
void signin_client(struct unit *u, const char *kind, const char *client, unsigned char out_r[static HASH_BYTES])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned char ip[16];
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, client, ip) == 1) {
		if (memcmp(ip, mapped, sizeof(mapped)) == 0)
			client = inet_ntop(AF_INET, ip + 12, text, sizeof(text));
		else
			memset(ip + 8, 0, 8);
		if (client != text)
			client = inet_ntop(AF_INET6, ip, text, sizeof(text));
	}
	secret_hash(arena_fmt(u->arena, "%s %s", kind, client), out_r);
}

enum rc signin_password(struct unit *u, const char *client, const char *addr,
			const char *password, int64_t *account_r)
{
	struct account_row acc = { .password_hash = "" };
	unsigned char by_addr[HASH_BYTES], by_client[HASH_BYTES];
	bool stopped, place, good;
	enum rc rc;

	secret_hash(arena_fmt(u->arena, "addr %s", addr_fold(u, addr)), by_addr);
	signin_client(u, "client", client, by_client);
	rc = signin_gate_read(u->db, u->arena, by_addr, by_client, SIGNIN_TRIES,
			      SIGNIN_TRIES_CLIENT, &stopped, &place);
	if (rc != RC_OK)
		return rc;
	if (stopped || !place)
		return stopped ? RC_LIMIT : RC_CONFLICT;
	rc = account_read(u->db, u->arena, addr_fold(u, addr), &acc);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	good = password_check(*acc.password_hash ? acc.password_hash : NO_PASSWORD, password);
	if (rc != RC_OK || *acc.password_hash == '\0' || !good) {
		rc = signin_failed_write(u->db, by_addr, by_client);
		return rc == RC_OK ? RC_DENIED : rc;
	}
	*account_r = acc.id;
	return signin_forgive_write(u->db, by_addr);
}

/* One @, a domain with a dot, no white space or control character. */
static bool addr_plain(const char *s)
{
	const char *at = strchr(s, '@');
	size_t n = strlen(s);

	if (at == NULL || at == s || strchr(at + 1, '@') != NULL || strchr(at, '.') == NULL || n > 254)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] >= 0x7f || strchr("<>,;:\"()", s[i]))
			return false;
	return at[1] != '.' && s[n - 1] != '.';
}

static enum rc remote_make(struct unit *u, const char *addr, int64_t *account_r)
{
	struct slice rest = slice_of(addr), local;
	int64_t address;
	enum rc rc;

	slice_cut(&rest, '@', &local);
	rc = account_write(u->db, u->arena, slice_dup(u->arena, utf8_clip(local, 150)), tr_lang(),
			   addr, NULL, 0, account_r, &address);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.create",
					       .subject = *account_r,
					       .after = addr,
					       .why = "REMOTE_USER" });
}

enum rc signin_remote(struct unit *u, const char *user, int64_t *account_r)
{
	bool create = strcmp(u->conf->remote_user, "create") == 0, verified = false;
	const char *addr = addr_fold(u, user);
	enum rc rc;

	if (!create && strcmp(u->conf->remote_user, "known") != 0)
		return RC_DENIED;
	if (!addr_plain(addr))
		return RC_INVALID;
	rc = account_verified_read(u->db, u->arena, addr, account_r, &verified);
	if (rc == RC_NOTFOUND && create)
		return remote_make(u, addr, account_r);
	if (rc != RC_OK || verified)
		return rc;
	if (!create)
		return RC_NOTFOUND;
	rc = address_verified_write(u->db, addr);
	return rc == RC_OK ? audit(u, &(struct audit_entry){ .act = "address.verify",
							     .subject = *account_r,
							     .after = addr,
							     .why = "REMOTE_USER" }) : rc;
}

enum rc signin_link_send(struct unit *u, const char *client, const char *addr, const char *next)
{
	const char *folded = addr_fold(u, addr), *token, *back;
	unsigned char hash[HASH_BYTES];
	struct account_row acc;
	bool enough = false;
	int64_t n = 0;
	enum rc rc;

	signin_client(u, "link", client, hash);
	rc = signin_link_count_write(u->db, u->arena, hash, &n);
	if (rc != RC_OK || n > SIGNIN_LINKS_CLIENT)
		return rc == RC_OK ? RC_LIMIT : rc;
	rc = account_read(u->db, u->arena, folded, &acc);
	if (rc == RC_NOTFOUND)
		return RC_OK;
	if (rc == RC_OK)
		rc = tokens_recent_read(u->db, u->arena, acc.id, "signin", &enough);
	if (rc != RC_OK || enough)
		return rc;
	token = rnd_token(u->arena, 160);
	secret_hash(token, hash);
	/* address and way back travel with the token; the first line is the address */
	rc = token_write(u->db, hash, "signin", acc.id,
			 arena_fmt(u->arena, "%s\n%s", folded, next ? next : ""), LINK_MINUTES);
	if (rc != RC_OK)
		return rc;
	back = tr_lang();
	tr_set(acc.locale);
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = "signin",
			.addr = folded,
			.account = acc.id,
			.locale = acc.locale,
			.subject = tr("Your link to sign in"),
			.body = arena_fmt(
				u->arena,
				tr("Good day, %s:\n\nThis link opens a page with one button that "
				   "signs you in. "
				   "It works once, for 30 minutes:\n\n%s/signin/%s\n\nIf you did "
				   "not ask for it, "
				   "there is nothing to do: without the button nothing happens.\n"),
				acc.name, u->conf->base_url, token) },
		NULL);
	tr_set(back);
	return rc;
}

enum rc signin_link_peek(struct unit *u, const char *token, const char **addr_r)
{
	struct slice rest, addr;
	const char *data;
	int64_t account;
	enum rc rc;

	rc = token_find(u, token, "signin", false, &account, &data);
	if (rc != RC_OK)
		return rc;
	rest = slice_of(data);
	slice_cut(&rest, '\n', &addr);
	*addr_r = slice_dup(u->arena, addr);
	return RC_OK;
}

enum rc signin_link_use(struct unit *u, const char *token, int64_t *account_r, const char **next_r)
{
	struct slice rest, addr;
	const char *data;
	enum rc rc;

	rc = token_find(u, token, "signin", true, account_r, &data);
	if (rc != RC_OK)
		return rc;
	rest = slice_of(data);
	slice_cut(&rest, '\n', &addr);
	*next_r = slice_dup(u->arena, rest);
	rc = address_verified_write(u->db, slice_dup(u->arena, addr));
	if (rc != RC_OK)
		return rc;
	/* the link arrived: so does mail */
	rc = bounce_return(u, slice_dup(u->arena, addr), *account_r, "sign-in");
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc account_preferences(struct unit *u, const char *locale, const char *theme)
{
	enum rc rc;

	if (u->actor.account == 0)
		return RC_DENIED;
	rc = account_prefs_write(u->db, u->actor.account, locale, theme);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.preferences",
					       .subject = u->actor.account,
					       .after = arena_fmt(u->arena, "%s %s",
								  locale ? locale : "-",
								  theme ? theme : "-") });
}

enum rc account_password_set(struct unit *u, const char *addr, const char *password)
{
	struct account_row acc;
	enum rc rc = account_read(u->db, u->arena, addr_fold(u, addr), &acc);

	if (rc == RC_OK)
		rc = account_password_write(u->db, acc.id, password_hash(u->arena, password));
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.password", .subject = acc.id });
}
