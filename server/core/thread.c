/* SPDX-License-Identifier: Apache-2.0 */
/* See thread.h. Locks: the threads by id, then at the very end the groups by id. */
#include "server/core/audit.h"
#include "server/core/submit.h"
#include "server/core/thread.h"
#include "server/store/intake.h"
#include "server/store/post.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define POSTS_SHOWN 100
#define ACTS_SHOWN  20
#define LINES_SHOWN 5

const char *const thread_act_names[] = { "lock",       "unlock",        "pin",    "unpin", "hide",
					 "restore",    "hide-posts",    "restore-posts", "rename",
					 "split",      "merge",         "move",   "reattach", "tag", NULL };

struct job { /* one act on its way */
	struct unit *u;
	const struct thread_do *d;
	struct thread_done *r;
	struct act_thread t, other;
	struct act_row act;
	int64_t *posts; /* ids */
	size_t nposts;
	struct act_weight *weight;
	size_t nweight;
};

static struct reader who(const struct unit *u)
{
	return (struct reader){ u->actor.account, u->actor.admin || u->door == DOOR_CLI };
}

static enum rc wrong(struct job *j, const char *reason)
{
	j->r->reason = reason;
	return RC_INVALID;
}

#define ALREADY N_("It is so already: there is nothing to do.")

/* ---- ground shared by the acts ---- */

enum rc act_locks(struct unit *u, int64_t one, int64_t other)
{
	int64_t ids[2] = { one, other };

	return threads_lock(u->db, u->arena, ids, other ? 2 : 1);
}

static void weight_add(struct act_weight *all, size_t *n, const struct act_weight *w, int64_t sign)
{
	size_t i = 0;

	while (i < *n && all[i].list != w->list)
		i++;
	if (i == *n)
		all[(*n)++] = (struct act_weight){ .list = w->list };
	all[i].threads += sign * w->threads;
	all[i].posts += sign * w->posts;
}

enum rc act_settle(struct unit *u, int64_t one, int64_t other, const struct act_weight *w, size_t n)
{
	int64_t ids[2] = { one, other }, posts;
	struct act_weight *now, all[8];
	size_t nnow, nall = 0;
	enum rc rc = act_recount(u->db, u->arena, one, &posts);

	if (rc == RC_OK && other != 0 && other != one)
		rc = act_recount(u->db, u->arena, other, &posts);
	if (rc == RC_OK)
		rc = act_weights_read(u->db, u->arena, ids, other ? 2 : 1, &now, &nnow);
	if (rc != RC_OK)
		return rc;
	/* two threads are in two groups at most, before and after */
	for (size_t i = 0; i < n; i++)
		weight_add(all, &nall, &w[i], -1);
	for (size_t i = 0; i < nnow; i++)
		weight_add(all, &nall, &now[i], 1);
	for (size_t i = 0; i < nall; i++)
		for (size_t k = i + 1; k < nall; k++)
			if (all[k].list < all[i].list) {
				struct act_weight x = all[i];

				all[i] = all[k];
				all[k] = x;
			}
	for (size_t i = 0; i < nall && rc == RC_OK; i++)
		rc = act_weigh(u->db, &all[i]);
	return rc;
}

/* Nobody posts to these groups while posts change their places: a reply that has found its
 * thread already is through before. */
static enum rc groups_lock(struct unit *u, int64_t one, int64_t other)
{
	int64_t first = other != 0 && other < one ? other : one;
	enum rc rc = submit_list_lock(u, first);

	if (rc == RC_OK && other != 0 && other != one)
		rc = submit_list_lock(u, first == one ? other : one);
	return rc;
}

/* Both threads locked, read again, and what they weigh. */
static enum rc begin(struct job *j, int64_t other_number)
{
	struct unit *u = j->u;
	int64_t ids[2];
	enum rc rc = RC_OK;

	if (j->d->act >= ACT_SPLIT && j->d->act <= ACT_REATTACH)
		rc = groups_lock(u, j->t.list, j->act.other_list);
	if (rc == RC_OK && other_number != 0)
		rc = act_thread_read(u->db, u->arena, who(u), j->d->list, other_number, &j->other);
	if (rc == RC_NOTFOUND)
		return wrong(j, N_("There is no thread of that number in the group."));
	if (rc == RC_OK)
		rc = act_locks(u, j->t.id, j->other.id);
	/* as they are now that nobody else changes them */
	if (rc == RC_OK)
		rc = act_thread_read(u->db, u->arena, who(u), j->d->list, j->d->thread, &j->t);
	if (rc == RC_OK && other_number != 0)
		rc = act_thread_read(u->db, u->arena, who(u), j->d->list, other_number, &j->other);
	ids[0] = j->t.id;
	ids[1] = j->other.id;
	return rc == RC_OK ? act_weights_read(u->db, u->arena, ids, other_number ? 2 : 1,
					      &j->weight, &j->nweight)
			   : rc;
}

static enum rc act_begin(struct job *j)
{
	j->act.kind = thread_act_names[j->d->act];
	j->act.list = j->t.list;
	j->act.thread = j->t.id;
	j->act.account = j->u->actor.account;
	j->act.why = j->d->why ? slice_dup(j->u->arena, slice_trim(slice_of(j->d->why))) : "";
	j->act.before = j->act.before ? j->act.before : "";
	j->act.after = j->act.after ? j->act.after : "";
	j->act.posts = (int64_t)j->nposts;
	return act_write(j->u->db, j->u->arena, &j->act, j->posts, j->nposts);
}

/* The posts that were named, all of them in the thread. state: only those that are so. */
static enum rc posts_take(struct job *j, const char *state)
{
	struct act_post *p;
	size_t n;
	enum rc rc;

	if (j->d->nposts == 0)
		return wrong(j, N_("Tick the messages that are meant."));
	if (j->d->nposts > THREAD_POSTS_MAX)
		return wrong(j, N_("These are more than 1,000 messages: do it in parts."));
	rc = act_posts_read(j->u->db, j->u->arena, j->t.id, j->d->posts, j->d->nposts, &p, &n);
	if (rc != RC_OK)
		return rc;
	j->posts = ARENA_ARRAY(j->u->arena, n + 1, int64_t);
	for (size_t i = 0; i < n; i++)
		if (state == NULL || strcmp(p[i].state, state) == 0)
			j->posts[j->nposts++] = p[i].id;
	if (n == 0)
		return wrong(j, N_("Those messages are not in this thread any more. Open the page "
				   "again."));
	return j->nposts == 0 ? wrong(j, ALREADY) : RC_OK;
}

static enum rc subject_take(struct job *j, const char **subject_r)
{
	struct slice s = slice_trim(slice_of(j->d->subject ? j->d->subject : ""));

	if (s.n == 0)
		return wrong(j, N_("The thread has no title. Say in a few words what it is about."));
	if (s.n > THREAD_SUBJECT_MAX || memchr(s.p, '\n', s.n) != NULL)
		return wrong(j, N_("The title is longer than 300 characters. Shorten it."));
	*subject_r = slice_dup(j->u->arena, s);
	return RC_OK;
}

static const char *stamp(struct unit *u, int64_t usec)
{
	return usec ? arena_fmt(u->arena, "%lld", (long long)usec) : "";
}

/* ---- one thread ---- */

static enum rc do_state(struct job *j)
{
	static const char *const from[] = { "open", "locked", NULL, NULL, NULL, "hidden" };
	static const char *const to[] = { "locked", "open", NULL, NULL, "hidden", "open" };
	enum thread_act a = j->d->act;
	enum rc rc = begin(j, 0);

	if (rc != RC_OK)
		return rc;
	if (a == ACT_HIDE ? strcmp(j->t.state, "hidden") == 0 : strcmp(j->t.state, from[a]) != 0)
		return wrong(j, ALREADY);
	j->act.before = j->t.state;
	j->t.state = j->act.after = to[a];
	rc = act_begin(j);
	return rc == RC_OK ? act_thread_write(j->u->db, &j->t) : rc;
}

static enum rc do_pin(struct job *j)
{
	enum rc rc = begin(j, 0);
	int64_t now = clock_now();

	if (rc != RC_OK)
		return rc;
	if (j->d->act == ACT_PIN && j->d->until <= now)
		return wrong(j, N_("The day until which it stays pinned is over already."));
	if (j->d->act == ACT_PIN && j->d->until > now + 3660 * 86400 * USEC)
		return wrong(j, N_("A thread is pinned for ten years at most."));
	if (j->d->act == ACT_UNPIN && j->t.pinned_until <= now)
		return wrong(j, ALREADY);
	j->act.before = stamp(j->u, j->t.pinned_until);
	j->t.pinned_until = j->d->act == ACT_PIN ? j->d->until : 0;
	j->act.after = stamp(j->u, j->t.pinned_until);
	rc = act_begin(j);
	return rc == RC_OK ? act_thread_write(j->u->db, &j->t) : rc;
}

static enum rc do_rename(struct job *j)
{
	const char *subject;
	enum rc rc = subject_take(j, &subject);

	if (rc == RC_OK)
		rc = begin(j, 0);
	if (rc != RC_OK)
		return rc;
	if (strcmp(subject, j->t.subject) == 0)
		return wrong(j, ALREADY);
	j->act.before = j->t.subject;
	j->act.was = j->t.titled;
	j->t.subject = j->act.after = subject;
	j->t.titled = true;
	rc = act_begin(j);
	return rc == RC_OK ? act_thread_write(j->u->db, &j->t) : rc;
}

static enum rc do_tag(struct job *j)
{
	struct unit *u = j->u;
	const char *tags[TAGS_MAX], *chosen;
	int n = tags_split(u, j->d->tags ? j->d->tags : "", tags);
	enum rc rc;

	if (n < 0)
		return wrong(j, N_("A thread has ten tags at most, of 40 characters each."));
	rc = begin(j, 0);
	if (rc == RC_OK)
		rc = tags_read(u->db, u->arena, j->t.id, &j->act.before, &chosen);
	if (rc == RC_OK)
		rc = tags_write(u->db, u->arena, j->t.id, tags, (size_t)n);
	if (rc == RC_OK)
		rc = tags_read(u->db, u->arena, j->t.id, &j->act.after, &chosen);
	if (rc != RC_OK)
		return rc;
	return strcmp(j->act.before, j->act.after) == 0 ? wrong(j, ALREADY) : act_begin(j);
}

static enum rc do_posts_state(struct job *j)
{
	bool hide = j->d->act == ACT_HIDE_POSTS;
	enum rc rc = begin(j, 0);

	if (rc == RC_OK)
		rc = posts_take(j, hide ? "shown" : "hidden");
	if (rc != RC_OK)
		return rc;
	if (hide && (int64_t)j->nposts >= j->t.posts)
		return wrong(j, N_("No message would be left: hide the whole thread instead."));
	rc = act_begin(j);
	return rc == RC_OK ? act_posts_state(j->u->db, j->act.id, hide ? "hidden" : "shown") : rc;
}

/* ---- posts that go elsewhere ---- */

/* The act's posts into j->other; where nothing stays behind, the thread leads there. */
static enum rc place(struct job *j, int64_t root, int64_t parent)
{
	struct unit *u = j->u;
	enum rc rc;

	j->act.other = j->other.id;
	j->act.was = j->other.placed;
	rc = act_begin(j);
	if (rc == RC_OK)
		rc = act_posts_place(u->db, &j->act, j->other.id, root, parent);
	if (rc == RC_OK && j->act.whole)
		rc = act_lead(u->db, &j->act, j->other.id);
	return rc == RC_OK ? act_readers_lead(u->db, &j->act, j->other.id,
					      j->d->act == ACT_SPLIT && u->door == DOOR_WEB)
			   : rc;
}

static enum rc do_split(struct job *j)
{
	struct act_post *all;
	const char *subject;
	size_t n;
	enum rc rc = subject_take(j, &subject);

	if (rc == RC_OK)
		rc = begin(j, 0);
	if (rc == RC_OK)
		rc = posts_take(j, NULL);
	if (rc == RC_OK)
		rc = act_posts_read(j->u->db, j->u->arena, j->t.id, NULL, 0, &all, &n);
	if (rc != RC_OK)
		return rc;
	if (n == j->nposts)
		return wrong(j, N_("No message would be left. Rename the thread, or merge it into "
				   "another."));
	rc = act_split_write(j->u->db, j->u->arena, j->t.list, subject, &j->other.id);
	if (rc == RC_OK)
		rc = place(j, 0, 0);
	if (rc == RC_OK && strcmp(j->t.state, "hidden") == 0) {
		struct act_thread n2 = { .id = j->other.id, .state = "hidden", .subject = subject,
					 .titled = true };

		rc = act_thread_write(j->u->db, &n2);
	}
	j->r->thread = 0; /* given last */
	return rc;
}

static enum rc do_merge(struct job *j)
{
	struct act_post *all;
	enum rc rc;

	if (j->d->to == j->d->thread)
		return wrong(j, N_("That is this very thread."));
	if (j->d->to == 0)
		return wrong(j, N_("Say the number of the other thread; it stands in its address."));
	rc = begin(j, j->d->to);
	if (rc == RC_OK)
		rc = act_posts_read(j->u->db, j->u->arena, j->t.id, NULL, 0, &all, &j->nposts);
	if (rc != RC_OK)
		return rc;
	j->posts = ARENA_ARRAY(j->u->arena, j->nposts + 1, int64_t);
	for (size_t i = 0; i < j->nposts; i++)
		j->posts[i] = all[i].id;
	j->act.whole = true;
	j->r->thread = j->other.number;
	return place(j, 0, 0);
}

static enum rc do_reattach(struct job *j)
{
	int64_t to = j->d->to ? j->d->to : j->d->thread;
	struct act_post *p, *under, *all;
	size_t np, nu, na;
	int64_t root = 0;
	enum rc rc;

	if (j->d->nposts != 1 || j->d->to_post == 0)
		return wrong(j, N_("Choose one message, and the one that it answers."));
	rc = begin(j, to == j->d->thread ? 0 : to);
	if (rc == RC_OK && j->other.id == 0)
		j->other = j->t;
	if (rc == RC_OK)
		rc = act_posts_read(j->u->db, j->u->arena, j->other.id, &j->d->to_post, 1, &p, &np);
	if (rc == RC_OK && np == 0)
		return wrong(j, N_("There is no message of that number in that thread."));
	if (rc == RC_OK)
		rc = posts_take(j, NULL);
	if (rc == RC_OK)
		rc = act_posts_under(j->u->db, j->u->arena, j->t.id, j->posts[0], &under, &nu);
	if (rc == RC_OK)
		rc = act_posts_read(j->u->db, j->u->arena, j->t.id, NULL, 0, &all, &na);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < nu; i++)
		if (under[i].id == p[0].id)
			return wrong(j, N_("That message answers this one: they would go in a circle."));
	j->r->thread = to;
	if (j->other.id == j->t.id) {
		j->act.other = j->t.id;
		j->act.was = j->t.placed;
		rc = act_begin(j);
		return rc == RC_OK ? act_parent_place(j->u->db, j->act.id, j->posts[0], p[0].id) : rc;
	}
	root = j->posts[0];
	j->posts = ARENA_ARRAY(j->u->arena, nu, int64_t);
	for (size_t i = 0; i < nu; i++)
		j->posts[i] = under[i].id;
	j->nposts = nu;
	j->act.whole = nu == na;
	return place(j, root, p[0].id);
}

/* ---- to another group ---- */

static enum rc do_move(struct job *j)
{
	struct unit *u = j->u;
	int64_t to, clash = 0;
	enum rc rc;

	if (j->d->to_list == NULL || *j->d->to_list == '\0')
		return wrong(j, N_("Choose the group that it goes to."));
	rc = act_list_read(u->db, u->arena, who(u), j->d->to_list, &to);
	if (rc == RC_NOTFOUND)
		return wrong(j, N_("A thread goes only to a group that you moderate too."));
	if (rc == RC_OK)
		j->act.other_list = to;
	if (rc == RC_OK)
		rc = begin(j, 0);
	if (rc == RC_OK && to == j->t.list)
		return wrong(j, ALREADY);
	if (rc == RC_OK)
		rc = act_clash_read(u->db, u->arena, j->t.id, to, &clash);
	if (rc == RC_OK && clash != 0)
		return wrong(j, N_("A message of this thread is in that group too. Split it off, or "
				   "leave the thread here."));
	if (rc == RC_OK)
		rc = act_move(u->db, u->arena, &j->t, to, &j->act.other);
	if (rc != RC_OK)
		return rc;
	j->act.before = arena_fmt(u->arena, "%lld", (long long)j->t.number);
	j->act.was = j->t.placed;
	rc = act_begin(j);
	j->r->list = j->d->to_list;
	return rc == RC_OK ? act_move_rest(u->db, &j->act, j->t.number) : rc;
}

/* ---- the table ---- */

static enum rc (*const acts[THREAD_ACTS])(struct job *j) = {
	[ACT_LOCK] = do_state,	       [ACT_UNLOCK] = do_state,
	[ACT_PIN] = do_pin,	       [ACT_UNPIN] = do_pin,
	[ACT_HIDE] = do_state,	       [ACT_RESTORE] = do_state,
	[ACT_HIDE_POSTS] = do_posts_state, [ACT_RESTORE_POSTS] = do_posts_state,
	[ACT_RENAME] = do_rename,      [ACT_SPLIT] = do_split,
	[ACT_MERGE] = do_merge,	       [ACT_MOVE] = do_move,
	[ACT_REATTACH] = do_reattach,  [ACT_TAG] = do_tag,
};

/* Which posts, or from what to what. */
static const char *record_after(struct job *j)
{
	struct str s;

	str_init(&s, j->u->arena, 65536);
	str_addz(&s, j->act.after);
	if (j->nposts > 0)
		str_fmt(&s, "%sposts", s.n ? " " : "");
	for (size_t i = 0; i < j->nposts && i < 200; i++)
		str_fmt(&s, " %lld", (long long)j->posts[i]);
	if (j->act.other != 0)
		str_fmt(&s, "%sthread %lld", s.n ? " " : "", (long long)j->act.other);
	if (j->act.other_list != 0)
		str_fmt(&s, " group %lld", (long long)j->act.other_list);
	return str_z(&s);
}

/* Numbers are given last: they take the group's row. */
static enum rc number_give(struct job *j)
{
	int64_t number;
	enum rc rc = RC_OK;

	if (j->d->act == ACT_SPLIT)
		rc = act_number_give(j->u->db, j->u->arena, j->t.list, j->other.id, &number);
	else if (j->d->act == ACT_MOVE)
		rc = act_number_give(j->u->db, j->u->arena, j->act.other_list, j->t.id, &number);
	else
		return RC_OK;
	j->r->thread = number;
	return rc;
}

enum rc thread_do(struct unit *u, const struct thread_do *d, struct thread_done *r)
{
	struct job j = { .u = u, .d = d, .r = r };
	enum rc rc;

	*r = (struct thread_done){ .list = d->list, .thread = d->thread, .reason = "" };
	rc = act_thread_read(u->db, u->arena, who(u), d->list, d->thread, &j.t);
	if (rc == RC_OK && d->why != NULL && strlen(d->why) > THREAD_WHY_MAX)
		return wrong(&j, N_("The reason is longer than 1,000 characters. Shorten it."));
	if (rc == RC_OK)
		rc = acts[d->act](&j);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = arena_fmt(u->arena, "thread.%s", j.act.kind),
				      .list = j.t.list,
				      .thread = j.t.id,
				      .before = j.act.before,
				      .after = record_after(&j),
				      .why = j.act.why });
	if (rc == RC_OK)
		rc = thread_explain(u, &j.act, &j.t);
	if (rc == RC_OK)
		rc = act_settle(u, j.t.id, d->act == ACT_MOVE ? 0 : j.act.other, j.weight, j.nweight);
	if (rc == RC_OK)
		rc = number_give(&j);
	r->act = j.act.id;
	return rc;
}

enum rc thread_hide_reported(struct unit *u, const struct reported *p, int64_t account)
{
	bool whole = p->posts <= 1;
	struct act_row act = { .kind = whole ? "hide" : "hide-posts",
			       .thread = p->thread,
			       .account = account,
			       .why = "",
			       .before = "",
			       .after = "",
			       .posts = 1 };
	struct act_weight *w;
	struct act_thread t;
	size_t n;
	enum rc rc = act_locks(u, p->thread, 0);

	if (rc == RC_OK)
		rc = act_state_read(u->db, u->arena, p->thread, &t);
	if (rc == RC_OK)
		rc = act_weights_read(u->db, u->arena, &p->thread, 1, &w, &n);
	if (rc != RC_OK || strcmp(p->state, "shown") != 0 || strcmp(t.state, "hidden") == 0)
		return rc;
	act.list = t.list;
	if (whole) {
		act.before = t.state;
		t.state = act.after = "hidden";
	}
	rc = act_write(u->db, u->arena, &act, &p->post, whole ? 0 : 1);
	if (rc == RC_OK)
		rc = whole ? act_thread_write(u->db, &t)
			   : act_posts_state(u->db, act.id, "hidden");
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = whole ? "thread.hide" : "thread.hide-posts",
				      .list = t.list,
				      .thread = t.id,
				      .post = p->post,
				      .before = act.before,
				      .after = act.after,
				      .why = "report" });
	return rc == RC_OK ? act_settle(u, t.id, 0, w, n) : rc;
}

/* ---- reading ---- */

enum rc thread_tools(struct unit *u, const char *list, int64_t thread, int64_t from,
		     struct thread_tools *r)
{
	enum rc rc;

	*r = (struct thread_tools){ 0 };
	rc = act_thread_read(u->db, u->arena, who(u), list, thread, &r->thread);
	if (rc == RC_OK)
		rc = tool_posts_read(u->db, u->arena, r->thread.id, from, POSTS_SHOWN + 1,
				     &r->posts, &r->nposts);
	if (rc == RC_OK && r->nposts > POSTS_SHOWN) {
		r->nposts = POSTS_SHOWN;
		r->next_from = r->posts[POSTS_SHOWN].number;
	}
	if (rc == RC_OK)
		rc = act_lines_read(u->db, u->arena, who(u), r->thread.id, ACTS_SHOWN, &r->acts,
				    &r->nacts);
	if (rc == RC_OK)
		rc = tags_read(u->db, u->arena, r->thread.id, &r->tags, &r->tags_chosen);
	return rc == RC_OK ? act_lists_read(u->db, u->arena, who(u), r->thread.list, &r->lists,
					    &r->nlists)
			   : rc;
}

/* Only what explains to readers why the thread looks as it does. */
static bool explains(const struct act_line *a)
{
	static const char *const kinds[] = { "lock", "rename", "split", "merge", "move", "reattach" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(a->kind, kinds[i]) == 0)
			return a->undone_at == 0;
	return false;
}

enum rc thread_lines(struct unit *u, int64_t thread_id, struct act_line **r, size_t *n_r)
{
	struct reader me = { u->actor.account, u->actor.admin };
	struct act_line *all;
	size_t n;
	enum rc rc = act_lines_read(u->db, u->arena, me, thread_id, ACTS_SHOWN, &all, &n);

	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, LINES_SHOWN, struct act_line);
	for (size_t i = 0; i < n && *n_r < LINES_SHOWN; i++)
		if (explains(&all[i]))
			(*r)[(*n_r)++] = all[i];
	return RC_OK;
}
