/* SPDX-License-Identifier: Apache-2.0 */
/* See batch.h. */
#include <stdio.h>
#include <time.h>

#include "mailer/import/batch.h"
#include "mailer/import/parsed.h"
#include "mailer/parse/mail.h"

#include "server/base/base.h"

#define TRIES     5
#define ARENA_CAP ((size_t)1 << 30)

static size_t author_slot(const struct import *im, const char *addr)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (const char *p = addr; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	for (;; h++) {
		const char *there = im->authors[h & (IMPORT_AUTHORS - 1)].addr;

		if (there == NULL || strcmp(there, addr) == 0)
			return h & (IMPORT_AUTHORS - 1);
	}
}

/* Whose address it is goes into the submission, and what they are called where the
 * message does not say it. */
static enum rc author_find(struct import *im, struct parsed *p)
{
	const char *addr = p->s.author_addr;
	struct import_author *who;
	struct list_ref found;
	enum rc rc;

	if (*addr == '\0')
		return RC_OK;
	if (im->nauthors > IMPORT_AUTHORS / 4 * 3) {
		memset(im->authors, 0, IMPORT_AUTHORS * sizeof(*im->authors));
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
	p->s.account = who->account;
	if (who->account != 0 && !p->named)
		p->s.author_name = who->name;
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

/* Of one that the crew has no row of. */
static void parsed_missing(struct import *im, const struct import_batch *b, size_t i,
			   struct parsed *p)
{
	if (im->crew != NULL && crew_failed(im->crew, b->job, i))
		*p = (struct parsed){ .why = "reading it ended the process that did" };
	else
		parsed_make(&im->u, b->items[i].raw, im->list.lang, p);
}

/* Message i as it goes to the database, with author and date. False: it.why says why
 * it does not. */
static enum rc item_read(struct import *im, struct import_batch *b, size_t i, struct parsed *p,
			 bool *yes_r)
{
	struct import_item *it = &b->items[i];
	struct slice row = im->crew ? crew_row(im->crew, b->job, i) : SLICE("");
	enum rc rc;

	*yes_r = false;
	it->threads = 0;
	if (it->why != NULL)
		return RC_OK; /* it never had a chance */
	row.p = arena_memdup(im->u.arena, row.p, row.n);
	if (row.n == 0 || !parsed_get(row, it->raw, im->u.arena, p))
		parsed_missing(im, b, i, p);
	if (p->why != NULL) {
		it->why = arena_strdup(b->arena, p->why);
		return RC_OK;
	}
	rc = author_find(im, p);
	if (rc != RC_OK)
		return rc;
	date_guess(im, it, &p->s);
	*yes_r = true;
	return RC_OK;
}

static enum rc item_submit(struct import *im, struct import_item *it, const struct submission *s)
{
	struct submit_result res = { .fate = FATE_DROPPED };
	struct submit_look look;
	enum rc rc;

	if (im->dry != NULL) {
		rc = submit_look(&im->u, &im->list, s, &look);
		if (rc == RC_OK)
			it->fate = tally_add(im->dry, &look, &it->threads);
		return rc;
	}
	rc = submit_post(&im->u, &im->list, s, &res);
	it->fate = res.fate;
	it->threads = res.threads;
	return rc;
}

static enum rc items_one_by_one(struct import *im, struct import_batch *b, bool careful)
{
	for (size_t i = 0; i < b->n; i++) {
		struct arena_mark mark = arena_mark(im->u.arena);
		enum rc rc = careful ? unit_savepoint(&im->u) : RC_OK;
		struct parsed p;
		bool yes = false;

		if (rc == RC_OK)
			rc = item_read(im, b, i, &p, &yes);
		if (rc == RC_OK && yes)
			rc = item_submit(im, &b->items[i], &p.s);
		if (rc == RC_OK && careful)
			rc = unit_flush(&im->u);
		arena_rewind(im->u.arena, mark);
		if (rc == RC_INVALID && careful) {
			unit_rollback_to(&im->u);
			b->items[i].why = "the database does not take it";
		} else if (rc != RC_OK) {
			return rc;
		}
	}
	return RC_OK;
}

static enum rc items_together(struct import *im, struct import_batch *b)
{
	struct bulk_item *v = ARENA_ARRAY(im->u.arena, b->n, struct bulk_item);
	size_t *of = ARENA_ARRAY(im->u.arena, b->n, size_t), n = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < b->n && rc == RC_OK; i++) {
		struct parsed *p = ARENA_NEW(im->u.arena, struct parsed);
		bool yes;

		rc = item_read(im, b, i, p, &yes);
		if (rc == RC_OK && yes) {
			of[n] = i;
			v[n++] = (struct bulk_item){ .s = &p->s, .made = p->made };
		}
	}
	if (rc == RC_OK)
		rc = bulk_submit(&im->u, &im->list, v, n);
	for (size_t i = 0; i < n; i++) {
		b->items[of[i]].fate = v[i].fate;
		b->items[of[i]].threads = v[i].threads;
	}
	return rc;
}

static enum rc batch_try(struct import *im, struct import_batch *b, bool careful)
{
	enum rc rc;

	if (im->dry != NULL)
		return items_one_by_one(im, b, false);
	rc = unit_begin_rw(&im->u);
	if (rc == RC_OK)
		rc = submit_list_lock(&im->u, im->list.id);
	if (rc == RC_OK)
		rc = careful || im->mode.one_by_one ? items_one_by_one(im, b, careful)
						    : items_together(im, b);
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

static void batch_count(struct import *im, struct import_batch *b)
{
	struct import_counts *c = &im->counts;

	for (size_t i = 0; i < b->n; i++) {
		const struct import_item *it = &b->items[i];

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
	if (im->crew != NULL)
		crew_clear(im->crew, b->job);
	b->n = 0;
	b->gone = false;
	arena_free(&b->arena);
	b->arena = arena_new(ARENA_CAP);
}

static void wait_a_second(void)
{
	nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
}

enum rc batch_run(struct import *im, struct import_batch *b)
{
	int64_t date = im->last_date;
	const char *file = im->last_file;
	bool careful = false;
	enum rc rc = RC_OK;

	if (b->n == 0)
		return RC_OK;
	for (unsigned tries = 0; tries < TRIES; tries++) {
		struct arena_mark mark = arena_mark(im->u.arena);

		if (tries > 0 && rc == RC_TEMPFAIL)
			wait_a_second();
		im->last_date = date;
		im->last_file = file;
		rc = batch_try(im, b, careful);
		arena_rewind(im->u.arena, mark);
		if (rc == RC_OK) {
			batch_count(im, b);
			return RC_OK;
		}
		careful |= rc == RC_INVALID || rc == RC_CONFLICT;
	}
	return rc == RC_INVALID ? RC_TEMPFAIL : rc;
}
