/* SPDX-License-Identifier: Apache-2.0 */
/* See line.h. The look-alikes are those of Unicode's confusables.txt whose target is a
 * letter of the Latin alphabet and whose source is one of the alphabets named there. */
#include "server/base/line.h"
#include "server/base/utf8.h"

#include "server/base/base.h"

#define FSI "\xE2\x81\xA8" /* U+2068 */
#define PDI "\xE2\x81\xA9" /* U+2069 */

static bool turns(uint32_t cp)
{
	return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

/* It turns, ends or hides what stands around it. */
static bool acts(uint32_t cp)
{
	return turns(cp) || (cp >= 0x7F && cp < 0xA0) || (cp >= 0xFFF9 && cp <= 0xFFFB) || cp == 0xFEFF;
}

static bool separates(uint32_t cp)
{
	return cp == 0x2028 || cp == 0x2029;
}

/* Hebrew to Samaritan and their kin, presentation forms, the right-to-left planes, the marks. */
static bool leftward(uint32_t cp)
{
	return (cp >= 0x0590 && cp <= 0x08FF) || cp == 0x200F || (cp >= 0xFB1D && cp <= 0xFDFF) ||
	       (cp >= 0xFE70 && cp <= 0xFEFC) || (cp >= 0x10800 && cp <= 0x10FFF) ||
	       (cp >= 0x1E800 && cp <= 0x1EFFF);
}

/* Nothing below U+0590 but C1 controls is of interest: those begin with 0xC2. */
static bool plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] == 0xC2 || (unsigned char)s.p[i] >= 0xD6 || s.p[i] == 0x7F)
			return false;
	return true;
}

/* How many are to go or change, and whether any runs leftward. */
static size_t look(struct slice s, bool *leftward_r)
{
	size_t found = 0, n;

	*leftward_r = false;
	for (; s.n > 0; s.p += n, s.n -= n) {
		uint32_t cp = utf8_next(s, &n);

		found += acts(cp) || separates(cp);
		*leftward_r |= leftward(cp);
	}
	return found;
}

static void own_add(struct str *out, struct slice s)
{
	size_t n;

	for (; s.n > 0; s.p += n, s.n -= n) {
		uint32_t cp = utf8_next(s, &n);

		if (separates(cp))
			str_addc(out, ' ');
		else if (!acts(cp))
			utf8_add(out, cp);
	}
}

bool line_turns(struct slice s)
{
	size_t n;

	for (; s.n > 0; s.p += n, s.n -= n)
		if (turns(utf8_next(s, &n)))
			return true;
	return false;
}

char *line_own(struct arena *a, struct slice s)
{
	struct str out;

	if (plain(s))
		return slice_dup(a, s);
	str_init(&out, a, 3 * s.n + 1);
	own_add(&out, s);
	return arena_strdup(a, str_z(&out));
}

const char *line_shown(struct arena *a, const char *s)
{
	struct slice all = slice_of(s);
	struct str out;
	bool left;

	if (plain(all) || (look(all, &left) == 0 && !left))
		return s;
	str_init(&out, a, 3 * all.n + 8);
	if (left)
		str_addz(&out, FSI);
	own_add(&out, all);
	if (left)
		str_addz(&out, PDI);
	return str_z(&out);
}

enum script { NO_LETTER, LATIN = 1, GREEK = 2, CYRILLIC = 4, ARMENIAN = 8, CHEROKEE = 16, PICTURE = 32, OTHER = 64 };

static const struct range {
	uint32_t from, to;
	enum script script;
} ranges[] = {
	{ 'A', 'Z', LATIN },
	{ 'a', 'z', LATIN },
	{ 0x00C0, 0x00D6, LATIN },
	{ 0x00D8, 0x00F6, LATIN },
	{ 0x00F8, 0x02AF, LATIN },
	{ 0x0370, 0x03FF, GREEK },
	{ 0x0400, 0x052F, CYRILLIC },
	{ 0x0531, 0x0587, ARMENIAN },
	{ 0x0590, 0x10FF, OTHER },
	{ 0x13A0, 0x13FD, CHEROKEE },
	{ 0x1C80, 0x1C8F, CYRILLIC },
	{ 0x1D00, 0x1DBF, LATIN },
	{ 0x1E00, 0x1EFF, LATIN },
	{ 0x1F00, 0x1FFF, GREEK },
	{ 0x2C60, 0x2C7F, LATIN },
	{ 0x2DE0, 0x2DFF, CYRILLIC },
	{ 0x3041, 0xA63F, OTHER },
	{ 0xA640, 0xA69F, CYRILLIC },
	{ 0xA722, 0xA7FF, LATIN },
	{ 0xAB70, 0xABBF, CHEROKEE },
	{ 0xAC00, 0xD7FF, OTHER },
	{ 0xFF21, 0xFF3A, PICTURE },
	{ 0xFF41, 0xFF5A, PICTURE },
	{ 0x1D400, 0x1D7CB, PICTURE },
};

static enum script script_of(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return ranges[i].script;
	return NO_LETTER;
}

/* Stands within a word without being one of its letters. */
static bool unseen(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36F) || cp == 0xAD || cp == 0x34F || cp == 0x61C || cp == 0x180E ||
	       (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2060 && cp <= 0x2064) || (cp >= 0xFE00 && cp <= 0xFE0F) ||
	       (cp >= 0xE0000 && cp <= 0xE0FFF) || cp == 0x115F || cp == 0x1160 || cp == 0x3164 || cp == 0xFFA0 ||
	       acts(cp);
}

bool line_mixed(struct slice s)
{
	unsigned seen = 0;
	size_t n;

	for (; s.n > 0; s.p += n, s.n -= n) {
		uint32_t cp = utf8_next(s, &n);
		unsigned what;

		if (unseen(cp))
			continue;
		what = script_of(cp);
		seen = what == NO_LETTER ? 0 : seen | (what & ~(unsigned)OTHER);
		if ((seen & PICTURE) || (seen & (seen - 1)))
			return true;
	}
	return false;
}

/* Pairs: a character and the Latin letter of its shape, after lower case. */
static const struct {
	uint32_t cp;
	char looks;
} alike[] = {
	/* Greek */
	{ 0x03B1, 'a' }, { 0x03B5, 'e' }, { 0x03B9, 'i' }, { 0x03BA, 'k' }, { 0x03BD, 'v' }, { 0x03BF, 'o' },
	{ 0x03C1, 'p' }, { 0x03C3, 'o' }, { 0x03C4, 't' }, { 0x03C5, 'u' }, { 0x03C7, 'x' }, { 0x03F2, 'c' },
	{ 0x0391, 'a' }, { 0x0392, 'b' }, { 0x0395, 'e' }, { 0x0396, 'z' }, { 0x0397, 'h' }, { 0x0399, 'i' },
	{ 0x039A, 'k' }, { 0x039C, 'm' }, { 0x039D, 'n' }, { 0x039F, 'o' }, { 0x03A1, 'p' }, { 0x03A4, 't' },
	{ 0x03A5, 'y' }, { 0x03A7, 'x' },
	/* Cyrillic */
	{ 0x0430, 'a' }, { 0x0435, 'e' }, { 0x0451, 'e' }, { 0x043A, 'k' }, { 0x043E, 'o' }, { 0x0440, 'p' },
	{ 0x0441, 'c' }, { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x0455, 's' }, { 0x0456, 'i' }, { 0x0457, 'i' },
	{ 0x0458, 'j' }, { 0x04BB, 'h' }, { 0x0501, 'd' }, { 0x051B, 'q' }, { 0x051D, 'w' }, { 0x04CF, 'l' },
	{ 0x0410, 'a' }, { 0x0412, 'b' }, { 0x0415, 'e' }, { 0x0401, 'e' }, { 0x041A, 'k' }, { 0x041C, 'm' },
	{ 0x041D, 'h' }, { 0x041E, 'o' }, { 0x0420, 'p' }, { 0x0421, 'c' }, { 0x0422, 't' }, { 0x0423, 'y' },
	{ 0x0425, 'x' }, { 0x0405, 's' }, { 0x0406, 'i' }, { 0x0407, 'i' }, { 0x0408, 'j' }, { 0x04AE, 'y' },
	{ 0x04C0, 'l' }, { 0x050C, 'g' },
	/* Armenian */
	{ 0x0585, 'o' }, { 0x057D, 'u' }, { 0x0578, 'n' }, { 0x0570, 'h' }, { 0x0566, 'q' }, { 0x0563, 'q' },
	{ 0x0581, 'g' }, { 0x0575, 'j' },
	/* Cherokee */
	{ 0x13AA, 'a' }, { 0x13F4, 'b' }, { 0x13DF, 'c' }, { 0x13A0, 'd' }, { 0x13AC, 'e' }, { 0x13BB, 'h' },
	{ 0x13AB, 'j' }, { 0x13E6, 'k' }, { 0x13DE, 'l' }, { 0x13B7, 'm' }, { 0x13E2, 'p' }, { 0x13A1, 'r' },
	{ 0x13DA, 's' }, { 0x13A2, 't' }, { 0x13D9, 'v' }, { 0x13B3, 'w' }, { 0x13C3, 'z' },
	/* Latin itself */
	{ 0x0131, 'i' }, { 0x0251, 'a' }, { 0x0261, 'g' }, { 0x1D00, 'a' }, { 0x1D04, 'c' }, { 0x1D0F, 'o' },
	{ 0x0142, 'l' }, { 0x00F8, 'o' },
};

static uint32_t looks_like(uint32_t cp)
{
	if (cp >= 0xFF21 && cp <= 0xFF3A)
		return 'a' + (cp - 0xFF21);
	if (cp >= 0xFF41 && cp <= 0xFF5A)
		return 'a' + (cp - 0xFF41);
	/* thirteen alphabets in a row, capitals first */
	if (cp >= 0x1D400 && cp < 0x1D400 + 13 * 52)
		return 'a' + (cp - 0x1D400) % 26;
	for (size_t i = 0; i < ARRAY_LEN(alike); i++)
		if (alike[i].cp == cp)
			return (unsigned char)alike[i].looks;
	return cp;
}

char *line_looks(struct arena *a, struct slice s)
{
	struct slice folded = slice_of(utf8_fold(a, s));
	struct str out;
	size_t n;

	str_init(&out, a, 3 * folded.n + 1);
	for (; folded.n > 0; folded.p += n, folded.n -= n) {
		uint32_t cp = utf8_next(folded, &n);

		/* a digit and two letters that are the same stroke */
		cp = looks_like(cp);
		cp = cp == '0' ? 'o' : cp == '1' || cp == '|' ? 'l' : cp;
		if (!unseen(cp) && cp > ' ' && cp != 0xA0 && !separates(cp))
			utf8_add(&out, cp == 'i' ? 'l' : cp);
	}
	return arena_strdup(a, str_z(&out));
}
