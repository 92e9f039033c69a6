/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo member invite, invitations, withdraw. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/invite.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* The name of one, or those of "Ana Pérez <ana@example.org>". */
static size_t addresses(struct unit *u, int n, char **arg, const char *name, struct invite_addr *r)
{
	size_t done = 0;

	for (int i = 0; i < n; i++) {
		size_t got = invite_split(u->arena, slice_of(arg[i]), r + done,
					  INVITES_AT_ONCE - done);

		if (got > INVITES_AT_ONCE - done)
			return INVITES_AT_ONCE + 1;
		done += got;
	}
	if (name != NULL && done == 1)
		r[0].name = name;
	return done;
}

static int invite(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "note", "locale", "name", NULL };
	static const char *const words[INVITE_WHATS] = {
		"sent", "bad-address", "twice", "member", "banned", "waits", "declined", "often", "full"
	};
	struct invite_addr *to = ARENA_ARRAY(u->arena, INVITES_AT_ONCE, struct invite_addr);
	struct invite_new n = { .to = to };
	const char *v[3];
	struct invite_one *r;
	bool all = true;
	int words_n = cli_options(argc, argv, names, v);
	enum rc rc;

	if (words_n < 2)
		return cli_usage("member invite LIST ADDRESS... [--name N] [--note TEXT] [--locale es]");
	n.n = addresses(u, words_n - 1, argv + 1, v[2], to);
	if (n.n > INVITES_AT_ONCE) {
		fprintf(stderr, "cabildo: at most %d addresses at once\n", INVITES_AT_ONCE);
		return EX_USAGE;
	}
	n.note = v[0] ? v[0] : "";
	n.locale = v[1];
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = invite_send(u, argv[0], &n, &r);
	if (rc == RC_CONFLICT) {
		unit_abort(u);
		fprintf(stderr, "cabildo: %s: nobody can join this group: it is closed or archived\n",
			argv[0]);
		return EX_DATAERR;
	}
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc != RC_OK)
		return cli_fail(u, rc, argv[0]);
	unit_wake(u);
	for (size_t i = 0; i < n.n; i++) {
		printf("%s\t%s\n", words[r[i].what], cli_line(u, r[i].addr));
		all &= r[i].what == INVITE_SENT;
	}
	return all ? 0 : EX_DATAERR;
}

static int invitations(struct unit *u, const char *list)
{
	int64_t before = 0;
	struct invite_row *r;
	size_t n = INVITES_PER_PAGE + 1;

	while (n > INVITES_PER_PAGE) {
		enum rc rc = invites_load(u, list, before, &r, &n);

		if (rc != RC_OK)
			return cli_fail(u, rc, list);
		for (size_t i = 0; i < n && i < INVITES_PER_PAGE; i++) {
			printf("%lld\t%s\t%s\t%s\t%s\t%s\n", (long long)r[i].id, r[i].addr,
			       *r[i].outcome ? r[i].outcome : r[i].open ? "open" : "expire",
			       cli_when(u, r[i].sent_at), cli_when(u, r[i].ended_at),
			       cli_line(u, r[i].by_name));
			before = r[i].id;
		}
	}
	return 0;
}

static int withdraw(struct unit *u, const char *list, const char *id)
{
	int64_t n;
	enum rc rc = slice_i64(slice_of(id), 1, INT64_MAX, &n) ? unit_begin_rw(u) : RC_INVALID;

	if (rc == RC_OK)
		rc = invite_withdraw(u, list, n);
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, id);
}

int cli_member_invite(struct unit *u, int argc, char **argv)
{
	if (argc < 1)
		return -1;
	if (strcmp(argv[0], "invite") == 0)
		return invite(u, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[0], "invitations") == 0)
		return invitations(u, argv[1]);
	if (argc == 3 && strcmp(argv[0], "withdraw") == 0)
		return withdraw(u, argv[1], argv[2]);
	return -1;
}
