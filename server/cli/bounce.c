/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo bounce: whose mail comes back, the remote words, the way back. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/bounce.h"
#include "server/core/settings.h"

#include "server/base/base.h"

static void state(struct unit *u, const struct bounce_line *b)
{
	printf("%s\t%s\tscore %s\t", b->addr, b->name, b->score);
	if (b->suspended_at)
		printf("suspended %s probes %lld", cli_when(u, b->suspended_at), (long long)b->probes);
	else
		printf("delivered");
}

static void event(struct unit *u, const struct bounce_line *b)
{
	printf("%s\t%s%s\t%s\t%s\t%lld\t%s\t%s", cli_when(u, b->at), b->kind, b->probe ? " probe" : "",
	       b->reason, *b->status ? b->status : "-", (long long)b->code, *b->mta ? cli_line(u, b->mta) : "-",
	       cli_line(u, b->text));
}

static int bounce_list(struct unit *u, const char *list)
{
	struct bounce_line *b;
	int64_t before = 0;
	size_t n;

	do {
		enum rc rc = bounces_of_list(u, list, before, &b, &n);

		if (rc != RC_OK)
			return cli_fail(u, rc, list);
		for (size_t i = 0; i < n; i++) {
			state(u, &b[i]);
			putchar('\t');
			event(u, &b[i]);
			putchar('\n');
		}
		before = n > 0 ? b[n - 1].event : 0;
	} while (n == BOUNCE_PAGE);
	return 0;
}

static int bounce_show(struct unit *u, const char *addr)
{
	struct bounce_line *b;
	size_t n;
	enum rc rc = bounces_of_address(u, addr, &b, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, addr);
	state(u, &b[0]);
	putchar('\n');
	for (size_t i = 0; i < n && b[i].event != 0; i++) {
		event(u, &b[i]);
		printf("\t%s\n", b[i].delivery);
	}
	return 0;
}

static int change(struct unit *u, enum rc (*fn)(struct unit *, const char *), const char *what)
{
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = fn(u, what);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, what);
}

static enum rc reset(struct unit *u, const char *addr)
{
	return bounce_return(u, addr, 0, "reset");
}

static enum rc threshold(struct unit *u, const char *value)
{
	return setting_put(u, "bounce_threshold", value);
}

int cli_bounce(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[0], "list") == 0)
		return bounce_list(u, argv[1]);
	if (argc == 2 && strcmp(argv[0], "show") == 0)
		return bounce_show(u, argv[1]);
	if (argc == 2 && strcmp(argv[0], "reset") == 0)
		return change(u, reset, argv[1]);
	if (argc == 2 && strcmp(argv[0], "threshold") == 0)
		return change(u, threshold, argv[1]);
	return cli_usage("bounce list GROUP | show ADDRESS | reset ADDRESS | threshold N");
}
