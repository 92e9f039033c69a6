/* SPDX-License-Identifier: Apache-2.0 */
/* Base64, quoted-printable and uuencode; see codec.h. */
#include <strings.h>

#include "server/base/codec.h"

#include "server/base/base.h"

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int b64_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

struct b64 {
	uint32_t acc;
	unsigned bits;
};

/* To its end, to the padding that ends it, or until cap bytes are made; moves s on. */
static size_t b64_run(struct b64 *b, struct slice *s, char *out, size_t cap)
{
	uint32_t acc = b->acc;
	unsigned bits = b->bits;
	size_t i = 0, n = 0;

	for (; i < s->n && n < cap && s->p[i] != '='; i++) {
		int v = b64_value((unsigned char)s->p[i]);

		if (v < 0)
			continue;
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(acc >> bits);
		}
	}
	*b = (struct b64){ acc, bits };
	*s = slice_make(s->p + i, s->n - i);
	return n;
}

static struct slice base64_decode(struct arena *a, struct slice s)
{
	size_t cap = s.n / 4 * 3 + 4;
	char *out = arena_alloc(a, cap);
	struct b64 b = { 0, 0 };

	return slice_make(out, b64_run(&b, &s, out, cap));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct slice qp_decode(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int hi, lo;

		if (s.p[i] != '=') {
			out[n++] = s.p[i];
			continue;
		}
		/* a soft line break, with the white space some gateways leave before its end */
		size_t j = i + 1;

		while (j < s.n && (s.p[j] == ' ' || s.p[j] == '\t' || s.p[j] == '\r'))
			j++;
		if (j < s.n && s.p[j] == '\n') {
			i = j;
			continue;
		}
		hi = i + 1 < s.n ? hex_value(s.p[i + 1]) : -1;
		lo = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
		if (hi >= 0 && lo >= 0) {
			out[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			out[n++] = '=';
		}
	}
	return slice_make(out, n);
}

static size_t uu_line(struct slice line, char *out)
{
	size_t want = (size_t)((line.p[0] - ' ') & 077), n = 0;
	uint32_t acc = 0;
	unsigned bits = 0;

	for (size_t i = 1; n < want && i < line.n; i++) {
		acc = (acc << 6 | (uint32_t)((line.p[i] - ' ') & 077)) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(acc >> bits);
		}
	}
	return n;
}

static struct slice uu_decode(struct arena *a, struct slice in)
{
	char *out = arena_alloc(a, in.n + 1);
	struct slice line;
	size_t n = 0;

	while (slice_line(&in, &line)) {
		if (slice_starts(line, "begin "))
			continue;
		if (slice_eqz(line, "end"))
			break;
		if (line.n > 0)
			n += uu_line(line, out + n);
	}
	return slice_make(out, n);
}

struct slice codec_decode(struct arena *a, const char *encoding, struct slice s)
{
	if (strcasecmp(encoding, "base64") == 0)
		return base64_decode(a, s);
	if (strcasecmp(encoding, "quoted-printable") == 0)
		return qp_decode(a, s);
	if (strcasecmp(encoding, "x-uuencode") == 0)
		return uu_decode(a, s);
	return s;
}

size_t codec_each(struct arena *a, const char *encoding, struct slice s,
		  void (*fn)(void *ctx, struct slice piece), void *ctx)
{
	size_t n, total = 0;
	struct b64 b = { 0, 0 };
	char buf[16384];

	if (strcasecmp(encoding, "base64") != 0) {
		s = codec_decode(a, encoding, s);
		fn(ctx, s);
		return s.n;
	}
	while ((n = b64_run(&b, &s, buf, sizeof(buf))) > 0) {
		fn(ctx, slice_make(buf, n));
		total += n;
	}
	return total;
}

void codec_base64(struct str *out, struct slice s)
{
	char line[78];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i += 3) {
		const unsigned char *p = (const unsigned char *)s.p + i;
		size_t left = s.n - i;
		uint32_t v = (uint32_t)p[0] << 16 | (left > 1 ? (uint32_t)p[1] << 8 : 0) |
			     (left > 2 ? p[2] : 0);

		line[n++] = b64[v >> 18];
		line[n++] = b64[v >> 12 & 63];
		line[n++] = left > 1 ? b64[v >> 6 & 63] : '=';
		line[n++] = left > 2 ? b64[v & 63] : '=';
		if (n == 76 || left <= 3) {
			line[n++] = '\r';
			line[n++] = '\n';
			str_add(out, line, n);
			n = 0;
		}
	}
}
