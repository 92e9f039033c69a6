/* SPDX-License-Identifier: Apache-2.0 */
/* Small subcommands: migrate, secret, status, account. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/cli/cli.h"
#include "server/core/account.h"
#include "server/core/admin.h"
#include "server/core/erase.h"
#include "server/core/security.h"
#include "server/db/migrate.h"
#include "server/db/version.h"

#include "server/base/base.h"

static const char *data_dir(void)
{
	const char *env = getenv("CABILDO_DATADIR");

	return env != NULL && *env != '\0' ? env : PKGDATADIR;
}

int cli_migrate(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "check!", NULL };
	const char *value[1], *err = "";
	int64_t from = 0;
	enum rc rc;

	if (cli_options(argc, argv, names, value) != 0)
		return cli_usage("migrate [--check]");
	if (value[0] != NULL) {
		rc = db_connect(u->db);
		if (rc == RC_OK)
			rc = migrate_version(u->db, &from);
		if (rc != RC_OK)
			return cli_fail(u, rc, "migrate");
		printf("schema %lld\n", (long long)from);
		return from == DB_SCHEMA_VERSION ? 0 : 1;
	}
	rc = migrate_run(u->db, u->arena, data_dir(), &from, &err);
	if (rc != RC_OK) {
		fprintf(stderr, "cabildo: migrate: %s\n", err);
		return rc == RC_TEMPFAIL ? EX_TEMPFAIL : EX_SOFTWARE;
	}
	printf("schema %d%s\n", DB_SCHEMA_VERSION, from == DB_SCHEMA_VERSION ? " (was there)" : "");
	return 0;
}

static int secret_add(struct prog *p)
{
	struct arena *a = arena_new(1 << 16);
	const char *id = "", *err = "";
	enum rc rc = keys_add(p->conf.secret_file, a, &id, &err);

	if (rc == RC_OK) {
		printf("secret %s key %s\n", p->conf.secret_file, id);
		fputs("cabildo: restart the programs: until then they sign with the key before\n", stderr);
	} else {
		fprintf(stderr, "cabildo: %s: %s\n", p->conf.secret_file, err);
	}
	arena_free(&a);
	return rc == RC_OK ? 0 : rc == RC_NOTFOUND ? EX_NOINPUT : rc == RC_INVALID ? EX_CONFIG : EX_CANTCREAT;
}

int cli_secret(struct prog *p, struct unit *u UNUSED, int argc, char **argv)
{
	const char *err = "";
	enum rc rc;

	if (argc == 1 && strcmp(argv[0], "add") == 0)
		return secret_add(p);
	if (argc != 1 || strcmp(argv[0], "init") != 0)
		return cli_usage("secret init|add");
	rc = keys_create(p->conf.secret_file, &err);
	if (rc == RC_OK || rc == RC_CONFLICT) {
		printf("secret %s%s\n", p->conf.secret_file, rc == RC_OK ? "" : " (was there)");
		return 0;
	}
	fprintf(stderr, "cabildo: %s: %s\n", p->conf.secret_file, err);
	return EX_CANTCREAT;
}

int cli_status(struct prog *p, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "conf!", NULL };
	const char *value[1];
	struct site_status s;
	enum rc rc;

	if (cli_options(argc, argv, names, value) != 0)
		return cli_usage("status [--conf]");
	if (value[0] != NULL) {
		for (size_t i = 0; i < conf_defs_n; i++)
			printf("%s = %s\n", conf_defs[i].key,
			       *(const char **)((char *)&p->conf + conf_defs[i].at));
		return 0;
	}
	rc = site_status(u, &s);
	if (rc != RC_OK)
		return cli_fail(u, rc, "status");
	printf("schema %lld\nlists %lld\nposts %lld\naccounts %lld\noutbound "
	       "%lld\noutbound_oldest_s %lld\n"
	       "holds %lld\nquarantined %lld\nidentity_open %lld\n",
	       (long long)s.schema, (long long)s.lists, (long long)s.posts, (long long)s.accounts,
	       (long long)s.outbound,
	       (long long)(s.outbound_oldest ? (clock_now() - s.outbound_oldest) / USEC : 0),
	       (long long)s.holds, (long long)s.quarantined, (long long)s.identity_open);
	if (*p->conf.authserv_id == '\0' && s.identity_proven > 0)
		fprintf(stderr, "cabildo: there is no authserv_id, so nobody can prove who they are: "
				"every member's post waits in %lld groups; see cabildo.conf(5)\n",
			(long long)s.identity_proven);
	else if (s.identity_open > 0)
		fprintf(stderr, "cabildo: in %lld groups (identity = open) anybody can post under a "
				"member's name; see identity in cabildo(1)\n",
			(long long)s.identity_open);
	return 0;
}

/* The password on standard input: never in a process list or a history. */
static int password_set(struct unit *u, const char *addr)
{
	char line[1026];
	size_t n;
	enum rc rc;

	if (isatty(0))
		fprintf(stderr, "Password (it will be seen): ");
	if (fgets(line, sizeof(line), stdin) == NULL)
		line[0] = '\0';
	n = strcspn(line, "\r\n");
	line[n] = '\0';
	if (n < 8 || n > 1024) {
		fprintf(stderr, "cabildo: a password has 8 to 1,024 bytes\n");
		return EX_DATAERR;
	}
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = password_reset(u, addr, line);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, addr);
}

static int account_delete(struct unit *u, const char *addr)
{
	const char *who = "";
	enum rc rc = erase_now(u, addr, &who);

	if (rc == RC_CONFLICT) {
		fprintf(stderr, "cabildo: %s: a group would have no owner left; make somebody else owner first\n",
			addr);
		return EX_DATAERR;
	}
	if (rc != RC_OK)
		return cli_fail(u, rc, addr);
	printf("erased %s\n", who);
	return 0;
}

static int account_add(struct unit *u, const char *addr, const char *name, const char *locale, bool admin)
{
	enum rc rc;

	if (name == NULL)
		return cli_usage("account add ADDRESS --name N [--locale es] [--admin]");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = account_new(u, addr, name, locale ? locale : "es", admin);
	if (rc == RC_CONFLICT) {
		unit_abort(u);
		fprintf(stderr, "cabildo: %s: this address has an account already%s\n", addr,
			admin ? "; `cabildo account admin ADDRESS` makes it an administrator" : "");
		return EX_DATAERR;
	}
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc != RC_OK)
		return cli_fail(u, rc, addr);
	printf("account %s%s\n", addr, admin ? " administrator" : "");
	fprintf(stderr, "cabildo: they sign in at %s/signin by a link that is mailed to them, or by a password "
		"(cabildo account password)\n", u->conf->base_url);
	return 0;
}

int cli_account(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char usage[] =
		"account add ADDRESS --name N [--locale es] [--admin] | "
		"account password ADDRESS --stdin | account admin ADDRESS [--off] | "
		"account delete ADDRESS | account second-step ADDRESS --off";
	static const char *const names[] = { "stdin!", "off!", "name", "locale", "admin!", NULL };
	const char *value[5];
	int n = cli_options(argc, argv, names, value);
	enum rc rc;

	if (n != 2)
		return cli_usage(usage);
	if (strcmp(argv[0], "add") == 0)
		return account_add(u, argv[1], value[2], value[3], value[4] != NULL);
	if (strcmp(argv[0], "password") == 0)
		return password_set(u, argv[1]);
	if (strcmp(argv[0], "delete") == 0)
		return account_delete(u, argv[1]);
	if (strcmp(argv[0], "admin") != 0 &&
	    (strcmp(argv[0], "second-step") != 0 || value[1] == NULL))
		return cli_usage(usage);
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = *argv[0] == 'a' ? account_admin_set(u, argv[1], value[1] == NULL)
				     : second_off_for(u, argv[1]);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, argv[1]);
}
