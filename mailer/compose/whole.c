/* SPDX-License-Identifier: Apache-2.0 */
/* See whole.h. */
#include "mailer/compose/encode.h"
#include "mailer/compose/head.h"
#include "mailer/compose/parts.h"
#include "mailer/compose/whole.h"

#include "server/base/base.h"

#define LINE_OCTETS 998 /* RFC 5322 2.1.1 */
#define BETWEEN     "------------------------------" /* RFC 1153: 30 */
#define BEFORE      "----------------------------------------------------------------------" /* 70 */

/* What RFC 1153 keeps of a message's header, and what its body needs. */
static bool field_stays(struct slice name)
{
	static const char *const kept[] = { "Date", "From", "To", "Cc", "Subject", "Comments",
					    "Keywords", "Message-ID", "In-Reply-To", "References",
					    "Reply-To", "MIME-Version" };

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (slice_ieqz(name, kept[i]))
			return true;
	return slice_istarts(name, "Content-");
}

/* A composed message: CRLF alone ends its lines. */
static struct slice message_lean(struct arena *a, struct slice m)
{
	struct slice rest = m, line, name;
	bool stays = false;
	struct str o;

	str_init(&o, a, m.n + 2);
	while (slice_line(&rest, &line) && line.n > 0) {
		struct slice at = line;

		if (line.p[0] != ' ' && line.p[0] != '\t')
			stays = slice_cut(&at, ':', &name) && field_stays(slice_trim(name));
		if (stays) {
			str_adds(&o, line);
			str_add(&o, "\r\n", 2);
		}
	}
	str_add(&o, "\r\n", 2);
	str_adds(&o, rest);
	return str_slice(&o);
}

static void part(struct str *o, const char *boundary, struct slice m)
{
	struct enc_facts f = enc_look(m);
	/* RFC 2046 5.2.1: a message is carried unencoded, so only where its lines fit */
	bool plain = f.longest <= LINE_OCTETS && memchr(m.p, '\0', m.n) == NULL;

	str_fmt(o, "\r\n--%s\r\n", boundary);
	if (!plain)
		str_addz(o, "Content-Type: application/octet-stream\r\n"
			    "Content-Transfer-Encoding: base64\r\n"
			    "Content-Disposition: attachment; filename=\"message.eml\"\r\n");
	else if (f.high)
		str_addz(o, "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n");
	str_add(o, "\r\n", 2);
	if (plain)
		enc_crlf(o, m);
	else
		codec_base64(o, m);
}

void whole_mime(struct str *o, const char *seed, const struct text_part *t,
		const struct compose_whole *w, size_t n)
{
	struct slice *lean = ARENA_ARRAY(o->arena, n, struct slice);
	struct str all;
	char *outer, *inner;
	bool high = t->enc == FOOT_8BIT;

	str_init(&all, o->arena, COMPOSE_CAP);
	str_adds(&all, t->body);
	for (size_t i = 0; i < n; i++) {
		lean[i] = message_lean(o->arena, w[i].message);
		high |= enc_look(lean[i]).high;
		str_adds(&all, lean[i]);
	}
	outer = boundary_for(o->arena, seed, str_slice(&all));
	inner = boundary_for(o->arena, arena_fmt(o->arena, "%s digest", seed), str_slice(&all));
	/* a part of 8 bits makes what holds it so (RFC 2045 6.4) */
	str_fmt(o, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n%s\r\n--%s\r\n", outer,
		high ? "Content-Transfer-Encoding: 8bit\r\n" : "", outer);
	str_adds(o, t->head);
	str_add(o, "\r\n", 2);
	str_adds(o, t->body);
	str_fmt(o, "\r\n--%s\r\nContent-Type: multipart/digest; boundary=\"%s\"\r\n%s", outer, inner,
		high ? "Content-Transfer-Encoding: 8bit\r\n" : "");
	for (size_t i = 0; i < n; i++)
		part(o, inner, lean[i]);
	str_fmt(o, "\r\n--%s--\r\n\r\n--%s--\r\n", inner, outer);
	if (t->over || all.over)
		o->over = true;
}

/* ---- RFC 1153 ---- */

static void field(struct str *o, const char *name, const char *value)
{
	struct slice v = head_clean(o->arena, value);

	if (v.n > 0)
		str_fmt(o, "%s: %.*s\n", name, (int)v.n, v.p);
}

struct slice whole_text(struct arena *a, struct slice text, const char *name,
			const struct compose_whole *w, size_t n)
{
	struct slice end = head_clean(a, name);
	struct str o;

	str_init(&o, a, COMPOSE_CAP);
	str_adds(&o, text);
	str_addz(&o, "\n" BEFORE "\n\n");
	for (size_t i = 0; i < n; i++) {
		struct slice rest = w[i].text, line;

		field(&o, "Date", w[i].date);
		field(&o, "From", w[i].author);
		field(&o, "Subject", w[i].subject);
		field(&o, "Message-ID", arena_fmt(a, "<%s>", w[i].msgid));
		str_addc(&o, '\n');
		while (slice_line(&rest, &line)) {
			/* what would end it here */
			if (slice_starts(line, BETWEEN))
				str_addc(&o, ' ');
			str_adds(&o, line);
			str_addc(&o, '\n');
		}
		str_addz(&o, "\n" BETWEEN "\n\n");
	}
	str_fmt(&o, "End of %.*s\n", (int)end.n, end.p);
	for (size_t i = utf8_width(end) + 7; i > 0; i--)
		str_addc(&o, '*');
	str_addc(&o, '\n');
	return str_slice(&o);
}
