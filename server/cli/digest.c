/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo digest: what a member would get, and making what is due. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/digest/issue.h"
#include "server/digest/schedule.h"
#include "server/store/account.h"

#include "server/base/base.h"

static const char usage_all[] = "digest preview MEMBER [--at TIME] [--list LIST] [--html] | digest run";

static int run(struct unit *u)
{
	int64_t made;
	enum rc rc = digest_run_now(u, &made);

	if (rc != RC_OK)
		return cli_fail(u, rc, "digest run");
	printf("digests %lld\n", (long long)made);
	return 0;
}

/* The mail as its reader would get it, without its header: subject, then the text or the HTML. */
static int preview(struct unit *u, const char *addr, const char *const *v)
{
	struct digest_issue i;
	struct digest d;
	struct slice body;
	struct account_row account;
	int64_t at = 0;
	enum rc rc;

	if (v[0] != NULL && !clock_parse(v[0], &at))
		return cli_usage(usage_all);
	rc = account_read(u->db, u->arena, addr, &account);
	if (rc == RC_OK)
		rc = digest_preview(u, account.id, v[1], at, DIGEST_MAIL, &i, &d);
	if (rc == RC_NOTFOUND) {
		fprintf(stderr, "cabildo: %s: there would be nothing to tell\n", addr);
		return EX_NOINPUT;
	}
	if (rc != RC_OK)
		return cli_fail(u, rc, addr);
	body = v[2] != NULL ? digest_html(u->arena, &d) : digest_text(u->arena, &d);
	if (v[2] == NULL)
		printf("%s\n\n", digest_subject(u->arena, &d));
	fwrite(body.p, 1, body.n, stdout);
	return 0;
}

int cli_digest(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "at", "list", "html!", NULL };
	const char *v[3];
	int n = cli_options(argc, argv, names, v);

	if (n == 2 && strcmp(argv[0], "preview") == 0)
		return preview(u, argv[1], v);
	if (argc == 1 && strcmp(argv[0], "run") == 0)
		return run(u);
	return cli_usage(usage_all);
}
