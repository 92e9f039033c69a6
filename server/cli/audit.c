/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo audit: the record, read and verified. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/record.h"
#include "server/core/seal.h"

#include "server/base/base.h"

static void found(void *ctx UNUSED, int64_t id, const char *what)
{
	printf("%s %lld\n", what, (long long)id);
}

/* HEAD is N:HASH as a former run or cabildod's log has it. */
static int audit_verify(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "head", NULL };
	struct slice rest, number;
	struct seal_report r;
	const char *v[1];
	int64_t head = 0;
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 0)
		return cli_usage("audit verify [--head N:HASH]");
	rest = slice_of(v[0] ? v[0] : "");
	if (v[0] != NULL && (!slice_cut(&rest, ':', &number) || !slice_i64(number, 1, INT64_MAX, &head) ||
			     rest.n != HASH_BYTES * 2))
		return cli_usage("audit verify [--head N:HASH]");
	rc = seal_verify(u, head, rest.p ? rest.p : "", found, NULL, &r);
	if (rc != RC_OK)
		return cli_fail(u, rc, "audit verify");
	if (r.head_gone)
		printf("head_gone %s\n", v[0]);
	printf("head %lld:%s\n", (long long)r.head, r.hash);
	printf("entries %lld sealed %lld waiting %lld erased %lld changed %lld removed %lld inserted %lld "
	       "personal %lld\n",
	       (long long)r.entries, (long long)r.sealed, (long long)r.waiting, (long long)r.erased,
	       (long long)r.changed, (long long)r.removed, (long long)r.inserted,
	       (long long)r.personal);
	return r.first != 0 || r.head_gone ? 1 : 0;
}

static int audit_list(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "list", "who", "door", "act", "from", "until", "before", "n", NULL };
	struct record_filter f = { .limit = 100 };
	struct record_row *r;
	const char *v[8];
	int64_t limit = 100;
	size_t n;
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 0 ||
	    (v[6] != NULL && !slice_i64(slice_of(v[6]), 1, INT64_MAX, &f.before)) ||
	    (v[7] != NULL && !slice_i64(slice_of(v[7]), 1, 100000, &limit)))
		return cli_usage("audit list [--list LIST] [--who NAME] [--door web|email|cli|system] "
				 "[--act NOUN[.VERB]] [--from DAY] [--until DAY] [--before ID] [--n N]");
	f.who = v[1];
	f.door = v[2];
	f.act = v[3];
	f.from = v[4];
	f.until = v[5];
	f.limit = (int)limit;
	rc = records_find(u, v[0], &f, &r, &n);
	if (rc != RC_OK)
		return cli_fail(u, rc, v[0] ? v[0] : "audit list");
	for (size_t i = 0; i < n; i++)
		printf("%lld\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", (long long)r[i].id,
		       cli_when(u, r[i].at), r[i].door, r[i].act, cli_line(u, r[i].actor), r[i].list,
		       cli_line(u, r[i].subject), cli_line(u, r[i].before), cli_line(u, r[i].after),
		       cli_line(u, r[i].why));
	return 0;
}

int cli_audit(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc >= 1 && strcmp(argv[0], "verify") == 0)
		return audit_verify(u, argc - 1, argv + 1);
	if (argc >= 1 && strcmp(argv[0], "list") == 0)
		return audit_list(u, argc - 1, argv + 1);
	return cli_usage("audit verify [--head N:HASH] | audit list [--list LIST] ...");
}
