/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subject without what mail programs and list servers put before it:
 * reply and forward marks in the languages that mail speaks, with counters
 * (Re[2]:, Re^3:, RE(4):), and [tags]. Only a sign, never a proof.
 */
#include "mailer/parse/part.h"
#include "server/base/base.h"

struct mark {
	const char *word;       /* as utf8_fold leaves it */
	bool reply;
};

/* Folded: lower case, Latin accents off. Cyrillic and Greek stand in both cases
 * in case the fold leaves them. */
static const struct mark marks[] = {
	{ "re", true }, { "res", true }, { "rep", true }, { "ref", true }, { "resp", true },
	{ "r", true }, { "aw", true }, { "antw", true }, { "antwort", true }, { "sv", true },
	{ "vs", true }, { "vast", true }, { "rif", true }, { "odp", true }, { "ynt", true },
	{ "va", true }, { "bls", true }, { "svar", true }, { "ref", true }, { "rv/re", true },
	{ "ответ", true }, { "Ответ", true }, { "ОТВЕТ", true }, { "на", true }, { "НА", true },
	{ "На", true }, { "απ", true }, { "ΑΠ", true }, { "σχετ", true }, { "ΣΧΕΤ", true },
	{ "回复", true }, { "回覆", true }, { "答复", true }, { "答覆", true }, { "返信", true },
	{ "rv", false }, { "fw", false }, { "fwd", false }, { "enc", false }, { "i", false },
	{ "tr", false }, { "wg", false }, { "vl", false }, { "vb", false }, { "vd", false },
	{ "pd", false }, { "ilt", false }, { "doorst", false }, { "tov", false },
	{ "reenv", false }, { "reenviado", false }, { "enviado", false },
	{ "转发", false }, { "轉寄", false }, { "転送", false }, { "πρθ", false },
};

#define MARK_BYTES 20
#define TAG_BYTES 60

/* The bytes of the counter at s: [2], (3), ^4, or 0. */
static size_t counter_len(struct slice s)
{
	size_t i = 1;
	char close = s.n && s.p[0] == '[' ? ']' : s.n && s.p[0] == '(' ? ')' : 0;

	if (s.n < 2 || (!close && s.p[0] != '^' && s.p[0] != '*'))
		return 0;
	while (i < s.n && i < 5 && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	if (i == 1)
		return 0;
	if (!close)
		return i;
	return i < s.n && s.p[i] == close ? i + 1 : 0;
}

size_t subject_mark(struct arena *a, struct slice s, bool *reply_r)
{
	size_t n = 0, i;

	while (n < s.n && n <= MARK_BYTES && s.p[n] != ':' && s.p[n] != '[' && s.p[n] != '(' &&
	       s.p[n] != '^' && s.p[n] != '*' && s.p[n] != ' ' && s.p[n] != '\xef' &&
	       s.p[n] != '\xc2')
		n++;
	if (n == 0 || n > MARK_BYTES)
		return 0;
	i = n;
	while (i < s.n && s.p[i] == ' ')
		i++;
	i += counter_len(slice_make(s.p + i, s.n - i));
	while (i < s.n && (s.p[i] == ' ' || slice_starts(slice_make(s.p + i, s.n - i),
							 "\xc2\xa0")))
		i += s.p[i] == ' ' ? 1 : 2;
	if (i < s.n && s.p[i] == ':')
		i++;
	else if (slice_starts(slice_make(s.p + i, s.n - i), "\xef\xbc\x9a"))
		i += 3; /* the full-width colon */
	else
		return 0;
	if (n > 1 && s.p[n - 1] == '.') /* "Réf. :" */
		n--;
	const char *word = utf8_fold(a, slice_make(s.p, n));
	for (size_t k = 0; k < ARRAY_LEN(marks); k++)
		if (strcmp(word, marks[k].word) == 0 ||
		    slice_eqz(slice_make(s.p, n), marks[k].word)) {
			*reply_r = marks[k].reply;
			return i;
		}
	return 0;
}

/* What filters put before all else: {Spam?}, ***SPAM***. */
static size_t spam_len(struct slice s)
{
	bool stars = slice_starts(s, "***");
	struct slice head = slice_make(s.p, s.n < TAG_BYTES ? s.n : TAG_BYTES), in;
	const char *close;

	if (!stars && (s.n == 0 || s.p[0] != '{'))
		return 0;
	in = slice_make(head.p + (stars ? 3 : 1), head.n - (stars ? 3 : 1));
	close = slice_find(in, stars ? SLICE("***") : SLICE("}"));
	if (!close || !slice_ifind(slice_make(in.p, (size_t)(close - in.p)), SLICE("spam")))
		return 0;
	return (size_t)(close - s.p) + (stars ? 3 : 1);
}

static size_t tag_len(struct slice s)
{
	const char *close;

	if (s.n < 3 || s.p[0] != '[')
		return 0;
	close = memchr(s.p, ']', s.n < TAG_BYTES ? s.n : TAG_BYTES);
	return close && close > s.p + 1 ? (size_t)(close - s.p) + 1 : 0;
}

const char *subject_base(struct arena *a, const char *subject, bool *reply_r)
{
	struct slice s = slice_trim(slice_of(subject));
	bool any = false;

	for (;;) {
		bool reply = false;
		size_t n = subject_mark(a, s, &reply);

		if (n == 0)
			n = tag_len(s);
		if (n == 0)
			n = spam_len(s);
		struct slice rest = slice_trim(slice_make(s.p + n, s.n - n));
		any = any || reply;
		/* "[aviso]" alone is the subject itself. */
		if (n == 0 || (rest.n == 0 && strchr("[{*", s.p[0])))
			break;
		s = rest;
	}
	if (reply_r)
		*reply_r = any;
	return slice_dup(a, s);
}
