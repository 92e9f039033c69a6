/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A post written on the web: who may, what is wrong with it, and then the
 * same door as mail (submit_post). The form's id makes the Message-ID, so that
 * the same form sent twice is one post.
 */
#include "server/core/audit.h"
#include "server/core/forum.h"
#include "server/core/webmail.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define TEXT_MAX    200000
#define SUBJECT_MAX 300

static enum rc wrong(const char **why_r, const char *why)
{
	*why_r = why;
	return RC_INVALID;
}

static enum rc post_check(const struct web_post *w, const char **why_r)
{
	if (slice_trim(w->text).n == 0 && w->nuploads == 0)
		return wrong(why_r, N_("The message is empty. Write something before posting."));
	if (w->text.n > TEXT_MAX)
		return wrong(why_r, N_("The message is longer than 200,000 characters. Post it in "
				       "parts or as a file."));
	if (w->thread == 0 && slice_trim(slice_of(w->subject)).n == 0)
		return wrong(why_r,
			     N_("The thread has no title. Say in a few words what it is about."));
	if (w->thread == 0 && strlen(w->subject) > SUBJECT_MAX)
		return wrong(why_r, N_("The title is longer than 300 characters. Shorten it."));
	return RC_OK;
}

/* A member's posts are reviewed where the group or the member says so. */
static bool reviewed(const struct list_ref *l, const struct group *g)
{
	if (strcmp(l->moderation, "hold") == 0)
		return true;
	return strcmp(l->posting, "moderated") == 0 && !g->moderator &&
	       strcmp(l->moderation, "accept") != 0;
}

static size_t refs_of(struct unit *u, const struct reply_target *t, const char ***refs_r)
{
	const char **refs = ARENA_ARRAY(u->arena, t->nrefs + 1, const char *);
	size_t n = 0;

	for (size_t i = 0; i < t->nrefs; i++)
		refs[n++] = t->refs[i];
	refs[n++] = t->msgid;
	*refs_r = refs;
	return n;
}

enum rc submit_web(struct unit *u, const struct web_post *w, struct submit_result *r,
		   const char **why_r)
{
	struct submission s = {
		.source = SUBMIT_WEB, .markdown = true, .lang = "", .text = w->text
	};
	struct reply_target target = { 0 };
	struct submit_attachment *at;
	struct web_head head;
	struct list_ref l;
	struct group g;
	size_t bytes = w->text.n;
	enum rc rc = group_find(u, w->list, &g);

	if (rc == RC_OK && !g.can_post)
		return RC_DENIED;
	if (rc == RC_OK)
		rc = post_check(w, why_r);
	if (rc == RC_OK)
		rc = list_lookup(u, g.name, strchr(g.addr, '@') + 1, u->actor.addr, u->actor.addr,
				 &l);
	if (rc != RC_OK)
		return rc;
	if (l.banned || l.from_banned)
		return RC_DENIED;
	if (w->thread != 0) {
		rc = reply_target_read(u->db, u->arena, g.id, w->thread, w->parent, &target);
		if (rc != RC_OK)
			return rc;
		if (strcmp(target.state, "open") != 0 && !g.moderator)
			return RC_DENIED;
		s.nrefs = refs_of(u, &target, &s.refs);
		s.parent_hint = target.post;
		s.thread_hint = target.thread;
	}
	for (size_t i = 0; i < w->nuploads; i++)
		bytes += w->uploads[i].bytes.n;
	/* base64 makes four bytes of three */
	if ((int64_t)(bytes / 3 * 4) > l.max_size)
		return wrong(why_r, N_("The files are larger than this group takes. Reduce them or "
				       "post a link."));
	s.subject =
		w->thread ? target.subject : slice_dup(u->arena, slice_trim(slice_of(w->subject)));
	s.msgid = arena_fmt(u->arena, "%s.%lld@%s", w->form_id, (long long)u->actor.account,
			    l.mail_domain);
	s.account = u->actor.account;
	s.author_name = u->actor.name;
	s.author_addr = u->actor.addr;
	s.envelope_from = "";
	s.recipient = g.addr;
	s.trace = "web";
	s.reason = N_("It was written on the web by somebody signed in.");
	s.proven = true;
	head = (struct web_head){
		u->actor.name, g.addr, s.subject, s.msgid, w->thread ? target.msgid : "",
		clock_now()
	};
	rc = web_message_write(u->arena, &head, w->text, w->uploads, w->nuploads, &s.raw, &at);
	if (rc != RC_OK)
		return rc;
	s.attachments = at;
	s.nattachments = w->nuploads;
	/* sent_at stays 0: the same form sent again must give the same key (P3);
	 * submit_post then takes the time of arrival */
	if (reviewed(&l, &g))
		return submit_hold(u, &l, &s, "moderated", N_("Every post of this group is reviewed."),
				   r);
	return submit_post(u, &l, &s, r);
}
