/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain of zeroed blocks. The first block stays when the arena is rewound,
 * so a worker that serves one unit after another stops asking malloc. Under
 * AddressSanitizer memory past what is handed out is poisoned.
 */
#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include "server/base/arena.h"

#ifdef CABILDO_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#define RED_ZONE       16
#else
#define POISON(p, n)   ((void)0)
#define UNPOISON(p, n) ((void)0)
#define RED_ZONE       0
#endif

#include "server/base/base.h"

#define BLOCK_FIRST 16384
#define BLOCK_MAX   ((size_t)1 << 20)
#define ALIGN       16

struct block {
	struct block *prev;
	size_t size, used;
	_Alignas(ALIGN) char data[];
};

struct defer {
	struct defer *prev;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *block;
	struct defer *defer;
	size_t cap, held, next;
};

static void exhausted(const struct arena *a, size_t want) NO_RETURN;
static void exhausted(const struct arena *a, size_t want)
{
	log_fail("event=out_of_memory held=%zu cap=%zu want=%zu", a->held, a->cap, want);
	exit(EX_TEMPFAIL);
}

static void block_add(struct arena *a, size_t atleast)
{
	size_t size = a->next;
	struct block *b;

	while (size < atleast)
		size *= 2;
	if (atleast > a->cap || a->held + atleast > a->cap)
		exhausted(a, atleast);
	b = malloc(sizeof(*b) + size);
	if (b == NULL)
		exhausted(a, size);
	b->prev = a->block;
	b->size = size;
	b->used = 0;
	POISON(b->data, size);
	a->block = b;
	a->held += size;
	if (a->next < BLOCK_MAX)
		a->next *= 2;
}

struct arena *arena_new(size_t cap)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		exit(EX_TEMPFAIL);
	a->cap = cap < BLOCK_FIRST ? BLOCK_FIRST : cap;
	a->next = BLOCK_FIRST;
	block_add(a, BLOCK_FIRST);
	return a;
}

static void *take(struct arena *a, size_t size)
{
	struct block *b = a->block;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 4)
		exhausted(a, size);
	need = (size + RED_ZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (need == 0)
		need = ALIGN;
	if (b->size - b->used < need) {
		block_add(a, need);
		b = a->block;
	}
	p = b->data + b->used;
	b->used += need;
	UNPOISON(p, size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		exhausted(a, SIZE_MAX);
	return arena_alloc(a, bytes);
}

void *arena_room(struct arena *a, void *p, size_t old, size_t size)
{
	struct block *b = a->block;
	size_t had = (old + RED_ZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	void *q;

	if (p != NULL && size <= old)
		return p;
	if (had == 0)
		had = ALIGN;
	if (p != NULL && (char *)p + had == b->data + b->used) {
		size_t at = (size_t)((char *)p - b->data);
		size_t need = (size + RED_ZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);

		if (size < SIZE_MAX / 4 && b->size - at >= need) {
			b->used = at + need;
			UNPOISON(p, size);
			return p;
		}
	}
	q = take(a, size);
	if (p != NULL)
		memcpy(q, p, old);
	return q;
}

void *arena_grow(struct arena *a, void *p, size_t old, size_t size)
{
	char *q;

	if (p != NULL && size <= old)
		return p;
	q = arena_room(a, p, old, size);
	if (p == NULL)
		old = 0;
	memset(q + old, 0, size - old);
	return q;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = take(a, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_join_(struct arena *a, const char *const *z, size_t n)
{
	size_t total = 1;
	char *out, *p;

	for (size_t i = 0; i < n; i++)
		total += strlen(z[i]);
	out = p = take(a, total);
	for (size_t i = 0; i < n; i++) {
		size_t k = strlen(z[i]);

		memcpy(p, z[i], k);
		p += k;
	}
	*p = '\0';
	return out;
}

void *arena_memdup(struct arena *a, const void *p, size_t n)
{
	void *q = take(a, n);

	if (n > 0)
		memcpy(q, p, n);
	return q;
}

char *arena_vfmt(struct arena *a, const char *fmt, va_list ap)
{
	char buf[256], *p; /* what is short is formatted once */
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	if (n < 0)
		log_panic("event=bad_format");
	p = take(a, (size_t)n + 1);
	if ((size_t)n < sizeof(buf))
		memcpy(p, buf, (size_t)n + 1);
	else
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

char *arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vfmt(a, fmt, ap);
	va_end(ap);
	return p;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct defer *d = ARENA_NEW(a, struct defer);

	d->prev = a->defer;
	d->fn = fn;
	d->p = p;
	a->defer = d;
}

struct arena_mark arena_mark(struct arena *a)
{
	return (struct arena_mark){ a->block, a->defer, a->block->used };
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->defer != m.defer) {
		struct defer *d = a->defer;

		a->defer = d->prev;
		d->fn(d->p);
	}
	while (a->block != m.block) {
		struct block *b = a->block;

		a->block = b->prev;
		a->held -= b->size;
		UNPOISON(b->data, b->size);
		free(b);
	}
	a->block->used = m.used;
	POISON(a->block->data + m.used, a->block->size - m.used);
	if (a->block->prev == NULL)
		a->next = BLOCK_FIRST * 2;
}

size_t arena_used(const struct arena *a)
{
	size_t n = 0;

	for (const struct block *b = a->block; b != NULL; b = b->prev)
		n += b->used;
	return n;
}

void arena_free(struct arena **ap)
{
	struct arena *a = *ap;

	if (a == NULL)
		return;
	while (a->defer != NULL) {
		struct defer *d = a->defer;

		a->defer = d->prev;
		d->fn(d->p);
	}
	while (a->block != NULL) {
		struct block *b = a->block;

		a->block = b->prev;
		UNPOISON(b->data, b->size);
		free(b);
	}
	free(a);
	*ap = NULL;
}
