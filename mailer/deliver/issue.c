/* SPDX-License-Identifier: Apache-2.0 */
/* See issue.h. */
#include "mailer/compose/compose.h"
#include "mailer/deliver/bundle.h"
#include "mailer/deliver/issue.h"
#include "server/core/address.h"
#include "server/digest/issue.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define ISSUE_CAP ((size_t)32 << 20)

static void list_of(struct unit *u, const struct digest_issue *i, const struct digest *d,
		    struct compose_list *l)
{
	*l = (struct compose_list){ .local = i->list,
				    .domain = i->domain,
				    .title = i->one ? i->title : d->site,
				    .list_id = i->listid,
				    .archive_url = "",
				    .lang = d->lang,
				    .no_post = !i->one,
				    .tag = "",
				    .digest = true };
	if (*u->conf->base_url != '\0' && i->one)
		l->archive_url = arena_fmt(u->arena, "%s/g/%s", u->conf->base_url, i->list);
}

/* The same with every message whole, for those who chose that. */
static enum rc whole_fill(struct unit *u, const struct digest_issue *i, const struct digest *d,
			  struct compose_notice *n)
{
	struct compose_whole *w;
	size_t count, left;
	struct slice table;
	enum rc rc = bundle_load(u, i->id, &w, &count, &left);

	if (rc != RC_OK || count == 0)
		return rc;
	tr_set(d->lang);
	table = bundle_table(u->arena, d, left);
	n->html = SLICE("");
	if (strcmp(i->form, "plain") == 0) {
		n->text = whole_text(u->arena, table, n->subject, w, count);
		return RC_OK;
	}
	n->text = table;
	n->whole = w;
	n->nwhole = count;
	return RC_OK;
}

enum rc issue_compose(struct unit *u, struct job *j, struct transport_msg *m_r)
{
	struct digest d;
	struct digest_issue i;
	struct compose_list list;
	struct compose_copy copy = { .unsub_mailto = "", .unsub_url = "", .footer = "" };
	struct compose_notice n;
	struct str out;
	enum rc rc = digest_fill(u, j->digest, 0, DIGEST_MAIL, &i, &d);

	if (rc == RC_OK && *j->addr == '\0')
		j->addr = i.addr;
	if (rc == RC_OK && (*j->addr == '\0' || *i.list == '\0'))
		rc = RC_NOTFOUND;
	if (rc != RC_OK)
		return rc;
	list_of(u, &i, &d, &list);
	copy.rcpt = j->addr;
	copy.sender = address_verp(u->arena, u->keys, u->conf->recipient_delimiter, i.list, i.domain,
				   i.subscription);
	if (strncmp(d.stop, "https:", 6) == 0)
		copy.unsub_url = d.stop;
	n = (struct compose_notice){ .from_name = list.title,
				     .from_addr = arena_fmt(u->arena, "%s%s@%s", i.list,
							    i.one ? "" : "-request", i.domain),
				     .to_name = i.name,
				     .to_addr = j->addr,
				     .reply_to = i.reply,
				     .subject = digest_subject(u->arena, &d),
				     .msgid = i.msgid,
				     .date = clock_now(),
				     .lang = d.lang,
				     .in_reply_to = "",
				     .original = SLICE(""),
				     .list = &list,
				     .copy = &copy };
	digest_mail(u->arena, &d, &n.text, &n.html);
	if (i.one)
		copy.unsub_mailto = address_leave(u->arena, u->keys, u->conf->recipient_delimiter,
						  i.list, i.domain, i.subscription);
	if (strcmp(i.form, "summary") != 0)
		rc = whole_fill(u, &i, &d, &n);
	if (rc != RC_OK)
		return rc;
	str_init(&out, u->arena, ISSUE_CAP);
	rc = compose_notice(&n, &out);
	m_r->from = copy.sender;
	m_r->piece[0] = str_slice(&out);
	m_r->envid = arena_fmt(u->arena, "d%lld.%lld", (long long)j->digest, (long long)j->id);
	return rc;
}
