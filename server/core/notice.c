/* SPDX-License-Identifier: Apache-2.0 */
/* See notice.h. */
#include "server/core/notice.h"
#include "server/store/notice.h"

#include "server/base/base.h"

#define REFS_MAX 50

enum rc notice_may(struct unit *u, const char *addr, const char *cause, int every, int burst, bool *pass_r)
{
	unsigned char hash[HASH_BYTES];
	const char *text = arena_fmt(u->arena, "%s\n%s", addr, cause);

	hash_bytes(text, strlen(text), hash);
	return notice_sent_write(u->db, u->arena, hash, every, burst, pass_r);
}

/* The last ones: they are the nearest. */
static const char *refs_text(struct unit *u, const struct notice_new *n)
{
	size_t from = n->nrefs > REFS_MAX ? n->nrefs - REFS_MAX : 0;
	struct str s;

	str_init(&s, u->arena, 65536);
	for (size_t i = from; i < n->nrefs; i++)
		str_fmt(&s, "%s%s", i > from ? "\n" : "", n->refs[i]);
	return s.over ? "" : str_z(&s);
}

enum rc notice_send(struct unit *u, const struct notice_new *n, bool *sent_r)
{
	const char *addr = slice_lower(u->arena, slice_trim(slice_of(n->addr)));
	const char *at = strchr(addr, '@');
	bool pass = at != NULL && at != addr && at[1] != '\0' && strlen(addr) <= 254;
	enum rc rc = RC_OK;

	/* SMTPUTF8 and quoted local parts (RFC 5321 4.1.2): no mail of ours has them */
	for (const char *p = addr; *p; p++)
		pass &= *p > ' ' && *p < 127 && strchr("\"(),:;<>[]\\", *p) == NULL;
	pass &= at == strrchr(addr, '@');
	if (pass && n->cause != NULL)
		rc = notice_may(u, addr, n->cause, n->every ? n->every : NOTICE_DAY,
				n->burst ? n->burst : 1, &pass);
	if (sent_r != NULL)
		*sent_r = rc == RC_OK && pass;
	if (rc != RC_OK || !pass) {
		log_info("event=notice_not_sent kind=%s to=%s cause=%s", n->kind, log_q(addr),
			 n->cause ? log_q(n->cause) : "-");
		return rc;
	}
	return notice_write(u->db, &(struct notice_row){
					   .kind = n->kind,
					   .addr = addr,
					   .account = n->account,
					   .list = n->list,
					   .locale = n->locale,
					   .subject = n->subject,
					   .body = n->body,
					   .in_reply_to = n->in_reply_to ? n->in_reply_to : "",
					   .refs = refs_text(u, n),
					   .reply_to = n->reply_to ? n->reply_to : "",
					   .raw = n->raw_id,
					   .msgid = n->msgid ? n->msgid : "",
					   .from_name = n->from_name ? n->from_name : "" });
}

enum rc notice_person_read(struct unit *u, const char *addr, const char *locale,
			   struct notice_person *r)
{
	struct notice_person_row p;
	enum rc rc = notice_addr_read(u->db, u->arena, slice_lower(u->arena, slice_of(addr)), &p);

	*r = (struct notice_person){ .name = "", .locale = locale };
	if (rc == RC_OK)
		*r = (struct notice_person){ p.account, p.name, p.locale, p.suspended };
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc notice_owners_read(struct unit *u, int64_t list, bool moderators, struct notice_owner **r,
			   size_t *n_r)
{
	struct notice_person_row *p;
	enum rc rc = notice_owners_rows(u->db, u->arena, list, moderators, &p, n_r);

	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, *n_r, struct notice_owner);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct notice_owner){ p[i].account, p[i].addr, p[i].name, p[i].locale };
	return RC_OK;
}
