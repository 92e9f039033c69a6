/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands at the end of a text and is no part of what was said: signatures
 * after their mark, the lines of telephones, legal notices, footers of lists.
 * Closing words ("Saludos, Ana") are part of what was said and stay.
 */
#include <ctype.h>

#include "mailer/parse/fold.h"
#include "server/base/base.h"

#define SIGNATURE_LINES 25
#define LOOSE_LINES     12      /* after a mark that lacks its blank */
#define FOOTER_LINES    12
#define PARAGRAPH_LINES 60
#define NOTICE_BYTES    ((size_t)6000)

static size_t up_blank(const struct fold_text *t, size_t end, size_t floor)
{
	while (end > floor && t->v[end - 1].blank)
		end--;
	return end;
}

/* "--" alone is written for other ends too: short lines must follow it, and few. */
static bool looks_signed(const struct fold_text *t, size_t from, size_t end)
{
	size_t gaps = 0;

	if (end - from > LOOSE_LINES)
		return false;
	for (size_t i = from; i < end; i++) {
		if (utf8_width(utf8_clip(t->v[i].s, 400)) > 90)
			return false;
		gaps += t->v[i].blank && i > from && !t->v[i - 1].blank;
	}
	return gaps <= 3;
}

size_t fold_signature(struct fold_text *t, size_t end, size_t floor)
{
	for (size_t i = end; i-- > floor && end - i <= SIGNATURE_LINES + 1; ) {
		struct slice l = t->v[i].s;

		if (t->v[i].quoted)
			break;
		if (slice_eqz(l, "-- ") || slice_eqz(l, "--\u00a0"))
			return i;
		if (slice_eqz(l, "--") || slice_eqz(l, "\u2014") || slice_eqz(l, "\u2014 ") || slice_eqz(l, "\u2013 "))
			return looks_signed(t, i + 1, end) ? i : end;
	}
	return end;
}

size_t fold_mobile(struct fold_text *t, size_t end, size_t floor)
{
	size_t top = end;

	for (size_t i = end; i-- > floor; ) {
		if (t->v[i].blank)
			continue;
		if (t->v[i].quoted || t->v[i].s.n > 400)
			break;
		if (fold_is_mobile(fold_low(t, i)))
			top = i;
		/* a link that was wrapped away from its line */
		else if (i == floor || t->v[i - 1].blank || t->v[i].s.p[0] != '<' ||
			 !fold_is_mobile(fold_low(t, i - 1)))
			break;
	}
	/* its own paragraph: a line that goes on from the one above it is prose */
	return top < end && (top == floor || t->v[top - 1].blank || top + 1 == end ||
			     t->v[top - 1].s.n < 60) ? top : end;
}

/* The first line of the paragraph that ends before `end`. */
static size_t paragraph(const struct fold_text *t, size_t end, size_t floor)
{
	size_t i = end, bytes = 0;

	while (i > floor && !t->v[i - 1].blank && !t->v[i - 1].quoted &&
	       end - i < PARAGRAPH_LINES && bytes < NOTICE_BYTES)
		bytes += t->v[--i].s.n;
	return i;
}

size_t fold_legal(struct fold_text *t, size_t end, size_t floor)
{
	size_t top = end, e = end;

	for (unsigned k = 0; k < 8; k++) {
		size_t from = paragraph(t, e = up_blank(t, e, floor), floor);
		const char *low;
		bool heading;

		if (from == e)
			break;
		low = fold_low_joined(t, from, e);
		/* the ends of an accepted notice: its heading, a rule above it */
		if (fold_is_legal(low, &heading) || (top < end && heading && e - from <= 2) ||
		    (e - from <= 3 && fold_is_environment(low)) ||
		    (top < end && e - from == 1 && fold_is_rule(t->v[from].s, 3)))
			top = from;
		/* below it a rule, or where to read it in other languages */
		else if (!(top == end && k < 3 && e - from <= 2 &&
			   (fold_is_rule(t->v[from].s, 3) || strstr(low, "http") ||
			    strstr(low, "www."))))
			break;
		e = from;
	}
	/* text that runs into the notice without a blank line keeps its paragraph */
	if (top < end) {
		size_t i = top;
		bool heading;

		for (; i < end && !t->v[i].blank; i++)
			if (fold_is_rule(t->v[i].s, 5) && i > top &&
			    !fold_is_legal(fold_low_joined(t, top, i), &heading))
				return i;
	}
	return top;
}

/* What Mailman's archiver writes where it took an attachment away. */
static size_t scrubbed(struct fold_text *t, size_t end, size_t floor)
{
	for (size_t i = end; i-- > floor && end - i <= FOOTER_LINES; ) {
		const char *low;

		if (t->v[i].quoted)
			return end;
		if (slice_eqz(slice_trim(t->v[i].s), "[[alternative HTML version deleted]]"))
			return i;
		if (t->v[i].s.n < 20 || t->v[i].s.p[0] != '-')
			continue;
		low = fold_low(t, i);
		if ((strstr(low, "proxima parte") || strstr(low, "next part")) &&
		    slice_ends(slice_of(low), "-----"))
			return i;
	}
	return end;
}

size_t fold_list_footer(struct fold_text *t, size_t end, size_t floor)
{
	bool said = false;
	size_t cut = scrubbed(t, end, floor);

	if (cut < end)
		return cut;
	for (size_t i = end; i-- > floor && end - i <= FOOTER_LINES; ) {
		struct slice l = slice_trim(t->v[i].s);

		if (t->v[i].quoted)
			break;
		if (t->v[i].blank)
			continue;
		/* a rule right below a heading is the heading's: a list of links */
		if (said && fold_is_rule(l, 2) && !slice_eqz(l, "--") && l.p[0] != '#')
			return i > floor && slice_ends(slice_trim(t->v[i - 1].s), ":") && l.n < 47
				       ? end : i;
		/* Mailman's own rule has 47 of them, whatever was written below it */
		if (l.n == 47 && l.p[0] == '_' && fold_is_rule(l, 47))
			return i;
		said |= fold_is_list_word(fold_low(t, i));
	}
	return end;
}

size_t fold_dash_name(struct fold_text *t, size_t end, size_t floor)
{
	struct slice l;
	size_t words = 1;

	if (end <= floor || t->v[end - 1].quoted)
		return end;
	l = slice_trim(t->v[end - 1].s);
	if (l.n < 4 || l.n > 40 || l.p[0] != '-' || !(isupper((unsigned char)l.p[1]) ||
						     (unsigned char)l.p[1] >= 0x80))
		return end;
	if (end - 1 > floor && !t->v[end - 2].blank)
		return end;
	for (size_t i = 1; i < l.n; i++) {
		unsigned char c = (unsigned char)l.p[i];

		if (c == ' ') {
			words++;
			if (i + 1 < l.n && islower((unsigned char)l.p[i + 1]) && l.n - i > 4)
				return end;
		} else if (!isalpha(c) && c < 0x80 && c != '.' && c != '-' && c != '\'') {
			return end;
		}
	}
	return words <= 4 ? end - 1 : end;
}
