/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See parsed.h. Numbers are 8 bytes of this machine; a text is its length, its bytes and
 * a NUL; an array is how many there are, then they.
 */
#include "mailer/accept/submission.h"
#include "mailer/import/parsed.h"
#include "mailer/parse/mail.h"

#include "server/base/base.h"

/*
 * Archives made from pages have neither ids nor references: there, and only
 * there, the subject is what is left. Each such message names one made-up id,
 * the same for the same subject, whatever the order.
 */
static void subject_thread(struct arena *a, struct submission *s)
{
	unsigned char h[HASH_BYTES];
	const char **ref, *base;

	if (*s->msgid != '\0' || s->nrefs > 0 || *s->subject == '\0')
		return;
	base = utf8_fold(a, slice_of(s->subject));
	hash_bytes(base, strlen(base), h);
	ref = ARENA_ARRAY(a, 1, const char *);
	ref[0] = arena_fmt(a, "%.32s@subject.invalid", base32_encode(a, h, HASH_BYTES));
	s->refs = ref;
	s->nrefs = 1;
}

static const char *why_rejected(enum rc rc, const char *why)
{
	if (why != NULL)
		return why;
	return rc == RC_LIMIT ? "it is over a limit" : "nothing can be read of it";
}

void parsed_make(struct unit *u, struct slice raw, const char *lang, struct parsed *r)
{
	const struct list_ref nobody = { .account_name = "" };
	const char *why = NULL;
	struct mail m;
	enum rc rc = mail_parse(&m, u->arena, raw, &mail_limits_default, &why);

	*r = (struct parsed){ .why = NULL };
	if (rc == RC_OK && raw.n == 0)
		rc = RC_INVALID;
	if (rc != RC_OK) {
		r->why = why_rejected(rc, why);
		return;
	}
	submission_fill(&r->s, u->arena, &m, raw, &nobody);
	r->s.source = SUBMIT_IMPORT;
	r->named = submission_named(&m);
	subject_thread(u->arena, &r->s);
	bulk_make(u, lang, &r->s, &r->made);
}

struct writer {
	char *p;
	size_t n, room;
	bool over;
};

static void put(struct writer *w, const void *p, size_t n)
{
	if (n > w->room - w->n) {
		w->over = true;
		return;
	}
	if (n > 0)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

static void put_number(struct writer *w, int64_t v)
{
	put(w, &v, sizeof(v));
}

static void put_text(struct writer *w, struct slice s)
{
	put_number(w, (int64_t)s.n);
	put(w, s.p, s.n);
	put(w, "", 1);
}

static void put_texts(struct writer *w, const char *const *v, size_t n)
{
	put_number(w, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		put_text(w, slice_of(v[i]));
}

static void put_files(struct writer *w, const struct submission *s)
{
	put_number(w, (int64_t)s->nattachments);
	for (size_t i = 0; i < s->nattachments; i++) {
		const struct submit_attachment *f = &s->attachments[i];

		put_text(w, slice_of(f->name));
		put_text(w, slice_of(f->type));
		put_text(w, slice_of(f->encoding));
		put_number(w, f->size);
		put_number(w, f->offset);
		put_number(w, f->length);
		put_number(w, f->inner);
		put_number(w, f->inline_ | f->folded << 1 | f->packed << 2);
		put(w, f->hash, sizeof(f->hash));
	}
}

size_t parsed_put(const struct parsed *p, char *to, size_t room)
{
	struct writer w = { .p = to, .room = room };
	const struct submission *s = &p->s;

	put_text(&w, slice_of(p->why ? p->why : ""));
	if (p->why != NULL)
		return w.over ? 0 : w.n;
	put_text(&w, slice_of(s->msgid));
	put_texts(&w, s->refs, s->nrefs);
	put_texts(&w, s->addressed, s->naddressed);
	put_text(&w, slice_of(s->author_name));
	put_text(&w, slice_of(s->author_addr));
	put_number(&w, s->sent_at);
	put_text(&w, slice_of(s->subject));
	put_text(&w, s->text);
	put_number(&w, (int64_t)s->nfolds);
	put(&w, s->folds, s->nfolds * 3 * sizeof(*s->folds));
	put_files(&w, s);
	put_number(&w, s->sent_guessed | s->automatic << 1 | p->named << 2 | p->made.align << 3);
	put(&w, p->made.key, HASH_BYTES);
	put(&w, p->made.raw_hash, HASH_BYTES);
	put_text(&w, p->made.own);
	put_text(&w, p->made.quoted);
	put_text(&w, p->made.html);
	put_text(&w, p->made.packed);
	put_text(&w, slice_of(p->made.lang));
	return w.over ? 0 : w.n;
}

struct reader_at {
	struct slice rest;
	struct arena *a;
	bool broken;
};

static const char *get(struct reader_at *r, size_t n)
{
	const char *p = r->rest.p;

	if (r->broken || n > r->rest.n) {
		r->broken = true;
		return NULL;
	}
	r->rest = slice_make(p + n, r->rest.n - n);
	return p;
}

static int64_t get_number(struct reader_at *r)
{
	const char *p = get(r, sizeof(int64_t));
	int64_t v = 0;

	if (p != NULL)
		memcpy(&v, p, sizeof(v));
	return v;
}

static void get_bytes(struct reader_at *r, void *to, size_t n)
{
	const char *p = get(r, n);

	if (p != NULL && n > 0)
		memcpy(to, p, n);
}

static struct slice get_text(struct reader_at *r)
{
	int64_t n = get_number(r);
	const char *p;

	if (n < 0 || (size_t)n >= r->rest.n) {
		r->broken = true;
		return SLICE("");
	}
	p = get(r, (size_t)n + 1);
	r->broken |= p == NULL || p[n] != '\0';
	return r->broken ? SLICE("") : slice_make(p, (size_t)n);
}

static const char *get_word(struct reader_at *r)
{
	return get_text(r).p;
}

/* How many follow, of at least so many bytes each. */
static size_t get_count(struct reader_at *r, size_t least)
{
	int64_t n = get_number(r);

	if (n < 0 || (size_t)n > r->rest.n / least)
		r->broken = true;
	return r->broken ? 0 : (size_t)n;
}

static const char **get_texts(struct reader_at *r, size_t *n_r)
{
	const char **v;

	*n_r = get_count(r, sizeof(int64_t) + 1);
	v = ARENA_ARRAY(r->a, *n_r, const char *);
	for (size_t i = 0; i < *n_r; i++)
		v[i] = get_word(r);
	return v;
}

static void get_files(struct reader_at *r, struct submission *s)
{
	size_t n = get_count(r, 8 * sizeof(int64_t));
	struct submit_attachment *v = ARENA_ARRAY(r->a, n, struct submit_attachment);

	for (size_t i = 0; i < n; i++) {
		int64_t flags;

		v[i].name = get_word(r);
		v[i].type = get_word(r);
		v[i].encoding = get_word(r);
		v[i].size = get_number(r);
		v[i].offset = get_number(r);
		v[i].length = get_number(r);
		v[i].inner = get_number(r);
		flags = get_number(r);
		v[i].inline_ = flags & 1;
		v[i].folded = flags & 2;
		v[i].packed = flags & 4;
		get_bytes(r, v[i].hash, sizeof(v[i].hash));
	}
	s->attachments = v;
	s->nattachments = n;
}

/* Sorted, disjoint, within the text: what uses them relies on it. */
static void get_folds(struct reader_at *r, struct submission *s)
{
	size_t n = get_count(r, 3 * sizeof(int64_t));
	int64_t *v = ARENA_ARRAY(r->a, n * 3, int64_t), at = 0;

	get_bytes(r, v, n * 3 * sizeof(*v));
	for (size_t i = 0; i < n && !r->broken; i++) {
		r->broken = v[i * 3] < at || v[i * 3 + 1] < v[i * 3] ||
			    (size_t)v[i * 3 + 1] > s->text.n;
		at = v[i * 3 + 1];
	}
	s->folds = v;
	s->nfolds = r->broken ? 0 : n;
}

bool parsed_get(struct slice row, struct slice raw, struct arena *a, struct parsed *p)
{
	struct reader_at r = { row, a, false };
	struct submission *s = &p->s;
	int64_t flags;

	*p = (struct parsed){ .why = get_word(&r) };
	if (*p->why != '\0')
		return !r.broken && r.rest.n == 0;
	p->why = NULL;
	*s = (struct submission){ .source = SUBMIT_IMPORT, .raw = raw, .lang = "" };
	s->msgid = get_word(&r);
	s->refs = get_texts(&r, &s->nrefs);
	s->addressed = get_texts(&r, &s->naddressed);
	s->author_name = get_word(&r);
	s->author_addr = get_word(&r);
	s->sent_at = get_number(&r);
	s->subject = get_word(&r);
	s->text = get_text(&r);
	get_folds(&r, s);
	get_files(&r, s);
	flags = get_number(&r);
	s->sent_guessed = flags & 1;
	s->automatic = flags & 2;
	p->named = flags & 4;
	p->made.align = flags & 8;
	get_bytes(&r, p->made.key, HASH_BYTES);
	get_bytes(&r, p->made.raw_hash, HASH_BYTES);
	p->made.own = get_text(&r);
	p->made.quoted = get_text(&r);
	p->made.html = get_text(&r);
	p->made.packed = get_text(&r);
	p->made.lang = get_word(&r);
	return !r.broken && r.rest.n == 0;
}
