/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of outbound work. A row's life:
 *
 *	ready     made in the post's transaction; due at not_before
 *	leased    one worker run has it, for 15 minutes; the attempt is counted
 *	          when it is taken, so that work which kills its worker ends
 *	settled   gone from the queue, one row in the ledger: sent, failed,
 *	          expired or skipped
 *
 *	from      event                       to        a crash here means
 *	ready     queue_lease                 leased    nothing: the lease is the commit
 *	leased    queue_settle                settled   the copy may go out once more
 *	leased    queue_retry                 ready     the same, later
 *	leased    queue_release               ready     nothing was sent
 *	leased    queue_takeover, _reclaim    ready     nothing: its run is gone
 *	leased    its 15 minutes end          ready     whoever had it is dead, far away
 *	ready     queue_clock_back            ready     nothing; it is due now
 *
 * A run is one worker process. It holds an advisory lock of its name as long as
 * its connection stands, so that anybody can tell leases of the living from
 * those of the dead. A run that lost its connection comes back with the same
 * name and goes on, unless somebody took over in between.
 *
 * A settle or retry whose lease is no longer ours changes nothing and says so.
 */
#ifndef CABILDO_FANOUT_QUEUE_H
#define CABILDO_FANOUT_QUEUE_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct db;
struct conf;

#define QUEUE_LEASE_SECONDS 900
#define QUEUE_TRIES_MAX     40

struct job {
	int64_t id, post, notice, digest, list, subscription; /* post, notice or digest, the others 0 */
	int tries; /* this one counted */
	int64_t created_at;
	const char *addr, *locale;
	bool skip; /* nobody wants it any more: settle as skipped */
	int64_t account;
	int64_t link_over; /* attachments over so many bytes together go by link; 0: never */
};

#define QUEUE_RUN_SIZE 37
/* The name of a run: a random UUID. */
void queue_run_name(char run_r[static QUEUE_RUN_SIZE]);
/* The role's own connection; settling need not wait for the disk (promise P4).
 * run: of the process that leases, kept by the caller. */
struct db *queue_open(const struct conf *conf, const char *run);
void queue_close(struct db **db);

/* At most a hundred. */
enum rc queue_lease(struct db *db, struct arena *a, const char *run, struct job **r,
		    size_t *n_r) MUST_USE;

enum outcome { OUTCOME_SENT, OUTCOME_FAILED, OUTCOME_EXPIRED, OUTCOME_SKIPPED };
/* RC_CONFLICT: the lease was lost; stop and lease anew. */
enum rc queue_settle(struct db *db, struct arena *a, const char *run, const struct job *j,
		     enum outcome o, int code, const char *answer) MUST_USE;
/*
 * The same of a copy that was taken, in two steps: what is begun is done even if we die, and
 * nothing else may be asked of db before the end tells how it went. RC_TEMPFAIL of either:
 * perhaps done, perhaps not; queue_settle finds out.
 */
enum rc queue_settle_begin(struct db *db, const char *run, const struct job *j, int code,
			   const char *answer) MUST_USE;
enum rc queue_settle_end(struct db *db, struct arena *a) MUST_USE;
enum rc queue_retry(struct db *db, struct arena *a, const char *run, const struct job *j,
		    int seconds) MUST_USE;
/* All that the run still has, untouched. */
enum rc queue_release(struct db *db, const char *run) MUST_USE;
/*
 * What a dead run had goes back at once. job: what it had in hand, with its
 * tries, 0 where unknown; crashed: it died of it, so the job waits before it is
 * tried again. RC_CONFLICT: PostgreSQL has not let go of its connection yet;
 * ask again.
 */
enum rc queue_takeover(struct db *db, struct arena *a, const char *dead_run, int64_t job,
		       int tries, bool crashed, int64_t *n_r) MUST_USE;
/* The same for every run whose connection is gone; n_r: how many rows. */
enum rc queue_reclaim(struct db *db, struct arena *a, int64_t *n_r) MUST_USE;
/* The clock may have been set back: whatever waits for longer than it can is due now; n_r: how many rows. */
enum rc queue_clock_back(struct db *db, struct arena *a, int64_t *n_r) MUST_USE;
/* Until a wake-up, or the next row is due, or ms. */
void queue_wait(struct db *db, struct arena *a, int ms);

/* Seconds until attempt number tries + 1, or -1: give up. Spread by +-20 %. */
int queue_backoff(int tries, int64_t age_usec);

/* What composing needs of a post; read once for all its copies. */
struct queue_post {
	int64_t id, thread, number, raw_id, thread_id;
	const char *list, *domain, *title, *list_id, *lang, *reply_policy, *dmarc_policy, *tag;
	bool footer, web, public_, hide_address;
	const char *author_name, *author_addr, *subject, *msgid, *post_lang;
	const char **refs;
	size_t nrefs;
	int64_t sent_at;
	struct slice raw;
};
enum rc queue_post_load(struct db *db, struct arena *a, int64_t post,
			struct queue_post *r) MUST_USE;

struct queue_file {
	int64_t n, size;
	const char *name;
	bool packed; /* its bytes are within another's */
};
/* The post's attachments but logos, and its text as it was stored. */
enum rc queue_post_files(struct db *db, struct arena *a, int64_t post, struct queue_file **r,
			 size_t *n_r, struct slice *text_r) MUST_USE;

struct queue_notice {
	const char *kind, *addr, *locale, *subject, *body, *in_reply_to, *reply_to;
	const char *msgid, *from_name; /* "": to be made; ours */
	const char **refs;
	size_t nrefs;
	const char *list, *domain, *title; /* "" where it comes from the site */
	struct slice original;             /* what is returned; n == 0: nothing */
	bool original_cut;
	int64_t invite; /* the invitation that it is, else 0 */
	int64_t probe; /* the address that a bounce-probe asks, else 0 */
};
#define QUEUE_ORIGINAL_MAX ((size_t)50 << 20) /* no more is returned, whatever the group takes */
enum rc queue_notice_load(struct db *db, struct arena *a, int64_t notice,
			  struct queue_notice *r) MUST_USE;

#endif
