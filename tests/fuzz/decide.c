/* SPDX-License-Identifier: Apache-2.0 */
/* A moderator's answer: the first line is the subject, the rest the text. What comes
 * out is bounded and clean; a reason comes only with a word that has one; and
 * a word stays the same when it is quoted back below itself. */
#include <stdlib.h>

#include "mailer/accept/decide.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct modword_ask *r, bool talk, const struct mail *m)
{
	if (r->what > MODWORD_ANSWER || strlen(r->said) > 80 ||
	    !utf8_valid(slice_of(r->said)) || !utf8_valid(slice_of(r->why)))
		abort();
	if (strlen(r->why) > m->text_len + strlen(m->subject) + 1)
		abort();
	if (*r->why != '\0' && r->what != MODWORD_ANSWER &&
	    (r->what >= MODWORDS || !modword_rows[r->what].text))
		abort();
	if (talk ? r->what == MODWORD_APPROVE || r->what == MODWORD_REJECT ||
			   r->what == MODWORD_RETURN || r->what == MODWORD_TORN
		 : r->what == MODWORD_ANSWER)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct mail m = { 0 };
	struct modword_ask r;
	struct slice text, subject;
	size_t len;
	char *p = utf8_clean(a, slice_make((const char *)data, n), &len);

	text = slice_make(p, len);
	if (!slice_cut(&text, '\n', &subject))
		text = slice_make("", 0);
	m.subject = slice_dup(a, subject);
	m.text = text.p;
	m.text_len = text.n;
	m.nfolds = fold_find(a, text, &m.folds);
	decide_parse(a, &m, false, &r);
	check(&r, false, &m);
	decide_parse(a, &m, true, &r);
	check(&r, true, &m);
	arena_free(&a);
	return 0;
}
