/* SPDX-License-Identifier: Apache-2.0 */
/* See notice.h. */
#include "mailer/compose/compose.h"
#include "mailer/deliver/notice.h"
#include "server/core/address.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* "cTOKEN" is LIST+cTOKEN@, "-leave" is LIST-leave@. */
static const char *reply_to(struct unit *u, const struct queue_notice *q)
{
	if (strchr(q->reply_to, '@') != NULL)
		return q->reply_to; /* of who wrote to those who run the group */
	if (*q->list == '\0' || *q->reply_to == '\0')
		return "";
	return arena_fmt(u->arena, "%s%s%s@%s", q->list,
			 q->reply_to[0] == '-' ? "" : u->conf->recipient_delimiter, q->reply_to,
			 q->domain);
}

enum rc notice_compose(struct unit *u, const struct job *j, struct transport_msg *m_r,
		       struct notice *notice_r)
{
	const struct conf *conf = u->conf;
	struct queue_notice q;
	struct compose_notice n;
	struct str out;
	enum rc rc = queue_notice_load(u->db, u->arena, j->notice, &q);

	if (rc != RC_OK)
		return rc;
	tr_set(q.locale);
	n = (struct compose_notice){ .from_name = *q.title ? q.title : "Cabildo",
				     .to_name = "",
				     .to_addr = q.addr,
				     .reply_to = reply_to(u, &q),
				     .subject = q.subject,
				     .text = slice_of(q.body),
				     .html = SLICE(""),
				     .date = clock_now(),
				     .lang = q.locale,
				     .in_reply_to = q.in_reply_to,
				     .refs = q.refs,
				     .nrefs = q.nrefs,
				     .original = q.original };
	/* an owner whose address leads back to us must not make a circle */
	if (strcmp(q.kind, "to-owner") == 0 || *q.from_name != '\0')
		n.loop = arena_fmt(u->arena, "%s-owner@%s", q.list, q.domain);
	else if (strcmp(q.kind, "to-site") == 0)
		n.loop = arena_fmt(u->arena, "postmaster@%s", conf->mail_domain);
	if (q.original_cut)
		n.text = slice_of(arena_fmt(
			u->arena,
			tr("%s\nYour message is larger than this group takes: its first %lld kB are "
			   "attached.\n"),
			q.body, (long long)(q.original.n / 1024)));
	n.from_addr = *q.list ? arena_fmt(u->arena, "%s-request@%s", q.list, q.domain)
			      : arena_fmt(u->arena, "no-reply@%s", conf->mail_domain);
	n.msgid = *q.msgid ? q.msgid
			   : arena_fmt(u->arena, "notice.%lld.%lld@%s", (long long)j->notice,
				       (long long)j->id, conf->mail_domain);
	if (*q.from_name != '\0' && *q.list != '\0') {
		n.person = true;
		n.from_name = q.from_name;
		n.from_addr = arena_fmt(u->arena, "%s-owner@%s", q.list, q.domain);
	}
	str_init(&out, u->arena, COMPOSE_CAP);
	rc = compose_notice(&n, &out);
	*notice_r = (struct notice){ .probe = q.probe, .invite = q.invite };
	/* what comes back to it says whether the address works again */
	m_r->from = n.person ? arena_fmt(u->arena, "%s-bounces@%s", q.list, q.domain)
		    : q.invite != 0 ? address_invite(u->arena, u->keys, conf->recipient_delimiter,
						     q.list, q.domain, q.invite)
		    : q.probe == 0 || *q.list == '\0'
			    ? ""
			    : address_probe(u->arena, u->keys, conf->recipient_delimiter, q.list,
					    q.domain, q.probe);
	m_r->piece[0] = str_slice(&out);
	return rc;
}
