/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo digest: what a member would get, and making what is due. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/digest/issue.h"
#include "server/digest/schedule.h"

#include "server/base/base.h"

static const char usage_all[] = "digest run";

static int run(struct unit *u)
{
	int64_t made;
	enum rc rc = digest_run_now(u, &made);

	if (rc != RC_OK)
		return cli_fail(u, rc, "digest run");
	printf("digests %lld\n", (long long)made);
	return 0;
}

int cli_digest(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "run") == 0)
		return run(u);
	return cli_usage(usage_all);
}
