/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo member list, import, sync. */
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/plan.h"
#include "server/text/csv.h"

#include "server/base/base.h"

#define FILE_MAX (CSV_BYTES_MAX + 1)

static int member_list(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "csv!", NULL };
	struct roster_page p = { .after = "" };
	const char *value[1];
	struct str csv;
	enum rc rc;

	if (cli_options(argc, argv, names, value) != 1)
		return cli_usage("member list LIST [--csv]");
	if (value[0] != NULL) {
		str_init(&csv, u->arena, (size_t)64 << 20);
		rc = roster_csv(u, argv[0], &csv);
		if (rc != RC_OK)
			return cli_fail(u, rc, argv[0]);
		fwrite(csv.p, 1, csv.n, stdout);
		return 0;
	}
	do {
		rc = roster_load(u, argv[0], p.after, NULL, &p);
		if (rc != RC_OK)
			return cli_fail(u, rc, argv[0]);
		for (size_t i = 0; i < p.n; i++)
			printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.rows[i].addr,
			       cli_line(u, p.rows[i].name), p.rows[i].role, p.rows[i].delivery,
			       p.rows[i].hidden ? "hidden" : "shown",
			       p.rows[i].pause_until > clock_now() ? cli_when(u, p.rows[i].pause_until) : "-",
			       cli_when(u, p.rows[i].joined_at));
	} while (*p.after != '\0');
	return 0;
}

static bool file_read(struct unit *u, const char *path, struct slice *r)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	char *buf = arena_alloc(u->arena, FILE_MAX);
	bool bad;

	if (f == NULL) {
		fprintf(stderr, "cabildo: %s: %s\n", path, strerror(errno));
		return false;
	}
	*r = slice_make(buf, fread(buf, 1, FILE_MAX, f));
	bad = ferror(f) != 0;
	if (f != stdin)
		fclose(f);
	if (bad)
		fprintf(stderr, "cabildo: %s cannot be read\n", path);
	return !bad;
}

static void plan_print(struct unit *u, const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_item *it = &p->item[i];

		if (it->kind == PLAN_ERROR)
			printf("error\tline %d\t%s\t%s\t%s\n", it->line, *it->field ? it->field : "-",
			       cli_line(u, it->addr), cli_line(u, it->text));
		else if (it->kind != PLAN_SAME)
			printf("%s\tline %d\t%s\t%s\t%s\n", plan_kind_names[it->kind], it->line,
			       it->addr, cli_line(u, it->name),
			       it->kind == PLAN_ADD ? arena_fmt(u->arena, "%s, %s", it->role, it->delivery)
						    : it->text);
	}
	printf("add %zu change %zu remove %zu same %zu error %zu\n", p->count[PLAN_ADD],
	       p->count[PLAN_CHANGE], p->count[PLAN_REMOVE], p->count[PLAN_SAME],
	       p->count[PLAN_ERROR]);
}

static int member_file(struct unit *u, int argc, char **argv, bool sync)
{
	static const char *const names[] = { "dry-run!", "welcome!", NULL };
	const char *value[2];
	struct slice bytes;
	struct plan p;
	enum rc rc;

	if (cli_options(argc, argv, names, value) != 2)
		return cli_usage("member import|sync LIST FILE.csv [--dry-run] [--welcome]");
	if (!file_read(u, argv[1], &bytes))
		return EX_NOINPUT;
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = plan_make(u, argv[0], bytes, sync, &p);
	if (rc != RC_OK)
		return cli_fail(u, rc, rc == RC_LIMIT ? argv[1] : argv[0]);
	plan_print(u, &p);
	if (p.count[PLAN_ERROR] > 0) {
		unit_abort(u);
		fprintf(stderr, "cabildo: nothing was changed: the file has errors\n");
		return EX_DATAERR;
	}
	if (value[0] != NULL) {
		unit_abort(u);
		return 0;
	}
	rc = plan_apply(u, &p, value[1] != NULL);
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc != RC_OK)
		return cli_fail(u, rc, argv[1]);
	unit_wake(u);
	return 0;
}

int cli_member_file(struct unit *u, int argc, char **argv)
{
	if (argc < 1)
		return -1;
	if (strcmp(argv[0], "list") == 0)
		return member_list(u, argc - 1, argv + 1);
	if (strcmp(argv[0], "import") == 0 || strcmp(argv[0], "sync") == 0)
		return member_file(u, argc - 1, argv + 1, argv[0][0] == 's');
	return -1;
}
