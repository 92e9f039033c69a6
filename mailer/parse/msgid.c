/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message ids out of Message-ID, In-Reply-To and References: whatever stands
 * in angle brackets, with the white space of folding taken out. Only where
 * there are no brackets at all, and nothing but ids, are bare ones taken.
 */
#include "mailer/parse/part.h"
#include "server/base/base.h"

#define MSGID_MAX 900   /* bytes; RFC 5322 lines end at 998 */
#define PEEK_MAX  ((size_t)1 << 20)

/* An id as it is kept, or NULL where it is none. */
static const char *msgid_clean(struct arena *a, struct slice s)
{
	char *p;
	size_t n = 0, len;

	s = slice_trim(s);
	if (s.n == 0 || s.n > MSGID_MAX)
		return NULL;
	/* Inner blanks come from folding; prose in brackets has no @. */
	if (memchr(s.p, ' ', s.n) && !memchr(s.p, '@', s.n))
		return NULL;
	p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > ' ' && s.p[i] != 0x7f && s.p[i] != '<')
			p[n++] = s.p[i];
	p = utf8_clean(a, slice_make(p, n), &len);
	return len > 0 ? p : NULL;
}

static bool is_word_end(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',';
}

/* No brackets: every word must look like an id. */
static size_t msgid_bare(struct arena *a, struct slice v, const char **out, size_t max)
{
	size_t n = 0, i = 0;

	while (i < v.n && n < max) {
		size_t from;

		while (i < v.n && is_word_end(v.p[i]))
			i++;
		from = i;
		while (i < v.n && !is_word_end(v.p[i]))
			i++;
		struct slice w = slice_make(v.p + from, i - from);
		if (w.n == 0)
			break;
		const char *at = memchr(w.p, '@', w.n);
		if (!at || at == w.p || at == w.p + w.n - 1)
			return 0;
		const char *id = msgid_clean(a, w);
		if (!id)
			return 0;
		out[n++] = id;
	}
	return n;
}

size_t msgid_scan(struct arena *a, struct slice value, const char **out, size_t max)
{
	size_t n = 0;
	const char *p = value.p, *end = p + value.n;

	if (!memchr(p, '<', value.n))
		return msgid_bare(a, value, out, max);
	while (n < max && p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		const char *q = ++p;

		/* A second < before the > starts over: the first was noise. */
		while (q < end && *q != '>' && *q != '<')
			q++;
		if (q == end)
			break;
		if (*q == '>') {
			const char *id = msgid_clean(a, slice_make(p, (size_t)(q - p)));
			if (id)
				out[n++] = id;
			p = q + 1;
		} else {
			p = q;
		}
	}
	return n;
}

const char *msgid_peek(struct arena *a, struct slice raw)
{
	struct slice rest = slice_make(raw.p, raw.n < PEEK_MAX ? raw.n : PEEK_MAX), line, name;
	const char *id;

	while (slice_line(&rest, &line) && line.n > 0) {
		const char *end;

		if (!slice_cut(&line, ':', &name) || !slice_ieqz(slice_trim(name), "Message-ID"))
			continue;
		/* it may stand on the next line, folded */
		if (slice_trim(line).n == 0 && rest.n > 0 && (*rest.p == ' ' || *rest.p == '\t')) {
			end = memchr(rest.p, '\n', rest.n);
			line = slice_make(rest.p, end ? (size_t)(end - rest.p) : rest.n);
		}
		return msgid_scan(a, line, &id, 1) == 1 ? id : "";
	}
	return "";
}
