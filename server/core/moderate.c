/* SPDX-License-Identifier: Apache-2.0 */
/* See moderate.h for the states. */
#include "server/base/codec.h"
#include "server/core/audit.h"
#include "server/core/hold_edit.h"
#include "server/core/hold_kind.h"
#include "server/core/moderate.h"
#include "server/core/modmail.h"
#include "server/core/owner_mail.h"
#include "server/core/settings.h"
#include "server/core/tell.h"
#include "server/core/webmail.h"
#include "server/store/bounce.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define RECENT_MAX 60
#define EDIT_MAX   200000
#define TITLE_MAX  998

const char *const policy_names[] = { "accept", "hold", "ban", NULL };
const char *const decision_names[] = { "approve", "return", "reject", "discard", "spam", NULL };

static struct reader who(const struct unit *u)
{
	return (struct reader){ u->actor.account, u->actor.admin || u->door == DOOR_CLI };
}

/* "TIME.ID" of the last one shown. */
static bool key_parse(const char *key, int64_t *at_r, int64_t *id_r)
{
	struct slice rest = slice_of(key), at;

	*at_r = *id_r = 0;
	return rest.n == 0 ||
	       (slice_cut(&rest, '.', &at) && slice_i64(at, 1, INT64_MAX, at_r) &&
		slice_i64(rest, 1, INT64_MAX, id_r));
}

/* May they see this group's queue, or any? */
static enum rc allowed(struct unit *u, const char *list)
{
	struct group g;
	bool yes;
	enum rc rc;

	if (list != NULL) {
		rc = group_read(u->db, u->arena, who(u), list, &g);
		return rc == RC_OK && !g.moderator ? RC_NOTFOUND : rc;
	}
	rc = moderates_read(u->db, u->arena, who(u), NULL, &yes);
	return rc == RC_OK && !yes ? RC_NOTFOUND : rc;
}

enum rc moderate_queue(struct unit *u, const char *list, const char *kind, const char *after,
		       struct held_page *r)
{
	int64_t at, id;
	enum rc rc;

	*r = (struct held_page){ .after = "" };
	if (!key_parse(after, &at, &id))
		return RC_INVALID;
	rc = allowed(u, list);
	if (rc == RC_OK)
		rc = held_queue_read(u->db, u->arena, who(u), list, kind, at, id,
				     HELD_PER_PAGE + 1, &r->held, &r->n);
	if (rc == RC_OK && r->n > HELD_PER_PAGE) {
		const struct held *last = &r->held[HELD_PER_PAGE - 1];

		r->n = HELD_PER_PAGE;
		r->after = arena_fmt(u->arena, "%lld.%lld", (long long)last->held_at,
				     (long long)last->id);
	}
	if (rc == RC_OK)
		rc = held_recent_read(u->db, u->arena, who(u), list, RECENT_MAX, &r->recent,
				      &r->nrecent);
	if (rc == RC_OK)
		rc = held_waiting_read(u->db, u->arena, who(u), list, &r->waiting, &r->oldest,
				       &r->lists);
	return rc;
}

enum rc moderate_counts(struct unit *u, const char *list, struct held_count **r, size_t *n_r)
{
	return held_counts_read(u->db, u->arena, who(u), list, r, n_r);
}

enum rc moderate_context(struct unit *u, const struct held *h, size_t n, struct held_context **r,
			 size_t *n_r)
{
	int64_t *ids = ARENA_ARRAY(u->arena, n, int64_t);

	*n_r = 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = h[i].id;
	return n ? held_context_read(u->db, u->arena, ids, n, r, n_r) : RC_OK;
}

enum rc moderate_show(struct unit *u, int64_t id, struct held *r)
{
	return held_read(u->db, u->arena, who(u), id, r);
}

enum rc moderate_raw(struct unit *u, int64_t id, struct slice *raw_r)
{
	struct held h;
	enum rc rc = moderate_show(u, id, &h);

	if (rc != RC_OK)
		return rc;
	return h.raw ? raw_read(u->db, u->arena, h.raw, raw_r) : RC_NOTFOUND;
}

/* ---- deciding ---- */

enum rc moderate_window(struct unit *u, int64_t *seconds_r)
{
	return setting_number(u, "undo_window", seconds_r);
}

static enum rc record(struct unit *u, const struct held *h, const char *act, const char *before,
		      const char *after)
{
	return audit(u, &(struct audit_entry){
				.act = act,
				.list = h->list,
				.subject = h->account,
				.before = before,
				.after = arena_fmt(u->arena, "%s%s%s hold %lld %s<%s> %s", after,
						   *h->policy ? ", sender: " : "", h->policy,
						   (long long)h->id,
						   strcmp(h->kind, "message") == 0 ? "" : h->kind,
						   h->msgid, h->author_addr),
				.why = h->why });
}

static bool known(const char *const *names, const char *word)
{
	while (*names != NULL && strcmp(*names, word) != 0)
		names++;
	return *names != NULL;
}

size_t moderate_why_max(const struct held *h)
{
	return strcmp(h->kind, OWNER_MAIL) == 0 ? ANSWER_MAX : WHY_MAX;
}

/* Is it a decision that this kind takes, complete? */
static bool decision_ok(const struct held *h, const struct decision *d, struct slice why)
{
	const struct hold_kind *k = hold_kind_find(h->kind);

	if (k == NULL || !known(decision_names, d->act) || !hold_kind_takes(k, d->act))
		return false;
	if (d->policy != NULL && *d->policy != '\0' && !known(policy_names, d->policy))
		return false;
	/* a name that nothing proves is no reason to let in whoever writes it */
	if (d->policy != NULL && strcmp(d->policy, "accept") == 0 && !h->proven && h->account == 0)
		return false;
	/* giving back without a word helps nobody */
	return why.n <= moderate_why_max(h) && (why.n > 0 || strcmp(d->act, "return") != 0);
}

static const char *const door_names[] = { "web", "email", "cli", "system" };

enum rc moderate_decide(struct unit *u, int64_t id, const struct decision *d, struct held *r)
{
	struct slice why = slice_trim(slice_of(d->why ? d->why : ""));
	struct held_decision w = { .decision = d->act,
				   .why = slice_dup(u->arena, why),
				   .policy = d->policy ? d->policy : "",
				   .door = door_names[u->door],
				   .account = u->actor.account,
				   .window_s = d->window,
				   .version = d->version };
	int64_t at;
	enum rc rc = moderate_show(u, id, r);

	if (rc != RC_OK)
		return rc;
	if (!decision_ok(r, d, why))
		return RC_INVALID;
	if (r->decided_at != 0)
		return RC_CONFLICT;
	if (d->window < 0)
		rc = moderate_window(u, &w.window_s);
	if (rc == RC_OK)
		rc = held_decide_write(u->db, u->arena, id, &w, &at);
	/* the other moderator's commit was between our look and our update */
	if (rc == RC_CONFLICT)
		return moderate_show(u, id, r) == RC_OK ? RC_CONFLICT : RC_TEMPFAIL;
	if (rc == RC_OK)
		rc = moderate_show(u, id, r);
	if (rc != RC_OK)
		return rc;
	rc = record(u, r, arena_fmt(u->arena, "hold.%s", d->act), "waiting", d->act);
	return rc == RC_OK ? modmail_decided(u, r) : rc;
}

/* ---- before deciding ---- */

enum rc moderate_claim(struct unit *u, int64_t id, bool take, struct held *r)
{
	const char *before;
	enum rc rc = moderate_show(u, id, r), write;

	if (rc != RC_OK)
		return rc;
	before = r->claimer;
	write = held_claim_write(u->db, u->arena, id, u->actor.account, take);
	if (write != RC_OK && write != RC_CONFLICT)
		return write;
	rc = moderate_show(u, id, r);
	if (rc == RC_OK && write == RC_OK)
		rc = record(u, r, "hold.claim", before, "claimed");
	return rc == RC_OK ? write : rc;
}

enum rc moderate_release(struct unit *u, int64_t id, struct held *r)
{
	enum rc rc = moderate_show(u, id, r);

	if (rc == RC_OK)
		rc = held_release_write(u->db, u->arena, id, u->actor.account);
	if (rc == RC_OK)
		rc = moderate_show(u, id, r);
	return rc == RC_OK ? record(u, r, "hold.release", "claimed", "waiting") : rc;
}

enum rc moderate_note(struct unit *u, int64_t id, const char *note, struct held *r)
{
	const char *text = slice_dup(u->arena, slice_trim(slice_of(note)));
	enum rc rc = moderate_show(u, id, r);
	struct held was = *r;

	if (rc != RC_OK)
		return rc;
	if (strlen(text) > NOTE_MAX)
		return RC_INVALID;
	if (strcmp(text, r->note) == 0)
		return RC_OK;
	rc = held_note_write(u->db, id, text);
	r->note = text;
	return rc == RC_OK ? record(u, r, "hold.note", was.note, text) : rc;
}

enum rc moderate_edit(struct unit *u, int64_t id, int64_t version, const char *subject,
		      const char *text, struct held *r)
{
	struct slice title = slice_trim(slice_of(subject ? subject : ""));
	struct held was;
	enum rc rc = moderate_show(u, id, r);

	if (rc != RC_OK)
		return rc;
	if (r->decided_at != 0)
		return RC_CONFLICT;
	was = *r;
	if (strcmp(r->kind, "message") != 0 ||
	    (text != NULL && (slice_trim(slice_of(text)).n == 0 || strlen(text) > EDIT_MAX ||
			      title.n > TITLE_MAX)))
		return RC_INVALID;
	rc = held_edit_write(u->db, u->arena, id, version, slice_dup(u->arena, title), text,
			     u->actor.account);
	if (rc == RC_CONFLICT)
		return moderate_show(u, id, r) == RC_OK ? RC_CONFLICT : RC_TEMPFAIL;
	if (rc == RC_OK)
		rc = moderate_show(u, id, r);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = text ? "hold.edit" : "hold.unedit",
				.list = r->list,
				.subject = r->account,
				.before = was.edited_at ? slice_dup(u->arena, was.edit_body)
							: slice_dup(u->arena, was.body),
				.after = slice_dup(u->arena, r->edit_body),
				.why = arena_fmt(u->arena, "hold %lld", (long long)id) });
}

/* ---- what is no message ---- */

enum rc moderate_hold(struct unit *u, const struct list_ref *l, const struct hold_request *h,
		      int64_t *id_r)
{
	struct submission s = { .author_name = h->author_name,
				.author_addr = h->author_addr,
				.subject = h->subject,
				.text = h->text,
				.proven = h->proven };
	struct hold_new n = { .kind = h->kind,
			      .locale = h->locale,
			      .list = l->id,
			      .account = h->account,
			      .thread = h->thread,
			      .about = h->about,
			      .request = h->request,
			      .rule = h->rule,
			      .reason = h->reason,
			      .author_name = h->author_name,
			      .author_addr = h->author_addr,
			      .envelope_from = "",
			      .recipient = "",
			      .trace = "",
			      .source = u->door == DOOR_EMAIL ? "email" : "web",
			      .subject = h->subject,
			      .msgid = "",
			      .text = h->text,
			      .proven = h->proven };
	const struct hold_kind *k = hold_kind_find(h->kind);
	enum rc rc = k ? hold_write(u->db, u->arena, &n, id_r) : RC_INVALID;

	if (rc != RC_OK)
		return rc;
	return tell_held(u, l, &s, h->rule, h->reason, *id_r);
}

/* ---- taking it back ---- */

enum rc moderate_undo(struct unit *u, int64_t id, struct held *r)
{
	enum rc rc = moderate_show(u, id, r);
	struct held before = *r;

	if (rc == RC_OK)
		rc = held_undo_write(u->db, u->arena, id);
	if (rc == RC_OK)
		rc = moderate_show(u, id, r);
	if (rc == RC_OK)
		rc = record(u, r, "hold.undo", before.decision, "waiting");
	return rc == RC_OK ? modmail_decided(u, r) : rc;
}

enum rc moderate_changes(struct unit *u, const char *list, int64_t thread, int64_t number,
			 struct edit_row *r)
{
	return post_edit_read(u->db, u->arena, who(u), list, thread, number, r);
}

/* ---- carrying out ---- */

enum rc moderate_take(struct unit *u, struct held_due *d_r)
{
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = held_due_take(u->db, u->arena, d_r);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

enum rc moderate_bytes(struct unit *u, const struct held_due *d, struct slice *raw_r)
{
	return d->raw ? raw_read(u->db, u->arena, d->raw, raw_r) : RC_NOTFOUND;
}

static struct submit_attachment *files_of(struct unit *u, struct slice raw,
					  const struct web_message *m)
{
	struct submit_attachment *at = ARENA_ARRAY(u->arena, m->nfiles, struct submit_attachment);

	for (size_t i = 0; i < m->nfiles; i++) {
		const struct web_file *f = &m->files[i];
		struct slice bytes = codec_decode(u->arena, "base64", f->encoded);

		at[i] = (struct submit_attachment){ .name = f->name,
						    .type = f->type,
						    .encoding = "base64",
						    .size = (int64_t)bytes.n,
						    .offset = f->encoded.p - raw.p,
						    .length = (int64_t)f->encoded.n };
		hash_bytes(bytes.p, bytes.n, at[i].hash);
	}
	return at;
}

enum rc moderate_web(struct unit *u, const struct held_due *d, struct slice raw,
		     struct submission *s_r)
{
	struct web_message m;
	enum rc rc = web_message_read(u->arena, raw, &m);

	if (rc != RC_OK)
		return rc;
	*s_r = (struct submission){ .source = SUBMIT_WEB,
				    .markdown = true,
				    .raw = raw,
				    .msgid = d->msgid,
				    .thread_hint = d->thread,
				    .parent_hint = d->parent,
				    .account = d->account,
				    .author_name = d->author_name,
				    .author_addr = d->author_addr,
				    .sent_at = d->held_at,
				    .subject = d->subject,
				    .lang = "",
				    .text = m.text,
				    .attachments = files_of(u, raw, &m),
				    .nattachments = m.nfiles,
				    .proven = true };
	return d->parent ? parent_refs_read(u->db, u->arena, d->parent, &s_r->refs, &s_r->nrefs)
			 : RC_OK;
}

enum rc moderate_post(struct unit *u, const struct held_due *d, const struct list_ref *l,
		      const struct submission *s, struct submit_result *r)
{
	struct submission own = *s;
	struct submit_held h = { d->id, d->raw, (const unsigned char *)d->seen.p };
	enum door door = u->door;
	enum rc rc = held_lock(u->db, u->arena, d->id);

	own.envelope_from = d->envelope_from;
	own.recipient = d->recipient;
	own.trace = d->trace;
	own.proven = d->proven;
	if (own.source == SUBMIT_EMAIL)
		own.thread_hint = d->thread;
	if (rc == RC_OK && d->edited)
		rc = hold_edited(u, d, l, &own, &h.raw);
	if (rc == RC_OK)
		rc = submit_approved(u, l, &own, &h, r);
	if (rc == RC_OK)
		rc = held_done_write(u->db, d->id, r->post);
	u->door = DOOR_SYSTEM;
	if (rc == RC_OK && d->edited)
		rc = post_moderated_write(u->db, r->post);
	if (rc == RC_OK && d->edited)
		rc = hold_edited_tell(u, d, l, r);
	if (rc == RC_OK)
		rc = hold_settled(u, d, l, r->post);
	if (rc != RC_OK) {
		u->door = door;
		return rc;
	}
	rc = audit(u, &(struct audit_entry){ .act = "hold.posted",
					     .list = d->list,
					     .thread = r->thread,
					     .post = r->post,
					     .subject = d->account,
					     .after = arena_fmt(u->arena, "hold %lld",
								(long long)d->id) });
	u->door = door;
	return rc;
}

bool moderate_posts(const struct held_due *d)
{
	return strcmp(d->kind, "message") == 0 && strcmp(d->decision, "approve") == 0;
}

enum rc moderate_finish(struct unit *u, const struct held_due *d)
{
	const struct hold_kind *k = hold_kind_find(d->kind);
	enum door door = u->door;
	struct list_ref l;
	enum rc rc = held_lock(u->db, u->arena, d->id);

	if (rc == RC_OK)
		rc = list_lookup_id(u, d->list, &l);
	u->door = DOOR_SYSTEM;
	if (rc == RC_OK)
		rc = k ? k->carry(u, d, &l) : RC_INVALID;
	if (rc == RC_OK)
		rc = hold_settled(u, d, &l, 0);
	u->door = door;
	return rc == RC_OK ? held_done_write(u->db, d->id, 0) : rc;
}

enum rc moderate_reopen(struct unit *u, const struct held_due *d, const char *reason)
{
	enum door door = u->door;
	struct held h;
	enum rc rc = held_lock(u->db, u->arena, d->id);

	if (rc == RC_OK)
		rc = held_reopen_write(u->db, d->id, reason);
	if (rc != RC_OK)
		return rc;
	u->door = DOOR_SYSTEM;
	rc = audit(u, &(struct audit_entry){ .act = "hold.reopen",
					     .list = d->list,
					     .subject = d->account,
					     .before = d->decision,
					     .after = arena_fmt(u->arena, "waiting hold %lld",
								(long long)d->id),
					     .why = reason });
	u->door = door;
	/* also whoever decided it: it was not done */
	if (rc == RC_OK)
		rc = held_read(u->db, u->arena, (struct reader){ 0, true }, d->id, &h);
	return rc == RC_OK ? modmail_decided(u, &h) : rc;
}
