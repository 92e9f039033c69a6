/* SPDX-License-Identifier: Apache-2.0 */
/* See tnef.h. The format: MS-OXTNEF; numbers are little endian. */
#include "mailer/parse/part.h"
#include "mailer/parse/tnef.h"
#include "server/base/base.h"

#define SIGNATURE      0x223e9f78U
#define ATT_BODY       0x0002800cU
#define ATT_CLASS      0x00078008U
#define ATT_DATA       0x0006800fU
#define ATT_TITLE      0x00018010U
#define ATT_RENDDATA   0x00069002U
#define ATT_MAPI       0x00069003U
#define ATT_ATTACHMENT 0x00069005U
#define ATT_CODEPAGE   0x00069007U

#define TYPE_LONG    0x0003U
#define TYPE_BOOLEAN 0x000bU
#define TYPE_OBJECT  0x000dU
#define TYPE_STRING8 0x001eU
#define TYPE_UNICODE 0x001fU
#define TYPE_BINARY  0x0102U
#define TYPE_MANY    0x1000U

#define ID_BODY        0x1000U
#define ID_RTF         0x1009U
#define ID_HTML        0x1013U
#define ID_ATTACH_DATA 0x3701U

#define STRING_MAX 1000         /* of a property that the library gets; its own limit is 524,288 */
#define NESTED_MAX 20           /* streams opened for one winmail.dat */
#define RTF_SWELL  9            /* LZFu makes at most 136 bytes of 17 */
#define RTF_WINDOW 207
#define PROPS_MAX  ((size_t)(STRING_MAX + 32) * (TNEF_STRINGS + TNEF_NUMBERS))
#define STREAM_MAX ((size_t)64 << 20)

struct tnef_attr {
	uint32_t id;
	struct slice data;
};

struct tnef_prop {
	uint32_t type, id;
	bool named, many;
	struct slice whole;     /* as it stands, with its padding */
	struct slice value;     /* of a single one of variable length */
};

struct tnef_in {                /* an attachment as it stands */
	struct slice title, data, mapi;
};

struct tnef_walk {
	struct arena *a;
	struct slice bytes;     /* the outermost */
	struct tnef *t;
	size_t files_max, text_max, opened, seen; /* seen: attachments, with files or without */
};

static uint32_t le32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

/* The first n bytes of rest, which moves behind them; false where it has not so many. */
static bool take(struct slice *rest, size_t n, struct slice *out_r)
{
	if (n > rest->n)
		return false;
	*out_r = slice_make(rest->p, n);
	*rest = slice_make(rest->p + n, rest->n - n);
	return true;
}

static bool take32(struct slice *rest, uint32_t *out_r)
{
	struct slice s;

	if (!take(rest, 4, &s))
		return false;
	*out_r = le32(s.p);
	return true;
}

/* level, identifier, length, data, checksum; the last is not asked: gateways and
 * scanners change bytes and leave it, and the library gets sums of our own. */
static bool attr_next(struct slice *rest, struct tnef_attr *at_r)
{
	struct slice level, sum;
	uint32_t length;

	return take(rest, 1, &level) && (level.p[0] == 1 || level.p[0] == 2) &&
	       take32(rest, &at_r->id) && take32(rest, &length) &&
	       take(rest, length, &at_r->data) && take(rest, 2, &sum);
}

/* Bytes of a value of fixed length as they stand here, 0 where the length is told. */
static size_t type_width(uint32_t type)
{
	switch (type) {
	case 0x0002: /* short, filled to four */
	case TYPE_LONG:
	case 0x0004:
	case 0x000a:
	case TYPE_BOOLEAN:
		return 4;
	case 0x0005:
	case 0x0006:
	case 0x0007:
	case 0x0014:
	case 0x0040:
		return 8;
	case 0x0048:
		return 16;
	default:
		return 0;
	}
}

/* A name of a property, or its number; behind a GUID. */
static bool prop_name(struct slice *rest)
{
	struct slice s;
	uint32_t kind, n;

	if (!take(rest, 16, &s) || !take32(rest, &kind) || !take32(rest, &n))
		return false;
	return kind != 1 || take(rest, ((size_t)n + 3) & ~(size_t)3, &s);
}

static bool prop_next(struct slice *rest, struct tnef_prop *p_r)
{
	const char *from = rest->p;
	struct slice v;
	uint32_t tag, count = 1, length;

	*p_r = (struct tnef_prop){ .value = SLICE("") };
	if (!take32(rest, &tag))
		return false;
	p_r->type = tag & 0xffff & ~TYPE_MANY;
	p_r->id = tag >> 16;
	p_r->many = (tag & TYPE_MANY) != 0;
	p_r->named = p_r->id >= 0x8000;
	if (p_r->named && !prop_name(rest))
		return false;
	size_t width = type_width(p_r->type);
	bool counted = p_r->many || width == 0;

	if (width == 0 && p_r->type != TYPE_STRING8 && p_r->type != TYPE_UNICODE &&
	    p_r->type != TYPE_BINARY && p_r->type != TYPE_OBJECT)
		return false;
	if (counted && !take32(rest, &count))
		return false;
	/* each value takes some bytes of rest, so this ends with it */
	for (uint32_t i = 0; i < count; i++) {
		if (width > 0) {
			if (!take(rest, width, &v))
				return false;
			continue;
		}
		if (!take32(rest, &length) || !take(rest, length, &v))
			return false;
		if (i == 0)
			p_r->value = v;
		/* the padding of the last may be missing */
		size_t pad = (4 - length % 4) % 4;

		if (!take(rest, pad < rest->n ? pad : rest->n, &v))
			return false;
	}
	p_r->many |= count != 1;
	p_r->whole = slice_make(from, (size_t)(rest->p - from));
	return true;
}

/* The first single property with that identifier; false where there is none. */
static bool prop_find(struct slice mapi, uint32_t id, struct tnef_prop *p_r)
{
	uint32_t n;

	if (!take32(&mapi, &n))
		return false;
	while (n-- > 0 && prop_next(&mapi, p_r))
		if (p_r->id == id && !p_r->many && !p_r->named)
			return true;
	return false;
}

/* ---- what the library gets ---- */

static void put32(struct str *s, uint32_t v)
{
	const char b[4] = { (char)(v & 0xff), (char)(v >> 8 & 0xff), (char)(v >> 16 & 0xff),
			    (char)(v >> 24) };

	str_add(s, b, sizeof(b));
}

static void put_attr(struct str *s, char level, uint32_t id, struct slice data)
{
	uint32_t sum = 0;

	str_addc(s, level);
	put32(s, id);
	put32(s, (uint32_t)data.n);
	str_adds(s, data);
	for (size_t i = 0; i < data.n; i++)
		sum += (unsigned char)data.p[i];
	str_addc(s, (char)(sum & 0xff));
	str_addc(s, (char)(sum >> 8 & 0xff));
}

/* A bit for each property that is wanted, 0 for all others. */
static unsigned prop_wanted(const struct tnef_prop *p)
{
	if (p->many || p->named)
		return 0;
	for (unsigned i = 0; i < TNEF_STRINGS; i++)
		if (p->id == tnef_string_ids[i])
			return (p->type == TYPE_STRING8 || p->type == TYPE_UNICODE) &&
					       p->value.n > 0 && p->value.n <= STRING_MAX
				       ? 1U << i
				       : 0;
	for (unsigned i = 0; i < TNEF_NUMBERS; i++)
		if (p->id == tnef_number_ids[i])
			return p->type == TYPE_LONG || p->type == TYPE_BOOLEAN
				       ? 1U << (TNEF_STRINGS + i)
				       : 0;
	return 0;
}

/* One copy of each wanted property of a block, whole and padded. */
static void put_mapi(struct str *s, struct arena *a, char level, uint32_t att, struct slice mapi)
{
	struct tnef_prop p;
	struct str block, all;
	uint32_t n, count = 0;
	unsigned seen = 0;

	if (!take32(&mapi, &n))
		return;
	str_init(&block, a, PROPS_MAX);
	while (n-- > 0 && prop_next(&mapi, &p)) {
		unsigned bit = prop_wanted(&p);

		if (bit == 0 || (seen & bit))
			continue;
		seen |= bit;
		count++;
		str_adds(&block, p.whole);
		while (block.n % 4 != 0)
			str_addc(&block, '\0');
	}
	if (count == 0)
		return;
	str_init(&all, a, block.n + 4);
	put32(&all, count);
	str_adds(&all, str_slice(&block));
	put_attr(s, level, att, str_slice(&all));
}

static struct slice stream_make(struct arena *a, struct slice mapi, const struct tnef_in *in,
				size_t n)
{
	static const char renddata[14];
	struct str s;

	str_init(&s, a, (n + 1) * (PROPS_MAX + 64) + 64);
	put32(&s, SIGNATURE);
	str_add(&s, "\1\0", 2);
	put_mapi(&s, a, 1, ATT_MAPI, mapi);
	for (size_t i = 0; i < n; i++) {
		put_attr(&s, 2, ATT_RENDDATA, slice_make(renddata, sizeof(renddata)));
		put_mapi(&s, a, 2, ATT_ATTACHMENT, in[i].mapi);
	}
	return str_slice(&s);
}

/* ---- what is made of it ---- */

const char *tnef_charset(uint32_t codepage)
{
	static const struct {
		uint32_t page;
		const char *name;
	} known[] = {
		{ 437, "cp437" },        { 850, "cp850" },        { 852, "cp852" },
		{ 855, "cp855" },        { 866, "cp866" },        { 874, "windows-874" },
		{ 932, "shift_jis" },    { 936, "gbk" },          { 949, "cp949" },
		{ 950, "big5" },         { 1200, "utf-16le" },    { 1250, "windows-1250" },
		{ 1251, "windows-1251" },{ 1252, "windows-1252" },{ 1253, "windows-1253" },
		{ 1254, "windows-1254" },{ 1255, "windows-1255" },{ 1256, "windows-1256" },
		{ 1257, "windows-1257" },{ 1258, "windows-1258" },{ 10000, "macintosh" },
		{ 20866, "koi8-r" },     { 21866, "koi8-u" },     { 28591, "iso-8859-1" },
		{ 28592, "iso-8859-2" }, { 28595, "iso-8859-5" }, { 28597, "iso-8859-7" },
		{ 28599, "iso-8859-9" }, { 28605, "iso-8859-15" },{ 50220, "iso-2022-jp" },
		{ 51932, "euc-jp" },     { 51949, "euc-kr" },     { 65001, "utf-8" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].page == codepage)
			return known[i].name;
	return "";
}

/* type/subtype, or nothing. */
static const char *type_clean(struct arena *a, const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_/");
	const char *slash = strchr(s, '/');

	if (n == 0 || n > 100 || s[n] != '\0' || !slash || slash == s || !slash[1] ||
	    strchr(slash + 1, '/'))
		return "";
	return slice_lower(a, slice_of(s));
}

static const char *id_clean(struct arena *a, const char *s)
{
	size_t n = strlen(s);

	if (n > 2 && s[0] == '<' && s[n - 1] == '>')
		return arena_strndup(a, s + 1, n - 2);
	return s;
}

static const char *text8(struct arena *a, struct slice s, const char *charset)
{
	if (s.n == 0)
		return "";
	s.n = strnlen(s.p, s.n);
	return line_clean(a, charset_utf8(a, s, charset, s.n * 3 + 4));
}

/*
 * LZFu (MS-OXRTFCP) tells its sizes; what they promise has to be there, and each
 * reference must point at something written before: the window begins filled.
 */
static bool rtf_sound(struct slice packed, size_t max)
{
	size_t in = 16, out = RTF_WINDOW, end, n = 0;
	unsigned flags = 0;

	if (packed.n < 20 || packed.n > max || le32(packed.p) != packed.n - 4 ||
	    le32(packed.p + 8) != 0x75465a4cU)
		return false;
	end = le32(packed.p + 4);
	if (end == 0 || end > max || end / RTF_SWELL > packed.n)
		return false;
	end += RTF_WINDOW;
	while (out < end && in < packed.n) {
		flags = n++ % 8 == 0 ? (unsigned char)packed.p[in++] : flags >> 1;
		if (in + (flags & 1) >= packed.n)
			return false;
		if (flags & 1) {
			unsigned ref = (unsigned char)packed.p[in] << 8 | (unsigned char)packed.p[in + 1];

			if (out < 4096 && ref >> 4 >= out)
				return false;
			out += (ref & 15U) + 2;
		} else {
			out++;
		}
		in += 1 + (flags & 1);
	}
	return true;
}

static struct slice rtf_open(struct arena *a, struct slice packed, size_t max)
{
	uint32_t size;

	if (packed.n > 16 && le32(packed.p + 8) == 0x414c454dU) { /* not compressed */
		size = le32(packed.p + 4);
		return slice_make(packed.p + 16, size < packed.n - 16 ? size : packed.n - 16);
	}
	return rtf_sound(packed, max) ? tnef_lib_rtf(a, packed) : SLICE("");
}

/* The plain text before the HTML before the RTF. */
static void text_find(struct tnef_walk *w, struct slice mapi, struct slice body,
		      const char *charset, uint32_t cpid)
{
	struct tnef *t = w->t;
	struct tnef_prop p;
	size_t cap = w->text_max;

	if (prop_find(mapi, ID_BODY, &p) && p.value.n > 0)
		t->text = charset_utf8(w->a, p.value, p.type == TYPE_UNICODE ? "utf-16le" : charset,
				       cap);
	else if (body.n > 0)
		t->text = charset_utf8(w->a, slice_make(body.p, strnlen(body.p, body.n)), charset,
				       cap);
	if (t->text.n > 0)
		return;
	if (prop_find(mapi, ID_HTML, &p) && p.value.n > 0) {
		const char *page = *tnef_charset(cpid) ? tnef_charset(cpid) : charset;

		t->text = charset_utf8(w->a, p.value, p.type == TYPE_UNICODE ? "utf-16le" : page, cap);
		t->is_html = true;
	} else if (prop_find(mapi, ID_RTF, &p)) {
		t->text = rtf_to_text(w->a, rtf_open(w->a, p.value, cap), cap);
	}
}

static void stream_open(struct tnef_walk *w, struct slice bytes, unsigned depth);

static void file_add(struct tnef_walk *w, const struct tnef_in *in, const struct tnef_said *said,
		     const char *charset, unsigned depth)
{
	struct tnef *t = w->t;
	struct slice data = in->data, iid;
	struct tnef_prop p;
	const char *name = said->string[TNEF_LONG_NAME];
	size_t was = t->nfiles;

	if (prop_find(in->mapi, ID_ATTACH_DATA, &p) &&
	    (p.type == TYPE_OBJECT || p.type == TYPE_BINARY)) {
		struct slice object = p.value;

		/* a message within: its files are files of this one */
		if (p.type == TYPE_OBJECT && take(&object, 16, &iid) && object.n > 4 &&
		    le32(object.p) == SIGNATURE) {
			stream_open(w, object, depth + 1);
			if (t->nfiles > was)
				return;
		}
		if (data.n == 0)
			data = object;
	}
	if (data.n == 0 || t->nfiles >= w->files_max)
		return;
	if (!*name)
		name = text8(w->a, in->title, charset);
	if (!*name)
		name = said->string[TNEF_SHORT_NAME];
	if (!*name)
		name = said->string[TNEF_DISPLAY_NAME];
	t->files[t->nfiles++] = (struct tnef_file){
		.name = name,
		.type = type_clean(w->a, said->string[TNEF_TYPE]),
		.content_id = id_clean(w->a, said->string[TNEF_CONTENT_ID]),
		.offset = (size_t)(data.p - w->bytes.p),
		.length = data.n,
		.inline_ = (said->number[TNEF_HIDDEN] & 1) || (said->number[TNEF_FLAGS] & 4),
	};
}

/* One message: what stands before the first attachment, and each of these. */
static void stream_open(struct tnef_walk *w, struct slice bytes, unsigned depth)
{
	struct slice rest = slice_make(bytes.p + 6, bytes.n > 6 ? bytes.n - 6 : 0);
	struct slice mapi = SLICE(""), body = SLICE(""), class = SLICE("");
	struct tnef_in *in;
	struct tnef_said message, *said;
	struct tnef_attr at;
	const char *charset = "";
	struct arena *tmp;
	size_t n = 0, room = w->files_max - w->seen;
	bool read;

	if (bytes.n <= 6 || depth > TNEF_NESTING || ++w->opened > NESTED_MAX)
		return;
	in = ARENA_ARRAY(w->a, room + 1, struct tnef_in);
	while (attr_next(&rest, &at)) {
		if (at.id == ATT_RENDDATA && n++ == room)
			break;
		if (at.id == ATT_CODEPAGE && at.data.n >= 4)
			charset = tnef_charset(le32(at.data.p));
		else if (at.id == ATT_CLASS)
			class = at.data;
		else if (at.id == ATT_BODY)
			body = at.data;
		else if (at.id == ATT_MAPI && n == 0)
			mapi = at.data;
		else if (at.id == ATT_TITLE && n > 0)
			in[n - 1].title = at.data;
		else if (at.id == ATT_DATA && n > 0)
			in[n - 1].data = at.data;
		else if (at.id == ATT_ATTACHMENT && n > 0)
			in[n - 1].mapi = at.data;
	}
	if (n > room)
		n = room;
	w->seen += n;
	said = ARENA_ARRAY(w->a, n + 1, struct tnef_said);
	tmp = arena_new(STREAM_MAX);
	read = tnef_lib_read(w->a, stream_make(tmp, mapi, in, n), charset, &message, said, n);
	arena_free(&tmp);
	if (!read)
		return;
	if (depth == 0) {
		w->t->class = slice_lower(w->a, slice_of(*message.string[TNEF_CLASS]
								 ? message.string[TNEF_CLASS]
								 : text8(w->a, class, charset)));
		if (w->text_max > 0)
			text_find(w, mapi, body, charset, message.number[TNEF_CPID]);
	}
	for (size_t i = 0; i < n; i++)
		file_add(w, &in[i], &said[i], charset, depth);
}

enum rc tnef_open(struct tnef *t_r, struct arena *a, struct slice bytes, size_t files_max,
		  size_t text_max)
{
	struct tnef_walk w = { .a = a, .bytes = bytes, .t = t_r, .files_max = files_max,
			       .text_max = text_max };

	*t_r = (struct tnef){ .class = "", .text = SLICE("") };
	if (!tnef_lib_there() || bytes.n < 7 || le32(bytes.p) != SIGNATURE)
		return RC_INVALID;
	t_r->files = ARENA_ARRAY(a, files_max + 1, struct tnef_file);
	stream_open(&w, bytes, 0);
	return RC_OK;
}
