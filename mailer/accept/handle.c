/* SPDX-License-Identifier: Apache-2.0 */
/* See handle.h. */
#include "mailer/accept/accept.h"
#include "mailer/accept/bounce.h"
#include "mailer/accept/digest_answer.h"
#include "mailer/accept/handle.h"
#include "mailer/accept/request.h"
#include "mailer/accept/refuse.h"
#include "mailer/accept/submission.h"
#include "server/core/owner_mail.h"
#include "server/core/tell.h"
#include "server/text/tr.h"

#include "server/base/base.h"

struct group {
	struct list_ref list;
	struct address_to to;
	const char *addr;      /* name@domain of the list */
	const char *recipient; /* the first */
	struct intake_reply reply;
};

/* Post and thread addresses of one list are one fate; every other kind its own. */
static bool same_group(const struct group *g, const struct list_ref *l, const struct address_to *to)
{
	bool posts = to->kind == ADDRESS_POST || to->kind == ADDRESS_THREAD;
	bool gposts = g->to.kind == ADDRESS_POST || g->to.kind == ADDRESS_THREAD;

	/* each VERP address and each token is somebody else's */
	return g->list.id == l->id && (posts ? gposts : g->to.kind == to->kind) &&
	       strcmp(g->to.token, to->token) == 0 &&
	       (to->kind != ADDRESS_BOUNCE || (g->to.id == to->id && g->to.probe == to->probe &&
						 g->to.invite == to->invite));
}

/* Who asks: the envelope's sender or "", and the author, NULL where only the envelope
 * is known; what was looked up for this message before. */
struct asker {
	const char *envelope, *from;
	const struct group *groups;
	size_t n;
};

/* The list, and who the author is to it: once a message, whichever of its addresses. */
static enum rc list_find(struct unit *u, const struct asker *by, const struct address_to *to,
			 struct list_ref *l)
{
	for (size_t i = 0; i < by->n; i++) {
		const struct group *g = &by->groups[i];

		if (g->to.kind == ADDRESS_SITE || strcmp(g->to.list, to->list) != 0 ||
		    strcmp(g->to.domain, to->domain) != 0)
			continue;
		*l = g->list;
		return RC_OK;
	}
	return list_lookup(u, to->list, to->domain, by->envelope, by->from, l);
}

static bool ascii(const char *s)
{
	while (*s && (unsigned char)*s < 127)
		s++;
	return *s == '\0';
}

/*
 * The one table behind RCPT in LMTP and the policy service before the MTA's
 * queue: what the envelope alone decides.
 */
static enum rc rcpt_check(struct unit *u, const struct asker *by, const char *recipient, int64_t size,
			  struct intake_reply *r, struct address_to *to, struct list_ref *l)
{
	enum rc rc = address_parse(u, recipient, to);

	if (rc == RC_OK && to->kind == ADDRESS_SITE) {
		*l = (struct list_ref){ .name = "", .mail_domain = to->domain, .lang = "en",
					.posting = "", .nonmember = "", .account_name = "",
					.role = "", .moderation = "" };
		intake_reply_set(r, 250, "2.1.5", "Ok");
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = list_find(u, by, to, l);
	if (rc == RC_INVALID || rc == RC_NOTFOUND) {
		intake_reply_set(r, 550, "5.1.1", "There is no group with this address.");
		return RC_NOTFOUND;
	}
	if (rc != RC_OK) {
		intake_reply_set(r, 451, "4.3.0",
				 "The database is away for a moment; the mail is not lost.");
		return rc;
	}
	intake_reply_set(r, 250, "2.1.5", "Ok");
	if (to->kind == ADDRESS_OWNER || to->kind == ADDRESS_BOUNCE)
		return RC_OK; /* always open */
	if (l->banned)
		intake_reply_set(r, 550, "5.7.1", "This sender is not accepted here.");
	else if (to->kind > ADDRESS_THREAD && to->kind != ADDRESS_LEAVE && !ascii(by->envelope))
		/* these addresses answer */
		intake_reply_set(r, 553, "5.6.7", "No answer can go to an address with letters "
						  "outside ASCII.");
	else if (to->kind <= ADDRESS_THREAD && (l->closed || l->archived))
		intake_reply_set(r, 550, "5.2.1", "This group is closed and takes no mail.");
	else if (size > l->max_size)
		intake_reply_set(r, 552, "5.3.4",
				 "The message is larger than the %lld kB this group takes.",
				 (long long)(l->max_size / 1024));
	return RC_OK;
}

/* Addresses that were there a moment ago: what a queue brings is mostly for the same few.
 * The message itself is looked at anew in any case. */
static struct {
	char addr[256];
	int64_t until;
} rcpt_known[8];

static size_t rcpt_slot(const char *recipient)
{
	size_t k = 5381;

	for (const char *p = recipient; *p; p++)
		k = k * 33 + (unsigned char)*p;
	return k % ARRAY_LEN(rcpt_known);
}

void handle_rcpt(void *ctx, const struct envelope *env, const char *recipient,
		 struct intake_reply *reply_r)
{
	struct unit *u = ctx;
	struct arena_mark mark = arena_mark(u->arena);
	struct address_to to;
	struct list_ref l;
	struct asker by = { .envelope = env->sender };
	size_t k = rcpt_slot(recipient);
	enum rc rc;

	intake_reply_set(reply_r, 250, "2.1.5", "Ok");
	if (clock_mono() < rcpt_known[k].until && strcmp(rcpt_known[k].addr, recipient) == 0)
		return;
	rc = rcpt_check(u, &by, recipient, 0, reply_r, &to, &l);
	/* behind an MTA a 5xx here becomes a bounce of the MTA's to whom may be
	 * forged: what exists is taken, and gets its fate on the record */
	if (rc == RC_OK && reply_r->code >= 500)
		intake_reply_set(reply_r, 250, "2.1.5", "Ok");
	if (rc == RC_OK && strlen(recipient) < sizeof(rcpt_known[k].addr)) {
		memcpy(rcpt_known[k].addr, recipient, strlen(recipient) + 1);
		rcpt_known[k].until = clock_mono() + USEC;
	}
	arena_rewind(u->arena, mark);
}

static bool domain_is_ours(const struct unit *u, const char *addr)
{
	const char *at = strrchr(addr, '@');

	return at != NULL && slice_ieqz(slice_of(at + 1), u->conf->mail_domain);
}

void handle_policy(void *ctx, const struct policy_request *req, char *action_r, size_t size)
{
	struct unit *u = ctx;
	struct arena_mark mark = arena_mark(u->arena);
	struct asker by = { .envelope = req->sender };
	struct intake_reply reply;
	struct address_to to;
	struct list_ref l;
	enum rc rc = RC_NOTFOUND;

	snprintf(action_r, size, "DUNNO");
	if (strcmp(req->protocol_state, "RCPT") == 0 && *req->recipient != '\0')
		rc = rcpt_check(u, &by, req->recipient, req->size, &reply, &to, &l);
	else
		reply.code = 250;
	if (rc == RC_NOTFOUND && !domain_is_ours(u, req->recipient))
		reply.code = 250; /* another domain of this MTA: not ours to judge */
	if (reply.code >= 500)
		snprintf(action_r, size, "%u %s", reply.code, reply.text);
	else if (reply.code >= 400)
		snprintf(action_r, size, "DEFER_IF_PERMIT %s", reply.text);
	arena_rewind(u->arena, mark);
}

static void reply_for(struct group *g, const struct submit_result *res)
{
	if (res->fate == FATE_POSTED || res->fate == FATE_DUPLICATE)
		intake_reply_set(&g->reply, 250, "2.6.0", "%s as post %lld", fate_name(res->fate),
				 (long long)res->post);
	else
		intake_reply_set(&g->reply, 250, "2.6.0", "%s", fate_name(res->fate));
}

static enum rc post(struct unit *u, struct group *g, const struct mail *m,
		    const struct submission *s, struct submit_result *res)
{
	enum rc rc = submit_post(u, &g->list, s, res);

	return rc == RC_OK && res->fate == FATE_POSTED ? request_outsider(u, &g->list, m, s) : rc;
}

static enum rc hold_for_owners(struct unit *u, struct group *g, const struct submission *s,
			       const struct verdict *v, struct submit_result *res)
{
	struct submission own = *s;
	enum rc rc = owner_mail_place(u, &g->list, &own);

	return rc == RC_OK ? submit_hold(u, &g->list, &own, v->rule, v->reason, res) : rc;
}

/* One attempt at one group's transaction. */
static enum rc group_try(struct unit *u, struct group *g, const struct accept_in *in,
			 const struct submission *s, struct verdict *v,
			 struct submit_result *res)
{
	enum rc rc = unit_begin_rw(u);

	if (rc != RC_OK)
		return rc;
	if (v->fate == FATE_BOUNCE || v->fate == FATE_COMPLAINT)
		rc = bounce_accept(u, &g->list, &g->to, in->mail, v);
	else if (v->fate == FATE_FORWARDED)
		rc = bounce_complaint(u, in->mail);
	if (rc != RC_OK)
		;
	else if (v->fate == FATE_POSTED)
		rc = post(u, g, in->mail, s, res);
	else if (v->fate == FATE_COMMAND)
		rc = request_run(u, &g->list, &g->to, in->mail, s, res, &v->rule);
	else if (v->fate == FATE_FORWARDED)
		rc = tell_responsible(u, &g->list, s, v->rule, res);
	else if (v->fate == FATE_HELD && g->to.kind == ADDRESS_OWNER)
		rc = hold_for_owners(u, g, s, v, res);
	else if (v->fate == FATE_HELD)
		rc = submit_hold(u, &g->list, s, v->rule, v->reason, res);
	else
		rc = submit_record(u, &g->list, s, v->fate, v->rule, res);
	if (rc == RC_OK && res->fate == FATE_QUARANTINED)
		rc = tell_quarantined(u, &g->list, s, v->reason, res);
	if (rc == RC_OK)
		rc = refuse_tell(u, in, s, v, res);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

/*
 * Its thread is in another group by now: the message goes there, by the rules of that group.
 * Somebody who may not see that one is told nothing of it: those who run this one, who
 * moved the thread, look at the message.
 */
static enum rc group_follow(struct unit *u, struct group *g, struct accept_in *in,
			    struct submission *s, struct verdict *v, struct submit_result *res)
{
	struct list_ref there;
	enum rc rc = list_elsewhere(u, res->elsewhere, in->envelope_from, in->mail->from.addr, &there);

	if (rc == RC_OK) {
		g->list = there;
		in->patterns_away = patterns_for(u, &g->list, &in->patterns, &in->npatterns) != RC_OK;
		accept_decide(in, v);
		s->account = there.account;
	} else if (rc == RC_NOTFOUND) {
		v->fate = FATE_HELD;
		v->rule = rules[RULE_THREAD_CLOSED].name;
		v->reason = N_("Its thread is not in this group any more.");
	} else {
		return rc;
	}
	s->trace = v->trace;
	s->reason = v->reason;
	return group_try(u, g, in, s, v, res);
}

static enum rc group_handle_try(struct unit *u, struct group *g, struct accept_in *in,
				struct submission *s, struct verdict *v,
				struct submit_result *res)
{
	enum rc rc = group_try(u, g, in, s, v, res);

	return rc == RC_CONFLICT && res->elsewhere != 0 ? group_follow(u, g, in, s, v, res) : rc;
}

/* One answer to two moderators' addresses is two answers. */
static unsigned apart(const struct address_to *to)
{
	unsigned char hash[HASH_BYTES];

	if (to->kind <= ADDRESS_THREAD)
		return 0;
	if (to->kind != ADDRESS_MODERATE)
		return (unsigned)to->kind;
	hash_bytes(to->token, strlen(to->token), hash);
	return (unsigned)to->kind | (unsigned)hash[0] << 8 | (unsigned)hash[1] << 16 |
	       (unsigned)(hash[2] & 0x7F) << 24;
}

/* A digest is in no thread, so its id names none: else all who answer one would meet in
 * the first thread that one of them wrote to. */
static void digests_forget(struct unit *u, struct submission *s)
{
	const char **refs = ARENA_ARRAY(u->arena, s->nrefs, const char *);
	size_t n = 0;

	for (size_t i = 0; i < s->nrefs; i++)
		if (digest_by_msgid(u, s->refs[i]) == 0)
			refs[n++] = s->refs[i];
	s->answers_digest = s->answers_digest || n < s->nrefs;
	s->refs = refs;
	s->nrefs = n;
}

static void group_handle(struct unit *u, const struct envelope *env, const struct mail *m,
			 const char *why, const struct proof *proof, struct slice raw,
			 struct group *g)
{
	struct accept_in in = { .arena = u->arena,
				.conf = u->conf,
				.mail = m,
				.parse_why = why,
				.envelope_from = env->sender,
				.list = &g->list,
				.to = g->to,
				.list_addr = g->addr,
				.proof = *proof,
				.size = (int64_t)raw.n };
	struct submission s;
	struct submit_result res = { .fate = FATE_POSTED };
	struct verdict v;
	enum rc rc;

	in.patterns_away = patterns_for(u, &g->list, &in.patterns, &in.npatterns) != RC_OK;
	accept_decide(&in, &v);
	submission_fill(&s, u->arena, m, raw, &g->list);
	digests_forget(u, &s);
	if (m == NULL && env->crashes < INTAKE_POISON)
		s.msgid = msgid_peek(u->arena, raw);
	s.envelope_from = env->sender;
	s.recipient = g->recipient;
	s.trace = v.trace;
	s.reason = v.reason;
	s.proven = proof->from != PROOF_NONE;
	s.thread_hint = g->to.kind == ADDRESS_THREAD ? g->to.id : 0;
	s.apart = apart(&g->to);
	s.quiet = v.quiet;
	rc = group_handle_try(u, g, &in, &s, &v, &res);
	/* it joins threads, or a connection died idle: again before the MTA has to */
	for (int i = 0; i < 2 && rc == RC_TEMPFAIL && unit_ready(u); i++) {
		s.alone = res.alone;
		rc = group_handle_try(u, g, &in, &s, &v, &res);
	}
	if (rc == RC_INVALID || rc == RC_LIMIT) {
		/* the database does not take it: the bytes are kept and the owner looks */
		log_warn("event=quarantined msgid=%s", log_q(s.msgid));
		v = (struct verdict){ .fate = FATE_QUARANTINED,
				      .rule = "database",
				      .reason = N_("The database refused its text."),
				      .trace = v.trace };
		s.reason = v.reason;
		rc = group_try(u, g, &in, &s, &v, &res);
	}
	if (rc != RC_OK) {
		intake_reply_set(&g->reply, 451, "4.3.0",
				 "The database is away for a moment; the mail is not lost.");
		log_warn("event=deferred list=%s msgid=%s rc=%s", g->list.name, log_q(s.msgid),
			 rc_name(rc));
		return;
	}
	if (res.late)
		submit_late(u, &res);
	reply_for(g, &res);
	log_info("event=%s list=%s msgid=%s rule=%s post=%lld thread=%lld hold=%lld from=%s "
		 "bytes=%zu",
		 fate_name(res.fate), g->list.name, log_q(s.msgid), res.rule ? res.rule : v.rule,
		 (long long)res.post,
		 (long long)res.thread, (long long)res.hold, log_q(s.author_addr), raw.n);
	if (res.fate != FATE_DUPLICATE)
		unit_wake(u);
}

/* One of the messages that an answer to a digest is: judged like any other. */
static void letter_handle(struct unit *u, const struct envelope *env, const struct mail *whole,
			  const struct proof *proof, const struct digest_letter *l,
			  struct intake_reply *reply)
{
	struct group g = { .recipient = l->recipient };
	struct mail m;
	const char *why;
	enum rc rc = address_parse(u, l->recipient, &g.to);

	if (rc == RC_OK)
		rc = list_lookup(u, l->list, l->domain, env->sender, whole->from.addr, &g.list);
	if (rc == RC_OK)
		rc = mail_parse(&m, u->arena, l->raw, &mail_limits_default, &why);
	if (rc != RC_OK) {
		intake_reply_set(reply, 451, "4.3.0",
				 "The database is away for a moment; the mail is not lost.");
		return;
	}
	g.addr = arena_fmt(u->arena, "%s@%s", g.list.name, g.list.mail_domain);
	group_handle(u, env, &m, NULL, proof, l->raw, &g);
	if (g.reply.code >= 400)
		*reply = g.reply;
}

/* What was not done is done when the MTA brings the whole of it again: the rest is known. */
static void digest_handle(struct unit *u, const struct envelope *env, const struct mail *m,
			  const struct proof *proof, struct slice raw, struct group *g,
			  const struct digest_answered *what, const struct digest_letter *letters,
			  size_t n)
{
	struct submit_result res = { .fate = FATE_POSTED };
	struct submission s;
	enum rc rc;

	intake_reply_set(&g->reply, 250, "2.6.0", "answers to %zu threads", n);
	for (size_t i = 0; i < n; i++)
		letter_handle(u, env, m, proof, &letters[i], &g->reply);
	if (g->reply.code >= 400)
		return;
	submission_fill(&s, u->arena, m, raw, &g->list);
	s.envelope_from = env->sender;
	s.recipient = g->recipient;
	s.proven = true;
	s.apart = apart(&g->to);
	rc = unit_begin_rw(u);
	if (rc == RC_OK)
		rc = digest_answer_record(u, &g->list, m, &s, what, n, &res);
	if (rc == RC_OK)
		rc = unit_commit(u);
	else
		unit_abort(u);
	if (rc != RC_OK) {
		intake_reply_set(&g->reply, 451, "4.3.0",
				 "The database is away for a moment; the mail is not lost.");
		return;
	}
	log_info("event=digest_answer list=%s digest=%lld msgid=%s threads=%zu fate=%s", g->list.name,
		 (long long)what->about.id, log_q(s.msgid), n, fate_name(res.fate));
	unit_wake(u);
}

/* False: it is no answer to a digest of whoever wrote it. */
static bool digest_try(struct unit *u, const struct envelope *env, const struct mail *m,
		       const struct proof *proof, struct slice raw, struct group *g)
{
	struct digest_letter *letters;
	struct digest_answered what;
	int64_t issue;
	size_t n;
	enum rc rc;

	if (m == NULL)
		return false;
	issue = digest_answered_issue(u, m, &g->to, proof, g->list.account);
	if (issue == 0)
		return false;
	rc = digest_letters(u, m, issue, g->list.account, &what, &letters, &n);
	if (rc == RC_NOTFOUND)
		return false;
	if (rc != RC_OK)
		intake_reply_set(&g->reply, 451, "4.3.0",
				 "The database is away for a moment; the mail is not lost.");
	else
		digest_handle(u, env, m, proof, raw, g, &what, letters, n);
	return true;
}

/* Which group a recipient belongs to, made where it is the first; NULL and a
 * reply of its own where there is none. */
static struct group *group_of(struct unit *u, const struct envelope *env, const struct mail *m,
			      const char *recipient, struct group *groups, size_t *n,
			      struct intake_reply *r)
{
	struct asker by = { env->sender, m ? m->from.addr : NULL, groups, *n };
	struct address_to to;
	struct list_ref l;
	enum rc rc = rcpt_check(u, &by, recipient, 0, r, &to, &l);
	struct group *g;

	if (rc != RC_OK)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		if (same_group(&groups[i], &l, &to)) {
			/* a thread address beats the list's */
			if (to.kind == ADDRESS_THREAD && groups[i].to.kind == ADDRESS_POST)
				groups[i].to = to;
			return &groups[i];
		}
	g = &groups[(*n)++];
	*g = (struct group){ .list = l, .to = to, .recipient = recipient };
	/* what X-Loop says of a mail of ours to there */
	g->addr = arena_fmt(u->arena, "%s%s@%s", to.kind == ADDRESS_SITE ? "postmaster" : l.name,
			    to.kind == ADDRESS_OWNER ? "-owner" : "", l.mail_domain);
	return g;
}

void handle_message(void *ctx, const struct envelope *env, struct slice raw,
		    struct intake_reply *replies_r)
{
	struct unit *u = ctx;
	struct arena_mark mark = arena_mark(u->arena);
	struct group *groups = ARENA_ARRAY(u->arena, env->nrecipients, struct group);
	struct group **of = ARENA_ARRAY(u->arena, env->nrecipients, struct group *);
	struct mail mail, *m = NULL;
	struct proof proof;
	const char *why = N_("It has ended the program that read it.");
	size_t n = 0;

	if (env->crashes < INTAKE_POISON &&
	    mail_parse(&mail, u->arena, raw, &mail_limits_default, &why) == RC_OK)
		m = &mail;
	proof_find(u->arena, u->conf, m, env->sender, &proof);
	intake_parsed(env);
	for (size_t i = 0; i < env->nrecipients; i++)
		of[i] = group_of(u, env, m, env->recipients[i], groups, &n, &replies_r[i]);
	for (size_t i = 0; i < n; i++)
		if (!digest_try(u, env, m, &proof, raw, &groups[i]))
			group_handle(u, env, m, why, &proof, raw, &groups[i]);
	for (size_t i = 0; i < env->nrecipients; i++)
		if (of[i] != NULL)
			replies_r[i] = of[i]->reply;
	arena_rewind(u->arena, mark);
}
