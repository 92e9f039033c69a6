/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See authres.h. One pass over the value, comments counted and not recursed
 * into. The grammar is read as servers write it: values may be quoted, and
 * hold "@" and "/" unquoted (RFC 8601 pvalue); reason= stands before the
 * properties.
 */
#include "mailer/parse/authres.h"
#include "mailer/parse/part.h"

#include "server/base/base.h"

struct scan {
	struct arena *a;
	struct slice s;
	bool bad;
};

/* White space and comments. */
static void skip(struct scan *c)
{
	unsigned depth = 0;
	size_t i = 0;

	for (; i < c->s.n; i++) {
		char ch = c->s.p[i];

		if (ch == '\\' && depth > 0 && i + 1 < c->s.n)
			i++;
		else if (ch == '(')
			depth++;
		else if (ch == ')' && depth > 0)
			depth--;
		else if (depth == 0 && ch != ' ' && ch != '\t' && ch != '\r' && ch != '\n')
			break;
	}
	c->bad |= depth > 0;
	c->s = slice_make(c->s.p + i, c->s.n - i);
}

static bool take(struct scan *c, char ch)
{
	skip(c);
	if (c->s.n == 0 || c->s.p[0] != ch)
		return false;
	c->s = slice_make(c->s.p + 1, c->s.n - 1);
	return true;
}

static struct slice quoted(struct scan *c)
{
	char *p = arena_alloc(c->a, c->s.n + 1);
	size_t n = 0, i = 1;

	while (i < c->s.n && c->s.p[i] != '"') {
		if (c->s.p[i] == '\\' && i + 1 < c->s.n)
			i++;
		p[n++] = c->s.p[i++];
	}
	c->bad |= i >= c->s.n;
	i += i < c->s.n;
	c->s = slice_make(c->s.p + i, c->s.n - i);
	return slice_make(p, n);
}

/* A word up to one of `ends`, white space, a comment, or a quoted string. */
static struct slice word(struct scan *c, const char *ends)
{
	size_t n = 0;
	struct slice w;

	skip(c);
	if (c->s.n > 0 && c->s.p[0] == '"')
		return quoted(c);
	while (n < c->s.n && (unsigned char)c->s.p[n] > ' ' && c->s.p[n] != ';' &&
	       c->s.p[n] != '(' && c->s.p[n] != '"' && strchr(ends, c->s.p[n]) == NULL)
		n++;
	w = slice_make(c->s.p, n);
	c->s = slice_make(c->s.p + n, c->s.n - n);
	return w;
}

static const char *clean(struct scan *c, struct slice s)
{
	return line_clean(c->a, slice_of(slice_lower(c->a, s)));
}

static const char *domain_of(struct scan *c, struct slice v)
{
	const char *at = memrchr(v.p, '@', v.n);

	return clean(c, at ? slice_make(at + 1, v.n - (size_t)(at + 1 - v.p)) : v);
}

/* " ptype.property=value" or " reason=value"; false at the end of the result. */
static bool property(struct scan *c, struct authres_result *r)
{
	struct slice name, value;

	skip(c);
	if (c->s.n == 0 || c->s.p[0] == ';')
		return false;
	name = word(c, "=");
	if (name.n == 0 || !take(c, '=')) {
		c->bad = true;
		return false;
	}
	value = word(c, "");
	if (slice_ieqz(name, "header.from"))
		r->header_from = domain_of(c, value);
	else if (slice_ieqz(name, "header.d"))
		r->domain = clean(c, value);
	else if (slice_ieqz(name, "header.i") && *r->domain == '\0')
		r->domain = domain_of(c, value);
	else if (slice_ieqz(name, "smtp.mailfrom") || slice_ieqz(name, "smtp.mail"))
		r->domain = domain_of(c, value);
	return true;
}

static void one_result(struct scan *c, struct authres *r)
{
	struct authres_result v = { "", "", "", "" };
	struct slice method = word(c, "=/");

	if (slice_ieqz(method, "none")) {
		skip(c);
		c->bad |= c->s.n > 0 && c->s.p[0] != ';';
		return;
	}
	if (take(c, '/'))
		word(c, "="); /* the method's version */
	if (method.n == 0 || !take(c, '=')) {
		c->bad = true;
		return;
	}
	v.method = clean(c, method);
	v.result = clean(c, word(c, ""));
	while (property(c, &v) && !c->bad)
		;
	if (r->n < AUTHRES_MAX)
		r->v[r->n++] = v;
}

bool authres_parse(struct arena *a, struct slice value, struct authres *r)
{
	struct scan c = { .a = a, .s = value };

	*r = (struct authres){ .authserv_id = "" };
	r->authserv_id = clean(&c, word(&c, "="));
	skip(&c);
	if (c.s.n > 0 && c.s.p[0] >= '0' && c.s.p[0] <= '9')
		word(&c, ""); /* the version of the header, 1 */
	while (!c.bad && take(&c, ';')) {
		skip(&c);
		if (c.s.n > 0)
			one_result(&c, r);
	}
	skip(&c);
	if (!c.bad && c.s.n == 0 && *r->authserv_id != '\0')
		return true;
	r->n = 0;
	return false;
}

size_t mail_own_headers(const struct mail *m, unsigned hops)
{
	unsigned seen = 0;
	size_t i = 0;

	for (; i < m->nheaders; i++)
		if (slice_ieqz(slice_of(m->headers[i].name), "Received") && seen++ >= hops)
			break;
	return i;
}

static bool has_method(const struct authres *r, size_t n, const char *method)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(r->v[i].method, method) == 0)
			return true;
	return false;
}

void authres_ours(struct arena *a, const struct mail *m, const char *id, unsigned hops,
		  struct authres *r)
{
	size_t own = mail_own_headers(m, hops);
	struct authres *one = ARENA_NEW(a, struct authres);

	*r = (struct authres){ .authserv_id = id };
	if (*id == '\0')
		return;
	for (size_t i = 0; i < own; i++) {
		size_t before = r->n;

		if (!slice_ieqz(slice_of(m->headers[i].name), "Authentication-Results") ||
		    !authres_parse(a, m->headers[i].raw, one) ||
		    strcasecmp(one->authserv_id, id) != 0)
			continue;
		/* ours are written on top: a lower one about the same is not ours */
		for (size_t k = 0; k < one->n && r->n < AUTHRES_MAX; k++)
			if (!has_method(r, before, one->v[k].method))
				r->v[r->n++] = one->v[k];
	}
}
