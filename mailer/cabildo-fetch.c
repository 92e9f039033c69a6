/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-fetch: groups whose only mailbox is at a provider. A parent that
 * looks every while at which mailboxes there are, and a child for each: a
 * server that hangs, or libetpan at its worst, touches that mailbox alone. The
 * children read the table of mailboxes and nothing else; messages go to
 * cabildo-receive by LMTP like all others.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "mailer/fetch/fetch.h"
#include "server/base/prog.h"

#include "server/base/base.h"

#define ARENA_CAP   ((size_t)64 << 20)
#define SIZE_MAX_MB 100
#define BOXES       256
#define LOOK_SECONDS 2 /* for mailboxes that were added, changed or removed */
#define POP_SECONDS 60 /* between two rounds where the server cannot tell */
#define RETRY_MIN   5
#define RETRY_MAX   900

static const char *lmtp; /* where cabildo-receive listens */
static unsigned retry_min = RETRY_MIN, pop_seconds = POP_SECONDS, timeout = 30;

struct child {
	pid_t pid; /* 0: none runs */
	int64_t id;
	char config[1600]; /* what it was started with */
	int64_t not_before;
	bool wanted;
};

struct parent {
	struct prog *p;
	struct unit u;
	struct child child[BOXES];
	size_t n;
};

/* What went on, to the table that `cabildo mailbox list` shows. */
static void report(struct fetch *f)
{
	struct unit *u = f->ctx;
	enum rc rc;

	if (f->taken == 0 && f->why[0] == '\0' && f->box->ok_at != 0 && f->box->failure[0] == '\0')
		return; /* nothing new to say */
	rc = mailbox_went_well(u, f->box->id, f->taken, f->why);
	if (rc != RC_OK)
		return; /* the counts are told with the next round */
	if (f->why[0] != '\0')
		log_warn("event=fetch_left mailbox=%lld left=%u why=%s", (long long)f->box->id,
			 f->left, log_q(f->why));
	f->taken = 0;
	f->why[0] = '\0';
}

static void rest(unsigned seconds)
{
	int64_t until = clock_mono() + seconds * (int64_t)USEC;

	while (!prog_stop && clock_mono() < until)
		poll(NULL, 0, 200);
}

/* One connection from its beginning to its end. */
static enum rc session(struct prog *p, struct unit *u, int64_t id, unsigned *rest_r)
{
	struct mailbox_row box;
	struct fetch f = { .arena = u->arena,
			   .intake = lmtp,
			   .delimiter = p->conf.recipient_delimiter[0],
			   .box = &box,
			   .timeout = timeout,
			   .size_max = (size_t)SIZE_MAX_MB << 20,
			   .lmtp = { .fd = -1 },
			   .report = report,
			   .ctx = u };
	const char *why = "";
	char *secret = NULL;
	enum rc rc = mailbox_load(u, id, &box);

	if (rc != RC_OK)
		return rc;
	rc = mailbox_secret(u, &box, &secret, &why);
	if (rc != RC_OK) {
		fetch_why(&f, "%s", why);
		rc = RC_DENIED;
	} else {
		f.secret = secret;
		rc = strcmp(box.protocol, "imap") == 0 ? fetch_imap(&f) : fetch_pop3(&f);
	}
	if (rc == RC_OK) {
		*rest_r = pop_seconds;
		return RC_OK;
	}
	if (prog_stop)
		return RC_OK;
	log_warn("event=fetch_failed mailbox=%lld host=%s why=%s", (long long)id, log_q(box.host),
		 log_q(f.why));
	if ((f.taken > 0 && mailbox_went_well(u, id, f.taken, f.why) != RC_OK) ||
	    mailbox_went_wrong(u, id, f.why) != RC_OK)
		log_warn("event=db_away");
	return RC_TEMPFAIL;
}

static NO_RETURN void child_run(struct prog *p, int64_t id)
{
	struct unit u = { .door = DOOR_SYSTEM, .conf = &p->conf, .keys = &p->keys };
	unsigned wait = retry_min;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	u.arena = arena_new(ARENA_CAP);
	u.db = unit_open(&p->conf, "fetch");
	while (!prog_stop && getppid() != 1) {
		struct arena_mark mark = arena_mark(u.arena);
		unsigned pause = 0;
		enum rc rc = session(p, &u, id, &pause);

		arena_rewind(u.arena, mark);
		if (rc == RC_NOTFOUND)
			break;
		if (rc == RC_OK) {
			wait = retry_min;
			rest(pause);
		} else {
			rest(wait);
			wait = wait * 2 > RETRY_MAX ? RETRY_MAX : wait * 2;
		}
	}
	unit_close(&u.db);
	arena_free(&u.arena);
	exit(0);
}

static void child_start(struct parent *pa, struct child *c)
{
	fflush(NULL);
	c->pid = fork();
	if (c->pid == 0)
		child_run(pa->p, c->id);
	if (c->pid < 0) {
		log_warn("event=fork_failed error=%s", log_q(strerror(errno)));
		c->pid = 0;
	}
}

static void reap(struct parent *pa)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < pa->n; i++) {
			struct child *c = &pa->child[i];

			if (c->pid != pid)
				continue;
			c->pid = 0;
			c->not_before = clock_mono() + retry_min * (int64_t)USEC;
			if (WIFSIGNALED(status))
				log_fail("event=fetch_died mailbox=%lld signal=%d",
					 (long long)c->id, WTERMSIG(status));
		}
}

static struct child *child_of(struct parent *pa, int64_t id)
{
	for (size_t i = 0; i < pa->n; i++)
		if (pa->child[i].id == id)
			return &pa->child[i];
	if (pa->n == BOXES)
		return NULL;
	pa->child[pa->n] = (struct child){ .id = id };
	return &pa->child[pa->n++];
}

/* Everything of a row that the child must not go on without. */
static void config_of(const struct mailbox_row *b, char *buf, size_t n)
{
	unsigned char sum[HASH_BYTES];
	size_t at;

	hash_bytes(b->secret, strlen(b->secret), sum);
	snprintf(buf, n, "%02x%02x%02x%02x%02x%02x%02x%02x\n", sum[0], sum[1], sum[2], sum[3],
		 sum[4], sum[5], sum[6], sum[7]);
	at = strlen(buf);
	snprintf(buf + at, n - at, "%s\n%s\n%s\n%s\n%lld\n%s\n%s\n%s\n%s\n%s\n%s\n%s", b->list,
		 b->domain, b->protocol, b->host, (long long)b->port, b->tls, b->login, b->folder,
		 b->move_to, b->auth, b->secret_path, b->ca_path);
}

/* Starts what is new, asks to end what is changed or gone. */
static void look(struct parent *pa)
{
	struct arena_mark mark = arena_mark(pa->u.arena);
	struct mailbox_row *row;
	char config[sizeof(pa->child[0].config)];
	size_t n;

	if (!unit_ready(&pa->u) || mailboxes_all(&pa->u, &row, &n) != RC_OK) {
		arena_rewind(pa->u.arena, mark);
		return; /* the children go on with what they know */
	}
	for (size_t i = 0; i < pa->n; i++)
		pa->child[i].wanted = false;
	for (size_t i = 0; i < n; i++) {
		struct child *c = row[i].paused ? NULL : child_of(pa, row[i].id);

		if (c == NULL)
			continue;
		c->wanted = true;
		config_of(&row[i], config, sizeof(config));
		if (c->pid != 0 && strcmp(config, c->config) != 0)
			kill(c->pid, SIGTERM);
		else if (c->pid == 0 && (c->not_before <= clock_mono() ||
					 strcmp(config, c->config) != 0)) {
			memcpy(c->config, config, sizeof(config));
			child_start(pa, c);
		}
	}
	for (size_t i = 0; i < pa->n;) {
		if (!pa->child[i].wanted && pa->child[i].pid != 0)
			kill(pa->child[i++].pid, SIGTERM);
		else if (!pa->child[i].wanted)
			pa->child[i] = pa->child[--pa->n];
		else
			i++;
	}
	arena_rewind(pa->u.arena, mark);
}

static bool any(const struct parent *pa)
{
	for (size_t i = 0; i < pa->n; i++)
		if (pa->child[i].pid != 0)
			return true;
	return false;
}

/* A child in the middle of an answer has three seconds; all of it can be done again. */
static void all_end(struct parent *pa)
{
	int64_t until = clock_mono() + 3 * (int64_t)USEC;

	for (size_t i = 0; i < pa->n; i++)
		if (pa->child[i].pid != 0)
			kill(pa->child[i].pid, SIGTERM);
	for (; any(pa) && clock_mono() < until; reap(pa))
		poll(NULL, 0, 50);
	for (size_t i = 0; i < pa->n; i++)
		if (pa->child[i].pid != 0)
			kill(pa->child[i].pid, SIGKILL);
	while (any(pa)) {
		poll(NULL, 0, 20);
		reap(pa);
	}
}

static unsigned seconds(const char *name, const char *text, unsigned dflt)
{
	int64_t v = dflt;

	if (text != NULL && !slice_i64(slice_of(text), 1, 3600, &v)) {
		fprintf(stderr, "cabildo-fetch: --%s takes seconds from 1 to 3600\n", name);
		exit(EX_USAGE);
	}
	return (unsigned)v;
}

int main(int argc, char **argv)
{
	const char *retry = NULL, *every = NULL, *silent = NULL;
	const struct prog_opt opts[] = {
		{ "lmtp", "WHERE", &lmtp, "of cabildo-receive, where it is not lmtp_listen" },
		{ "retry", "SECONDS", &retry, "after a failure, then twice as long each time (5)" },
		{ "every", "SECONDS", &every, "between two looks into a POP3 mailbox (60)" },
		{ "timeout", "SECONDS", &silent, "of silence before a connection is given up (30)" },
	};
	static struct parent pa;
	struct prog p;

	prog_init(&p, argc, argv, "fetches the mail of groups from mailboxes at a provider", opts,
		  ARRAY_LEN(opts));
	retry_min = seconds("retry", retry, RETRY_MIN);
	pop_seconds = seconds("every", every, POP_SECONDS);
	timeout = seconds("timeout", silent, timeout);
	if (p.keys.n == 0)
		log_die("event=no_secret file=%s todo=\"run: cabildo secret init\"",
			log_q(p.conf.secret_file));
	if (lmtp == NULL)
		lmtp = p.conf.lmtp_listen;
	prog_signals();
	pa.p = &p;
	pa.u = (struct unit){ .door = DOOR_SYSTEM, .conf = &p.conf, .keys = &p.keys };
	pa.u.arena = arena_new(ARENA_CAP);
	pa.u.db = unit_open(&p.conf, "fetch");
	while (!prog_stop) {
		look(&pa);
		for (int i = 0; i < LOOK_SECONDS * 4 && !prog_stop; i++) {
			poll(NULL, 0, 250);
			reap(&pa);
		}
	}
	all_end(&pa);
	unit_close(&pa.u.db);
	arena_free(&pa.u.arena);
	return 0;
}
