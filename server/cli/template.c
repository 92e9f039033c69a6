/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo template: what a group says in its own words. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/template.h"

#include "server/base/base.h"

#define SITE "-" /* instead of a group's name: every group */

static const char *list_of(const char *arg)
{
	return strcmp(arg, SITE) == 0 ? NULL : arg;
}

static int template_list(struct unit *u, const char *list)
{
	struct template *t;
	size_t n;
	enum rc rc = templates_all(u, list_of(list), &t, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, list);
	for (size_t i = 0; i < n; i++)
		printf("%lld\t%s\t%s\t%s\t%s\t%s\n", (long long)t[i].id,
		       t[i].site ? "site" : "group", t[i].kind, t[i].locale, t[i].title,
		       cli_line(u, t[i].body));
	return 0;
}

/* The text on standard input. */
static int template_put(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "title", NULL };
	struct template t = { .title = "" };
	const char *v[1], *err = NULL;
	struct str text;
	char buf[4096];
	size_t n;
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 3)
		return cli_usage("template set LIST|- KIND LANGUAGE [--title TITLE] <text");
	str_init(&text, u->arena, 65536);
	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		str_add(&text, buf, n);
	t.kind = argv[1];
	t.locale = argv[2];
	t.title = v[0] ? v[0] : "";
	t.body = slice_dup(u->arena, slice_trim(str_slice(&text)));
	rc = text.over ? RC_LIMIT : unit_begin_rw(u);
	if (rc == RC_OK)
		rc = template_set(u, list_of(argv[0]), &t, &err);
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc == RC_INVALID && err != NULL) {
		unit_abort(u);
		fprintf(stderr, "cabildo: %s\n", err);
		return EX_DATAERR;
	}
	return rc == RC_OK ? 0 : cli_fail(u, rc, argv[0]);
}

static int template_drop(struct unit *u, const char *list, const char *number)
{
	int64_t id;
	enum rc rc;

	if (!slice_i64(slice_of(number), 1, INT64_MAX, &id))
		return cli_usage("template remove LIST|- NUMBER");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = template_unset(u, list_of(list), id);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, number);
}

int cli_template(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[0], "list") == 0)
		return template_list(u, argv[1]);
	if (argc >= 1 && strcmp(argv[0], "set") == 0)
		return template_put(u, argc - 1, argv + 1);
	if (argc == 3 && strcmp(argv[0], "remove") == 0)
		return template_drop(u, argv[1], argv[2]);
	return cli_usage("template list LIST|- | template set LIST|- KIND LANGUAGE [--title TITLE] "
			 "<text | template remove LIST|- NUMBER");
}
