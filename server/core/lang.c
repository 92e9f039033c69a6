/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting stop words is right for anything longer than a sentence, and a
 * short post falls back to its group's language, which is right more often
 * than a model would be.
 */
#include "server/core/lang.h"

#include "server/base/base.h"

/* Words that are frequent in one of the five and rare in the others. */
static const struct {
	const char *lang, *words;
} table[] = {
	{ "es", " el los las una del y es por con para pero como está esta son hay muy más su sus "
		"lo le este "
		"qué ya también sobre nos al " },
	{ "en", " the and of to is that it for with you this are be have not on as at was but we "
		"they from "
		"will can your would " },
	{ "pt", " o os as um uma do da dos das e é não para com mas como está são há muito mais "
		"seu sua ao na no "
		"em você isso também pelo " },
	{ "fr", " le les des du et est une pour avec mais comme dans ce cette sont il vous nous au "
		"aux pas plus "
		"qui sur je ne " },
	{ "it", " il gli di che è un una per con ma come sono della del nel questo questa più "
		"anche ho non alla "
		"dei ci si " },
};

/* Which languages have a word of this first byte and length: most words are none of them. */
static unsigned char may[256][13];

static void may_fill(void)
{
	for (unsigned t = 0; t < ARRAY_LEN(table); t++) {
		struct slice rest = slice_of(table[t].words), w;

		while (slice_cut(&rest, ' ', &w))
			if (w.n > 0 && w.n < ARRAY_LEN(*may))
				may[(unsigned char)*w.p][w.n] |= (unsigned char)(1u << t);
	}
}

const char *lang_guess(struct slice text, const char *fallback)
{
	unsigned score[ARRAY_LEN(table)] = { 0 }, best = 0, second = 0, words = 0;
	const char *lang = fallback;
	char word[24];

	if (may['e'][2] == 0)
		may_fill();
	text = utf8_clip(text, 4096);
	for (size_t i = 0; i < text.n;) {
		size_t n = 1;

		word[0] = ' ';
		while (i < text.n) {
			unsigned char c = (unsigned char)text.p[i];

			if (!(c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
				break;
			if (n < sizeof(word) - 2)
				word[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
			i++;
		}
		i++;
		if (n < 2 || n > 12)
			continue;
		words++;
		word[n] = ' ';
		word[n + 1] = '\0';
		for (size_t t = 0; t < ARRAY_LEN(table) && may[(unsigned char)word[1]][n - 1]; t++)
			score[t] += may[(unsigned char)word[1]][n - 1] >> t & 1 && strstr(table[t].words, word) != NULL;
	}
	for (size_t t = 0; t < ARRAY_LEN(table); t++) {
		if (score[t] > best) {
			second = best;
			best = score[t];
			lang = table[t].lang;
		} else if (score[t] > second) {
			second = score[t];
		}
	}
	return words >= 5 && best >= 3 && best > second ? lang : fallback;
}
