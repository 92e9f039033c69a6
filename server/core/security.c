/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, passwords and the second step; see security.h. */
#include <liboath/oath.h>

#include "server/core/account.h"
#include "server/core/audit.h"
#include "server/core/notice.h"
#include "server/core/security.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/store/people.h"
#include "server/store/security.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define STEP_SECONDS   30
#define STEP_WINDOW    1 /* steps either way: clocks differ */
#define SECRET_BYTES   20
#define SEALED_MINUTES 30
#define FOR_EVER       (60 * 24 * 365 * 10) /* minutes */

static void text_hash(const char *text, unsigned char out_r[static HASH_BYTES])
{
	hash_bytes(text, strlen(text), out_r);
}

/* ---- devices ---- */

enum rc devices_load(struct unit *u, const char *secret, struct device **r, size_t *n_r)
{
	unsigned char hash[HASH_BYTES];

	text_hash(secret, hash);
	return devices_read(u->db, u->arena, u->actor.account, hash, r, n_r);
}

enum rc device_end(struct unit *u, const char *id)
{
	enum rc rc = u->actor.account ? device_delete(u->db, u->arena, u->actor.account, id)
				      : RC_DENIED;

	return rc == RC_OK ? audit(u, &(struct audit_entry){ .act = "account.device-end",
							      .subject = u->actor.account })
			   : rc;
}

enum rc devices_end_others(struct unit *u, const char *secret)
{
	unsigned char hash[HASH_BYTES];
	enum rc rc;

	text_hash(secret, hash);
	rc = u->actor.account ? devices_delete(u->db, u->actor.account, hash) : RC_DENIED;
	return rc == RC_OK ? audit(u, &(struct audit_entry){ .act = "account.devices-end",
							      .subject = u->actor.account })
			   : rc;
}

enum rc safety_load(struct unit *u, const char *secret, struct safety *r)
{
	unsigned char hash[HASH_BYTES];
	struct safety_row row;
	enum rc rc;

	text_hash(secret, hash);
	rc = safety_read(u->db, u->arena, u->actor.account, hash, FRESH_MINUTES, &row);
	if (rc == RC_OK)
		*r = (struct safety){ *row.password_hash != '\0', row.fresh, *row.sealed != '\0',
				      row.codes };
	return rc;
}

/* ---- the password ---- */

/* They are told, wherever it was done: it may not have been them. */
static enum rc tell(struct unit *u, const char *subject, const char *body)
{
	const char *back = tr_lang();
	enum rc rc;

	tr_set(u->actor.locale);
	rc = notice_send(u,
			 &(struct notice_new){ .kind = "security",
					       .addr = u->actor.addr,
					       .account = u->actor.account,
					       .locale = u->actor.locale,
					       .subject = tr(subject),
					       .body = arena_fmt(u->arena, tr(body), u->actor.name,
								 u->conf->base_url) },
			 NULL);
	tr_set(back);
	return rc;
}

enum rc password_change(struct unit *u, const char *secret, const char *client, const char *before,
			const char *after)
{
	size_t n = utf8_width(slice_of(after));
	struct safety s;
	int64_t account = 0;
	enum rc rc = safety_load(u, secret, &s);

	if (rc != RC_OK)
		return rc;
	if (n < PASSWORD_MIN || strlen(after) > PASSWORD_MAX)
		return RC_INVALID;
	if (s.has_password && !s.fresh) {
		rc = signin_password(u, client, u->actor.addr, before ? before : "", &account);
		if (rc != RC_OK)
			return rc;
	}
	rc = account_password_set(u, u->actor.addr, after);
	if (rc == RC_OK)
		rc = devices_end_others(u, secret);
	return rc == RC_OK ? tell(u, N_("Your password was changed"),
				  N_("Good day, %s:\n\nYour password for %s was changed just now, and the "
				     "other devices were signed out. If it was you, there is nothing to "
				     "do. If it was not, ask for a link to sign in and set another one.\n"))
			   : rc;
}

enum rc password_reset(struct unit *u, const char *addr, const char *password)
{
	struct account_row acc;
	int64_t n;
	enum rc rc = account_password_set(u, addr, password);

	if (rc == RC_OK)
		rc = account_read(u->db, u->arena, slice_lower(u->arena, slice_trim(slice_of(addr))), &acc);
	return rc == RC_OK ? people_signout_write(u->db, u->arena, acc.id, &n) : rc;
}

/* ---- the second step ---- */

/* RC_OK and the step it is of; RC_DENIED. A step that was used is over (RFC 6238, 5.2). */
static enum rc code_check(const char *secret, size_t n, const char *code, int64_t after,
			  int64_t *step_r)
{
	int64_t now = clock_now() / 1000000;
	int at = 0;

	if (oath_init() != OATH_OK)
		log_panic("event=oath_init");
	if (oath_totp_validate2(secret, n, (time_t)now, STEP_SECONDS, 0, STEP_WINDOW, &at, code) < 0)
		return RC_DENIED;
	*step_r = now / STEP_SECONDS + at;
	return *step_r > after ? RC_OK : RC_DENIED;
}

/* The six digits or the recovery code without what people type between. */
static const char *code_clean(struct unit *u, const char *code)
{
	char *out = arena_strdup(u->arena, code), *to = out;

	for (const char *at = out; *at != '\0'; at++)
		if (*at != ' ' && *at != '-' && *at != '\t')
			*to++ = (char)(*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at);
	*to = '\0';
	return out;
}

static bool is_digits(const char *code)
{
	return strlen(code) == 6 && strspn(code, "0123456789") == 6;
}

enum rc second_begin(struct unit *u, struct second_new *r)
{
	unsigned char bytes[SECRET_BYTES];
	char *base32 = NULL;
	size_t n;
	struct str s;

	if (u->actor.account == 0)
		return RC_DENIED;
	rnd_bytes(bytes, sizeof(bytes));
	if (oath_base32_encode((const char *)bytes, sizeof(bytes), &base32, &n) != OATH_OK)
		log_panic("event=oath_base32");
	str_init(&s, u->arena, 100);
	for (size_t i = 0; i < n && base32[i] != '='; i++) {
		if (i > 0 && i % 4 == 0)
			str_addz(&s, " ");
		str_add(&s, &base32[i], 1);
	}
	r->shown = str_z(&s);
	r->sealed = secret_seal(u->keys, u->arena, "second-step",
				slice_of(arena_fmt(u->arena, "%lld %lld %.*s",
						   (long long)u->actor.account,
						   (long long)(clock_now() / 1000000),
						   (int)strcspn(base32, "="), base32)));
	free(base32);
	return RC_OK;
}

/* The secret's bytes; RC_INVALID: not of this person or too old. */
static enum rc sealed_open(struct unit *u, int64_t account, const char *sealed, bool young,
			   char **bytes_r, size_t *n_r)
{
	struct slice rest, word;
	int64_t whose, when;
	char *text, *raw = NULL;
	enum rc rc = secret_open(u->keys, u->arena, "second-step", sealed, &text);

	if (rc != RC_OK)
		return rc;
	rest = slice_of(text);
	slice_cut(&rest, ' ', &word);
	if (!slice_i64(word, 1, INT64_MAX, &whose) || whose != account)
		return RC_INVALID;
	slice_cut(&rest, ' ', &word);
	if (!slice_i64(word, 1, INT64_MAX, &when) ||
	    (young && when < clock_now() / 1000000 - SEALED_MINUTES * 60))
		return RC_INVALID;
	if (oath_base32_decode(rest.p, rest.n, &raw, n_r) != OATH_OK)
		return RC_INVALID;
	*bytes_r = arena_memdup(u->arena, raw, *n_r);
	free(raw);
	return RC_OK;
}

static enum rc codes_make(struct unit *u, const char **codes_r)
{
	unsigned char hash[HASH_BYTES];
	enum rc rc = recovery_delete(u->db, u->actor.account);

	for (size_t i = 0; rc == RC_OK && i < RECOVERY_CODES; i++) {
		const char *code = rnd_token(u->arena, 80);

		text_hash(code, hash);
		rc = token_write(u->db, hash, "recovery", u->actor.account, "", FOR_EVER);
		codes_r[i] = arena_fmt(u->arena, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8,
				       code + 12);
	}
	return rc;
}

enum rc second_confirm(struct unit *u, const char *secret, const char *sealed, const char *code,
		       const char **codes_r)
{
	char *bytes;
	int64_t step;
	size_t n;
	enum rc rc;

	if (u->actor.account == 0)
		return RC_DENIED;
	rc = sealed_open(u, u->actor.account, sealed, true, &bytes, &n);
	if (rc == RC_OK && code_check(bytes, n, code_clean(u, code), 0, &step) != RC_OK)
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = second_write(u->db, u->actor.account, sealed, step);
	if (rc == RC_OK)
		rc = codes_make(u, codes_r);
	if (rc == RC_OK)
		rc = devices_end_others(u, secret);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = "account.second-step",
						     .subject = u->actor.account,
						     .after = "on" });
	return rc == RC_OK ? tell(u, N_("A second step protects your account"),
				  N_("Good day, %s:\n\nFrom now on, signing in at %s asks for a code of your "
				     "telephone. If it was not you who wanted this, write to whoever runs "
				     "the site.\n"))
			   : rc;
}

/* One code, of either kind, tried at most SIGNIN_TRIES times in 15 minutes. */
static enum rc code_use(struct unit *u, const char *client, int64_t account, const char *code)
{
	unsigned char by_account[HASH_BYTES], by_client[HASH_BYTES], hash[HASH_BYTES];
	struct second_row row;
	const char *data, *clean = code_clean(u, code);
	bool stopped, place;
	int64_t step, whose = 0;
	char *bytes;
	size_t n;
	enum rc rc;

	text_hash(arena_fmt(u->arena, "code %lld", (long long)account), by_account);
	signin_client(u, "client", client, by_client);
	rc = signin_gate_read(u->db, u->arena, by_account, by_client, SIGNIN_TRIES,
			      SIGNIN_TRIES_CLIENT, &stopped, &place);
	if (rc == RC_OK && stopped)
		rc = RC_LIMIT;
	if (rc == RC_OK)
		rc = second_read(u->db, u->arena, account, &row);
	if (rc != RC_OK)
		return rc;
	if (is_digits(clean)) {
		rc = sealed_open(u, account, row.sealed, false, &bytes, &n);
		if (rc == RC_OK)
			rc = code_check(bytes, n, clean, row.step, &step);
		if (rc == RC_OK)
			return second_step_write(u->db, u->arena, account, step);
	} else {
		text_hash(clean, hash);
		rc = token_read(u->db, u->arena, hash, "recovery", true, &whose, &data);
		if (rc == RC_OK && whose == account)
			return RC_OK;
	}
	if (rc == RC_TEMPFAIL)
		return rc;
	rc = signin_failed_write(u->db, by_account, by_client);
	return rc == RC_OK ? RC_DENIED : rc;
}

static enum rc second_end(struct unit *u, int64_t account)
{
	enum rc rc = second_write(u->db, account, NULL, 0);

	if (rc == RC_OK)
		rc = recovery_delete(u->db, account);
	return rc == RC_OK ? audit(u, &(struct audit_entry){ .act = "account.second-step",
							      .subject = account,
							      .after = "off" })
			   : rc;
}

enum rc second_off(struct unit *u, const char *client, const char *code)
{
	enum rc rc = u->actor.account ? code_use(u, client, u->actor.account, code) : RC_DENIED;

	if (rc == RC_OK)
		rc = second_end(u, u->actor.account);
	return rc == RC_OK ? tell(u, N_("The second step is off"),
				  N_("Good day, %s:\n\nFrom now on, signing in at %s asks for no code. If it "
				     "was not you who wanted this, set another password and put the second "
				     "step back.\n"))
			   : rc;
}

enum rc second_off_for(struct unit *u, const char *addr)
{
	struct account_row acc;
	enum rc rc = account_read(u->db, u->arena,
				  slice_lower(u->arena, slice_trim(slice_of(addr))), &acc);

	return rc == RC_OK ? second_end(u, acc.id) : rc;
}

/* ---- at the sign-in ---- */

enum rc second_ask(struct unit *u, int64_t account, const char *next, const char **token_r)
{
	unsigned char hash[HASH_BYTES];
	struct second_row row;
	enum rc rc = second_read(u->db, u->arena, account, &row);

	*token_r = NULL;
	if (rc != RC_OK || *row.sealed == '\0')
		return rc;
	*token_r = rnd_token(u->arena, 160);
	text_hash(*token_r, hash);
	return token_write(u->db, hash, "second", account, next, SECOND_MINUTES);
}

enum rc second_answer(struct unit *u, const char *client, const char *token, const char *code,
		      int64_t *account_r, const char **next_r)
{
	enum rc rc;

	rc = token_find(u, token, "second", false, account_r, next_r);
	if (rc == RC_OK)
		rc = code_use(u, client, *account_r, code);
	return rc == RC_OK ? token_find(u, token, "second", true, account_r, next_r)
			   : rc;
}
