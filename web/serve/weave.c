/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page as gzip (RFC 1952) without compressing what was compressed before:
 * blocks of posts (server/text/pack.h) go in as they are, their CRC-32 joined by
 * zlib's operator; the page's own text is deflated here with the fixed codes
 * (RFC 1951 section 3.2.6) and a table of where four bytes were seen last. That is
 * a twentieth of the time of zlib at its quickest and a sixth more bytes of
 * what is mostly the same few tags again.
 *
 * A match never reaches over a block: between two stretches of own text stands
 * a mark in the page, whose first byte no text holds.
 */
#include <endian.h>
#include <zlib.h>

#include "web/serve/inside.h"

#include "server/base/base.h"

#define HASH_BITS 12
#define MATCH_MIN 4
#define MATCH_MAX 258
#define DISTANCE  32768

struct seen {
	uint32_t at;    /* in the page, plus one; 0: nothing */
	uint32_t moved; /* how much further it stands in what is sent */
};

struct weave {
	const unsigned char *page;
	struct seen seen[1 << HASH_BITS];
	uint64_t bits;
	unsigned nbits;
	unsigned char *out;
	uint32_t moved;
};

/* A code with its extra bits, ready to be written, the first bit lowest. */
struct code {
	uint32_t bits;
	unsigned n;
};
static struct code literal[256], length[MATCH_MAX + 1];

static uint32_t reversed(uint32_t v, unsigned n)
{
	uint32_t r = 0;

	for (; n > 0; n--, v >>= 1)
		r = r << 1 | (v & 1);
	return r;
}

/* Symbol 256 and above: 7 bits to 279, then 8. */
static struct code symbol(unsigned sym)
{
	return sym < 280 ? (struct code){ reversed(sym - 256, 7), 7 }
			 : (struct code){ reversed(0xC0 + sym - 280, 8), 8 };
}

static void tables_make(void)
{
	unsigned len = 3;

	if (literal[0].n)
		return;
	for (unsigned sym = 257; sym < 285; sym++) {
		unsigned extra = sym < 265 ? 0 : (sym - 261) / 4;

		for (unsigned i = 0; i < 1u << extra && len < MATCH_MAX; i++, len++) {
			struct code c = symbol(sym);

			length[len] = (struct code){ c.bits | i << c.n, c.n + extra };
		}
	}
	length[MATCH_MAX] = symbol(285);
	for (unsigned c = 0; c < 256; c++)
		literal[c] = c < 144 ? (struct code){ reversed(0x30 + c, 8), 8 }
				     : (struct code){ reversed(0x190 + c - 144, 9), 9 };
}

/* At most 32 bits; eight bytes of room are always left behind w->out. */
static inline void put(struct weave *w, uint64_t bits, unsigned n)
{
	uint64_t le;

	w->bits |= bits << w->nbits;
	w->nbits += n;
	le = htole64(w->bits);
	memcpy(w->out, &le, 8);
	w->out += w->nbits >> 3;
	w->bits >>= w->nbits & ~7u;
	w->nbits &= 7;
}

/* Distance 1 is symbol 0; from 5 on two symbols for each power of two. */
static inline void put_distance(struct weave *w, uint32_t dist)
{
	uint32_t d = dist - 1;
	unsigned top, extra = 0, sym = d;

	if (d >= 4) {
		top = 31 - (unsigned)__builtin_clz(d);
		extra = top - 1;
		sym = 2 * top + (d >> extra & 1);
	}
	put(w, reversed(sym, 5) | (uint64_t)(d & ((1u << extra) - 1)) << 5, 5 + extra);
}

static inline uint32_t four(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static inline uint32_t hash(uint32_t v)
{
	return v * UINT32_C(2654435761) >> (32 - HASH_BITS);
}

static size_t same(const unsigned char *a, const unsigned char *b, const unsigned char *end)
{
	const unsigned char *from = b;

	while (b + 8 <= end) {
		uint64_t x, y;

		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		if (x != y)
			return (size_t)(b - from) + (size_t)(__builtin_ctzll(le64toh(x ^ y)) >> 3);
		a += 8;
		b += 8;
	}
	while (b < end && *a == *b) {
		a++;
		b++;
	}
	return (size_t)(b - from);
}

static void remember(struct weave *w, const unsigned char *p)
{
	w->seen[hash(four(p))] = (struct seen){ (uint32_t)(p - w->page) + 1, w->moved };
}

/* Where the four bytes at p stood before, near enough, or NULL. */
static inline const unsigned char *find(struct weave *w, const unsigned char *p, uint32_t *dist_r)
{
	struct seen *e = &w->seen[hash(four(p))], was = *e;
	uint32_t at = (uint32_t)(p - w->page);

	*e = (struct seen){ at + 1, w->moved };
	if (was.at == 0)
		return NULL;
	*dist_r = at + w->moved - (was.at - 1) - was.moved;
	if (*dist_r > DISTANCE || four(w->page + was.at - 1) != four(p))
		return NULL;
	return w->page + was.at - 1;
}

/* One block of own text. */
static void own(struct weave *w, struct slice text, bool last)
{
	const unsigned char *p = (const unsigned char *)text.p, *end = p + text.n, *from;
	uint32_t dist = 0;

	put(w, (last ? 1 : 0) | 1 << 1, 3);
	while (p < end) {
		size_t n;

		from = end - p < MATCH_MIN ? NULL : find(w, p, &dist);
		if (from == NULL) {
			put(w, literal[*p].bits, literal[*p].n);
			p++;
			continue;
		}
		n = same(from, p, (size_t)(end - p) > MATCH_MAX ? p + MATCH_MAX : end);
		put(w, length[n].bits, length[n].n);
		put_distance(w, dist);
		if (n > MATCH_MIN && p + n + 2 < end)
			remember(w, p + n - 2);
		if (p + 5 < end)
			remember(w, p + 1);
		p += n;
	}
	put(w, 0, 7); /* the end of the block */
}

/* A block begins on a byte: an empty stored one fills up to it. */
static void block(struct weave *w, struct slice bytes)
{
	put(w, 0, 3);
	if (w->nbits)
		put(w, 0, 8 - w->nbits);
	memcpy(w->out, "\0\0\xFF\xFF", 4);
	memcpy(w->out + 4, bytes.p, bytes.n);
	w->out += 4 + bytes.n;
}

static size_t bound(struct slice page, const struct resp_block *blocks, size_t n)
{
	size_t room = 64 + page.n + page.n / 8;

	for (size_t i = 0; i < n; i++)
		room += blocks[i].bytes.n + 32;
	return room;
}

/* "01 B NNNN 02": which block stands here; -1: none of ours. */
static int64_t mark_read(struct slice *rest, size_t n)
{
	struct slice num;
	int64_t i;

	if (rest->n < 2 || rest->p[0] != 'B')
		return -1;
	*rest = slice_make(rest->p + 1, rest->n - 1);
	if (!slice_cut(rest, '\x02', &num) || !slice_i64(num, 0, (int64_t)n - 1, &i))
		return -1;
	return i;
}

static void finish(struct weave *w, uint32_t crc, uint32_t total)
{
	if (w->nbits)
		put(w, 0, 8 - w->nbits);
	crc = htole32(crc);
	total = htole32(total);
	memcpy(w->out, &crc, 4);
	memcpy(w->out + 4, &total, 4);
	w->out += 8;
}

bool weave(struct arena *a, struct slice page, const struct resp_block *blocks, size_t n,
	   struct slice *out_r)
{
	struct weave *w = arena_alloc(a, sizeof(*w));
	unsigned char *buf = arena_alloc(a, bound(page, blocks, n));
	struct slice rest = page, text;
	uint32_t crc = 0, total = 0;
	bool more = true;

	if (page.n > RESP_BODY_MAX)
		return false;
	tables_make();
	w->page = (const unsigned char *)page.p;
	w->out = buf;
	memcpy(w->out, "\x1F\x8B\x08\0\0\0\0\0\0\x03", 10);
	w->out += 10;
	for (size_t used = 0; more; used++) {
		const char *from = rest.p;
		int64_t i;

		if (n > 0) {
			more = slice_cut(&rest, '\x01', &text);
		} else {
			text = rest;
			more = false;
		}
		if (text.n > 0 || !more)
			own(w, text, !more);
		crc = (uint32_t)crc32(crc, (const Bytef *)text.p, (uInt)text.n);
		total += (uint32_t)text.n;
		if (!more)
			break;
		i = mark_read(&rest, n);
		if (i != (int64_t)used) /* each once, in their order: the room is measured for that */
			return false;
		block(w, blocks[i].bytes);
		crc = (uint32_t)crc32_combine_op(crc, blocks[i].crc, blocks[i].op);
		total += (uint32_t)blocks[i].plain_n;
		w->moved += (uint32_t)(blocks[i].plain_n + text.n) - (uint32_t)(rest.p - from);
	}
	finish(w, crc, total);
	*out_r = slice_make((const char *)buf, (size_t)(w->out - buf));
	return true;
}
