/* SPDX-License-Identifier: Apache-2.0 */
/* See csv.h. One pass; every byte is looked at once. */
#include "server/base/line.h"
#include "server/base/rc.h"
#include "server/base/utf8.h"
#include "server/text/csv.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* Windows-1252, 0x80 to 0x9F; what it has nothing for is U+FFFD. */
static const uint16_t cp1252[32] = {
	0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

static struct slice text_of(struct arena *a, struct slice in)
{
	struct str s;
	size_t n;

	if (in.n >= 3 && memcmp(in.p, "\xEF\xBB\xBF", 3) == 0)
		in = slice_make(in.p + 3, in.n - 3);
	if (!utf8_valid(in)) {
		str_init(&s, a, CSV_BYTES_MAX * 3 + 1);
		for (size_t i = 0; i < in.n; i++) {
			unsigned char c = (unsigned char)in.p[i];

			utf8_add(&s, c >= 0x80 && c < 0xA0 ? cp1252[c - 0x80] : c);
		}
		in = str_slice(&s);
	}
	in.p = utf8_clean(a, in, &n); /* one kind of line end, no control characters */
	in.n = n;
	return in;
}

static char separator(struct slice text)
{
	size_t count[3] = { 0 };
	static const char seps[] = ",;\t";
	size_t best = 0;

	for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++)
		for (size_t k = 0; k < 3; k++)
			count[k] += text.p[i] == seps[k];
	for (size_t k = 1; k < 3; k++)
		if (count[k] > count[best])
			best = k;
	return seps[best];
}

struct reader {
	struct arena *a;
	const char *p, *end;
	char sep;
	int line;
};

/* The cell at p, which then stands at what ended it. False: a quote stays open. */
static bool cell_read(struct reader *r, const char **cell_r)
{
	struct str s;

	while (r->p < r->end && *r->p == ' ')
		r->p++;
	str_init(&s, r->a, CSV_BYTES_MAX * 3 + 1);
	if (r->p == r->end || *r->p != '"') {
		const char *from = r->p;

		while (r->p < r->end && *r->p != r->sep && *r->p != '\n')
			r->p++;
		*cell_r = line_own(r->a, slice_trim(slice_make(from, (size_t)(r->p - from))));
		return true;
	}
	for (r->p++; r->p < r->end; r->p++) {
		if (*r->p == '"' && (r->p + 1 == r->end || r->p[1] != '"'))
			break;
		r->p += *r->p == '"';
		r->line += *r->p == '\n';
		str_addc(&s, *r->p == '\n' ? ' ' : *r->p);
	}
	if (r->p == r->end)
		return false;
	r->p++;
	/* what follows the closing quote is no spreadsheet's; it is kept */
	while (r->p < r->end && *r->p != r->sep && *r->p != '\n')
		str_addc(&s, *r->p++);
	*cell_r = line_own(r->a, slice_trim(str_slice(&s)));
	return true;
}

static const char *row_read(struct reader *r, struct csv_row *row)
{
	const char *cell[CSV_CELLS_MAX];
	bool filled = false;
	size_t n = 0;

	row->line = r->line;
	for (;;) {
		if (n == CSV_CELLS_MAX)
			return N_("it has too many columns");
		if (!cell_read(r, &cell[n]))
			return N_("a quotation mark is opened and not closed");
		filled |= *cell[n] != '\0';
		n++;
		if (r->p == r->end || *r->p == '\n')
			break;
		r->p++;
	}
	if (r->p < r->end)
		r->p++;
	r->line++;
	row->n = filled ? n : 0;
	row->cell = ARENA_ARRAY(r->a, n, const char *);
	memcpy(row->cell, cell, n * sizeof(cell[0]));
	return NULL;
}

enum rc csv_parse(struct arena *a, struct slice bytes, struct csv *r)
{
	struct reader in = { .a = a, .line = 1 };
	struct slice text;
	size_t size = 1;

	*r = (struct csv){ 0 };
	if (bytes.n > CSV_BYTES_MAX)
		return RC_LIMIT;
	text = text_of(a, bytes);
	in.p = text.p;
	in.end = text.p + text.n;
	in.sep = separator(text);
	for (size_t i = 0; i < text.n; i++)
		size += text.p[i] == '\n';
	if (size > CSV_ROWS_MAX)
		return RC_LIMIT;
	r->row = ARENA_ARRAY(a, size, struct csv_row);
	while (in.p < in.end) {
		r->why = row_read(&in, &r->row[r->n]);
		if (r->why != NULL) {
			r->bad_line = r->row[r->n].line;
			return RC_INVALID;
		}
		r->n += r->row[r->n].n > 0;
	}
	return RC_OK;
}

const char *csv_text(struct arena *a, struct slice bytes)
{
	return slice_dup(a, text_of(a, bytes));
}

static bool formula(const char *text)
{
	return *text != '\0' && strchr("=+-@\t", *text) != NULL;
}

void csv_cell(struct str *o, bool first, const char *text)
{
	if (!first)
		str_addc(o, ',');
	if (strpbrk(text, ",;\"\n\t") == NULL && !formula(text) && *text != '\'') {
		str_addz(o, text);
		return;
	}
	str_addc(o, '"');
	if (formula(text) || *text == '\'')
		str_addc(o, '\'');
	for (; *text; text++) {
		if (*text == '"')
			str_addc(o, '"');
		str_addc(o, *text);
	}
	str_addc(o, '"');
}

const char *csv_plain(const char *cell)
{
	return cell[0] == '\'' && (formula(cell + 1) || cell[1] == '\'') ? cell + 1 : cell;
}
