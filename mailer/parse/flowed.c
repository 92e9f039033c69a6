/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 3676: lines that end in a blank flow into the next one of the same
 * quote depth. The quote marks come out as "> > text".
 */
#include "mailer/parse/part.h"
#include "server/base/base.h"

#define FLOWED_DEPTH 60 /* quote marks kept; more is a joke */

static unsigned quote_depth(struct slice *line)
{
	unsigned depth = 0;

	while (line->n > 0 && line->p[0] == '>') {
		line->p++;
		line->n--;
		depth++;
	}
	return depth;
}

char *flowed_join(struct arena *a, struct slice text, bool delsp, size_t *n_r)
{
	struct str s;
	struct slice line;
	unsigned open = 0;      /* depth of the paragraph being joined */
	bool joining = false;

	/* At most FLOWED_DEPTH * 2 + 1 are added for a line that had one ">" each. */
	str_init(&s, a, text.n * 2 + 1024);
	while (slice_line(&text, &line)) {
		unsigned depth = quote_depth(&line);

		if (line.n > 0 && line.p[0] == ' ') {
			line.p++;
			line.n--;
		}
		bool sig = slice_eqz(line, "-- ");
		if (joining && (depth != open || sig)) {
			str_addc(&s, '\n');
			joining = false;
		}
		if (!joining)
			for (unsigned i = 0; i < depth && i < FLOWED_DEPTH; i++)
				str_addz(&s, i + 1 < depth || line.n > 0 ? "> " : ">");
		joining = !sig && line.n > 0 && line.p[line.n - 1] == ' ';
		if (joining && delsp)
			line.n--;
		str_adds(&s, line);
		open = depth;
		if (!joining)
			str_addc(&s, '\n');
	}
	if (joining)
		str_addc(&s, '\n');
	*n_r = s.n;
	return (char *)(uintptr_t)str_z(&s);
}
