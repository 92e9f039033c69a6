/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One worker: a poll loop over its share of the connections. The dialogue is
 * in lmtp.c and policy.c; here are descriptors, clocks and limits. A session
 * gets one read and at most one message a round, so that nobody starves.
 */
#include <errno.h>
#include <malloc.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mailer/intake/lmtp.h"
#include "mailer/intake/policy.h"
#include "mailer/intake/slot.h"
#include "server/base/base.h"

#define READ_SIZE 65536
#define ACCEPTS_A_ROUND 8       /* so that the others get theirs; more where rounds are long: */
#define ACCEPTS_EACH 4          /* one for so many sessions that are there */
/* A worker has so many messages in hand as it can take in BUSY_USEC, and BUSY_LEAST in any
 * case: an MTA has some twenty connections, so no usual one is ever told 451, however
 * slow we are. In hand is what a client goes on with: one that stopped for IN_HAND_USEC
 * keeps nobody out. */
#define BUSY_USEC (USEC / 2)
#define BUSY_LEAST 32
#define IN_HAND_USEC (2 * USEC)
#define BUSY_QUIET (5 * USEC)   /* nobody was told for so long: it is over */
/* Where all places are taken, who did nothing for so long gives up theirs. */
#define IDLE_USEC (2 * USEC)
#define IDLE_DATA_USEC (60 * USEC)
#define LEAN_MS 50              /* until a worker that left connections to others looks again */
#define MSEC ((int64_t)1000)

struct session {
	int fd;
	struct lmtp *lmtp;      /* one of the two */
	struct policy *policy;
	char *left;             /* bytes read that the machine has not taken yet */
	size_t nleft;
	int64_t active;         /* last byte either way, clock_mono */
	int64_t moved;          /* last time that lmtp_steps was another */
	unsigned long steps;
	int64_t mail;           /* MAIL was accepted then, 0: no transaction */
	bool eof;               /* the client has said all it will */
	bool gone;              /* to be closed at the end of the round */
};

struct worker {
	const struct intake_settings *s;
	const struct intake_hooks *hooks;       /* the program's */
	struct intake_hooks own;                /* ours around them */
	struct lmtp_config cfg;
	struct shared *sh;
	struct intake_slot *slot;
	struct listener *lmtp, *policy;
	struct session **sessions;
	struct pollfd *fds;
	size_t n, nlmtp;
	size_t memory_left;
	struct lmtp_load load;
	int64_t message_usec;           /* what one takes, of late */
	int64_t round_usec;             /* the last round */
	unsigned long told;             /* load.told when that was last looked at, */
	int64_t told_at;                /* and since when it is; 0: all is quiet */
	int64_t accept_again;           /* no descriptors left: not before then */
	int64_t drain_until;            /* 0: serving */
	char buf[READ_SIZE];
};

/* ---- around the hooks ---- */

void intake_parsed(const struct envelope *env)
{
	if (env->slot)
		atomic_store(&env->slot->parsing_since, 0);
}

static void on_message(void *ctx, const struct envelope *env, struct slice raw,
		       struct intake_reply *replies)
{
	struct worker *w = ctx;
	struct envelope e = *env;
	int64_t from = clock_mono();

	e.crashes = poison_count(w->sh, env->digest);
	e.slot = w->slot;
	memcpy(w->slot->digest, env->digest, HASH_BYTES);
	atomic_store(&w->slot->parsing_since, clock_mono());
	atomic_store(&w->slot->busy, true);
	w->hooks->message(w->hooks->ctx, &e, raw, replies);
	atomic_store(&w->slot->busy, false);
	atomic_store(&w->slot->parsing_since, 0);
	w->message_usec += (clock_mono() - from - w->message_usec) / 8;
}

static void on_rcpt(void *ctx, const struct envelope *env, const char *recipient,
		    struct intake_reply *reply)
{
	struct worker *w = ctx;

	w->hooks->rcpt(w->hooks->ctx, env, recipient, reply);
}

static void on_policy(void *ctx, const struct policy_request *req, char *action, size_t size)
{
	struct worker *w = ctx;

	w->hooks->policy(w->hooks->ctx, req, action, size);
}

/* ---- sessions ---- */

static void session_free(struct worker *w, struct session *s)
{
	if (s->lmtp)
		w->nlmtp--;
	lmtp_free(&s->lmtp);
	policy_free(&s->policy);
	free(s->left);
	close(s->fd);
	free(s);
}

static void client_name(int fd, char *name, size_t size)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	char host[64], port[16];

	snprintf(name, size, "unix");
	if (getpeername(fd, (struct sockaddr *)&ss, &n) == 0 && ss.ss_family != AF_UNIX &&
	    getnameinfo((struct sockaddr *)&ss, n, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(name, size, ss.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static void session_add(struct worker *w, int fd, bool is_lmtp)
{
	struct session *s = calloc(1, sizeof(*s));
	char name[96];

	if (!s) {
		close(fd);
		return;
	}
	s->fd = fd;
	s->active = s->moved = clock_mono();
	if (is_lmtp) {
		client_name(fd, name, sizeof(name));
		s->lmtp = lmtp_new(&w->cfg, &w->own, name);
		w->nlmtp++;
	} else {
		s->policy = policy_new(&w->own);
	}
	w->sessions[w->n++] = s;
}

static struct slice session_output(const struct session *s)
{
	return s->lmtp ? lmtp_output(s->lmtp) : policy_output(s->policy);
}

static void session_flush(struct session *s)
{
	struct slice out;

	while (!s->gone && (out = session_output(s)).n) {
		ssize_t k = send(s->fd, out.p, out.n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			s->gone = errno != EAGAIN;
			return;
		}
		s->active = clock_mono();
		if (s->lmtp)
			lmtp_sent(s->lmtp, (size_t)k);
		else
			policy_sent(s->policy, (size_t)k);
	}
}

static size_t session_feed(struct session *s, const char *p, size_t n)
{
	return s->lmtp ? lmtp_feed(s->lmtp, p, n) : policy_feed(s->policy, p, n);
}

/* Offers what is left from an earlier round, else what was just read. */
static void session_offer(struct session *s, const char *p, size_t n)
{
	size_t k = session_feed(s, p, n);

	if (s->left) {
		memmove(s->left, s->left + k, n - k);
		s->nleft = n - k;
		if (s->nleft == 0) {
			free(s->left);
			s->left = NULL;
		}
	} else if (k < n) {
		s->left = malloc(n - k);
		if (!s->left) {
			s->gone = true;
			return;
		}
		memcpy(s->left, p + k, n - k);
		s->nleft = n - k;
	}
	if (s->lmtp && lmtp_steps(s->lmtp) != s->steps) {
		s->steps = lmtp_steps(s->lmtp);
		s->moved = clock_mono();
	}
	if (!s->lmtp || !lmtp_in_transaction(s->lmtp))
		s->mail = 0;
	else if (!s->mail)
		s->mail = clock_mono();
}

static void session_read(struct worker *w, struct session *s)
{
	ssize_t k = recv(s->fd, w->buf, sizeof(w->buf), 0);

	if (k > 0) {
		s->active = clock_mono();
		session_offer(s, w->buf, (size_t)k);
	} else if (k == 0) {
		s->eof = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		s->gone = true;
	}
}

static void session_serve(struct worker *w, struct session *s, short events)
{
	if (events & (POLLERR | POLLNVAL))
		s->gone = true;
	if (s->gone)
		return;
	if (s->left)
		session_offer(s, s->left, s->nleft);
	else if (events & (POLLIN | POLLHUP))
		session_read(w, s);
	session_flush(s);
	if (session_output(s).n == 0 && ((s->lmtp && lmtp_closed(s->lmtp)) ||
					 (s->eof && !s->left) ||
					 (w->drain_until && s->policy && policy_idle(s->policy))))
		s->gone = true;
}

/* Time-outs; how long until the next, in microseconds, is folded into *wait. */
static void session_age(struct worker *w, struct session *s, int64_t now, int64_t *wait)
{
	int64_t due = s->active + MSEC * (s->lmtp ? w->s->lmtp_idle_ms : w->s->policy_idle_ms);
	bool whole = false;

	if (s->mail && s->mail + MSEC * w->s->transaction_ms < due) {
		due = s->mail + MSEC * w->s->transaction_ms;
		whole = true;
	}
	if (w->drain_until && w->drain_until < due)
		due = w->drain_until;
	if (now >= due) {
		if (s->lmtp && !lmtp_closed(s->lmtp)) {
			lmtp_abort(s->lmtp, w->drain_until ? "The service is restarting."
					    : whole ? "The transaction took too long."
						    : "Nothing came for too long.");
			session_flush(s);
		}
		s->gone = true;
		*wait = 0;
	} else if (due - now < *wait) {
		*wait = due - now;
	}
}

/* ---- accepting ---- */

static size_t lmtp_max(const struct worker *w)
{
	return w->s->sessions - w->s->sessions / 10;
}

/* What the other workers do: is there one with room, and one with fewer sessions that is free? */
static void look_around(const struct worker *w, bool *room_r, bool *lighter_r)
{
	*room_r = *lighter_r = false;
	for (size_t i = 0; i < SLOTS; i++) {
		const struct intake_slot *o = &w->sh->slot[i];
		size_t n = atomic_load(&o->nsessions);

		if (o == w->slot || !atomic_load(&o->pid) || atomic_load(&o->draining))
			continue;
		if (n < lmtp_max(w))
			*room_r = true;
		if (n + 4 < w->n && atomic_load(&o->ready) && !atomic_load(&o->busy))
			*lighter_r = true;
	}
}

static void refuse_lmtp(int fd, const char *hostname)
{
	char line[300];
	int n = snprintf(line, sizeof(line), "421 4.3.2 %.200s Too many sessions; try again later.\r\n",
			 hostname);

	/* a fresh socket's buffer takes one line */
	if (send(fd, line, (size_t)n, MSG_NOSIGNAL) == n)
		shutdown(fd, SHUT_WR);
	close(fd);
}

/* Postfix keeps idle policy connections and opens another when one was closed. */
static bool policy_make_room(struct worker *w)
{
	struct session *oldest = NULL;

	for (size_t i = 0; i < w->n; i++) {
		struct session *s = w->sessions[i];

		if (s->policy && !s->gone && policy_idle(s->policy) &&
		    (!oldest || s->active < oldest->active))
			oldest = s;
	}
	if (oldest)
		oldest->gone = true;
	return oldest != NULL;
}

/* What it is about to say has come already: it is us who are late. */
static bool has_said(const struct session *s)
{
	int unread = 0;

	return s->left || ioctl(s->fd, FIONREAD, &unread) != 0 || unread > 0;
}

/* The place of whoever did nothing for longest; of those in the middle of a message only
 * where there is no other. Their peer keeps what was not answered 250. */
static bool lmtp_make_room(struct worker *w)
{
	int64_t now = clock_mono(), idle = 0;
	size_t best = w->n;
	struct session *s;

	for (size_t i = 0; i < w->n; i++) {
		int64_t t;

		s = w->sessions[i];
		if (!s->lmtp || s->gone)
			continue;
		t = now - s->moved - (lmtp_in_data(s->lmtp) ? IDLE_DATA_USEC : 0);
		if (t >= IDLE_USEC && t > idle && !has_said(s)) {
			idle = t;
			best = i;
		}
	}
	if (best == w->n)
		return false;
	s = w->sessions[best];
	lmtp_abort(s->lmtp, "All places are taken and nothing came here for a while.");
	session_flush(s);
	session_free(w, s);
	w->sessions[best] = w->sessions[--w->n];
	return true;
}

static bool lmtp_full(const struct worker *w)
{
	return w->nlmtp >= lmtp_max(w) || w->n >= w->s->sessions;
}

static void accept_some(struct worker *w, struct listener *l, bool is_lmtp)
{
	bool was_full = lmtp_full(w); /* then prepare has seen that the others are, too */

	for (size_t i = ACCEPTS_A_ROUND + w->n / ACCEPTS_EACH; i > 0; i--) {
		int fd;

		if (is_lmtp && !was_full && lmtp_full(w))
			return;
		fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
				w->accept_again = clock_mono() + USEC;
			return;
		}
		if (is_lmtp && lmtp_full(w) && !lmtp_make_room(w)) {
			refuse_lmtp(fd, w->s->hostname);
		} else if (w->n >= w->s->sessions) {
			policy_make_room(w);
			close(fd); /* Postfix tries again; by then there is room */
		} else {
			session_add(w, fd, is_lmtp);
			session_flush(w->sessions[w->n - 1]);
		}
	}
}

/* ---- the loop ---- */

static void sweep(struct worker *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->sessions[i]->gone)
			session_free(w, w->sessions[i]);
		else
			w->sessions[kept++] = w->sessions[i];
	w->n = kept;
	atomic_store(&w->slot->nsessions, (unsigned)w->n);
}

static void drain_begin(struct worker *w)
{
	w->drain_until = clock_mono() + MSEC * w->s->drain_ms;
	w->lmtp->is_unix = w->policy->is_unix = false; /* the file is the parent's */
	listener_close(w->lmtp);
	listener_close(w->policy);
	for (size_t i = 0; i < w->n; i++) {
		struct session *s = w->sessions[i];

		if (s->lmtp)
			lmtp_drain(s->lmtp);
		else if (policy_idle(s->policy))
			s->gone = true;
		session_serve(w, s, 0);
	}
	sweep(w);
}

/* Since its bytes may have waited for us through a round, two of those count too. */
static bool session_in_hand(const struct worker *w, const struct session *s, int64_t now)
{
	int64_t since = now - IN_HAND_USEC - 2 * w->round_usec;

	return s->lmtp && s->mail && (s->mail > since || (lmtp_in_data(s->lmtp) && s->moved > since));
}

/* Fills w->fds: two listeners, then the sessions. Returns the wait in microseconds. */
static int64_t prepare(struct worker *w, int64_t now)
{
	int64_t wait = USEC;
	bool room, lighter, full, may;

	look_around(w, &room, &lighter);
	full = lmtp_full(w);
	w->load.in_hand = 0;
	w->load.most = w->message_usec > BUSY_USEC / BUSY_LEAST ? BUSY_LEAST : (size_t)(BUSY_USEC / (w->message_usec + 1));
	/* a full worker accepts to say 421, but not while another could serve */
	may = now >= w->accept_again && !lighter;
	if ((full && room) || lighter)
		wait = MSEC * LEAN_MS;
	w->fds[0] = (struct pollfd){ may && !(full && room) ? w->lmtp->fd : -1, POLLIN, 0 };
	w->fds[1] = (struct pollfd){ may ? w->policy->fd : -1, POLLIN, 0 };
	for (size_t i = 0; i < w->n; i++) {
		struct session *s = w->sessions[i];
		size_t out = session_output(s).n;
		short events = out ? POLLOUT : 0;

		session_age(w, s, now, &wait);
		w->load.in_hand += session_in_hand(w, s, now);
		if (s->left) {
			/* taken up in the next round, or when the client has read its replies */
			if (s->lmtp ? out < LMTP_OUT_HIGH : out == 0)
				wait = 0;
		} else if (!s->eof && out < LMTP_OUT_HIGH && !(s->lmtp && lmtp_closed(s->lmtp))) {
			events |= POLLIN;
		}
		w->fds[2 + i] = (struct pollfd){ s->gone ? -1 : s->fd, events, 0 };
	}
	return wait;
}

static void round_over(struct worker *w, int64_t from)
{
	int64_t now = clock_mono();

	w->round_usec = now - from;
	if (w->load.told != w->told) {
		if (!w->told_at)
			log_warn("event=busy sessions=%zu todo=\"more mail at once than can be taken soon; "
				 "the MTA keeps it and comes again\"", w->nlmtp);
		w->told = w->load.told;
		w->told_at = now;
	} else if (w->told_at && now - w->told_at > BUSY_QUIET) {
		log_info("event=busy_over told_later=%lu", w->told);
		w->load.told = w->told = 0;
		w->told_at = 0;
	}
}

static void round_once(struct worker *w, const sigset_t *unblocked)
{
	int64_t wait = prepare(w, clock_mono());
	int64_t from;
	size_t n = w->n;
	struct timespec ts;

	if (w->hooks->tick) {
		int ms = w->hooks->tick(w->hooks->ctx);

		if (ms >= 0 && ms * MSEC < wait)
			wait = ms * MSEC;
	}
	ts.tv_sec = (time_t)(wait / USEC);
	ts.tv_nsec = (long)(wait % USEC) * 1000;
	if (ppoll(w->fds, n + 2, &ts, unblocked) < 0)
		for (size_t i = 0; i < n + 2; i++)
			w->fds[i].revents = 0;
	from = clock_mono();
	for (size_t i = 0; i < n; i++)
		if (w->fds[2 + i].revents || w->sessions[i]->left)
			session_serve(w, w->sessions[i], w->fds[2 + i].revents);
	if (w->fds[0].revents && !prog_stop)
		accept_some(w, w->lmtp, true);
	if (w->fds[1].revents && !prog_stop)
		accept_some(w, w->policy, false);
	sweep(w);
	round_over(w, from);
}

static void worker_init(struct worker *w, const struct intake_settings *s,
			const struct intake_hooks *hooks)
{
	struct rlimit rl;

	w->s = s;
	w->hooks = hooks;
	w->own = (struct intake_hooks){
		.ctx = w, .message = on_message, .rcpt = hooks->rcpt ? on_rcpt : NULL,
		.policy = hooks->policy ? on_policy : NULL,
	};
	w->memory_left = s->memory_max;
	w->cfg = (struct lmtp_config){
		.hostname = s->hostname, .message_max = s->message_max,
		.recipients_max = s->recipients_max, .errors_max = 20,
		.memory_left = &w->memory_left, .load = &w->load,
	};
	w->sessions = calloc(s->sessions + 1, sizeof(*w->sessions));
	w->fds = calloc(s->sessions + 3, sizeof(*w->fds));
	if (!w->sessions || !w->fds)
		exit(75);
	/* a big message's memory goes back to the system when it is freed */
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < s->sessions + 64) {
		rl.rlim_cur = rl.rlim_max < s->sessions + 64 ? rl.rlim_max : s->sessions + 64;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
}

void worker_run(const struct intake_settings *s, const struct intake_hooks *hooks,
		struct shared *sh, unsigned slot, struct listener *lmtp, struct listener *policy)
{
	struct worker *w = calloc(1, sizeof(*w));
	sigset_t stop, unblocked;

	if (!w)
		exit(75);
	worker_init(w, s, hooks);
	w->sh = sh;
	w->slot = &sh->slot[slot];
	w->lmtp = lmtp;
	w->policy = policy;
	/* signals arrive only inside ppoll, so none is missed and none cuts a commit short */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, &unblocked);
	sigdelset(&unblocked, SIGTERM);
	sigdelset(&unblocked, SIGINT);
	sigdelset(&unblocked, SIGCHLD);
	if (hooks->start)
		hooks->start(hooks->ctx);
	atomic_store(&w->slot->ready, true);
	while (!prog_stop || w->n) {
		if (prog_stop && !w->drain_until)
			drain_begin(w);
		else
			round_once(w, &unblocked);
	}
	if (hooks->stop)
		hooks->stop(hooks->ctx);
	for (size_t i = 0; i < w->n; i++)
		session_free(w, w->sessions[i]);
	free(w->sessions);
	free(w->fds);
	free(w);
	exit(0);
}
