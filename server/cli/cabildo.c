/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo: the administrator's command; the table of subcommands and its help. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/cli/cli.h"
#include "server/db/db.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const struct subcmd subcmds[] = {
	{ "migrate", "migrate [--check]", "makes the schema, or brings it to this version",
	  cli_migrate, false },
	{ "list", "list create|add|show|set|all ...", "groups: their addresses and settings", cli_list,
	  true },
	{ "member", "member add|list|import|sync|remove|set|show|requests|approve|decline|"
	  "invite|invitations|withdraw LIST ...",
	  "who belongs to a group", cli_member, true },
	{ "account", "account add|password|admin|delete|second-step ADDRESS", "people and how they sign in", cli_account,
	  true },
	{ "ban", "ban add|list|lift ...", "whose mail is not taken", cli_ban, true },
	{ "hold", "hold list|show|approve|return|reject|discard|spam|undo|note|window ...",
	  "messages that wait for a moderator", cli_hold, true },
	{ "mailbox", "mailbox add|list|remove|pause|resume ...",
	  "mailboxes at a provider, for cabildo-fetch", cli_mailbox, true },
	{ "bounce", "bounce list|show|reset|threshold ...",
	  "whose mail comes back, and why", cli_bounce, true },
	{ "digest", "digest preview|run MEMBER [--at TIME] [--list LIST] [--html]",
	  "what a member would get, and making what is due", cli_digest, true },
	{ "import", "import LIST FILE... [--dry-run] [--one-by-one]",
	  "brings an archive (mbox, maybe gzipped) into a group", cli_import, true },
	{ "thread", "thread lock|unlock|pin|unpin|hide|restore|rename|split|merge|move|reattach|tag|tags|tag-rename|"
	  "tag-merge|acts|undo "
	  "LIST ...",
	  "what moderators do to threads", cli_thread, true },
	{ "trace", "trace MESSAGE-ID", "what became of a message, step by step", cli_trace, true },
	{ "rule", "rule add|list|remove|on|off|up|down|test ...",
	  "moderators' patterns on what comes in", cli_rule, true },
	{ "template", "template list|set|remove LIST|- ...",
	  "what a group says in its own words", cli_template, true },
	{ "explain", "explain FILE [--list L] [--from ENV] [--to RCPT]",
	  "what each rule says of a message, without taking it", cli_explain, true },
	{ "audit", "audit verify|list ...", "the record of every act", cli_audit, true },
	{ "setting", "setting show|set|help ...", "settings of the site, and what each one is for",
	  cli_setting, true },
	{ "status", "status [--conf]", "what is there and what waits", cli_status, true },
	{ "secret", "secret init|add", "the file of keys for tokens and addresses", cli_secret, false },
};
const size_t subcmds_n = ARRAY_LEN(subcmds);

int cli_options(int argc, char **argv, const char *const *names, const char **value_r)
{
	int words = 0;

	for (size_t i = 0; names[i] != NULL; i++)
		value_r[i] = NULL;
	for (int i = 0; i < argc; i++) {
		size_t k = 0;

		if (strncmp(argv[i], "--", 2) != 0) {
			argv[words++] = argv[i];
			continue;
		}
		/* "name!" in the table is a flag without a value */
		while (names[k] != NULL &&
		       (strncmp(names[k], argv[i] + 2, strlen(argv[i] + 2)) != 0 ||
			(strlen(names[k]) != strlen(argv[i] + 2) &&
			 strcmp(names[k] + strlen(argv[i] + 2), "!") != 0)))
			k++;
		if (names[k] == NULL) {
			fprintf(stderr, "cabildo: there is no option %s here\n", argv[i]);
			return -1;
		}
		if (names[k][strlen(names[k]) - 1] == '!') {
			value_r[k] = "";
		} else if (i + 1 < argc) {
			value_r[k] = argv[++i];
		} else {
			fprintf(stderr, "cabildo: a value is missing after %s\n", argv[i]);
			return -1;
		}
	}
	return words;
}

int cli_usage(const char *usage)
{
	fprintf(stderr, "usage: cabildo %s\n", usage);
	return EX_USAGE;
}

int cli_fail(struct unit *u, enum rc rc, const char *what)
{
	static const char *const say[] = {
		[RC_NOTFOUND] = "there is none",
		[RC_DENIED] = "not allowed",
		[RC_INVALID] = "the value is not valid",
		[RC_CONFLICT] = "it exists already",
		[RC_LIMIT] = "too large",
		[RC_TEMPFAIL] = "the database did not answer; try again",
	};
	const char *more = rc == RC_NOTFOUND || rc == RC_DENIED ? "" : db_error(u->db);

	unit_abort(u);
	fprintf(stderr, "cabildo: %s: %s%s%s\n", what, say[rc], *more ? ": " : "", more);
	return rc == RC_TEMPFAIL ? EX_TEMPFAIL : EX_DATAERR;
}

const char *cli_when(struct unit *u, int64_t at)
{
	char *s = arena_alloc(u->arena, 32);

	if (at == 0)
		return "never";
	clock_rfc3339(at, s);
	return s;
}

const char *cli_line(struct unit *u, const char *text)
{
	char *s = arena_strdup(u->arena, text);

	for (char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
	return s;
}

static void help(FILE *f)
{
	fprintf(f, "usage: cabildo [--config FILE] SUBCOMMAND ...\n\n");
	for (size_t i = 0; i < subcmds_n; i++)
		fprintf(f, "  %-36s %s\n", subcmds[i].usage, subcmds[i].help);
	fprintf(f, "\n`cabildo help SUBCOMMAND` opens the manual page.\n");
}

static int help_page(const char *name)
{
	char page[64];

	for (size_t i = 0; i < subcmds_n; i++)
		if (strcmp(subcmds[i].name, name) == 0) {
			snprintf(page, sizeof(page), "cabildo-%s", name);
			execlp("man", "man", page, (char *)NULL);
			printf("usage: cabildo %s\n%s\n", subcmds[i].usage, subcmds[i].help);
			return 0;
		}
	fprintf(stderr, "cabildo: there is no subcommand %s\n", name);
	return EX_USAGE;
}

int main(int argc, char **argv)
{
	struct prog p;
	struct unit u = { .door = DOOR_CLI };
	int rc;

	if (argc == 1 ||
	    (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))) {
		help(argc == 1 ? stderr : stdout);
		return argc == 1 ? EX_USAGE : 0;
	}
	if (argc == 3 && strcmp(argv[1], "help") == 0)
		return help_page(argv[2]);
	prog_init(&p, argc, argv, "the administrator's command", NULL, 0);
	tr_init(NULL);
	if (p.argc == 0)
		return cli_usage("SUBCOMMAND ...; cabildo --help lists them");
	for (size_t i = 0; i < subcmds_n; i++) {
		if (strcmp(p.argv[0], subcmds[i].name) != 0)
			continue;
		if (p.argc == 2 && strcmp(p.argv[1], "--help") == 0) {
			printf("usage: cabildo %s\n%s\n", subcmds[i].usage, subcmds[i].help);
			return 0;
		}
		u.arena = arena_new((size_t)512 << 20);
		u.conf = &p.conf;
		u.keys = &p.keys;
		u.db = subcmds[i].needs_schema
			       ? unit_open(&p.conf, "cli")
			       : db_new(p.conf.database, "cabildo", "cabildo", DB_NO_VERSION_CHECK);
		rc = subcmds[i].run(&p, &u, p.argc - 1, p.argv + 1);
		unit_close(&u.db);
		arena_free(&u.arena);
		return rc;
	}
	fprintf(stderr, "cabildo: there is no subcommand %s; cabildo --help lists them\n",
		p.argv[0]);
	return EX_USAGE;
}
