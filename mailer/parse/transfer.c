/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content-Transfer-Encoding of parts. The decoding is server/base/codec's, so
 * that what is measured and hashed here is what the web serves; where a
 * uuencoded file stands within a text is found here.
 */
#include "mailer/parse/part.h"
#include "server/base/codec.h"
#include "server/base/base.h"

/* Data lines begin with their length, in characters from blank to "`". */
static bool uu_plausible(struct slice line)
{
	size_t want;

	if (line.n == 0 || line.p[0] < ' ' || line.p[0] > '`')
		return false;
	want = ((size_t)((line.p[0] - ' ') & 077) + 2) / 3 * 4;
	/* Trailing blanks get lost, a checksum may follow. */
	return line.n - 1 <= want + 2 && line.n + 8 > want;
}

size_t transfer_uu_block(struct slice text, struct slice *name_r)
{
	struct slice rest = text, line;
	size_t i = 6, lines = 0;

	if (!slice_starts(text, "begin ") || !slice_line(&rest, &line))
		return 0;
	while (i < line.n && line.p[i] >= '0' && line.p[i] <= '7')
		i++;
	if (i < 9 || i > 10 || i + 1 >= line.n || line.p[i] != ' ')
		return 0;
	*name_r = slice_trim(slice_make(line.p + i, line.n - i));
	/* A line that cannot be data ends it, so each line is looked at once. */
	while (slice_line(&rest, &line)) {
		if (slice_eqz(slice_trim(line), "end"))
			return lines > 0 ? (size_t)(rest.p - text.p) : 0;
		if (!uu_plausible(line) && line.n > 0)
			break;
		lines++;
	}
	return 0;
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
