/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header section of a message, split by hand over the raw bytes: every
 * field keeps its bytes as they stand (GMime does not hand them out for all),
 * duplicates keep their order and the FIRST of a name is the one that counts.
 * Lines that are no header are passed over; they do not end the section.
 */
#include "mailer/parse/part.h"
#include "server/base/line.h"
#include "server/base/base.h"

char *line_clean(struct arena *a, struct slice s)
{
	size_t n, j = 0;
	char *p = utf8_clean(a, s, &n);
	bool blank = true;

	for (size_t i = 0; i < n; i++) {
		char c = p[i] == '\n' || p[i] == '\t' ? ' ' : p[i];

		if (p[i] == 0x7f)
			continue;
		if (c == ' ' && blank)
			continue;
		blank = false;
		p[j++] = c;
	}
	while (j > 0 && p[j - 1] == ' ')
		j--;
	p[j] = '\0';
	return line_own(a, slice_make(p, j));
}

struct slice header_unfold(struct arena *a, struct slice raw)
{
	char *p;
	size_t n = 0;

	if (!memchr(raw.p, '\n', raw.n) && !memchr(raw.p, '\r', raw.n))
		return raw;
	p = arena_alloc(a, raw.n + 1);
	for (size_t i = 0; i < raw.n; ) {
		if (raw.p[i] != '\n' && raw.p[i] != '\r') {
			p[n++] = raw.p[i++];
			continue;
		}
		while (i < raw.n && (raw.p[i] == '\r' || raw.p[i] == '\n' || raw.p[i] == ' ' ||
				     raw.p[i] == '\t'))
			i++;
		p[n++] = ' ';
	}
	return slice_make(p, n);
}

/* The length of the field name at the start of line, or 0. */
static size_t field_name(struct slice line)
{
	size_t n = 0;

	while (n < line.n && (unsigned char)line.p[n] > ' ' && (unsigned char)line.p[n] < 0x7f &&
	       line.p[n] != ':')
		n++;
	size_t colon = n;
	while (colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t'))
		colon++;
	return colon < line.n && line.p[colon] == ':' ? n : 0;
}

/* Blank lines and an mbox separator before the first header do not count. */
static struct slice header_lead(struct slice raw)
{
	struct slice rest = raw, line;

	if (rest.n >= 3 && memcmp(rest.p, "\xef\xbb\xbf", 3) == 0)
		rest = raw = slice_make(raw.p + 3, raw.n - 3);
	while (slice_line(&rest, &line)) {
		if (line.n > 0 && !slice_starts(line, "From ") && !slice_starts(line, ">From "))
			break;
		raw = rest;
	}
	return raw;
}

static void field_add(struct mail_header **h, size_t *n, size_t *size, struct arena *a,
		      struct slice line)
{
	size_t name = field_name(line);
	const char *colon = memchr(line.p, ':', line.n);

	if (*n == *size) {
		size_t more = *size ? *size * 2 : 32;
		*h = arena_grow(a, *h, *size * sizeof(**h), more * sizeof(**h));
		*size = more;
	}
	(*h)[*n].name = arena_strndup(a, line.p, name);
	(*h)[*n].raw = slice_make(colon + 1, (size_t)(line.p + line.n - colon - 1));
	(*n)++;
}

const char *header_charset(struct arena *a, const struct mail_header *h, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *at;
		size_t len;

		if (!slice_ieqz(slice_of(h[i].name), "Content-Type"))
			continue;
		at = slice_ifind(h[i].raw, SLICE("charset="));
		if (!at)
			break;
		at += 8;
		at += at < h[i].raw.p + h[i].raw.n && *at == '"';
		len = (size_t)(h[i].raw.p + h[i].raw.n - at);
		for (size_t k = 0; k < len; k++)
			if ((unsigned char)at[k] <= ' ' || at[k] == '"' || at[k] == ';')
				len = k;
		return arena_strndup(a, at, len);
	}
	return "";
}

size_t header_split(struct arena *a, struct slice raw, struct mail_header **h_r, size_t *n_r,
		    size_t *start_r)
{
	struct slice rest = header_lead(raw), line;
	struct mail_header *h = NULL;
	size_t n = 0, size = 0;
	bool in_field = false;

	*start_r = (size_t)(rest.p - raw.p);
	while (slice_line(&rest, &line)) {
		if (line.n == 0)
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (in_field)
				h[n - 1].raw.n = (size_t)(line.p + line.n - h[n - 1].raw.p);
			continue;
		}
		in_field = field_name(line) > 0;
		if (in_field)
			field_add(&h, &n, &size, a, line);
	}
	const char *charset = header_charset(a, h, n);
	for (size_t i = 0; i < n; i++) {
		struct slice v = slice_trim(header_unfold(a, h[i].raw));
		h[i].value = line_clean(a, words_decode(a, v, charset));
	}
	*h_r = h;
	*n_r = n;
	return (size_t)(rest.p - raw.p);
}

const struct mail_header *mail_header(const struct mail *m, const char *name)
{
	for (size_t i = 0; i < m->nheaders; i++)
		if (slice_ieqz(slice_of(m->headers[i].name), name))
			return &m->headers[i];
	return NULL;
}
