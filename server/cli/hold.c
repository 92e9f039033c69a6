/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo hold: what waits for a moderator. */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/cli/cli.h"
#include "server/core/moderate.h"
#include "server/core/settings.h"

#include "server/base/base.h"

static const char usage_all[] =
	"hold list [LIST] | hold show ID [--raw] | "
	"hold approve|return|reject|discard|spam ID... [--why TEXT] [--policy accept|hold|ban] "
	"[--window SECONDS] | hold undo ID... | hold note ID --why TEXT | hold window [SECONDS]";

/* Text as it is, without what a terminal would obey. */
static void print_text(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		/* U+0080 to U+009F are controls too, in UTF-8 C2 80 to C2 9F */
		if (c == 0xC2 && i + 1 < text.n && (unsigned char)text.p[i + 1] < 0xA0)
			i++, putchar('?');
		else
			putchar((c < ' ' && c != '\n' && c != '\t') || c == 0x7F ? '?' : c);
	}
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		putchar('\n');
}

static int hold_list(struct unit *u, const char *list)
{
	struct held_page p = { .after = "" };

	do {
		enum rc rc = moderate_queue(u, list, NULL, p.after, &p);

		if (rc != RC_OK)
			return cli_fail(u, rc, list ? list : "hold list");
		for (size_t i = 0; i < p.n; i++)
			printf("%lld\t%s\t%s\t%s\t%s\t%s\n", (long long)p.held[i].id,
			       p.held[i].list_name, cli_when(u, p.held[i].held_at), p.held[i].rule,
			       cli_line(u, p.held[i].author_addr), cli_line(u, p.held[i].subject));
	} while (*p.after != '\0');
	return 0;
}

static void decided_print(struct unit *u, const struct held *h)
{
	printf("decision %s\nby %s\nat %s\n", h->decision,
	       *h->decider ? cli_line(u, h->decider) : "command line", cli_when(u, h->decided_at));
	if (h->done_at == 0)
		printf("effective %s\n", cli_when(u, h->effective_at));
	if (h->post != 0)
		printf("post %s/%lld/%lld\n", h->list_name, (long long)h->thread,
		       (long long)h->post);
	if (*h->why != '\0')
		printf("why %s\n", cli_line(u, h->why));
}

static int hold_show(struct unit *u, int64_t id, bool raw)
{
	struct held h;
	struct slice bytes;
	enum rc rc = raw ? moderate_raw(u, id, &bytes) : moderate_show(u, id, &h);

	if (rc != RC_OK)
		return cli_fail(u, rc, "hold show");
	if (raw) {
		if (isatty(1))
			print_text(bytes); /* nobody's mail commands a terminal */
		else if (fwrite(bytes.p, 1, bytes.n, stdout) != bytes.n)
			return EX_IOERR;
		return 0;
	}
	printf("hold %lld\nkind %s\nlist %s\nheld %s\nrule %s\nreason %s\nfrom %s <%s>\nenvelope <%s>\n"
	       "proven %s\nsubject %s\nmessage-id <%s>\ntrace %s\n",
	       (long long)h.id, h.kind, h.list_name, cli_when(u, h.held_at), h.rule, h.reason,
	       cli_line(u, h.author_name), cli_line(u, h.author_addr), cli_line(u, h.envelope_from),
	       h.proven ? "yes" : "no", cli_line(u, h.subject), cli_line(u, h.msgid), h.trace);
	for (size_t i = 0; i < h.nfiles; i++)
		printf("attachment %s\t%lld\n", cli_line(u, h.files[i]), (long long)h.file_sizes[i]);
	if (h.claimed_by != 0)
		printf("claimed %s\t%s\n", cli_line(u, h.claimer), cli_when(u, h.claimed_at));
	if (*h.note != '\0')
		printf("note %s\n", cli_line(u, h.note));
	if (h.edited_at != 0)
		printf("edited %s\t%s\n", *h.editor ? cli_line(u, h.editor) : "command line",
		       cli_when(u, h.edited_at));
	if (h.decided_at != 0)
		decided_print(u, &h);
	putchar('\n');
	print_text(h.body);
	return 0;
}

/* One message, one transaction; what another decided is said and is no success. */
static int hold_decide(struct unit *u, int64_t id, const struct decision *d)
{
	const char *act = d->act;
	const char *what = arena_fmt(u->arena, "%lld", (long long)id);
	struct held h;
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK && strcmp(act, "undo") == 0)
		rc = moderate_undo(u, id, &h);
	else if (rc == RC_OK && strcmp(act, "note") == 0)
		rc = moderate_note(u, id, d->why, &h);
	else if (rc == RC_OK)
		rc = moderate_decide(u, id, d, &h);
	if (rc == RC_CONFLICT) {
		unit_abort(u);
		fprintf(stderr, "cabildo: hold %s: %s%s\n", what,
			h.decided_at ? "it was decided already: " : "there is nothing to undo",
			h.decided_at ? h.decision : "");
		if (h.decided_at)
			decided_print(u, &h);
		return EX_DATAERR;
	}
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc != RC_OK)
		return cli_fail(u, rc, arena_fmt(u->arena, "hold %s %s", act, what));
	printf("hold %s %s\n", what, *h.decision ? h.decision : "waiting");
	if (!h.proven && *h.decision && strcmp(h.decision, "approve") != 0)
		fprintf(stderr, "hold %s: nobody is told: it is not proven who sent it\n", what);
	return 0;
}

/* How long a decision on the web can be undone. */
static int hold_window(struct unit *u, const char *value)
{
	int64_t seconds = 0;
	enum rc rc = value ? unit_begin_rw(u) : moderate_window(u, &seconds);

	if (rc == RC_OK && value != NULL) {
		rc = setting_put(u, "undo_window", value);
		if (rc == RC_OK)
			rc = unit_commit(u);
	}
	if (rc != RC_OK)
		return cli_fail(u, rc, "hold window");
	if (value == NULL)
		printf("undo_window %lld\n", (long long)seconds);
	return 0;
}

int cli_hold(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "raw!", "why", "policy", "window", NULL };
	const char *v[4];
	int n = cli_options(argc, argv, names, v), code = 0;
	const char *const *d = decision_names;
	struct decision with = { .act = argv[0] };
	int64_t id, window = 0;

	if (n < 1)
		return cli_usage(usage_all);
	if (strcmp(argv[0], "list") == 0 && n <= 2)
		return hold_list(u, n == 2 ? argv[1] : NULL);
	if (strcmp(argv[0], "window") == 0 && n <= 2)
		return hold_window(u, n == 2 ? argv[1] : NULL);
	for (int i = 1; i < n; i++)
		if (!slice_i64(slice_of(argv[i]), 1, INT64_MAX, &id)) {
			fprintf(stderr, "cabildo: hold: %s is no number of `cabildo hold list`\n",
				argv[i]);
			return EX_USAGE;
		}
	if (strcmp(argv[0], "show") == 0 && n == 2)
		return hold_show(u, id, v[0] != NULL);
	while (*d != NULL && strcmp(*d, argv[0]) != 0)
		d++;
	if (n < 2 || (*d == NULL && strcmp(argv[0], "undo") != 0 && strcmp(argv[0], "note") != 0) ||
	    (v[3] != NULL && !slice_i64(slice_of(v[3]), 0, 86400, &window)))
		return cli_usage(usage_all);
	with.why = v[1] ? v[1] : "";
	with.policy = v[2];
	with.window = (int)window;
	if (strcmp(argv[0], "return") == 0 && v[1] == NULL) {
		fprintf(stderr, "cabildo: hold return: --why TEXT says what is asked of the author\n");
		return EX_USAGE;
	}
	for (int i = 1; i < n; i++) {
		int one = slice_i64(slice_of(argv[i]), 1, INT64_MAX, &id)
				  ? hold_decide(u, id, &with)
				  : EX_USAGE;

		code = one ? one : code;
	}
	return code;
}
