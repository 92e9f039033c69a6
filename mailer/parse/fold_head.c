/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header lines that Outlook and its like put above what they quote. A
 * memorandum has the same shape (De: Para: Asunto: Fecha:), so names alone are
 * no sign: an address, the hour it was sent or a line that only programs write
 * must be there too.
 */
#include "mailer/parse/fold.h"
#include "server/base/base.h"

#define LINES 24

struct block {
	bool from, sent, date, to, subject, address, hour;
	size_t heads;
};

static bool has_address(struct slice s)
{
	const char *at = memchr(s.p, '@', s.n), *lt = memchr(s.p, '<', s.n);

	return (at && at > s.p && at + 1 < s.p + s.n) ||
	       (lt && memchr(lt, '>', (size_t)(s.p + s.n - lt))) ||
	       slice_ifind(s, SLICE("mailto:"));
}

/* Long lists of addressees and subjects go on in the next lines. */
static bool goes_on(struct fold_text *t, size_t i, size_t end)
{
	for (size_t k = i; k < end && k < i + 4 && !t->v[k].blank && !t->v[k].quoted; k++)
		if (fold_head_name(slice_of(fold_low(t, k))) != HEAD_NONE)
			return true;
	return false;
}

static void note(struct block *b, enum head_name is, const char *low, struct slice line)
{
	/* "À : abc@abc.be Objet : Abc" has two in one */
	b->heads++;
	b->from |= is == HEAD_FROM;
	b->sent |= is == HEAD_SENT;
	b->date |= is == HEAD_DATE;
	b->to |= is == HEAD_TO;
	b->subject |= is == HEAD_SUBJECT || strstr(low, " objet :") || strstr(low, " asunto:");
	b->address |= has_address(line);
	b->hour |= (is == HEAD_SENT || is == HEAD_DATE) && (fold_dates(low) & DATE_TIME);
}

size_t fold_headers(struct fold_text *t, size_t first, bool marked)
{
	size_t end = first + LINES < t->n ? first + LINES : t->n, last = first, i = first;
	enum head_name is = fold_head_name(slice_of(fold_low(t, first)));
	struct block b = { 0 };

	if (is == HEAD_NONE || is == HEAD_TO || is == HEAD_OTHER)
		return first;
	while (i < end && !t->v[i].quoted) {
		const char *low = fold_low(t, i);

		is = fold_head_name(slice_of(low));
		if (is != HEAD_NONE) {
			note(&b, is, low, t->v[i].s);
			last = ++i;
		} else if (t->v[i].blank) {
			/* one empty line between two of them, never two */
			if (i + 1 >= end || t->v[i + 1].blank ||
			    fold_head_name(slice_of(fold_low(t, i + 1))) == HEAD_NONE)
				break;
			i++;
		} else if (goes_on(t, i, end)) {
			b.address |= has_address(t->v[i].s);
			i++;
		} else {
			break;
		}
	}
	if (!b.from || b.heads < 3 - (marked ? 1U : 0U) ||
	    !(b.subject || (b.to && (b.sent || b.date))))
		return first;
	/* what begins with its subject or date is a mail only if it says whose */
	is = fold_head_name(slice_of(fold_low(t, first)));
	if (is != HEAD_FROM && !b.address && !marked)
		return first;
	return b.address || b.sent || b.hour || marked ? last : first;
}
