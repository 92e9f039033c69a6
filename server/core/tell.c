/* SPDX-License-Identifier: Apache-2.0 */
/* See tell.h. */
#include "server/core/notice.h"
#include "server/core/tell.h"
#include "server/store/moderate.h"
#include "server/text/html.h"
#include "server/text/quote.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define EXCERPT_CHARS 600
#define QUOTE_COLUMNS 64

static const char *subject_or(const char *subject)
{
	return *subject ? subject : tr("(no subject)");
}

static const char *files_line(struct unit *u, const struct submission *s)
{
	struct str f;

	str_init(&f, u->arena, 4096);
	for (size_t i = 0; i < s->nattachments && f.n < 400; i++)
		str_fmt(&f, "%s%s (%s)", i ? ", " : "", s->attachments[i].name,
			tr_size(u->arena, s->attachments[i].size));
	return str_z(&f);
}

static const char *excerpt(struct unit *u, const struct submission *s)
{
	struct fold_range *f = ARENA_ARRAY(u->arena, s->nfolds, struct fold_range);

	for (size_t i = 0; i < s->nfolds; i++)
		f[i] = (struct fold_range){ (size_t)s->folds[i * 3], (size_t)s->folds[i * 3 + 1],
					    (int)s->folds[i * 3 + 2] };
	return text_excerpt(u->arena, s->text, f, s->nfolds, EXCERPT_CHARS);
}

static enum rc runners_fill(struct unit *u, const struct runner *p, size_t n,
			    struct notice_owner **r)
{
	*r = ARENA_ARRAY(u->arena, n, struct notice_owner);
	for (size_t i = 0; i < n; i++)
		(*r)[i] = (struct notice_owner){ p[i].account, p[i].addr, p[i].name, p[i].locale };
	return RC_OK;
}

enum rc tell_admins_read(struct unit *u, struct notice_owner **r, size_t *n_r)
{
	struct runner *p;
	enum rc rc = admins_read(u->db, u->arena, &p, n_r);

	return rc == RC_OK ? runners_fill(u, p, *n_r, r) : rc;
}

static const char *author_body(struct unit *u, const struct held_due *d, const struct list_ref *l,
			       const char *name, bool back)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	if (*name != '\0')
		str_fmt(&b, tr("Hello, %s:\n\n"), name);
	if (strcmp(d->decision, "expire") == 0) {
		str_fmt(&b,
			tr("Your message “%s” was not posted in %s: nobody who runs the group decided "
			   "about it, and its time is over. If it still matters, send it again to "
			   "%s@%s.\n\n"),
			subject_or(d->subject), d->list_title, l->name, l->mail_domain);
		str_addz(&b, tr("Nobody else in the group has received it. Your text is attached, "
				"whole. To ask about it, answer this mail: those who run the group "
				"read it.\n"));
		return str_z(&b);
	}
	str_fmt(&b,
		back ? tr("Your message “%s” was not posted yet in %s: those who run the group "
			  "ask you something first.\n\n")
		     : tr("Your message “%s” was not posted in %s.\n\n"),
		subject_or(d->subject), d->list_title);
	if (*d->why != '\0')
		str_fmt(&b, "%s\n\n", d->why);
	else
		str_addz(&b, tr("Those who run the group reviewed it and gave no reason.\n\n"));
	if (back)
		str_fmt(&b, tr("Mend it and send it again to %s@%s.\n"), l->name, l->mail_domain);
	str_addz(&b, tr("Nobody else in the group has received it. Your text is attached, whole. "
			"To ask about it, answer this mail: those who run the group read it.\n"));
	return str_z(&b);
}

enum rc tell_author(struct unit *u, const struct held_due *d, const struct list_ref *l)
{
	bool back = strcmp(d->decision, "return") == 0;
	const char *was = tr_lang();
	struct notice_person p;
	enum rc rc;

	if (!d->proven || d->automatic || (!back && strcmp(d->decision, "reject") != 0 &&
					    strcmp(d->decision, "expire") != 0))
		return RC_OK;
	rc = notice_person_read(u, d->author_addr, l->lang, &p);
	if (rc != RC_OK || p.suspended)
		return rc;
	tr_set(p.locale);
	rc = notice_send(
		u,
		&(struct notice_new){
			.kind = back ? "returned"
				: strcmp(d->decision, "expire") == 0 ? "expired"
								     : "rejected",
			.addr = d->author_addr,
			.account = p.account,
			.list = l->id,
			.locale = p.locale,
			.subject = arena_fmt(u->arena,
					     back ? tr("A question about “%s”") : tr("Not posted: “%s”"),
					     subject_or(d->subject)),
			.body = author_body(u, d, l, *p.name ? p.name : d->author_name, back),
			.in_reply_to = d->msgid,
			.reply_to = "-owner",
			.raw_id = d->raw },
		NULL);
	tr_set(was);
	return rc;
}

static const char *owner_body(struct unit *u, const struct submission *s)
{
	const char *text = excerpt(u, s);
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("This came for %s. It is attached as it came.\n"), s->recipient);
	str_addc(&b, '\n');
	text_labelled(&b, tr("From"), arena_fmt(u->arena, "%s <%s>", s->author_name, s->author_addr));
	text_labelled(&b, tr("Subject"), subject_or(s->subject));
	text_labelled(&b, tr("Sender"), s->proven ? tr("verified") : tr("not verified"));
	if (s->nattachments > 0)
		text_labelled(&b, tr("Attachments"), files_line(u, s));
	if (*text != '\0') {
		str_addc(&b, '\n');
		text_quote(&b, slice_of(text), QUOTE_COLUMNS);
	}
	str_addz(&b, tr("\nAnswer this mail and your answer goes to who wrote.\n"));
	return str_z(&b);
}

/* Owners by all their verified addresses of this group; those who run the site otherwise. */
static enum rc responsible(struct unit *u, int64_t list, struct notice_owner **r, size_t *n_r)
{
	struct runner *p;
	enum rc rc;

	*n_r = 0;
	if (list != 0) {
		rc = owners_read(u->db, u->arena, list, &p, n_r);
		if (rc != RC_OK)
			return rc;
	}
	return *n_r > 0 ? runners_fill(u, p, *n_r, r) : tell_admins_read(u, r, n_r);
}

enum rc tell_responsible(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *rule, struct submit_result *r)
{
	const char *was = tr_lang();
	struct notice_owner *to;
	size_t n = 0;
	enum rc rc = submit_record(u, l, s, FATE_FORWARDED, rule, r);

	if (rc == RC_OK && r->fate == FATE_FORWARDED)
		rc = responsible(u, l->id, &to, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		tr_set(to[i].locale);
		rc = notice_send(
			u,
			&(struct notice_new){
				.kind = l->id ? "to-owner" : "to-site",
				.addr = to[i].addr,
				.account = to[i].account,
				.list = l->id,
				.locale = to[i].locale,
				.subject = arena_fmt(u->arena, "[%s] %s", s->recipient,
						     subject_or(s->subject)),
				.body = owner_body(u, s),
				.reply_to = s->author_addr,
				.raw_id = r->raw },
			NULL);
	}
	tr_set(was);
	return rc;
}

/* Nothing of it was read: what the envelope says is all there is to tell. */
static const char *apart_body(struct unit *u, const struct list_ref *l, const struct submission *s,
			      const char *reason)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("A message for %s was set apart: it is neither posted nor answered.\n"),
		l->id ? l->title : s->recipient);
	str_addc(&b, '\n');
	text_labelled(&b, tr("Sender"), *s->envelope_from ? s->envelope_from : "<>");
	text_labelled(&b, tr("To"), s->recipient);
	text_labelled(&b, tr("Reason"), tr(reason));
	text_labelled(&b, tr("Size"), tr_size(u->arena, (int64_t)s->raw.n));
	str_addc(&b, '\n');
	str_addz(&b, tr("Its bytes are attached as they came; open them with care. They are also kept "
			"for 30 days.\n"));
	str_addz(&b, tr("If it matters, ask who wrote it to send it again as plain text.\n"));
	str_addz(&b, tr("You get this notice at most once a day; every other message of the kind is on "
			"the record.\n"));
	return str_z(&b);
}

enum rc tell_quarantined(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *reason, const struct submit_result *r)
{
	const char *was = tr_lang();
	struct notice_owner *to;
	size_t n = 0;
	enum rc rc = responsible(u, l->id, &to, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		tr_set(to[i].locale);
		rc = notice_send(
			u,
			&(struct notice_new){
				.kind = "quarantined",
				.addr = to[i].addr,
				.account = to[i].account,
				.list = l->id,
				.locale = to[i].locale,
				.subject = arena_fmt(u->arena, tr("[%s] A message was set apart"),
						     l->id ? l->name : s->recipient),
				.body = apart_body(u, l, s, reason),
				.cause = arena_fmt(u->arena, "quarantined %lld", (long long)l->id),
				.raw_id = r->raw },
			NULL);
	}
	tr_set(was);
	return rc;
}
