/* SPDX-License-Identifier: Apache-2.0 */
/* See bulk.h: windows, and what goes one by one. */
#include "server/core/bulk_window.h"
#include "server/core/fold.h"
#include "server/core/lang.h"
#include "server/text/pack.h"

#include "server/base/base.h"

#define WINDOW_LEAST 8

void bulk_make(struct unit *u, const char *lang, const struct submission *s, struct bulk_made *r)
{
	submit_key(u, s, r->key);
	hash_bytes(s->raw.p, s->raw.n, r->raw_hash);
	fold_words(u, s, &r->own, &r->quoted);
	r->html = fold_render(u, s);
	r->packed = html_pack(u->arena, r->html);
	r->lang = *s->lang ? s->lang : lang_guess(r->own, lang);
	r->align = fold_asks_parent(u, s);
}

void idmap_init(struct idmap *m, struct arena *a, size_t most)
{
	size_t size = 64;

	while (size < most * 2)
		size *= 2;
	m->mask = size - 1;
	m->keys = ARENA_ARRAY(a, size, const unsigned char *);
	m->values = ARENA_ARRAY(a, size, uint32_t);
}

/* Its place, or the free one where it would stand. */
static size_t slot_of(const struct idmap *m, const unsigned char *hash)
{
	uint64_t h;
	size_t i;

	memcpy(&h, hash, sizeof(h)); /* hashes of hashes would be no better */
	for (i = h & m->mask; m->keys[i] != NULL; i = (i + 1) & m->mask)
		if (memcmp(m->keys[i], hash, HASH_BYTES) == 0)
			break;
	return i;
}

uint32_t idmap_get(const struct idmap *m, const unsigned char *hash)
{
	size_t i = slot_of(m, hash);

	return m->keys[i] ? m->values[i] : UINT32_MAX;
}

uint32_t idmap_put(struct idmap *m, const unsigned char *hash, uint32_t value)
{
	size_t i = slot_of(m, hash);

	if (m->keys[i] == NULL) {
		m->keys[i] = hash;
		m->values[i] = value;
	}
	return m->values[i];
}

/* Each id that the messages have or name, once. */
static void ids_gather(struct window *w)
{
	struct arena *a = w->u->arena;
	size_t most = 0;

	w->ids = ARENA_ARRAY(a, w->n, struct ids);
	for (size_t i = 0; i < w->n; i++) {
		struct bulk_item *it = &w->items[i];

		place_ids(w->u, it->s, submit_msgid(w->u, w->l, it->s, it->made.key), &w->ids[i]);
		most += w->ids[i].n + 1;
	}
	idmap_init(&w->by_hash, a, most);
	w->refs = ARENA_ARRAY(a, most, struct wref);
	w->waits = ARENA_ARRAY(a, most, struct wwait);
	w->posts = ARENA_ARRAY(a, w->n, struct wpost);
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k <= w->ids[i].n; k++) {
			const unsigned char *h = k == 0 ? w->ids[i].own_hash
							: w->ids[i].refs[k - 1];
			uint32_t at = (uint32_t)w->nrefs;

			if (idmap_put(&w->by_hash, h, at) == at)
				w->refs[w->nrefs++].hash = h;
		}
}

/* The database's threads that the ids lead to, locked. */
static enum rc threads_look(struct window *w, const struct ref_row *found, size_t nfound)
{
	int64_t *ids = ARENA_ARRAY(w->u->arena, nfound + 1, int64_t);
	struct bulk_thread_row *rows = NULL;
	size_t n = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < nfound; i++)
		if (found[i].list == w->l->id)
			ids[n++] = found[i].thread;
	if (n > 0)
		rc = bulk_threads_read(w->u->db, w->u->arena, ids, n, &rows, &n);
	if (rc != RC_OK)
		return rc;
	w->threads = ARENA_ARRAY(w->u->arena, n + w->n, struct wthread);
	for (size_t i = 0; i < n; i++)
		w->threads[i] = (struct wthread){ .id = rows[i].id,
						  .old = true,
						  .next = rows[i].next_post,
						  .first_at = rows[i].first_at,
						  .last_at = rows[i].last_at,
						  .last_post = rows[i].last_post,
						  .had_names = (size_t)rows[i].names };
	w->nthreads = w->old_threads = n;
	return RC_OK;
}

/* Below 0; 0: not among those that were read. They stand by id. */
static int64_t thread_number(const struct window *w, int64_t id)
{
	size_t from = 0, to = w->old_threads;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (w->threads[mid].id < id)
			from = mid + 1;
		else
			to = mid;
	}
	return from < w->old_threads && w->threads[from].id == id ? -(int64_t)from - 1 : 0;
}

static enum rc seen_look(struct window *w)
{
	const unsigned char **keys = ARENA_ARRAY(w->u->arena, w->n, const unsigned char *);
	struct slice *seen;
	size_t n;
	enum rc rc;

	for (size_t i = 0; i < w->n; i++)
		keys[i] = w->items[i].made.key;
	rc = bulk_seen_read(w->u->db, w->u->arena, w->l->id, keys, w->n, &seen, &n);
	idmap_init(&w->seen, w->u->arena, w->n * 2);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		idmap_put(&w->seen, (const unsigned char *)seen[i].p, 1);
	return rc;
}

enum rc window_look(struct window *w)
{
	const unsigned char **hashes;
	struct ref_row *found;
	size_t nfound;
	enum rc rc;

	ids_gather(w);
	hashes = ARENA_ARRAY(w->u->arena, w->nrefs, const unsigned char *);
	for (size_t i = 0; i < w->nrefs; i++)
		hashes[i] = w->refs[i].hash;
	rc = bulk_refs_read(w->u->db, w->u->arena, w->l->id, hashes, w->nrefs, &found, &nfound);
	if (rc == RC_OK)
		rc = threads_look(w, found, nfound);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < nfound; i++) {
		const struct ref_row *f = &found[i];
		struct wref *r = &w->refs[idmap_get(&w->by_hash, (const unsigned char *)f->hash.p)];

		r->old = true;
		r->post = f->post;
		r->thread = f->list == w->l->id ? thread_number(w, f->thread) : 0;
		r->hard = r->thread == 0 || f->placed || strcmp(f->state, "hidden") == 0;
	}
	return seen_look(w);
}

/* As many of the items as go together; *done_r of them. */
static enum rc window_run(struct unit *u, const struct list_ref *l, struct bulk_item *items,
			  size_t n, size_t *done_r)
{
	struct window w = { .u = u, .l = l, .items = items, .n = n };
	enum rc rc = window_look(&w);

	*done_r = 0;
	if (rc != RC_OK)
		return rc;
	while (*done_r < n && window_place(&w, *done_r))
		++*done_r;
	return window_write(&w);
}

static enum rc one_run(struct unit *u, const struct list_ref *l, struct bulk_item *it)
{
	struct submit_result res = { .fate = FATE_DROPPED };
	enum rc rc = submit_post(u, l, it->s, &res);

	it->fate = res.fate;
	it->threads = res.threads;
	return rc;
}

enum rc bulk_submit(struct unit *u, const struct list_ref *l, struct bulk_item *items, size_t n)
{
	size_t window = n, at = 0;

	while (at < n) {
		size_t take = window < n - at ? window : n - at, done;
		enum rc rc = window_run(u, l, items + at, take, &done);

		at += done;
		if (rc == RC_OK && done < take)
			rc = one_run(u, l, &items[at++]);
		if (rc != RC_OK)
			return rc;
		/* what was looked up and not used is looked up again */
		window = done == take ? window * 2 : done * 2;
		window = window < WINDOW_LEAST ? WINDOW_LEAST : window;
	}
	return RC_OK;
}

enum rc bulk_look(struct unit *u, struct bulk_site *r)
{
	bool posts, index;
	enum rc rc = bulk_state_read(u->db, u->arena, &posts, &index);

	*r = (struct bulk_site){ .empty = rc == RC_OK && !posts, .unindexed = rc == RC_OK && !index };
	return rc;
}

enum rc bulk_open(struct unit *u, struct bulk_site *r)
{
	enum rc rc = bulk_look(u, r);

	/* somebody in the way: a row at a time, then */
	if (rc == RC_OK && r->empty && !r->unindexed)
		r->unindexed = bulk_index_drop(u->db, u->arena) == RC_OK;
	return rc;
}

enum rc bulk_close(struct unit *u, struct bulk_site *s)
{
	enum rc rc = s->unindexed ? bulk_index_make(u->db, u->arena) : RC_OK;

	s->unindexed &= rc != RC_OK;
	if (rc == RC_OK && s->empty)
		rc = bulk_analyze(u->db, u->arena);
	return rc;
}
