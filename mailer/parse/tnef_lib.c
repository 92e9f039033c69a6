/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only file that includes libytnef, which gets nothing but what tnef.c has
 * made or measured: it prints complaints to standard output, and its reader of
 * compressed RTF believes what the sizes in it say.
 */
#include "config.h"

#include <stdio.h> /* ytnef.h wants it */
#include <stdlib.h>
#ifdef HAVE_YTNEF
#include <ytnef.h>
#endif

#include "mailer/parse/part.h"
#include "mailer/parse/tnef.h"
#include "server/base/base.h"

const uint16_t tnef_string_ids[TNEF_STRINGS] = {
	[TNEF_LONG_NAME] = 0x3707, [TNEF_SHORT_NAME] = 0x3704, [TNEF_DISPLAY_NAME] = 0x3001,
	[TNEF_TYPE] = 0x370e,      [TNEF_CONTENT_ID] = 0x3712, [TNEF_CLASS] = 0x001a,
};
const uint16_t tnef_number_ids[TNEF_NUMBERS] = {
	[TNEF_FLAGS] = 0x3714, [TNEF_HIDDEN] = 0x7ffe, [TNEF_CPID] = 0x3fde,
};

#ifdef HAVE_YTNEF
bool tnef_lib_there(void)
{
	return true;
}

/* The library writes each half of a surrogate pair as a character of its own. */
static struct slice pairs_joined(struct arena *a, const char *s)
{
	size_t n = strlen(s), out = 0;
	unsigned char *p = arena_memdup(a, s, n);

	for (size_t i = 0; i < n; ) {
		if (i + 6 <= n && p[i] == 0xed && (p[i + 1] & 0xf0) == 0xa0 && p[i + 3] == 0xed &&
		    (p[i + 4] & 0xf0) == 0xb0) {
			uint32_t c = 0x10000 + (((p[i + 1] & 0x0fU) << 16) | ((p[i + 2] & 0x3fU) << 10) |
						((p[i + 4] & 0x0fU) << 6) | (p[i + 5] & 0x3fU));

			p[out++] = (unsigned char)(0xf0 | (c >> 18));
			p[out++] = (unsigned char)(0x80 | ((c >> 12) & 0x3f));
			p[out++] = (unsigned char)(0x80 | ((c >> 6) & 0x3f));
			p[out++] = (unsigned char)(0x80 | (c & 0x3f));
			i += 6;
		} else {
			p[out++] = p[i++];
		}
	}
	return slice_make((char *)p, out);
}

static const char *string_of(struct arena *a, MAPIProps *m, uint16_t id, const char *charset)
{
	variableLength *v = MAPIFindProperty(m, PROP_TAG(PT_UNICODE, id));
	struct slice s;

	/* as the library gives it: UTF-8 with its end, under the length it had in UTF-16 */
	if (v != MAPI_UNDEFINED && v->data != NULL)
		return line_clean(a, pairs_joined(a, (const char *)v->data));
	v = MAPIFindProperty(m, PROP_TAG(PT_STRING8, id));
	if (v == MAPI_UNDEFINED || v->data == NULL || v->size <= 0)
		return "";
	s = slice_make((const char *)v->data, strnlen((const char *)v->data, (size_t)v->size));
	return line_clean(a, charset_utf8(a, s, charset, s.n * 3 + 4));
}

static uint32_t number_of(MAPIProps *m, uint16_t id)
{
	static const unsigned types[] = { PT_LONG, PT_BOOLEAN };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		variableLength *v = MAPIFindProperty(m, PROP_TAG(types[i], id));
		uint32_t n = 0;

		if (v == MAPI_UNDEFINED || v->data == NULL || v->size < 4)
			continue;
		memcpy(&n, v->data, sizeof(n));
		return n;
	}
	return 0;
}

static void said_read(struct arena *a, MAPIProps *m, const char *charset, struct tnef_said *s_r)
{
	for (size_t i = 0; i < TNEF_STRINGS; i++)
		s_r->string[i] = string_of(a, m, tnef_string_ids[i], charset);
	for (size_t i = 0; i < TNEF_NUMBERS; i++)
		s_r->number[i] = number_of(m, tnef_number_ids[i]);
}

bool tnef_lib_read(struct arena *a, struct slice stream, const char *charset,
		   struct tnef_said *message, struct tnef_said *files, size_t nfiles)
{
	TNEFStruct t;
	Attachment *at;
	bool ok;

	memset(&t, 0, sizeof(t));
	TNEFInitialize(&t);
	ok = TNEFParseMemory(arena_memdup(a, stream.p, stream.n), (long)stream.n, &t) == 0;
	if (ok) {
		said_read(a, &t.MapiProperties, charset, message);
		at = t.starting_attach.next;
		for (size_t i = 0; i < nfiles; i++) {
			MAPIProps none = { 0, NULL };

			said_read(a, at ? &at->MAPI : &none, charset, &files[i]);
			at = at ? at->next : NULL;
		}
	}
	TNEFFree(&t);
	return ok;
}

struct slice tnef_lib_rtf(struct arena *a, struct slice packed)
{
	variableLength v = { arena_memdup(a, packed.p, packed.n), (int)packed.n };
	int size = 0;
	BYTE *rtf = DecompressRTF(&v, &size);
	struct slice out = SLICE("");

	if (rtf != NULL && size > 0)
		out = slice_make(arena_memdup(a, rtf, (size_t)size), (size_t)size);
	free(rtf);
	return out;
}
#else
bool tnef_lib_there(void)
{
	return false;
}

bool tnef_lib_read(struct arena *a UNUSED, struct slice stream UNUSED, const char *charset UNUSED,
		   struct tnef_said *message UNUSED, struct tnef_said *files UNUSED,
		   size_t nfiles UNUSED)
{
	return false;
}

struct slice tnef_lib_rtf(struct arena *a UNUSED, struct slice packed UNUSED)
{
	return SLICE("");
}
#endif
