/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 3463 codes, SMTP replies, and what they and the words beside them come
 * to. Words are believed before codes: "550 5.7.1 No such user" is about a
 * user, and x.0.0 says nothing at all.
 */
#include "mailer/parse/report_part.h"
#include "server/base/base.h"

static const char *const names[REASONS] = {
	[REASON_NONE] = "none",         [REASON_UNKNOWN] = "unknown",
	[REASON_HOST] = "host",         [REASON_MOVED] = "moved",
	[REASON_DISABLED] = "disabled", [REASON_FULL] = "full",
	[REASON_EXPIRED] = "expired",   [REASON_NETWORK] = "network",
	[REASON_SYSTEM] = "system",     [REASON_SIZE] = "size",
	[REASON_CONTENT] = "content",   [REASON_SPAM] = "spam",
	[REASON_BLOCKED] = "blocked",   [REASON_AUTH] = "auth",
	[REASON_POLICY] = "policy",     [REASON_RATE] = "rate",
	[REASON_FILTERED] = "filtered", [REASON_DELIVERED] = "delivered",
};

const char *report_reason_name(enum report_reason reason)
{
	return names[reason];
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at s[at], at most three. */
static size_t digits(struct slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && n < 4 && digit(s.p[at + n]))
		n++;
	return n >= 1 && n <= 3 ? n : 0;
}

/* "5.1.1" at s[at], no part of a longer number or an IP address: its length. */
static size_t status_at(struct slice s, size_t at)
{
	size_t n = 1, k;

	if (!memchr("245", s.p[at], 3) ||
	    (at > 0 && (digit(s.p[at - 1]) || s.p[at - 1] == '.' || s.p[at - 1] == '-')))
		return 0;
	for (int i = 0; i < 2; i++) {
		if (at + n >= s.n || s.p[at + n] != '.' || (k = digits(s, at + n + 1)) == 0)
			return 0;
		n += 1 + k;
	}
	if (at + n < s.n && (digit(s.p[at + n]) ||
			     (s.p[at + n] == '.' && at + n + 1 < s.n && digit(s.p[at + n + 1]))))
		return 0;
	return n;
}

static bool find(struct slice text, char out_r[static 12], bool failures)
{
	bool found = false;

	for (size_t i = 0; i + 5 <= text.n; i++) {
		size_t n = status_at(text, i);

		if (n == 0 || (failures && text.p[i] == '2'))
			continue;
		/* the first that says something; else the first */
		if (!found || strcmp(out_r + 1, ".0.0") == 0) {
			memcpy(out_r, text.p + i, n);
			out_r[n] = '\0';
		}
		found = true;
		if (strcmp(out_r + 1, ".0.0") != 0)
			break;
		i += n;
	}
	return found;
}

bool status_find(struct slice text, char out_r[static 12])
{
	return find(text, out_r, false);
}

bool failure_find(struct slice text, char out_r[static 12])
{
	return find(text, out_r, true);
}

unsigned code_find(struct slice s)
{
	for (size_t i = 0; i + 3 <= s.n; i++) {
		if ((s.p[i] != '4' && s.p[i] != '5') || s.p[i + 1] > '5' || !digit(s.p[i + 1]) ||
		    !digit(s.p[i + 2]))
			continue;
		if (i > 0 && !strchr(" \t(#:<>\"'[-=\n", s.p[i - 1]))
			continue;
		if (i + 3 < s.n && !strchr(" \t-#:;,.)>\"'\n", s.p[i + 3]))
			continue;
		/* "in 512 seconds", "550.example", "400 kB" are no replies */
		if (i + 4 < s.n && s.p[i + 3] == '.' && s.p[i + 4] != ' ')
			continue;
		return (unsigned)((s.p[i] - '0') * 100 + (s.p[i + 1] - '0') * 10 + s.p[i + 2] - '0');
	}
	return 0;
}

static enum report_reason status_reason(const char *status)
{
	static const struct {
		const char *tail;
		enum report_reason reason;
	} known[] = {
		{ "1.1", REASON_UNKNOWN }, { "1.0", REASON_UNKNOWN }, { "1.2", REASON_HOST },
		{ "1.3", REASON_UNKNOWN }, { "1.4", REASON_UNKNOWN }, { "1.6", REASON_MOVED },
		{ "1.7", REASON_AUTH },    { "1.8", REASON_AUTH },    { "1.10", REASON_HOST },
		{ "2.0", REASON_DISABLED }, { "2.1", REASON_DISABLED }, { "2.2", REASON_FULL },
		{ "2.3", REASON_SIZE },    { "3.1", REASON_SYSTEM },  { "3.2", REASON_SYSTEM },
		{ "3.4", REASON_SIZE },    { "3.5", REASON_SYSTEM },  { "3.0", REASON_SYSTEM },
		{ "4.1", REASON_NETWORK }, { "4.2", REASON_NETWORK }, { "4.3", REASON_NETWORK },
		{ "4.4", REASON_HOST },    { "4.5", REASON_RATE },    { "4.6", REASON_NETWORK },
		{ "4.7", REASON_EXPIRED }, { "4.0", REASON_NETWORK }, { "5.3", REASON_RATE },
		{ "7.13", REASON_DISABLED }, { "7.17", REASON_MOVED }, { "7.28", REASON_RATE },
	};
	struct slice tail = slice_of(status);

	if (tail.n < 5)
		return REASON_NONE;
	tail = slice_make(tail.p + 2, tail.n - 2);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_eqz(tail, known[i].tail))
			return known[i].reason;
	if (slice_starts(tail, "7.2") && tail.n == 4)
		return REASON_AUTH;
	switch (tail.p[0]) {
	case '4': return REASON_NETWORK;
	case '5': return REASON_SYSTEM;
	case '6': return REASON_CONTENT;
	case '7': return REASON_POLICY;
	default: return REASON_NONE;
	}
}

static enum report_class reason_class(enum report_reason reason)
{
	switch (reason) {
	case REASON_DELIVERED:
		return REPORT_OTHER;
	case REASON_EXPIRED: case REASON_NETWORK: case REASON_SYSTEM: case REASON_RATE:
		return REPORT_TEMPORARY;
	default:
		return REPORT_PERMANENT;
	}
}

static enum report_class digit_class(char d)
{
	return d == '5' ? REPORT_PERMANENT : d == '4' ? REPORT_TEMPORARY : REPORT_OTHER;
}

/*
 * The digit that decides: of the enhanced code in the remote words, which
 * stands before the one a relay made of it; then of the Status, where it says
 * something or gave up on something temporary; then of the reply.
 */
static char class_digit(const struct report_rcpt *x, const char *remote)
{
	if (remote[0] != '\0' && strcmp(remote + 1, ".0.0") != 0)
		return remote[0];
	if (x->status[0] == '5' && strcmp(x->status + 1, ".0.0") == 0 && x->code != 0)
		return (char)('0' + x->code / 100);
	if (x->status[0] != '\0')
		return x->status[0];
	return x->code != 0 ? (char)('0' + x->code / 100) : '\0';
}

static bool about_rcpt(enum report_reason r)
{
	return r == REASON_UNKNOWN || r == REASON_HOST || r == REASON_FULL || r == REASON_DISABLED ||
	       r == REASON_SIZE || r == REASON_MOVED;
}

/* The words' reason, unless a code says more. */
static enum report_reason reason_weigh(enum report_reason words, const char *status)
{
	enum report_reason by = status_reason(status);

	/* "rejected" is the least that can be said, and "virus" may stand in a footer */
	if (words == REASON_NONE || words == REASON_POLICY || words == REASON_SYSTEM)
		return by == REASON_NONE || (by == REASON_POLICY && words == REASON_SYSTEM) ? words : by;
	if (words == REASON_CONTENT && about_rcpt(by))
		return by;
	/* "5.1.1 inactive address": it is gone, not asleep */
	if (words == REASON_DISABLED && by == REASON_UNKNOWN)
		return by;
	return words;
}

void rcpt_judge(struct arena *a, struct report_rcpt *x, const struct phrases *whole)
{
	struct slice text = slice_of(x->text);
	struct phrases p;
	char found[12] = "", d;
	enum report_reason other = phrases_reason(whole);

	phrases_find(&p, phrase_plain(a, text));
	if (failure_find(text, found) && (x->status[0] == '\0' || strcmp(x->status + 1, ".0.0") == 0))
		memcpy(x->status, found, sizeof(found));
	if (x->code == 0)
		x->code = code_find(text);
	x->reason = reason_weigh(phrases_reason(&p), x->status);
	/* of the rest of the report, unless that is only what came with it */
	if ((x->reason == REASON_NONE || (x->reason == REASON_POLICY && *x->text == '\0')) &&
	    other != REASON_NONE && other != REASON_CONTENT)
		x->reason = other;
	d = class_digit(x, found);
	if (d != '\0')
		x->class_ = digit_class(d);
	else if (phrases_has(whole, PHRASE_DELAYED))
		x->class_ = REPORT_TEMPORARY;
	else
		x->class_ = reason_class(x->reason);
	if (x->class_ == REPORT_TEMPORARY && x->status[0] != '5' && phrases_has(whole, PHRASE_DELAYED) &&
	    !phrases_has(&p, PHRASE_FAILED))
		x->final = false;
}

void report_reply(struct arena *a, struct report_rcpt *x)
{
	struct phrases none = { 0 };

	x->final = true;
	rcpt_judge(a, x, &none);
}

enum report_count report_count(const struct report_rcpt *x)
{
	switch (x->reason) {
	case REASON_DELIVERED:
		return REPORT_FINE;
	case REASON_SIZE: case REASON_CONTENT: case REASON_SPAM: case REASON_BLOCKED:
	case REASON_AUTH: case REASON_POLICY: case REASON_RATE: case REASON_FILTERED:
		return x->final ? REPORT_REFUSED : REPORT_WAITS;
	case REASON_DISABLED: case REASON_FULL: case REASON_EXPIRED: case REASON_NETWORK:
	case REASON_SYSTEM:
		return x->final ? REPORT_SOFT : REPORT_WAITS;
	case REASON_NONE: case REASON_UNKNOWN: case REASON_HOST: case REASON_MOVED: case REASONS:
		break;
	}
	if (x->class_ == REPORT_OTHER)
		return REPORT_FINE;
	if (!x->final)
		return REPORT_WAITS;
	return x->class_ == REPORT_PERMANENT ? REPORT_HARD : REPORT_SOFT;
}
