/* SPDX-License-Identifier: Apache-2.0 */
/* See patterns.h. */
#include "server/base/utf8.h"
#include "server/core/audit.h"
#include "server/core/office.h"
#include "server/core/patterns.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define CACHED    32
#define CACHE_CAP ((size_t)64 << 20)

/* One group's compiled rules, in an arena of their own. */
static struct cached {
	int64_t list, version;
	struct arena *arena;
	struct pattern *v;
	size_t n;
	uint64_t used;
} cache[CACHED];
static uint64_t uses;

const char *pattern_field_check(const char *field)
{
	static const char *const names[] = { "subject", "from", "to", "body", "headers" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(field, names[i]) == 0)
			return NULL;
	if (strncmp(field, "header:", 7) != 0 || field[7] == '\0' || strlen(field) > 100)
		return N_("the field is one of subject, from, to, body, headers, header:NAME");
	for (const char *p = field + 7; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F || *p == ':')
			return N_("the name of a header holds printable characters without a colon");
	return NULL;
}

static bool action_known(const char *a)
{
	return strcmp(a, "accept") == 0 || strcmp(a, "hold") == 0 || strcmp(a, "refuse") == 0 ||
	       strcmp(a, "drop") == 0;
}

enum rc pattern_check(struct arena *a, const struct pattern_new *p, struct match **match_r,
		      const char **err_r, int *at_r)
{
	size_t at;

	*at_r = -1;
	*err_r = pattern_field_check(p->field);
	if (*err_r == NULL && !action_known(p->action))
		*err_r = N_("the action is one of accept, hold, refuse, drop");
	if (*err_r == NULL && (*p->source == '\0' || strlen(p->source) > MATCH_PATTERN_MAX))
		*err_r = N_("a pattern has 1 to 1000 bytes");
	if (*err_r == NULL && !utf8_valid(slice_of(p->source)))
		*err_r = N_("the pattern is not valid UTF-8");
	if (*err_r != NULL)
		return RC_INVALID;
	*match_r = match_new(a, p->source, err_r, &at);
	if (*match_r != NULL)
		return RC_OK;
	*at_r = (int)at;
	return RC_INVALID;
}

static enum rc record(struct unit *u, const struct group *g, const char *act, int64_t id,
		      const char *was, const char *is)
{
	return audit(u, &(struct audit_entry){
				.act = act,
				.list = g->id,
				.before = *was ? arena_fmt(u->arena, "%lld %s", (long long)id, was) : "",
				.after = *is ? arena_fmt(u->arena, "%lld %s", (long long)id, is) : "" });
}

enum rc pattern_add(struct unit *u, const struct pattern_new *p, int64_t *id_r, const char **err_r,
		    int *at_r)
{
	struct match *match;
	struct group g;
	enum rc rc = office_check(u, p->list, OFFICE_MODERATOR, &g);

	*err_r = NULL;
	if (rc == RC_OK)
		rc = pattern_check(u->arena, p, &match, err_r, at_r);
	if (rc == RC_OK)
		rc = pattern_write(u->db, u->arena, g.id, p->field, p->source, p->action,
				   p->sentence, id_r);
	if (rc != RC_OK)
		return rc;
	return record(u, &g, "rule.create", *id_r, "",
		      arena_fmt(u->arena, "%s /%s/ %s", p->field, p->source, p->action));
}

enum rc pattern_remove(struct unit *u, const char *list, int64_t id)
{
	const char *was;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = pattern_delete(u->db, u->arena, g.id, id, &was);
	return rc == RC_OK ? record(u, &g, "rule.remove", id, was, "") : rc;
}

enum rc pattern_switch(struct unit *u, const char *list, int64_t id, bool on)
{
	const char *what;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = pattern_switch_write(u->db, u->arena, g.id, id, on, &what);
	if (rc != RC_OK)
		return rc;
	return record(u, &g, "rule.switch", id, arena_fmt(u->arena, "%s: %s", what, on ? "off" : "on"),
		      arena_fmt(u->arena, "%s: %s", what, on ? "on" : "off"));
}

enum rc pattern_move(struct unit *u, const char *list, int64_t id, bool up)
{
	bool moved;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = pattern_move_write(u->db, u->arena, g.id, id, up, &moved);
	if (rc != RC_OK || !moved)
		return rc;
	return record(u, &g, "rule.move", id, "", up ? "earlier" : "later");
}

static void rows_copy(struct arena *a, const struct pattern_row *rows, size_t n, struct pattern **r)
{
	*r = ARENA_ARRAY(a, n, struct pattern);
	for (size_t i = 0; i < n; i++)
		(*r)[i] = (struct pattern){ .id = rows[i].id,
					    .site = rows[i].site,
					    .field = arena_strdup(a, rows[i].field),
					    .source = arena_strdup(a, rows[i].source),
					    .action = arena_strdup(a, rows[i].action),
					    .sentence = arena_strdup(a, rows[i].sentence),
					    .active = rows[i].active };
}

enum rc patterns_all(struct unit *u, const char *list, struct pattern **r, size_t *n_r)
{
	struct pattern_row *rows;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = patterns_all_read(u->db, u->arena, g.id, PATTERNS_MAX, &rows, n_r);
	if (rc == RC_OK)
		rows_copy(u->arena, rows, *n_r, r);
	return rc;
}

static struct cached *slot_for(int64_t list)
{
	struct cached *oldest = &cache[0];

	for (size_t i = 0; i < CACHED; i++) {
		if (cache[i].arena != NULL && cache[i].list == list)
			return &cache[i];
		if (cache[i].used < oldest->used)
			oldest = &cache[i];
	}
	return oldest;
}

enum rc patterns_for(struct unit *u, const struct list_ref *l, const struct pattern **r,
		     size_t *n_r)
{
	struct cached *c = slot_for(l->id);
	struct pattern_row *rows;
	const char *err;
	size_t at;
	enum rc rc;

	*n_r = 0;
	if (l->rules_version == 0)
		return RC_OK;
	if (c->arena == NULL || c->list != l->id || c->version != l->rules_version) {
		rc = patterns_read(u->db, u->arena, l->name, PATTERNS_MAX, &rows, &at);
		if (rc != RC_OK)
			return rc;
		arena_free(&c->arena);
		*c = (struct cached){ .list = l->id, .version = l->rules_version, .n = at };
		c->arena = arena_new(CACHE_CAP);
		rows_copy(c->arena, rows, c->n, &c->v);
		for (size_t i = 0; i < c->n; i++) {
			c->v[i].match = match_new(c->arena, c->v[i].source, &err, &at);
			if (c->v[i].match == NULL)
				log_warn("event=rule_broken rule=%lld at=%zu why=%s",
					 (long long)c->v[i].id, at, log_q(err));
		}
	}
	c->used = ++uses;
	*r = c->v;
	*n_r = c->n;
	return RC_OK;
}

void patterns_forget(void)
{
	for (size_t i = 0; i < CACHED; i++) {
		arena_free(&cache[i].arena);
		cache[i] = (struct cached){ 0 };
	}
}
