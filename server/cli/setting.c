/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo setting, and the settings of cabildo list: one table, two scopes. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/settings.h"
#include "server/text/tr.h"

#include "server/base/base.h"

static void bounds(const struct setting *s)
{
	switch (s->kind) {
	case SETTING_CHOICE:
		for (const struct setting_word *w = s->words; w->word != NULL; w++)
			printf("%s%s", w == s->words ? "" : "|", w->word);
		break;
	case SETTING_BOOL:
		printf("true|false");
		break;
	case SETTING_REAL:
		printf("%g..%g", (double)s->min / 100, (double)s->max / 100);
		break;
	case SETTING_NUMBER:
	case SETTING_SIZE:
		printf("%lld..%lld%s", (long long)s->min, (long long)s->max,
		       s->kind == SETTING_SIZE ? " bytes" : "");
		break;
	default:
		printf("%lld..%lld characters", (long long)s->min, (long long)s->max);
	}
}

/* The table: name, scope, bounds, default, who, what for. */
static int setting_help(void)
{
	static const char *const who[] = { "moderators", "owners", "administrators" };

	for (size_t i = 0; i < settings_n; i++) {
		const struct setting *s = &settings[i];

		printf("%s\t%s\t", s->name, s->site ? "site" : "group");
		bounds(s);
		printf("\t%s\t%s\t%s: %s\n", *s->fallback ? s->fallback : "-", who[s->who], tr(s->label), tr(s->help));
	}
	return 0;
}

int cli_settings_show(struct unit *u, const char *list)
{
	struct setting_now *now;
	size_t n;
	enum rc rc = settings_load(u, list, &now, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, list ? list : "setting show");
	for (size_t i = 0; i < n; i++)
		printf("%s = %s\n", now[i].s->name, now[i].value);
	return 0;
}

int cli_settings_set(struct unit *u, const char *list, int argc, char **argv)
{
	struct setting_now *c = ARENA_ARRAY(u->arena, (size_t)argc, struct setting_now);
	enum rc rc;

	for (int i = 0; i < argc; i++) {
		struct slice rest = slice_of(argv[i]), key;
		bool has = slice_cut(&rest, '=', &key);

		c[i].s = setting_find(list == NULL, slice_dup(u->arena, key));
		c[i].value = rest.p;
		if (has && c[i].s != NULL)
			continue;
		fprintf(stderr, "cabildo: %s: no such setting, or no =\n", argv[i]);
		return EX_USAGE;
	}
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = settings_change(u, list, c, (size_t)argc, NULL);
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc != RC_INVALID)
		return rc == RC_OK ? 0 : cli_fail(u, rc, list ? list : "setting set");
	unit_abort(u);
	for (int i = 0; i < argc; i++)
		if (c[i].error != NULL)
			fprintf(stderr, "cabildo: %s: %s\n", c[i].s->name, c[i].error);
	return EX_DATAERR;
}

int cli_setting(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "show") == 0)
		return cli_settings_show(u, NULL);
	if (argc == 1 && strcmp(argv[0], "help") == 0)
		return setting_help();
	if (argc >= 2 && strcmp(argv[0], "set") == 0)
		return cli_settings_set(u, NULL, argc - 1, argv + 1);
	return cli_usage("setting show | setting set NAME=VALUE... | setting help");
}
