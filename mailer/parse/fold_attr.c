/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line that announces a quote: "El mar., 12 may. 2015 a las 10:15, Ana
 * (<ana@x.example>) escribió:". Programs wrap it anywhere, even within the
 * address; people quote with programs of another language than they write in.
 */
#include <ctype.h>

#include "mailer/parse/fold.h"
#include "server/base/base.h"

#define LINES 4
#define BYTES 500

static bool ends_colon(const char *low)
{
	size_t n = strlen(low);

	while (n > 0) {
		if (n > 1 && memcmp(low + n - 2, "\u00a0", 2) == 0)
			n -= 2;
		else if (n > 2 && memcmp(low + n - 3, "：", 3) == 0)
			return true;
		else if (strchr(" *_", low[n - 1]))
			n--;
		else
			break;
	}
	return n > 0 && low[n - 1] == ':';
}

static bool has_address(const char *low)
{
	const char *open = strchr(low, '<');

	return (open && strchr(open, '>')) || strstr(low, "&lt;") || strstr(low, "[mailto:");
}

/* 2016-03-03 17:21 GMT+01:00: no person writes it. */
static bool is_stamp(const char *low)
{
	const char *gmt = strstr(low, " gmt");

	return isdigit((unsigned char)*low) && gmt && gmt - low < 20 &&
	       (gmt[4] == '+' || gmt[4] == '-') && (fold_dates(low) & DATE_TIME);
}

/* May this line be the last one of an attribution at all? */
static bool may_end(const char *low)
{
	size_t n = strlen(low);

	return ends_colon(low) || fold_ends_verb(low) || is_stamp(low) ||
	       (n > 2 && low[n - 1] == '>' && strchr(low, '@'));
}

enum strength { NO, WEAK, STRONG };

static enum strength judge(const char *low, bool one_line)
{
	unsigned dates = fold_dates(low);
	bool verb = fold_has_verb(low), colon = ends_colon(low), addr = has_address(low);
	bool opening = fold_is_opening(low), end = colon || fold_ends_verb(low);

	if (is_stamp(low))
		return STRONG;
	if (verb && end && opening && dates && ((dates & DATE_TIME) || addr || strchr(low, '@')))
		return STRONG;
	/* "Ana <ana@x.example> schrieb am Fr., 28.", and the month on the next line */
	if (verb && end && addr)
		return one_line || dates ? STRONG : NO;
	if (colon && addr && (dates & DATE_TIME) && opening)
		return STRONG;
	if (verb && end && (opening || (one_line && strlen(low) <= 160)))
		return WEAK;
	if (opening && addr && (dates & (DATE_YEAR | DATE_DAY)))
		return WEAK;
	if (one_line && addr && colon &&
	    (strncmp(low, "quoting ", 8) == 0 || strncmp(low, "citando ", 8) == 0 ||
	     strncmp(low, "citat ", 6) == 0 || strncmp(low, "zitat ", 6) == 0))
		return WEAK;
	return NO;
}

size_t fold_attribution(struct fold_text *t, size_t last, size_t floor, bool *strong_r)
{
	size_t best = last + 1, bytes = 0;

	*strong_r = false;
	if (last >= t->n || last < floor || t->v[last].blank || t->v[last].quoted ||
	    !may_end(fold_low(t, last)))
		return best;
	for (size_t k = 0; k < LINES && last - k + 1 > floor && k <= last; k++) {
		size_t from = last - k;
		const char *low;
		enum strength s;

		bytes += t->v[from].s.n;
		if (t->v[from].blank || t->v[from].quoted || bytes > BYTES)
			break;
		low = k == 0 ? fold_low(t, from) : fold_low_joined(t, from, last + 1);
		s = judge(low, k == 0);
		if (s == NO)
			continue;
		best = from;
		*strong_r = s == STRONG;
		/* it begins where its date begins; without one, on its only line */
		if (fold_is_opening(fold_low(t, from)))
			break;
	}
	return best;
}
