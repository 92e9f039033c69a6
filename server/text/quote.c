/* SPDX-License-Identifier: Apache-2.0 */
/* See quote.h. */
#include "server/base/utf8.h"
#include "server/text/quote.h"

#include "server/base/base.h"

#define LABEL_COLUMNS 14

static void quote_line(struct str *s, struct slice line, size_t columns)
{
	size_t column = 0;
	bool begun = false;
	struct slice word;

	while (line.n > 0) {
		size_t w;

		slice_cut(&line, ' ', &word);
		w = utf8_width(word);
		if (column > 0 && column + 1 + w > columns) {
			str_addc(s, '\n');
			begun = false;
			column = 0;
		}
		str_addz(s, begun ? " " : "> ");
		str_adds(s, word);
		column += w + begun;
		begun = true;
	}
	str_addz(s, begun ? "\n" : ">\n");
}

void text_quote(struct str *s, struct slice text, size_t columns)
{
	struct slice line;

	while (slice_line(&text, &line))
		quote_line(s, line, columns);
}

void text_labelled(struct str *s, const char *label, const char *value)
{
	size_t w = utf8_width(slice_of(label));

	str_addz(s, label);
	/* at least one space, however long a language's word is */
	do
		str_addc(s, ' ');
	while (++w < LABEL_COLUMNS);
	str_fmt(s, "%s\n", value);
}
