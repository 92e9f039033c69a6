/* SPDX-License-Identifier: Apache-2.0 */
/* Transfer encodings, charsets, flowed text; see encode.h. */
#include <iconv.h>

#include "mailer/compose/encode.h"

#include "server/base/base.h"

#define QP_MAX 76
#define FLOW_COLS 72

/* One physical line of text, without its end; false at the end. ended: it had an end. */
static bool text_line(struct slice *rest, struct slice *line, bool *ended)
{
	size_t i = 0;

	if (rest->n == 0)
		return false;
	while (i < rest->n && rest->p[i] != '\n' && rest->p[i] != '\r')
		i++;
	*line = slice_make(rest->p, i);
	*ended = i < rest->n;
	if (*ended)
		i += rest->p[i] == '\r' && i + 1 < rest->n && rest->p[i + 1] == '\n' ? 2 : 1;
	rest->p += i;
	rest->n -= i;
	return true;
}

static const char hex[] = "0123456789ABCDEF";

/* Room is kept for the "=" of a soft break; an encoded byte is never torn. */
static void qp_line(struct str *o, struct slice l)
{
	size_t col = 0;

	for (size_t i = 0; i < l.n; i++) {
		unsigned char c = (unsigned char)l.p[i];
		bool last = i + 1 == l.n;
		bool plain = (c > 32 && c < 127 && c != '=') || ((c == ' ' || c == '\t') && !last);
		size_t need;

		/* mbox and some gateways mangle this, and a lone dot ends DATA */
		if (i == 0 && ((c == 'F' && slice_starts(l, "From ")) || (c == '.' && l.n == 1)))
			plain = false;
		need = plain ? 1 : 3;
		if (col + need > (size_t)(last ? QP_MAX : QP_MAX - 1)) {
			str_add(o, "=\r\n", 3);
			col = 0;
		}
		if (plain) {
			str_addc(o, (char)c);
		} else {
			char e[3] = { '=', hex[c >> 4], hex[c & 15] };

			str_add(o, e, 3);
		}
		col += need;
	}
}

void enc_qp(struct str *o, struct slice text)
{
	struct slice l;
	bool ended;

	while (text_line(&text, &l, &ended)) {
		qp_line(o, l);
		if (ended)
			str_add(o, "\r\n", 2);
	}
}

void enc_crlf(struct str *o, struct slice text)
{
	struct slice l;
	bool ended;

	while (text_line(&text, &l, &ended)) {
		/* some servers drop a NUL, and what stood around it would meet */
		for (const char *nul; (nul = memchr(l.p, '\0', l.n)) != NULL;) {
			str_add(o, l.p, (size_t)(nul - l.p));
			l = slice_make(nul + 1, l.n - (size_t)(nul + 1 - l.p));
			str_addc(o, ' ');
		}
		str_adds(o, l);
		if (ended)
			str_add(o, "\r\n", 2);
	}
}

struct enc_facts enc_look(struct slice s)
{
	struct enc_facts f = { 0 };
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c > 127 || c == 0) {
			f.high = true;
			f.bare |= c == 0;
		} else if (c == '\n' || c == '\r') {
			if (i - from > f.longest)
				f.longest = i - from;
			if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
				i++;
			else
				f.bare = true;
			from = i + 1;
		}
	}
	if (s.n - from > f.longest)
		f.longest = s.n - from;
	return f;
}

/* RFC 3676 4.4: these would be read as something else. */
static void flow_stuff(struct str *o, struct slice l)
{
	if (slice_starts(l, " ") || slice_starts(l, ">") || slice_starts(l, "From "))
		str_addc(o, ' ');
}

/* Where to break a paragraph line: after a space within FLOW_COLS, or n. */
static size_t flow_break(struct slice l)
{
	size_t best = 0, cols = 0, i = 0;

	while (i < l.n) {
		size_t k;

		utf8_next(slice_make(l.p + i, l.n - i), &k);
		cols += utf8_width(slice_make(l.p + i, k));
		if (cols > FLOW_COLS && best > 0)
			return best;
		/* not between spaces: the next line would begin with one; nor so that "-- " is left */
		if (!(i == 2 && slice_starts(l, "--")) && l.p[i] == ' ' && i + 1 < l.n && l.p[i + 1] != ' ')
			best = i + 1;
		/* a word of any length stays whole up to what QP can carry */
		i += k;
	}
	return cols > FLOW_COLS && best > 0 ? best : l.n;
}

void enc_flowed(struct str *o, struct slice text)
{
	struct slice l;
	bool ended;

	while (text_line(&text, &l, &ended)) {
		bool sig = slice_eqz(l, "-- ");

		/* a space at the end would join the next paragraph to this one */
		while (!sig && l.n > 0 && (l.p[l.n - 1] == ' ' || l.p[l.n - 1] == '\t'))
			l.n--;
		/* a quoted line keeps its depth: stuffing would hide it, breaking would lose it */
		if (sig || slice_starts(l, ">")) {
			str_adds(o, l);
			str_add(o, "\r\n", 2);
			continue;
		}
		do {
			size_t n = flow_break(l);
			struct slice part = slice_make(l.p, n);

			flow_stuff(o, part);
			str_adds(o, part);
			str_add(o, "\r\n", 2);
			l.p += n;
			l.n -= n;
		} while (l.n > 0);
	}
}

bool enc_charset_known(struct slice name)
{
	static const char *const known[] = {
		"utf-8", "us-ascii", "iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4",
		"iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-10", "iso-8859-13",
		"iso-8859-14", "iso-8859-15", "iso-8859-16", "windows-1250", "windows-1251",
		"windows-1252", "windows-1253", "windows-1254", "windows-1257", "koi8-r", "koi8-u",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_ieqz(name, known[i]))
			return true;
	return false;
}

bool enc_charset(struct str *o, struct slice utf8, const char *charset)
{
	char buf[512], *in = (char *)utf8.p;
	size_t left = utf8.n;
	iconv_t cd;

	if (slice_ieqz(slice_of(charset), "utf-8")) {
		str_adds(o, utf8);
		return true;
	}
	cd = iconv_open(charset, "UTF-8");
	if (cd == (iconv_t)-1)
		return false;
	while (left > 0) {
		char *to = buf;
		size_t room = sizeof(buf), before = left;
		size_t r = iconv(cd, &in, &left, &to, &room);

		str_add(o, buf, sizeof(buf) - room);
		if (r == (size_t)-1 && left == before) {
			iconv_close(cd);
			return false;
		}
	}
	iconv_close(cd);
	return true;
}
