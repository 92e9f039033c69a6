/* SPDX-License-Identifier: Apache-2.0 */
/* See hold_report.h. */
#include "server/core/hold_report.h"
#include "server/core/notice.h"
#include "server/core/thread.h"
#include "server/store/post.h"
#include "server/text/tr.h"

#include "server/base/base.h"

static const char *body_of(struct unit *u, const struct held_due *d, const struct reported *p)
{
	bool hide = strcmp(d->decision, "approve") == 0, ask = strcmp(d->decision, "return") == 0;
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("Hello, %s:\n\n"), d->author_name);
	str_fmt(&b,
		hide  ? tr("You reported a message of %s. Those who moderate have hidden it. Thank you.\n")
		: ask ? tr("You reported a message of %s. Those who moderate ask you something about "
			   "it. Answer this mail: they read it.\n")
		      : tr("You reported a message of %s. Those who moderate have looked at it and left "
			   "it where it is.\n"),
		d->list_title);
	if (*d->why != '\0')
		str_fmt(&b, "\n%s\n", d->why);
	if (*u->conf->base_url != '\0' && !hide)
		str_fmt(&b, "\n%s/g/%s/%lld/%lld\n", u->conf->base_url, p->list,
			(long long)p->thread_number, (long long)p->number);
	return str_z(&b);
}

static enum rc tell_reporter(struct unit *u, const struct held_due *d, const struct list_ref *l,
			     const struct reported *p)
{
	const char *was = tr_lang();
	struct notice_person to;
	enum rc rc;

	if (strcmp(d->decision, "discard") == 0 || strcmp(d->decision, "expire") == 0)
		return RC_OK;
	rc = notice_person_read(u, d->author_addr, l->lang, &to);
	if (rc != RC_OK || to.suspended || to.account == 0)
		return rc;
	tr_set(to.locale);
	rc = notice_send(u,
			 &(struct notice_new){
				 .kind = "report-decided",
				 .addr = d->author_addr,
				 .account = to.account,
				 .list = l->id,
				 .locale = to.locale,
				 .subject = arena_fmt(u->arena, tr("[%s] The message that you reported"),
						      l->name),
				 .body = body_of(u, d, p),
				 .reply_to = "-owner" },
			 NULL);
	tr_set(was);
	return rc;
}

enum rc report_carry(struct unit *u, const struct held_due *d, const struct list_ref *l)
{
	struct reported p;
	enum rc rc = reported_read(u->db, u->arena, d->id, &p);

	if (rc == RC_OK && strcmp(d->decision, "approve") == 0)
		rc = thread_hide_reported(u, &p, d->decided_by);
	return rc == RC_OK ? tell_reporter(u, d, l, &p) : rc == RC_NOTFOUND ? RC_CONFLICT : rc;
}
