/* SPDX-License-Identifier: Apache-2.0 */
/* See import.h. */
#include <stdio.h>
#include <time.h>

#include "mailer/accept/submission.h"
#include "mailer/import/import.h"
#include "mailer/import/mbox.h"
#include "mailer/parse/mail.h"
#include "server/base/prog.h"

#include "server/base/base.h"

#define BATCH_MESSAGES 500
#define BATCH_BYTES    ((size_t)16 << 20)
#define AUTHORS        ((size_t)16384) /* power of two; forgotten when three quarters full */
#define ARENA_CAP      ((size_t)1 << 30)
#define TRIES          5

struct import_item {
	struct slice raw;
	const char *file, *when;
	int64_t offset, mtime;
	const char *why; /* of a rejection */
	int threads;
	enum fate fate;
};

struct import_author {
	const char *addr, *name;
	int64_t account;
};

enum rc import_init(struct import *im, const struct conf *conf, const struct keys *keys,
		    const char *list, bool dry)
{
	const char *at = strchr(list, '@');
	enum rc rc;

	*im = (struct import){ .u = { .conf = conf, .keys = keys, .door = DOOR_CLI } };
	im->u.arena = arena_new(ARENA_CAP);
	im->batch = arena_new(ARENA_CAP);
	im->people = arena_new(ARENA_CAP);
	im->items = ARENA_ARRAY(im->people, BATCH_MESSAGES, struct import_item);
	im->authors = ARENA_ARRAY(im->people, AUTHORS, struct import_author);
	im->list_name = at ? arena_strndup(im->people, list, (size_t)(at - list))
			   : arena_strdup(im->people, list);
	im->domain = at ? arena_strdup(im->people, at + 1) : conf->mail_domain;
	im->dry = dry ? tally_new() : NULL;
	im->u.db = unit_open(conf, "cli");
	mail_parse_init();
	if (!unit_ready(&im->u))
		return RC_TEMPFAIL;
	rc = list_lookup(&im->u, im->list_name, im->domain, "", "", &im->list);
	/* its texts outlive the arena of one message */
	if (rc == RC_OK) {
		im->list.name = arena_strdup(im->people, im->list.name);
		im->list.mail_domain = arena_strdup(im->people, im->list.mail_domain);
		im->list.lang = arena_strdup(im->people, im->list.lang);
	}
	return rc;
}

void import_release(struct import *im)
{
	tally_free(&im->dry);
	unit_close(&im->u.db);
	arena_free(&im->u.arena);
	arena_free(&im->batch);
	arena_free(&im->people);
}

static size_t author_slot(const struct import *im, const char *addr)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (const char *p = addr; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	for (;; h++) {
		const char *there = im->authors[h & (AUTHORS - 1)].addr;

		if (there == NULL || strcmp(there, addr) == 0)
			return h & (AUTHORS - 1);
	}
}

/* Whose address it is; the list row with the author in it. */
static enum rc author_find(struct import *im, const char *addr, struct list_ref *l)
{
	struct import_author *who;
	struct list_ref found;
	enum rc rc;

	*l = im->list;
	l->account = 0;
	l->account_name = "";
	if (*addr == '\0')
		return RC_OK;
	addr = slice_lower(im->u.arena, slice_of(addr));
	if (im->nauthors > AUTHORS / 4 * 3) {
		memset(im->authors, 0, AUTHORS * sizeof(*im->authors));
		im->nauthors = 0;
	}
	who = &im->authors[author_slot(im, addr)];
	if (who->addr == NULL) {
		rc = list_lookup(&im->u, im->list_name, im->domain, "", addr, &found);
		if (rc != RC_OK)
			return rc;
		*who = (struct import_author){ arena_strdup(im->people, addr),
					       arena_strdup(im->people, found.account_name),
					       found.account };
		im->nauthors++;
	}
	l->account = who->account;
	l->account_name = who->name;
	return RC_OK;
}

static bool date_possible(int64_t t)
{
	return t >= 365 * 24 * 3600 * USEC && t <= clock_now() + 24 * 3600 * USEC;
}

/* Where the message has no usable date: the separator's, the one before, the file's. */
static void date_guess(struct import *im, const struct import_item *it, struct submission *s)
{
	int64_t t = 0;

	if (im->last_file != it->file)
		im->last_date = 0;
	im->last_file = it->file;
	if (s->sent_at == 0) {
		s->sent_guessed = true;
		if (mail_date(slice_of(it->when), &t) && date_possible(t))
			s->sent_at = t;
		else
			s->sent_at = im->last_date ? im->last_date : it->mtime;
	}
	im->last_date = s->sent_at;
}

/*
 * Archives made from pages have neither ids nor references: there, and only
 * there, the subject is what is left. Each such message names one made-up id,
 * the same for the same subject, whatever the order.
 */
static void subject_thread(struct import *im, struct submission *s)
{
	unsigned char h[HASH_BYTES];
	struct arena *a = im->u.arena;
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

static enum rc item_submit(struct import *im, struct import_item *it, const struct list_ref *l,
			   const struct submission *s)
{
	struct submit_result res = { .fate = FATE_DROPPED };
	struct submit_look look;
	enum rc rc;

	if (im->dry != NULL) {
		rc = submit_look(&im->u, l, s, &look);
		if (rc == RC_OK)
			it->fate = tally_add(im->dry, &look, &it->threads);
		return rc;
	}
	rc = submit_post(&im->u, l, s, &res);
	it->fate = res.fate;
	it->threads = res.threads;
	return rc;
}

/* One message in the batch's transaction. RC_INVALID: the database refused it. */
static enum rc item_post(struct import *im, struct import_item *it)
{
	struct submission s;
	const char *why = NULL;
	struct list_ref l;
	struct mail m;
	enum rc rc;

	if (it->why != NULL)
		return RC_OK; /* it never had a chance */
	rc = mail_parse(&m, im->u.arena, it->raw, &mail_limits_default, &why);
	if (rc == RC_OK && it->raw.n == 0)
		rc = RC_INVALID;
	if (rc != RC_OK) {
		it->why = arena_strdup(im->batch, why_rejected(rc, why));
		return RC_OK;
	}
	rc = author_find(im, m.from.addr, &l);
	if (rc != RC_OK)
		return rc;
	submission_fill(&s, im->u.arena, &m, it->raw, &l);
	s.source = SUBMIT_IMPORT;
	date_guess(im, it, &s);
	subject_thread(im, &s);
	return item_submit(im, it, &l, &s);
}

static enum rc batch_items(struct import *im, bool careful)
{
	for (size_t i = 0; i < im->n; i++) {
		struct arena_mark mark = arena_mark(im->u.arena);
		struct import_item *it = &im->items[i];
		enum rc rc = careful ? unit_savepoint(&im->u) : RC_OK;

		it->threads = 0;
		if (rc == RC_OK)
			rc = item_post(im, it);
		if (rc == RC_OK && careful)
			rc = unit_flush(&im->u);
		arena_rewind(im->u.arena, mark);
		if (rc == RC_INVALID && careful) {
			unit_rollback_to(&im->u);
			it->why = "the database does not take it";
		} else if (rc != RC_OK) {
			return rc;
		}
	}
	return RC_OK;
}

static enum rc batch_try(struct import *im, bool careful)
{
	enum rc rc;

	if (im->dry != NULL)
		return batch_items(im, false);
	rc = unit_begin_rw(&im->u);
	if (rc == RC_OK)
		rc = submit_list_lock(&im->u, im->list.id);
	if (rc == RC_OK)
		rc = batch_items(im, careful);
	if (rc == RC_OK)
		return unit_commit(&im->u);
	unit_abort(&im->u);
	return rc;
}

static void reject_say(struct import *im, const struct import_item *it, const char *why)
{
	progress_clear(&im->progress);
	fprintf(stderr, "cabildo import: %s: offset %lld: %s\n", it->file, (long long)it->offset,
		why);
}

static void batch_count(struct import *im)
{
	struct import_counts *c = &im->counts;

	for (size_t i = 0; i < im->n; i++) {
		const struct import_item *it = &im->items[i];

		c->messages++;
		c->threads += it->threads;
		if (it->why == NULL && it->fate == FATE_POSTED) {
			c->posts++;
		} else if (it->why == NULL && it->fate == FATE_DUPLICATE) {
			c->duplicates++;
		} else {
			c->rejected++;
			reject_say(im, it,
				   it->why ? it->why
					   : "its Message-ID is that of another post, "
					     "with another author or date");
		}
	}
	im->n = im->bytes = 0;
	arena_free(&im->batch);
	im->batch = arena_new(ARENA_CAP);
}

static void wait_a_second(void)
{
	nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
}

static enum rc batch_run(struct import *im)
{
	int64_t date = im->last_date;
	const char *file = im->last_file;
	bool careful = false;
	enum rc rc = RC_OK;

	if (im->n == 0)
		return RC_OK;
	for (unsigned tries = 0; tries < TRIES; tries++) {
		if (tries > 0 && rc == RC_TEMPFAIL)
			wait_a_second();
		im->last_date = date;
		im->last_file = file;
		rc = batch_try(im, careful);
		if (rc == RC_OK) {
			batch_count(im);
			return RC_OK;
		}
		careful |= rc == RC_INVALID;
	}
	return rc == RC_INVALID ? RC_TEMPFAIL : rc;
}

static enum rc batch_add(struct import *im, const struct source_file *f,
			 const struct mbox_message *m, const char *why)
{
	if (im->n == BATCH_MESSAGES || im->bytes + m->raw.n > BATCH_BYTES) {
		enum rc rc = batch_run(im);

		if (rc != RC_OK)
			return rc;
	}
	im->items[im->n++] = (struct import_item){
		.raw = slice_make(arena_memdup(im->batch, m->raw.p ? m->raw.p : "", m->raw.n),
				  m->raw.n),
		.when = slice_dup(im->batch, m->when),
		.file = f->path,
		.offset = m->offset,
		.mtime = f->mtime,
		.why = why
	};
	im->bytes += m->raw.n;
	return RC_OK;
}

/* Adds a file's messages to the batch. before: bytes of the files already read. */
static enum rc file_run(struct import *im, const struct source_file *f, int64_t before)
{
	const char *why = "";
	struct source *src = source_open(f, &why);
	struct mbox_message m;
	struct mbox *box;
	enum rc rc = RC_OK, got = RC_OK;

	if (src == NULL) {
		progress_clear(&im->progress);
		fprintf(stderr, "cabildo import: %s: %s\n", f->path, why);
		im->damaged = true;
		return RC_OK;
	}
	box = mbox_new(source_read, src, mail_limits_default.size);
	while (rc == RC_OK && !prog_stop) {
		got = mbox_next(box, &m);
		if (got != RC_OK && got != RC_LIMIT)
			break;
		rc = batch_add(im, f, &m, got == RC_LIMIT ? "the message is too large" : NULL);
		progress_show(&im->progress, before + source_at(src), im->counts.messages);
	}
	if (rc == RC_OK && !prog_stop && got == RC_TEMPFAIL) {
		progress_clear(&im->progress);
		fprintf(stderr, "cabildo import: %s: offset %lld: %s\n", f->path,
			(long long)m.offset, source_error(src));
		im->damaged = true;
	}
	mbox_free(&box);
	source_close(&src);
	return rc;
}

enum rc import_run(struct import *im, const struct source_list *files)
{
	int64_t before = 0;
	enum rc rc = RC_OK;

	progress_init(&im->progress, files->bytes);
	for (size_t i = 0; i < files->n && rc == RC_OK && !prog_stop; i++) {
		rc = file_run(im, &files->v[i], before);
		before += files->v[i].size;
	}
	if (rc == RC_OK)
		rc = batch_run(im);
	progress_clear(&im->progress);
	return rc;
}
