/* SPDX-License-Identifier: Apache-2.0 */
/* See decide.h. */
#include "mailer/accept/command.h"
#include "mailer/accept/decide.h"

#include "server/base/base.h"

#define LINE_BYTES  4096 /* a reason may be one long line */
#define WORD_BYTES  120  /* a word with its courtesies */
#define TEXT_BYTES  ((size_t)256 << 10)
#define SHOWN_BYTES 80

/* What may stand after a word without changing it. */
static const char courtesy[] =
	" por favor please gracias muchas thanks thank you obrigado obrigada merci grazie mille per favore "
	"s'il vous plait te plait saludos regards ok si yes sim oui lo la el este esta mensaje solicitud it "
	"this message request o a esta mensagem le la ce message questo messaggio ";

static const char greetings[] =
	"|hola|hola a todos|buenos dias|buen dia|buenas tardes|buenas noches|buenas|saludos|estimados|"
	"estimadas|hello|hi|dear all|good morning|good afternoon|good day|ola|bom dia|boa tarde|bonjour|"
	"bonsoir|buongiorno|buonasera|ciao|salve|";

static bool in_list(const char *list, char sep, struct slice w)
{
	char padded[64];

	if (w.n == 0 || w.n > sizeof(padded) - 3)
		return false;
	snprintf(padded, sizeof(padded), "%c%.*s%c", sep, (int)w.n, w.p, sep);
	return strstr(list, padded) != NULL;
}

static bool all_courtesy(struct slice rest)
{
	struct slice w;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		if (w.n > 0 && !in_list(courtesy, ' ', w))
			return false;
	}
	return true;
}

/* The longest word at the beginning of a normal line; *n_r: its bytes. */
static enum modword word_at(struct slice line, size_t *n_r)
{
	enum modword best = MODWORD_NONE;

	*n_r = 0;
	for (enum modword w = 0; w < MODWORDS; w++)
		for (size_t l = 0; l < LANGS; l++) {
			struct slice rest = slice_of(modword_rows[w].words[l]), text;

			while (rest.n > 0) {
				slice_cut(&rest, '|', &text);
				if (text.n <= *n_r || text.n > line.n ||
				    memcmp(text.p, line.p, text.n) != 0 ||
				    (text.n < line.n && line.p[text.n] != ' '))
					continue;
				best = w;
				*n_r = text.n;
			}
		}
	return best;
}

/* All of it is one word, courtesies aside. */
static enum modword word_alone(struct arena *a, struct slice text)
{
	struct slice n;
	enum modword w;
	size_t len;

	if (text.n == 0 || text.n > WORD_BYTES)
		return MODWORD_NONE;
	n = slice_of(command_normal(a, text));
	w = word_at(n, &len);
	return w != MODWORD_NONE && all_courtesy(slice_make(n.p + len, n.n - len)) ? w
										  : MODWORD_NONE;
}

/* Bytes of what parts a word from its reason at p: ":", "-", ".", ",", ";", a dash. */
static size_t parting(const char *p, size_t n)
{
	static const char *const dashes[] = { "\xE2\x80\x93", "\xE2\x80\x94", "\xEF\xBC\x9A" };

	if (strchr(":.,;-", *p) != NULL && *p != '\0')
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(dashes); i++)
		if (n >= 3 && memcmp(p, dashes[i], 3) == 0)
			return 3;
	return 0;
}

enum modword decide_line(struct arena *a, struct slice line, struct slice *rest_r)
{
	enum modword w;

	*rest_r = SLICE("");
	line = slice_trim(line);
	w = word_alone(a, line);
	if (w != MODWORD_NONE || line.n > LINE_BYTES)
		return w;
	for (size_t i = 1; i < line.n && i < WORD_BYTES; i++) {
		size_t n = parting(line.p + i, line.n - i);

		if (n == 0)
			continue;
		w = word_alone(a, slice_make(line.p, i));
		/* "aprobar: pero no así" approves nothing */
		if (w == MODWORD_NONE || !modword_rows[w].text)
			return MODWORD_NONE;
		*rest_r = slice_trim(slice_make(line.p + i + n, line.n - i - n));
		return w;
	}
	return MODWORD_NONE;
}

/* The own text; quotes that the folding left open go as well. */
static struct slice own_text(struct arena *a, const struct mail *m, size_t max)
{
	struct slice rest = command_visible(a, m, max), line;
	struct str s;

	str_init(&s, a, max + 4096);
	while (rest.n > 0) {
		slice_line(&rest, &line);
		if (slice_trim(line).n > 0 && (*slice_trim(line).p == '>' || *slice_trim(line).p == '|'))
			continue;
		str_adds(&s, line);
		str_addc(&s, '\n');
	}
	return slice_trim(str_slice(&s));
}

static bool greeting(struct arena *a, struct slice line)
{
	return line.n < 40 && in_list(greetings, '|', slice_of(command_normal(a, line)));
}

/* The first line that says something; *rest: what is below it. */
static struct slice first_line(struct arena *a, struct slice *rest)
{
	struct slice line = SLICE(""), was;
	bool greeted = false;

	while (slice_line(rest, &line)) {
		line = slice_trim(line);
		was = *rest;
		if (line.n == 0 || (!greeted && was.n > 0 && greeting(a, line))) {
			greeted |= line.n > 0;
			continue;
		}
		return line;
	}
	return SLICE("");
}

struct slice decide_first(struct arena *a, const struct mail *m, size_t max)
{
	struct slice text = own_text(a, m, max);

	return first_line(a, &text);
}

static const char *joined(struct arena *a, struct slice one, struct slice two)
{
	one = slice_trim(one);
	two = slice_trim(two);
	return arena_fmt(a, "%.*s%s%.*s", (int)one.n, one.p, one.n > 0 && two.n > 0 ? "\n" : "",
			 (int)two.n, two.p);
}

/* In a conversation the words are those that end it, and each must be all that is said. */
static void talk_parse(struct arena *a, struct slice text, enum modword subject,
		       struct modword_ask *r)
{
	enum modword w = word_alone(a, text);

	if (subject == MODWORD_DISCARD || subject == MODWORD_SPAM || subject == MODWORD_UNDO)
		r->what = subject;
	else if (w == MODWORD_DISCARD || w == MODWORD_SPAM || w == MODWORD_UNDO)
		r->what = w;
	else if (text.n > 0)
		*r = (struct modword_ask){ MODWORD_ANSWER, slice_dup(a, text), "" };
}

void decide_parse(struct arena *a, const struct mail *m, bool talk, struct modword_ask *r)
{
	struct slice text = own_text(a, m, TEXT_BYTES), below = text, first, rest, srest;
	bool reply;
	const char *subject = subject_base(a, m->subject, &reply);
	enum modword said = decide_line(a, slice_of(subject), &srest), w;

	*r = (struct modword_ask){ MODWORD_NONE, "", "" };
	if (talk) {
		/* the subject of an answer is the asker's: only a new mail has its own */
		talk_parse(a, text, reply || m->nrefs > 0 ? MODWORD_NONE : said, r);
		return;
	}
	first = first_line(a, &below);
	w = decide_line(a, first, &rest);
	if (w != MODWORD_NONE && said != MODWORD_NONE && w != said) {
		r->what = MODWORD_TORN;
	} else if (w != MODWORD_NONE) {
		r->what = w;
		if (modword_rows[w].text)
			r->why = joined(a, rest, below);
	} else if (said != MODWORD_NONE) {
		r->what = said;
		if (modword_rows[said].text)
			r->why = joined(a, srest, text);
	}
	if (r->what >= MODWORDS)
		r->said = slice_dup(a, utf8_clip(first.n > 0 ? first : slice_of(subject),
						 SHOWN_BYTES));
}
