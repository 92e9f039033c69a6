/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parent and workers; see listen.h. The parent waits for signals alone
 * (sigtimedwait on a blocked set), so nothing here races with a handler.
 * A worker that died young (under 5 s) makes the next fork wait: 0.1 s, then
 * twice as long each time up to 10 s, and 100 such deaths in a row end us:
 * whoever started us sees the failure instead of a loop of forks.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "web/serve/crowd.h"
#include "web/serve/listen.h"

#include "server/base/base.h"

#define QUICK_DEATH (5 * USEC)
#define BACKOFF_LEAST (USEC / 10)
#define BACKOFF_MOST (10 * USEC)
#define QUICK_DEATHS_MAX 100
/* The kernel's own limit is lower or higher (net.core.somaxconn). What is over it is refused
 * by the web server, without a word of when to come again: so it is deep, and crowd.h decides. */
#define BACKLOG 4096
#define WAIT_MS 500

struct worker {
	pid_t pid;                      /* 0: a free place */
	int64_t born;
	bool leaving;                   /* told to finish; not counted any more */
	int64_t kill_at;
};

struct parent {
	const struct listen_opt *opt;
	struct worker w[LISTEN_WORKERS_MAX * 2]; /* two generations at once */
	unsigned want, quick;
	int64_t fork_at;                /* not before, on the steady clock */
	int fd;
	sigset_t before;
};

static bool is_listening(int fd)
{
	int on = 0;
	socklen_t n = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) == 0 && on;
}

bool listen_is_cgi(void)
{
	return getenv("GATEWAY_INTERFACE") != NULL && !is_listening(STDIN_FILENO);
}

static enum rc open_unix(const char *path, int *fd_r)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, rc;

	if (strlen(path) >= sizeof(sa.sun_path))
		return RC_INVALID;
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return RC_TEMPFAIL;
	/* EAGAIN: somebody listens and is too busy to take us */
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 || errno == EAGAIN) {
		close(fd);
		return RC_CONFLICT;
	}
	/* nobody answers: what an ended run left behind; anything but a socket stays */
	if (errno == ECONNREFUSED)
		unlink(path);
	mask = umask(0117);
	rc = bind(fd, (struct sockaddr *)&sa, sizeof(sa));
	umask(mask);
	if (rc < 0 || listen(fd, BACKLOG) < 0) {
		close(fd);
		return RC_TEMPFAIL;
	}
	*fd_r = fd;
	return RC_OK;
}

static int open_tcp_one(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, ai->ai_protocol), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static enum rc open_tcp(const char *addr, int *fd_r)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	const char *colon = strrchr(addr, ':');
	char host[256];
	size_t n;

	if (!colon || (n = (size_t)(colon - addr)) >= sizeof(host))
		return RC_INVALID;
	if (n >= 2 && addr[0] == '[' && addr[n - 1] == ']')
		snprintf(host, sizeof(host), "%.*s", (int)(n - 2), addr + 1);
	else
		snprintf(host, sizeof(host), "%.*s", (int)n, addr);
	if (getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found) != 0)
		return RC_INVALID;
	*fd_r = -1;
	for (const struct addrinfo *ai = found; ai && *fd_r < 0; ai = ai->ai_next)
		*fd_r = open_tcp_one(ai);
	freeaddrinfo(found);
	return *fd_r >= 0 ? RC_OK : errno == EADDRINUSE ? RC_CONFLICT : RC_TEMPFAIL;
}

enum rc listen_open(const char *addr, int *fd_r)
{
	if (!addr) {
		*fd_r = STDIN_FILENO;
		return is_listening(STDIN_FILENO) ? RC_OK : RC_INVALID;
	}
	return *addr == '/' ? open_unix(addr, fd_r) : open_tcp(addr, fd_r);
}

static void worker_main(struct parent *p, pid_t parent)
{
	prog_stop = prog_reload = 0;
	/* without a parent nobody replaces it: finish the request in hand and leave */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		prog_stop = 1;
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	/* not exit: what the parent left in stdio buffers and atexit is its own */
	_exit(p->opt->worker(p->fd, p->opt->ctx));
}

/* Forks into a free place; false where that failed. */
static bool worker_start(struct parent *p)
{
	for (size_t i = 0; i < ARRAY_LEN(p->w); i++) {
		struct worker *w = &p->w[i];
		pid_t self = getpid();

		if (w->pid)
			continue;
		*w = (struct worker){ .pid = fork(), .born = clock_mono() };
		if (w->pid == 0)
			worker_main(p, self);
		if (w->pid > 0)
			return true;
		log_fail("event=fork errno=%d", errno);
		w->pid = 0;
		return false;
	}
	return false;
}

static unsigned workers_now(const struct parent *p, bool leaving)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(p->w); i++)
		n += p->w[i].pid && p->w[i].leaving == leaving;
	return n;
}

static void fill(struct parent *p)
{
	while (workers_now(p, false) < p->want && clock_mono() >= p->fork_at)
		if (!worker_start(p)) {
			p->fork_at = clock_mono() + USEC;
			return;
		}
}

static int64_t backoff(unsigned quick)
{
	int64_t wait = BACKOFF_LEAST;

	while (--quick > 0 && wait < BACKOFF_MOST)
		wait *= 2;
	return wait < BACKOFF_MOST ? wait : BACKOFF_MOST;
}

static void worker_ended(struct parent *p, struct worker *w, int how)
{
	bool clean = WIFEXITED(how) && WEXITSTATUS(how) == 0;
	bool young = clock_mono() - w->born < QUICK_DEATH;

	if (WIFSIGNALED(how))
		log_fail("event=worker-died pid=%d signal=%d", (int)w->pid, WTERMSIG(how));
	else if (!clean)
		log_fail("event=worker-died pid=%d exit=%d", (int)w->pid, WEXITSTATUS(how));
	if (!clean && young && !w->leaving) {
		p->quick++;
		p->fork_at = clock_mono() + backoff(p->quick);
	} else if (!w->leaving && !young) {
		p->quick = 0;
	}
	w->pid = 0;
}

static void reap(struct parent *p)
{
	pid_t pid;
	int how;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
		for (size_t i = 0; i < ARRAY_LEN(p->w); i++)
			if (p->w[i].pid == pid)
				worker_ended(p, &p->w[i], how);
}

/* From now on the present workers are the old ones. */
static void retire(struct parent *p)
{
	int64_t grace = (p->opt->grace ? p->opt->grace : 30) * USEC;

	for (size_t i = 0; i < ARRAY_LEN(p->w); i++)
		if (p->w[i].pid && !p->w[i].leaving) {
			p->w[i].leaving = true;
			p->w[i].kill_at = clock_mono() + grace;
		}
}

/* Tells the old ones to finish what they have. */
static void dismiss(struct parent *p, int sig)
{
	for (size_t i = 0; i < ARRAY_LEN(p->w); i++)
		if (p->w[i].pid && p->w[i].leaving)
			kill(p->w[i].pid, sig);
}

/* New workers stand before the old ones are told to go. */
static void replace(struct parent *p)
{
	log_info("event=reload workers=%u", p->want);
	retire(p);
	p->quick = 0;
	p->fork_at = 0;
	fill(p);
	dismiss(p, SIGUSR1);
}

static void kill_late(struct parent *p)
{
	for (size_t i = 0; i < ARRAY_LEN(p->w); i++)
		if (p->w[i].pid && p->w[i].leaving && clock_mono() >= p->w[i].kill_at) {
			log_warn("event=worker-killed pid=%d why=grace", (int)p->w[i].pid);
			kill(p->w[i].pid, SIGKILL);
			p->w[i].kill_at = INT64_MAX;
		}
}

/* Until a signal, at most so long (for back-off, grace and the crowd). */
static void parent_wait(const sigset_t *set, int ms)
{
	int sig = sigtimedwait(set, NULL, &(struct timespec){ .tv_nsec = ms * 1000000L });

	if (sig == SIGTERM || sig == SIGINT)
		prog_stop = 1;
	if (sig == SIGHUP || sig == SIGUSR1)
		prog_reload = 1;
}

static int parent_loop(struct parent *p, const sigset_t *set)
{
	while (!prog_stop) {
		reap(p);
		if (p->quick >= QUICK_DEATHS_MAX) {
			log_fail("event=giving-up why=workers-die-at-once times=%u", p->quick);
			break;
		}
		/* one old generation at a time: until it has left, the next reload waits */
		if (prog_reload && workers_now(p, true) == 0) {
			prog_reload = 0;
			replace(p);
		}
		fill(p);
		kill_late(p);
		parent_wait(set, p->opt->crowd ? crowd_look(p->opt->crowd, p->fd, p->want) : WAIT_MS);
	}
	retire(p);
	dismiss(p, SIGTERM);
	while (workers_now(p, true) > 0) {
		parent_wait(set, WAIT_MS);
		reap(p);
		kill_late(p);
	}
	return p->quick >= QUICK_DEATHS_MAX ? 75 : 0;
}

static unsigned workers_wanted(unsigned asked)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (asked == 0)
		asked = cpus > 0 ? (unsigned)cpus * 2 : 2;
	return asked < LISTEN_WORKERS_MAX ? asked : LISTEN_WORKERS_MAX;
}

int listen_run(const struct listen_opt *o)
{
	struct parent *p = calloc(1, sizeof(*p));
	const char *name = o->addr ? o->addr : "fd0";
	bool given;
	sigset_t set;
	int code;

	if (!p)
		log_die("event=memory what=listen");
	p->opt = o;
	p->want = workers_wanted(o->workers);
	prog_signals();
	p->fd = prog_socket("web");
	given = p->fd >= 0;
	if (!given && listen_open(o->addr, &p->fd) != RC_OK) {
		log_fail("event=listen address=%s errno=%d", log_q(name), errno);
		free(p);
		return 69;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &p->before);
	log_info("event=listening address=%s workers=%u given=%d", log_q(name), p->want, given);
	code = parent_loop(p, &set);
	if (!given && o->addr && *o->addr == '/')
		unlink(o->addr);
	sigprocmask(SIG_SETMASK, &p->before, NULL);
	close(p->fd);
	free(p);
	return code;
}
