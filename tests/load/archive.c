/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive COUNT SEED [FIRST]: writes an mbox of COUNT messages, numbered from FIRST, as a
 * stream: words by Zipf's law from 60,000, two of three threads in Spanish and the others in
 * English, answers to threads drawn by Zipf's law over how lately something came there,
 * beneath quotations of what they answer, a signature, now and then a file or a message in
 * quoted-printable Latin-1. The same numbers give the same bytes. Memory does not grow.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "server/base/base.h"

#define WORDS   60000
#define RECENT  4096 /* threads that may still be answered */
#define KEPT    8    /* of a thread's posts, the last */
#define AUTHORS 3000
#define LINE    70

struct said {
	uint64_t n; /* number of the message */
	unsigned author;
	uint32_t seed; /* of its text */
	unsigned words;
};

struct thread {
	uint64_t first;
	bool spanish;
	unsigned posts;
	struct said last[KEPT];
};

static uint64_t state;
static double zipf[WORDS];
static char words[2][WORDS][24];
static struct thread threads[RECENT];
static uint64_t nthreads;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static double uniform(void)
{
	return (double)(rnd() >> 11) / (double)(UINT64_C(1) << 53);
}

/* 0 .. n - 1, the lower the likelier. */
static size_t rank_of(size_t n)
{
	double u = uniform() * zipf[n - 1];
	size_t from = 0, to = n - 1;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (zipf[mid] < u)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static void words_make(void)
{
	static const char *const first[2][24] = {
		{ "de", "la", "que", "el", "en", "y", "los", "se", "del", "las", "un", "por", "con", "no",
		  "una", "su", "para", "es", "al", "lo", "como", "más", "pero", "sus" },
		{ "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "as", "was", "with", "be",
		  "by", "on", "not", "he", "this", "are", "or", "his", "from", "at" }
	};
	static const char *const part[2][20] = {
		{ "ca", "re", "so", "li", "mu", "den", "tra", "pi", "no", "gar", "es", "ta", "ble", "mo",
		  "ción", "fe", "ru", "al", "co", "sen" },
		{ "ing", "er", "con", "st", "ter", "al", "pro", "ed", "ment", "re", "ver", "tion", "com",
		  "ly", "ex", "per", "ate", "un", "ic", "able" }
	};

	for (int l = 0; l < 2; l++)
		for (unsigned k = 0; k < WORDS; k++) {
			unsigned v = k * 7919 % 60013 + 31;
			size_t at = 0;

			if (k < 24) {
				snprintf(words[l][k], sizeof(words[l][k]), "%s", first[l][k]);
				continue;
			}
			for (; v > 0 && at < sizeof(words[l][k]) - 6; v /= 20)
				at += (size_t)snprintf(words[l][k] + at, sizeof(words[l][k]) - at, "%s",
						       part[l][v % 20]);
		}
	zipf[0] = 1;
	for (size_t k = 1; k < WORDS; k++)
		zipf[k] = zipf[k - 1] + 1 / pow((double)k + 1, 1.05);
}

/* Text of so many words by its own seed, so that whoever quotes it can write it again. */
static void text_out(const struct said *s, bool spanish, const char *mark, unsigned most)
{
	uint64_t before = state;
	size_t col = 0;

	state = s->seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (unsigned i = 0; i < s->words && i < most; i++) {
		const char *w = words[!spanish][rank_of(WORDS)];

		if (col == 0)
			fputs(mark, stdout);
		else
			putchar(' ');
		fputs(w, stdout);
		col += strlen(w) + 1;
		if (i % 19 == 18)
			putchar('.');
		if (col > LINE) {
			putchar('\n');
			col = 0;
		}
		if (*mark == '\0' && i % 80 == 79) {
			fputs(col ? ".\n\n" : "\n", stdout);
			col = 0;
		}
	}
	if (col > 0)
		putchar('\n');
	state = before;
}

static void subject_out(const struct thread *t)
{
	uint64_t before = state;

	state = t->first * UINT64_C(0xbf58476d1ce4e5b9) + 7;
	for (int i = 0; i < 4; i++)
		printf("%s%s", i ? " " : "", words[!t->spanish][24 + rank_of(9000)]);
	state = before;
}

static void head_out(const struct thread *t, const struct said *s, const struct said *answers)
{
	time_t at = 946684800 + (time_t)s->n * 97; /* from 2000 on */
	struct tm tm;
	char date[64];

	gmtime_r(&at, &tm);
	strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &tm);
	printf("From a%u@example.org %s\nFrom: Autora %u <a%u@example.org>\n", s->author, date,
	       s->author, s->author);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	printf("Date: %s\nMessage-ID: <n%llu@example.org>\nTo: carga@foro.example\nSubject: %s", date,
	       (unsigned long long)s->n, answers ? "Re: " : "");
	subject_out(t);
	if (answers != NULL)
		printf("\nIn-Reply-To: <n%llu@example.org>\nReferences: <n%llu@example.org>%s<n%llu@example.org>",
		       (unsigned long long)answers->n, (unsigned long long)t->first,
		       " ", (unsigned long long)answers->n);
	putchar('\n');
}

static void file_out(const struct said *s)
{
	printf("--cut%llu\nContent-Type: application/pdf; name=\"acta-%llu.pdf\"\n"
	       "Content-Disposition: attachment; filename=\"acta-%llu.pdf\"\n"
	       "Content-Transfer-Encoding: base64\n\n",
	       (unsigned long long)s->n, (unsigned long long)s->n, (unsigned long long)s->n);
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 76; k++)
			putchar("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[rnd() % 64]);
		putchar('\n');
	}
	printf("--cut%llu--\n", (unsigned long long)s->n);
}

static void message_out(const struct thread *t, const struct said *s, const struct said *answers)
{
	bool file = s->n % 33 == 5;

	head_out(t, s, answers);
	fputs("MIME-Version: 1.0\n", stdout);
	if (file)
		printf("Content-Type: multipart/mixed; boundary=cut%llu\n\n--cut%llu\n",
		       (unsigned long long)s->n, (unsigned long long)s->n);
	fputs("Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n", stdout);
	text_out(s, t->spanish, "", UINT_MAX);
	if (answers != NULL) {
		printf(t->spanish ? "\nEl lunes, Autora %u <a%u@example.org> escribió:\n"
				  : "\nOn Monday, Autora %u <a%u@example.org> wrote:\n",
		       answers->author, answers->author);
		text_out(answers, t->spanish, "> ", 60);
	}
	printf("\n-- \nAutora %u\nSecretaría %u\n", s->author, s->author % 8);
	if (file)
		file_out(s);
	putchar('\n');
}

static void message_next(uint64_t n)
{
	bool fresh = nthreads == 0 || uniform() < 0.22;
	uint64_t have = nthreads < RECENT ? nthreads : RECENT;
	/* the one that began latest is the likeliest to be answered */
	uint64_t which = fresh ? nthreads : nthreads - 1 - rank_of(have);
	struct thread *t = &threads[which % RECENT];
	const struct said *answers = NULL;
	struct said s = { .n = n,
			  .author = (unsigned)rank_of(AUTHORS),
			  .seed = (uint32_t)rnd(),
			  .words = 20 + (unsigned)(-log(1 - uniform()) * 90) };

	if (s.words > 1500)
		s.words = 1500;
	if (fresh) {
		*t = (struct thread){ .first = n, .spanish = uniform() < 0.67 };
		nthreads++;
	} else {
		unsigned kept = t->posts < KEPT ? t->posts : KEPT;

		answers = &t->last[(t->posts - 1 - (uniform() < 0.6 ? 0 : rnd() % kept)) % KEPT];
	}
	message_out(t, &s, answers);
	t->last[t->posts++ % KEPT] = s;
}

int main(int argc, char **argv)
{
	int64_t count, seed, first = 0;

	if (argc < 3 || !slice_i64(slice_of(argv[1]), 0, 100000000, &count) ||
	    !slice_i64(slice_of(argv[2]), 0, INT32_MAX, &seed) ||
	    (argc > 3 && !slice_i64(slice_of(argv[3]), 0, INT64_MAX / 2, &first))) {
		fputs("usage: archive COUNT SEED [FIRST]\n", stderr);
		return 64;
	}
	state = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15) + 88172645463325252u;
	words_make();
	for (int64_t i = 0; i < count; i++)
		message_next((uint64_t)(first + i));
	return fflush(stdout) == 0 ? 0 : 74;
}
