/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All phrases of the table in one pass over a text: Aho and Corasick's
 * automaton, made at the first use of a process. Bytes that stand in no phrase
 * share one column.
 */
#include "mailer/parse/report_part.h"
#include "server/base/base.h"

#define NODES_MAX 16384
#define COLUMNS_MAX 160

static const struct { unsigned char kind; const char *words; } table[] = {
#define PHRASE(kind, words) { kind, words },
#include "mailer/parse/report_phrases.def"
#undef PHRASE
};

static struct {
	bool ready;
	uint16_t next[NODES_MAX][COLUMNS_MAX];
	uint32_t says[NODES_MAX]; /* of the phrases that end here */
	unsigned char column[256];
	size_t nodes, columns;
} machine;

static void machine_add(const char *words, unsigned kind)
{
	size_t at = 0;

	for (const char *p = words; *p; p++) {
		unsigned char *c = &machine.column[(unsigned char)*p];

		if (*c == 0 && machine.columns < COLUMNS_MAX)
			*c = (unsigned char)machine.columns++;
		if (machine.next[at][*c] == 0) {
			if (machine.nodes == NODES_MAX)
				return;
			machine.next[at][*c] = (uint16_t)machine.nodes++;
		}
		at = machine.next[at][*c];
	}
	machine.says[at] |= (uint32_t)1 << kind;
}

static void machine_link(void)
{
	static uint16_t fail[NODES_MAX], queue[NODES_MAX];
	size_t head = 0, tail = 0;

	for (size_t c = 0; c < machine.columns; c++)
		if (machine.next[0][c] != 0)
			queue[tail++] = machine.next[0][c];
	while (head < tail) {
		size_t at = queue[head++];

		for (size_t c = 0; c < machine.columns; c++) {
			size_t to = machine.next[at][c], other = machine.next[fail[at]][c];

			if (to == 0) {
				machine.next[at][c] = (uint16_t)other;
				continue;
			}
			fail[to] = (uint16_t)other;
			machine.says[to] |= machine.says[other];
			queue[tail++] = (uint16_t)to;
		}
	}
}

static void machine_make(void)
{
	machine.nodes = machine.columns = 1; /* node 0 the start, column 0 all else */
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		machine_add(table[i].words, table[i].kind);
	machine_link();
	machine.ready = true;
}

void phrases_find(struct phrases *p, struct slice plain)
{
	size_t at = 0;

	*p = (struct phrases){ 0 };
	if (!machine.ready)
		machine_make();
	for (size_t i = 0; i < plain.n; i++) {
		uint32_t says;

		at = machine.next[at][machine.column[(unsigned char)plain.p[i]]];
		says = machine.says[at] & ~p->set;
		for (unsigned k = 0; says != 0; k++, says >>= 1)
			if (says & 1) {
				p->set |= (uint32_t)1 << k;
				p->at[k] = i + 1;
			}
	}
}

/* U+00C0 to U+017F to the letter below the accent, lower case; 0: as it is. */
static char accent_off(unsigned char lead, unsigned char next)
{
	static const char latin1[] = "aaaaaaaceeeeiiiidnooooo\0ouuuuy\0saaaaaaaceeeeiiiidnooooo\0ouuuuy\0y";
	static const char latin_a[] =
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii\0\0jjkkkllllllllllnnn"
		"nnnnnnoooooo\0\0rrrrrrsssssssstttttt" "uuuuuuuuuuuuwwyyyzzzzzzs";

	if (lead == 0xc3 && next >= 0x80)
		return latin1[next - 0x80];
	if ((lead == 0xc4 || lead == 0xc5) && next >= 0x80)
		return latin_a[(lead - 0xc4) * 64 + next - 0x80];
	return 0;
}

struct slice phrase_plain(struct arena *a, struct slice text)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i], d;
		char base;

		d = i + 1 < text.n ? (unsigned char)text.p[i + 1] : 0;
		if (c <= ' ' || c == 0x7f || (c == 0xc2 && d == 0xa0)) {
			i += c == 0xc2;
			if (n > 0 && out[n - 1] != ' ')
				out[n++] = ' ';
		} else if (c >= 'A' && c <= 'Z') {
			out[n++] = (char)(c + 32);
		} else if ((d & 0xc0) == 0x80 && (base = accent_off(c, d)) != 0) {
			out[n++] = base;
			i++;
		} else if (c == 0xe2 && d == 0x80 && i + 2 < text.n &&
			   ((unsigned char)text.p[i + 2] & 0xfe) == 0x98) {
			out[n++] = '\''; /* typographic apostrophes */
			i += 2;
		} else {
			out[n++] = (char)c;
		}
	}
	return slice_make(out, n);
}

enum report_reason phrases_reason(const struct phrases *p)
{
	/* What says most first: "552 5.2.2 rejected: over quota" is about the quota. */
	static const enum report_reason order[] = {
		REASON_AUTH, REASON_BLOCKED, REASON_SPAM, REASON_FULL, REASON_RATE,
		REASON_SIZE, REASON_DISABLED, REASON_MOVED, REASON_HOST, REASON_UNKNOWN,
		REASON_FILTERED, REASON_CONTENT, REASON_EXPIRED, REASON_NETWORK,
		REASON_DELIVERED, REASON_SYSTEM, REASON_POLICY,
	};

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (phrases_has(p, order[i]))
			return order[i];
	return REASON_NONE;
}
