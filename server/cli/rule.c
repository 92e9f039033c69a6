/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo rule: the moderators' own patterns. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/patterns.h"

#include "server/base/base.h"

#define SITE "-" /* instead of a group's name: every group */

static const char *list_of(const char *arg)
{
	return strcmp(arg, SITE) == 0 ? NULL : arg;
}

/* The pattern, and a mark under the byte where it goes wrong. */
static int bad_pattern(const char *pattern, const char *why, int at)
{
	fprintf(stderr, "cabildo: %s\n", why);
	if (at >= 0)
		fprintf(stderr, "  %s\n  %*s^ byte %d\n", pattern, at, "", at + 1);
	return EX_DATAERR;
}

static int rule_add(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "sentence", NULL };
	const char *v[1], *err = NULL;
	struct pattern_new p;
	int64_t id;
	int at = -1;
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 4)
		return cli_usage("rule add LIST|- FIELD PATTERN accept|hold|refuse|drop "
				 "[--sentence TEXT]");
	p = (struct pattern_new){ list_of(argv[0]), argv[1], argv[2], argv[3], v[0] ? v[0] : "" };
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = pattern_add(u, &p, &id, &err, &at);
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc == RC_INVALID && err != NULL) {
		unit_abort(u);
		return bad_pattern(argv[2], err, at);
	}
	if (rc != RC_OK)
		return cli_fail(u, rc, argv[0]);
	printf("rule %lld\n", (long long)id);
	return 0;
}

static int rule_list(struct unit *u, const char *list)
{
	struct pattern *p;
	size_t n;
	enum rc rc = patterns_all(u, list_of(list), &p, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, list);
	for (size_t i = 0; i < n; i++)
		printf("%lld\t%s\t%s\t%s\t%s\t%s%s\n", (long long)p[i].id,
		       p[i].site ? "site" : "group", p[i].field, p[i].source, p[i].action,
		       p[i].sentence, p[i].active ? "" : "\toff");
	return 0;
}

static int rule_remove(struct unit *u, const char *list, const char *number)
{
	int64_t id;
	enum rc rc;

	if (!slice_i64(slice_of(number), 1, INT64_MAX, &id))
		return cli_usage("rule remove LIST|- NUMBER");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = pattern_remove(u, list_of(list), id);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, number);
}

static int rule_change(struct unit *u, const char *act, const char *list, const char *number)
{
	int64_t id;
	enum rc rc;

	if (!slice_i64(slice_of(number), 1, INT64_MAX, &id))
		return cli_usage("rule on|off|up|down LIST|- NUMBER");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = act[0] == 'o' ? pattern_switch(u, list_of(list), id, strcmp(act, "on") == 0)
				   : pattern_move(u, list_of(list), id, strcmp(act, "up") == 0);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, number);
}

/* A pattern on a text from standard input; nothing is stored. */
static int rule_test(struct unit *u, const char *pattern)
{
	static const char *const said[] = { "no", "yes", "error" };
	struct str text;
	char buf[4096];
	const char *err;
	struct match *m;
	enum matched is;
	size_t n, at;
	int code;

	m = match_new(u->arena, pattern, &err, &at);
	if (m == NULL)
		return bad_pattern(pattern, err, (int)at);
	str_init(&text, u->arena, MATCH_SUBJECT_MAX);
	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		str_add(&text, buf, n);
	is = match_run(m, str_slice(&text), &code);
	printf("matches %s\n", said[is]);
	if (is == MATCHED_ERROR)
		fprintf(stderr,
			"cabildo: the pattern ran into a limit (PCRE2 error %d); as a rule it "
			"would hold "
			"the message\n",
			code);
	return is == MATCHED_YES ? 0 : is == MATCHED_NO ? 1 : EX_DATAERR;
}

int cli_rule(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc >= 1 && strcmp(argv[0], "add") == 0)
		return rule_add(u, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[0], "list") == 0)
		return rule_list(u, argv[1]);
	if (argc == 3 && strcmp(argv[0], "remove") == 0)
		return rule_remove(u, argv[1], argv[2]);
	if (argc == 3 && (strcmp(argv[0], "on") == 0 || strcmp(argv[0], "off") == 0 ||
			  strcmp(argv[0], "up") == 0 || strcmp(argv[0], "down") == 0))
		return rule_change(u, argv[0], argv[1], argv[2]);
	if (argc == 2 && strcmp(argv[0], "test") == 0)
		return rule_test(u, argv[1]);
	return cli_usage(
		"rule add LIST|- FIELD PATTERN ACTION [--sentence TEXT] | rule list LIST|- | "
		"rule remove|on|off|up|down LIST|- NUMBER | rule test PATTERN <text");
}
