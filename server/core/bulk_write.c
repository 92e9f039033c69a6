/* SPDX-License-Identifier: Apache-2.0 */
/* See bulk_window.h: a window's folds by the parents, and its rows. */
#include "server/core/bulk_window.h"
#include "server/core/fold.h"
#include "server/core/lang.h"
#include "server/text/pack.h"

#include "server/base/base.h"

#define PARENT_CHARS ((size_t)262144) /* as post_text */

static struct submission *sub_of(const struct window *w, const struct wpost *p)
{
	return w->items[p->item].s;
}

/* What post_text gives of a post that is not in the database yet. */
static struct slice text_head(struct slice text)
{
	size_t chars = 0;

	if (text.n <= PARENT_CHARS)
		return text;
	for (size_t i = 0; i < text.n; i++)
		if (((unsigned char)text.p[i] & 0xc0) != 0x80 && chars++ == PARENT_CHARS)
			return slice_make(text.p, i);
	return text;
}

static void fold_again(struct window *w, const struct wpost *p, struct slice parent,
		       const char *author)
{
	struct bulk_item *it = &w->items[p->item];
	const int64_t *before = it->s->folds;
	size_t n = it->s->nfolds;

	fold_against(w->u, it->s, parent, author);
	if (n == it->s->nfolds && (n == 0 || memcmp(before, it->s->folds, n * 3 * sizeof(*before)) == 0))
		return;
	fold_words(w->u, it->s, &it->made.own, &it->made.quoted);
	it->made.html = fold_render(w->u, it->s);
	it->made.packed = html_pack(w->u->arena, it->made.html);
	it->made.lang = *it->s->lang ? it->s->lang : lang_guess(it->made.own, w->l->lang);
}

/* fold_against_parent, for all of them. */
static enum rc folds_find(struct window *w)
{
	int64_t *ids = ARENA_ARRAY(w->u->arena, w->nposts + 1, int64_t);
	struct bulk_text_row *rows = NULL;
	size_t n = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < w->nposts; i++)
		if (w->posts[i].answers > 0 && w->items[w->posts[i].item].made.align)
			ids[n++] = w->posts[i].answers;
	if (n > 0)
		rc = bulk_texts_read(w->u->db, w->u->arena, ids, n, &rows, &n);
	for (size_t i = 0; rc == RC_OK && i < w->nposts; i++) {
		const struct wpost *p = &w->posts[i], *parent;

		if (p->answers == 0 || !w->items[p->item].made.align)
			continue;
		if (p->answers < 0) {
			parent = &w->posts[-p->answers - 1];
			fold_again(w, p, text_head(sub_of(w, parent)->text),
				   sub_of(w, parent)->author_addr);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			if (rows[k].post == p->answers) {
				fold_again(w, p, rows[k].body, rows[k].author_addr);
				break;
			}
	}
	return rc;
}

static enum rc ids_draw(struct window *w)
{
	int64_t *posts, *raws, *threads;
	enum rc rc = bulk_ids_draw(w->u->db, w->u->arena, w->nposts, w->nthreads - w->old_threads,
				   &posts, &raws, &threads);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < w->nposts; i++) {
		w->posts[i].id = posts[i];
		w->posts[i].raw = raws[i];
	}
	for (size_t i = w->old_threads; i < w->nthreads; i++)
		w->threads[i].id = threads[i - w->old_threads];
	return RC_OK;
}

static int64_t post_id(const struct window *w, int64_t p)
{
	return p < 0 ? w->posts[-p - 1].id : p;
}

static int64_t thread_id(const struct window *w, int64_t t)
{
	return w->threads[-t - 1].id;
}

/* Who takes part; of the database's threads also who is new there. */
static enum rc people_find(struct window *w)
{
	struct bulk_person *v = ARENA_ARRAY(w->u->arena, w->npeople, struct bulk_person);
	size_t *of = ARENA_ARRAY(w->u->arena, w->npeople, size_t), n = 0, asked = 0;
	enum rc rc = RC_OK;

	/* the old ones first: only these are asked for */
	for (int old = 1; old >= 0; old--) {
		for (size_t i = 0; i < w->npeople; i++) {
			const struct wperson *p = &w->people[i];

			if (w->threads[p->thread].old != (old == 1))
				continue;
			of[n] = p->thread;
			v[n++] = (struct bulk_person){ w->threads[p->thread].id, p->account,
						       p->posts, p->addr, p->name, false };
		}
		if (old == 1)
			asked = n;
	}
	w->rows = v;
	if (asked > 0)
		rc = bulk_people_read(w->u->db, w->u->arena, v, asked);
	for (size_t i = 0; rc == RC_OK && i < asked; i++) {
		struct wthread *t = &w->threads[of[i]];

		if (v[i].known)
			continue;
		t->people++;
		if (t->had_names + t->nnames < 3)
			t->names[t->nnames++] = v[i].name;
	}
	return rc;
}

static enum rc raw_write_all(struct window *w)
{
	struct bulk_raw *v = ARENA_ARRAY(w->u->arena, w->nposts, struct bulk_raw);

	for (size_t i = 0; i < w->nposts; i++)
		v[i] = (struct bulk_raw){ w->posts[i].raw, sub_of(w, &w->posts[i])->raw,
					  w->items[w->posts[i].item].made.raw_hash };
	return bulk_raw_write(w->u->db, w->u->arena, v, w->nposts);
}

static struct bulk_thread thread_row(const struct window *w, const struct wthread *t,
				     int64_t next_thread)
{
	struct bulk_thread r = { .id = t->id,
				 .number = next_thread + t->number - 1,
				 .first_at = t->first_at,
				 .last_at = t->last_at,
				 .last_post = post_id(w, t->last_post),
				 .version = t->version,
				 .moved = t->moved ? w->threads[t->moved - 1].id : 0,
				 .posts = t->old ? t->came : t->posts,
				 .next = t->next,
				 .people = (int64_t)t->people,
				 .subject = t->subject,
				 .nnames = t->nnames };

	memcpy(r.names, t->names, sizeof(r.names));
	return r;
}

static enum rc threads_write_all(struct window *w, int64_t next_thread)
{
	size_t nnew = w->nthreads - w->old_threads, nold = 0;
	struct bulk_thread *v = ARENA_ARRAY(w->u->arena, w->nthreads, struct bulk_thread);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < w->old_threads; i++)
		if (w->threads[i].bumped)
			v[nold++] = thread_row(w, &w->threads[i], next_thread);
	if (nold > 0)
		rc = bulk_threads_bump(w->u->db, w->u->arena, v, nold);
	for (size_t i = 0; i < nnew; i++)
		v[i] = thread_row(w, &w->threads[w->old_threads + i], next_thread);
	if (rc == RC_OK && nnew > 0)
		rc = bulk_threads_write(w->u->db, w->u->arena, w->l->id, v, nnew);
	return rc;
}

static enum rc posts_write_all(struct window *w)
{
	struct post_new *v = ARENA_ARRAY(w->u->arena, w->nposts, struct post_new);
	int64_t *numbers = ARENA_ARRAY(w->u->arena, w->nposts, int64_t);

	for (size_t i = 0; i < w->nposts; i++) {
		const struct wpost *p = &w->posts[i];
		const struct bulk_made *m = &w->items[p->item].made;
		const struct submission *s = sub_of(w, p);

		v[i] = (struct post_new){ .id = p->id,
					  .thread = thread_id(w, p->thread),
					  .parent = post_id(w, p->parent),
					  .parent_rank = p->rank,
					  .account = s->account,
					  .raw = p->raw,
					  .sent_at = p->at,
					  .sent_guessed = s->sent_guessed || s->sent_at == 0,
					  .msgid = p->msgid,
					  .author_name = s->author_name,
					  .author_addr = s->author_addr,
					  .lang = m->lang,
					  .subject = s->subject,
					  .refs = s->refs,
					  .nrefs = s->nrefs,
					  .text = s->text,
					  .html = m->html,
					  .packed = m->packed,
					  .own = m->own,
					  .quoted = m->quoted,
					  .folds = s->folds,
					  .nfolds = s->nfolds * 3,
					  .nattachments = s->nattachments,
					  .addressed = s->addressed,
					  .naddressed = s->naddressed,
					  .automatic = s->automatic };
		numbers[i] = p->number;
		memcpy(v[i].hash, p->hash, HASH_BYTES);
	}
	return bulk_posts_write(w->u->db, w->u->arena, w->l->id, v, numbers, w->nposts);
}

/* Within the text, and small: a logo, where its author sent it before. */
static bool logo_like(const struct attachment_new *at)
{
	return at->inline_ && at->size <= 100000;
}

static bool logo_before(const struct bulk_file *v, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (v[k].post != v[i].post && logo_like(&v[k].at) &&
		    memcmp(v[k].at.hash, v[i].at.hash, HASH_BYTES) == 0 &&
		    strcmp(v[k].author, v[i].author) == 0)
			return true;
	return false;
}

static struct attachment_new attachment_row(const struct submit_attachment *f)
{
	struct attachment_new r = { .name = f->name,
				    .type = f->type,
				    .encoding = f->encoding,
				    .size = f->size,
				    .offset = f->offset,
				    .length = f->length,
				    .inline_ = f->inline_,
				    .folded = f->folded,
				    .inner = f->packed ? f->inner : -1 };

	memcpy(r.hash, f->hash, HASH_BYTES);
	return r;
}

static struct bulk_file *files_of(struct window *w, size_t *n_r)
{
	struct bulk_file *v;
	size_t n = 0;

	for (size_t i = 0; i < w->nposts; i++)
		n += sub_of(w, &w->posts[i])->nattachments;
	v = ARENA_ARRAY(w->u->arena, n, struct bulk_file);
	*n_r = n;
	n = 0;
	for (size_t i = 0; i < w->nposts; i++) {
		const struct submission *s = sub_of(w, &w->posts[i]);

		for (size_t k = 0; k < s->nattachments; k++) {
			const struct submit_attachment *f = &s->attachments[k];

			v[n] = (struct bulk_file){ .post = w->posts[i].id,
						   .n = (int64_t)k + 1,
						   .author = s->author_addr,
						   .at = attachment_row(f) };
			n++;
		}
	}
	return v;
}

static enum rc files_write_all(struct window *w)
{
	size_t n, asked = 0;
	struct bulk_file *v = files_of(w, &n), **ask = ARENA_ARRAY(w->u->arena, n, struct bulk_file *);
	enum rc rc = RC_OK;

	if (n == 0)
		return RC_OK;
	for (size_t i = 0; i < n; i++) {
		if (v[i].at.folded || !logo_like(&v[i].at) || *v[i].author == '\0' ||
		    strncmp(v[i].at.type, "image/", 6) != 0)
			continue;
		if (logo_before(v, i))
			v[i].at.folded = true;
		else
			ask[asked++] = &v[i];
	}
	if (asked > 0)
		rc = bulk_logos_read(w->u->db, w->u->arena, ask, asked);
	return rc == RC_OK ? bulk_files_write(w->u->db, w->u->arena, v, n) : rc;
}

/* Ids that are new, keys, what waits, what leads elsewhere. */
static enum rc refs_write_all(struct window *w)
{
	struct bulk_ref *v = ARENA_ARRAY(w->u->arena, w->nrefs + w->nposts, struct bulk_ref);
	struct bulk_wait *waits = ARENA_ARRAY(w->u->arena, w->nwaits, struct bulk_wait);
	struct bulk_redirect *red = ARENA_ARRAY(w->u->arena, w->nredirects, struct bulk_redirect);
	struct db *db = w->u->db;
	struct arena *a = w->u->arena;
	size_t n = 0, nw = 0;
	enum rc rc;

	for (size_t i = 0; i < w->nrefs; i++)
		if (!w->refs[i].old && w->refs[i].thread != 0)
			v[n++] = (struct bulk_ref){ w->refs[i].hash, thread_id(w, w->refs[i].thread),
						    post_id(w, w->refs[i].post) };
	rc = bulk_refs_write(db, a, w->l->id, v, n);
	for (size_t i = 0; i < w->nposts; i++)
		v[i] = (struct bulk_ref){ w->items[w->posts[i].item].made.key, 0, w->posts[i].id };
	if (rc == RC_OK)
		rc = bulk_seen_write(db, a, w->l->id, v, w->nposts);
	for (size_t i = 0; i < w->nwaits; i++)
		if (!w->waits[i].gone)
			waits[nw++] = (struct bulk_wait){ w->refs[w->waits[i].ref].hash,
							  w->posts[w->waits[i].post].id,
							  w->waits[i].rank };
	if (rc == RC_OK && nw > 0)
		rc = bulk_waits_write(db, a, w->l->id, waits, nw);
	for (size_t i = 0; i < w->nredirects; i++)
		red[i] = (struct bulk_redirect){ w->threads[w->redirects[i].thread].id,
						 w->redirects[i].number,
						 w->posts[w->redirects[i].post].id };
	if (rc == RC_OK && w->nredirects > 0)
		rc = bulk_redirects_write(db, a, red, w->nredirects);
	return rc;
}

static enum rc list_write(struct window *w, int64_t next_thread)
{
	struct bulk_sum s = { .numbers = w->fresh,
			      .threads = w->fresh - w->merges,
			      .posts = (int64_t)w->nposts,
			      .version = (int64_t)w->nposts + w->merges,
			      .next_thread = next_thread };

	for (size_t i = 0; i < w->nposts; i++)
		if (i == 0 || w->posts[i].at > s.last_at)
			s.last_at = w->posts[i].at;
	return bulk_list_bump(w->u->db, w->u->arena, w->l->id, &s);
}

enum rc window_write(struct window *w)
{
	int64_t next_thread;
	enum rc rc;

	if (w->nposts == 0)
		return RC_OK;
	rc = folds_find(w);
	if (rc == RC_OK)
		rc = bulk_begin(w->u->db, w->u->arena, w->l->id, &next_thread);
	if (rc == RC_OK)
		rc = ids_draw(w);
	if (rc == RC_OK)
		rc = people_find(w);
	if (rc == RC_OK)
		rc = raw_write_all(w);
	if (rc == RC_OK)
		rc = threads_write_all(w, next_thread);
	if (rc == RC_OK)
		rc = bulk_people_write(w->u->db, w->u->arena, w->rows, w->npeople);
	if (rc == RC_OK)
		rc = posts_write_all(w);
	if (rc == RC_OK)
		rc = files_write_all(w);
	if (rc == RC_OK)
		rc = refs_write_all(w);
	return rc == RC_OK ? list_write(w, next_thread) : rc;
}
