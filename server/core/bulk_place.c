/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See bulk_window.h. What submit.c, place.c and the statements of intake.sql do with the
 * rows of threads, done with the same in memory; a test holds the two against each other.
 */
#include "server/core/bulk_window.h"

#include "server/base/base.h"

#define CHAIN_MAX 500 /* as waiting_adopt */

static struct wthread *thread_of(struct window *w, int64_t t)
{
	return &w->threads[-t - 1];
}

static struct wpost *post_of(struct window *w, int64_t p)
{
	return &w->posts[-p - 1];
}

/* The rows that place_look_up would have found: its own, then those it names. */
static void found_fill(struct window *w, struct ids *ids)
{
	const id_hash *all = place_all_ids(w->u, ids);

	ids->found = ARENA_ARRAY(w->u->arena, ids->n + 1, struct ref_row);
	ids->nfound = 0;
	for (size_t i = 0; i <= ids->n; i++) {
		const struct wref *f = &w->refs[idmap_get(&w->by_hash, all[i])];

		if (f->thread != 0)
			ids->found[ids->nfound++] = (struct ref_row){
				.hash = slice_make((const char *)f->hash, HASH_BYTES),
				.thread = f->thread,
				.post = f->post,
				.state = "open",
				.list = w->l->id
			};
	}
}

static bool is_hard(struct window *w, const struct ids *ids, const struct place *p)
{
	const struct wref *own = &w->refs[idmap_get(&w->by_hash, ids->own_hash)];

	if (own->old)
		return true; /* replies wait for it */
	for (size_t i = 0; i < ids->n; i++)
		if (w->refs[idmap_get(&w->by_hash, ids->refs[i])].hard)
			return true;
	if (p->nmerge == 0)
		return false;
	for (size_t i = 0; i < p->nmerge; i++)
		if (thread_of(w, p->merge[i])->old)
			return true;
	return thread_of(w, p->thread)->old;
}

static void person_add(struct window *w, int64_t thread, const char *addr, const char *name,
		       int64_t account, int64_t posts)
{
	size_t t = (size_t)(-thread - 1);

	for (size_t i = 0; i < w->npeople; i++)
		if (w->people[i].thread == t && strcmp(w->people[i].addr, addr) == 0) {
			w->people[i].posts += posts;
			return;
		}
	if (w->npeople == w->people_room) {
		size_t room = w->people_room * 2 + 64;

		w->people = arena_grow(w->u->arena, w->people, w->people_room * sizeof(*w->people),
				       room * sizeof(*w->people));
		w->people_room = room;
	}
	w->people[w->npeople++] = (struct wperson){ t, addr, name, account, posts };
	if (w->threads[t].old)
		return; /* whether they are new there is asked later */
	w->threads[t].people++;
	if (w->threads[t].nnames < 3)
		w->threads[t].names[w->threads[t].nnames++] = name;
}

/* thread_write or thread_bump. */
static void thread_take(struct window *w, struct wpost *p, int64_t self)
{
	const struct submission *s = w->items[p->item].s;
	struct wthread *t;

	if (p->thread == 0) {
		w->threads[w->nthreads++] = (struct wthread){ .next = 1,
							      .first_at = p->at,
							      .last_at = p->at,
							      .last_post = self,
							      .number = ++w->fresh,
							      .subject = s->subject };
		p->thread = -(int64_t)w->nthreads;
	}
	t = thread_of(w, p->thread);
	p->number = t->next++;
	t->posts++;
	t->came++;
	t->version++;
	t->bumped = true;
	if (p->at >= t->last_at) {
		t->last_at = p->at;
		t->last_post = self;
	}
	if (p->at < t->first_at)
		t->first_at = p->at;
	person_add(w, p->thread, s->author_addr, s->author_name, s->account, 1);
}

/* waiting_adopt: replies of the window that were before their parent. */
static void adopt(struct window *w, uint32_t ref, int64_t self)
{
	for (size_t i = 0; i < w->nwaits; i++) {
		struct wwait *wait = &w->waits[i];
		int64_t reply = -(int64_t)wait->post - 1, up = self;
		int depth = 0;

		if (wait->ref != ref || wait->gone)
			continue;
		wait->gone = true;
		while (up < 0 && up != reply && depth++ <= CHAIN_MAX)
			up = post_of(w, up)->parent;
		if (up == reply || wait->rank >= post_of(w, reply)->rank)
			continue;
		post_of(w, reply)->parent = self;
		post_of(w, reply)->rank = wait->rank;
	}
}

/* place_write */
static void refs_take(struct window *w, const struct ids *ids, const struct place *place,
		      int64_t thread, int64_t self)
{
	uint32_t own = idmap_get(&w->by_hash, ids->own_hash);
	bool was_named = w->refs[own].thread != 0;

	for (size_t i = 0; i < ids->n; i++) {
		uint32_t r = idmap_get(&w->by_hash, ids->refs[i]);
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice |= idmap_get(&w->by_hash, ids->refs[k]) == r;
		if (twice)
			continue;
		if (w->refs[r].post == 0 && (int)i < place->rank)
			w->waits[w->nwaits++] = (struct wwait){ r, (size_t)(-self - 1), (int)i, false };
		if (w->refs[r].thread == 0)
			w->refs[r].thread = thread;
	}
	w->refs[own].thread = thread;
	w->refs[own].post = self;
	if (was_named)
		adopt(w, own, self);
}

static int by_time(const void *x, const void *y, void *ctx)
{
	const struct window *w = ctx;
	const size_t *a = x, *b = y;
	int64_t at = w->posts[*a].at, bt = w->posts[*b].at;

	return at < bt ? -1 : at > bt ? 1 : *a < *b ? -1 : 1;
}

static void redirect_add(struct window *w, size_t thread, size_t post)
{
	if (w->nredirects == w->redirects_room) {
		size_t room = w->redirects_room ? w->redirects_room * 2 : 64;

		w->redirects = arena_grow(w->u->arena, w->redirects,
					  w->redirects_room * sizeof(*w->redirects),
					  room * sizeof(*w->redirects));
		w->redirects_room = room;
	}
	w->redirects[w->nredirects++] = (struct wredirect){ thread, post, w->posts[post].number };
}

/* thread_merge_posts */
static void posts_move(struct window *w, int64_t from, int64_t to)
{
	size_t *v = ARENA_ARRAY(w->u->arena, w->nposts, size_t), n = 0, people = w->npeople;

	for (size_t i = 0; i < w->nposts; i++)
		if (w->posts[i].thread == from)
			v[n++] = i;
	qsort_r(v, n, sizeof(*v), by_time, w);
	for (size_t i = 0; i < n; i++) {
		redirect_add(w, (size_t)(-from - 1), v[i]);
		w->posts[v[i]].thread = to;
		w->posts[v[i]].number = thread_of(w, to)->next++;
	}
	thread_of(w, to)->posts += (int64_t)n;
	for (size_t i = 0; i < w->nrefs; i++)
		if (w->refs[i].thread == from)
			w->refs[i].thread = to;
	for (size_t i = 0; i < people; i++)
		if (w->people[i].thread == (size_t)(-from - 1))
			person_add(w, to, w->people[i].addr, w->people[i].name,
				   w->people[i].account, w->people[i].posts);
}

/* The names of the first three who wrote, as they are known in the thread. */
static void names_again(struct window *w, int64_t thread)
{
	struct wthread *t = thread_of(w, thread);
	const char *addrs[3];

	t->nnames = 0;
	for (size_t i = 0; i < w->nposts && t->nnames < 3; i++) {
		const char *addr = w->items[w->posts[i].item].s->author_addr;
		bool there = w->posts[i].thread != thread;

		for (size_t k = 0; k < t->nnames && !there; k++)
			there = strcmp(addrs[k], addr) == 0;
		for (size_t k = 0; k < w->npeople && !there; k++)
			if (w->people[k].thread == (size_t)(-thread - 1) &&
			    strcmp(w->people[k].addr, addr) == 0) {
				addrs[t->nnames] = addr;
				t->names[t->nnames++] = w->people[k].name;
				there = true;
			}
	}
}

/* thread_title */
static void title_again(struct window *w, int64_t thread)
{
	const struct wpost *best = NULL;
	const char *subject;

	for (size_t i = 0; i < w->nposts; i++) {
		const struct wpost *p = &w->posts[i];

		if (p->thread != thread)
			continue;
		if (best == NULL || (p->parent == 0) > (best->parent == 0) ||
		    ((p->parent == 0) == (best->parent == 0) && p->at < best->at))
			best = p;
	}
	subject = w->items[best->item].s->subject;
	if (*subject != '\0')
		thread_of(w, thread)->subject = subject;
}

/* thread_merge, of two that are new. */
static void merge(struct window *w, int64_t from, int64_t to)
{
	struct wthread *f = thread_of(w, from), *t = thread_of(w, to);

	posts_move(w, from, to);
	f->moved = (size_t)-to;
	f->posts = 0;
	f->version++;
	for (size_t i = 0; i < w->nthreads; i++)
		if (w->threads[i].moved == (size_t)-from)
			w->threads[i].moved = (size_t)-to;
	if (f->first_at < t->first_at)
		t->first_at = f->first_at;
	if (f->last_at > t->last_at) {
		t->last_at = f->last_at;
		t->last_post = f->last_post;
	}
	names_again(w, to);
	t->version++;
	title_again(w, to);
	w->merges++;
}

/* An id that is here already, as import_known. False: that is not known here. */
static bool known(struct window *w, struct bulk_item *it, const struct wref *own)
{
	if (idmap_get(&w->seen, it->made.key) != UINT32_MAX)
		it->fate = FATE_DUPLICATE;
	else if (own->post < 0)
		it->fate = FATE_DROPPED;
	else
		return false;
	return true;
}

bool window_place(struct window *w, size_t i)
{
	struct bulk_item *it = &w->items[i];
	struct ids *ids = &w->ids[i];
	const struct wref *own = &w->refs[idmap_get(&w->by_hash, ids->own_hash)];
	struct place place;
	struct wpost *p;
	int64_t self;

	it->threads = 0;
	if (own->hard)
		return false;
	if (own->post != 0)
		return known(w, it, own);
	if (idmap_get(&w->seen, it->made.key) != UINT32_MAX) {
		it->fate = FATE_DUPLICATE;
		return true;
	}
	found_fill(w, ids);
	place_find(w->l, it->s, ids, &place);
	if (is_hard(w, ids, &place))
		return false;
	idmap_put(&w->seen, it->made.key, 0);
	it->fate = FATE_POSTED;
	p = &w->posts[w->nposts++];
	self = -(int64_t)w->nposts;
	*p = (struct wpost){ .item = i,
			     .msgid = ids->own,
			     .hash = ids->own_hash,
			     .thread = place.thread,
			     .parent = place.parent,
			     .answers = place.parent,
			     .rank = place.rank,
			     .at = it->s->sent_at ? it->s->sent_at : clock_now() };
	it->threads = (place.thread == 0) - (int)place.nmerge;
	thread_take(w, p, self);
	refs_take(w, ids, &place, p->thread, self);
	for (size_t k = 0; k < place.nmerge; k++)
		merge(w, place.merge[k], p->thread);
	return true;
}
