/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-deliver: mail goes out. A parent keeps N single-threaded workers
 * alive; each leases outbound work, composes, sends, settles.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "mailer/deliver/worker.h"
#include "server/base/prog.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define WORKERS_MAX 64

static pid_t worker_start(const struct prog *p)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		/* a worker does not outlive its parent */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			exit(0);
		exit(deliver_worker(p, false));
	}
	if (pid < 0)
		log_fail("event=fork_failed");
	return pid;
}

static int parent_run(const struct prog *p, int n)
{
	pid_t pids[WORKERS_MAX] = { 0 };
	int64_t started[WORKERS_MAX] = { 0 };

	log_info("event=started workers=%d", n);
	while (!prog_stop) {
		int status;
		pid_t pid;

		for (int i = 0; i < n; i++) {
			/* one that dies at once is not started more than once a second */
			if (pids[i] <= 0 && clock_mono() - started[i] > USEC) {
				started[i] = clock_mono();
				pids[i] = worker_start(p);
			}
		}
		if (prog_reload) {
			prog_reload = 0;
			for (int i = 0; i < n; i++)
				if (pids[i] > 0)
					kill(pids[i], SIGHUP);
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			for (int i = 0; i < n; i++)
				if (pids[i] == pid) {
					pids[i] = 0;
					if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
						return EX_CONFIG;
					if (WIFSIGNALED(status))
						log_warn("event=worker_died signal=%d",
							 WTERMSIG(status));
				}
		usleep(100000); /* a signal cuts it short */
	}
	for (int i = 0; i < n; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGTERM);
	/* a second SIGTERM only interrupts the wait */
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 0;
}

int main(int argc, char **argv)
{
	const char *workers = NULL, *once = NULL;
	const struct prog_opt opts[] = {
		{ "workers", "N", &workers, "processes that send (2)" },
		{ "once", NULL, &once, "send what is due and leave" },
	};
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
	return once ? deliver_worker(&p, true) : parent_run(&p, (int)n);
}
