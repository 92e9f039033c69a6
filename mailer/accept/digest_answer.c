/* SPDX-License-Identifier: Apache-2.0 */
/* See digest_answer.h. */
#include <ctype.h>
#include <strings.h>

#include "mailer/accept/digest_answer.h"
#include "server/base/codec.h"
#include "server/base/utf8.h"
#include "server/core/notice.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define RAW_CAP   ((size_t)160 << 20)
#define TOLD_MAX  30 /* threads that the way back names */
#define WORD_BYTES 42 /* of one encoded word: 75 columns, RFC 2047 section 2 */

int64_t digest_answered_issue(struct unit *u, const struct mail *m, const struct address_to *to,
			      const struct proof *proof, int64_t account)
{
	int64_t issue = to->kind == ADDRESS_POST ? to->digest : 0;

	if (to->kind != ADDRESS_POST || m->automatic != MAIL_HUMAN || account == 0 ||
	    proof->from == PROOF_NONE)
		return 0;
	for (size_t i = m->nrefs; issue == 0 && i > 0; i--)
		issue = digest_by_msgid(u, m->refs[i - 1]);
	return issue;
}

static void word_write(struct str *o, struct slice w)
{
	str_addz(o, "=?UTF-8?B?");
	codec_base64(o, w);
	while (o->n > 0 && (o->p[o->n - 1] == '\n' || o->p[o->n - 1] == '\r'))
		str_cut(o, o->n - 1);
	str_addz(o, "?=");
}

/* RFC 5987, section 3.2.1. */
static void percent_write(struct str *o, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (isalnum((unsigned char)s.p[i]) || strchr("-._~", s.p[i]) != NULL)
			str_addc(o, s.p[i]);
		else
			str_fmt(o, "%%%02X", (unsigned char)s.p[i]);
}

/* Words of RFC 2047 where the text is not plain ASCII; the line never ends within. */
static void header_text(struct str *o, const char *name, const char *text, const char *after)
{
	struct slice rest = slice_trim(slice_of(text));
	bool plain = rest.n < 60;

	for (size_t i = 0; plain && i < rest.n; i++)
		plain = (unsigned char)rest.p[i] >= ' ' && (unsigned char)rest.p[i] < 127 &&
			strchr("\"\\()<>@,;=", rest.p[i]) == NULL;
	str_fmt(o, "%s: ", name);
	if (plain)
		str_adds(o, rest);
	while (!plain && rest.n > 0) {
		struct slice w = utf8_clip(rest, WORD_BYTES);

		if (w.n == 0)
			break;
		word_write(o, w);
		rest = slice_make(rest.p + w.n, rest.n - w.n);
		str_addz(o, rest.n > 0 ? "\r\n " : "");
	}
	str_fmt(o, "%s\r\n", after);
}

/* What our mail server said of the message goes along: who wrote is as proven as before. */
static void head_write(struct str *o, const struct mail *m, const struct digest_item *it, size_t nth)
{
	char date[40];

	for (size_t i = 0; i < m->nheaders; i++)
		if (strcasecmp(m->headers[i].name, "Authentication-Results") == 0)
			str_fmt(o, "Authentication-Results:%.*s\r\n", (int)m->headers[i].raw.n,
				m->headers[i].raw.p);
	header_text(o, "From", *m->from.name ? m->from.name : "-",
		    arena_fmt(o->arena, " <%s>", m->from.addr));
	str_fmt(o, "To: <%s>\r\n", it->reply);
	header_text(o, "Subject", arena_fmt(o->arena, "Re: %s", it->title), "");
	/* without one there is none here: the same mail again must be the same again (P3) */
	if (m->date != 0 && !m->date_impossible) {
		clock_rfc5322(m->date, date);
		str_fmt(o, "Date: %s\r\n", date);
	}
	if (*m->msgid != '\0')
		str_fmt(o, nth > 0 ? "Message-ID: <%2$zu.%1$s>\r\n" : "Message-ID: <%1$s>\r\n", m->msgid,
			nth);
	if (*it->msgid != '\0')
		str_fmt(o, "In-Reply-To: <%1$s>\r\nReferences: <%1$s>\r\n", it->msgid);
	str_addz(o, "MIME-Version: 1.0\r\n");
}

static void text_write(struct str *o, struct slice text)
{
	str_addz(o, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	codec_base64(o, text);
}

/* A picture within what is quoted stays out; one that the person put into their own words goes along. */
static bool goes_along(const struct mail_attachment *f)
{
	return !f->packed && !f->folded;
}

/* Each file as it came. */
static void files_write(struct str *o, const struct mail *m)
{
	for (size_t i = 0; i < m->nattachments; i++) {
		const struct mail_attachment *f = &m->attachments[i];

		if (!goes_along(f))
			continue;
		str_fmt(o, "--=_cabildo\r\nContent-Type: %s\r\n", f->type);
		header_text(o, "Content-Description", f->name, "");
		str_addz(o, "Content-Disposition: attachment;\r\n filename*=utf-8''");
		percent_write(o, slice_of(f->name));
		str_fmt(o, "\r\nContent-Transfer-Encoding: %s\r\n\r\n", f->encoding);
		str_add(o, m->raw.p + f->offset, f->length);
		str_addz(o, "\r\n");
	}
}

static bool has_files(const struct mail *m)
{
	for (size_t i = 0; i < m->nattachments; i++)
		if (goes_along(&m->attachments[i]))
			return true;
	return false;
}

/* Files go with the first. */
static void letter_write(struct unit *u, const struct mail *m, const struct digest_part *p,
			 size_t nth, struct digest_letter *r)
{
	const struct digest_item *it = p->item;
	const char *at = strrchr(it->reply, '@');
	struct str o;

	str_init(&o, u->arena, RAW_CAP);
	head_write(&o, m, it, nth);
	if (nth == 0 && has_files(m)) {
		str_addz(&o, "Content-Type: multipart/mixed; boundary=\"=_cabildo\"\r\n\r\n--=_cabildo\r\n");
		text_write(&o, p->text);
		files_write(&o, m);
		str_addz(&o, "--=_cabildo--\r\n");
	} else {
		text_write(&o, p->text);
	}
	*r = (struct digest_letter){ .recipient = it->reply,
				     .list = it->list,
				     .domain = at ? at + 1 : "",
				     .raw = str_slice(&o) };
}

static struct fold_range *folds_of(struct arena *a, const struct mail *m)
{
	struct fold_range *f = ARENA_ARRAY(a, m->nfolds, struct fold_range);

	for (size_t i = 0; i < m->nfolds; i++)
		f[i] = (struct fold_range){ m->folds[i].from, m->folds[i].to, m->folds[i].kind };
	return f;
}

enum rc digest_letters(struct unit *u, const struct mail *m, int64_t issue, int64_t account,
		       struct digest_answered *what_r, struct digest_letter **r, size_t *n_r)
{
	const char *back = arena_strdup(u->arena, tr_lang());
	struct slice text = slice_make(m->text, m->text_len);
	struct digest_issue about;
	struct digest_parts parts;
	struct digest d;
	enum rc rc = digest_fill(u, issue, account, DIGEST_MAIL, &about, &d);

	*n_r = 0;
	if (rc == RC_OK)
		digest_take_apart(u->arena, text, folds_of(u->arena, m), m->nfolds,
				  m->from_html, &d, digest_ours(u->arena, &d), &parts);
	tr_set(back);
	if (rc != RC_OK)
		return rc;
	*what_r = (struct digest_answered){ about, d };
	*r = ARENA_ARRAY(u->arena, parts.n, struct digest_letter);
	for (size_t i = 0; i < parts.n; i++)
		if (*parts.part[i].item->reply == '\0') {
			*n_r = 0; /* nobody can answer there: the way back says so */
			return RC_OK;
		} else {
			letter_write(u, m, &parts.part[i], i, &(*r)[(*n_r)++]);
		}
	return RC_OK;
}

static const char *way_back(struct unit *u, const struct digest *d, const char *subject)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b,
		tr("Your answer \"%.200s\" did not appear, because it does not say which thread of the "
		   "digest it is for. It comes back with this mail, whole and as you sent it.\n\n"
		   "Begin it with the number of the thread, for example #1, and answer the digest "
		   "again; or write to the address of the thread:\n\n"),
		*subject ? subject : tr("(no subject)"));
	for (size_t i = 0; i < d->nitems && i < TOLD_MAX; i++) {
		const struct digest_item *it = &d->items[i];

		str_fmt(&b, "#%d %s\n", it->number, it->title);
		if (*it->reply != '\0')
			str_fmt(&b, "%s\n", it->reply);
		str_fmt(&b, "%s\n\n", it->url);
	}
	return str_z(&b);
}

enum rc digest_answer_record(struct unit *u, const struct list_ref *l, const struct mail *m,
			     const struct submission *s, const struct digest_answered *what, size_t n,
			     struct submit_result *r)
{
	const char *back = arena_strdup(u->arena, tr_lang());
	enum rc rc = submit_record(u, l, s, n ? FATE_COMMAND : FATE_REFUSED,
				   n ? "digest-answer" : "digest-reply", r);

	if (rc != RC_OK || n > 0 || r->fate == FATE_DUPLICATE)
		return rc;
	tr_set(what->digest.lang);
	rc = notice_send(u,
			 &(struct notice_new){
				 .kind = "digest-returned",
				 .addr = m->from.addr,
				 .account = l->account,
				 .list = l->id,
				 .locale = tr_lang(),
				 .subject = arena_fmt(u->arena, tr("Returned: %.200s"),
						      *m->subject ? m->subject : tr("(no subject)")),
				 .body = way_back(u, &what->digest, m->subject),
				 .in_reply_to = m->msgid,
				 .reply_to = what->about.reply,
				 .raw_id = r->raw,
				 .cause = arena_fmt(u->arena, "digest-returned %lld",
						    (long long)what->about.id),
				 .burst = 5 },
			 NULL);
	tr_set(back);
	return rc;
}
