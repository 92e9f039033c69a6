/* SPDX-License-Identifier: Apache-2.0 */
/* See place.h. */
#include "server/core/place.h"
#include "server/store/intake.h"

#include "server/base/base.h"

void place_ids(struct unit *u, const struct submission *s, const char *msgid, struct ids *ids)
{
	size_t max = s->nrefs < PLACE_REFS_MAX ? s->nrefs : PLACE_REFS_MAX;

	*ids = (struct ids){ .own = msgid };
	hash_bytes(msgid, strlen(msgid), ids->own_hash);
	ids->refs = ARENA_ARRAY(u->arena, max + 1, id_hash);
	ids->names = ARENA_ARRAY(u->arena, max + 1, const char *);
	for (size_t i = s->nrefs; i > 0 && ids->n < max; i--) {
		const char *id = s->refs[i - 1];

		if (strcmp(id, msgid) == 0)
			continue; /* it cannot answer itself */
		ids->names[ids->n] = id;
		hash_bytes(id, strlen(id), ids->refs[ids->n++]);
	}
}

const id_hash *place_all_ids(struct unit *u, const struct ids *ids)
{
	id_hash *all = ARENA_ARRAY(u->arena, ids->n + 1, id_hash);

	memcpy(all[0], ids->own_hash, HASH_BYTES);
	for (size_t i = 0; i < ids->n; i++)
		memcpy(all[i + 1], ids->refs[i], HASH_BYTES);
	return (const id_hash *)all;
}

static int by_value(const void *a, const void *b)
{
	int64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* What to lock, in order: its ids, ids->n + 2 of them. */
static const int64_t *lock_keys(struct unit *u, int64_t list, const struct ids *ids,
				const id_hash *all)
{
	int64_t *keys = ARENA_ARRAY(u->arena, ids->n + 2, int64_t);

	for (size_t i = 0; i <= ids->n; i++) {
		memcpy(&keys[i], all[i], sizeof(keys[i]));
		keys[i] ^= list; /* the same id in another group is nobody's business */
	}
	/* but one message to two groups is one after the other: whose copies leave? */
	memcpy(&keys[ids->n + 1], ids->own_hash, sizeof(*keys));
	qsort(keys, ids->n + 2, sizeof(*keys), by_value);
	return keys;
}

enum rc place_look_up(struct unit *u, int64_t list, struct ids *ids, bool lock)
{
	const id_hash *all = place_all_ids(u, ids);
	enum rc rc = RC_OK;

	if (lock)
		rc = ids_lock(u->db, u->arena, lock_keys(u, list, ids, all), ids->n + 2);
	if (rc != RC_OK)
		return rc;
	return refs_read(u->db, u->arena, list, all, ids->n + 1, &ids->found, &ids->nfound);
}

enum rc place_enter(struct unit *u, int64_t list, const id_hash key, bool reads, struct ids *ids,
		    int64_t *post_r)
{
	const id_hash *all = place_all_ids(u, ids);
	struct place_rows r;
	enum rc rc = post_place(u->db, u->arena, list, key, lock_keys(u, list, ids, all), ids->n + 2,
				all, ids->n + 1, reads, &r);

	if (rc != RC_OK)
		return rc;
	*post_r = r.post;
	ids->found = r.found;
	ids->nfound = r.nfound;
	ids->near = reads ? r.near : 0;
	ids->text = r.text;
	return RC_OK;
}

const struct ref_row *place_found(const struct ids *ids, const id_hash h)
{
	for (size_t i = 0; i < ids->nfound; i++)
		if (ids->found[i].hash.n == HASH_BYTES &&
		    memcmp(ids->found[i].hash.p, h, HASH_BYTES) == 0)
			return &ids->found[i];
	return NULL;
}

static void place_merge(struct place *p, int64_t thread)
{
	if (thread == 0 || thread == p->thread)
		return;
	for (size_t i = 0; i < p->nmerge; i++)
		if (p->merge[i] == thread)
			return;
	p->merge[p->nmerge++] = thread;
}

static void place_at(struct place *p, const struct ref_row *f)
{
	p->thread = f->thread;
	p->state = f->state;
}

/* Only the nearest known post tells that the thread was moved to another group; an archive
 * of the old one is not about it. */
static void place_named(const struct list_ref *l, const struct submission *s,
			const struct ids *ids, struct place *p)
{
	const struct ref_row *named = NULL, *f;

	for (size_t i = 0; i < ids->n; i++) {
		f = place_found(ids, ids->refs[i]);
		if (f == NULL)
			continue;
		if (f->list != l->id) {
			if (f->post != 0 && p->parent == 0 && s->source != SUBMIT_IMPORT) {
				p->elsewhere = f->list;
				return;
			}
		} else if (f->post != 0 && p->parent == 0) {
			p->parent = f->post;
			place_at(p, f);
			p->rank = (int)i;
		} else if (named == NULL) {
			named = f;
		}
	}
	if (p->thread == 0 && named != NULL)
		place_at(p, named);
}

/*
 * The nearest post that it names decides. Without one, a thread whose posts
 * name the same unknown id; then the thread address. Replies that waited for
 * this very id come along, with their thread, unless a moderator made that. An
 * archive is trusted to know its threads: there everything that is named belongs
 * together, whatever the order of import; live mail cannot pull two threads into
 * one by naming both.
 */
void place_find(const struct list_ref *l, const struct submission *s, const struct ids *ids,
		struct place *p)
{
	const struct ref_row *own = place_found(ids, ids->own_hash), *f;

	*p = (struct place){ .rank = PLACE_RANK_NONE, .state = "open" };
	place_named(l, s, ids, p);
	if (p->elsewhere != 0)
		return;
	if (own != NULL && own->list != l->id)
		own = NULL;
	if (p->thread == 0 && own != NULL)
		place_at(p, own);
	if (p->thread == 0)
		p->thread = s->thread_hint;
	if (own != NULL && !own->placed)
		place_merge(p, own->thread);
	for (size_t i = 0; s->source == SUBMIT_IMPORT && i < ids->nfound; i++) {
		f = &ids->found[i];
		if (f->list == l->id && !f->placed)
			place_merge(p, f->thread);
	}
	if (s->parent_hint != 0 && p->parent == 0) {
		p->parent = s->parent_hint;
		p->rank = 0;
	}
}

/*
 * What a thread address named may be part of another thread by now, or in
 * another group. And a post that joins threads must have the group to itself: who
 * has found their place in one of them already would else write into what is only
 * a redirect.
 */
enum rc place_settle(struct unit *u, const struct list_ref *l, const struct submission *s,
		     struct place *p, struct submit_result *r)
{
	struct hint_row h;
	enum rc rc = RC_OK;

	if (p->thread != 0 && p->thread == s->thread_hint && p->elsewhere == 0) {
		rc = hint_read(u->db, u->arena, s->thread_hint, &h);
		if (rc == RC_OK && h.list != l->id)
			p->elsewhere = h.list;
		p->thread = rc == RC_OK && h.list == l->id ? h.thread : 0;
		p->state = p->thread ? h.state : "open";
	}
	if (rc == RC_NOTFOUND)
		rc = RC_OK;
	if (rc == RC_OK && p->nmerge > 0 && s->source != SUBMIT_IMPORT && !s->alone) {
		*r = (struct submit_result){ .fate = FATE_POSTED, .alone = true };
		return RC_TEMPFAIL;
	}
	return rc;
}

void place_fill(struct unit *u, const struct ids *ids, const struct place *p, struct post_new *n)
{
	id_hash *unknown = ARENA_ARRAY(u->arena, ids->n + 1, id_hash);
	id_hash *wait = ARENA_ARRAY(u->arena, ids->n + 1, id_hash);
	int64_t *rank = ARENA_ARRAY(u->arena, ids->n + 1, int64_t);

	n->nunknown = n->nwaits = 0;
	for (size_t i = 0; i < ids->n; i++) {
		const struct ref_row *f = place_found(ids, ids->refs[i]);

		if (f == NULL)
			memcpy(unknown[n->nunknown++], ids->refs[i], HASH_BYTES);
		if ((f == NULL || f->post == 0) && (int)i < p->rank) {
			rank[n->nwaits] = (int64_t)i;
			memcpy(wait[n->nwaits++], ids->refs[i], HASH_BYTES);
		}
	}
	n->unknown = (const id_hash *)unknown;
	n->waits = (const id_hash *)wait;
	n->ranks = rank;
}

enum rc place_adopt(struct unit *u, int64_t list, const struct ids *ids, const struct place *p,
		    int64_t post)
{
	if (place_found(ids, ids->own_hash) == NULL)
		return RC_OK;
	return waiting_adopt(u->db, u->arena, list, ids->own_hash, post, p->thread);
}
