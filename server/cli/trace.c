/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo trace: what became of a message. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/trace.h"

#include "server/base/base.h"

static const char *when(struct unit *u, int64_t at)
{
	char *s = arena_alloc(u->arena, 32);

	clock_rfc3339(at, s);
	return s;
}

/* One line, whatever a stranger's server said. */
static const char *line(struct unit *u, const char *text)
{
	char *s = arena_strdup(u->arena, text);

	for (char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
	return s;
}

static void step_print(struct unit *u, const struct trace_step *s)
{
	const struct trace_row *r = &s->row;

	printf("received %s\nto %s\nenvelope <%s>\nfate %s\nrule %s\nreason %s\n",
	       when(u, r->received_at), line(u, r->recipient), line(u, r->envelope_from), r->fate,
	       r->rule, r->reason);
	if (*r->trace != '\0')
		printf("trace %s\n", r->trace);
	if (r->hold != 0)
		printf("hold %lld %s\n", (long long)r->hold,
		       *r->decision ? r->decision : "waiting");
	if (r->decided_at != 0)
		printf("decided %s by %s\n", when(u, r->decided_at),
		       *r->decider ? line(u, r->decider) : "command line");
	if (r->post != 0)
		printf("post %s/%lld/%lld\n", r->list_name, (long long)r->thread_number,
		       (long long)r->number);
	if (s->counted)
		printf("sent %lld\nfailed %lld\nskipped %lld\nqueued %lld\n",
		       (long long)s->counts.sent, (long long)s->counts.failed,
		       (long long)s->counts.skipped, (long long)s->counts.queued);
	for (size_t i = 0; i < s->nfailures; i++)
		printf("failure %s\t%s\t%lld\t%s\n", line(u, s->failures[i].addr),
		       s->failures[i].outcome, (long long)s->failures[i].code,
		       line(u, s->failures[i].answer));
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
