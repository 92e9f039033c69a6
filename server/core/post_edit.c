/* SPDX-License-Identifier: Apache-2.0 */
/* See post_edit.h. */
#include "server/core/audit.h"
#include "server/core/fold.h"
#include "server/core/moderate.h"
#include "server/core/post_edit.h"
#include "server/text/pack.h"
#include "server/text/tr.h"

#include "server/base/base.h"

enum rc post_edit_load(struct unit *u, const char *list, int64_t thread, int64_t number,
		       struct post_edit *r)
{
	struct reader who = { u->actor.account, u->actor.admin };
	bool shown, in_time;
	enum rc rc;

	*r = (struct post_edit){ .mine = false };
	rc = own_post_read(u->db, u->arena, who, list, thread, number, &r->post);
	if (rc != RC_OK)
		return rc;
	shown = strcmp(r->post.state, "shown") == 0;
	r->mine = u->actor.account != 0 && r->post.account == u->actor.account;
	r->until = r->post.received_at + r->post.minutes * 60 * USEC;
	in_time = r->mine && strcmp(r->post.thread_state, "open") == 0 && clock_now() < r->until;
	r->can_edit = shown && (in_time || r->post.moderates);
	r->can_delete = shown && r->mine;
	r->can_report = shown && !r->mine && r->post.member;
	return RC_OK;
}

/* The page and the search entry of the new words, by the ways of a new post. */
static enum rc words_make(struct unit *u, const struct own_post *p, struct slice text,
			  struct post_words *w)
{
	struct submission s = { .text = text, .markdown = strcmp(p->source, "web") == 0 };
	enum rc rc = fold_against_parent(u, &s, p->parent);
	struct slice html;

	if (rc != RC_OK)
		return rc;
	html = fold_render(u, &s);
	*w = (struct post_words){ .text = text, .html = html, .packed = html_pack(u->arena, html),
				  .folds = s.folds, .nfolds = s.nfolds * 3 };
	fold_words(u, &s, &w->own, &w->quoted);
	return RC_OK;
}

static const char *text_wrong(const struct post_edit *e, struct slice text, const char *why)
{
	if (slice_trim(text).n == 0)
		return N_("The message is empty. To take it away, delete it.");
	if (text.n > EDIT_TEXT_MAX)
		return N_("The message is longer than 200,000 characters. Post it in parts or as a "
			  "file.");
	if (!e->mine && slice_trim(slice_of(why)).n == 0)
		return N_("It is somebody else's message: say why you change it.");
	if (strlen(why) > EDIT_WHY_MAX)
		return N_("The reason is longer than 1,000 characters. Shorten it.");
	return NULL;
}

enum rc post_edit_save(struct unit *u, const char *list, int64_t thread, int64_t number,
		       int64_t revisions, struct slice text, const char *why, const char **why_r)
{
	struct post_words w;
	struct post_edit e;
	enum rc rc = post_edit_load(u, list, thread, number, &e);

	*why_r = NULL;
	if (rc == RC_OK && !e.can_edit)
		return RC_DENIED;
	if (rc == RC_OK && (*why_r = text_wrong(&e, text, why)) != NULL)
		return RC_INVALID;
	if (rc == RC_OK && e.post.revisions != revisions)
		return RC_CONFLICT;
	if (rc == RC_OK && slice_eq(text, e.post.text))
		return RC_OK; /* nothing was changed */
	if (rc == RC_OK)
		rc = words_make(u, &e.post, text, &w);
	if (rc == RC_OK)
		rc = post_revise(u->db, u->arena, &e.post, u->actor.account,
				 slice_dup(u->arena, slice_trim(slice_of(why))), &w);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = "post.edit",
				.list = e.post.list,
				.thread = e.post.thread,
				.post = e.post.id,
				.subject = e.post.account,
				.before = arena_fmt(u->arena, "revision %lld, %zu bytes",
						    (long long)revisions, e.post.text.n),
				.after = arena_fmt(u->arena, "%zu bytes", text.n),
				.why = why });
}

enum rc post_edit_delete(struct unit *u, const char *list, int64_t thread, int64_t number)
{
	struct post_edit e;
	enum rc rc = post_edit_load(u, list, thread, number, &e);

	if (rc == RC_OK && !e.can_delete)
		return RC_DENIED;
	if (rc == RC_OK)
		rc = post_delete(u->db, u->arena, &e.post, u->actor.account);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "post.delete",
					       .list = e.post.list,
					       .thread = e.post.thread,
					       .post = e.post.id,
					       .subject = e.post.account });
}

enum rc post_edit_revisions(struct unit *u, const struct post_edit *p, struct revision **r,
			    size_t *n_r)
{
	*n_r = 0;
	/* what was deleted has no past either, but for who moderates */
	if (strcmp(p->post.state, "shown") != 0 && !p->post.moderates)
		return RC_NOTFOUND;
	return revisions_read(u->db, u->arena, p->post.id, r, n_r);
}

enum rc post_report(struct unit *u, const char *list, int64_t thread, int64_t number,
		    struct slice reason, const char **why_r)
{
	struct hold_request h = { .kind = "report",
				  .rule = "report",
				  .reason = N_("A member reports a message of the group."),
				  .account = u->actor.account,
				  .author_name = u->actor.name,
				  .author_addr = u->actor.addr,
				  .locale = u->actor.locale,
				  .proven = true };
	struct post_edit e;
	struct list_ref l;
	int64_t id;
	bool waits = false;
	enum rc rc = post_edit_load(u, list, thread, number, &e);

	*why_r = NULL;
	if (rc == RC_OK && !e.can_report)
		return RC_DENIED;
	h.text = slice_trim(reason);
	if (rc == RC_OK && (h.text.n == 0 || h.text.n > REPORT_MAX)) {
		*why_r = h.text.n ? N_("The reason is longer than 2,000 characters. Shorten it.")
				  : N_("Say what is wrong with the message, in a few words.");
		return RC_INVALID;
	}
	if (rc == RC_OK)
		rc = report_waiting_read(u->db, u->arena, e.post.id, u->actor.account, &waits);
	if (rc == RC_OK && waits)
		return RC_CONFLICT;
	if (rc == RC_OK)
		rc = list_lookup_id(u, e.post.list, &l);
	h.subject = e.post.subject;
	h.thread = e.post.thread;
	h.about = e.post.id;
	if (rc == RC_OK)
		rc = moderate_hold(u, &l, &h, &id);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "post.report",
					       .list = e.post.list,
					       .thread = e.post.thread,
					       .post = e.post.id,
					       .after = arena_fmt(u->arena, "hold %lld", (long long)id) });
}
