/* SPDX-License-Identifier: Apache-2.0 */
/* See seal.h. */
#include "server/core/house.h"
#include "server/core/seal.h"
#include "server/store/house.h"

#include "server/base/base.h"

#define BATCH 2000 /* of the sealer, in a transaction */
#define STEP  2000 /* of verifying */

void seal_hash(struct arena *a, const struct seal_row *e, unsigned char hash_r[static HASH_BYTES])
{
	struct str s;

	str_init(&s, a, 65536);
	str_add(&s, hash_r, HASH_BYTES);
	str_fmt(&s, "%lld|%lld|%s|%s|%lld|%lld|%lld|%lld|%lld|", (long long)e->id, (long long)e->at,
		e->door, e->act, (long long)e->actor, (long long)e->list, (long long)e->thread,
		(long long)e->post, (long long)e->subject);
	str_adds(&s, e->digest);
	hash_bytes(s.p, s.n, hash_r);
}

void audit_digest(struct arena *a, struct slice salt, const char *before, const char *after,
		  const char *why, unsigned char digest_r[static HASH_BYTES])
{
	struct str s;

	str_init(&s, a, STR_CAP_DEFAULT);
	str_adds(&s, salt);
	/* the NULs keep the three texts apart */
	str_add(&s, before, strlen(before) + 1);
	str_add(&s, after, strlen(after) + 1);
	str_add(&s, why, strlen(why) + 1);
	hash_bytes(s.p, s.n, digest_r);
}

static const char *hex(struct arena *a, const unsigned char *p)
{
	char *s = arena_alloc(a, HASH_BYTES * 2 + 1);

	for (size_t i = 0; i < HASH_BYTES; i++)
		snprintf(s + i * 2, 3, "%02x", p[i]);
	return s;
}

enum rc house_seal(struct unit *u, int64_t *sealed_r)
{
	unsigned char hash[HASH_BYTES], (*hashes)[HASH_BYTES];
	struct seal_row *e;
	int64_t *ids, last, head = 0;
	size_t n = 0;
	enum rc rc = house_begin(u, HOUSE_SEAL);

	*sealed_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = seal_last_read(u->db, u->arena, &last, hash);
	if (rc == RC_OK)
		rc = seal_open_read(u->db, u->arena, BATCH, &e, &n);
	if (rc != RC_OK || n == 0) {
		unit_abort(u);
		return rc;
	}
	ids = ARENA_ARRAY(u->arena, n, int64_t);
	hashes = arena_array(u->arena, n, HASH_BYTES);
	for (size_t i = 0; i < n; i++) {
		seal_hash(u->arena, &e[i], hash);
		ids[i] = e[i].id;
		memcpy(hashes[i], hash, HASH_BYTES);
	}
	rc = seal_write(u->db, u->arena, ids, (const unsigned char(*)[HASH_BYTES])hashes, n, &head);
	if (rc != RC_OK) {
		unit_abort(u);
		return rc;
	}
	*sealed_r = (int64_t)n;
	rc = unit_commit(u);
	/* where the log is kept elsewhere, it shows later that no end of the chain was cut off */
	if (rc == RC_OK)
		log_info("event=audit_head n=%lld hash=%s", (long long)head, hex(u->arena, hash));
	return rc;
}

struct walk {
	struct seal_report *r;
	void (*found)(void *ctx, int64_t id, const char *what);
	void *ctx;
};

static void finding(struct walk *w, int64_t *counter, int64_t id, const char *what)
{
	(*counter)++;
	if (w->r->first == 0)
		w->r->first = id;
	w->found(w->ctx, id, what);
}

/* One link: is it what the chain says, and is its personal part what it was? */
static void link_check(struct unit *u, struct walk *w, const struct link_row *l,
		       unsigned char hash[static HASH_BYTES])
{
	unsigned char digest[HASH_BYTES];

	w->r->sealed++;
	w->r->head = l->n;
	if (!l->entry) {
		finding(w, &w->r->removed, l->e.id, "removed");
	} else {
		seal_hash(u->arena, &l->e, hash);
		if (l->hash.n != HASH_BYTES || memcmp(hash, l->hash.p, HASH_BYTES) != 0)
			finding(w, &w->r->changed, l->e.id, "changed");
		if (!l->detail || l->salt.n == 0) {
			w->r->erased++;
			if (*l->before || *l->after || *l->why)
				finding(w, &w->r->personal, l->e.id, "personal");
		} else {
			audit_digest(u->arena, l->salt, l->before, l->after, l->why, digest);
			if (l->e.digest.n != HASH_BYTES || memcmp(digest, l->e.digest.p, HASH_BYTES) != 0)
				finding(w, &w->r->personal, l->e.id, "personal");
		}
	}
	/* go on from what stands there, so that one finding is one and not all that follow */
	if (l->hash.n == HASH_BYTES)
		memcpy(hash, l->hash.p, HASH_BYTES);
}

static enum rc chain_walk(struct unit *u, struct walk *w, int64_t head, const char *wanted)
{
	unsigned char hash[HASH_BYTES] = { 0 };
	bool met = head == 0;
	int64_t after = 0;
	size_t n = STEP;
	enum rc rc = RC_OK;

	while (n == STEP && rc == RC_OK) {
		struct arena_mark m = arena_mark(u->arena);
		struct link_row *l;

		rc = links_read(u->db, u->arena, after, STEP, &l, &n);
		for (size_t i = 0; i < n && rc == RC_OK; i++) {
			link_check(u, w, &l[i], hash);
			after = l[i].n;
			if (after == head)
				met = strcmp(hex(u->arena, hash), wanted) == 0;
		}
		arena_rewind(u->arena, m);
	}
	w->r->head_gone = !met;
	w->r->hash = w->r->sealed ? hex(u->arena, hash) : "";
	return rc;
}

enum rc seal_verify(struct unit *u, int64_t head, const char *hash,
		    void (*found)(void *ctx, int64_t id, const char *what), void *ctx,
		    struct seal_report *r)
{
	struct walk w = { r, found, ctx };
	int64_t after = 0;
	size_t n = STEP;
	enum rc rc;

	*r = (struct seal_report){ .hash = "" };
	rc = chain_walk(u, &w, head, hash);
	/* entries that are neither sealed nor waiting came by no act of ours */
	while (n == STEP && rc == RC_OK) {
		struct arena_mark m = arena_mark(u->arena);
		struct entry_row *e;

		rc = entries_read(u->db, u->arena, after, STEP, &e, &n);
		for (size_t i = 0; i < n && rc == RC_OK; i++) {
			after = e[i].id;
			r->entries++;
			r->waiting += e[i].waits;
			if (!e[i].sealed && !e[i].waits)
				finding(&w, &r->inserted, e[i].id, "inserted");
		}
		arena_rewind(u->arena, m);
	}
	return rc;
}

enum rc audit_erase(struct unit *u, int64_t account, int64_t *rows_r)
{
	return detail_erase(u->db, u->arena, account, rows_r);
}
