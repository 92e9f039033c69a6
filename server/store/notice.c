/* SPDX-License-Identifier: Apache-2.0 */
/* See notice.h. */
#include "server/db/db.h"
#include "server/store/notice.h"

#include "server/base/base.h"

enum rc notice_write(struct db *db, const struct notice_row *n)
{
	return db_run(db, NULL, STMT_NOTICE_ADD, NULL, db_text(n->kind), db_text(n->addr),
		      db_id(n->account), db_text(n->locale), db_text(n->subject), db_text(n->body),
		      db_id(n->list), db_text(n->in_reply_to), db_text(n->refs),
		      db_text(n->reply_to), db_id(n->raw), db_text(n->msgid),
		      db_text(n->from_name));
}

enum rc notice_sent_write(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
			  int every, int burst, bool *pass_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_NOTICE_SENT, &q, db_bytes(hash, HASH_BYTES),
			    db_i64(every), db_i64(burst));

	*pass_r = rc == RC_OK && db_nrows(q) == 1;
	return rc;
}

static struct notice_person_row person_of(const struct db_rows *q, size_t i)
{
	return (struct notice_person_row){ .account = db_get_i64(q, i, 0),
					   .addr = db_get_text(q, i, 1),
					   .name = db_get_text(q, i, 2),
					   .locale = db_get_text(q, i, 3),
					   .suspended = db_get_bool(q, i, 4) };
}

enum rc notice_addr_read(struct db *db, struct arena *a, const char *addr,
			 struct notice_person_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_NOTICE_ADDR, &q, db_text(addr));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = person_of(q, 0);
	return RC_OK;
}

enum rc notice_owners_rows(struct db *db, struct arena *a, int64_t list, bool moderators,
			   struct notice_person_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_NOTICE_OWNERS, &q, db_i64(list), db_bool(moderators));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct notice_person_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = person_of(q, i);
	return RC_OK;
}
