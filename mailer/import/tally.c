/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See tally.h. One open table of 64-bit hashes (ids and keys are SHA-256-like
 * already; database threads are mixed in as hashes of their own), each with a
 * union-find parent. A set counts one thread as soon as it holds a post or is
 * one of the database's.
 */
#include <sysexits.h>

#include "mailer/import/tally.h"

#include "server/base/base.h"

struct cell {
	uint64_t hash; /* 0: free */
	uint32_t up;   /* index into the table's order */
	bool post, counts;
};

struct tally {
	struct cell *v; /* in order of arrival; parents are indices */
	uint32_t n, size;
	uint32_t *slots; /* index + 1, 0: free */
	uint32_t nslots;
};

static void *grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (p == NULL)
		exit(EX_TEMPFAIL);
	return p;
}

struct tally *tally_new(void)
{
	struct tally *t = grown(NULL, 1, sizeof(*t));

	*t = (struct tally){ .nslots = 1024 };
	t->slots = grown(NULL, t->nslots, sizeof(*t->slots));
	memset(t->slots, 0, t->nslots * sizeof(*t->slots));
	return t;
}

void tally_free(struct tally **t)
{
	if (*t != NULL) {
		free((*t)->v);
		free((*t)->slots);
	}
	free(*t);
	*t = NULL;
}

static uint32_t *slot_of(struct tally *t, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (t->nslots - 1);

	while (t->slots[i] != 0 && t->v[t->slots[i] - 1].hash != hash)
		i = (i + 1) & (t->nslots - 1);
	return &t->slots[i];
}

static void widen(struct tally *t)
{
	t->nslots *= 2;
	t->slots = grown(t->slots, t->nslots, sizeof(*t->slots));
	memset(t->slots, 0, t->nslots * sizeof(*t->slots));
	for (uint32_t i = 0; i < t->n; i++)
		*slot_of(t, t->v[i].hash) = i + 1;
}

static uint32_t cell_of(struct tally *t, uint64_t hash)
{
	uint32_t *slot = slot_of(t, hash);

	if (*slot != 0)
		return *slot - 1;
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 1024;
		t->v = grown(t->v, t->size, sizeof(*t->v));
	}
	t->v[t->n] = (struct cell){ .hash = hash, .up = t->n };
	*slot = ++t->n;
	if (t->n > t->nslots / 2)
		widen(t);
	return t->n - 1;
}

static uint32_t root_of(struct tally *t, uint32_t i)
{
	while (t->v[i].up != i)
		i = t->v[i].up = t->v[t->v[i].up].up;
	return i;
}

static uint64_t hash_of(const unsigned char h[static 32])
{
	uint64_t v;

	memcpy(&v, h, sizeof(v));
	return v;
}

/* Two sets become one; by how many threads that changes the count. */
static int join(struct tally *t, uint32_t a, uint32_t b)
{
	bool both;

	a = root_of(t, a);
	b = root_of(t, b);
	if (a == b)
		return 0;
	both = t->v[a].counts && t->v[b].counts;
	t->v[b].up = a;
	t->v[a].counts |= t->v[b].counts;
	return both ? -1 : 0;
}

enum fate tally_add(struct tally *t, const struct submit_look *look, int *threads_r)
{
	/* bits turned over: a key is not an id */
	uint32_t key = cell_of(t, ~hash_of(look->key)), own = cell_of(t, hash_of(look->ids[0])), c;

	*threads_r = 0;
	if (look->fate != FATE_POSTED)
		return look->fate;
	if (t->v[key].post)
		return FATE_DUPLICATE;
	if (t->v[own].post)
		return FATE_DROPPED;
	t->v[key].post = t->v[own].post = true;
	for (size_t i = 0; i < look->n; i++) {
		*threads_r += join(t, own, cell_of(t, hash_of(look->ids[i])));
		if (look->threads[i] == 0)
			continue;
		c = cell_of(t, (uint64_t)look->threads[i] * UINT64_C(0x9e3779b97f4a7c15));
		/* alone, it is a thread that is there already */
		if (root_of(t, c) == c && !t->v[c].counts)
			t->v[c].counts = true;
		*threads_r += join(t, own, c);
	}
	c = root_of(t, own);
	if (!t->v[c].counts) {
		t->v[c].counts = true;
		++*threads_r;
	}
	return FATE_POSTED;
}
