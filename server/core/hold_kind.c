/* SPDX-License-Identifier: Apache-2.0 */
/* See hold_kind.h. */
#include "server/core/hold_kind.h"
#include "server/core/tell.h"

#include "server/base/base.h"

static const struct hold_kind kinds[] = {
	{ "message", "approve return reject discard spam", tell_author },
};

const struct hold_kind *hold_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

bool hold_kind_takes(const struct hold_kind *k, const char *decision)
{
	struct slice rest = slice_of(k->decisions), word;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &word);
		if (slice_eqz(word, decision))
			return true;
	}
	return false;
}

enum rc hold_settled(struct unit *u, const struct held_due *d, const struct list_ref *l,
		     int64_t post)
{
	(void)u;
	log_info("event=hold_settled list=%s hold=%lld kind=%s decision=%s door=%s by=%lld post=%lld",
		 l->name, (long long)d->id, d->kind, d->decision, d->door,
		 (long long)d->decided_by, (long long)post);
	return RC_OK;
}
