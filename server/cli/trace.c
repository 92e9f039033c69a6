/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo trace: what became of a message. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/trace.h"

#include "server/base/base.h"

static void step_print(struct unit *u, const struct trace_step *s)
{
	const struct trace_row *r = &s->row;

	printf("received %s\nto %s\nenvelope <%s>\nfate %s\nrule %s\nreason %s\n",
	       cli_when(u, r->received_at), cli_line(u, r->recipient), cli_line(u, r->envelope_from), r->fate,
	       r->rule, r->reason);
	if (*r->trace != '\0')
		printf("trace %s\n", r->trace);
	if (r->hold != 0)
		printf("hold %lld %s\n", (long long)r->hold,
		       *r->decision ? r->decision : "waiting");
	if (r->decided_at != 0)
		printf("decided %s by %s\n", cli_when(u, r->decided_at),
		       *r->decider ? cli_line(u, r->decider) : "command line");
	if (r->post != 0)
		printf("post %s/%lld/%lld\n", r->list_name, (long long)r->thread_number,
		       (long long)r->number);
	if (s->counted)
		printf("sent %lld\nfailed %lld\nskipped %lld\nqueued %lld\n",
		       (long long)s->counts.sent, (long long)s->counts.failed,
		       (long long)s->counts.skipped, (long long)s->counts.queued);
	for (size_t i = 0; i < s->nfailures; i++)
		printf("failure %s\t%s\t%lld\t%s\n", cli_line(u, s->failures[i].addr),
		       s->failures[i].outcome, (long long)s->failures[i].code,
		       cli_line(u, s->failures[i].answer));
}

int cli_trace(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	struct trace_step *steps;
	size_t n;
	enum rc rc;

	if (argc != 1)
		return cli_usage("trace MESSAGE-ID");
	rc = trace_load(u, argv[0], &steps, &n);
	if (rc != RC_OK)
		return cli_fail(u, rc, argv[0]);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putchar('\n');
		step_print(u, &steps[i]);
	}
	return 0;
}
