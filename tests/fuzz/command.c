/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a mail to commands: the first line is the subject, the rest the text.
 * What comes out is bounded and clean, and a post stays one or becomes exactly one
 * command. */
#include <stdlib.h>

#include "mailer/accept/command.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct commands *c)
{
	if (c->n > COMMAND_ASKS_MAX)
		abort();
	for (size_t i = 0; i < c->n; i++) {
		const struct command_ask *k = &c->ask[i];

		if (k->what > COMMAND_UNKNOWN || strlen(k->arg) > 200 ||
		    !utf8_valid(slice_of(k->arg)) || strchr(k->arg, '\n') != NULL)
			abort();
		/* "join back" is a token's alone */
		if (k->what == COMMAND_JOIN && *k->arg != '\0')
			abort();
		for (size_t j = 0; j < i; j++)
			if (c->ask[j].what == k->what)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct mail m = { 0 };
	struct commands all, only;
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
	command_parse(a, &m, "agenda", &all);
	if (all.n == 0)
		abort();
	check(&all);
	if (command_only(a, &m, &only)) {
		if (only.n != 1 || only.ask[0].what == COMMAND_UNKNOWN)
			abort();
		check(&only);
	}
	arena_free(&a);
	return 0;
}
