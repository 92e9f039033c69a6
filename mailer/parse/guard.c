/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits on a raw message before any library sees it: size, header bytes and
 * lines of every header section, multiparts within multiparts, parts. One
 * pass over the lines; each line that begins with "--" is held against the
 * open boundaries, of which there are at most `nesting`, so time is linear.
 * It looks at structure only as far as counting needs: mime.c, which parses
 * in earnest, counts again, so what this misreads is still bounded.
 */
#include "mailer/parse/part.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const struct mail_limits mail_limits_default = {
	.size = (size_t)50 << 20,
	.header_bytes = (size_t)1 << 20,
	.header_lines = 5000,
	.nesting = 30,
	.parts = 200,
	.text = (size_t)4 << 20,
};

#define GUARD_DEPTH 64 /* the most that limits.nesting can ask for */

struct guard {
	const struct mail_limits *lim;
	struct slice open[GUARD_DEPTH];
	unsigned nopen, parts, lines;
	size_t section;         /* bytes of this header section */
	bool in_header, opaque; /* opaque: inside message/..., which is not looked into */
	bool in_type;           /* this line continues Content-Type */
	struct slice boundary;  /* of the header section being read */
	const char *why;
};

/* The boundary parameter of a line of Content-Type, or an empty slice. */
static struct slice boundary_of(struct slice line)
{
	const char *at = slice_ifind(line, SLICE("boundary"));
	const char *end = line.p + line.n;
	struct slice v = { "", 0 };

	if (!at)
		return v;
	at += 8;
	if (end - at > 2 && at[0] == '*' && at[1] == '0')
		at += 2;
	while (at < end && (*at == ' ' || *at == '\t' || *at == '*'))
		at++;
	if (at == end || *at != '=')
		return v;
	at++;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at < end && *at == '"') {
		v.p = ++at;
		while (at < end && *at != '"')
			at++;
	} else {
		v.p = at;
		while (at < end && *at != ';' && *at != ' ' && *at != '\t')
			at++;
	}
	v.n = (size_t)(at - v.p);
	return v;
}

static bool guard_header_line(struct guard *g, struct slice line)
{
	g->lines++;
	g->section += line.n + 1;
	if (g->lines > g->lim->header_lines)
		g->why = N_("too many header lines");
	if (g->section > g->lim->header_bytes)
		g->why = N_("a header section is too long");
	if (g->why)
		return false;
	if (line.p[0] != ' ' && line.p[0] != '\t')
		g->in_type = slice_istarts(line, "content-type");
	if (!g->in_type)
		return true;
	if (slice_ifind(line, SLICE("message/")))
		g->opaque = true;
	struct slice b = boundary_of(line);
	if (b.n > 0)
		g->boundary = b;
	return true;
}

static bool guard_header_end(struct guard *g)
{
	g->in_header = false;
	if (g->opaque || g->boundary.n == 0)
		return true;
	if (g->nopen >= g->lim->nesting || g->nopen >= GUARD_DEPTH) {
		g->why = N_("multiparts are nested too deeply");
		return false;
	}
	g->open[g->nopen++] = g->boundary;
	return true;
}

static void guard_header_begin(struct guard *g)
{
	g->in_header = true;
	g->opaque = g->in_type = false;
	g->boundary = SLICE("");
	g->lines = 0;
	g->section = 0;
}

/* A line that begins with "--": does it open or close a known part? */
static bool guard_delimiter(struct guard *g, struct slice line)
{
	line.p += 2;
	line.n -= 2;
	while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	for (unsigned i = g->nopen; i-- > 0; ) {
		struct slice b = g->open[i];

		if (line.n < b.n || memcmp(line.p, b.p, b.n) != 0)
			continue;
		if (line.n == b.n) {
			g->nopen = i + 1;
			guard_header_begin(g);
			if (++g->parts > g->lim->parts) {
				g->why = N_("too many parts");
				return false;
			}
			return true;
		}
		if (line.n == b.n + 2 && line.p[b.n] == '-' && line.p[b.n + 1] == '-') {
			g->nopen = i;
			g->in_header = g->opaque = false;
			return true;
		}
	}
	return true;
}

enum rc guard_check(struct slice raw, const struct mail_limits *lim, const char **why_r)
{
	struct guard g = { .lim = lim ? lim : &mail_limits_default };
	struct slice line;

	*why_r = NULL;
	if (raw.n > g.lim->size) {
		*why_r = N_("the message is too large");
		return RC_LIMIT;
	}
	guard_header_begin(&g);
	while (slice_line(&raw, &line)) {
		bool ok = true;

		if (line.n >= 2 && line.p[0] == '-' && line.p[1] == '-' && g.nopen > 0)
			ok = guard_delimiter(&g, line);
		else if (g.in_header && line.n == 0)
			ok = guard_header_end(&g);
		else if (g.in_header)
			ok = guard_header_line(&g, line);
		if (!ok) {
			*why_r = g.why;
			return RC_LIMIT;
		}
	}
	return RC_OK;
}
