/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo import is cabildo-import, built in mailer: it parses mail. */
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/cli/cli.h"

#include "server/base/base.h"

int cli_import(struct prog *p, struct unit *u, int argc, char **argv)
{
	const char *dir = getenv("CABILDO_LIBEXECDIR");
	const char *path =
		arena_fmt(u->arena, "%s/cabildo-import", dir && *dir ? dir : PKGLIBEXECDIR);
	char **args = ARENA_ARRAY(u->arena, (size_t)argc + 4, char *);

	(void)p;
	args[0] = arena_strdup(u->arena, path);
	for (int i = 0; i < argc; i++)
		args[i + 1] = argv[i];
	execv(path, args);
	fprintf(stderr, "cabildo: %s: %s\n", path, strerror(errno));
	return EX_UNAVAILABLE;
}
