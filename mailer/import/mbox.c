/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See mbox.h. One buffer; at, body and pos walk through it, and fill() moves
 * them when it moves the bytes. Of a message over the limit only the line in
 * hand is kept, so that its end is still found.
 */
#include <sysexits.h>

#include "mailer/import/mbox.h"

#include "server/base/base.h"

#define READ_BYTES    ((size_t)256 << 10)
#define LINE_MAX_SEEN ((size_t)1000) /* no separator or header name is longer */

struct mbox {
	mbox_read_fn *read;
	void *ctx;
	size_t max;
	char *buf;
	size_t n, cap;
	size_t at;    /* separator of the message in hand */
	size_t body;  /* its first byte after the separator */
	size_t pos;   /* the line that is looked at */
	int64_t base; /* of buf[0] in the file */
	bool eof, failed, started, many, rd;
};

struct mbox *mbox_new(mbox_read_fn *read, void *ctx, size_t max)
{
	struct mbox *m = calloc(1, sizeof(*m));

	if (m == NULL)
		exit(EX_TEMPFAIL);
	*m = (struct mbox){ .read = read, .ctx = ctx, .max = max };
	return m;
}

void mbox_free(struct mbox **m)
{
	if (*m != NULL)
		free((*m)->buf);
	free(*m);
	*m = NULL;
}

static void shift(struct mbox *m)
{
	memmove(m->buf, m->buf + m->at, m->n - m->at);
	m->base += (int64_t)m->at;
	m->n -= m->at;
	m->body -= m->at;
	m->pos -= m->at;
	m->at = 0;
}

/* Reads more; false at the end. */
static bool fill(struct mbox *m)
{
	ssize_t got;

	if (m->eof)
		return false;
	if (m->at > 0 && m->cap - m->n < READ_BYTES)
		shift(m);
	if (m->cap - m->n < READ_BYTES) {
		size_t cap = m->cap ? m->cap * 2 : 2 * READ_BYTES;
		char *p = realloc(m->buf, cap);

		if (p == NULL)
			exit(EX_TEMPFAIL);
		m->buf = p;
		m->cap = cap;
	}
	got = m->read(m->ctx, m->buf + m->n, READ_BYTES);
	if (got <= 0) {
		m->eof = true;
		m->failed = got < 0;
		return false;
	}
	m->n += (size_t)got;
	return true;
}

/* The line at rel bytes after at, as far as it matters: LINE_MAX_SEEN bytes. */
static struct slice line_peek(struct mbox *m, size_t rel)
{
	for (;;) {
		size_t have = m->n - m->at - rel,
		       look = have < LINE_MAX_SEEN ? have : LINE_MAX_SEEN;
		const char *p = m->buf + m->at + rel;
		const char *end = look ? memchr(p, '\n', look) : NULL;

		if (end == NULL && have < LINE_MAX_SEEN && fill(m))
			continue;
		if (end != NULL)
			look = (size_t)(end - p);
		if (look > 0 && p[look - 1] == '\r')
			look--;
		return slice_make(look ? p : "", look);
	}
}

/* The bytes of the line end that stands rel bytes after at. */
static size_t line_end(const struct mbox *m, size_t rel)
{
	size_t i = m->at + rel, n = 0;

	n += i < m->n && m->buf[i] == '\r';
	n += i + n < m->n && m->buf[i + n] == '\n';
	return n;
}

static bool header_like(struct slice line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] > ' ' && line.p[i] != ':' && line.p[i] < 0x7f)
		i++;
	while (i > 0 && i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i > 0 && i < line.n && line.p[i] == ':';
}

static bool is_digits(struct slice w, size_t least, size_t most)
{
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] < '0' || w.p[i] > '9')
			return false;
	return w.n >= least && w.n <= most;
}

static bool is_time(struct slice w)
{
	size_t colons = 0;

	for (size_t i = 0; i < w.n; i++) {
		if (w.p[i] == ':')
			colons++;
		else if (w.p[i] < '0' || w.p[i] > '9')
			return false;
	}
	return (colons == 1 || colons == 2) && w.n >= 3 && w.n <= 8;
}

static bool is_one_of(struct slice w, const char *three)
{
	if (w.n != 3)
		return false;
	for (; *three != '\0'; three += 3)
		if (memcmp(w.p, three, 3) == 0)
			return true;
	return false;
}

static bool word_next(struct slice *rest, struct slice *w)
{
	size_t i = 0, k;

	while (i < rest->n && (rest->p[i] == ' ' || rest->p[i] == '\t'))
		i++;
	for (k = i; k < rest->n && rest->p[k] != ' ' && rest->p[k] != '\t'; k++)
		;
	*w = slice_make(rest->p + i, k - i);
	*rest = slice_make(rest->p + k, rest->n - k);
	return w->n > 0;
}

/* `dd hh:mm[:ss] [zone] yyyy [zone]` and nothing behind it but a remark of UUCP. */
static bool date_rest(struct slice rest)
{
	struct slice w;
	size_t zones = 0;

	if (!word_next(&rest, &w) || !is_digits(w, 1, 2) || !word_next(&rest, &w) || !is_time(w))
		return false;
	while (word_next(&rest, &w)) {
		if (is_digits(w, 4, 4))
			return true;
		if (++zones > 2 || w.n > 6)
			return false;
	}
	return false;
}

bool mbox_separator(struct slice line, struct slice *when_r)
{
	struct slice rest, w;

	*when_r = slice_make("", 0);
	if (!slice_starts(line, "From "))
		return false;
	rest = slice_make(line.p + 5, line.n - 5);
	while (word_next(&rest, &w)) {
		struct slice after = rest, month;

		if (!is_one_of(w, "MonTueWedThuFriSatSun") || !word_next(&after, &month) ||
		    !is_one_of(month, "JanFebMarAprMayJunJulAugSepOctNovDec") || !date_rest(after))
			continue;
		*when_r = slice_make(w.p, (size_t)(line.p + line.n - w.p));
		return true;
	}
	return false;
}

/* Finds out what kind of file it is; leading empty lines are passed over. */
static void start(struct mbox *m)
{
	struct slice line, when;
	size_t next;

	m->started = true;
	fill(m);
	while (m->at < m->n || fill(m)) {
		if (m->buf[m->at] != '\n' && m->buf[m->at] != '\r')
			break;
		m->at++;
	}
	m->pos = m->body = m->at;
	line = line_peek(m, 0);
	m->many = mbox_separator(line, &when);
	m->rd = m->many && slice_find(line, SLICE("mboxrd@z")) != NULL;
	/* some other programs' separator: good enough where a header follows */
	next = line.n + line_end(m, line.n);
	if (!m->many && slice_starts(line, "From "))
		m->many = header_like(line_peek(m, next));
}

/* The separator's end, and what it says of the time. */
static size_t separator_end(struct mbox *m)
{
	const char *end;

	while ((end = memchr(m->buf + m->at, '\n', m->n - m->at)) == NULL)
		if (!fill(m))
			return m->n;
	return (size_t)(end - m->buf) + 1;
}

/* Forgets what came before; fill() then takes its room. */
static void drop(struct mbox *m, size_t upto)
{
	m->at = m->body = m->pos = upto;
}

static size_t body_bytes(const struct mbox *m)
{
	return m->n - m->body;
}

/* The From header repeats the separator's address: how archives made of pages write. */
static bool same_address(struct slice line, struct slice when, struct slice header)
{
	struct slice addr = slice_trim(slice_make(line.p + 5, (size_t)(when.p - line.p) - 5));

	if (!slice_istarts(header, "From:"))
		return false;
	header = slice_trim(slice_make(header.p + 5, header.n - 5));
	return addr.n > 0 && header.n >= addr.n && memcmp(header.p, addr.p, addr.n) == 0;
}

/*
 * Is the line at pos a separator? After an empty line a header must follow;
 * elsewhere (archives of pages forget the empty line where a body ends without
 * a line end) it must be a From header with the very address of the separator.
 */
static bool separator_here(struct mbox *m, bool blank)
{
	size_t rel = m->pos - m->at, next;
	struct slice line, when, header;

	if (m->n - m->pos >= 5 && memcmp(m->buf + m->pos, "From ", 5) != 0)
		return false;
	line = line_peek(m, rel);
	if (!mbox_separator(line, &when))
		return false;
	next = rel + line.n + line_end(m, rel + line.n);
	header = line_peek(m, next);
	if (blank)
		return header_like(header);
	/* reading on may have moved the first of them */
	line = line_peek(m, rel);
	return mbox_separator(line, &when) && same_address(line, when, header);
}

/* Moves pos to the next separator or the end of the file; false: over the limit. */
static bool message_end(struct mbox *m)
{
	bool blank = false, over = false;

	while (m->pos < m->n || fill(m)) {
		size_t scanned = 0, len;
		const char *end = NULL;
		bool part = false;

		if (m->many && separator_here(m, blank))
			return !over;
		for (;;) {
			end = memchr(m->buf + m->pos + scanned, '\n', m->n - m->pos - scanned);
			if (end != NULL)
				break;
			scanned = m->n - m->pos;
			if (body_bytes(m) > m->max) {
				over = part = true;
				drop(m, m->n);
				scanned = 0;
			}
			if (!fill(m))
				break;
		}
		len = end ? (size_t)(end - (m->buf + m->pos)) + 1 : m->n - m->pos;
		blank = !part && (len == 1 || (len == 2 && m->buf[m->pos] == '\r')) && end != NULL;
		m->pos += len;
		if (over || m->pos - m->body > m->max) {
			over = true;
			drop(m, m->pos);
		}
	}
	return !over;
}

/* Takes back one `>` before "From " in the body, in place. */
static struct slice unquote(struct mbox *m, struct slice raw)
{
	char *p = m->buf + m->body, *out = p;
	size_t i = 0;
	bool body = false;

	if (slice_find(raw, SLICE(">From ")) == NULL)
		return raw;
	while (i < raw.n) {
		const char *end = memchr(p + i, '\n', raw.n - i);
		size_t len = end ? (size_t)(end - (p + i)) + 1 : raw.n - i, k = 0;

		while (k < len && p[i + k] == '>' && (m->rd || k == 0))
			k++;
		if (!body)
			body = p[i] == '\n' || (len == 2 && p[i] == '\r');
		else if (k > 0 && len - k >= 5 && memcmp(p + i + k, "From ", 5) == 0)
			i++, len--;
		memmove(out, p + i, len);
		out += len;
		i += len;
	}
	return slice_make(p, (size_t)(out - p));
}

enum rc mbox_next(struct mbox *m, struct mbox_message *msg_r)
{
	int64_t offset;
	size_t end;
	bool whole;

	if (!m->started)
		start(m);
	m->at = m->pos;
	*msg_r = (struct mbox_message){ .when = SLICE("") };
	if (m->at >= m->n && !fill(m))
		return m->failed ? RC_TEMPFAIL : RC_NOTFOUND;
	offset = m->base + (int64_t)m->at;
	m->body = m->many ? separator_end(m) : m->at;
	m->pos = m->body;
	whole = message_end(m);
	msg_r->offset = offset;
	msg_r->size = m->base + (int64_t)m->pos - offset;
	if (m->failed)
		return RC_TEMPFAIL;
	if (!whole)
		return RC_LIMIT;
	end = m->pos;
	if (m->many) {
		/* the empty line before the next separator is the format's */
		if (end - m->body >= 1 && m->buf[end - 1] == '\n' &&
		    (end - m->body == 1 || m->buf[end - 2] == '\n'))
			end--;
		else if (end - m->body >= 3 && memcmp(m->buf + end - 3, "\n\r\n", 3) == 0)
			end -= 2;
		if (!mbox_separator(slice_trim(slice_make(m->buf + m->at, m->body - m->at)),
				    &msg_r->when))
			msg_r->when = SLICE("");
	}
	msg_r->raw = slice_make(m->buf + m->body, end - m->body);
	if (m->many)
		msg_r->raw = unquote(m, msg_r->raw);
	return RC_OK;
}
