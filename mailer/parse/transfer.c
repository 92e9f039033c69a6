/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content-Transfer-Encoding of parts: base64 and quoted-printable are
 * server/base/codec's, so that what is measured and hashed here is what the
 * web serves; uuencode is ours.
 */
#include "mailer/parse/part.h"
#include "server/base/codec.h"
#include "server/base/base.h"

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

const char *transfer_name(const char *written)
{
	struct slice w = slice_trim(slice_of(written ? written : ""));

	if (slice_istarts(w, "base64"))
		return "base64";
	if (slice_istarts(w, "quoted-printable") || slice_istarts(w, "quoted_printable"))
		return "quoted-printable";
	if (slice_istarts(w, "x-uu") || slice_istarts(w, "uue"))
		return "x-uuencode";
	if (slice_istarts(w, "7bit") || w.n == 0)
		return "7bit";
	if (slice_istarts(w, "binary"))
		return "binary";
	return "8bit";
}

struct slice transfer_decode(struct arena *a, struct slice in, const char *encoding)
{
	if (strcmp(encoding, "x-uuencode") == 0)
		return uu_decode(a, in);
	return codec_decode(a, encoding, in);
}

struct slice transfer_text(struct arena *a, struct slice in, const char *encoding, size_t cap)
{
	struct slice out;

	/* Three bytes of quoted-printable, four thirds of base64 make one: what is
	 * far over a cap on the outcome need not be read. */
	if (in.n / 4 > cap)
		in.n = cap * 4;
	/* The line end before a boundary is not the part's: a last soft break
	 * stands there without it. */
	if (strcmp(encoding, "quoted-printable") == 0)
		while (in.n > 0 && (in.p[in.n - 1] == '=' || in.p[in.n - 1] == ' ' ||
				    in.p[in.n - 1] == '\r'))
			in.n--;
	out = transfer_decode(a, in, encoding);
	if (out.n > cap)
		out.n = cap;
	return out;
}
