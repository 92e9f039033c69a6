/* SPDX-License-Identifier: Apache-2.0 */
/* See digest_parts.h. */
#include <ctype.h>

#include "mailer/accept/command.h"
#include "mailer/accept/digest_parts.h"
#include "server/base/utf8.h"

#include "server/base/base.h"

#define TEXT_CAP  ((size_t)1 << 20)
#define QUOTE_CAP ((size_t)128 << 10)
#define WORD_MAX  40 /* bytes before a number that may be words for it */

/* What stands before a number, in lower case without accents. */
static bool names_item(const char *word)
{
	static const char *const words[] = {
		"#",     "n.o", "n.º", "no", "no.",  "nº",  "n°", "num", "num.", "numero", "hilo", "tema",
		"thread", "item", "topico", "fil", "sujet", "discussione", "discussao"
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* "3", "3:", "3 - text", and not "3.5", "3a", "3rd". */
static int64_t number(struct slice s, struct slice *rest_r)
{
	size_t i = 0;
	int64_t n = 0;

	while (i < s.n && i < 3 && isdigit((unsigned char)s.p[i]))
		n = n * 10 + (s.p[i++] - '0');
	if (i == 0 || n == 0)
		return 0;
	if (i < s.n && (isalnum((unsigned char)s.p[i]) || (s.p[i] & 0x80)) &&
	    !slice_starts(slice_make(s.p + i, s.n - i), "\xE2\x80") &&
	    !slice_starts(slice_make(s.p + i, s.n - i), "\xC2\xA0"))
		return 0;
	if (i + 1 < s.n && strchr(".,", s.p[i]) && isdigit((unsigned char)s.p[i + 1]))
		return 0;
	while (i < s.n && strchr(" \t:.,;)-", s.p[i]))
		i++;
	*rest_r = slice_trim(slice_make(s.p + i, s.n - i));
	return n;
}

/* "silenciar #3": the command, with nothing after the number. */
static int64_t command_number(struct arena *a, struct slice line, struct slice *rest_r)
{
	const char *hash = memchr(line.p, '#', line.n < WORD_MAX ? line.n : WORD_MAX);
	struct command_ask ask;
	struct slice word, rest;
	unsigned langs;
	int64_t n;

	if (hash == NULL || hash == line.p)
		return 0;
	word = slice_trim(slice_make(line.p, (size_t)(hash - line.p)));
	n = number(slice_make(hash + 1, line.n - (size_t)(hash + 1 - line.p)), &rest);
	if (n == 0 || rest.n > 0 || !command_line(a, word, "", &ask, &langs) ||
	    (ask.what != COMMAND_MUTE && ask.what != COMMAND_FOLLOW))
		return 0;
	*rest_r = word;
	return n;
}

int64_t digest_mark(struct arena *a, struct slice line, struct slice *rest_r)
{
	struct arena_mark mark = arena_mark(a);
	size_t i = 0;
	int64_t n = 0;

	line = slice_trim(line);
	*rest_r = SLICE("");
	if (line.n == 0)
		return 0;
	if (line.p[0] == '#') {
		line = slice_trim(slice_make(line.p + 1, line.n - 1));
		return number(line, rest_r);
	}
	while (i < line.n && i < WORD_MAX && !isdigit((unsigned char)line.p[i]))
		i++;
	if (i > 0 && i < line.n && i < WORD_MAX) {
		struct slice word = slice_trim(slice_make(line.p, i)), first;
		const char *low = utf8_fold(a, word);

		/* "hilo n.º 3", "thread #3": the last word names it too */
		struct slice rest = slice_of(low);

		slice_cut(&rest, ' ', &first);
		rest = slice_trim(rest);
		if (names_item(slice_dup(a, first)) &&
		    (rest.n == 0 || names_item(slice_dup(a, rest))))
			n = number(slice_make(line.p + i, line.n - i), rest_r);
	}
	if (n == 0)
		n = command_number(a, line, rest_r);
	arena_rewind(a, mark);
	return n;
}

/* Letters and digits in lower case without accents, one space between words: however
 * the lines were marked and broken. */
static const char *plain_words(struct arena *a, struct slice s)
{
	const char *low = utf8_fold(a, s);
	struct str o;
	bool space = true;

	str_init(&o, a, QUOTE_CAP * 2);
	for (const char *p = low; *p; p++) {
		bool letter = isalnum((unsigned char)*p) || (*p & 0x80) || *p == '#';

		if (letter)
			str_addc(&o, *p);
		else if (!space)
			str_addc(&o, ' ');
		space = !letter;
	}
	return str_z(&o);
}

static const struct digest_item *item_of(const struct digest *d, int64_t n)
{
	for (size_t i = 0; i < d->nitems; i++)
		if (d->items[i].number == n)
			return &d->items[i];
	return NULL;
}

/* A heading of the digest that lost its marks of a quotation. */
static bool is_heading(struct arena *a, const struct digest_item *it, struct slice rest)
{
	const char *title, *said;

	if (it == NULL || rest.n < 4)
		return false;
	title = plain_words(a, slice_of(it->title));
	said = plain_words(a, rest);
	return strncmp(title, said, strlen(said)) == 0 || strncmp(title, said, strlen(title)) == 0;
}

static bool quoted(const struct fold_range *f)
{
	return f->kind == FOLD_KIND_QUOTE || f->kind == FOLD_KIND_OTHER ||
	       f->kind == FOLD_KIND_FORWARD;
}

static bool within(const struct fold_range *f, size_t n, size_t *k, size_t at)
{
	while (*k < n && f[*k].to <= at)
		(*k)++;
	return *k < n && f[*k].from <= at && quoted(&f[*k]);
}

/* The one thread that is quoted: all of them where it is the whole digest. */
static const struct digest_item *quoted_item(struct arena *a, struct slice text,
					     const struct fold_range *f, size_t n,
					     const struct digest *d)
{
	const struct digest_item *found = NULL;
	const char *words;
	struct str q;

	str_init(&q, a, QUOTE_CAP);
	for (size_t i = 0; i < n; i++)
		if (quoted(&f[i]) && q.n + (f[i].to - f[i].from) < QUOTE_CAP)
			str_fmt(&q, "%.*s ", (int)(f[i].to - f[i].from), text.p + f[i].from);
	words = plain_words(a, str_slice(&q));
	for (size_t i = 0; i < d->nitems; i++) {
		const struct digest_item *it = &d->items[i];
		const char *title = plain_words(a, slice_of(it->title));

		if (strstr(words, arena_fmt(a, "#%d %s", it->number, title)) == NULL &&
		    (strlen(title) < 12 || strstr(words, title) == NULL))
			continue;
		if (found != NULL)
			return NULL;
		found = it;
	}
	return found;
}

static struct slice tidy(struct arena *a, const struct str *s)
{
	struct slice t = slice_trim(str_slice(s));

	return slice_of(arena_fmt(a, "%.*s\n", (int)t.n, t.p));
}

void digest_take_apart(struct arena *a, struct slice text, const struct fold_range *folds, size_t n,
		       const struct digest *d, struct digest_parts *r)
{
	struct slice rest = utf8_clip(text, TEXT_CAP), line, said;
	const struct digest_item *now = NULL, *it;
	bool marked = false;
	struct str own;
	size_t k = 0;

	*r = (struct digest_parts){ .n = 0 };
	str_init(&own, a, TEXT_CAP + 16);
	for (;;) {
		size_t at = (size_t)(rest.p - text.p);
		int64_t m = 0;
		bool more = slice_line(&rest, &line);

		if (more && within(folds, n, &k, at))
			continue;
		if (more)
			m = digest_mark(a, line, &said);
		it = m && r->n + 1 < DIGEST_PARTS_MAX ? item_of(d, m) : NULL;
		if (m && is_heading(a, it, said))
			continue; /* ours, without its marks */
		if (m && it == NULL && !marked && r->unknown == 0)
			r->unknown = m;
		if (more && it == NULL) {
			str_adds(&own, line);
			str_addc(&own, '\n');
			continue;
		}
		if (marked)
			r->part[r->n++] = (struct digest_part){ now, tidy(a, &own) };
		if (!more)
			break;
		/* what came before the first number is of the first part */
		if (marked)
			own.n = 0;
		marked = true;
		now = it;
		str_adds(&own, said);
		str_addc(&own, '\n');
	}
	if (marked)
		return;
	now = r->unknown ? NULL : quoted_item(a, text, folds, n, d);
	if (now != NULL)
		r->part[r->n++] = (struct digest_part){ now, tidy(a, &own) };
}
