/* SPDX-License-Identifier: Apache-2.0 */
/* A rule tried on what came before; see patterns.h. The headers are read here line by
 * line and not parsed: what is encoded in them is compared as it travelled. */
#include <strings.h>

#include "server/core/office.h"
#include "server/core/patterns.h"
#include "server/store/pattern.h"

#include "server/base/base.h"

/* Headers of this name (NULL: of all), unfolded, one a line. */
static void headers_of(struct slice raw, const char *name, bool named, struct str *out)
{
	struct slice rest = raw, line;
	bool take = false, first = true;

	while (slice_line(&rest, &line) && line.n > 0) {
		struct slice value = line, key;

		if (line.p[0] == ' ' || line.p[0] == '\t') {
			if (take)
				str_adds(out, line);
			continue;
		}
		take = slice_cut(&value, ':', &key) && (name == NULL || slice_ieqz(key, name));
		if (!take)
			continue;
		if (!first)
			str_addc(out, '\n');
		first = false;
		if (named)
			str_fmt(out, "%s: ", slice_dup(out->arena, key));
		str_adds(out, slice_trim(value));
	}
}

static struct slice field_of(struct arena *a, const char *field, const struct sample_row *m)
{
	struct str s;

	if (strcmp(field, "subject") == 0)
		return slice_of(m->subject);
	if (strcmp(field, "body") == 0)
		return slice_of(m->body);
	str_init(&s, a, MATCH_SUBJECT_MAX * 2);
	if (strcmp(field, "from") == 0)
		str_fmt(&s, "%s <%s>", m->author_name, m->author_addr);
	else if (strcmp(field, "headers") == 0)
		headers_of(m->head, NULL, true, &s);
	else if (strncmp(field, "header:", 7) == 0)
		headers_of(m->head, field + 7, false, &s);
	if (strcmp(field, "to") == 0) {
		headers_of(m->head, "To", false, &s);
		headers_of(m->head, "Cc", false, &s);
	}
	return str_slice(&s);
}

static bool needs_head(const char *field)
{
	return strncmp(field, "header", 6) == 0 || strcmp(field, "to") == 0;
}

enum rc pattern_try(struct unit *u, const struct pattern_new *p, struct pattern_tried *r,
		    const char **err_r, int *at_r)
{
	struct sample_row *m;
	struct match *match;
	struct group g;
	size_t n;
	enum rc rc = office_check(u, p->list, OFFICE_MODERATOR, &g);

	*r = (struct pattern_tried){ .n = 0 };
	if (rc == RC_OK)
		rc = pattern_check(u->arena, p, &match, err_r, at_r);
	if (rc == RC_OK)
		rc = samples_read(u->db, u->arena, g.id, needs_head(p->field), &m, &n);
	if (rc != RC_OK)
		return rc;
	r->of = n;
	r->hits = ARENA_ARRAY(u->arena, n, struct sample_row);
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(u->arena);
		enum matched is;
		int code;

		is = match_run(match, field_of(u->arena, p->field, &m[i]), &code);
		arena_rewind(u->arena, mark);
		if (is == MATCHED_NO)
			continue;
		/* one that runs into a limit holds, whatever its action is */
		r->failed += is == MATCHED_ERROR;
		r->hits[r->n++] = m[i];
	}
	return RC_OK;
}
