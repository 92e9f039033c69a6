/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo thread: what moderators do to threads. */
#include <stdio.h>
#include <sysexits.h>

#include "server/cli/cli.h"
#include "server/core/tag.h"

#include "server/base/base.h"

static const char usage_all[] =
	"thread lock|unlock|unpin|hide|restore LIST THREAD | thread pin LIST THREAD --until YYYY-MM-DD | "
	"thread hide|restore LIST THREAD --posts N,N-N | thread rename LIST THREAD --subject TEXT | "
	"thread split LIST THREAD --posts N,N-N --subject TEXT | thread merge LIST THREAD INTO | "
	"thread move LIST THREAD TO-LIST | thread reattach LIST THREAD POST [THREAD/]POST | "
	"thread tag LIST THREAD TAG,TAG | thread tags LIST | thread tag-rename LIST TAG NEW-NAME | "
	"thread tag-merge LIST TAG INTO-TAG | thread acts LIST THREAD | thread undo ACT; each with --why TEXT";

/* "3,5-7": numbers of posts. */
static bool posts_parse(struct unit *u, const char *text, struct thread_do *d)
{
	int64_t *n = ARENA_ARRAY(u->arena, THREAD_POSTS_MAX + 1, int64_t), from, to;
	struct slice rest = slice_of(text), item, first;

	d->posts = n;
	while (rest.n > 0) {
		slice_cut(&rest, ',', &item);
		slice_cut(&item, '-', &first);
		if (!slice_i64(first, 1, INT32_MAX, &from) ||
		    !slice_i64(item.n ? item : first, from, from + THREAD_POSTS_MAX, &to))
			return false;
		for (; from <= to; from++) {
			if (d->nposts == THREAD_POSTS_MAX)
				return false;
			n[d->nposts++] = from;
		}
	}
	return d->nposts > 0;
}

/* The end of that day, UTC. */
static bool until_parse(const char *text, int64_t *at_r)
{
	struct slice rest = slice_of(text), year, month;
	struct civil c = { .hour = 23, .minute = 59, .second = 59 };
	int64_t y, m, d;

	if (!slice_cut(&rest, '-', &year) || !slice_cut(&rest, '-', &month) ||
	    !slice_i64(year, 2000, 2200, &y) || !slice_i64(month, 1, 12, &m) ||
	    !slice_i64(rest, 1, 31, &d))
		return false;
	c.year = (int)y;
	c.month = (int)m;
	c.day = (int)d;
	*at_r = clock_from_civil(c);
	return true;
}

static int done(struct unit *u, enum rc rc, const struct thread_done *r, const char *what)
{
	if (rc == RC_OK)
		rc = unit_commit(u);
	if (rc == RC_INVALID && *r->reason != '\0') {
		unit_abort(u);
		fprintf(stderr, "cabildo: %s: %s\n", what, r->reason);
		return EX_DATAERR;
	}
	if (rc != RC_OK)
		return cli_fail(u, rc, what);
	unit_wake(u);
	printf("act %lld\n", (long long)r->act);
	if (r->thread != 0)
		printf("thread %s/%lld\n", r->list, (long long)r->thread);
	return 0;
}

static int tags_print(struct unit *u, const char *list)
{
	struct tag_row *t;
	struct act_line *acts;
	size_t n, nacts;
	enum rc rc = tags_load(u, list, &t, &n, &acts, &nacts);

	if (rc != RC_OK)
		return cli_fail(u, rc, list);
	for (size_t i = 0; i < n; i++)
		printf("tag\t%s\t%lld\n", cli_line(u, t[i].tag), (long long)t[i].threads);
	for (size_t i = 0; i < nacts; i++)
		printf("%lld\t%s\t%s\t%s\tthreads %lld\t%s\t%s > %s\n", (long long)acts[i].id,
		       acts[i].kind, cli_when(u, acts[i].at),
		       *acts[i].who ? cli_line(u, acts[i].who) : "command line",
		       (long long)acts[i].posts, acts[i].undone_at ? "undone" : "stands",
		       cli_line(u, acts[i].before), cli_line(u, acts[i].after));
	return 0;
}

static int tag_change(struct unit *u, bool merge, char **w, const char *why)
{
	struct thread_done r = { .reason = "" };
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = tag_do(u,
			    &(struct tag_do){
				    .list = w[0], .merge = merge, .from = w[1], .to = w[2], .why = why },
			    &r);
	return done(u, rc, &r, arena_fmt(u->arena, "tag %s", w[1]));
}

static int undo(struct unit *u, const char *number)
{
	struct thread_done r = { .reason = "" };
	int64_t act;
	enum rc rc;

	if (!slice_i64(slice_of(number), 1, INT64_MAX, &act))
		return cli_usage(usage_all);
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = thread_undo(u, act, &r);
	return done(u, rc, &r, arena_fmt(u->arena, "thread undo %s", number));
}

static int acts_print(struct unit *u, const char *list, int64_t thread)
{
	struct thread_tools t;
	enum rc rc = thread_tools(u, list, thread, 0, &t);

	if (rc != RC_OK)
		return cli_fail(u, rc, arena_fmt(u->arena, "%s/%lld", list, (long long)thread));
	for (size_t i = 0; i < t.nacts; i++)
		printf("%lld\t%s\t%s\t%s\tposts %lld\t%s\t%s\n", (long long)t.acts[i].id,
		       t.acts[i].kind, cli_when(u, t.acts[i].at),
		       *t.acts[i].who ? cli_line(u, t.acts[i].who) : "command line",
		       (long long)t.acts[i].posts, t.acts[i].undone_at ? "undone" : "stands",
		       cli_line(u, t.acts[i].why));
	return 0;
}

/* What follows LIST and THREAD, by the act. */
static bool words_parse(struct unit *u, int n, char **w, const char *const *v, struct thread_do *d)
{
	struct slice where, thread;
	int64_t *post;

	switch (d->act) {
	case ACT_MERGE:
		return n == 1 && slice_i64(slice_of(w[0]), 1, INT64_MAX, &d->to);
	case ACT_MOVE:
		d->to_list = n == 1 ? w[0] : NULL;
		return n == 1;
	case ACT_REATTACH:
		post = ARENA_ARRAY(u->arena, 1, int64_t);
		if (n != 2 || !slice_i64(slice_of(w[0]), 1, INT32_MAX, post))
			return false;
		d->posts = post;
		d->nposts = 1;
		where = slice_of(w[1]);
		if (slice_cut(&where, '/', &thread))
			return slice_i64(thread, 1, INT64_MAX, &d->to) &&
			       slice_i64(where, 1, INT32_MAX, &d->to_post);
		return slice_i64(thread, 1, INT32_MAX, &d->to_post);
	case ACT_PIN:
		return n == 0 && v[2] != NULL && until_parse(v[2], &d->until);
	case ACT_SPLIT:
		return n == 0 && v[0] != NULL && v[1] != NULL;
	case ACT_TAG:
		d->tags = n == 1 ? w[0] : NULL;
		return n == 1;
	case ACT_RENAME:
		return n == 0 && v[1] != NULL;
	default:
		return n == 0;
	}
}

int cli_thread(struct prog *p UNUSED, struct unit *u, int argc, char **argv)
{
	static const char *const names[] = { "posts", "subject", "until", "why", NULL };
	const char *v[4];
	int n = cli_options(argc, argv, names, v);
	struct thread_do d = { .act = 0 };
	struct thread_done r = { .reason = "" };
	enum rc rc;

	if (n == 2 && strcmp(argv[0], "undo") == 0)
		return undo(u, argv[1]);
	if (n == 2 && strcmp(argv[0], "tags") == 0)
		return tags_print(u, argv[1]);
	if (n == 4 && (strcmp(argv[0], "tag-rename") == 0 || strcmp(argv[0], "tag-merge") == 0))
		return tag_change(u, argv[0][4] == 'm', argv + 1, v[3]);
	if (n < 3)
		return cli_usage(usage_all);
	d.list = argv[1];
	d.subject = v[1];
	d.why = v[3];
	if (!slice_i64(slice_of(argv[2]), 1, INT64_MAX, &d.thread))
		return cli_usage(usage_all);
	if (strcmp(argv[0], "acts") == 0 && n == 3)
		return acts_print(u, argv[1], d.thread);
	while (thread_act_names[d.act] != NULL && strcmp(thread_act_names[d.act], argv[0]) != 0)
		d.act++;
	if (thread_act_names[d.act] == NULL || !words_parse(u, n - 3, argv + 3, v, &d) ||
	    (v[0] != NULL && !posts_parse(u, v[0], &d)))
		return cli_usage(usage_all);
	if (d.nposts > 0 && d.act == ACT_HIDE)
		d.act = ACT_HIDE_POSTS;
	else if (d.nposts > 0 && d.act == ACT_RESTORE)
		d.act = ACT_RESTORE_POSTS;
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = thread_do(u, &d, &r);
	return done(u, rc, &r, arena_fmt(u->arena, "thread %s %s/%s", argv[0], argv[1], argv[2]));
}
