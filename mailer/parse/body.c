/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parts are the text and which are attachments. Plain text before HTML
 * within an alternative, unless it is empty; several inline texts of a mixed
 * are joined; an attached message is an attachment. Whatever is not shown as
 * text, and is not another form of it, is listed as an attachment.
 */
#include "mailer/parse/part.h"
#include "mailer/parse/tnef.h"
#include "server/base/codec.h"
#include "server/base/base.h"

#define INNER_HEADER ((size_t)64 << 10) /* of an attached message, for its subject */
#define CID_MAX 500
#define CALENDAR_HEAD 4096
#define SCRATCH_LEAST ((size_t)8 << 20)
#define ENCRYPTED_NAME "encrypted.asc"

struct body {
	struct mail *m;
	struct arena *a;
	struct arena *scratch;  /* rewound after each part: two hundred may be large */
	const struct mail_limits *lim;
	struct str text;
	struct part **files;    /* attachments, in order */
	size_t nfiles, size;
	struct slice cids[CID_MAX];
	size_t ncids;
	struct picture pictures[CID_MAX];
	size_t npictures;
	unsigned texts;
};

static bool is_type(const struct part *p, const char *type)
{
	return strcmp(p->type, type) == 0;
}

static bool is_multipart(const struct part *p)
{
	return strncmp(p->type, "multipart/", 10) == 0;
}

static bool is_html(const struct part *p)
{
	return is_type(p, "text/html") || is_type(p, "application/xhtml+xml");
}

/* Text that people read, as opposed to data that happens to be text. */
static bool is_readable(const struct part *p)
{
	static const char *const data[] = {
		"text/calendar", "text/x-vcard", "text/vcard", "text/directory", "text/csv",
		"text/css", "text/javascript", "text/xml", "text/rfc822-headers",
		"text/x-amp-html", "text/x-vcalendar", "text/rtf", "text/tab-separated-values",
		"text/watch-html",
	};

	if (strncmp(p->type, "text/", 5) != 0)
		return is_html(p);
	for (size_t i = 0; i < ARRAY_LEN(data); i++)
		if (is_type(p, data[i]))
			return false;
	return true;
}

static void file_add(struct body *b, struct part *p)
{
	if (b->nfiles == b->size) {
		size_t more = b->size ? b->size * 2 : 8;
		b->files = arena_grow(b->a, b->files, b->size * sizeof(*b->files),
				      more * sizeof(*b->files));
		b->size = more;
	}
	b->files[b->nfiles++] = p;
}

static struct slice part_raw(const struct body *b, const struct part *p)
{
	return slice_make(b->m->raw.p + p->offset, p->length);
}

/* <meta ... charset=...> in the first bytes, for HTML that declares none. */
static const char *html_charset(struct arena *a, struct slice html)
{
	struct slice head = slice_make(html.p, html.n < 2048 ? html.n : 2048);
	const char *at = slice_ifind(head, SLICE("charset=")), *end = head.p + head.n, *from;

	if (!at)
		return "";
	at += 8;
	while (at < end && (*at == '"' || *at == '\'' || *at == ' '))
		at++;
	from = at;
	while (at < end && *at != '"' && *at != '\'' && *at != ' ' && *at != '>' && *at != ';' &&
	       *at != '/')
		at++;
	return arena_strndup(a, from, (size_t)(at - from));
}

/* Remembers what the HTML refers to as cid:..., once per HTML part. */
static void cids_note(struct body *b, struct slice html)
{
	const char *p = html.p, *end = p + html.n;

	while (b->ncids < CID_MAX && p < end &&
	       (p = slice_ifind(slice_make(p, (size_t)(end - p)), SLICE("cid:")))) {
		const char *from = p += 4;

		while (p < end && *p != '"' && *p != '\'' && *p != '>' && *p != ')' && *p > ' ')
			p++;
		if (p > from && p - from < 256)
			b->cids[b->ncids++] = slice_of(slice_dup(b->a, slice_make(from,
						       (size_t)(p - from))));
	}
}

/* And where its pictures stand. bytes: of that part, in its charset. */
static void pictures_note(struct body *b, struct slice bytes, const char *charset)
{
	struct arena_mark mark = arena_mark(b->scratch);
	size_t n, from = b->npictures;
	struct slice u;
	char *c;

	if (!slice_ifind(bytes, SLICE("cid:")))
		return;
	u = charset_utf8(b->scratch, bytes, charset, b->lim->text);
	c = utf8_clean(b->scratch, u, &n);
	b->npictures += pictures_find(b->scratch, slice_make(c, n), b->lim->text,
				      b->pictures + from, CID_MAX - from);
	for (size_t i = from; i < b->npictures; i++)
		b->pictures[i].id = slice_of(slice_dup(b->a, b->pictures[i].id));
	arena_rewind(b->scratch, mark);
}

/* Shown somewhere, and nowhere but in what is folded. */
static bool picture_folded(const struct body *b, const char *id)
{
	bool seen = false;

	for (size_t i = 0; i < b->npictures && *id; i++) {
		if (!slice_eqz(b->pictures[i].id, id))
			continue;
		if (!b->pictures[i].folded)
			return false;
		seen = true;
	}
	return seen;
}

static bool cid_referred(const struct body *b, const char *id)
{
	if (!*id)
		return false;
	for (size_t i = 0; i < b->ncids; i++)
		if (slice_eqz(b->cids[i], id))
			return true;
	return false;
}

/* Uuencoded files within a text become attachments; what is left of it. */
static struct slice uu_extract(struct body *b, const struct part *p, struct slice in)
{
	struct slice name, rest = in, line;
	struct str s;

	if (is_html(p) || !memchr("78b", p->encoding[0], 3) ||
	    !slice_find(in, SLICE("begin ")))
		return in;
	str_init(&s, b->scratch, in.n + 1);
	while (rest.n > 0) {
		struct slice at = rest;
		size_t n = b->nfiles < b->lim->parts ? transfer_uu_block(rest, &name) : 0;

		if (n > 0) {
			struct part *f = ARENA_NEW(b->a, struct part);

			*f = (struct part){ .type = "application/octet-stream", .charset = "",
				.content_id = "", .smime = "", .description = "",
				.encoding = "x-uuencode",
				.disposition = DISPOSITION_ATTACHMENT, .length = n,
				.offset = (size_t)(at.p - b->m->raw.p) };
			f->name = line_clean(b->a, charset_utf8(b->a, name, p->charset, 1000));
			file_add(b, f);
			rest = slice_make(at.p + n, at.n - n);
		} else {
			slice_line(&rest, &line);
			str_add(&s, at.p, at.n - rest.n);
		}
	}
	return str_slice(&s);
}

static struct slice text_part(struct body *b, const struct part *p, struct slice in, bool *cut_r)
{
	/* One byte of charset may be three of UTF-8, never more than the cap. */
	size_t cap = b->lim->text + 4, n;
	struct slice bytes = transfer_text(b->scratch, in, p->encoding, cap), u;
	const char *charset = p->charset;

	*cut_r = bytes.n >= cap;
	if (is_html(p)) {
		cids_note(b, bytes);
		if (!*charset)
			charset = html_charset(b->scratch, bytes);
		pictures_note(b, bytes, charset);
	}
	u = charset_utf8(b->scratch, bytes, charset, cap);
	char *c = utf8_clean(b->scratch, u, &n);
	if (is_html(p) || is_type(p, "text/enriched") || is_type(p, "text/richtext"))
		c = html_to_text(b->scratch, slice_make(c, n), cap, &n);
	else if (p->flowed)
		c = flowed_join(b->scratch, slice_make(c, n), p->delsp, &n);
	return slice_make(c, n);
}

static bool all_blank(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > ' ') {
			/* NO-BREAK SPACE alone is as good as nothing. */
			if (i + 1 < s.n && s.p[i] == '\xc2' && s.p[i + 1] == '\xa0') {
				i++;
				continue;
			}
			return false;
		}
	return true;
}

static void text_add(struct body *b, const struct part *p)
{
	struct arena_mark mark = arena_mark(b->scratch);
	bool cut;
	struct slice s;

	/* Full but for the blank line between two texts. */
	if (b->text.n + 2 >= b->lim->text) {
		b->m->text_cut |= p->length > 0;
		return;
	}
	s = text_part(b, p, uu_extract(b, p, part_raw(b, p)), &cut);
	if (!all_blank(s)) {
		size_t room;

		if (b->texts++ > 0)
			str_addz(&b->text, b->text.p[b->text.n - 1] == '\n' ? "\n" : "\n\n");
		room = b->lim->text - b->text.n;
		if (s.n > room) {
			s = utf8_clip(s, room);
			cut = true;
		}
		str_adds(&b->text, s);
		b->m->text_cut |= cut;
		b->m->from_html |= is_html(p);
		b->m->flowed |= p->flowed && !is_html(p);
	}
	arena_rewind(b->scratch, mark);
}

static bool is_blank_part(struct body *b, const struct part *p)
{
	struct arena_mark mark = arena_mark(b->scratch);
	bool cut, blank;

	blank = all_blank(text_part(b, p, part_raw(b, p), &cut));
	arena_rewind(b->scratch, mark);
	return blank;
}

/* The readable leaf below p that is its text, of the kind asked for, or NULL. */
static struct part *find_text(struct body *b, struct part *p, bool html)
{
	if (!is_multipart(p)) {
		if (!is_readable(p) || is_html(p) != html ||
		    p->disposition == DISPOSITION_ATTACHMENT)
			return NULL;
		return is_blank_part(b, p) ? NULL : p;
	}
	for (struct part *c = p->first; c; c = c->next) {
		struct part *hit = find_text(b, c, html);
		if (hit)
			return hit;
	}
	return NULL;
}

static bool contains(const struct part *p, const struct part *leaf)
{
	for (; leaf; leaf = leaf->parent)
		if (leaf == p)
			return true;
	return false;
}

/* Files of a form of the text that is not shown: all but texts. */
static void files_only(struct body *b, struct part *p)
{
	if (is_multipart(p)) {
		for (struct part *c = p->first; c; c = c->next)
			files_only(b, c);
	} else if (!is_readable(p) || p->disposition == DISPOSITION_ATTACHMENT) {
		file_add(b, p);
	} else if (is_html(p)) {
		/* Not shown, but it says which pictures belong to the text. */
		struct arena_mark mark = arena_mark(b->scratch);

		struct slice bytes = transfer_text(b->scratch, part_raw(b, p), p->encoding,
						   b->lim->text);

		cids_note(b, bytes);
		pictures_note(b, bytes, *p->charset ? p->charset
						    : html_charset(b->scratch, bytes));
		arena_rewind(b->scratch, mark);
	}
}

static void walk(struct body *b, struct part *p);

static void walk_alternative(struct body *b, struct part *p)
{
	struct part *plain = find_text(b, p, false);
	struct part *shown = plain ? plain : find_text(b, p, true);

	for (struct part *c = p->first; c; c = c->next) {
		if (shown && contains(c, shown))
			walk(b, c);
		else
			files_only(b, c);
	}
}

static void walk_encrypted(struct body *b, struct part *p)
{
	b->m->is_encrypted = true;
	for (struct part *c = p->first; c; c = c->next) {
		if (is_type(c, "application/pgp-encrypted"))
			continue;
		if (!*c->name)
			c->name = ENCRYPTED_NAME;
		file_add(b, c);
		/* No word of any language: what it is and where. */
		if (b->texts++ == 0 && b->text.n + 300 < b->lim->text)
			str_fmt(&b->text, "[PGP/MIME: %.200s]\n", c->name);
	}
}

static void walk_leaf(struct body *b, struct part *p)
{
	if (is_type(p, "application/pkcs7-mime") || is_type(p, "application/x-pkcs7-mime")) {
		if (strncmp(p->smime, "signed", 6) == 0)
			b->m->is_signed = true;
		else if (strncmp(p->smime, "certs", 5) != 0)
			b->m->is_encrypted = true;
	}
	/* A text with a file name is a file, save where it is the whole mail. */
	if (!is_readable(p) || p->disposition == DISPOSITION_ATTACHMENT ||
	    (*p->name && p->parent && b->texts > 0)) {
		file_add(b, p);
		return;
	}
	if (*p->name && p->parent && !is_type(p->parent, "multipart/alternative") &&
	    p->parent->first != p) {
		file_add(b, p);
		return;
	}
	text_add(b, p);
}

static void walk(struct body *b, struct part *p)
{
	if (!is_multipart(p)) {
		walk_leaf(b, p);
		return;
	}
	if (is_type(p, "multipart/encrypted")) {
		walk_encrypted(b, p);
		return;
	}
	if (is_type(p, "multipart/alternative")) {
		walk_alternative(b, p);
		return;
	}
	if (is_type(p, "multipart/signed"))
		b->m->is_signed = true;
	if (is_type(p, "multipart/report"))
		b->m->is_report = true;
	for (struct part *c = p->first; c; c = c->next) {
		if (is_type(p, "multipart/signed") && c != p->first &&
		    (is_type(c, "application/pgp-signature") ||
		     is_type(c, "application/pkcs7-signature") ||
		     is_type(c, "application/x-pkcs7-signature")))
			continue;
		walk(b, c);
	}
}

static const char *name_ext(const char *type)
{
	static const struct { const char *type, *ext; } known[] = {
		{ "message/rfc822", "eml" }, { "message/delivery-status", "txt" },
		{ "text/plain", "txt" }, { "text/html", "html" }, { "text/calendar", "ics" },
		{ "text/vcard", "vcf" }, { "text/x-vcard", "vcf" }, { "text/csv", "csv" },
		{ "text/rfc822-headers", "txt" }, { "image/jpeg", "jpg" }, { "image/png", "png" },
		{ "image/gif", "gif" }, { "application/pdf", "pdf" }, { "application/zip", "zip" },
		{ "application/pkcs7-mime", "p7m" }, { "application/pgp-keys", "asc" },
		{ "application/ms-tnef", "dat" }, { "application/msword", "doc" },
		{ "application/pgp-signature", "asc" }, { "application/pkcs7-signature", "p7s" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(type, known[i].type) == 0)
			return known[i].ext;
	return "bin";
}

/* A name that is safe in a header and in a folder: no path, no controls. */
static const char *name_safe(struct arena *a, const char *name)
{
	struct slice s = slice_of(name);
	char *p;
	size_t n = 0;

	for (size_t i = s.n; i-- > 0; )
		if (s.p[i] == '/' || s.p[i] == '\\') {
			s = slice_make(s.p + i + 1, s.n - i - 1);
			break;
		}
	p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c == 0x7f || strchr("\"<>|:*?", c))
			c = '_';
		if (n == 0 && (c == '.' || c == ' '))
			continue;
		p[n++] = (char)c;
	}
	s = slice_trim(slice_make(p, n));
	if (s.n > 200) {
		/* The end tells what it is: keep it. */
		struct slice head = utf8_clip(s, 180), tail = slice_make(s.p + s.n - 16, 16);
		while (tail.n > 0 && ((unsigned char)tail.p[0] & 0xc0) == 0x80)
			tail = slice_make(tail.p + 1, tail.n - 1);
		return arena_fmt(a, "%.*s_%.*s", (int)head.n, head.p, (int)tail.n, tail.p);
	}
	return slice_dup(a, s);
}

/* What an attached message is about, or "". */
static const char *inner_subject(struct body *b, const struct part *p)
{
	struct slice raw = part_raw(b, p);
	struct mail_header *h;
	size_t n, start;

	if (!is_type(p, "message/rfc822") || !memchr("78b", p->encoding[0], 3) ||
	    strcmp(p->encoding, "base64") == 0)
		return "";
	header_split(b->a, slice_make(raw.p, raw.n < INNER_HEADER ? raw.n : INNER_HEADER), &h, &n,
		     &start);
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(h[i].name, "Subject") == 0)
			return h[i].value;
	return "";
}

/* A file without a name is called what its mail says that it is, else after its type. */
static const char *name_make(struct body *b, const struct part *p, size_t number)
{
	if (is_type(p, "application/ms-tnef") && !*p->description)
		return "winmail.dat";
	char *about = arena_strdup(b->a, *p->description ? p->description : inner_subject(b, p));
	const char *title;

	for (char *c = about; *c; c++)
		if (*c == '/' || *c == '\\')
			*c = '-'; /* no folder is meant */
	title = name_safe(b->a, about);
	if (!*title)
		return arena_fmt(b->a, "%.*s-%zu.%s", (int)strcspn(p->type, "/"), p->type, number,
				 name_ext(p->type));
	return arena_fmt(b->a, "%.*s.%s", (int)utf8_clip(slice_of(title), 120).n, title,
			 name_ext(p->type));
}

static bool maybe_tnef(const struct part *p)
{
	return is_type(p, "application/ms-tnef") || is_type(p, "application/vnd.ms-tnef") ||
	       strcasecmp(p->name, "winmail.dat") == 0;
}

/* The text of a mail that has none outside of its winmail.dat. */
static void tnef_text(struct body *b, const struct tnef *t)
{
	size_t n;
	char *c;

	if (t->text.n == 0)
		return;
	c = utf8_clean(b->scratch, t->text, &n);
	if (t->is_html)
		c = html_to_text(b->scratch, slice_make(c, n), b->lim->text, &n);
	if (all_blank(slice_make(c, n)))
		return;
	while (*c == '\n' || *c == ' ') {
		c++;
		n--;
	}
	str_adds(&b->text, utf8_clip(slice_make(c, n), b->lim->text));
	b->texts++;
	b->m->text_cut |= n >= b->lim->text;
	b->m->from_html |= t->is_html;
}

/* What a winmail.dat holds; its files go before it. */
static void tnef_unpack(struct body *b, const struct part *p, struct slice bytes, size_t *room)
{
	struct mail *m = b->m;
	struct tnef t;

	if (tnef_open(&t, b->scratch, bytes, *room, b->texts == 0 ? b->lim->text : 0) != RC_OK)
		return;
	if (*t.class && !*m->outlook_class)
		m->outlook_class = arena_strdup(b->a, t.class);
	if (b->texts == 0)
		tnef_text(b, &t);
	*room -= t.nfiles;
	for (size_t i = 0; i < t.nfiles; i++) {
		const struct tnef_file *in = &t.files[i];
		struct mail_attachment *f = &m->attachments[m->nattachments++];

		*f = (struct mail_attachment){ .name = name_safe(b->a, in->name),
					       .type = *in->type ? arena_strdup(b->a, in->type)
								 : "application/octet-stream",
					       .content_id = arena_strdup(b->a, in->content_id),
					       .encoding = p->encoding,
					       .offset = p->offset,
					       .length = p->length,
					       .size = in->length,
					       .inline_ = in->inline_,
					       .packed = true,
					       .inner = in->offset };
		if (!*f->name)
			f->name = arena_fmt(b->a, "%.*s-%zu.%s", (int)strcspn(f->type, "/"), f->type,
					    m->nattachments, name_ext(f->type));
		hash_bytes(bytes.p + in->offset, in->length, f->hash);
	}
}

static void hash_piece(void *ctx, struct slice piece)
{
	hash_add(ctx, piece.p, piece.n);
}

static void attachments_build(struct body *b)
{
	struct mail *m = b->m;
	size_t room = b->lim->parts;

	m->attachments = ARENA_ARRAY(b->a, b->nfiles + room, struct mail_attachment);
	for (size_t i = 0; i < b->nfiles; i++) {
		struct part *p = b->files[i];
		struct arena_mark mark = arena_mark(b->scratch);
		struct hash h;

		if (maybe_tnef(p)) {
			struct slice bytes = transfer_decode(b->scratch, part_raw(b, p), p->encoding);

			if (slice_starts(bytes, "\x78\x9f\x3e\x22"))
				tnef_unpack(b, p, bytes, &room);
		}
		struct mail_attachment *f = &m->attachments[m->nattachments++];

		f->name = name_safe(b->a, p->name);
		if (!*f->name)
			f->name = name_make(b, p, i + 1);
		f->type = p->type;
		f->content_id = p->content_id;
		f->encoding = p->encoding;
		f->offset = p->offset;
		f->length = p->length;
		f->inline_ = p->disposition == DISPOSITION_INLINE ||
			     cid_referred(b, p->content_id);
		f->folded = strncmp(p->type, "image/", 6) == 0 && picture_folded(b, p->content_id);
		hash_begin(&h);
		f->size = codec_each(b->scratch, p->encoding, part_raw(b, p), hash_piece, &h);
		hash_end(&h, f->hash);
		arena_rewind(b->scratch, mark);
	}
}

/* PGP within the text itself. */
static void inline_pgp(struct mail *m, struct slice text)
{
	struct slice head = slice_make(text.p, text.n < 65536 ? text.n : 65536);

	if (slice_starts(head, "-----BEGIN PGP SIGNED MESSAGE-----") ||
	    slice_find(head, SLICE("\n-----BEGIN PGP SIGNED MESSAGE-----\n")))
		m->is_signed = true;
	if (slice_starts(head, "-----BEGIN PGP MESSAGE-----") ||
	    slice_find(head, SLICE("\n-----BEGIN PGP MESSAGE-----\n")))
		m->is_encrypted = true;
}

static size_t leaves_count(const struct part *p)
{
	size_t n = p->first == NULL;

	for (const struct part *c = p->first; c; c = c->next)
		n += leaves_count(c);
	return n;
}

static void leaves_list(struct mail *m, const struct part *p)
{
	if (p->first == NULL)
		m->parts[m->nparts++] = (struct mail_part){ p->type, p->charset, p->encoding, p->offset,
							    p->length };
	for (const struct part *c = p->first; c; c = c->next)
		leaves_list(m, c);
}

/* What is asked or answered by a calendar, wherever it hangs in the tree: Outlook's and
 * Google's answers are the last form of an alternative. */
static void calendar_note(struct body *b, const struct part *p)
{
	struct arena_mark mark = arena_mark(b->scratch);
	struct slice rest, line;

	for (const struct part *c = p->first; c; c = c->next)
		calendar_note(b, c);
	if (!is_type(p, "text/calendar") || (b->m->calendar_method && *b->m->calendar_method))
		return;
	b->m->calendar_method = p->method;
	if (*p->method)
		return;
	rest = transfer_text(b->scratch, part_raw(b, p), p->encoding, CALENDAR_HEAD);
	while (slice_line(&rest, &line))
		if (slice_istarts(line, "METHOD:")) {
			line = slice_trim(slice_make(line.p + 7, line.n - 7));
			b->m->calendar_method = slice_lower(b->a, line);
			break;
		}
	arena_rewind(b->scratch, mark);
}

void body_build(struct mail *m, struct arena *a, struct part *root, const struct mail_limits *lim)
{
	struct body *b = ARENA_NEW(a, struct body);

	*b = (struct body){ .m = m, .a = a, .lim = lim };
	b->scratch = arena_new(m->raw.n * 2 + lim->text * 16 + SCRATCH_LEAST);
	str_init(&b->text, a, lim->text + 16);
	m->parts = ARENA_ARRAY(a, leaves_count(root), struct mail_part);
	leaves_list(m, root);
	walk(b, root);
	calendar_note(b, root);
	attachments_build(b);
	m->text = str_z(&b->text);
	m->text_len = b->text.n;
	inline_pgp(m, str_slice(&b->text));
	arena_free(&b->scratch);
	m->nfolds = fold_find(a, slice_make(m->text, m->text_len), &m->folds);
}
