/* SPDX-License-Identifier: Apache-2.0 */
/* See fold.h. */
#include "server/core/audit.h"
#include "server/core/fold.h"
#include "server/store/forum.h"
#include "server/store/intake.h"
#include "server/text/align.h"
#include "server/text/pack.h"

#include "server/base/base.h"

#define HTML_CAP    ((size_t)8 << 20)
#define INDEXED_MAX ((size_t)256 << 10)

void fold_words(struct unit *u, const struct submission *s, struct slice *own_r,
		       struct slice *quoted_r)
{
	struct str own, quoted;
	size_t at = 0;

	str_init(&own, u->arena, s->text.n + 2);
	str_init(&quoted, u->arena, s->text.n + 2);
	for (size_t i = 0; i + 3 <= s->nfolds * 3; i += 3) {
		size_t from = (size_t)s->folds[i], to = (size_t)s->folds[i + 1];

		if (from < at || to < from || to > s->text.n)
			log_panic("event=bad_folds");
		str_add(&own, s->text.p + at, from - at);
		if (s->folds[i + 2] == FOLD_KIND_QUOTE || s->folds[i + 2] == FOLD_KIND_FORWARD)
			str_add(&quoted, s->text.p + from, to - from);
		at = to;
	}
	str_add(&own, s->text.p + at, s->text.n - at);
	*own_r = utf8_clip(str_slice(&own), INDEXED_MAX);
	*quoted_r = utf8_clip(str_slice(&quoted), INDEXED_MAX - own_r->n);
}

struct slice fold_render(struct unit *u, const struct submission *s)
{
	struct fold_range *f = ARENA_ARRAY(u->arena, s->nfolds, struct fold_range);
	struct html h;

	for (size_t i = 0; i < s->nfolds; i++)
		f[i] = (struct fold_range){ (size_t)s->folds[i * 3], (size_t)s->folds[i * 3 + 1],
					    (int)s->folds[i * 3 + 2] };
	h = s->markdown ? markup_render(u->arena, s->text, HTML_CAP)
			: plain_render(u->arena, s->text, f, s->nfolds, HTML_CAP);
	return slice_make(h.p, h.n);
}

/* The folds as the text layer has them, with room for one more. */
static struct fold_range *ranges(struct arena *a, const struct submission *s)
{
	struct fold_range *f = ARENA_ARRAY(a, s->nfolds + 1, struct fold_range);

	for (size_t i = 0; i < s->nfolds; i++)
		f[i] = (struct fold_range){ (size_t)s->folds[i * 3], (size_t)s->folds[i * 3 + 1],
					    (int)s->folds[i * 3 + 2] };
	return f;
}

bool fold_asks_parent(struct unit *u, const struct submission *s)
{
	return !s->markdown && align_useful(s->text, ranges(u->arena, s), s->nfolds);
}

void fold_against(struct unit *u, struct submission *s, struct slice parent, const char *author)
{
	struct fold_range *f = ranges(u->arena, s);
	int64_t *folds;

	if (slice_ieqz(slice_of(author), s->author_addr))
		return;
	s->nfolds = align_folds(u->arena, s->text, parent, f, s->nfolds, &f);
	folds = ARENA_ARRAY(u->arena, s->nfolds * 3, int64_t);
	for (size_t i = 0; i < s->nfolds; i++) {
		folds[i * 3] = (int64_t)f[i].from;
		folds[i * 3 + 1] = (int64_t)f[i].to;
		folds[i * 3 + 2] = f[i].kind;
	}
	s->folds = folds;
}

enum rc fold_against_parent(struct unit *u, struct submission *s, int64_t parent)
{
	struct post_text_row row;
	enum rc rc;

	if (parent == 0 || !fold_asks_parent(u, s))
		return RC_OK;
	rc = post_text_read(u->db, u->arena, parent, &row);
	if (rc == RC_OK)
		fold_against(u, s, slice_of(row.body), row.author_addr);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc post_unfold(struct unit *u, const char *list, int64_t thread, int64_t number)
{
	struct reader who = { u->actor.account, u->actor.admin };
	struct post_fold_row row;
	struct slice html;
	struct html h;
	enum rc rc = post_fold_read(u->db, u->arena, who, list, thread, number, &row);

	if (rc != RC_OK || strcmp(row.folds, "{}") == 0)
		return rc;
	h = plain_render(u->arena, row.body, NULL, 0, HTML_CAP);
	html = slice_make(h.p, h.n);
	rc = post_fold_write(u->db, &row, html, html_pack(u->arena, html),
			     utf8_clip(row.body, INDEXED_MAX));
	return rc == RC_OK ? audit(u, &(struct audit_entry){ .act = "post.unfold",
							     .list = row.list,
							     .thread = row.thread,
							     .post = row.post,
							     .before = row.folds })
			   : rc;
}
