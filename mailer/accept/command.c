/* SPDX-License-Identifier: Apache-2.0 */
/* See command.h. */
#include "mailer/accept/command.h"

#include "server/base/base.h"

#define LINE_BYTES   200 /* a longer line is no command */
#define LINES_MAX    30
#define GREETINGS    2  /* lines before the first command that may be anything */
#define NEAR_BYTES   40
#define VISIBLE_MAX  160
#define SHOWN_BYTES  80

/* Words that ask nicely, or say of what. */
static const char fillers[] =
	" por favor please gracias thanks thank you obrigado obrigada merci grazie per favore s'il vous "
	"plait te al del de la el los las lista grupo list group from the to do da das dos du le les "
	"groupe liste gruppo alla dalla dal della me este esta mi my this your ya now ahora ";

/* Lower case without accents, one space between words, letters and digits and
 * what dates and addresses need. */
char *command_normal(struct arena *a, struct slice line)
{
	const char *in = utf8_fold(a, line);
	struct str o;

	str_init(&o, a, strlen(in) + 1);
	for (; *in; in++) {
		unsigned char c = (unsigned char)*in;
		bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80 ||
			    strchr("'@/-._", c) != NULL;

		if (c == 0xE2 && (unsigned char)in[1] == 0x80 && (unsigned char)in[2] == 0x99) {
			str_addc(&o, '\''); /* a typographic apostrophe */
			in += 2;
		} else if (strncmp(in, "\xE2\x80\x8B", 3) == 0 || strncmp(in, "\xEF\xBB\xBF", 3) == 0) {
			in += 2; /* of no width: some programs begin a mail with one */
		} else if ((c == 0xC2 && (unsigned char)in[1] == 0xA0) ||
			   strncmp(in, "\xE2\x80\xAF", 3) == 0) {
			in += c == 0xC2 ? 1 : 2; /* a space that does not break, wide or narrow */
			if (o.n > 0 && o.p[o.n - 1] != ' ')
				str_addc(&o, ' ');
		} else if (keep) {
			str_addc(&o, (char)c);
		} else if (o.n > 0 && o.p[o.n - 1] != ' ') {
			str_addc(&o, ' ');
		}
	}
	while (o.n > 0 && strchr(" .-_'", o.p[o.n - 1]) != NULL)
		str_cut(&o, o.n - 1);
	return arena_strdup(a, str_z(&o));
}

static bool filler(struct slice w, const char *list)
{
	char padded[24];

	if (slice_eqz(w, list))
		return true;
	if (w.n == 0 || w.n > 20)
		return false;
	snprintf(padded, sizeof(padded), " %.*s ", (int)w.n, w.p);
	return strstr(fillers, padded) != NULL;
}

static bool all_fillers(struct slice rest, const char *list)
{
	struct slice w;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		if (w.n > 0 && !filler(w, list))
			return false;
	}
	return true;
}

/* ---- the words of the table ---- */

struct word {
	const struct command_row *row;
	unsigned lang;
	struct slice text;
	bool reply; /* marked by * */
};

static struct word word_next(const struct command_row *row, unsigned lang, struct slice *rest)
{
	struct word w = { .row = row, .lang = lang };

	slice_cut(rest, '|', &w.text);
	if (w.text.n > 0 && w.text.p[0] == '*') {
		w.reply = true;
		w.text.p++;
		w.text.n--;
	}
	return w;
}

typedef void word_fn(const struct word *w, void *ctx);

static void words_each(word_fn *fn, void *ctx)
{
	for (size_t i = 0; i < COMMANDS; i++)
		for (unsigned l = 0; l < LANGS; l++) {
			struct slice rest = slice_of(command_rows[i].words[l]);

			while (rest.n > 0) {
				struct word w = word_next(&command_rows[i], l, &rest);

				fn(&w, ctx);
			}
		}
}

struct match {
	struct slice line;
	const struct command_row *row;
	size_t n; /* bytes of the longest */
	unsigned langs;
	bool reply;
};

/* The longest phrase at the beginning of the line; of equal ones the first row. */
static void match_word(const struct word *w, void *ctx)
{
	struct match *m = ctx;

	if (w->text.n > m->line.n || w->text.n < m->n ||
	    memcmp(w->text.p, m->line.p, w->text.n) != 0 ||
	    (w->text.n < m->line.n && m->line.p[w->text.n] != ' '))
		return;
	if (w->text.n > m->n) {
		m->row = w->row;
		m->n = w->text.n;
		m->langs = 0;
		m->reply = false;
	}
	if (w->row == m->row) {
		m->langs |= 1U << w->lang;
		m->reply |= w->reply;
	}
}

static struct match match_line(struct slice line)
{
	struct match m = { .line = line };

	words_each(match_word, &m);
	return m;
}

/* ---- until when ---- */

static bool word_in(struct slice w, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eqz(w, words[i]))
			return true;
	return false;
}
#define WORD_IN(w, ...)                                                                            \
	word_in(w, (const char *const[]){ __VA_ARGS__ },                                           \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* Days of a unit, or 0. */
static int64_t unit_days(struct slice w)
{
	if (WORD_IN(w, "dia", "dias", "day", "days", "jour", "jours", "giorno", "giorni", "d"))
		return 1;
	if (WORD_IN(w, "semana", "semanas", "week", "weeks", "semaine", "semaines", "settimana",
		    "settimane"))
		return 7;
	if (WORD_IN(w, "mes", "meses", "month", "months", "mois", "mese", "mesi"))
		return 30;
	return 0;
}

/* 1 to 12 by its first letters in the five languages, or 0. */
static int64_t month_of(struct slice w)
{
	static const char *const begin[12] = { "ene jan gen", "feb fev", "mar",     "abr apr avr",
					       "may mai mag", "jun giu juin", "jul lug juil",
					       "ago aug aou", "sep set sett", "oct out ott",
					       "nov",         "dic dec dez" };
	char head[8];

	if (w.n < 3 || w.n > 12)
		return 0;
	snprintf(head, sizeof(head), "%.3s", w.p);
	if (slice_starts(w, "juil"))
		return 7;
	if (slice_starts(w, "juin"))
		return 6;
	for (size_t i = 0; i < 12; i++) {
		struct slice rest = slice_of(begin[i]), b;

		while (rest.n > 0) {
			slice_cut(&rest, ' ', &b);
			if (b.n == 3 && memcmp(b.p, head, 3) == 0)
				return (int64_t)i + 1;
		}
	}
	return 0;
}

static bool number(struct slice w, int64_t *n_r)
{
	*n_r = WORD_IN(w, "un", "una", "uno", "one", "um", "uma", "une") ? 1
	       : WORD_IN(w, "dos", "two", "dois", "duas", "deux", "due")	? 2
	       : WORD_IN(w, "tres", "three", "trois", "tre")			? 3
										: 0;
	return *n_r != 0 || slice_i64(w, 1, 2999, n_r);
}

static const char *date_text(struct arena *a, int64_t y, int64_t m, int64_t d)
{
	struct civil now = clock_civil(clock_now(), -360);

	/* without a year it is the next such day */
	if (y == 0)
		y = now.year + (m < now.month || (m == now.month && d <= now.day));
	else if (y < 100)
		y += 2000;
	return arena_fmt(a, "%04lld-%02lld-%02lld", (long long)y, (long long)m, (long long)d);
}

/* 31/01/2027, 31-1, 31.1.27, 2027-01-31 */
static const char *date_numbers(struct arena *a, struct slice w)
{
	int64_t v[3] = { 0 };
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= w.n; i++) {
		if (i < w.n && strchr("/-.", w.p[i]) == NULL)
			continue;
		if (n == 3 || !slice_i64(slice_make(w.p + from, i - from), 1, 2999, &v[n]))
			return NULL;
		n++;
		from = i + 1;
	}
	if (n == 3 && v[0] > 31)
		return date_text(a, v[0], v[1], v[2]);
	return n >= 2 && v[0] <= 31 ? date_text(a, n == 3 ? v[2] : 0, v[1], v[0]) : NULL;
}

/* "15 dias", "hasta el 31 de enero", "2027-01-31": see command_ask.arg. What is none
 * of these is kept as it is, so that the answer can show it. */
static const char *pause_arg(struct arena *a, struct slice rest, const char *list)
{
	struct slice all = rest, w;
	int64_t n = 0, year = 0, month = 0, last = 0;
	const char *date = NULL;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		if (w.n == 0 || filler(w, list) ||
		    WORD_IN(w, "hasta", "until", "till", "ate", "o", "a", "jusqu'au", "jusque",
			    "fino", "for", "durante", "pendant", "per", "for", "st", "th"))
			continue;
		if (last == 0 && n > 0 && unit_days(w) > 0) {
			last = n * unit_days(w);
			n = 0;
		} else if (month == 0 && month_of(w) > 0 && last == 0) {
			month = month_of(w);
		} else if (n == 0 && number(w, &n)) {
			continue;
		} else if (n > 0 && slice_i64(w, 2000, 2999, &year)) {
			continue;
		} else if (date == NULL && (date = date_numbers(a, w)) != NULL) {
			continue;
		} else {
			return slice_dup(a, all);
		}
	}
	if (date != NULL && last == 0 && month == 0 && n == 0)
		return date;
	if (last > 0 && month == 0 && date == NULL && n == 0)
		return arena_fmt(a, "%lldd", (long long)last);
	if (month > 0 && n > 0 && n <= 31 && date == NULL && last == 0)
		return date_text(a, year, month, n);
	return all_fillers(all, list) ? "" : slice_dup(a, all);
}

/* ---- lines ---- */

/* base32 of ours and nothing else */
static const char *token_arg(struct arena *a, struct slice rest)
{
	if (rest.n < 16 || rest.n > 64)
		return "";
	for (size_t i = 0; i < rest.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz234567", rest.p[i]) == NULL)
			return "";
	return slice_dup(a, rest);
}

/* Nobody's own words, also where the folding left them open. */
static bool quoted(struct slice line)
{
	return line.n > 0 && (line.p[0] == '>' || line.p[0] == '|');
}

bool command_line(struct arena *a, struct slice line, const char *list, struct command_ask *c,
		  unsigned *langs_r)
{
	struct slice rest;
	struct match m;
	char *n;

	line = slice_trim(line);
	if (line.n == 0 || line.n > LINE_BYTES || quoted(line))
		return false;
	n = command_normal(a, line);
	m = match_line(slice_of(n));
	if (m.row == NULL)
		return false;
	rest = slice_trim(slice_make(n + m.n, strlen(n) - m.n));
	*c = (struct command_ask){ m.row->what, "", "" };
	*langs_r = m.langs;
	if (m.row->what == COMMAND_PAUSE) {
		c->arg = pause_arg(a, rest, list);
		return strlen(c->arg) <= SHOWN_BYTES;
	}
	if (m.row->what == COMMAND_CONFIRM) {
		c->arg = token_arg(a, rest);
		return true;
	}
	return all_fillers(rest, list);
}

/* ---- what may have been meant ---- */

struct near {
	struct slice line;
	size_t best; /* distance */
	struct slice word;
};

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits from one to the other; two letters changed about count once. */
static size_t distance(struct slice s, struct slice t)
{
	size_t row[3][NEAR_BYTES + 1];

	for (size_t j = 0; j <= t.n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= s.n; i++) {
		size_t *up = row[(i - 1) % 3], *now = row[i % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= t.n; j++) {
			bool same = s.p[i - 1] == t.p[j - 1];

			now[j] = min2(min2(up[j], now[j - 1]) + 1, up[j - 1] + !same);
			if (i > 1 && j > 1 && s.p[i - 1] == t.p[j - 2] && s.p[i - 2] == t.p[j - 1])
				now[j] = min2(now[j], before[j - 2] + 1);
		}
	}
	return row[s.n % 3][t.n];
}

static void near_word(const struct word *w, void *ctx)
{
	struct near *n = ctx;
	size_t longer = w->text.n > n->line.n ? w->text.n : n->line.n;
	size_t shorter = w->text.n < n->line.n ? w->text.n : n->line.n, d;

	if (longer > NEAR_BYTES || shorter < 3 || longer - shorter > 2)
		return;
	d = distance(n->line, w->text);
	if (d < n->best && d <= (shorter < 6 ? 1 : 2)) {
		n->best = d;
		n->word = w->text;
	}
}

static const char *nearest(struct arena *a, struct slice line)
{
	struct near n = { .line = slice_of(command_normal(a, utf8_clip(line, LINE_BYTES))), .best = 99 };

	words_each(near_word, &n);
	return slice_dup(a, n.word);
}

/* ---- whole mails ---- */

static bool asked_already(const struct commands *r, enum command what)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ask[i].what == what)
			return true;
	return false;
}

static void ask_add(struct commands *r, struct command_ask c, unsigned langs)
{
	if (asked_already(r, c.what) || r->n == COMMAND_ASKS_MAX)
		return;
	r->langs = r->n == 0 ? langs : (r->langs & langs) ? r->langs & langs : r->langs;
	r->ask[r->n++] = c;
}

static void unknown_add(struct arena *a, struct commands *r, struct slice said)
{
	said = utf8_clip(slice_trim(said), SHOWN_BYTES);
	ask_add(r, (struct command_ask){ COMMAND_UNKNOWN, slice_dup(a, said), nearest(a, said) },
		0);
}

/* The text without its folds; lines stay whole. */
struct slice command_visible(struct arena *a, const struct mail *m, size_t max)
{
	struct str s;
	size_t at = 0;

	str_init(&s, a, max + 1);
	for (size_t i = 0; i <= m->nfolds && s.n < max; i++) {
		size_t to = i < m->nfolds ? m->folds[i].from : m->text_len;

		if (to > at)
			str_adds(&s, utf8_clip(slice_make(m->text + at, to - at), max - s.n));
		if (i < m->nfolds)
			at = m->folds[i].to;
	}
	return str_slice(&s);
}

static void body_parse(struct arena *a, const struct mail *m, const char *list,
		       struct commands *r, struct slice *first_r)
{
	struct slice rest = command_visible(a, m, (size_t)LINES_MAX * LINE_BYTES), line;
	unsigned seen = 0, odd = 0, langs;
	struct command_ask c;

	while (seen < LINES_MAX && slice_line(&rest, &line)) {
		line = slice_trim(line);
		if (line.n == 0)
			continue;
		seen++;
		if (command_line(a, line, list, &c, &langs)) {
			ask_add(r, c, langs);
			continue;
		}
		if (first_r->n == 0)
			*first_r = line;
		if (r->n == 0 && ++odd <= GREETINGS)
			continue;
		/* what follows the commands is a signature, or one mistyped */
		if (r->n > 0 && line.n <= NEAR_BYTES && *nearest(a, line) != '\0')
			unknown_add(a, r, line);
		return;
	}
}

void command_parse(struct arena *a, const struct mail *m, const char *list, struct commands *r)
{
	struct slice first = { "", 0 };
	struct command_ask c;
	unsigned langs;
	bool reply;
	const char *subject = subject_base(a, m->subject, &reply);

	*r = (struct commands){ 0 };
	if (command_line(a, slice_of(subject), list, &c, &langs))
		ask_add(r, c, langs);
	body_parse(a, m, list, r, &first);
	if (r->n > 0)
		return;
	if (first.n > 0 && (*nearest(a, first) != '\0' || *nearest(a, slice_of(subject)) == '\0'))
		unknown_add(a, r, first);
	else
		unknown_add(a, r, slice_of(subject));
}

/* One of the marked phrases and nothing but courtesy after it. */
static bool marked(struct arena *a, struct slice text, struct command_ask *c, unsigned *langs_r)
{
	static const char polite[] = "por favor|please|gracias|thanks|thank you|obrigado|obrigada|"
				     "merci|grazie|per favore|s'il vous plait";
	struct slice n = slice_of(command_normal(a, text)), rest, p;
	struct match m = match_line(n);

	if (m.row == NULL || !m.reply || quoted(text))
		return false;
	*c = (struct command_ask){ m.row->what, "", "" };
	*langs_r = m.langs;
	n = slice_trim(slice_make(n.p + m.n, n.n - m.n));
	rest = slice_of(polite);
	while (n.n > 0 && rest.n > 0) {
		slice_cut(&rest, '|', &p);
		if (slice_eq(n, p))
			return true;
	}
	return n.n == 0;
}

static bool has_files(const struct mail *m)
{
	for (size_t i = 0; i < m->nattachments; i++)
		if (!m->attachments[i].inline_)
			return true;
	return false;
}

bool command_only(struct arena *a, const struct mail *m, struct commands *r)
{
	struct slice text = slice_trim(command_visible(a, m, VISIBLE_MAX + 1));
	struct command_ask c, s;
	unsigned langs = 0, slangs;
	bool reply, as_text = false, as_subject;
	const char *subject = subject_base(a, m->subject, &reply);

	*r = (struct commands){ 0 };
	if (text.n > VISIBLE_MAX || m->is_encrypted || has_files(m))
		return false;
	/* two lines are two things said */
	if (text.n > 0 && memchr(text.p, '\n', text.n) == NULL)
		as_text = marked(a, text, &c, &langs);
	if (as_text && (reply || m->nrefs > 0)) {
		ask_add(r, c, langs);
		return true;
	}
	as_subject = !reply && m->nrefs == 0 &&
		     command_line(a, slice_of(subject), "", &s, &slangs) &&
		     (s.what == COMMAND_LEAVE || s.what == COMMAND_JOIN);
	if (!as_subject || (text.n > 0 && !(command_line(a, text, "", &c, &langs) &&
					    c.what == s.what)))
		return false;
	/* "Salir" alone may be a title; what can only be a command is one */
	if (s.what == COMMAND_LEAVE && text.n == 0 &&
	    !marked(a, slice_of(subject), &c, &langs))
		return false;
	ask_add(r, s, slangs);
	return true;
}

const char *command_locale(unsigned langs, const char *list_lang)
{
	for (unsigned i = 0; i < LANGS; i++)
		if ((langs & 1U << i) && strcmp(command_langs[i], list_lang) == 0)
			return command_langs[i];
	for (unsigned i = 0; i < LANGS; i++)
		if (langs & 1U << i)
			return command_langs[i];
	return list_lang;
}
