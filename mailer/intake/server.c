/* SPDX-License-Identifier: Apache-2.0 */
/* The parent; see server.h. It starts, watches and replaces workers, no more. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "mailer/intake/slot.h"
#include "server/base/base.h"

#define MSEC ((int64_t)1000)
#define CHECK_MS 250            /* how often the watchdog looks */
#define BACKOFF_MAX (10 * USEC)
#define SOON (5 * USEC)         /* a worker that dies younger is started again more slowly */

struct parent {
	const struct intake_settings *s;
	const struct intake_hooks *hooks;
	struct shared *sh;
	struct listener lmtp, policy;
	int64_t started[SLOTS];
	bool killed[SLOTS];             /* the watchdog has spoken */
	int64_t start_at, backoff;      /* no new worker before; 0: at once */
	sigset_t unblocked;
	int exit_code;
};

void intake_defaults(struct intake_settings *s)
{
	*s = (struct intake_settings){
		.lmtp_listen = "", .policy_listen = "", .hostname = "localhost",
		.socket_mode = 0660, .workers = 2, .sessions = 500,
		.lmtp_idle_ms = 300000, .policy_idle_ms = 600000, .transaction_ms = 1800000,
		.drain_ms = 10000, .watchdog_ms = 10000,
		.backoff_ms = 100,
		.message_max = 27500000, .memory_max = 150000000, .recipients_max = 1000,
	};
}

/* ---- poison ---- */

unsigned poison_count(const struct shared *sh, const unsigned char digest[static HASH_BYTES])
{
	for (size_t i = 0; i < POISONS; i++) {
		unsigned n = atomic_load(&sh->poison[i].count);

		if (n && memcmp(sh->poison[i].digest, digest, HASH_BYTES) == 0)
			return n;
	}
	return 0;
}

unsigned poison_add(struct shared *sh, const unsigned char digest[static HASH_BYTES])
{
	struct poison *p;

	for (size_t i = 0; i < POISONS; i++) {
		p = &sh->poison[i];
		if (atomic_load(&p->count) && memcmp(p->digest, digest, HASH_BYTES) == 0)
			return atomic_fetch_add(&p->count, 1) + 1;
	}
	p = &sh->poison[sh->next++ % POISONS];
	atomic_store(&p->count, 0);
	memcpy(p->digest, digest, HASH_BYTES);
	atomic_store(&p->count, 1);
	return 1;
}

/* ---- workers ---- */

static void worker_start(struct parent *p, unsigned i)
{
	struct intake_slot *slot = &p->sh->slot[i];
	pid_t pid, self = getpid();

	atomic_store(&slot->nsessions, 0);
	atomic_store(&slot->busy, false);
	atomic_store(&slot->parsing_since, 0);
	atomic_store(&slot->draining, false);
	atomic_store(&slot->ready, false);
	pid = fork();
	if (pid == 0) {
		prog_reload = 0;
		/* without a parent there is no watchdog: leave in good order */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != self)
			prog_stop = 1;
		signal(SIGHUP, SIG_IGN);
		signal(SIGUSR1, SIG_IGN);
		sigprocmask(SIG_SETMASK, &p->unblocked, NULL);
		worker_run(p->s, p->hooks, p->sh, i, &p->lmtp, &p->policy);
	}
	if (pid < 0) {
		log_warn("event=fork_failed error=%s", log_q(strerror(errno)));
		p->start_at = clock_mono() + USEC;
		return;
	}
	atomic_store(&slot->pid, pid);
	p->started[i] = clock_mono();
	p->killed[i] = false;
}

/* Was it the message? SIGKILL and SIGTERM come from people or the system. Exit 75 while
 * parsing is an arena over its cap, which the same bytes would reach again. */
static bool is_crash(const struct intake_slot *slot, int status)
{
	if (WIFSIGNALED(status))
		switch (WTERMSIG(status)) {
		case SIGSEGV: case SIGABRT: case SIGBUS: case SIGFPE: case SIGILL:
		case SIGSYS: case SIGXCPU: case SIGTRAP:
			return atomic_load(&slot->busy);
		default:
			return false;
		}
	return WEXITSTATUS(status) != 0 && atomic_load(&slot->parsing_since) != 0;
}

static void worker_gone(struct parent *p, unsigned i, int status)
{
	struct intake_slot *slot = &p->sh->slot[i];
	int64_t now = clock_mono();
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (is_crash(slot, status)) {
		char hex[17];

		for (size_t k = 0; k < 8; k++)
			snprintf(hex + 2 * k, 3, "%02x", slot->digest[k]);
		log_warn("event=worker_crashed worker=%d signal=%d exit=%d watchdog=%d digest=%s "
			 "times=%u", atomic_load(&slot->pid), sig, code, p->killed[i], hex,
			 poison_add(p->sh, slot->digest));
	} else if (sig || code) {
		log_warn("event=worker_died worker=%d signal=%d exit=%d", atomic_load(&slot->pid),
			 sig, code);
	}
	atomic_store(&slot->pid, 0);
	if (code == EX_CONFIG) {
		/* the administrator must act; a restart would only say it again */
		p->exit_code = EX_CONFIG;
		prog_stop = 1;
	}
	if ((sig || code) && now - p->started[i] < SOON) {
		p->backoff = p->backoff ? p->backoff * 2 : MSEC * p->s->backoff_ms;
		if (p->backoff > BACKOFF_MAX)
			p->backoff = BACKOFF_MAX;
		p->start_at = now + p->backoff;
	} else {
		p->backoff = 0;
	}
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < SLOTS; i++)
			if (atomic_load(&p->sh->slot[i].pid) == pid)
				worker_gone(p, i, status);
}

static unsigned count(const struct parent *p, bool also_draining)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		if (atomic_load(&p->sh->slot[i].pid) &&
		    (also_draining || !atomic_load(&p->sh->slot[i].draining)))
			n++;
	return n;
}

static void fill_up(struct parent *p)
{
	if (clock_mono() < p->start_at)
		return;
	for (unsigned i = 0; i < SLOTS && count(p, false) < p->s->workers; i++)
		if (!atomic_load(&p->sh->slot[i].pid)) {
			worker_start(p, i);
			if (p->start_at > clock_mono())
				return;
		}
}

static void retire_all(struct parent *p)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct intake_slot *slot = &p->sh->slot[i];

		if (atomic_load(&slot->pid) && !atomic_load(&slot->draining)) {
			atomic_store(&slot->draining, true);
			kill(atomic_load(&slot->pid), SIGTERM);
		}
	}
}

static void watchdog(struct parent *p)
{
	int64_t now = clock_mono();

	for (unsigned i = 0; i < SLOTS; i++) {
		struct intake_slot *slot = &p->sh->slot[i];
		int64_t since = atomic_load(&slot->parsing_since);

		if (!atomic_load(&slot->pid) || !since || p->killed[i] ||
		    now - since < MSEC * p->s->watchdog_ms)
			continue;
		p->killed[i] = true;
		kill(atomic_load(&slot->pid), SIGABRT);
	}
}

/* SIGTERM has come: wait for the workers, longer than they are given, then insist. */
static void leave(struct parent *p)
{
	int64_t until = clock_mono() + MSEC * (p->s->drain_ms + p->s->watchdog_ms) + 5 * USEC;
	struct timespec ts = { .tv_nsec = 50 * 1000 * 1000 };

	retire_all(p);
	while (count(p, true)) {
		ppoll(NULL, 0, &ts, &p->unblocked);
		reap(p);
		watchdog(p);
		if (clock_mono() < until)
			continue;
		for (unsigned i = 0; i < SLOTS; i++)
			if (atomic_load(&p->sh->slot[i].pid))
				kill(atomic_load(&p->sh->slot[i].pid), SIGKILL);
		until = INT64_MAX;
	}
}

static void on_child(int sig)
{
	(void)sig; /* its only use is to end ppoll */
}

static void serve(struct parent *p)
{
	struct timespec ts = { .tv_nsec = CHECK_MS * 1000 * 1000 };
	struct sigaction child = { .sa_handler = on_child, .sa_flags = SA_NOCLDSTOP }, old;
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &p->unblocked);
	sigaction(SIGCHLD, &child, &old);
	while (!prog_stop) {
		reap(p);
		if (prog_reload && count(p, true) + p->s->workers <= SLOTS) {
			prog_reload = 0;
			log_info("event=reload");
			retire_all(p);
		}
		fill_up(p);
		watchdog(p);
		ppoll(NULL, 0, &ts, &p->unblocked);
	}
	leave(p);
	sigaction(SIGCHLD, &old, NULL);
	sigprocmask(SIG_SETMASK, &p->unblocked, NULL);
}

int intake_run(const struct intake_settings *s, const struct intake_hooks *hooks)
{
	struct parent p = { .s = s, .hooks = hooks, .lmtp = { .fd = -1 }, .policy = { .fd = -1 } };

	if (s->workers == 0 || s->workers > SLOTS / 2 || s->sessions < 10) {
		log_fail("event=bad_setting error=\"workers 1 to %d, sessions from 10\"", SLOTS / 2);
		return EX_CONFIG;
	}
	if (listener_open(&p.lmtp, "lmtp", s->lmtp_listen, s->socket_mode) != RC_OK ||
	    listener_open(&p.policy, "policy", s->policy_listen, s->socket_mode) != RC_OK) {
		listener_close(&p.lmtp);
		return EX_CONFIG;
	}
	p.sh = mmap(NULL, sizeof(*p.sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p.sh == MAP_FAILED) {
		log_fail("event=mmap_failed error=%s", log_q(strerror(errno)));
		listener_close(&p.lmtp);
		listener_close(&p.policy);
		return EX_TEMPFAIL;
	}
	log_info("event=listening lmtp=%s policy=%s workers=%u", log_q(p.lmtp.where),
		 log_q(p.policy.where), s->workers);
	if (hooks->listening)
		hooks->listening(hooks->ctx, p.lmtp.where, p.policy.where);
	serve(&p);
	listener_close(&p.lmtp);
	listener_close(&p.policy);
	munmap(p.sh, sizeof(*p.sh));
	log_info("event=stopped");
	return p.exit_code;
}
