/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a message answer a whole digest? Then its subject tells nothing of what
 * it is about, and a thread of that name would be nobody's. Subjects of
 * Mailman ("X Digest, Vol 93, Issue 12", "Resumen de X, Vol 93, Envio 12") and
 * of Yahoo and Groups.io ("Digest Number 7", "Digest #7"), and
 * our own; or the lines that stand at the head of every digest, two of them.
 */
#include <ctype.h>

#include "mailer/parse/fold.h"
#include "server/base/base.h"

#define TEXT_LOOK ((size_t)64 << 10)

/* A number after the word, blanks and marks between. */
static const char *number_after(const char *low, const char *word)
{
	for (const char *p = low; (p = strstr(p, word)); p++) {
		const char *q = p + strlen(word);

		if (p > low && isalnum((unsigned char)p[-1]))
			continue;
		q += strspn(q, " .:#\t");
		if (isdigit((unsigned char)*q))
			return q;
	}
	return NULL;
}

static bool is_subject(const char *low)
{
	static const char *const names[] = { "digest", "resumen", "resumo", "resume", "lot", "riepilogo",
					     "sammlung", "compendio" },
		*const issues[] = { "issue", "envio", "numero", "num", "edicion", "edicao", "parution",
				    "ausgabe", "entrega", "#" };
	const char *vol = number_after(low, "vol");

	if (number_after(low, "digest number") || number_after(low, "digest"))
		return true;
	for (size_t i = 0; vol && i < ARRAY_LEN(issues); i++)
		if (number_after(vol, issues[i]))
			for (size_t k = 0; k < ARRAY_LEN(names); k++)
				if (strstr(low, names[k]))
					return true;
	return false;
}

static bool any_of(const char *low, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(low, words[i]))
			return true;
	return false;
}

/* Ours, in five languages: "Resumen semanal 4-10 may: 12 hilos, 41 mensajes". */
static bool is_ours(const char *low)
{
	static const char *const names[] = { "resumen ", "digest ", "resumo ", "resume ", "riepilogo " },
		*const periods[] = { "diario ", "semanal ", "mensual ", "daily ", "weekly ", "monthly ",
				     "mensal ", "quotidien ", "hebdomadaire ", "mensuel ",
				     "giornaliero ", "settimanale ", "mensile " },
		*const threads[] = { "hilo", "thread", "topico", "fil", "discussion", "conversa" };
	const char *p = strrchr(low, ':');

	if (p == NULL || !any_of(low, names, ARRAY_LEN(names)) ||
	    !any_of(low, periods, ARRAY_LEN(periods)))
		return false;
	p += 1 + strspn(p + 1, " ");
	if (!isdigit((unsigned char)*p))
		return false;
	p += strspn(p, "0123456789.,");
	while (*p == ' ' || (*p & 0x80))
		p++;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		if (strncmp(p, threads[i], strlen(threads[i])) == 0)
			return true;
	return false;
}

bool digest_answered(struct arena *a, const char *subject, struct slice text)
{
	struct arena_mark mark = arena_mark(a);
	const char *low = utf8_fold(a, slice_of(subject));
	bool found = is_subject(low) || is_ours(low);
	struct slice rest = utf8_clip(text, TEXT_LOOK), line;
	unsigned heads = 0;

	arena_rewind(a, mark);
	while (!found && slice_line(&rest, &line)) {
		line = slice_trim(line);
		while (line.n > 0 && strchr("> |", line.p[0]))
			line = slice_make(line.p + 1, line.n - 1);
		if (line.n < 8 || line.n > 200)
			continue;
		heads += fold_is_digest(utf8_fold(a, line));
		arena_rewind(a, mark);
		found = heads > 1;
	}
	return found;
}
