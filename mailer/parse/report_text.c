/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a report that is not machine-readable: which addresses failed
 * and what was said of each. An address counts by where it stands: alone at
 * the head of a line or after a label most, within a line that speaks of a
 * failure less, elsewhere least. Only those of the best rank are taken.
 */
#include "mailer/parse/part.h"
#include "mailer/parse/report_part.h"
#include "server/base/base.h"

enum rank { RANK_NOT, RANK_SOME, RANK_LABEL, RANK_LINE, RANK_HEAD };

#define FOUND_MAX 400

struct found {
	struct slice addr;
	size_t from, to; /* its line, within the text */
	enum rank rank;
};

bool any_line(struct slice *rest, struct slice *line)
{
	size_t i = 0;

	if (rest->n == 0)
		return false;
	while (i < rest->n && rest->p[i] != '\n' && rest->p[i] != '\r')
		i++;
	*line = slice_make(rest->p, i);
	if (i + 1 < rest->n && rest->p[i] == '\r' && rest->p[i + 1] == '\n')
		i++;
	if (i < rest->n)
		i++;
	*rest = slice_make(rest->p + i, rest->n - i);
	return true;
}

static bool local_char(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || memchr("!#$%&'*+-/=?^_`{|}~.", c, 20);
}

static bool domain_char(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

/* What stands before the at sign and is no part of the address. */
static size_t local_skip(struct slice s, size_t from, size_t at)
{
	static const char *const before[] = { "smtp=", "smtp:", "mailto:", "rfc822=", "to=", "for=" };

	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		if (slice_istarts(slice_make(s.p + from, at - from), before[i]))
			return from + strlen(before[i]);
	while (from < at && memchr("'`*=/.-", s.p[from], 7))
		from++;
	return from;
}

bool addr_next(struct slice s, size_t *at, struct slice *addr_r)
{
	for (size_t low = *at; low < s.n; ) {
		const char *sign = memchr(s.p + low, '@', s.n - low);
		size_t mid, from, to;

		if (!sign)
			break;
		mid = from = (size_t)(sign - s.p);
		to = mid + 1;
		if (mid > low && s.p[mid - 1] == '"') {
			from = mid - 1;
			while (from > low && s.p[from - 1] != '"' && s.p[from - 1] > ' ')
				from--;
			from -= from > low && s.p[from - 1] == '"';
		} else {
			while (from > low && mid - from < 200 && local_char((unsigned char)s.p[from - 1]))
				from--;
			from = local_skip(s, from, mid);
		}
		if (to < s.n && s.p[to] == '[') {
			while (to < s.n && s.p[to] != ']' && s.p[to] > ' ')
				to++;
			to += to < s.n && s.p[to] == ']';
		} else {
			while (to < s.n && to - mid < 254 && domain_char((unsigned char)s.p[to]))
				to++;
			while (to > mid + 1 && memchr(".-_", s.p[to - 1], 3))
				to--;
		}
		low = to;
		/* cut off at a limit it would be another address */
		if (from < mid && mid - from < 200 && to > mid + 1 && to - from <= 254) {
			*addr_r = slice_make(s.p + from, to - from);
			*at = to;
			return true;
		}
	}
	*at = s.n;
	return false;
}

static bool is_own(const struct own *own, struct slice addr)
{
	for (size_t i = 0; i < own->n; i++)
		if (slice_ieqz(addr, own->v[i]))
			return true;
	return false;
}

/* Words before an address that say it is not the one that failed. */
static bool speaks_of_sender(struct slice before)
{
	static const char *const words[] = {
		"from", "sender", "contact", "reply", "return-path", "postmaster", "write to",
		"mail to", "help", "assist", "question", "support", "forward", "message-id",
		"http", "cc:", "subject", "received", "by ", "remitente", "administrador",
		"originator", "report", "on behalf", "helo", "x-", "authenticated",
	};

	if (before.n > 120)
		before = slice_make(before.p + before.n - 120, 120);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_ifind(before, slice_of(words[i])))
			return true;
	return false;
}

static bool service_name(struct slice addr)
{
	static const char *const names[] = {
		"postmaster@", "mailer-daemon@", "abuse@", "support@", "helpdesk@", "admin@",
		"administrator@", "hostmaster@", "noreply@", "no-reply@", "spam@", "webmaster@",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_istarts(addr, names[i]))
			return true;
	return false;
}

/* "Recipient: ", "Unknown user: ", "To: ", ">>> RCPT TO:<": a label, not a sentence. */
static bool is_label(struct slice before)
{
	struct slice b = slice_trim(before);
	size_t words = 1;

	while (b.n > 0 && memchr("<\"'([", b.p[b.n - 1], 5))
		b.n--;
	b = slice_trim(b);
	if (b.n < 2 || b.n > 48 || b.p[b.n - 1] != ':')
		return false;
	for (size_t i = 0; i < b.n; i++)
		words += b.p[i] == ' ';
	return words <= 6;
}

static enum rank rank_of(struct slice line, struct slice addr, struct arena *a)
{
	struct slice before = slice_make(line.p, (size_t)(addr.p - line.p)), t = before, after;
	struct phrases p;

	after = slice_make(addr.p + addr.n, line.n - before.n - addr.n);
	while (t.n > 0 && memchr(" \t<>\"'(*-#.|[:=", t.p[0], 15))
		t = slice_make(t.p + 1, t.n - 1);
	if (t.n == 0) {
		after = slice_trim(after);
		if (after.n > 0 && memchr(">\"')]", after.p[0], 5))
			return RANK_HEAD;
		if (after.n == 0 || memchr(":;,(-.=<", after.p[0], 8) || slice_istarts(after, "on ") ||
		    slice_istarts(after, "no ") || slice_istarts(after, "failed"))
			return RANK_HEAD;
	}
	if (slice_ifind(before, SLICE("rcpt to")))
		return RANK_LINE;
	if (speaks_of_sender(before))
		return RANK_NOT;
	if (is_label(before)) {
		t = slice_trim(t);
		if (slice_istarts(t, "to:") || slice_istarts(t, "to "))
			return RANK_LABEL;
		return service_name(addr) ? RANK_LABEL : RANK_HEAD;
	}
	phrases_find(&p, phrase_plain(a, line));
	if (p.set != 0 || code_find(line) != 0)
		return service_name(addr) ? RANK_SOME : RANK_LINE;
	return service_name(addr) ? RANK_NOT : RANK_SOME;
}

static size_t found_all(struct found *v, struct arena *a, struct slice text, const struct own *own)
{
	struct slice rest = text, line, addr;
	size_t n = 0;

	while (any_line(&rest, &line)) {
		size_t from = (size_t)(line.p - text.p), at = 0;

		if (line.n > 2000)
			line.n = 2000;
		while (n < FOUND_MAX && addr_next(line, &at, &addr)) {
			if (is_own(own, addr))
				continue;
			v[n] = (struct found){ addr, from, from + line.n, rank_of(line, addr, a) };
			n += v[n].rank != RANK_NOT;
		}
	}
	return n;
}

/* A name alone under "the following recipients", of the reporter's own domain. */
static void names_alone(struct rcpts *r, struct arena *a, struct slice text, const char *domain)
{
	struct slice rest = text, line;
	struct phrases p;
	bool follow = false;

	while (*domain != '\0' && any_line(&rest, &line)) {
		struct slice t = slice_trim(line);

		if (t.n == 0)
			continue;
		phrases_find(&p, phrase_plain(a, t));
		if (follow && p.set == 0 && t.n >= 2 && t.n <= 64 && !memchr(t.p, ' ', t.n) &&
		    !memchr(t.p, '<', t.n) && !memchr(t.p, ':', t.n)) {
			struct report_rcpt *x = rcpt_add(r, a, arena_fmt(a, "%.*s@%s", (int)t.n, t.p,
									 domain));
			if (x != NULL)
				x->text = "";
		}
		/* the sentence may run over several lines */
		follow |= phrases_has(&p, PHRASE_FOLLOW);
	}
}

static const char *words_of(struct arena *a, struct slice text, const struct found *f,
			    const struct found *next)
{
	size_t to = next && next->from > f->from ? next->from : text.n, blank = 0;
	struct slice rest, line, all = slice_make(text.p + f->from, 0);

	if (to > f->from + 1000)
		to = f->from + 1000;
	rest = slice_make(text.p + f->from, to - f->from);
	while (any_line(&rest, &line)) {
		blank += slice_trim(line).n == 0;
		if (blank > 1)
			break;
		all.n = (size_t)(line.p + line.n - all.p);
	}
	return line_clean(a, utf8_clip(all, 500));
}

void text_rcpts(struct rcpts *r, struct arena *a, struct slice text, const struct own *own,
		const char *domain)
{
	struct found *v = ARENA_ARRAY(a, FOUND_MAX, struct found);
	size_t n = found_all(v, a, text, own), had = r->n;
	enum rank best = RANK_NOT;

	for (size_t i = 0; i < n; i++)
		if (v[i].rank > best)
			best = v[i].rank;
	for (size_t i = 0; i < n; i++) {
		struct report_rcpt *x;
		size_t next = i + 1;

		if (v[i].rank != best || (best == RANK_SOME && r->n > had))
			continue;
		while (next < n && v[next].rank != best)
			next++;
		x = rcpt_add(r, a, slice_dup(a, v[i].addr));
		if (x != NULL && *x->text == '\0')
			x->text = words_of(a, text, &v[i], next < n ? &v[next] : NULL);
	}
	if (best < RANK_LINE && r->n == had + (best == RANK_SOME))
		names_alone(r, a, text, domain);
}

/* A header field by its name, as it stands in a returned message. */
static bool field_line(struct slice line, bool *sure_r)
{
	static const char *const sure[] = { "Received:", "Message-ID:", "MIME-Version:",
					    "Return-Path:", "DKIM-Signature:" };
	static const char *const some[] = { "From:", "To:", "Subject:", "Date:", "Cc:", "X-",
					    "Reply-To:", "Sender:", "List-", "Delivered-To:",
					    "References:", "In-Reply-To:", "Precedence:" };

	for (size_t i = 0; i < ARRAY_LEN(sure); i++)
		if (slice_istarts(line, sure[i])) {
			*sure_r = true;
			return true;
		}
	for (size_t i = 0; i < ARRAY_LEN(some); i++)
		if (slice_istarts(line, some[i]))
			return true;
	return false;
}

size_t text_returned(struct slice text)
{
	struct slice rest = text, line;
	size_t block = 0, fields = 0;
	bool sure = false;

	while (any_line(&rest, &line)) {
		size_t from = (size_t)(line.p - text.p);

		while (line.n > 0 && (line.p[0] == '>' || line.p[0] == '|')) /* returned as a quotation */
			line = slice_make(line.p + 1, line.n - 1);
		if (fields > 0 && line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t') &&
		    line.p == text.p + from)
			continue; /* folded */
		line = slice_trim(line);
		if (field_line(line, &sure)) {
			if (fields++ == 0)
				block = from;
			if (sure && fields >= 2)
				return block;
		} else {
			fields = 0;
			sure = false;
		}
	}
	return text.n;
}
