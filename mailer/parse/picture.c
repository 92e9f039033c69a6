/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pictures within an HTML text: which stand only in what is folded of it,
 * as logos do in signatures and in quoted mail. Each gets a mark that goes
 * through the making of the text; where the mark comes out decides.
 */
#include <stdlib.h>

#include "mailer/parse/part.h"
#include "server/base/base.h"

#define MARK      "\ue0f0"      /* of private use: no text holds it */
#define MARK_END  "\ue0f1"
#define TAG_MAX   ((size_t)8192)

/* The id behind cid: in a tag <img ...> that begins at s; its length or 0. */
static size_t tag_read(struct slice s, struct slice *id_r)
{
	size_t n = 4, from;
	char quote = 0;
	const char *cid;

	*id_r = SLICE("");
	if (s.n < 5 || !slice_istarts(s, "<img") || !strchr(" \t\r\n/", s.p[4]))
		return 0;
	for (; n < s.n && n < TAG_MAX && (quote || s.p[n] != '>'); n++) {
		if (quote)
			quote = s.p[n] == quote ? 0 : quote;
		else if (s.p[n] == '"' || s.p[n] == '\'')
			quote = s.p[n];
	}
	if (n == s.n || n == TAG_MAX)
		return 0;
	cid = slice_ifind(slice_make(s.p, n), SLICE("cid:"));
	if (!cid)
		return n + 1;
	from = (size_t)(cid - s.p) + 4;
	id_r->p = s.p + from;
	while (from + id_r->n < n && !strchr("\"'>) \t\r\n", id_r->p[id_r->n]))
		id_r->n++;
	return n + 1;
}

/* The HTML with a mark in place of each of its pictures. */
static struct slice marked(struct arena *tmp, struct slice html, struct picture *v, size_t max,
			   size_t *n_r)
{
	struct str s;

	str_init(&s, tmp, html.n + max * 16 + 16);
	for (size_t i = 0; i < html.n; ) {
		struct slice id, rest = slice_make(html.p + i, html.n - i);
		const char *lt = memchr(rest.p, '<', rest.n);
		size_t run = lt ? (size_t)(lt - rest.p) : rest.n, n;

		str_add(&s, rest.p, run);
		i += run;
		if (i == html.n)
			break;
		n = tag_read(slice_make(html.p + i, html.n - i), &id);
		if (n == 0 || id.n == 0 || *n_r == max) {
			str_addc(&s, '<');
			i++;
			continue;
		}
		str_fmt(&s, MARK "%zu" MARK_END, *n_r);
		v[(*n_r)++] = (struct picture){ .id = id };
		i += n;
	}
	return str_slice(&s);
}

size_t pictures_find(struct arena *tmp, struct slice html, size_t cap, struct picture *v, size_t max)
{
	size_t n = 0, len;
	struct slice with = marked(tmp, html, v, max, &n);
	struct mail_fold *f;
	const char *text, *p, *end;

	if (n == 0)
		return 0;
	text = html_to_text(tmp, with, cap, &len);
	size_t nf = fold_find(tmp, slice_make(text, len), &f), k = 0;

	for (p = text, end = text + len; (p = memmem(p, (size_t)(end - p), MARK, strlen(MARK))); ) {
		size_t at = (size_t)(p - text), i;

		p += strlen(MARK);
		i = strtoul(p, NULL, 10);
		while (k < nf && f[k].to <= at)
			k++;
		if (i < n)
			v[i].folded = k < nf && f[k].from <= at;
	}
	return n;
}
