/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo list, cabildo member. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/admin.h"
#include "server/core/ban.h"
#include "server/core/group_kind.h"
#include "server/core/office.h"
#include "server/core/subscribe.h"

#include "server/base/base.h"

static int done(struct unit *u, enum rc rc, const char *what)
{
	if (rc == RC_OK)
		rc = unit_commit(u);
	return rc == RC_OK ? 0 : cli_fail(u, rc, what);
}

static int list_add(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "title",       "lang",    "visibility",
					     "description", "footer!", NULL };
	const char *v[5];
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 1)
		return cli_usage("list add NAME [--title T] [--lang es] [--visibility "
				 "public|members|hidden] "
				 "[--description D] [--footer]");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = list_create(u, &(struct list_new){ argv[0], v[0] ? v[0] : argv[0],
							v[3] ? v[3] : "", v[1] ? v[1] : "es",
							v[2] ? v[2] : "members", v[4] != NULL });
	return done(u, rc, argv[0]);
}

/* From one of the kinds of group. */
static int list_make(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "template", "title", "lang", "description", "parent", "owner", NULL };
	const char *v[6], *field, *err;
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 1 || v[0] == NULL)
		return cli_usage("list create NAME --template discussion|members|announcements|secretariat "
				 "[--title T] [--lang es] [--description D] [--parent GROUP] "
				 "[--owner ADDRESS]");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = group_create(u,
				  &(struct group_new){ .name = argv[0],
						       .title = v[1] ? v[1] : argv[0],
						       .description = v[3] ? v[3] : "",
						       .lang = v[2] ? v[2] : "es",
						       .kind = v[0],
						       .parent = v[4] ? v[4] : "",
						       .owner = v[5] ? v[5] : "" },
				  &field, &err);
	if (rc != RC_INVALID || *err == '\0')
		return done(u, rc, argv[0]);
	unit_abort(u);
	fprintf(stderr, "cabildo: %s: %s\n", field, err);
	return EX_DATAERR;
}

static int list_all(struct unit *u)
{
	struct list_line *l;
	size_t n;
	enum rc rc = lists_all(u, &l, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, "list all");
	for (size_t i = 0; i < n; i++)
		printf("%s@%s\t%s\t%s\tmembers %lld\tthreads %lld\tposts %lld%s\n", l[i].name,
		       l[i].domain, l[i].title, l[i].visibility, (long long)l[i].members,
		       (long long)l[i].threads, (long long)l[i].posts,
		       l[i].archived ? "\tarchived" : "");
	return 0;
}

/* SETTING=VALUE words into their places; false, and said, where one is wrong. */
static bool settings_parse(int argc, char **argv, const char *const *names, size_t n,
			   const char **v)
{
	for (int i = 0; i < argc; i++) {
		struct slice rest = slice_of(argv[i]), key;
		size_t k = 0;
		bool has = slice_cut(&rest, '=', &key);

		while (k < n && !slice_eqz(key, names[k]))
			k++;
		if (!has || k == n) {
			fprintf(stderr, "cabildo: %s: no such setting, or no =\n", argv[i]);
			return false;
		}
		v[k] = rest.p;
	}
	return true;
}

int cli_list(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	if (argc >= 1 && strcmp(argv[0], "add") == 0)
		return list_add(u, argc - 1, argv + 1);
	if (argc >= 1 && strcmp(argv[0], "create") == 0)
		return list_make(u, argc - 1, argv + 1);
	if (argc == 1 && strcmp(argv[0], "all") == 0)
		return list_all(u);
	if (argc == 2 && strcmp(argv[0], "show") == 0)
		return cli_settings_show(u, argv[1]);
	if (argc >= 3 && strcmp(argv[0], "set") == 0)
		return cli_settings_set(u, argv[1], argc - 2, argv + 2);
	return cli_usage("list create NAME --template KIND ... | list add NAME ... | list show NAME | "
			 "list set NAME SETTING=VALUE... | "
			 "list all; cabildo setting help tells the settings");
}

static int member_add(struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "name",    "role",         "delivery", "locale",
					     "country", "organisation", NULL };
	const char *v[6];
	struct group g;
	enum rc rc;

	if (cli_options(argc, argv, names, v) != 2)
		return cli_usage("member add LIST ADDRESS --name N [--role member|moderator|owner] "
				 "[--delivery each] "
				 "[--locale es|en|pt|fr|it] [--country GT] [--organisation O]");
	if (addr_reachable(u->arena, argv[1]) == NULL && addr_clean(u->arena, argv[1]) != NULL) {
		fprintf(stderr, "cabildo: %s: letters outside ASCII in an address need SMTPUTF8, "
			"which copies cannot use\n", argv[1]);
		return EX_DATAERR;
	}
	rc = office_check(u, argv[0], OFFICE_OWNER, &g);
	if (rc != RC_OK)
		return cli_fail(u, rc, argv[0]);
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = member_create(
			u, &(struct member_new){ argv[0], argv[1], v[0], v[1] ? v[1] : "member",
						 v[2] ? v[2] : "each", v[3] ? v[3] : g.lang,
						 v[4], v[5] });
	return done(u, rc, argv[1]);
}

static int member_show(struct unit *u, const char *list)
{
	struct member_line *m;
	size_t n;
	enum rc rc = members_all(u, list, &m, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, list);
	for (size_t i = 0; i < n; i++)
		printf("%s\t%s\t%s\t%s\t%s\t%s\n", m[i].addr, m[i].name, m[i].role, m[i].delivery,
		       m[i].country, m[i].organisation);
	return 0;
}

/* What a conflict means where somebody is taken out or gets another role. */
static int owner_done(struct unit *u, enum rc rc, const char *what)
{
	if (rc != RC_CONFLICT)
		return done(u, rc, what);
	unit_abort(u);
	fprintf(stderr, "cabildo: %s: the group would have no owner left; make somebody else owner first\n",
		what);
	return EX_DATAERR;
}

static int member_set(struct unit *u, int argc, char **argv)
{
	const char *v[MEMBER_SETTINGS] = { NULL };
	enum rc rc;

	if (argc < 3)
		return cli_usage("member set LIST ADDRESS SETTING=VALUE...: delivery=each|mentions|none, "
				 "own_copy=yes|no, copy_when_addressed=yes|no, receipt=yes|no, attachments=list|whole|link, "
				 "moderation=default|hold|accept, moderator_notices=each|digest|none, "
				 "role=member|moderator|owner");
	if (!settings_parse(argc - 2, argv + 2, member_setting_names, MEMBER_SETTINGS, v))
		return EX_USAGE;
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = member_settings_set(u, argv[0], argv[1], v);
	return owner_done(u, rc, argv[1]);
}

static int member_requests(struct unit *u, const char *list)
{
	struct join_request *r;
	size_t n;
	enum rc rc = join_requests(u, list, &r, &n);

	if (rc != RC_OK)
		return cli_fail(u, rc, list);
	for (size_t i = 0; i < n; i++) {
		char when[32];

		clock_rfc3339(r[i].asked_at, when);
		printf("%lld\t%s\t%s\t%s\t%s\n", (long long)r[i].id, r[i].addr, r[i].name, when,
		       r[i].source);
	}
	return 0;
}

static int member_decide(struct unit *u, const char *list, const char *id, bool approve)
{
	int64_t n;
	enum rc rc = slice_i64(slice_of(id), 1, INT64_MAX, &n) ? unit_begin_rw(u) : RC_INVALID;

	if (rc == RC_OK)
		rc = join_request_decide(u, list, n, approve);
	return done(u, rc, id);
}

int cli_member(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	enum rc rc;
	int done_here = cli_member_file(u, argc, argv);

	if (done_here < 0)
		done_here = cli_member_invite(u, argc, argv);
	if (done_here >= 0)
		return done_here;
	if (argc >= 1 && strcmp(argv[0], "add") == 0)
		return member_add(u, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[0], "show") == 0)
		return member_show(u, argv[1]);
	if (argc >= 1 && strcmp(argv[0], "set") == 0)
		return member_set(u, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[0], "requests") == 0)
		return member_requests(u, argv[1]);
	if (argc == 3 && (strcmp(argv[0], "approve") == 0 || strcmp(argv[0], "decline") == 0))
		return member_decide(u, argv[1], argv[2], argv[0][0] == 'a');
	if (argc != 3 || strcmp(argv[0], "remove") != 0)
		return cli_usage("member add LIST ADDRESS ... | member remove LIST ADDRESS | "
				 "member show LIST | member set LIST ADDRESS SETTING=VALUE... | "
				 "member requests LIST | member list LIST [--csv] | "
				 "member import|sync LIST FILE.csv [--dry-run] [--welcome] | "
				 "member approve|decline LIST REQUEST | member invite LIST ADDRESS... | "
				 "member invitations LIST | member withdraw LIST NUMBER");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = member_delete(u, argv[1], argv[2]);
	return owner_done(u, rc, argv[2]);
}

static int ban_list(struct unit *u, const char *list)
{
	int64_t before = 0;
	struct ban_row *b;
	size_t n = BANS_PER_PAGE + 1;

	while (n > BANS_PER_PAGE) {
		enum rc rc = bans_load(u, list, before, &b, &n);

		if (rc != RC_OK)
			return cli_fail(u, rc, list ? list : "ban list");
		for (size_t i = 0; i < n && i < BANS_PER_PAGE; i++) {
			printf("%lld\t%s\t%s\t%s\t%s\n", (long long)b[i].id,
			       b[i].site ? "site" : "group", b[i].addr, cli_when(u, b[i].until),
			       cli_line(u, b[i].reason));
			before = b[i].id;
		}
	}
	return 0;
}

int cli_ban(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "list", "reason", "days", NULL };
	const char *v[3], *err = NULL;
	int n = cli_options(argc, argv, names, v);
	int64_t id = 0, days = 0;
	bool add = n == 2 && strcmp(argv[0], "add") == 0;
	enum rc rc;

	if (n == 1 && strcmp(argv[0], "list") == 0)
		return ban_list(u, v[0]);
	if ((!add && (n != 2 || strcmp(argv[0], "lift") != 0 ||
		      !slice_i64(slice_of(argv[1]), 1, INT64_MAX, &id))) ||
	    (v[2] != NULL && !slice_i64(slice_of(v[2]), 0, 100000, &days)))
		return cli_usage("ban add ADDRESS|@DOMAIN [--list LIST] [--reason TEXT] [--days N] | "
				 "ban list [--list LIST] | ban lift NUMBER [--list LIST] [--reason TEXT]");
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = add ? ban_create(u, v[0], argv[1], v[1] ? v[1] : "", (int)days, &err)
			 : ban_remove(u, v[0], id, v[1] ? v[1] : "");
	if (rc != RC_INVALID || err == NULL)
		return done(u, rc, argv[1]);
	unit_abort(u);
	fprintf(stderr, "cabildo: %s\n", err);
	return EX_DATAERR;
}
