/* SPDX-License-Identifier: Apache-2.0 */
/* See envelope.h. */
#include "mailer/fetch/envelope.h"

#include "server/base/base.h"

#define HEADER_MAX ((size_t)1 << 20)
#define ADDR_MAX   254

struct reader {
	struct arena *a;
	struct slice list, domain;
	char delim;
	struct fetch_envelope *e;
};

static bool addr_char(char c)
{
	return (unsigned char)c > ' ' && c != 0x7F && strchr("<>()[],;:\\\"", c) == NULL;
}

/* The address around the @ at p; empty where there is none. */
static struct slice addr_at(struct slice s, const char *at)
{
	const char *from = at, *to = at + 1, *end = s.p + s.n;

	while (from > s.p && addr_char(from[-1]) && from[-1] != '@' && at - from <= ADDR_MAX)
		from--;
	while (to < end && addr_char(*to) && *to != '@' && to - at <= ADDR_MAX)
		to++;
	if (from == at || to == at + 1 || to - from > ADDR_MAX)
		return slice_make("", 0);
	return slice_make(from, (size_t)(to - from));
}

static bool is_ours(const struct reader *r, struct slice addr)
{
	const char *at = memchr(addr.p, '@', addr.n);
	struct slice local = slice_make(addr.p, (size_t)(at - addr.p));
	struct slice domain = slice_make(at + 1, addr.n - local.n - 1);

	if (!slice_ieq(domain, r->domain) || local.n < r->list.n ||
	    !slice_ieq(slice_make(local.p, r->list.n), r->list))
		return false;
	return local.n == r->list.n || local.p[r->list.n] == r->delim ||
	       local.p[r->list.n] == '-';
}

static void recipients_add(struct reader *r, struct slice value)
{
	const char *p = value.p, *end = value.p + value.n, *at;

	while ((at = memchr(p, '@', (size_t)(end - p))) != NULL &&
	       r->e->n < FETCH_RECIPIENTS) {
		struct slice addr = addr_at(value, at);
		bool seen = false;

		p = at + 1;
		if (addr.n == 0 || !is_ours(r, addr))
			continue;
		for (size_t i = 0; i < r->e->n; i++)
			seen |= slice_ieq(addr, slice_of(r->e->recipients[i]));
		if (!seen)
			r->e->recipients[r->e->n++] = slice_dup(r->a, addr);
	}
}

static const char *sender_of(struct arena *a, struct slice value)
{
	const char *at = memchr(value.p, '@', value.n);
	struct slice addr = at ? addr_at(value, at) : slice_make("", 0);

	return addr.n ? slice_dup(a, addr) : "";
}

/* The next field with its folded lines; false at the end of the header. */
static bool field_next(struct slice *rest, struct slice *name, struct slice *value)
{
	struct slice line;

	while (slice_line(rest, &line) && line.n > 0) {
		const char *begin = line.p, *end = line.p + line.n;
		struct slice field;

		while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
			struct slice more;

			slice_line(rest, &more);
			end = more.p + more.n;
		}
		field = slice_make(begin, (size_t)(end - begin));
		if (slice_cut(&field, ':', name)) {
			*name = slice_trim(*name);
			*value = field;
			return true;
		}
	}
	return false;
}

static bool one_of(struct slice name, const char *const *names)
{
	while (*names != NULL)
		if (slice_ieqz(name, *names++))
			return true;
	return false;
}

void fetch_envelope_read(struct arena *a, struct slice raw, const char *list, const char *domain,
			 char delim, struct fetch_envelope *e_r)
{
	static const char *const hop[] = { "Delivered-To", "X-Delivered-To", "X-Original-To",
					   "Envelope-To", NULL };
	static const char *const written[] = { "To", "Cc", NULL };
	struct reader r = { a, slice_of(list), slice_of(domain), delim, e_r };
	struct slice head = slice_make(raw.p, raw.n < HEADER_MAX ? raw.n : HEADER_MAX);
	struct slice rest = head, name, value;
	const char *path = NULL, *from = "";

	*e_r = (struct fetch_envelope){ .sender = "" };
	while (field_next(&rest, &name, &value)) {
		if (path == NULL && slice_ieqz(name, "Return-Path"))
			path = sender_of(a, value);
		else if (*from == '\0' && slice_ieqz(name, "From"))
			from = sender_of(a, value);
		else if (one_of(name, hop))
			recipients_add(&r, value);
	}
	e_r->sender = path ? path : from;
	rest = head;
	if (e_r->n == 0)
		while (field_next(&rest, &name, &value))
			if (one_of(name, written))
				recipients_add(&r, value);
	if (e_r->n == 0)
		e_r->recipients[e_r->n++] = arena_fmt(a, "%s@%s", list, domain);
}
