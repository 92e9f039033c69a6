/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-milter: the rules that need the whole message, answered while the
 * sender's server still holds it. It stores nothing. libmilter runs a thread
 * for each connection; what they share (one database connection, the parser,
 * the catalogue) is entered by one at a time, and whoever waits too long for
 * it gets the answer of a database that is away.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "mailer/accept/ask.h"
#include "mailer/parse/mail.h"
#include "server/base/prog.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define ARENA_CAP   ((size_t)600 << 20)
#define KEEP_MAX    ((size_t)64 << 20)  /* of one message; the rest is only counted */
#define ALL_MAX     ((size_t)512 << 20) /* of all messages together */
#define RCPTS_MAX   1000
#define WAIT_S      20
#define ADDRESS_MAX 400

static struct {
	struct unit unit;
	pthread_mutex_t lock;      /* over unit and all that ask_message touches */
	pthread_mutex_t sum_lock;  /* over sum */
	size_t sum;                /* bytes kept by all sessions */
	bool accept_away;
} milter = { .lock = PTHREAD_MUTEX_INITIALIZER, .sum_lock = PTHREAD_MUTEX_INITIALIZER };

struct session { /* one message; malloc'd, as its thread has nothing else */
	char *sender;
	char **rcpt;
	size_t nrcpt;
	char *bytes;
	size_t n, room;
	int64_t size;
	bool overflow; /* memory was short: it cannot be judged */
};

static bool sum_take(size_t n)
{
	bool ok;

	pthread_mutex_lock(&milter.sum_lock);
	ok = milter.sum + n <= ALL_MAX;
	if (ok)
		milter.sum += n;
	pthread_mutex_unlock(&milter.sum_lock);
	return ok;
}

static void sum_give(size_t n)
{
	pthread_mutex_lock(&milter.sum_lock);
	milter.sum -= n;
	pthread_mutex_unlock(&milter.sum_lock);
}

static void session_clear(struct session *s)
{
	for (size_t i = 0; i < s->nrcpt; i++)
		free(s->rcpt[i]);
	free(s->rcpt);
	free(s->sender);
	free(s->bytes);
	sum_give(s->room);
	*s = (struct session){ 0 };
}

static void add(struct session *s, const char *p, size_t n)
{
	s->size += (int64_t)n;
	if (s->overflow || s->n == KEEP_MAX)
		return;
	if (n > KEEP_MAX - s->n)
		n = KEEP_MAX - s->n;
	if (s->n + n > s->room) {
		size_t room = s->room ? 2 * s->room : 65536;
		char *bytes;

		while (room < s->n + n)
			room *= 2;
		bytes = sum_take(room - s->room) ? realloc(s->bytes, room) : NULL;
		if (bytes == NULL) {
			s->overflow = true;
			return;
		}
		s->bytes = bytes;
		s->room = room;
	}
	memcpy(s->bytes + s->n, p, n);
	s->n += n;
}

/* "<a@b>" as libmilter gives it, without the brackets. */
static char *address(const char *arg)
{
	size_t n = strlen(arg);

	if (n >= 2 && arg[0] == '<' && arg[n - 1] == '>')
		return strndup(arg + 1, n - 2);
	return strndup(arg, n);
}

static sfsistat on_from(SMFICTX *ctx, char **argv)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		s = calloc(1, sizeof(*s));
	if (s == NULL || smfi_setpriv(ctx, s) != MI_SUCCESS)
		return SMFIS_ACCEPT;
	session_clear(s);
	s->sender = address(argv[0]);
	return s->sender ? SMFIS_CONTINUE : SMFIS_ACCEPT;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **argv)
{
	struct session *s = smfi_getpriv(ctx);
	char **more;

	if (s == NULL || s->nrcpt >= RCPTS_MAX)
		return SMFIS_ACCEPT;
	more = realloc(s->rcpt, (s->nrcpt + 1) * sizeof(*more));
	if (more == NULL)
		return SMFIS_ACCEPT;
	s->rcpt = more;
	s->rcpt[s->nrcpt] = address(argv[0]);
	if (s->rcpt[s->nrcpt] == NULL)
		return SMFIS_ACCEPT;
	s->nrcpt++;
	return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_ACCEPT;
	add(s, name, strlen(name));
	add(s, ": ", 2);
	/* folds come as a bare LF */
	for (const char *p = value, *lf; ; p = lf + 1) {
		lf = strchr(p, '\n');
		size_t n = lf ? (size_t)(lf - p) : strlen(p);

		add(s, p, n > 0 && p[n - 1] == '\r' ? n - 1 : n);
		add(s, "\r\n", 2);
		if (lf == NULL)
			break;
	}
	return SMFIS_CONTINUE;
}

static sfsistat on_header_end(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_ACCEPT;
	add(s, "\r\n", 2);
	return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *p, size_t n)
{
	struct session *s = smfi_getpriv(ctx);

	if (s == NULL)
		return SMFIS_ACCEPT;
	add(s, (const char *)p, n);
	return SMFIS_CONTINUE;
}

/* With the lock. */
static enum rc ask(const struct session *s, const char *queue, struct intake_reply *r)
{
	struct unit *u = &milter.unit;
	struct envelope env = { .sender = s->sender,
				.recipients = (const char **)s->rcpt,
				.nrecipients = s->nrcpt,
				.client = "milter",
				.helo = "",
				.received = clock_now() };
	enum rc rc;

	u->arena = arena_new(ARENA_CAP);
	rc = ask_message(u, &env, slice_make(s->bytes, s->n), s->size, r);
	if (rc != RC_OK)
		log_warn("event=not_asked queue=%s rc=%s answer=%s", log_q(queue), rc_name(rc),
			 milter.accept_away ? "accept" : "tempfail");
	else if (r->code >= 500)
		log_info("event=refused queue=%s from=%s to=%s code=%u text=%s", log_q(queue),
			 log_q(s->sender), log_q(s->rcpt[0]), r->code, log_q(r->text));
	arena_free(&u->arena);
	return rc;
}

static sfsistat refuse(SMFICTX *ctx, const struct intake_reply *r)
{
	char code[12], enhanced[12];
	const char *space = strchr(r->text, ' ');
	char *text;
	int rc;

	if (space == NULL || space - r->text >= (int)sizeof(enhanced))
		return SMFIS_REJECT;
	snprintf(code, sizeof(code), "%u", r->code);
	snprintf(enhanced, sizeof(enhanced), "%.*s", (int)(space - r->text), r->text);
	text = strdup(space + 1);
	rc = text ? smfi_setreply(ctx, code, enhanced, text) : MI_FAILURE;
	free(text);
	if (rc != MI_SUCCESS)
		return SMFIS_REJECT;
	return r->code >= 500 ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

static sfsistat on_end(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);
	struct intake_reply r = { 250, "" };
	const char *queue = smfi_getsymval(ctx, "i");
	struct timespec until;
	enum rc rc = RC_TEMPFAIL;

	if (s == NULL || s->nrcpt == 0)
		return SMFIS_ACCEPT;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	if (!s->overflow && pthread_mutex_timedlock(&milter.lock, &until) == 0) {
		rc = ask(s, queue ? queue : "", &r);
		pthread_mutex_unlock(&milter.lock);
	}
	session_clear(s);
	if (rc != RC_OK)
		return milter.accept_away ? SMFIS_ACCEPT : SMFIS_TEMPFAIL;
	return r.code >= 400 ? refuse(ctx, &r) : SMFIS_ACCEPT;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		session_clear(s);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		session_clear(s);
	free(s);
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static struct smfiDesc desc = {
	.xxfi_name = (char *)"cabildo",
	.xxfi_version = SMFI_VERSION,
	.xxfi_envfrom = on_from,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header,
	.xxfi_eoh = on_header_end,
	.xxfi_body = on_body,
	.xxfi_eom = on_end,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
};

/* HOST:PORT or /path, as libmilter names it. */
static char *where(struct arena *a, const char *listen)
{
	const char *colon = strrchr(listen, ':');

	if (listen[0] == '/')
		return arena_fmt(a, "unix:%s", listen);
	return arena_fmt(a, "inet:%s@%.*s", colon + 1, (int)(colon - listen), listen);
}

static int filter(const struct prog *p)
{
	mail_parse_init();
	tr_init(NULL);
	milter.accept_away = strcmp(p->conf.milter_away, "accept") == 0;
	milter.unit = (struct unit){ .door = DOOR_EMAIL, .conf = &p->conf, .keys = &p->keys };
	milter.unit.db = unit_open(&p->conf, "milter");
	if (!unit_ready(&milter.unit))
		log_warn("event=db_away answer=%s", p->conf.milter_away);
	if (smfi_setconn(where(p->arena, p->conf.milter_listen)) != MI_SUCCESS ||
	    smfi_register(desc) != MI_SUCCESS || smfi_settimeout(300) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS)
		log_die("event=cannot_listen at=%s", log_q(p->conf.milter_listen));
	log_info("event=listening milter=%s", p->conf.milter_listen);
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}

static pid_t filter_start(const struct prog *p)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			exit(0);
		exit(filter(p));
	}
	if (pid < 0)
		log_fail("event=fork_failed");
	return pid;
}

/*
 * The parent starts the filter again where a message has ended it, and ends it
 * at once when told to: libmilter looks at its own signals every five seconds
 * only, and there is nothing in its hands that the MTA does not have too.
 */
int main(int argc, char **argv)
{
	struct prog p;
	int status;
	pid_t pid;

	prog_init(&p, argc, argv, "refuses in the SMTP dialogue what no group will take", NULL, 0);
	if (p.keys.n == 0)
		log_die("event=no_secret file=%s todo=\"run: cabildo secret init\"",
			log_q(p.conf.secret_file));
	pid = filter_start(&p);
	while (!prog_stop) {
		usleep(100000); /* a signal cuts it short */
		if (pid > 0 && waitpid(pid, &status, WNOHANG) == pid) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == EX_CONFIG)
				return EX_CONFIG;
			log_warn("event=filter_ended status=%d", status);
			pid = -1;
			sleep(1); /* one that dies at once is not started more often */
		}
		if (pid <= 0 && !prog_stop)
			pid = filter_start(&p);
	}
	if (pid > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	return 0;
}
