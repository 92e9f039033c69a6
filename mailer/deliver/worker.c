/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker leases a batch, sorted by post, and hands it to the transport one
 * copy at a time: the outcome of a copy is settled before anything of the next
 * one's text goes out (promise P4). A post is composed once per variant and kept while its copies
 * follow one another; only the slots differ from copy to copy.
 */
#include <poll.h>
#include <unistd.h>

#include "mailer/compose/compose.h"
#include "mailer/deliver/from.h"
#include "mailer/deliver/issue.h"
#include "mailer/deliver/notice.h"
#include "mailer/deliver/transport.h"
#include "mailer/deliver/web_parts.h"
#include "mailer/deliver/worker.h"
#include "mailer/parse/report.h"
#include "server/core/address.h"
#include "server/core/bounce.h"
#include "server/core/invite.h"
#include "server/core/prefs.h"
#include "server/core/link.h"
#include "server/fanout/queue.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define LINKS_MAX 40
#define LINKS_CAP ((size_t)32 << 10)
/* Batches sent over one connection before its memory is given back. */
#define BATCHES_MAX 100
#define POLL_MS     2000
#define ARENA_CAP   ((size_t)600 << 20)
/* No text goes out with less of its lease left than the longest SMTP time-out. */
#define LEASE_SAFE ((QUEUE_LEASE_SECONDS - 130) * USEC)
/* How long a stopping worker still tries to settle what it has sent. */
#define STOP_SAFE     (5 * USEC)
/* First soon: PostgreSQL may not have let go yet of those that died just before. */
#define RECLAIM_FIRST USEC
#define RECLAIM_EVERY (60 * USEC)
/* A wall clock that goes back by so much was set. */
#define CLOCK_BACK (5 * USEC)

_Static_assert((int)COMPOSE_PIECES == (int)TRANSPORT_PIECES, "a copy goes out as it is composed");

struct worker {
	const struct prog *p;
	struct db *db;
	struct arena *batch; /* its jobs */
	struct arena *mail;  /* the post whose copies are going out, and what is composed of it */
	/* what is made for one copy; for the one before it, which may be on its way */
	struct arena *copy, *copy_before;
	struct transport *t;
	struct deliver_slot *slot;
	const char *run;
	int64_t reclaim_at, reclaim_wait;
	int64_t ahead; /* of the wall clock over the steady one, when last looked at */
	struct job *jobs;
	size_t njobs, at;
	unsigned batches;
	int64_t leased_at;
	bool lost; /* a settle failed: the lease may be another's */
	const struct job *settling; /* PostgreSQL was told, and has not answered; or NULL */
	int settling_code;
	char settling_text[sizeof(((struct transport_result *)NULL)->text)];
	/* the post whose copies are going out */
	struct queue_post post;
	struct composed *composed[2]; /* whole, and with its attachments by link */
	struct queue_file *files;     /* that may go by link; none for signed and encrypted mail */
	size_t nfiles;
	int64_t files_size, taken;    /* taken: the id of post, 0: none is loaded */
	struct slice text;
	struct dmarc *dmarc;
	struct notice notice;         /* in hand */
	const struct job *hand, *after; /* what the transport has: not done yet, and the one behind it */
};

static const char *post_url(const struct worker *w, struct arena *a, const struct queue_post *p)
{
	if (*w->p->conf.base_url == '\0')
		return "";
	return arena_fmt(a, "%s/g/%s/%lld/%lld", w->p->conf.base_url, p->list, (long long)p->thread,
			 (long long)p->number);
}

/* What could go by link, once for each post. */
static enum rc files_load(struct worker *w, const struct queue_post *p)
{
	enum rc rc;

	w->nfiles = 0;
	w->files_size = 0;
	if (*w->p->conf.base_url == '\0' || (!p->web && compose_whole(w->mail, p->raw)))
		return RC_OK;
	rc = queue_post_files(w->db, w->mail, p->id, &w->files, &w->nfiles, &w->text);
	for (size_t i = 0; rc == RC_OK && i < w->nfiles; i++)
		w->files_size += w->files[i].packed ? 0 : w->files[i].size;
	return rc;
}

static bool goes_by_link(const struct worker *w, const struct job *j)
{
	return j->link_over > 0 && w->nfiles > 0 && w->files_size > j->link_over;
}

/* At most one post is in memory: a message may be large. */
static void post_drop(struct worker *w)
{
	w->taken = 0;
	w->composed[0] = w->composed[1] = NULL;
	arena_free(&w->mail);
}

static enum rc post_take(struct worker *w, int64_t post)
{
	enum rc rc;

	if (w->taken == post)
		return RC_OK;
	post_drop(w);
	w->mail = arena_new(ARENA_CAP);
	rc = queue_post_load(w->db, w->mail, post, &w->post);
	if (rc == RC_OK)
		rc = files_load(w, &w->post);
	if (rc == RC_OK)
		w->taken = post;
	return rc;
}

static enum rc post_compose(struct worker *w, bool by_link)
{
	const struct conf *conf = &w->p->conf;
	struct compose_list list;
	struct compose_post c;
	struct queue_post *p = &w->post;
	enum rc rc;

	if (w->composed[by_link] != NULL)
		return RC_OK;
	tr_set(p->lang); /* the "via" of From is the list's: the same for everybody */
	list = (struct compose_list){ .local = p->list,
				      .domain = p->domain,
				      .title = p->title,
				      .list_id = p->list_id,
				      .lang = p->post_lang,
				      .tag = p->tag,
				      .footer = p->footer || by_link,
				      .archive_url = "" };
	if (*conf->base_url != '\0')
		list.archive_url = arena_fmt(w->mail, "%s/g/%s", conf->base_url, p->list);
	c = (struct compose_post){ .raw = p->raw,
				   .msgid = p->msgid,
				   .date = p->sent_at,
				   .author_name = tr_name(w->mail, p->author_name),
				   /* TRANSLATORS: "Ana Pérez via Agenda", in the From of a copy */
				   .via = tr("via"),
				   .url = post_url(w, w->mail, p),
				   .subject = p->subject,
				   .text = SLICE(""),
				   .refs = p->refs,
				   .nrefs = p->nrefs };
	if (p->web) {
		rc = web_parts(w->mail, p, &c);
		if (rc != RC_OK)
			return rc;
	}
	c.by_link = by_link;
	if (by_link && !p->web)
		c.text = w->text;
	from_decide(w->dmarc, conf, w->mail, p, &list, &c);
	return compose_post(&w->composed[by_link], w->mail, &list, &c);
}

static const char *footer_text(struct worker *w, const struct job *j, const struct queue_post *p)
{
	struct membership m = { .subscription = j->subscription, .list_name = p->list, .domain = p->domain };
	const char *site = w->p->conf.base_url;

	if (*site == '\0')
		return arena_fmt(
			w->copy,
			tr("You receive this as a member of %s.\nTo write to the group: %s@%s\n"),
			p->title, p->list, p->domain);
	return arena_fmt(
		w->copy,
		tr("You receive this as a member of %s.\nAnswer this mail, or on the web: %s\n"
		   "What you receive, and how to change it: %s%s\n"),
		p->title, post_url(w, w->copy, p), site, prefs_link(w->copy, &w->p->keys, &m));
}

/* A line for each attachment with this person's link, then the group's footer. */
static const char *links_text(struct worker *w, const struct job *j, const char *footer)
{
	const struct conf *conf = &w->p->conf;
	struct queue_post *p = &w->post;
	struct str o;

	str_init(&o, w->copy, LINKS_CAP);
	str_fmt(&o, tr("Attachments, %s in all. These links are yours alone and open for %d days:\n"),
		tr_size(w->copy, w->files_size), LINK_DAYS);
	for (size_t i = 0; i < w->nfiles && i < LINKS_MAX; i++)
		str_fmt(&o, "\n%s (%s)\n%s\n", w->files[i].name, tr_size(w->copy, w->files[i].size),
			link_attachment(w->copy, &w->p->keys, conf->base_url, j->subscription, p->id,
					w->files[i].n, clock_now()));
	if (w->nfiles > LINKS_MAX)
		str_fmt(&o, tr("\nAll %zu of them: %s\n"), w->nfiles, post_url(w, w->copy, p));
	if (*footer != '\0')
		str_fmt(&o, "\n-- \n%s", footer);
	return str_z(&o);
}

static enum rc copy_post(struct worker *w, const struct job *j, struct transport_msg *m_r)
{
	struct queue_post *p = &w->post;
	struct compose_copy copy = {
		.rcpt = j->addr, .lang = j->locale, .unsub_url = "", .footer = ""
	};
	enum rc rc = post_take(w, j->post);
	bool by_link = rc == RC_OK && goes_by_link(w, j);
	char n[2][24];

	if (rc == RC_OK)
		rc = post_compose(w, by_link);
	if (rc != RC_OK)
		return rc;
	copy.sender = address_verp(w->copy, &w->p->keys, w->p->conf.recipient_delimiter, p->list,
				   p->domain, j->subscription);
	address_leave_both(w->copy, &w->p->keys, w->p->conf.recipient_delimiter, w->p->conf.base_url,
			   p->list, p->domain, j->subscription, &copy.unsub_mailto, &copy.unsub_url);
	tr_set(j->locale);
	if (p->footer)
		copy.footer = footer_text(w, j, p);
	if (by_link)
		copy.footer = links_text(w, j, copy.footer);
	rc = compose_pieces(w->composed[by_link], &copy, w->copy, m_r->piece);
	m_r->from = copy.sender;
	m_r->envid = arena_join(w->copy, "p", i64_text(j->post, n[0]), ".", i64_text(j->id, n[1]));
	return rc;
}

static struct unit unit_of(struct worker *w)
{
	return (struct unit){ .arena = w->copy, .db = w->db, .conf = &w->p->conf, .keys = &w->p->keys,
			      .door = DOOR_SYSTEM };
}

static enum rc copy_make(struct worker *w, struct job *j, struct transport_msg *m_r)
{
	struct unit u = unit_of(w);

	return j->notice ? notice_compose(&u, j, m_r, &w->notice)
	       : j->digest ? issue_compose(&u, j, m_r)
			   : copy_post(w, j, m_r);
}

/*
 * While the database is away the lease is still ours: what was sent is settled
 * when it is back, or somebody would get it twice. True: try once more.
 */
static bool settle_again(const struct worker *w, enum rc rc, int64_t *stop_by)
{
	int64_t now = clock_mono();

	if (rc != RC_TEMPFAIL || now - w->leased_at > LEASE_SAFE)
		return false;
	if (prog_stop && *stop_by == 0)
		*stop_by = now + STOP_SAFE;
	if (prog_stop && now > *stop_by)
		return false;
	poll(NULL, 0, 250);
	return true;
}

/* False: the lease is not ours any more, or the database is away: send nothing more. */
static bool settled(struct worker *w, enum rc rc, const struct job *j)
{
	if (rc == RC_OK) {
		if (atomic_load(&w->slot->job) == j->id)
			atomic_store(&w->slot->job, 0);
		return true;
	}
	log_warn("event=lease_lost delivery=%lld rc=%s", (long long)j->id, rc_name(rc));
	w->lost = true;
	return false;
}

static bool settle(struct worker *w, const struct job *j, enum outcome o, int code,
		   const char *text)
{
	int64_t stop_by = 0;
	enum rc rc;

	do
		rc = queue_settle(w->db, w->copy, w->run, j, o, code, text);
	while (settle_again(w, rc, &stop_by));
	return settled(w, rc, j);
}

/*
 * A copy that was taken is settled while the next one is composed and its envelope goes out:
 * PostgreSQL does what has reached it, whatever becomes of us.
 */
static bool settle_begin(struct worker *w, const struct job *j, int code, const char *text)
{
	if (queue_settle_begin(w->db, w->run, j, code, text) != RC_OK)
		return settle(w, j, OUTCOME_SENT, code, text);
	w->settling = j;
	w->settling_code = code;
	snprintf(w->settling_text, sizeof(w->settling_text), "%s", text);
	return true;
}

/* What was begun is done. False: as settled(). */
static bool settle_end(struct worker *w)
{
	const struct job *j = w->settling;
	enum rc rc;

	if (j == NULL)
		return !w->lost;
	w->settling = NULL;
	rc = queue_settle_end(w->db, w->copy);
	if (rc == RC_TEMPFAIL)
		return settle(w, j, OUTCOME_SENT, w->settling_code, w->settling_text);
	return settled(w, rc, j);
}

/* The envelope of a copy may have waited behind the one before it. */
static bool kept(void *ctx)
{
	struct worker *w = ctx;

	return settle_end(w) && clock_mono() - w->leased_at <= LEASE_SAFE;
}

/*
 * A refusal of a copy is a bounce that needs no report. It is recorded before
 * the copy is settled: should that fail, the copy goes out again, and the same
 * event is recorded once. Not the transport's own failures (code 0).
 */
static void bounced(struct worker *w, const struct job *j, int code, const char *status,
		    const char *text)
{
	static const enum bounce_kind kinds[] = { [REPORT_FINE] = BOUNCE_DELAY,
						  [REPORT_WAITS] = BOUNCE_DELAY,
						  [REPORT_REFUSED] = BOUNCE_POLICY,
						  [REPORT_SOFT] = BOUNCE_SOFT,
						  [REPORT_HARD] = BOUNCE_HARD };
	struct unit u = unit_of(w);
	struct report_rcpt x = { .addr = j->addr, .text = text, .mta = "", .code = (unsigned)code };
	int64_t probe = j->notice ? w->notice.probe : 0;
	int64_t invite = j->notice ? w->notice.invite : 0;
	size_t n;
	bool new;
	enum rc rc;

	if (code < 400 || (probe == 0 && invite == 0 && (j->post + j->digest == 0 || j->subscription == 0)))
		return;
	snprintf(x.status, sizeof(x.status), "%s", status);
	report_reply(w->copy, &x);
	if (invite != 0) {
		if (report_count(&x) == REPORT_WAITS || report_count(&x) == REPORT_FINE)
			return;
		if (invite_bounced(&u, invite, text) != RC_OK)
			log_warn("event=bounce_not_recorded delivery=%lld", (long long)j->id);
		return;
	}
	rc = bounce_record(&u,
			   &(struct bounce_new){ .subscription = probe ? 0 : j->subscription,
						 .probe = probe,
						 .list = j->list,
						 .post = j->post,
						 .about = arena_fmt(w->copy, "%s %lld",
								    j->digest ? "digest" : "notice",
								    (long long)(j->digest + j->notice)),
						 .kind = kinds[report_count(&x)],
						 .reason = report_reason_name(x.reason),
						 .status = x.status,
						 .code = x.code,
						 .rcpt = j->addr,
						 .mta = "",
						 .text = utf8_clean(w->copy, slice_of(text), &n) },
			   &new);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		log_warn("event=bounce_not_recorded delivery=%lld rc=%s", (long long)j->id,
			 rc_name(rc));
}

static bool give_up_or_retry(struct worker *w, const struct job *j, int code, const char *text)
{
	int s = queue_backoff(j->tries, clock_now() - j->created_at);
	int64_t stop_by = 0;
	enum rc rc;

	if (s < 0) {
		bounced(w, j, code ? code : 400, "4.4.7", text);
		return settle(w, j, OUTCOME_EXPIRED, code, text);
	}
	log_info("event=deferred delivery=%lld post=%lld to=%s code=%d again_s=%d answer=%s",
		 (long long)j->id, (long long)j->post, log_q(j->addr), code, s, log_q(text));
	do
		rc = queue_retry(w->db, w->copy, w->run, j, s);
	while (settle_again(w, rc, &stop_by));
	return settled(w, rc, j);
}

/* The next batch on the same connection; false: nothing is due, or enough. */
static bool batch_lease(struct worker *w)
{
	if (!settle_end(w)) /* it points to a job of the batch before */
		return false;
	w->at = w->njobs = 0;
	if (w->batches++ >= BATCHES_MAX)
		return false;
	/* all of the batch before is settled: nothing points to its jobs */
	arena_free(&w->batch);
	w->batch = arena_new(ARENA_CAP);
	w->leased_at = clock_mono();
	if (queue_lease(w->db, w->batch, w->run, &w->jobs, &w->njobs) == RC_OK)
		return w->njobs > 0;
	w->lost = true; /* perhaps it was made, and only the answer did not come */
	return false;
}

/* Another copy of the post in hand: nothing is asked of PostgreSQL for it. */
static bool is_ready(const struct worker *w, const struct job *j)
{
	return !j->skip && j->tries <= QUEUE_TRIES_MAX && j->post != 0 && j->post == w->taken &&
	       w->composed[goes_by_link(w, j)] != NULL;
}

/* Should we die now, it was of this one. */
static void slot_set(struct worker *w, const struct job *j)
{
	atomic_store(&w->slot->tries, j->tries);
	atomic_store(&w->slot->job, j->id);
}

static enum rc copy_begin(struct worker *w, struct job *j, struct transport_msg *m_r)
{
	const char **to = ARENA_NEW(w->copy, const char *);
	enum rc rc;

	*m_r = (struct transport_msg){ .to = to, .nto = 1, .tag = j };
	slot_set(w, j);
	rc = copy_make(w, j, m_r);
	*to = j->addr; /* a digest may have looked for it */
	return rc;
}

static bool next(struct transport_msg *m_r, void *ctx)
{
	struct worker *w = ctx;

	while (!w->lost && !prog_stop && (w->at < w->njobs || batch_lease(w))) {
		struct job *j = &w->jobs[w->at];
		enum rc rc;

		if (clock_mono() - w->leased_at > LEASE_SAFE || (!is_ready(w, j) && !settle_end(w)))
			return false;
		w->at++;
		arena_free(&w->copy_before);
		arena_free(&w->copy);
		w->copy = arena_new(ARENA_CAP);
		if (j->skip || j->tries > QUEUE_TRIES_MAX) {
			slot_set(w, j);
			if (!settle(w, j, j->skip ? OUTCOME_SKIPPED : OUTCOME_EXPIRED, 0,
				    j->skip ? "" : "tried too often"))
				return false;
			continue;
		}
		rc = copy_begin(w, j, m_r);
		if (rc == RC_OK) {
			w->hand = j;
			return true;
		}
		if (rc == RC_TEMPFAIL) {
			w->lost = true;
			return false;
		}
		if (rc == RC_NOTFOUND && j->digest) {
			if (!settle(w, j, OUTCOME_SKIPPED, 0, ""))
				return false;
			continue;
		}
		log_fail("event=compose_failed delivery=%lld post=%lld rc=%s", (long long)j->id,
			 (long long)j->post, rc_name(rc));
		if (!settle(w, j, OUTCOME_FAILED, 0, "cannot be composed"))
			return false;
	}
	return false;
}

/* While the one in hand goes out and the one before is settled: what would ask PostgreSQL waits. */
static bool following(struct transport_msg *m_r, void *ctx)
{
	struct worker *w = ctx;
	struct job *j = w->at < w->njobs ? &w->jobs[w->at] : NULL;
	bool made;

	if (w->lost || prog_stop || j == NULL || !is_ready(w, j))
		return false;
	arena_free(&w->copy_before); /* of the one that was done before the one in hand */
	w->copy_before = w->copy;
	w->copy = arena_new(ARENA_CAP);
	made = copy_begin(w, j, m_r) == RC_OK;
	slot_set(w, w->hand);
	if (!made)
		return false;
	w->after = j;
	w->at++;
	return true;
}

static bool outcome(struct worker *w, const struct job *j, const struct transport_result *r)
{
	bool go;

	if (!settle_end(w)) /* the one before, where this one was refused before its text */
		return false;
	switch (r->cls) {
	case TRANSPORT_OK:
		go = settle_begin(w, j, r->code, r->text);
		log_info("event=sent delivery=%lld post=%lld to=%s code=%d answer=%s",
			 (long long)j->id, (long long)j->post, log_q(j->addr), r->code,
			 log_q(r->text));
		return go;
	case TRANSPORT_PERM:
		log_info("event=failed delivery=%lld post=%lld to=%s code=%d answer=%s",
			 (long long)j->id, (long long)j->post, log_q(j->addr), r->code,
			 log_q(r->text));
		bounced(w, j, r->code, r->enhanced, r->text);
		return settle(w, j, OUTCOME_FAILED, r->code, r->text);
	case TRANSPORT_TEMP:
	case TRANSPORT_UNKNOWN:
		break;
	}
	return give_up_or_retry(w, j, r->code, r->text);
}

static bool done(const struct transport_msg *m, const struct transport_result *r, void *ctx)
{
	struct worker *w = ctx;
	bool go = outcome(w, m->tag, r);

	w->hand = w->after;
	w->after = NULL;
	if (w->hand != NULL)
		slot_set(w, w->hand);
	return go;
}

/* What was leased and not settled goes back, uncounted: also what the transport took and did not
 * report, and rows of a lease whose answer was lost on the way. */
static void batch_release(struct worker *w)
{
	bool all = w->at == w->njobs && w->hand == NULL;

	(void)settle_end(w);
	atomic_store(&w->slot->job, 0);
	w->hand = w->after = NULL;
	if (all && !w->lost)
		return;
	if (queue_release(w->db, w->run) != RC_OK)
		log_warn("event=release_failed");
	else
		w->lost = false;
}

/*
 * What was due when it was put in is not to wait for an hour that comes twice. Looked
 * for when our own clock goes back, and now and then, as PostgreSQL's may be another.
 */
static enum rc clock_look(struct worker *w)
{
	int64_t n;
	enum rc rc = queue_clock_back(w->db, w->batch, &n);

	if (rc == RC_OK && n > 0)
		log_info("event=clock_back rows=%lld", (long long)n);
	return rc;
}

/* What the worker before this one had, and now and then what anybody dead had. */
static bool takeover(struct worker *w)
{
	struct deliver_slot *s = w->slot;
	int64_t n, now = clock_mono(), ahead = clock_now() - now;
	enum rc rc;

	if (ahead < w->ahead - CLOCK_BACK)
		w->reclaim_at = now;
	w->ahead = ahead;
	if (atomic_load(&s->to_take)) {
		rc = queue_takeover(w->db, w->batch, s->gone, s->gone_job, s->gone_tries,
				    s->gone_crashed, &n);
		if (rc != RC_OK)
			return false;
		atomic_store(&s->to_take, false);
		log_info("event=taken_over run=%s rows=%lld crashed=%d delivery=%lld", s->gone,
			 (long long)n, s->gone_crashed, (long long)s->gone_job);
	}
	if (now < w->reclaim_at)
		return true;
	if (queue_reclaim(w->db, w->batch, &n) != RC_OK || clock_look(w) != RC_OK)
		return false;
	if (n > 0)
		log_info("event=reclaimed rows=%lld", (long long)n);
	w->reclaim_at = now + w->reclaim_wait;
	w->reclaim_wait = w->reclaim_wait * 2 < RECLAIM_EVERY ? w->reclaim_wait * 2 : RECLAIM_EVERY;
	return true;
}

/* True: there was work. */
static bool batch_do(struct worker *w)
{
	struct transport_calls calls = { .next = next,
					 .following = following,
					 .done = done,
					 .kept = kept,
					 .ctx = w };
	enum rc rc;

	if (w->lost) /* an earlier lease may still stand: nothing new before it is given back */
		batch_release(w);
	if (w->lost || !takeover(w))
		return false;
	w->batches = 0;
	if (!batch_lease(w))
		return false;
	rc = transport_send(w->t, &calls);
	post_drop(w);
	batch_release(w);
	if (rc == RC_TEMPFAIL) {
		log_warn("event=relay_away todo=\"see the setting relay\"");
		return false;
	}
	return true;
}

int deliver_worker(const struct prog *p, struct deliver_slot *slot, bool once)
{
	struct worker w = { .p = p, .slot = slot, .run = slot->run,
			    .reclaim_wait = RECLAIM_FIRST };
	const char *err = "";

	w.db = queue_open(&p->conf, w.run);
	w.dmarc = dmarc_open(p->conf.dns_server);
	if (transport_open(&w.t, p->arena, p->conf.relay, p->conf.mail_domain, &err) != RC_OK)
		log_die("event=bad_relay error=%s", log_q(err));
	while (!prog_stop && !prog_reload) {
		bool worked;

		w.batch = arena_new(ARENA_CAP);
		w.copy = arena_new(ARENA_CAP);
		worked = batch_do(&w);
		if (!worked && once) {
			arena_free(&w.copy_before);
			arena_free(&w.copy);
			arena_free(&w.batch);
			break;
		}
		if (!worked)
			queue_wait(w.db, w.batch, POLL_MS);
		arena_free(&w.copy_before);
		arena_free(&w.copy);
		arena_free(&w.batch);
	}
	transport_close(w.t);
	dmarc_close(&w.dmarc);
	queue_close(&w.db);
	return 0;
}
