/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: `cabildo SUBCOMMAND`, one table. A subcommand prints
 * results on stdout, one fact a line, and prose on stderr.
 */
#ifndef CABILDO_CLI_H
#define CABILDO_CLI_H

#include "server/base/prog.h"
#include "server/core/unit.h"

struct subcmd {
	const char *name, *usage, *help;
	int (*run)(struct prog *p, struct unit *u, int argc, char **argv);
	bool needs_schema;
};
extern const struct subcmd subcmds[];
extern const size_t subcmds_n;

/* `--name value` pairs behind the plain words. Known names in `names`, NULL
 * ended; value_r in the same order, NULL where absent. Returns the plain words
 * in argv and their number, or -1 after a line on stderr. */
int cli_options(int argc, char **argv, const char *const *names, const char **value_r);
/* "cabildo: ..." on stderr; returns EX_USAGE or the code for rc. */
int cli_usage(const char *usage);
int cli_fail(struct unit *u, enum rc rc, const char *what);

/* A time (microseconds) as RFC 3339, "never" for 0. */
const char *cli_when(struct unit *u, int64_t at);
/* One line of text, whatever a stranger or a server wrote into it. */
const char *cli_line(struct unit *u, const char *text);

int cli_migrate(struct prog *p, struct unit *u, int argc, char **argv);
int cli_list(struct prog *p, struct unit *u, int argc, char **argv);
int cli_member(struct prog *p, struct unit *u, int argc, char **argv);
/* The part of `cabildo member` about lists and files; -1: not one of them. */
int cli_member_file(struct unit *u, int argc, char **argv);
/* About invitations; -1: not one of them. */
int cli_member_invite(struct unit *u, int argc, char **argv);
int cli_account(struct prog *p, struct unit *u, int argc, char **argv);
int cli_secret(struct prog *p, struct unit *u, int argc, char **argv);
int cli_ban(struct prog *p, struct unit *u, int argc, char **argv);
int cli_status(struct prog *p, struct unit *u, int argc, char **argv);
int cli_hold(struct prog *p, struct unit *u, int argc, char **argv);
int cli_mailbox(struct prog *p, struct unit *u, int argc, char **argv);
int cli_thread(struct prog *p, struct unit *u, int argc, char **argv);
int cli_trace(struct prog *p, struct unit *u, int argc, char **argv);
int cli_bounce(struct prog *p, struct unit *u, int argc, char **argv);
int cli_digest(struct prog *p, struct unit *u, int argc, char **argv);
int cli_rule(struct prog *p, struct unit *u, int argc, char **argv);
int cli_explain(struct prog *p, struct unit *u, int argc, char **argv);
int cli_import(struct prog *p, struct unit *u, int argc, char **argv);
int cli_template(struct prog *p, struct unit *u, int argc, char **argv);
int cli_setting(struct prog *p, struct unit *u, int argc, char **argv);
/* list NULL: of the site. */
int cli_settings_show(struct unit *u, const char *list);
int cli_settings_set(struct unit *u, const char *list, int argc, char **argv);
int cli_audit(struct prog *p, struct unit *u, int argc, char **argv);

#endif
