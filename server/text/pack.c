/* SPDX-License-Identifier: Apache-2.0 */
/* See pack.h. */
#include <zlib.h>

#include "server/text/pack.h"

#include "server/base/base.h"

#define LEVEL     4 /* three quarters of what 6 takes, for one byte in a hundred more */
#define BLOCK_MIN 96 /* shorter text is no block: its own costs would eat the gain */
#define HEAD      7
#define CUT       1u
#define FOLDS     2u
#define PACK_CAP  ((size_t)1 << 20)

size_t html_cut(struct slice html)
{
	struct slice head = slice_make(html.p, PACK_HTML_MAX);
	const char *end = NULL;
	int depth = 0;

	if (html.n <= PACK_HTML_MAX)
		return html.n;
	for (size_t i = 0; i + 4 < head.n; i++) {
		struct slice at = slice_make(head.p + i, head.n - i);

		if (*at.p != '<')
			continue;
		if (at.p[1] == '/') {
			if (slice_starts(at, "</p>") && depth == 1)
				end = at.p + 4;
			depth--;
		} else if (!slice_starts(at, "<br") && !slice_starts(at, "<hr")) {
			depth++;
		}
	}
	return end ? (size_t)(end - html.p) : html.n;
}

static void u32_add(struct str *s, uint32_t v)
{
	str_add(s, (char[4]){ (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) }, 4);
}

static uint32_t u32_at(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void part_add(struct str *s, char what, const void *p, size_t n)
{
	str_addc(s, what);
	u32_add(s, (uint32_t)n);
	str_add(s, p, n);
}

/* One deflate state for the process: making it takes longer than a post does. */
static z_stream *deflater(void)
{
	static z_stream z;
	static bool made;

	if (made)
		return deflateReset(&z) == Z_OK ? &z : NULL;
	made = deflateInit2(&z, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK;
	return made ? &z : NULL;
}

static bool block_add(struct str *s, struct arena *a, struct slice text)
{
	z_stream *z = deflater();
	size_t room;
	char *buf;

	if (z == NULL)
		return false;
	room = deflateBound(z, text.n) + 16;
	buf = arena_alloc(a, room);
	z->next_in = (Bytef *)(uintptr_t)text.p;
	z->avail_in = (uInt)text.n;
	z->next_out = (Bytef *)buf;
	z->avail_out = (uInt)room;
	if (deflate(z, Z_FULL_FLUSH) != Z_OK || z->avail_in != 0 || z->avail_out == 0)
		return false;
	str_addc(s, 'B');
	u32_add(s, (uint32_t)(room - z->avail_out));
	u32_add(s, (uint32_t)text.n);
	u32_add(s, (uint32_t)crc32(0, (const Bytef *)text.p, (uInt)text.n));
	u32_add(s, (uint32_t)crc32_combine_gen((z_off_t)text.n));
	str_add(s, buf, room - z->avail_out);
	return true;
}

static bool text_add(struct str *s, struct arena *a, struct slice text)
{
	if (text.n >= BLOCK_MIN)
		return block_add(s, a, text);
	if (text.n > 0)
		part_add(s, 'T', text.p, text.n);
	return true;
}

struct slice html_pack(struct arena *a, struct slice html)
{
	struct slice rest = slice_make(html.p, html_cut(html)), head;
	bool cut = rest.n < html.n, more = true;
	struct str s;

	if (html.n > PACK_CAP)
		return SLICE("");
	str_init(&s, a, 2 * PACK_CAP);
	str_add(&s, "K\1", 2);
	str_addc(&s, (char)((cut ? CUT : 0) |
			    (slice_find(rest, SLICE("<details class=\"fold\">")) ? FOLDS : 0)));
	u32_add(&s, (uint32_t)rest.n);
	while (more && rest.n > 0) {
		more = slice_cut(&rest, '\x01', &head);
		if (!text_add(&s, a, head))
			return SLICE("");
		if (!more)
			break;
		/* what html_fill leaves out, nothing behind it */
		if (!slice_cut(&rest, '\x02', &head) || head.n == 0)
			break;
		part_add(&s, 'S', head.p, head.n);
	}
	return s.over ? SLICE("") : str_slice(&s);
}

/* One part off p->rest; false: broken. */
static bool part_take(struct slice *rest, struct pack_part *r)
{
	size_t head, n;

	if (rest->n < 5)
		return false;
	r->kind = *rest->p == 'B' ? PACK_BLOCK : *rest->p == 'T' ? PACK_TEXT : PACK_SLOT;
	if (r->kind == PACK_SLOT && *rest->p != 'S')
		return false;
	head = r->kind == PACK_BLOCK ? 17 : 5;
	n = u32_at(rest->p + 1);
	if (rest->n < head || rest->n - head < n || n == 0)
		return false;
	if (r->kind == PACK_BLOCK) {
		r->plain_n = u32_at(rest->p + 5);
		r->crc = u32_at(rest->p + 9);
		r->op = u32_at(rest->p + 13);
	}
	r->bytes = slice_make(rest->p + head, n);
	*rest = slice_make(rest->p + head + n, rest->n - head - n);
	return true;
}

bool pack_open(struct slice bytes, struct pack *r)
{
	struct slice rest;
	struct pack_part part;

	if (bytes.n < HEAD || bytes.p[0] != 'K' || bytes.p[1] != 1)
		return false;
	*r = (struct pack){ .cut = bytes.p[2] & CUT,
			    .folds = bytes.p[2] & FOLDS,
			    .html_n = u32_at(bytes.p + 3),
			    .rest = slice_make(bytes.p + HEAD, bytes.n - HEAD) };
	for (rest = r->rest; rest.n > 0;)
		if (!part_take(&rest, &part))
			return false;
	return true;
}

bool pack_next(struct pack *p, struct pack_part *r)
{
	*r = (struct pack_part){ 0 };
	return p->rest.n > 0 && part_take(&p->rest, r);
}
