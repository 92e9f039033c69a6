/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo mailbox: where cabildo-fetch looks. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/cli/cli.h"
#include "server/core/mailbox.h"

#include "server/base/base.h"

static const char usage[] =
	"mailbox add LIST imaps|imap|pop3s|pop3://USER@HOST[:PORT][/FOLDER]\n"
	"         [--auth password|oauth2] [--secret-file FILE] [--move-to FOLDER] [--ca FILE] [--plain]\n"
	"       cabildo mailbox list | remove ID | pause ID | resume ID";

static bool secret_read(char *line, size_t size)
{
	size_t n;

	if (isatty(0))
		fprintf(stderr, "Password or token (it will be seen): ");
	if (fgets(line, (int)size, stdin) == NULL)
		line[0] = '\0';
	n = strcspn(line, "\r\n");
	line[n] = '\0';
	return n > 0;
}

static int add(struct unit *u, int n, char **argv, const char *const *value)
{
	char line[16384];
	const char *why = "";
	int64_t id;
	struct mailbox_new m = { .auth = value[0],
				 .secret_path = value[1],
				 .move_to = value[2],
				 .ca_path = value[3],
				 .plain = value[4] != NULL };
	enum rc rc;

	if (n != 3)
		return cli_usage(usage);
	m.list = argv[1];
	m.url = argv[2];
	if (m.secret_path == NULL) {
		if (!secret_read(line, sizeof(line))) {
			fprintf(stderr, "cabildo: the password is expected on standard input\n");
			return EX_DATAERR;
		}
		m.secret = line;
	}
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = mailbox_create(u, &m, &id, &why);
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc == RC_INVALID && *why != '\0') {
		unit_abort(u);
		fprintf(stderr, "cabildo: %s: %s\n", m.url, why);
		return EX_DATAERR;
	}
	if (rc != RC_OK)
		return cli_fail(u, rc, rc == RC_NOTFOUND ? m.list : m.url);
	printf("mailbox %lld\n", (long long)id);
	return 0;
}

static int all(struct unit *u)
{
	struct mailbox_row *m;
	size_t n;
	enum rc rc = mailboxes_all(u, &m, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, "mailbox list");
	for (size_t i = 0; i < n; i++)
		printf("%lld\t%s@%s\t%s\t%s@%s:%lld\t%s\t%s\tfetched %lld\tlast %s\t%s%s%s%s\n",
		       (long long)m[i].id, m[i].list, m[i].domain, m[i].protocol, m[i].login,
		       m[i].host, (long long)m[i].port, m[i].tls, m[i].folder,
		       (long long)m[i].fetched, cli_when(u, m[i].ok_at),
		       m[i].paused ? "paused " : "", *m[i].failure ? "failed " : "",
		       *m[i].failure ? cli_when(u, m[i].failed_at) : "",
		       *m[i].failure ? arena_fmt(u->arena, ": %s", m[i].failure) : "ok");
	return 0;
}

int cli_mailbox(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "auth", "secret-file", "move-to", "ca", "plain!",
					     NULL };
	const char *value[5];
	int64_t id = 0;
	int n = cli_options(argc, argv, names, value);
	enum rc rc;

	if (n >= 1 && strcmp(argv[0], "add") == 0)
		return add(u, n, argv, value);
	if (n == 1 && strcmp(argv[0], "list") == 0)
		return all(u);
	if (n != 2 || !slice_i64(slice_of(argv[1]), 1, INT64_MAX, &id))
		return cli_usage(usage);
	rc = unit_begin_rw(u);
	if (rc != RC_OK)
		return cli_fail(u, rc, argv[1]);
	if (strcmp(argv[0], "remove") == 0) {
		rc = mailbox_remove(u, id);
	} else if (strcmp(argv[0], "pause") == 0 || strcmp(argv[0], "resume") == 0) {
		rc = mailbox_pause(u, id, argv[0][0] == 'p');
	} else {
		unit_abort(u);
		return cli_usage(usage);
	}
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, argv[1]);
}
