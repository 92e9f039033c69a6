/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a pack: no crash, and what opens can be walked to its end. Then
 * the bytes, cut at each 03, as a page whose even pieces are its own text and
 * whose odd ones are posts: what zlib makes of the gzip is the page.
 */
#include <zlib.h>

#include "server/text/html.h"
#include "server/text/pack.h"
#include "web/serve/inside.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct slice bytes)
{
	struct pack_part part;
	struct pack p;
	size_t n = 0;

	if (!pack_open(bytes, &p))
		return;
	while (pack_next(&p, &part))
		n += part.bytes.n;
	if (p.rest.n != 0 || n > bytes.n)
		abort();
}

static void slot(struct out *o, char what, struct slice data, void *ctx UNUSED)
{
	out_text_n(o, slice_make(&what, 1)); /* any byte here: as text, without controls */
	out_text_n(o, data);
}

/* A post, as the page draws it and as it stands in the plain one. */
static void post(struct resp *p, struct slice html, struct str *plain)
{
	struct slice packed = html_pack(p->a, html);
	struct out page = { &p->body }, o = { plain };
	struct pack_part part;
	struct pack k;

	if (packed.n == 0 || !pack_open(packed, &k) || k.html_n != html_cut(html))
		abort();
	html_fill(&o, (struct html){ html.p, k.html_n }, slot, NULL);
	while (pack_next(&k, &part)) {
		if (part.kind == PACK_BLOCK)
			resp_block(p, &p->body, &(struct resp_block){ part.bytes, part.plain_n,
								      part.crc, part.op });
		else if (part.kind == PACK_SLOT)
			slot(&page, *part.bytes.p,
			     slice_make(part.bytes.p + 1, part.bytes.n - 1), NULL);
		else
			str_adds(&p->body, part.bytes);
	}
}

static void compare(struct slice gz, struct slice plain)
{
	unsigned char *back = malloc(plain.n + 1);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)gz.p, .avail_in = (uInt)gz.n,
		       .next_out = back, .avail_out = (uInt)plain.n + 1 };

	if (back == NULL || inflateInit2(&z, 31) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END ||
	    z.total_out != plain.n || z.avail_in != 0 ||
	    (plain.n > 0 && memcmp(back, plain.p, plain.n) != 0))
		abort();
	inflateEnd(&z);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct slice rest = slice_make((const char *)data, size), piece, gz;
	struct resp p = { .a = a };
	struct out page, flat;
	struct str plain;

	walk(rest);
	str_init(&p.body, a, (size_t)16 << 20);
	str_init(&plain, a, (size_t)16 << 20);
	page.s = &p.body;
	flat.s = &plain;
	for (bool own = true; rest.n > 0; own = !own) {
		slice_cut(&rest, 3, &piece);
		if (own) {
			out_text_n(&page, piece);
			out_text_n(&flat, piece);
		} else {
			post(&p, piece, &plain);
		}
	}
	if (!weave(a, str_slice(&p.body), p.blocks, p.nblocks, &gz))
		abort();
	compare(gz, str_slice(&plain));
	arena_free(&a);
	return 0;
}
