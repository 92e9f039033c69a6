/* SPDX-License-Identifier: Apache-2.0 */
/* See fold.h. */
#include "server/core/fold.h"
#include "server/store/intake.h"
#include "server/text/align.h"

#include "server/base/base.h"

enum rc fold_against_parent(struct unit *u, struct submission *s, int64_t parent)
{
	struct fold_range *f = ARENA_ARRAY(u->arena, s->nfolds + 1, struct fold_range);
	struct post_text_row row;
	int64_t *folds;
	enum rc rc;

	for (size_t i = 0; i < s->nfolds; i++)
		f[i] = (struct fold_range){ (size_t)s->folds[i * 3], (size_t)s->folds[i * 3 + 1],
					    (int)s->folds[i * 3 + 2] };
	if (s->markdown || parent == 0 || !align_useful(s->text, f, s->nfolds))
		return RC_OK;
	rc = post_text_read(u->db, u->arena, parent, &row);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if (slice_ieqz(slice_of(row.author_addr), s->author_addr))
		return RC_OK;
	s->nfolds = align_folds(u->arena, s->text, slice_of(row.body), f, s->nfolds, &f);
	folds = ARENA_ARRAY(u->arena, s->nfolds * 3, int64_t);
	for (size_t i = 0; i < s->nfolds; i++) {
		folds[i * 3] = (int64_t)f[i].from;
		folds[i * 3 + 1] = (int64_t)f[i].to;
		folds[i * 3 + 2] = f[i].kind;
	}
	s->folds = folds;
	return RC_OK;
}
