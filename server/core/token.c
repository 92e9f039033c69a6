/* SPDX-License-Identifier: Apache-2.0 */
/* See token.h. */
#include "server/core/token.h"
#include "server/store/account.h"

#include "server/base/base.h"

enum rc token_kind(struct unit *u, const char *token, enum token_kind *r)
{
	static const char *const purposes[TOKEN_KINDS] = {
		[TOKEN_COMMAND] = "command", [TOKEN_ADDRESS] = "address", [TOKEN_CLAIM] = "claim",
		[TOKEN_KEEP] = "keep",	     [TOKEN_POST] = "hold",
	};
	unsigned char hash[HASH_BYTES];
	const char *purpose;
	enum rc rc;

	hash_bytes(token, strlen(token), hash);
	rc = token_purpose_read(u->db, u->arena, hash, &purpose);
	if (rc != RC_OK)
		return rc;
	for (*r = 0; *r < TOKEN_KINDS; (*r)++)
		if (strcmp(purposes[*r], purpose) == 0)
			return RC_OK;
	return RC_NOTFOUND;
}

enum rc token_find(struct unit *u, const char *token, const char *purpose, bool use,
		   int64_t *account_r, const char **data_r)
{
	unsigned char hash[HASH_BYTES];

	hash_bytes(token, strlen(token), hash);
	return token_read(u->db, u->arena, hash, purpose, use, account_r, data_r);
}

enum rc token_person(struct unit *u, const char *token, const char *purpose, bool use,
		     struct person_row *p_r, const char **data_r)
{
	int64_t account;
	enum rc rc = token_find(u, token, purpose, use, &account, data_r);

	return rc == RC_OK ? person_read(u->db, u->arena, account, p_r) : rc;
}
