/* SPDX-License-Identifier: Apache-2.0 */
/* An act the same way back: first whether all still stands as it left it; see thread.h. */
#include "server/core/audit.h"
#include "server/core/submit.h"
#include "server/core/tag.h"
#include "server/core/thread.h"
#include "server/text/tr.h"

#include "server/base/base.h"

struct back {
	struct unit *u;
	struct act_row act;
	struct act_thread t, other; /* as they are now */
	struct thread_done *r;
};

static struct reader who(const struct unit *u)
{
	return (struct reader){ u->actor.account, u->actor.admin || u->door == DOOR_CLI };
}

static enum rc wrong(struct back *b, const char *reason)
{
	b->r->reason = reason;
	return RC_INVALID;
}

#define CHANGED N_("Somebody has changed the same since. Undo that first.")
#define MOVED   N_("The messages have been moved again since. Undo that first.")

static bool is(const struct back *b, const char *kind)
{
	return strcmp(b->act.kind, kind) == 0;
}

static enum rc back_state(struct back *b)
{
	if (strcmp(b->t.state, b->act.after) != 0)
		return wrong(b, CHANGED);
	b->t.state = b->act.before;
	return act_thread_write(b->u->db, &b->t);
}

static enum rc back_pin(struct back *b)
{
	int64_t was = 0, is = 0;

	if (!slice_i64(slice_of(b->act.before), 1, INT64_MAX, &was) && *b->act.before != '\0')
		return RC_INVALID;
	if (!slice_i64(slice_of(b->act.after), 1, INT64_MAX, &is) && *b->act.after != '\0')
		return RC_INVALID;
	if (b->t.pinned_until != is)
		return wrong(b, CHANGED);
	b->t.pinned_until = was;
	return act_thread_write(b->u->db, &b->t);
}

static enum rc back_rename(struct back *b)
{
	if (strcmp(b->t.subject, b->act.after) != 0)
		return wrong(b, CHANGED);
	b->t.subject = b->act.before;
	b->t.titled = b->act.was;
	return act_thread_write(b->u->db, &b->t);
}

int tags_split(struct unit *u, const char *text, const char *tags_r[static TAGS_MAX])
{
	struct slice rest = slice_of(text), tag;
	int n = 0;

	while (rest.n > 0) {
		bool had = false;

		slice_cut(&rest, ',', &tag);
		tag = slice_trim(tag);
		for (int i = 0; i < n; i++)
			had = had || slice_ieqz(tag, tags_r[i]);
		if (tag.n == 0 || had)
			continue;
		if (n == TAGS_MAX || utf8_width(tag) > TAG_LENGTH_MAX)
			return -1;
		tags_r[n++] = slice_dup(u->arena, tag);
	}
	return n;
}

static enum rc back_tags(struct back *b)
{
	const char *tags[TAGS_MAX], *now, *chosen;
	int n = tags_split(b->u, b->act.before, tags);
	enum rc rc = tags_read(b->u->db, b->u->arena, b->t.id, &now, &chosen);

	if (rc == RC_OK && (n < 0 || strcmp(now, b->act.after) != 0))
		return wrong(b, CHANGED);
	return rc == RC_OK ? tags_write(b->u->db, b->u->arena, b->t.id, tags, (size_t)n) : rc;
}

static enum rc back_posts(struct back *b)
{
	int64_t astray;
	enum rc rc = act_astray_read(b->u->db, b->u->arena, b->act.id,
				     is(b, "hide-posts") ? "hidden" : "shown", &astray);

	if (rc == RC_OK && astray != 0)
		return wrong(b, CHANGED);
	return rc == RC_OK ? act_states_undo(b->u->db, b->act.id) : rc;
}

static enum rc back_place(struct back *b)
{
	int64_t astray;
	enum rc rc = act_astray_read(b->u->db, b->u->arena, b->act.id, NULL, &astray);

	if (rc != RC_OK)
		return rc;
	if (astray != 0)
		return wrong(b, MOVED);
	if (b->t.list != b->act.list || b->other.list != b->act.list)
		return wrong(b, N_("The thread is in another group by now. Undo that first."));
	if (b->act.whole ? b->t.moved_to != b->other.id : b->t.moved_to != 0)
		return wrong(b, MOVED);
	if (b->other.moved_to != 0)
		return wrong(b, MOVED);
	return act_place_undo(b->u->db, &b->act);
}

static enum rc back_move(struct back *b)
{
	if (b->t.list != b->act.other_list || b->t.moved_to != 0 || b->other.moved_to != b->t.id ||
	    b->other.list != b->act.list)
		return wrong(b, N_("The thread has been moved again since. Undo that first."));
	return act_move_undo(b->u->db, b->u->arena, &b->act, b->t.number);
}

static enum rc back_run(struct back *b)
{
	if (is(b, "lock") || is(b, "unlock") || is(b, "hide") || is(b, "restore"))
		return back_state(b);
	if (is(b, "pin") || is(b, "unpin"))
		return back_pin(b);
	if (is(b, "rename"))
		return back_rename(b);
	if (is(b, "tag"))
		return back_tags(b);
	if (is(b, "hide-posts") || is(b, "restore-posts"))
		return back_posts(b);
	return is(b, "move") ? back_move(b) : back_place(b);
}

static enum rc back_recorded(struct back *b)
{
	struct unit *u = b->u;
	enum rc rc = act_undone_write(u->db, u->arena, b->act.id, u->actor.account);

	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){
				      .act = "thread.undo",
				      .list = b->act.list,
				      .thread = b->act.thread,
				      .before = arena_fmt(u->arena, "%s act %lld", b->act.kind,
							  (long long)b->act.id) });
	return rc;
}

/* Of a tag of the group. */
static enum rc undo_tag(struct back *b)
{
	enum rc rc = tag_undo(b->u, &b->act, &b->r->reason);

	b->r->list = b->act.list_name;
	return rc == RC_OK ? back_recorded(b) : rc;
}

/* Locked, and read as they are then. */
static enum rc back_begin(struct back *b, struct act_weight **w, size_t *n)
{
	struct unit *u = b->u;
	int64_t other = b->act.other, ids[2] = { b->act.thread, other };
	int64_t groups[2] = { b->act.list, b->act.other_list };
	enum rc rc = RC_OK;

	/* as thread.c does: by id */
	if (groups[1] != 0 && groups[1] < groups[0]) {
		groups[0] = b->act.other_list;
		groups[1] = b->act.list;
	}
	if (other != 0)
		rc = submit_list_lock(u, groups[0]);
	if (rc == RC_OK && other != 0 && groups[1] != 0)
		rc = submit_list_lock(u, groups[1]);
	if (rc == RC_OK)
		rc = act_locks(u, b->act.thread, other);

	if (rc == RC_OK)
		rc = act_state_read(u->db, u->arena, b->act.thread, &b->t);
	if (rc == RC_OK && other != 0)
		rc = act_state_read(u->db, u->arena, other, &b->other);
	return rc == RC_OK ? act_weights_read(u->db, u->arena, ids, other ? 2 : 1, w, n) : rc;
}

enum rc thread_undo(struct unit *u, int64_t act, struct thread_done *r)
{
	struct back b = { .u = u, .r = r };
	struct act_weight *w;
	size_t n;
	enum rc rc;

	*r = (struct thread_done){ .list = "", .act = act, .reason = "" };
	rc = act_read(u->db, u->arena, who(u), act, &b.act);
	if (rc != RC_OK)
		return rc;
	if (b.act.undone)
		return wrong(&b, N_("It is undone already."));
	if (b.act.old)
		return wrong(&b, N_("It was done more than 30 days ago and stays."));
	if (b.act.thread == 0)
		return undo_tag(&b);
	rc = back_begin(&b, &w, &n);
	/* somebody else may have, while we waited for the locks */
	if (rc == RC_OK)
		rc = act_read(u->db, u->arena, who(u), act, &b.act);
	if (rc == RC_OK && b.act.undone)
		return wrong(&b, N_("It is undone already."));
	/* what refuses does so before it writes */
	if (rc == RC_OK)
		rc = back_run(&b);
	if (rc == RC_OK)
		rc = back_recorded(&b);
	if (rc == RC_OK)
		rc = act_settle(u, b.act.thread, is(&b, "move") ? 0 : b.act.other, w, n);
	if (rc == RC_OK)
		rc = act_state_read(u->db, u->arena, b.act.thread, &b.t);
	r->list = b.act.list_name;
	r->thread = b.t.number;
	return rc;
}
