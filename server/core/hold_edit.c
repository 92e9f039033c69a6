/* SPDX-License-Identifier: Apache-2.0 */
/* See hold_edit.h. */
#include <strings.h>

#include "server/base/codec.h"
#include "server/core/hold_edit.h"
#include "server/core/notice.h"
#include "server/core/webmail.h"
#include "server/store/intake.h"
#include "server/text/diff.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define TOLD_LINES 60

/* The files of s, decoded: what a file within another decodes to is a part of that. */
static struct web_upload *files_of(struct unit *u, const struct submission *s, size_t *n_r)
{
	struct web_upload *up = ARENA_ARRAY(u->arena, s->nattachments, struct web_upload);

	*n_r = 0;
	for (size_t i = 0; i < s->nattachments; i++) {
		const struct submit_attachment *a = &s->attachments[i];
		struct slice bytes;

		if (a->offset < 0 || a->length < 0 ||
		    (uint64_t)a->offset + (uint64_t)a->length > s->raw.n)
			continue;
		bytes = codec_decode(u->arena, a->encoding,
				     slice_make(s->raw.p + a->offset, (size_t)a->length));
		if (a->packed) {
			if (a->inner < 0 || a->size < 0 ||
			    (uint64_t)a->inner + (uint64_t)a->size > bytes.n)
				continue;
			bytes = slice_make(bytes.p + a->inner, (size_t)a->size);
		}
		up[(*n_r)++] = (struct web_upload){ a->name, a->type, bytes };
	}
	return up;
}

/* "Re: " is put before the subject of an answer when its copies are made. */
static const char *subject_of(const char *subject, bool answer)
{
	while (answer && strncasecmp(subject, "re:", 3) == 0) {
		subject += 3;
		subject += strspn(subject, " ");
	}
	return subject;
}

enum rc hold_edited(struct unit *u, const struct held_due *d, const struct list_ref *l,
		    struct submission *s, int64_t *raw_r)
{
	const char *answers = s->nrefs > 0 ? s->refs[s->nrefs - 1] : "";
	struct web_head head = { s->author_name,
				 arena_fmt(u->arena, "%s@%s", l->name, l->mail_domain),
				 subject_of(d->edit_subject, s->nrefs > 0),
				 *s->msgid ? s->msgid : d->msgid,
				 answers,
				 s->sent_at ? s->sent_at : d->held_at };
	struct submit_attachment *at;
	struct web_upload *up;
	size_t n;
	enum rc rc;

	up = files_of(u, s, &n);
	rc = web_message_write(u->arena, &head, d->edit_body, up, n, &s->raw, &at);
	if (rc == RC_OK)
		rc = raw_write(u->db, u->arena, s->raw, true, raw_r);
	if (rc == RC_OK)
		rc = raw_keep(u->db, d->raw);
	s->source = SUBMIT_WEB;
	s->text = d->edit_body;
	s->subject = head.subject;
	s->folds = NULL;
	s->nfolds = 0;
	s->attachments = at;
	s->nattachments = n;
	return rc;
}

/* "- " what went, "+ " what came, at most TOLD_LINES of them. */
static void changes(struct unit *u, const struct held_due *d, struct str *b)
{
	struct diff_line *l;
	size_t n = diff_lines(u->arena, d->body, d->edit_body, &l), told = 0;

	for (size_t i = 0; i < n && told < TOLD_LINES; i++) {
		if (l[i].what == DIFF_SAME || slice_trim(l[i].text).n == 0)
			continue;
		str_addz(b, l[i].what == DIFF_GONE ? "- " : "+ ");
		str_adds(b, utf8_clip(l[i].text, 400));
		str_addc(b, '\n');
		told++;
	}
	if (told == TOLD_LINES)
		str_addz(b, "…\n");
}

enum rc hold_edited_tell(struct unit *u, const struct held_due *d, const struct list_ref *l,
			 const struct submit_result *r)
{
	const char *was = tr_lang();
	struct notice_person p;
	struct str b;
	enum rc rc = RC_OK;

	if (!d->proven || d->automatic)
		return RC_OK;
	rc = notice_person_read(u, d->author_addr, l->lang, &p);
	if (rc != RC_OK || p.suspended)
		return rc;
	tr_set(p.locale);
	str_init(&b, u->arena, 65536);
	str_fmt(&b, tr("Hello, %s:\n\n"), *p.name ? p.name : d->author_name);
	str_fmt(&b,
		tr("Your message “%s” was posted in %s. Those who run the group changed its words "
		   "first; it is marked as edited. Lines that went begin with -, lines that came "
		   "with +:\n\n"),
		d->subject, d->list_title);
	if (strcmp(d->subject, d->edit_subject) != 0)
		str_fmt(&b, "- %s\n+ %s\n\n", d->subject, d->edit_subject);
	changes(u, d, &b);
	if (*d->why != '\0')
		str_fmt(&b, "\n%s\n", d->why);
	if (*u->conf->base_url != '\0' && r->number != 0)
		str_fmt(&b, "\n%s/m/%s\n", u->conf->base_url, d->msgid);
	str_addz(&b, tr("\nTo ask about it, answer this mail: those who run the group read it.\n"));
	rc = notice_send(u,
			 &(struct notice_new){ .kind = "edited",
					       .addr = d->author_addr,
					       .account = p.account,
					       .list = l->id,
					       .locale = p.locale,
					       .subject = arena_fmt(u->arena,
								    tr("Posted with changes: “%s”"),
								    d->subject),
					       .body = str_z(&b),
					       .in_reply_to = d->msgid,
					       .reply_to = "-owner" },
			 NULL);
	tr_set(was);
	return rc;
}
