/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo import and explain are programs of their own, built in mailer: they parse mail. */
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/cli/cli.h"

#include "server/base/base.h"

static int run(struct unit *u, const char *name, int argc, char **argv)
{
	const char *dir = getenv("CABILDO_LIBEXECDIR");
	const char *path =
		arena_fmt(u->arena, "%s/%s", dir && *dir ? dir : PKGLIBEXECDIR, name);
	char **args = ARENA_ARRAY(u->arena, (size_t)argc + 4, char *);

	args[0] = arena_strdup(u->arena, path);
	for (int i = 0; i < argc; i++)
		args[i + 1] = argv[i];
	execv(path, args);
	fprintf(stderr, "cabildo: %s: %s\n", path, strerror(errno));
	return EX_UNAVAILABLE;
}

int cli_import(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	return run(u, "cabildo-import", argc, argv);
}

int cli_explain(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	return run(u, "cabildo-explain", argc, argv);
}
