/* SPDX-License-Identifier: Apache-2.0 */
#include "server/text/sheet.h"

#include "server/base/base.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Where nothing can be joined that stood apart. */
static bool ends_piece(const struct str *out)
{
	return out->n == 0 || strchr("{};,", out->p[out->n - 1]) != NULL;
}

/* Past the comment or white space at `i`; whether a line ended there or a comment stood. */
static size_t gap_skip(struct slice in, size_t i, bool *drop_r)
{
	*drop_r = false;
	while (i < in.n) {
		if (in.p[i] == '/' && i + 1 < in.n && in.p[i + 1] == '*') {
			*drop_r = true;
			for (i += 2; i + 1 < in.n && !(in.p[i] == '*' && in.p[i + 1] == '/');)
				i++;
			i = i + 2 < in.n ? i + 2 : in.n;
		} else if (is_space(in.p[i])) {
			*drop_r = *drop_r || in.p[i] == '\n';
			i++;
		} else {
			break;
		}
	}
	return i;
}

static size_t quoted_end(struct slice in, size_t i)
{
	char q = in.p[i++];

	while (i < in.n && in.p[i] != q)
		i += in.p[i] == '\\' ? 2 : 1;
	return i + 1 < in.n ? i + 1 : in.n;
}

void sheet_lean(struct str *out, struct slice in)
{
	size_t i = 0, next;
	bool drop;

	while (i < in.n) {
		next = gap_skip(in, i, &drop);
		if (next > i && !drop) {
			str_add(out, in.p + i, next - i);
		} else if (next > i) {
			if (!ends_piece(out) && next < in.n && in.p[next] != '}')
				str_addc(out, ' ');
		} else if (in.p[i] == '"' || in.p[i] == '\'') {
			next = quoted_end(in, i);
			str_add(out, in.p + i, next - i);
		} else {
			next = i + 1;
			str_addc(out, in.p[i]);
		}
		i = next;
	}
}
