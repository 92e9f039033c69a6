/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart/form-data (RFC 7578) from a body that stands in memory. Strict
 * about the frame (a delimiter at each end, CRLF, a name in each part), because
 * only browsers and our own tests write it; nested multiparts and transfer
 * encodings do not occur in it and are not understood.
 */
#include "server/base/line.h"
#include "web/serve/inside.h"

#include "server/base/base.h"

/*
 * Browsers escape only the quote, CR and LF in names, as %22 %0D %0A; older
 * ones wrote \" instead. Any other backslash is a character of the name.
 */
static char *quoted(struct arena *a, struct slice s, size_t *used_r)
{
	struct str out;
	size_t i = 1;

	str_init(&out, a, s.n + 1);
	for (; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '"')
			i++;
		if (s.n - i >= 3 && memcmp(s.p + i, "%22", 3) == 0) {
			str_addc(&out, '"');
			i += 2;
			continue;
		}
		str_addc(&out, s.p[i]);
	}
	*used_r = i < s.n ? i + 1 : i;
	return utf8_clean(a, str_slice(&out), &(size_t){ 0 });
}

char *field_param(struct arena *a, struct slice f, const char *name)
{
	struct slice key;
	char *value;

	/* what stands before the first ; is the field's own value */
	if (!slice_cut(&f, ';', &key))
		return NULL;
	while (f.n > 0) {
		size_t used;

		f = slice_trim(f);
		if (!slice_cut(&f, '=', &key))
			return NULL;
		key = slice_trim(key);
		f = slice_trim(f);
		if (f.n > 0 && f.p[0] == '"') {
			value = quoted(a, f, &used);
			f = slice_make(f.p + used, f.n - used);
			slice_cut(&f, ';', &(struct slice){ 0 });
		} else {
			struct slice plain;

			slice_cut(&f, ';', &plain);
			value = utf8_clean(a, slice_trim(plain), &(size_t){ 0 });
		}
		if (slice_ieqz(key, name))
			return value;
	}
	return NULL;
}

/* The last part of a path in either system's form, without what could hide
 * it, leave a folder or break a header. */
static char *file_name(struct arena *a, const char *s)
{
	struct slice name = slice_of(s);
	char *out;

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = slice_make(name.p + i, name.n - i);
			break;
		}
	name = slice_trim(name);
	while (name.n > 0 && name.p[0] == '.')
		name = slice_make(name.p + 1, name.n - 1);
	name = utf8_clip(slice_trim(slice_of(line_own(a, name))), 200);
	if (name.n == 0)
		return arena_strdup(a, "file");
	out = slice_dup(a, name);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < 0x20 || strchr("\"<>|:*?", *p))
			*p = '_';
	return out;
}

static char *media_type(struct arena *a, struct slice s)
{
	struct slice type;
	char *out;

	slice_cut(&s, ';', &type);
	type = slice_trim(type);
	if (type.n == 0 || type.n > 100 || !memchr(type.p, '/', type.n))
		return arena_strdup(a, "application/octet-stream");
	out = slice_lower(a, type);
	if (out[strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+/")] != '\0')
		return arena_strdup(a, "application/octet-stream");
	return out;
}

struct part {
	char *name, *file, *type;
};

static bool part_head(struct arena *a, struct slice head, struct part *p)
{
	struct slice line, key;

	*p = (struct part){ 0 };
	while (slice_line(&head, &line)) {
		if (!slice_cut(&line, ':', &key))
			return false;
		key = slice_trim(key);
		line = slice_trim(line);
		if (slice_ieqz(key, "content-disposition")) {
			if (p->name || !slice_istarts(line, "form-data"))
				return false;
			p->name = field_param(a, line, "name");
			p->file = field_param(a, line, "filename");
		} else if (slice_ieqz(key, "content-type")) {
			p->type = media_type(a, line);
		}
	}
	return p->name != NULL;
}

static int part_keep(struct req *r, const struct part *p, struct slice bytes, size_t *text)
{
	struct param *field;

	if (p->file) {
		struct upload *up;

		/* a file input that was left empty */
		if (!*p->file && bytes.n == 0)
			return 0;
		if (r->nfiles == REQ_FILES_MAX)
			return 413;
		up = &r->files[r->nfiles++];
		up->field = p->name;
		up->name = file_name(r->a, p->file);
		up->type = p->type ? p->type : "application/octet-stream";
		up->bytes = bytes;
		return 0;
	}
	*text += bytes.n;
	if (r->form.n == REQ_FIELDS_MAX || *text > REQ_TEXT_MAX)
		return 413;
	field = &r->form.v[r->form.n++];
	field->name = p->name;
	field->value = utf8_clean(r->a, bytes, &field->n);
	return 0;
}

/* After a delimiter: CRLF begins a part, "--" ends the body. */
static bool delimiter_end(struct slice *rest, bool *last_r)
{
	*last_r = rest->n >= 2 && memcmp(rest->p, "--", 2) == 0;
	if (*last_r)
		return true;
	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = slice_make(rest->p + 1, rest->n - 1);
	if (rest->n < 2 || memcmp(rest->p, "\r\n", 2) != 0)
		return false;
	*rest = slice_make(rest->p + 2, rest->n - 2);
	return true;
}

/* One part from the start of its header; *rest goes past its end delimiter. */
static int part_parse(struct req *r, struct slice *rest, struct slice mark, size_t *text)
{
	struct slice head = *rest, bytes;
	struct part p;
	const char *end;

	if (head.n > REQ_PART_HEAD_MAX)
		head.n = REQ_PART_HEAD_MAX;
	end = slice_find(head, SLICE("\r\n\r\n"));
	if (!end)
		return 400;
	head = slice_make(rest->p, (size_t)(end - rest->p));
	*rest = slice_make(end + 4, rest->n - head.n - 4);
	if (!part_head(r->a, head, &p))
		return 400;
	if (rest->n >= mark.n - 2 && memcmp(rest->p, mark.p + 2, mark.n - 2) == 0) {
		/* an empty part whose CRLF belongs to the delimiter and was its header's end */
		bytes = slice_make(rest->p, 0);
		end = rest->p - 2;
	} else {
		end = slice_find(*rest, mark);
		if (!end)
			return 400;
		bytes = slice_make(rest->p, (size_t)(end - rest->p));
	}
	end += mark.n;
	rest->n -= (size_t)(end - rest->p);
	rest->p = end;
	return part_keep(r, &p, bytes, text);
}

int multipart_parse(struct req *r, struct slice type, struct slice body)
{
	char *boundary = field_param(r->a, type, "boundary");
	struct slice mark;
	size_t text = 0;
	bool last;

	if (!boundary || !*boundary || strlen(boundary) > 70)
		return 400;
	mark = slice_of(arena_fmt(r->a, "\r\n--%s", boundary));
	r->form = (struct params){ .v = ARENA_ARRAY(r->a, REQ_FIELDS_MAX, struct param) };
	r->files = ARENA_ARRAY(r->a, REQ_FILES_MAX, struct upload);
	if (body.n < mark.n - 2 || memcmp(body.p, mark.p + 2, mark.n - 2) != 0)
		return 400;
	body = slice_make(body.p + mark.n - 2, body.n - (mark.n - 2));
	for (size_t parts = 0;; parts++) {
		int st;

		if (!delimiter_end(&body, &last))
			return 400;
		if (last)
			return 0;
		if (parts == REQ_FIELDS_MAX)
			return 413;
		st = part_parse(r, &body, mark, &text);
		if (st)
			return st;
	}
}
