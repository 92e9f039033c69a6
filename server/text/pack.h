/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rendered post, compressed once. html_pack turns markup with slots (html.h)
 * into a row of parts: deflate blocks that stand for themselves (RFC 1951; each
 * ends on a byte and looks back at nothing before it), and between them the
 * slots, and text too short to be worth a block. A page puts the blocks into
 * its gzip stream as they are and compresses only what is its own; see
 * web/serve/weave.c.
 *
 * On the disk: 'K' 1, flags, then numbers of 4 bytes, the lowest first: bytes
 * of markup; and per part a letter ('B' block, 'T' text, 'S' slot), bytes that
 * follow; of a block also the bytes it stands for, their CRC-32 and the operator that
 * appends them to another CRC (crc32_combine_op of zlib).
 */
#ifndef CABILDO_TEXT_PACK_H
#define CABILDO_TEXT_PACK_H

#include "server/base/arena.h"
#include "server/base/str.h"

/* What is longer is cut on a page of several posts, with a link to the rest. */
#define PACK_HTML_MAX 6000

/* Where markup is cut: after a paragraph, with nothing open; n where it is not. */
size_t html_cut(struct slice html);

/* Of the markup as a page of several posts shows it, cut where it is long.
 * Empty where zlib failed: such a post goes without. Lives in a. */
struct slice html_pack(struct arena *a, struct slice html);

struct pack {
	bool cut;
	bool folds;    /* something in it is folded */
	size_t html_n; /* bytes of markup, slots not filled */
	struct slice rest;
};
enum pack_kind { PACK_BLOCK, PACK_TEXT, PACK_SLOT };
struct pack_part {
	enum pack_kind kind;
	struct slice bytes;
	size_t plain_n; /* of a block */
	uint32_t crc, op;
};

/* False where it is no pack, or broken anywhere in it. */
MUST_USE bool pack_open(struct slice bytes, struct pack *r);
/* False at the end. The bytes of a slot: its letter, then its data. */
MUST_USE bool pack_next(struct pack *p, struct pack_part *r);

#endif
