/* SPDX-License-Identifier: Apache-2.0 */
/* See webmail.h. */
#include "server/base/codec.h"
#include "server/core/webmail.h"

#include "server/base/base.h"

#define BOUNDARY "=_cabildo" /* "=_" cannot stand in base64 or quoted-printable */
#define RAW_CAP  ((size_t)64 << 20)

/* One line of text for a header: controls out. */
static char *one_line(struct arena *a, const char *s)
{
	char *p = arena_strdup(a, s);

	for (char *q = p; *q; q++)
		if ((unsigned char)*q < 0x20 || *q == 0x7F || *q == '"' || *q == '\\')
			*q = ' ';
	return p;
}

/* Base64 as well: nothing a person writes can look like our boundary. */
static void part_add(struct str *s, const char *head, struct slice bytes, size_t *from_r,
		     size_t *len_r)
{
	str_fmt(s, "--" BOUNDARY "\r\n%sContent-Transfer-Encoding: base64\r\n\r\n", head);
	*from_r = s->n;
	codec_base64(s, bytes);
	*len_r = s->n - *from_r;
}

enum rc web_message_write(struct arena *a, const struct web_head *h, struct slice text,
			  const struct web_upload *uploads, size_t n, struct slice *raw_r,
			  struct submit_attachment **at_r)
{
	struct submit_attachment *at = ARENA_ARRAY(a, n, struct submit_attachment);
	size_t from, len;
	struct str s;
	char date[40];

	clock_rfc5322(h->date, date);
	str_init(&s, a, RAW_CAP);
	str_fmt(&s,
		"From: \"%s\" <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n",
		one_line(a, h->author_name), h->list_addr, h->list_addr, one_line(a, h->subject),
		date, h->msgid);
	if (*h->in_reply_to != '\0')
		str_fmt(&s, "In-Reply-To: <%s>\r\n", one_line(a, h->in_reply_to));
	str_addz(&s, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" BOUNDARY
		     "\"\r\n\r\n");
	part_add(&s, "Content-Type: text/markdown; charset=utf-8\r\n", text, &from, &len);
	for (size_t i = 0; i < n; i++) {
		const char *name = one_line(a, uploads[i].name),
			   *type = one_line(a, uploads[i].type);

		part_add(&s,
			 arena_fmt(a,
				   "Content-Type: %s\r\nContent-Disposition: attachment; "
				   "filename=\"%s\"\r\n",
				   type, name),
			 uploads[i].bytes, &from, &len);
		at[i] = (struct submit_attachment){ .name = name,
						    .type = type,
						    .encoding = "base64",
						    .size = (int64_t)uploads[i].bytes.n,
						    .offset = (int64_t)from,
						    .length = (int64_t)len };
		hash_bytes(uploads[i].bytes.p, uploads[i].bytes.n, at[i].hash);
	}
	str_addz(&s, "--" BOUNDARY "--\r\n");
	*at_r = at;
	*raw_r = str_slice(&s);
	return s.over ? RC_LIMIT : RC_OK;
}

/* The value of a header line of a part, up to stop. */
static const char *part_value(struct arena *a, struct slice head, const char *name, char stop)
{
	const char *p = slice_find(head, slice_of(name)), *end;

	if (p == NULL)
		return "";
	p += strlen(name);
	end = memchr(p, stop, (size_t)(head.p + head.n - p));
	return end ? arena_strndup(a, p, (size_t)(end - p)) : "";
}

enum rc web_message_read(struct arena *a, struct slice raw, struct web_message *m_r)
{
	struct slice mark = SLICE("\r\n--" BOUNDARY), rest = raw;
	size_t parts = 0, max = 0;

	for (const char *p = raw.p;
	     (p = slice_find(slice_make(p, (size_t)(raw.p + raw.n - p)), mark)) != NULL;
	     p += mark.n)
		max++;
	*m_r = (struct web_message){ .text = SLICE(""),
				     .files = ARENA_ARRAY(a, max + 1, struct web_file) };
	for (;;) {
		const char *p = slice_find(rest, mark), *body, *end;
		struct slice head, after;

		if (p == NULL)
			return RC_INVALID;
		after = slice_make(p + mark.n, (size_t)(rest.p + rest.n - p) - mark.n);
		if (slice_starts(after, "--"))
			return parts > 0 ? RC_OK : RC_INVALID;
		body = slice_find(after, SLICE("\r\n\r\n"));
		if (body == NULL)
			return RC_INVALID;
		head = slice_make(after.p, (size_t)(body - after.p) + 2);
		body += 4;
		/* the line end before the mark is also the last of the base64 */
		rest = slice_make(body - 2, (size_t)(raw.p + raw.n - body) + 2);
		end = slice_find(rest, mark);
		if (end == NULL)
			return RC_INVALID;
		if (end < body)
			end = body;
		if (parts++ == 0)
			m_r->text =
				codec_decode(a, "base64", slice_make(body, (size_t)(end - body)));
		else
			m_r->files[m_r->nfiles++] =
				(struct web_file){ part_value(a, head, "filename=\"", '"'),
						   part_value(a, head, "Content-Type: ", '\r'),
						   slice_make(body, (size_t)(end - body)) };
	}
}
