/* SPDX-License-Identifier: Apache-2.0 */
/* See import.h. */
#include <stdio.h>
#include <time.h>

#include "mailer/import/batch.h"
#include "mailer/import/mbox.h"
#include "mailer/parse/mail.h"
#include "server/base/prog.h"

#include "server/base/base.h"

#define ARENA_CAP   ((size_t)1 << 30)
#define INDEX_TRIES 30 /* of two seconds */

/* Beside people who read: so many messages a transaction, and when the database takes
 * longer than this over nothing, everybody waits for a processor or the disk. */
#define LIVE_MESSAGES 100
#define LIVE_SLOW     (5 * 1000)
#define LIVE_PAUSE    (200 * 1000)

/* With the list's language, which parsing asks for. */
static enum rc crew_make(struct import *im)
{
	/* its texts outlive the arena of one batch */
	im->list.name = arena_strdup(im->people, im->list.name);
	im->list.mail_domain = arena_strdup(im->people, im->list.mail_domain);
	im->list.lang = arena_strdup(im->people, im->list.lang);
	im->crew = crew_new(mail_limits_default.size, im->list.lang);
	if (im->crew == NULL)
		log_die("event=no_memory what=\"shared with the processes that parse\"");
	im->batches = ARENA_ARRAY(im->people, CREW_JOBS, struct import_batch);
	for (size_t k = 0; k < CREW_JOBS; k++)
		im->batches[k] = (struct import_batch){ .job = k, .arena = arena_new(ARENA_CAP) };
	return RC_OK;
}

enum rc import_init(struct import *im, const struct conf *conf, const struct keys *keys,
		    const char *list, struct import_mode mode)
{
	const char *at = strchr(list, '@');
	enum rc rc;

	*im = (struct import){ .u = { .conf = conf, .keys = keys, .door = DOOR_CLI },
			       .mode = mode };
	im->u.arena = arena_new(ARENA_CAP);
	im->people = arena_new(ARENA_CAP);
	im->authors = ARENA_ARRAY(im->people, IMPORT_AUTHORS, struct import_author);
	im->list_name = at ? arena_strndup(im->people, list, (size_t)(at - list))
			   : arena_strdup(im->people, list);
	im->domain = at ? arena_strdup(im->people, at + 1) : conf->mail_domain;
	im->dry = mode.dry ? tally_new() : NULL;
	im->u.db = unit_open(conf, "cli");
	mail_parse_init();
	if (!unit_ready(&im->u))
		return RC_TEMPFAIL;
	rc = list_lookup(&im->u, im->list_name, im->domain, "", "", &im->list);
	return rc == RC_OK ? crew_make(im) : rc;
}

void import_release(struct import *im)
{
	crew_free(&im->crew);
	for (size_t k = 0; im->batches != NULL && k < CREW_JOBS; k++)
		arena_free(&im->batches[k].arena);
	tally_free(&im->dry);
	unit_close(&im->u.db);
	arena_free(&im->u.arena);
	arena_free(&im->people);
}

/* The batch that is being filled. */
static struct import_batch *batch_open(struct import *im)
{
	return &im->batches[(im->first + im->nbatches) % CREW_JOBS];
}

/* The site was there before the archive: its pages come first. */
static void live_pause(struct import *im)
{
	struct arena_mark mark = arena_mark(im->u.arena);
	int64_t at = clock_mono(), took;
	struct bulk_site now;

	if (im->site.empty || im->mode.dry || im->mode.one_by_one)
		return;
	if (bulk_look(&im->u, &now) != RC_OK)
		return; /* the next batch will say so */
	arena_rewind(im->u.arena, mark);
	took = clock_mono() - at;
	if (took > LIVE_SLOW) {
		took = took * 10 < LIVE_PAUSE ? took * 10 : LIVE_PAUSE;
		nanosleep(&(struct timespec){ .tv_nsec = took * 1000 }, NULL);
	}
}

/* The one that was sent first, when its messages are parsed. */
static enum rc batch_oldest(struct import *im)
{
	struct import_batch *b = &im->batches[im->first];
	enum rc rc;

	crew_wait(im->crew, b->job);
	im->first = (im->first + 1) % CREW_JOBS;
	im->nbatches--;
	rc = batch_run(im, b);
	if (rc == RC_OK)
		live_pause(im);
	return rc;
}

/* To the crew, and room for the next. */
static enum rc batch_send(struct import *im)
{
	struct import_batch *b = batch_open(im);

	if (b->n == 0)
		return RC_OK;
	crew_send(im->crew, b->job);
	im->nbatches++;
	return im->nbatches == CREW_JOBS ? batch_oldest(im) : RC_OK;
}

static enum rc batch_add(struct import *im, const struct source_file *f,
			 const struct mbox_message *m, const char *why)
{
	struct import_batch *b = batch_open(im);
	struct slice raw;

	if (!crew_add(im->crew, b->job, m->raw, &raw)) {
		enum rc rc = batch_send(im);

		if (rc != RC_OK)
			return rc;
		b = batch_open(im);
		if (!crew_add(im->crew, b->job, m->raw, &raw))
			log_panic("event=message_too_long bytes=%zu", m->raw.n);
	}
	b->items[b->n++] = (struct import_item){ .raw = raw,
						 .when = slice_dup(b->arena, m->when),
						 .file = f->path,
						 .offset = m->offset,
						 .mtime = f->mtime,
						 .why = why };
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
		if (got == RC_LIMIT) {
			m.raw = SLICE("");
			m.when = SLICE("");
		}
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

/* Also after a failure: where the database is there, it is whole again. */
static enum rc site_close(struct import *im, enum rc rc)
{
	enum rc made = bulk_close(&im->u, &im->site);

	for (unsigned tries = 1; im->site.unindexed && tries < INDEX_TRIES; tries++)
		made = bulk_close(&im->u, &im->site);
	if (im->site.unindexed)
		fprintf(stderr, "cabildo import: the search is without its index until the next "
				"cabildo import\n");
	return rc == RC_OK ? made : rc;
}

enum rc import_run(struct import *im, const struct source_list *files)
{
	int64_t before = 0;
	enum rc rc = RC_OK;

	progress_init(&im->progress, files->bytes);
	if (!im->mode.dry && !im->mode.one_by_one)
		rc = bulk_open(&im->u, &im->site);
	if (rc == RC_OK && !im->mode.dry && !im->site.empty && !im->site.unindexed)
		crew_gentle(im->crew, LIVE_MESSAGES);
	for (size_t i = 0; i < files->n && rc == RC_OK && !prog_stop; i++) {
		rc = file_run(im, &files->v[i], before);
		before += files->v[i].size;
	}
	if (rc == RC_OK)
		rc = batch_send(im);
	while (rc == RC_OK && im->nbatches > 0)
		rc = batch_oldest(im);
	progress_clear(&im->progress);
	return site_close(im, rc);
}
