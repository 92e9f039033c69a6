/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-receive: mail comes in, by LMTP or on standard input, and Postfix
 * asks its policy questions. Steps: intake -> parse -> accept -> server/core
 * submit, one transaction per list; after the commit deliver is woken.
 */
#include <stdio.h>
#include <sysexits.h>

#include "mailer/accept/approve.h"
#include "mailer/accept/handle.h"
#include "mailer/intake/server.h"
#include "mailer/intake/stdin.h"
#include "mailer/parse/mail.h"
#include "server/base/prog.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* A message of 25 MB, its decoded parts and its page */
#define ARENA_CAP ((size_t)512 << 20)

static const char *port_file;

static void start(void *ctx)
{
	struct unit *u = ctx;

	/* in the worker: a connection is never shared over fork */
	u->db = unit_open(u->conf, "receive");
	u->arena = arena_new(ARENA_CAP);
	if (!unit_ready(u))
		log_warn("event=db_away todo=\"messages wait at the MTA\"");
}

static void stop(void *ctx)
{
	struct unit *u = ctx;

	unit_close(&u->db);
	arena_free(&u->arena);
}

static const char *port_of(const char *where)
{
	const char *colon = strrchr(where, ':');

	return where[0] != '/' && colon ? colon + 1 : where;
}

static void listening(void *ctx UNUSED, const char *lmtp, const char *policy)
{
	FILE *f;

	log_info("event=listening lmtp=%s policy=%s", lmtp, policy);
	if (port_file == NULL)
		return;
	f = fopen(port_file, "we");
	if (f == NULL || fprintf(f, "lmtp %s\npolicy %s\n", port_of(lmtp), port_of(policy)) < 0 ||
	    fclose(f) != 0)
		log_die("event=port_file_failed file=%s", log_q(port_file));
}

static unsigned number(const char *name, const char *text, unsigned dflt, unsigned max)
{
	int64_t v = dflt;

	if (text != NULL && !slice_i64(slice_of(text), 1, max, &v)) {
		fprintf(stderr, "cabildo-receive: --%s takes a whole number from 1 to %u\n", name,
			max);
		exit(EX_USAGE);
	}
	return (unsigned)v;
}

int main(int argc, char **argv)
{
	const char *workers = NULL, *from_stdin = NULL, *decided = NULL;
	const struct prog_opt opts[] = {
		{ "workers", "N", &workers, "processes that take mail (2)" },
		{ "port-file", "FILE", &port_file, "write the ports that were opened there" },
		{ "stdin", NULL, &from_stdin,
		  "one message on standard input: [-f SENDER] RECIPIENT..." },
		{ "decided", NULL, &decided, "carry out what moderators decided, and leave" },
	};
	struct prog p;
	struct unit u = { .door = DOOR_EMAIL };
	struct intake_settings s;
	struct intake_hooks hooks = { .ctx = &u,
				      .rcpt = handle_rcpt,
				      .message = handle_message,
				      .policy = handle_policy,
				      .start = start,
				      .tick = approve_tick,
				      .stop = stop,
				      .listening = listening };
	int rc;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--stdin") == 0)
			log_die_code = EX_TEMPFAIL; /* the message waits until it is mended */
	prog_init(&p, argc, argv, "takes mail by LMTP, or one message on standard input", opts,
		  ARRAY_LEN(opts));
	if (p.keys.n == 0)
		log_die("event=no_secret file=%s todo=\"run: cabildo secret init\"",
			log_q(p.conf.secret_file));
	tr_init(NULL);
	mail_parse_init();
	u.conf = &p.conf;
	u.keys = &p.keys;
	intake_defaults(&s);
	s.lmtp_listen = p.conf.lmtp_listen;
	s.policy_listen = p.conf.policy_listen;
	s.hostname = p.conf.mail_domain;
	s.workers = number("workers", workers, s.workers, 64);
	unit_family();
	if (from_stdin == NULL && decided == NULL)
		return intake_run(&s, &hooks);
	start(&u);
	rc = decided ? !unit_ready(&u) ? EX_TEMPFAIL : 0
		     : intake_stdin(&hooks, 0, s.message_max, p.argc, p.argv);
	while (decided && rc == 0 && approve_due(&u) > 0)
		;
	stop(&u);
	return rc;
}
