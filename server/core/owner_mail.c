/* SPDX-License-Identifier: Apache-2.0 */
/* See owner_mail.h. */
#include "server/core/audit.h"
#include "server/core/notice.h"
#include "server/core/owner_mail.h"
#include "server/store/moderate.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define REFS_LOOKED_AT 50
#define QUOTE_BYTES    ((size_t)8 << 10)
#define BODY_BYTES     ((size_t)256 << 10)
#define CENTRAL_AMERICA (-360) /* minutes; of who asks nothing else is known */

/* ---- in ---- */

/* The id of an answer of ours: "owner.HOLD@DOMAIN". */
static const char *answer_id(struct unit *u, int64_t hold, const char *domain)
{
	return arena_fmt(u->arena, "owner.%lld@%s", (long long)hold, domain);
}

static bool answer_hold(const char *id, const char *domain, int64_t *hold_r)
{
	struct slice rest = slice_of(id), num;

	if (!slice_starts(rest, "owner."))
		return false;
	rest = slice_make(rest.p + 6, rest.n - 6);
	return slice_cut(&rest, '@', &num) && slice_i64(num, 1, INT64_MAX, hold_r) &&
	       slice_ieqz(rest, domain);
}

enum rc owner_mail_place(struct unit *u, const struct list_ref *l, struct submission *s)
{
	size_t from = s->nrefs > REFS_LOOKED_AT ? s->nrefs - REFS_LOOKED_AT : 0, n = 0;
	int64_t *holds = ARENA_ARRAY(u->arena, s->nrefs - from + 1, int64_t);

	s->hold_kind = OWNER_MAIL;
	s->conversation = 0;
	if (s->nrefs == 0 || *s->author_addr == '\0')
		return RC_OK;
	for (size_t i = from; i < s->nrefs; i++)
		n += answer_hold(s->refs[i], l->mail_domain, &holds[n]);
	return owner_mail_find_read(u->db, u->arena, l->id, s->author_addr, s->refs + from,
				    s->nrefs - from, holds, n, &s->conversation);
}

enum rc owner_mail_read(struct unit *u, int64_t hold, struct owner_mail_row **r, size_t *n_r)
{
	return owner_mail_rows_read(u->db, u->arena, hold, r, n_r);
}

/* ---- out ---- */

/* The answer, and below it what it answers. */
static const char *answer_body(struct unit *u, const struct held *h, int utc_offset)
{
	struct slice rest = utf8_clip(h->body, QUOTE_BYTES), line;
	struct str b;

	str_init(&b, u->arena, BODY_BYTES);
	str_fmt(&b, "%s\n\n", h->why);
	/* TRANSLATORS: above a quoted text: when, who */
	str_fmt(&b, tr("On %s, %s wrote:\n"), tr_date_row(u->arena, h->held_at, utc_offset),
		h->author_name);
	while (slice_line(&rest, &line))
		str_fmt(&b, "> %.*s\n", (int)line.n, line.p);
	return str_z(&b);
}

/* All that was said before, so that any mail program threads. */
static enum rc refs_of(struct unit *u, const struct held_due *d, const struct list_ref *l,
		       const char ***refs_r, size_t *n_r)
{
	struct owner_mail_row *row;
	size_t n;
	enum rc rc = owner_mail_rows_read(u->db, u->arena, d->id, &row, &n);

	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*refs_r = ARENA_ARRAY(u->arena, 2 * n + 1, const char *);
	for (size_t i = 0; i < n && row[i].hold < d->id; i++) {
		if (*row[i].msgid != '\0')
			(*refs_r)[(*n_r)++] = row[i].msgid;
		if (row[i].done && *row[i].why != '\0')
			(*refs_r)[(*n_r)++] = answer_id(u, row[i].hold, l->mail_domain);
	}
	return RC_OK;
}

static enum rc answer_send(struct unit *u, const struct held_due *d, const struct list_ref *l)
{
	const char *was = arena_strdup(u->arena, tr_lang()), **refs, *subject;
	struct notice_person p;
	struct held h;
	size_t nrefs;
	bool reply;
	enum rc rc = held_read(u->db, u->arena, (struct reader){ 0, true }, d->id, &h);

	if (rc == RC_OK)
		rc = notice_person_read(u, d->author_addr, h.locale, &p);
	if (rc == RC_OK)
		rc = refs_of(u, d, l, &refs, &nrefs);
	if (rc != RC_OK || p.suspended)
		return rc;
	tr_set(p.locale);
	reply = slice_istarts(slice_of(d->subject), "re:");
	subject = arena_fmt(u->arena, "%s%s", reply ? "" : "Re: ",
			    *d->subject ? d->subject : tr("(no subject)"));
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = "owner-answer",
			.addr = d->author_addr,
			.account = p.account,
			.list = l->id,
			.locale = p.locale,
			.subject = subject,
			.body = answer_body(u, &h, CENTRAL_AMERICA),
			.in_reply_to = d->msgid,
			.refs = refs,
			.nrefs = nrefs,
			.msgid = answer_id(u, d->id, l->mail_domain),
			/* TRANSLATORS: in From: person, for those who run the group */
			.from_name = *h.decider ? arena_fmt(u->arena, tr("%s, for those who run %s"),
							    h.decider, d->list_title)
						: arena_fmt(u->arena, tr("Those who run %s"),
							    d->list_title) },
		NULL);
	tr_set(was);
	return rc;
}

enum rc owner_mail_carry(struct unit *u, const struct held_due *d, const struct list_ref *l)
{
	int64_t *closed;
	size_t n = 0;
	enum rc rc;

	if (strcmp(d->decision, "return") != 0)
		return RC_OK;
	rc = answer_send(u, d, l);
	if (rc == RC_OK)
		rc = owner_mail_close_write(u->db, u->arena, d->id, &closed, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = audit(u, &(struct audit_entry){
				      .act = "hold.answered",
				      .list = d->list,
				      .subject = d->account,
				      .after = arena_fmt(u->arena, "hold %lld, with hold %lld",
							 (long long)closed[i], (long long)d->id) });
	return rc;
}
