/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A post written on the web: who may, what is wrong with it, and then the
 * same door as mail (submit_post). The form's id makes the Message-ID, so that
 * the same form sent twice is one post.
 */
#include <strings.h>

#include "server/core/audit.h"
#include "server/core/forum.h"
#include "server/core/patterns.h"
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

/* The rules of the table that a post from the web can meet, in its order: who wrote is
 * known, and what only mail has is not there. */
struct web_rules {
	enum outcome said[RULES];
	const char *detail; /* of the pattern */
	const char *sentence;
};

static struct slice field_text(struct unit *u, const struct submission *s, const char *field)
{
	if (strncmp(field, "header:", 7) == 0)
		field += 7;
	if (strcasecmp(field, "subject") == 0)
		return slice_of(s->subject);
	if (strcmp(field, "body") == 0)
		return s->text;
	if (strcasecmp(field, "from") == 0)
		return slice_of(arena_fmt(u->arena, "%s <%s>", s->author_name, s->author_addr));
	if (strcasecmp(field, "to") == 0)
		return slice_of(s->recipient);
	if (strcmp(field, "headers") == 0)
		return slice_of(arena_fmt(u->arena, "From: %s <%s>\nTo: %s\nSubject: %s\n",
					  s->author_name, s->author_addr, s->recipient, s->subject));
	return SLICE("");
}

/* As for mail: the first that matches decides, one that fails to run holds. What mail
 * has returned or dropped, the form refuses: its text stays before its writer. */
static enum outcome pattern(struct unit *u, const struct list_ref *l, const struct submission *s,
			    struct web_rules *r)
{
	const struct pattern *p = NULL;
	int64_t begun = clock_mono();
	size_t n = 0;
	int code = 0;

	r->detail = "not-read";
	if (patterns_for(u, l, &p, &n) != RC_OK)
		return OUTCOME_HOLD;
	r->detail = NULL;
	for (size_t i = 0; i < n; i++) {
		enum matched m = p[i].match ? match_run(p[i].match, field_text(u, s, p[i].field), &code)
					    : MATCHED_ERROR;

		if (m == MATCHED_NO && clock_mono() - begun > PATTERNS_TIME) {
			m = MATCHED_ERROR;
			code = MATCH_TOO_LONG;
		}
		if (m == MATCHED_NO)
			continue;
		if (m == MATCHED_ERROR) {
			log_info("event=rule_error rule=%lld list=%s code=%d", (long long)p[i].id,
				 l->name, code);
			r->detail = arena_fmt(u->arena, "%lld:error:%d", (long long)p[i].id, code);
			return OUTCOME_HOLD;
		}
		r->detail = arena_fmt(u->arena, "%lld:%s", (long long)p[i].id, p[i].action);
		if (*p[i].sentence != '\0')
			r->sentence = arena_strdup(u->arena, p[i].sentence);
		if (strcmp(p[i].action, "accept") == 0)
			return OUTCOME_POST;
		return strcmp(p[i].action, "hold") == 0 ? OUTCOME_HOLD : OUTCOME_REFUSE;
	}
	return OUTCOME_NONE;
}

/* Which rule keeps the post from appearing at once, or RULE_POSTED; the trace says what
 * each found. */
static enum rule web_judge(struct unit *u, const struct list_ref *l, const struct group *g,
			   struct submission *s, struct web_rules *r)
{
	static const enum rule met[] = { RULE_EMERGENCY, RULE_MODERATED, RULE_FIRST_POSTS, RULE_FLOOD,
					 RULE_PATTERN };
	bool trusted = g->moderator || strcmp(l->moderation, "accept") == 0;
	enum rule best = RULE_POSTED;
	struct str t;

	*r = (struct web_rules){ .said = { OUTCOME_NONE } };
	if (l->emergency)
		r->said[RULE_EMERGENCY] = OUTCOME_HOLD;
	if (strcmp(l->moderation, "hold") == 0 ||
	    (strcmp(l->posting, "moderated") == 0 && !trusted))
		r->said[RULE_MODERATED] = OUTCOME_HOLD;
	if (l->fresh && !trusted)
		r->said[RULE_FIRST_POSTS] = OUTCOME_HOLD;
	if (l->flooding)
		r->said[RULE_FLOOD] = OUTCOME_HOLD;
	r->said[RULE_PATTERN] = pattern(u, l, s, r);
	str_init(&t, u->arena, 4096);
	str_addz(&t, "web");
	for (size_t i = 0; i < ARRAY_LEN(met); i++) {
		enum outcome *o = &r->said[met[i]];

		if (rules[met[i]].yields && r->said[RULE_PATTERN] == OUTCOME_POST)
			*o = OUTCOME_NONE;
		str_fmt(&t, " %s=%s", rules[met[i]].name, outcome_names[*o]);
		if (met[i] == RULE_PATTERN && r->detail != NULL)
			str_fmt(&t, "(%s)", r->detail);
		if (*o > OUTCOME_POST && (best == RULE_POSTED || *o > r->said[best]))
			best = met[i];
	}
	str_fmt(&t, " posted=%s", best == RULE_POSTED ? "post" : "-");
	s->trace = str_z(&t);
	if (r->sentence == NULL || best != RULE_PATTERN)
		r->sentence = rules[best].sentence;
	return best;
}

/* RC_INVALID with the sentence where the form must be changed first. */
static enum rc web_place(struct unit *u, const struct list_ref *l, const struct group *g,
			 struct submission *s, struct submit_result *r, const char **why_r)
{
	struct web_rules w;
	enum rule by = web_judge(u, l, g, s, &w);

	if (by == RULE_POSTED)
		return submit_post(u, l, s, r);
	if (w.said[by] == OUTCOME_REFUSE)
		return wrong(why_r, w.sentence);
	s->reason = w.sentence;
	return submit_hold(u, l, s, rules[by].name, w.sentence, r);
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
		if (strcmp(target.state, "hidden") == 0 && !g.moderator)
			return RC_NOTFOUND;
		if (strcmp(target.state, "open") != 0 && !g.moderator)
			return wrong(why_r, N_("This thread is closed: nothing more can be added."));
		s.nrefs = refs_of(u, &target, &s.refs);
		s.parent_hint = target.post;
		s.thread_hint = target.thread;
	}
	for (size_t i = 0; i < w->nuploads; i++) {
		bytes += w->uploads[i].bytes.n;
		if (rules_file_refused(&l, w->uploads[i].name, w->uploads[i].type).n > 0)
			return wrong(why_r, rules[RULE_FILE_TYPES].sentence);
	}
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
	return web_place(u, &l, &g, &s, r, why_r);
}
