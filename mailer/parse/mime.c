/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of parts, by GMime; the only file that includes it. GMime gets a
 * copy of the message in which each "Content-Type: message/..." is spelt so
 * that it is a leaf: what lies inside is an attachment and needs no parsing,
 * and every leaf has its byte range. The copy is as long as the raw message,
 * so the ranges hold for the raw one, from which all content is read.
 */
#include <gmime/gmime.h>

#include "mailer/parse/part.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define FIELD_MAX 4096

struct tree {
	struct arena *a;
	const struct mail_limits *lim;
	size_t base, total;     /* GMime's offsets count from base */
	unsigned parts;
	const char *why;
};

void mail_parse_init(void)
{
	static const char *const charsets[] = { "utf-8", "windows-1252", NULL };

	g_mime_init();
	g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(),
						    (const char **)(uintptr_t)charsets);
}

/* What follows the colon of a Content-Type: "message/" becomes "xessage/",
 * "multipart/digest" becomes "multipart/xigest". */
static void type_disguise(char *v, char *end)
{
	while (v < end && (*v == ' ' || *v == '\t' || *v == '\r' || *v == '\n'))
		v++;
	if (end - v > 8 && strncasecmp(v, "message/", 8) == 0)
		*v = 'x';
	else if (end - v > 16 && strncasecmp(v, "multipart/digest", 16) == 0)
		v[10] = 'x';
}

/*
 * Every Content-... field that there is or might be, in header or body (the
 * copy's body is never read): types disguised, and what is over FIELD_MAX
 * blanked, for GMime's time is quadratic in the number of parameters.
 */
static void tree_disguise(char *p, size_t n)
{
	char *end = p + n, *next;

	for (; p < end; p = next) {
		char *lf = memchr(p, '\n', (size_t)(end - p)), *colon;

		next = lf ? lf + 1 : end;
		if (next - p < 10 || strncasecmp(p, "Content-", 8) != 0)
			continue;
		colon = memchr(p, ':', (size_t)(next - p));
		if (!colon)
			continue;
		while (next < end && (*next == ' ' || *next == '\t')) {
			lf = memchr(next, '\n', (size_t)(end - next));
			next = lf ? lf + 1 : end;
		}
		if (strncasecmp(p, "Content-Type", 12) == 0)
			type_disguise(colon + 1, next);
		for (char *c = p + FIELD_MAX; c < next; c++)
			if (*c != '\n' && *c != '\r')
				*c = ' ';
	}
}

/*
 * Of the message's own header GMime needs Content-* alone, each the first of
 * its name: it takes the last, and spends quadratic time on address lists.
 * The others get a name that it does not know.
 */
static void tree_hide_header(char *p, size_t n)
{
	char *end = p + n, *next;
	bool typed = false;

	for (; p < end; p = next) {
		char *lf = memchr(p, '\n', (size_t)(end - p));

		next = lf ? lf + 1 : end;
		if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
			continue;
		bool type = next - p > 12 && strncasecmp(p, "Content-Type", 12) == 0;
		if (next - p < 8 || strncasecmp(p, "Content-", 8) != 0 || (type && typed))
			*p = 'X';
		typed |= type;
	}
}

static const char *clean(struct tree *t, const char *s)
{
	return s ? line_clean(t->a, charset_utf8(t->a, slice_of(s), "", 4096)) : "";
}

static const char *part_type(struct tree *t, GMimeObject *o)
{
	GMimeContentType *ct = g_mime_object_get_content_type(o);
	const char *type = ct ? g_mime_content_type_get_media_type(ct) : NULL;
	const char *sub = ct ? g_mime_content_type_get_media_subtype(ct) : NULL;
	char *s;

	if (!type || !sub)
		return "text/plain";
	s = slice_lower(t->a, slice_of(clean(t, arena_fmt(t->a, "%s/%s", type, sub))));
	if (strncmp(s, "xessage/", 8) == 0)
		s[0] = 'm';
	if (strcmp(s, "multipart/xigest") == 0)
		s[10] = 'd';
	return s;
}

static void part_parameters(struct tree *t, struct part *x, GMimeObject *o)
{
	GMimeContentType *ct = g_mime_object_get_content_type(o);
	const char *v;

	x->charset = clean(t, ct ? g_mime_content_type_get_parameter(ct, "charset") : NULL);
	x->smime = clean(t, ct ? g_mime_content_type_get_parameter(ct, "smime-type") : NULL);
	x->method = slice_lower(
		t->a, slice_of(clean(t, ct ? g_mime_content_type_get_parameter(ct, "method") : NULL)));
	v = ct ? g_mime_content_type_get_parameter(ct, "format") : NULL;
	x->flowed = v && strcasecmp(v, "flowed") == 0;
	v = ct ? g_mime_content_type_get_parameter(ct, "delsp") : NULL;
	x->delsp = v && strcasecmp(v, "yes") == 0;
}

static void part_leaf(struct tree *t, struct part *x, GMimePart *p)
{
	GMimeDataWrapper *dw = g_mime_part_get_content(p);
	GMimeStream *s = dw ? g_mime_data_wrapper_get_stream(dw) : NULL;
	const char *name = g_mime_part_get_filename(p);
	const char *what = g_mime_object_get_header(GMIME_OBJECT(p), "Content-Description");

	x->description = what ? line_clean(t->a, words_decode(t->a, slice_of(what), "")) : "";
	x->name = name ? line_clean(t->a, words_decode(t->a, slice_of(name), "")) : "";
	x->encoding = transfer_name(g_mime_object_get_header(GMIME_OBJECT(p),
							  "Content-Transfer-Encoding"));
	if (!s || s->bound_start < 0)
		return;
	size_t from = t->base + (size_t)s->bound_start;
	size_t to = s->bound_end < 0 ? t->total : t->base + (size_t)s->bound_end;
	if (to > t->total)
		to = t->total;
	if (from < to) {
		x->offset = from;
		x->length = to - from;
	}
}

static struct part *part_make(struct tree *t, GMimeObject *o, struct part *parent, unsigned depth);

static void part_children(struct tree *t, struct part *x, GMimeMultipart *mp, unsigned depth)
{
	int n = g_mime_multipart_get_count(mp);
	struct part **next = &x->first;

	for (int i = 0; i < n && !t->why; i++) {
		*next = part_make(t, g_mime_multipart_get_part(mp, i), x, depth + 1);
		if (!*next)
			break;
		/* RFC 2046 section 5.1.5: untyped parts of a digest are messages. */
		if (!(*next)->typed && strcmp(x->type, "multipart/digest") == 0)
			(*next)->type = "message/rfc822";
		next = &(*next)->next;
	}
}

static struct part *part_make(struct tree *t, GMimeObject *o, struct part *parent, unsigned depth)
{
	struct part *x = ARENA_NEW(t->a, struct part);
	const char *disposition = g_mime_object_get_disposition(o);

	if (++t->parts > t->lim->parts)
		t->why = N_("too many parts");
	if (depth > t->lim->nesting)
		t->why = N_("multiparts are nested too deeply");
	if (t->why)
		return NULL;
	x->parent = parent;
	x->type = part_type(t, o);
	x->typed = g_mime_object_get_header(o, "Content-Type") != NULL;
	x->content_id = clean(t, g_mime_object_get_content_id(o));
	x->name = x->description = "";
	x->encoding = "7bit";
	if (disposition && strcasecmp(disposition, "attachment") == 0)
		x->disposition = DISPOSITION_ATTACHMENT;
	else if (disposition && strcasecmp(disposition, "inline") == 0)
		x->disposition = DISPOSITION_INLINE;
	part_parameters(t, x, o);
	if (GMIME_IS_MULTIPART(o)) {
		part_children(t, x, GMIME_MULTIPART(o), depth);
	} else if (GMIME_IS_PART(o)) {
		part_leaf(t, x, GMIME_PART(o));
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		/* Only where a disguise was missed: a comment before the type. */
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
		GMimeObject *body = inner ? g_mime_message_get_mime_part(inner) : NULL;

		x->type = "multipart/mixed";
		x->first = body ? part_make(t, body, x, depth + 1) : NULL;
	}
	return x;
}

/* What is left where GMime finds nothing: the body as it stands. */
static struct part *part_plain(struct tree *t, size_t body, const char *encoding)
{
	struct part *x = ARENA_NEW(t->a, struct part);

	x->type = "text/plain";
	x->charset = x->name = x->description = x->content_id = x->smime = x->method = "";
	x->encoding = encoding;
	x->offset = body;
	x->length = t->total - body;
	return x;
}

enum rc part_tree(struct part **root_r, struct arena *a, struct slice raw, size_t start,
		  size_t body, const struct mail_limits *lim, const char **why_r)
{
	struct tree t = { .a = a, .lim = lim, .base = start, .total = raw.n };
	GByteArray *copy = g_byte_array_sized_new((guint)(raw.n - start) + 1);
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *msg;

	g_byte_array_append(copy, (const guint8 *)raw.p + start, (guint)(raw.n - start));
	tree_hide_header((char *)copy->data, body - start);
	tree_disguise((char *)copy->data, copy->len);
	stream = g_mime_stream_mem_new_with_byte_array(copy);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), TRUE);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
	msg = g_mime_parser_construct_message(parser, NULL);
	GMimeObject *o = msg ? g_mime_message_get_mime_part(msg) : NULL;
	struct part *root = o ? part_make(&t, o, NULL, 0) : NULL;
	/* A multipart none of whose parts were found is read as it stands. */
	if (!t.why && (!root || (strncmp(root->type, "multipart/", 10) == 0 && !root->first)))
		root = part_plain(&t, body, root && !strcmp(root->encoding, "base64") ? "base64" :
				  "8bit");
	if (msg)
		g_object_unref(msg);
	g_object_unref(parser);
	g_object_unref(stream);
	*why_r = t.why;
	*root_r = root;
	return t.why ? RC_LIMIT : RC_OK;
}
