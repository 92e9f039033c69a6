/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See crew.h. The processes are forked from one that may have a connection to the
 * database: they close it first of all, with everything else but their own pipe.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mailer/import/crew.h"
#include "mailer/import/parsed.h"

#include "server/base/base.h"

#define WORKERS   2
#define JOB_BYTES ((size_t)8 << 20)   /* of messages in one job, and the one that goes over it */
#define OUT_BYTES ((size_t)192 << 20) /* never touched where nothing comes to stand */
#define KEEP      ((size_t)8 << 20)   /* what of it is given back is above this */
#define SLOW_MS   30000
#define ARENA_CAP ((size_t)1 << 30)

struct job_head { /* both sides see it; the parent takes nothing in it for true */
	uint32_t n, done;
	size_t in_used, out_used;
	size_t in_at[CREW_JOB_MESSAGES], in_n[CREW_JOB_MESSAGES];
	size_t out_at[CREW_JOB_MESSAGES], out_n[CREW_JOB_MESSAGES];
	bool failed[CREW_JOB_MESSAGES];
};

struct job {
	struct job_head *head;
	char *in, *out;
	size_t worker;
	uint32_t n; /* the parent's own */
	bool failed[CREW_JOB_MESSAGES];
	bool struck[CREW_JOB_MESSAGES]; /* a process ended over it once: it may have been chance */
	bool sent, ready;
};

struct worker {
	pid_t pid;
	int fd;
};

struct crew {
	struct job jobs[CREW_JOBS];
	struct worker workers[WORKERS];
	size_t next, in_room;
	uint32_t most; /* messages of a job */
	int nice;
	const char *lang;
};

static void *shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* ---- the process that parses ---- */

static void message_do(struct unit *u, struct job *j, uint32_t i, const char *lang)
{
	struct job_head *h = j->head;
	struct arena_mark mark = arena_mark(u->arena);
	struct parsed p;

	parsed_make(u, slice_make(j->in + h->in_at[i], h->in_n[i]), lang, &p);
	h->out_at[i] = h->out_used;
	h->out_n[i] = parsed_put(&p, j->out + h->out_used, OUT_BYTES - h->out_used);
	h->out_used += h->out_n[i];
	arena_rewind(u->arena, mark);
}

static NO_RETURN void work(struct crew *c, int fd)
{
	struct unit u = { .arena = arena_new(ARENA_CAP) };
	unsigned char k;
	ssize_t got;

	for (;;) {
		do
			got = read(fd, &k, 1);
		while (got < 0 && errno == EINTR);
		if (got != 1 || k >= CREW_JOBS)
			_exit(0);
		for (uint32_t i = c->jobs[k].head->done; i < c->jobs[k].head->n; i++) {
			if (!c->jobs[k].head->failed[i])
				message_do(&u, &c->jobs[k], i, c->lang);
			c->jobs[k].head->done = i + 1;
		}
		do
			got = write(fd, &k, 1);
		while (got < 0 && errno == EINTR);
		if (got != 1)
			_exit(0);
	}
}

static void worker_start(struct crew *c, size_t w)
{
	int fds[2];
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		log_die("event=socketpair error=%s", strerror(errno));
	pid = fork();
	if (pid < 0)
		log_die("event=fork error=%s", strerror(errno));
	if (pid == 0) {
		int fd = dup2(fds[1], 3);

		close_range(4, ~0U, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (c->nice != 0)
			setpriority(PRIO_PROCESS, 0, c->nice);
		signal(SIGINT, SIG_IGN); /* of a terminal: the parent says when it is over */
		signal(SIGTERM, SIG_DFL);
		if (fd != 3 || getppid() != parent)
			_exit(1);
		work(c, fd);
	}
	close(fds[1]);
	c->workers[w] = (struct worker){ pid, fds[0] };
}

/* ---- the one that sends ---- */

struct crew *crew_new(size_t bytes, const char *lang)
{
	struct crew *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->lang = lang;
	c->in_room = JOB_BYTES + bytes;
	c->most = CREW_JOB_MESSAGES;
	for (size_t k = 0; k < CREW_JOBS; k++) {
		struct job *j = &c->jobs[k];

		j->head = shared(sizeof(*j->head));
		j->in = shared(c->in_room);
		j->out = shared(OUT_BYTES);
		if (j->head == NULL || j->in == NULL || j->out == NULL) {
			crew_free(&c);
			return NULL;
		}
	}
	for (size_t w = 0; w < WORKERS; w++)
		worker_start(c, w);
	return c;
}

void crew_gentle(struct crew *c, uint32_t most)
{
	c->nice = 10;
	c->most = most < CREW_JOB_MESSAGES ? most : CREW_JOB_MESSAGES;
	for (size_t w = 0; w < WORKERS; w++)
		if (setpriority(PRIO_PROCESS, (id_t)c->workers[w].pid, c->nice) != 0)
			log_warn("event=setpriority error=%s", strerror(errno));
}

void crew_free(struct crew **cp)
{
	struct crew *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	for (size_t w = 0; w < WORKERS; w++)
		if (c->workers[w].pid > 0) {
			close(c->workers[w].fd);
			kill(c->workers[w].pid, SIGKILL);
			waitpid(c->workers[w].pid, NULL, 0);
		}
	for (size_t k = 0; k < CREW_JOBS; k++) {
		struct job *j = &c->jobs[k];

		if (j->head != NULL)
			munmap(j->head, sizeof(*j->head));
		if (j->in != NULL)
			munmap(j->in, c->in_room);
		if (j->out != NULL)
			munmap(j->out, OUT_BYTES);
	}
	free(c);
}

bool crew_add(struct crew *c, size_t k, struct slice raw, struct slice *raw_r)
{
	struct job *j = &c->jobs[k];
	struct job_head *h = j->head;

	if (j->n >= c->most || (j->n > 0 && h->in_used + raw.n > JOB_BYTES) ||
	    raw.n > c->in_room)
		return false;
	if (raw.n > 0)
		memcpy(j->in + h->in_used, raw.p, raw.n);
	*raw_r = slice_make(j->in + h->in_used, raw.n);
	h->in_at[j->n] = h->in_used;
	h->in_n[j->n] = raw.n;
	h->in_used += raw.n;
	h->n = ++j->n;
	return true;
}

static void job_send(struct crew *c, size_t k)
{
	unsigned char byte = (unsigned char)k;

	/* where that fails the process is gone, which whoever waits for it finds out */
	if (send(c->workers[c->jobs[k].worker].fd, &byte, 1, MSG_NOSIGNAL) != 1)
		log_warn("event=parser_gone error=%s", strerror(errno));
}

void crew_send(struct crew *c, size_t k)
{
	c->jobs[k].worker = c->next;
	c->next = (c->next + 1) % WORKERS;
	c->jobs[k].sent = true;
	job_send(c, k);
}

/* The process of job k is gone, or was stopped: over the message it had in hand. A new
 * one has the jobs that are not done. */
static void worker_again(struct crew *c, size_t k, const char *how)
{
	size_t w = c->jobs[k].worker;
	struct job *j = &c->jobs[k];
	uint32_t at = j->head->done;

	kill(c->workers[w].pid, SIGKILL);
	waitpid(c->workers[w].pid, NULL, 0);
	close(c->workers[w].fd);
	log_warn("event=parser_ended how=%s", how);
	if (at < j->n && j->struck[at]) {
		j->failed[at] = j->head->failed[at] = true;
		j->head->out_n[at] = 0;
	} else if (at < j->n) {
		j->struck[at] = true;
	}
	worker_start(c, w);
	for (size_t i = 0; i < CREW_JOBS; i++) {
		size_t next = (k + i) % CREW_JOBS;

		if (c->jobs[next].sent && !c->jobs[next].ready && c->jobs[next].worker == w)
			job_send(c, next);
	}
}

void crew_wait(struct crew *c, size_t k)
{
	struct job *j = &c->jobs[k];

	while (!j->ready) {
		struct pollfd pfd = { .fd = c->workers[j->worker].fd, .events = POLLIN };
		uint32_t before = j->head->done;
		unsigned char byte;
		int got = poll(&pfd, 1, SLOW_MS);
		ssize_t n;

		if (got < 0)
			continue; /* a signal */
		if (got == 0) {
			if (j->head->done == before)
				worker_again(c, k, "too-slow");
			continue;
		}
		n = recv(pfd.fd, &byte, 1, 0);
		if (n == 1 && byte < CREW_JOBS && c->jobs[byte].sent)
			c->jobs[byte].ready = true;
		else if (n >= 0 || errno != EINTR)
			worker_again(c, k, "died");
	}
}

struct slice crew_row(const struct crew *c, size_t k, size_t i)
{
	const struct job *j = &c->jobs[k];
	size_t at = j->head->out_at[i], n = j->head->out_n[i];

	if (i >= j->n || j->failed[i] || at > OUT_BYTES || n > OUT_BYTES - at)
		return SLICE("");
	return slice_make(j->out + at, n);
}

bool crew_failed(const struct crew *c, size_t k, size_t i)
{
	return c->jobs[k].failed[i];
}

void crew_clear(struct crew *c, size_t k)
{
	struct job *j = &c->jobs[k];

	if (j->head->in_used > KEEP)
		madvise(j->in + KEEP, c->in_room - KEEP, MADV_REMOVE);
	if (j->head->out_used > KEEP)
		madvise(j->out + KEEP, OUT_BYTES - KEEP, MADV_REMOVE);
	memset(j->head, 0, offsetof(struct job_head, in_at));
	memset(j->head->failed, 0, sizeof(j->head->failed));
	memset(j->failed, 0, sizeof(j->failed));
	memset(j->struck, 0, sizeof(j->struck));
	j->n = 0;
	j->sent = j->ready = false;
}
