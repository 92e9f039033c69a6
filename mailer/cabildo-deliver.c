/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-deliver: mail goes out. A parent keeps N single-threaded workers
 * alive; each leases outbound work, composes, sends, settles.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "mailer/deliver/worker.h"
#include "server/base/prog.h"
#include "server/core/unit.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define WORKERS_MAX 64

struct worker {
	pid_t pid; /* 0: to be started */
	int64_t started;
};

static pid_t worker_start(const struct prog *p, struct deliver_slot *slot)
{
	pid_t parent = getpid(), pid;

	queue_run_name(slot->run);
	atomic_store(&slot->job, 0);
	pid = fork();
	if (pid == 0) {
		/* a worker does not outlive its parent */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			exit(0);
		exit(deliver_worker(p, slot, false));
	}
	if (pid < 0)
		log_fail("event=fork_failed");
	return pid < 0 ? 0 : pid;
}

/* Was it the work? SIGKILL and SIGTERM come from people or the system. */
static bool is_crash(int status)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return sig ? sig != SIGKILL && sig != SIGTERM && sig != SIGINT && sig != SIGHUP
		   : WEXITSTATUS(status) != 0;
}

/* The next worker takes over what this one had, but for what it was to take over
 * itself and did not come to: it had nothing yet then. */
static void worker_gone(struct worker *w, struct deliver_slot *slot, int status)
{
	w->pid = 0;
	if (WIFSIGNALED(status))
		log_warn("event=worker_died signal=%d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warn("event=worker_died exit=%d", WEXITSTATUS(status));
	else
		return;
	if (atomic_load(&slot->to_take))
		return;
	memcpy(slot->gone, slot->run, sizeof(slot->gone));
	slot->gone_job = atomic_load(&slot->job);
	slot->gone_tries = atomic_load(&slot->tries);
	slot->gone_crashed = is_crash(status);
	atomic_store(&slot->to_take, true);
}

static void workers_stop(struct worker *w, int n)
{
	for (int i = 0; i < n; i++)
		if (w[i].pid > 0)
			kill(w[i].pid, SIGTERM);
	/* a second SIGTERM only interrupts the wait */
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static int parent_run(const struct prog *p, struct deliver_slot *slots, int n)
{
	struct worker w[WORKERS_MAX] = { 0 };
	int code = 0;

	log_info("event=started workers=%d", n);
	while (!prog_stop && code == 0) {
		int status;
		pid_t pid;

		for (int i = 0; i < n; i++) {
			/* one that dies at once is not started more than once a second */
			if (w[i].pid == 0 &&
			    (w[i].started == 0 || clock_mono() - w[i].started > USEC)) {
				w[i].started = clock_mono();
				w[i].pid = worker_start(p, &slots[i]);
			}
		}
		if (prog_reload) {
			prog_reload = 0;
			for (int i = 0; i < n; i++)
				if (w[i].pid > 0)
					kill(w[i].pid, SIGHUP);
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			for (int i = 0; i < n; i++)
				if (w[i].pid == pid) {
					worker_gone(&w[i], &slots[i], status);
					if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
						code = EX_CONFIG;
				}
		if (code == 0)
			usleep(100000); /* a signal cuts it short */
	}
	workers_stop(w, n);
	return code;
}

int main(int argc, char **argv)
{
	const char *workers = NULL, *once = NULL;
	const struct prog_opt opts[] = {
		{ "workers", "N", &workers, "processes that send (2)" },
		{ "once", NULL, &once, "send what is due and leave" },
	};
	struct deliver_slot *slots;
	struct prog p;
	int64_t n = 2;

	prog_init(&p, argc, argv, "sends posts, replies and digests to members", opts,
		  ARRAY_LEN(opts));
	if (workers != NULL && !slice_i64(slice_of(workers), 1, WORKERS_MAX, &n)) {
		fprintf(stderr, "cabildo-deliver: --workers takes a whole number from 1 to %d\n",
			WORKERS_MAX);
		return EX_USAGE;
	}
	if (p.keys.n == 0)
		log_die("event=no_secret file=%s todo=\"run: cabildo secret init\"",
			log_q(p.conf.secret_file));
	tr_init(NULL);
	slots = mmap(NULL, sizeof(*slots) * WORKERS_MAX, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (slots == MAP_FAILED)
		log_die("event=mmap_failed error=%s", log_q(strerror(errno)));
	unit_family();
	if (once == NULL)
		return parent_run(&p, slots, (int)n);
	queue_run_name(slots->run);
	return deliver_worker(&p, slots, true);
}
