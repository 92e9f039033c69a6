/* SPDX-License-Identifier: Apache-2.0 */
/* See submission.h. */
#include "mailer/accept/submission.h"

#include "server/base/base.h"

bool submission_named(const struct mail *m)
{
	struct slice name = slice_trim(slice_of(m->from.name));

	return name.n > 0 && memchr(name.p, '@', name.n) == NULL;
}

/* The name people read: the display name, the member's, or the local part. */
static const char *author_name(struct arena *a, const struct mail *m, const struct list_ref *l)
{
	struct slice rest, local;

	if (submission_named(m))
		return slice_dup(a, utf8_clip(slice_trim(slice_of(m->from.name)), 200));
	if (l->account != 0)
		return l->account_name;
	rest = slice_of(m->from.addr);
	slice_cut(&rest, '@', &local);
	return local.n ? slice_dup(a, utf8_clip(local, 200)) : "?";
}

static void attachments_fill(struct submission *s, struct arena *a, const struct mail *m)
{
	struct submit_attachment *at = ARENA_ARRAY(a, m->nattachments, struct submit_attachment);

	for (size_t i = 0; i < m->nattachments; i++) {
		const struct mail_attachment *f = &m->attachments[i];

		at[i] = (struct submit_attachment){ .name = f->name,
						    .type = f->type,
						    .encoding = f->encoding,
						    .size = (int64_t)f->size,
						    .offset = (int64_t)f->offset,
						    .length = (int64_t)f->length,
						    .inline_ = f->inline_,
						    .folded = f->folded,
						    .packed = f->packed,
						    .inner = (int64_t)f->inner };
		memcpy(at[i].hash, f->hash, sizeof(at[i].hash));
	}
	s->attachments = at;
	s->nattachments = m->nattachments;
}

#define ADDRESSED_MAX 500

/* Who has the message without us. */
static void addressed_fill(struct submission *s, struct arena *a, const struct mail *m)
{
	size_t n = m->nto + m->ncc;

	if (n > ADDRESSED_MAX)
		n = ADDRESSED_MAX;
	s->addressed = ARENA_ARRAY(a, n, const char *);
	for (size_t i = 0; i < n; i++) {
		const struct mail_addr *to = i < m->nto ? &m->to[i] : &m->cc[i - m->nto];

		if (*to->addr != '\0')
			s->addressed[s->naddressed++] = slice_lower(a, slice_of(to->addr));
	}
}

void submission_fill(struct submission *s_r, struct arena *a, const struct mail *m,
		     struct slice raw, const struct list_ref *l)
{
	int64_t *folds;
	bool reply;

	*s_r = (struct submission){ .source = SUBMIT_EMAIL,
				    .raw = raw,
				    .msgid = "",
				    .author_name = "?",
				    .author_addr = "",
				    .subject = "",
				    .lang = "",
				    .text = SLICE("") };
	if (m == NULL)
		return;
	s_r->msgid = m->msgid;
	s_r->refs = m->refs;
	s_r->nrefs = m->nrefs;
	s_r->account = l->account;
	s_r->author_name = author_name(a, m, l);
	s_r->author_addr = slice_lower(a, slice_of(m->from.addr));
	s_r->sent_at = m->date_impossible ? 0 : m->date;
	s_r->sent_guessed = s_r->sent_at == 0;
	s_r->subject = slice_dup(a, utf8_clip(slice_of(subject_base(a, m->subject, &reply)), 1000));
	s_r->text = slice_make(m->text, m->text_len);
	folds = ARENA_ARRAY(a, m->nfolds * 3, int64_t);
	for (size_t i = 0; i < m->nfolds; i++) {
		folds[i * 3] = (int64_t)m->folds[i].from;
		folds[i * 3 + 1] = (int64_t)m->folds[i].to;
		folds[i * 3 + 2] = m->folds[i].kind;
	}
	s_r->folds = folds;
	s_r->nfolds = m->nfolds;
	attachments_fill(s_r, a, m);
	addressed_fill(s_r, a, m);
	s_r->automatic = m->automatic != MAIL_HUMAN;
	s_r->through_list = m->automatic == MAIL_LIST;
	s_r->answers_digest = m->answers_digest;
}
