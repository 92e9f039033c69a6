/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for one unit of work: a request, a message, a job, a command.
 *
 * All memory is zeroed (but for arena_room) and lives until the arena is rewound or freed. There is
 * no failure to check: running out of memory, or over the arena's cap, ends
 * the process with EX_TEMPFAIL (75), which every caller of our programs takes
 * as "try again". Limits on input are checked before they can get here.
 * Not safe for threads; no program of ours has any.
 */
#ifndef CABILDO_BASE_ARENA_H
#define CABILDO_BASE_ARENA_H

#include <stdarg.h>

#include "server/base/attr.h"

struct arena;

struct arena_mark {
	void *block, *defer;
	size_t used;
};

/* cap: the most bytes it may ever hold. Free with arena_free. */
struct arena *arena_new(size_t cap);
/* Runs what was deferred, releases everything, sets *a to NULL. NULL is fine. */
void arena_free(struct arena **a);

/* Zeroed, aligned for any type. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* n items of size bytes, overflow checked. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/* Grows p (of old bytes, from this arena) to size; moves it unless it was last. */
void *arena_grow(struct arena *a, void *p, size_t old, size_t size);
/* The same, with whatever stood there behind old: for buffers that keep their length. */
void *arena_room(struct arena *a, void *p, size_t old, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
void *arena_memdup(struct arena *a, const void *p, size_t n);
/* Texts one after the other: a sixth of what arena_fmt takes for "%s%s". */
char *arena_join_(struct arena *a, const char *const *z, size_t n);
#define arena_join(a, ...)                                                                         \
	arena_join_((a), (const char *const[]){ __VA_ARGS__ },                                     \
		    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))
char *arena_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vfmt(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* fn(p) runs, last first, when the arena is rewound past here or freed. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
/* Bytes handed out now; for tests and the memory figures. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

#endif
