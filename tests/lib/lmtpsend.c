/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lmtpsend: sends messages over LMTP as an MTA would, and keeps the truth of
 * it outside the system under test: a line of --log stands for a 250 that was
 * read, and nothing else makes one. Blocking sockets, one process per
 * connection, no cleverness: what it says must be easy to believe.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/base.h"

#define RCPTS 1000

struct message {
	struct slice text;              /* with LF or CRLF lines */
	const char *msgid;              /* as in its header, with <>, or "-" */
};

struct totals { /* shared by the connections */
	_Atomic unsigned long ok, refused, deferred, lost, retries;
	_Atomic int64_t turn;       /* when the next one may go, by --rate; clock_mono */
	_Atomic unsigned long next; /* message: in their order, as from an MTA's queue */
};

struct conn {
	int fd;
	char in[8192];
	size_t nin;
};

static const char *to, *from = "", *log_path, *tag = "load";
static const char *rcpts[RCPTS];
static size_t nrcpts;
static long nmessages = 1, size_wanted = 600;
static unsigned long nconns = 1, retry_ms = 200;
static unsigned long rate;              /* messages a second; 0: as fast as they go */
static bool retry, quiet, policy;
static struct totals *totals;
static int64_t began;                  /* keeps the ids of two runs apart */

static void die(const char *what) NO_RETURN;
static void die(const char *what)
{
	fprintf(stderr, "lmtpsend: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void wait_ms(unsigned long ms)
{
	struct timespec ts = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

/* ---- the connection ---- */

static int dial_unix(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", to);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int dial(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *ai;
	const char *colon = strrchr(to, ':');
	struct timeval tv = { .tv_sec = 60 };
	char host[128];
	int fd;

	if (to[0] == '/') {
		fd = dial_unix();
	} else {
		if (!colon) {
			errno = EINVAL;
			die(to);
		}
		snprintf(host, sizeof(host), "%.*s", (int)(colon - to), to);
		if (getaddrinfo(host, colon + 1, &hints, &ai) != 0)
			die(to);
		fd = socket(ai->ai_family, SOCK_STREAM, 0);
		if (fd >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
		freeaddrinfo(ai);
	}
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return fd;
}

static void hang_up(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->nin = 0;
}

static bool put(struct conn *c, const char *p, size_t n)
{
	while (n) {
		ssize_t k = send(c->fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* One line without its line end; false: the connection is lost. */
static bool get_line(struct conn *c, char *line, size_t size)
{
	for (;;) {
		char *lf = memchr(c->in, '\n', c->nin);
		ssize_t k;

		if (lf) {
			size_t n = (size_t)(lf - c->in);

			snprintf(line, size, "%.*s", (int)(n && lf[-1] == '\r' ? n - 1 : n), c->in);
			c->nin -= n + 1;
			memmove(c->in, lf + 1, c->nin);
			return true;
		}
		if (c->nin == sizeof(c->in))
			return false;
		k = recv(c->fd, c->in + c->nin, sizeof(c->in) - c->nin, 0);
		if (k <= 0)
			return false;
		c->nin += (size_t)k;
	}
}

/* A whole reply; its code, or 0 where the connection was lost. */
static int get_reply(struct conn *c, char *line, size_t size)
{
	do {
		if (!get_line(c, line, size) || strlen(line) < 3)
			return 0;
	} while (line[3] == '-');
	return (int)strtol(line, NULL, 10);
}

static bool greet(struct conn *c)
{
	char line[1024];

	c->nin = 0;
	c->fd = dial();
	if (c->fd >= 0 && get_reply(c, line, sizeof(line)) == 220 &&
	    put(c, "LHLO lmtpsend.example\r\n", 23) && get_reply(c, line, sizeof(line)) == 250)
		return true;
	hang_up(c);
	return false;
}

/* ---- one message ---- */

/* The message as it travels: CR LF lines, dots doubled, the last dot. */
static struct str on_the_wire(struct arena *a, struct slice text)
{
	struct slice line;
	struct str s;

	str_init(&s, a, text.n * 3 + 100);
	while (slice_line(&text, &line)) {
		if (line.n && line.p[0] == '.')
			str_addc(&s, '.');
		str_adds(&s, line);
		str_addz(&s, "\r\n");
	}
	str_addz(&s, ".\r\n");
	return s;
}

static void log_ok(int fd, const char *msgid, const char *rcpt)
{
	char line[1200];
	int n = snprintf(line, sizeof(line), nrcpts > 1 ? "%s %s\n" : "%s\n", msgid, rcpt);

	/* one write per line: several processes append to the same file */
	if (fd >= 0 && write(fd, line, (size_t)n) != n)
		die(log_path);
}

static bool commands_put(struct conn *c, struct arena *a, const bool *done)
{
	struct str s;

	str_init(&s, a, (size_t)1 << 20);
	str_fmt(&s, "MAIL FROM:<%s>\r\n", from);
	for (size_t i = 0; i < nrcpts; i++)
		if (!done[i])
			str_fmt(&s, "RCPT TO:<%s>\r\n", rcpts[i]);
	str_addz(&s, "DATA\r\n");
	return !s.over && put(c, s.p, s.n);
}

/* Sorts a final reply for recipient i. True: settled, for good or bad. */
static bool settle(int code, const char *line, const struct message *m, size_t i, int log_fd)
{
	if (code >= 200 && code < 300) {
		log_ok(log_fd, m->msgid, rcpts[i]);
		totals->ok++;
		return true;
	}
	if (!quiet)
		fprintf(stderr, "%s %s: %s\n", m->msgid, rcpts[i], line);
	if (code >= 500 || !retry) {
		*(code >= 500 ? &totals->refused : &totals->deferred) += 1;
		return true;
	}
	return false;
}

/*
 * One transaction for the recipients not done yet. False: the connection was
 * lost, and what was not settled is still open.
 */
static bool transact(struct conn *c, struct arena *a, const struct message *m, bool *done,
		     int log_fd)
{
	bool accepted[RCPTS] = { false };
	size_t naccepted = 0;
	char line[1024];
	int mail, code;

	if (!commands_put(c, a, done))
		return false;
	mail = get_reply(c, line, sizeof(line));
	if (!mail || mail == 421)
		return false;
	for (size_t i = 0; i < nrcpts; i++) {
		char reply[1024];

		if (done[i])
			continue;
		code = get_reply(c, reply, sizeof(reply));
		if (!code || code == 421)
			return false;
		if (code == 250) {
			accepted[i] = true;
			naccepted++;
		} else if (mail == 250) {
			done[i] = settle(code, reply, m, i, log_fd);
		} else {
			done[i] = settle(mail, line, m, i, log_fd);
		}
	}
	code = get_reply(c, line, sizeof(line));
	if (code != 354) {
		if (!code || code == 421)
			return false;
		return put(c, "RSET\r\n", 6) && get_reply(c, line, sizeof(line)) == 250;
	}
	if (naccepted == 0) { /* it should not have said 354; end it with nothing */
		put(c, ".\r\n", 3);
		return false;
	}
	struct str wire = on_the_wire(a, m->text);

	if (wire.over || !put(c, wire.p, wire.n))
		return false;
	for (size_t i = 0; i < nrcpts; i++) {
		if (!accepted[i])
			continue;
		code = get_reply(c, line, sizeof(line));
		if (!code || code == 421)
			return false;
		done[i] = settle(code, line, m, i, log_fd);
	}
	return true;
}

static void send_message(struct conn *c, const struct message *m, int log_fd)
{
	struct arena *a = arena_new((size_t)512 << 20);
	bool done[RCPTS] = { false };

	for (;;) {
		size_t open = 0;
		bool up = c->fd >= 0 || greet(c);

		if (up && !transact(c, a, m, done, log_fd)) {
			up = false;
			hang_up(c);
		}
		for (size_t i = 0; i < nrcpts; i++)
			open += !done[i];
		if (!open)
			break;
		if (!retry) {
			totals->lost += open;
			break;
		}
		totals->retries++;
		wait_ms(retry_ms);
	}
	arena_free(&a);
}

/* ---- where messages come from ---- */

static struct slice file_read(struct arena *a, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *p;
	size_t n = 0;

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	p = arena_alloc(a, (size_t)st.st_size + 1);
	while (n < (size_t)st.st_size) {
		ssize_t k = read(fd, p + n, (size_t)st.st_size - n);

		if (k <= 0)
			die(path);
		n += (size_t)k;
	}
	close(fd);
	return slice_make(p, n);
}

static const char *msgid_of(struct arena *a, struct slice text)
{
	struct slice line;
	bool next = false; /* the field's name stood alone, its value is folded */

	while (slice_line(&text, &line) && line.n) {
		struct slice value = line;

		if (next && (line.p[0] == ' ' || line.p[0] == '\t'))
			return slice_dup(a, slice_trim(line));
		if (!slice_istarts(line, "Message-ID:"))
			continue;
		value.p += 11;
		value.n -= 11;
		value = slice_trim(value);
		if (value.n)
			return slice_dup(a, value);
		next = true;
	}
	return "-";
}

struct messages {
	struct message *m;
	size_t n, size;
};

static void message_add(struct messages *ms, struct arena *a, struct slice text)
{
	if (ms->n == ms->size) {
		size_t size = ms->size ? ms->size * 2 : 64;

		ms->m = arena_grow(a, ms->m, ms->size * sizeof(*ms->m), size * sizeof(*ms->m));
		ms->size = size;
	}
	ms->m[ms->n++] = (struct message){ text, msgid_of(a, text) };
}

/* mboxrd or mboxo as it lies: "From " after an empty line begins a message. */
static void mbox_add(struct messages *ms, struct arena *a, struct slice box)
{
	struct slice line, rest = box;
	const char *begin = NULL, *end = NULL;
	bool blank = true;

	while (slice_line(&rest, &line)) {
		if (blank && slice_starts(line, "From ")) {
			if (begin)
				message_add(ms, a, slice_make(begin, (size_t)(end - begin)));
			begin = rest.p;
		}
		blank = line.n == 0;
		end = blank ? line.p : rest.p; /* the empty line before "From " is the box's */
	}
	if (begin)
		message_add(ms, a, slice_make(begin, (size_t)(end - begin)));
}

static struct message generate(struct arena *a, unsigned long conn, long i)
{
	char date[40];
	struct message m;
	struct str s;

	clock_rfc5322(clock_now(), date);
	m.msgid = arena_fmt(a, "<%s.%lu.%ld.%lld@lmtpsend.example>", tag, conn, i,
			    (long long)began);
	str_init(&s, a, (size_t)64 << 20);
	str_fmt(&s, "From: %s\nTo: %s\nSubject: %s %lu %ld\nDate: %s\nMessage-ID: %s\n"
		"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n",
		from, rcpts[0], tag, conn, i, date, m.msgid);
	for (long line = 1; s.n < (size_t)size_wanted; line++)
		str_fmt(&s, "Line %ld of message %ld says nothing in particular.\n", line, i);
	m.text = str_slice(&s);
	return m;
}

/* ---- running ---- */

/* Whoever stood still does not make up for it. */
static void pace(void)
{
	int64_t last, at, now = clock_mono();

	if (!rate)
		return;
	last = totals->turn;
	do
		at = last < now ? now : last;
	while (!atomic_compare_exchange_weak(&totals->turn, &last, at + USEC / (int64_t)rate));
	if (at > now)
		wait_ms((unsigned long)((at - now) / 1000));
}

static void connection_run(unsigned long k, const struct messages *ms)
{
	struct conn c = { .fd = -1 };
	int log_fd = -1;
	char line[1024];

	if (log_path) {
		log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (log_fd < 0)
			die(log_path);
	}
	if (ms->n) {
		for (size_t i; (i = totals->next++) < ms->n;) {
			pace();
			send_message(&c, &ms->m[i], log_fd);
		}
	} else {
		for (long i; (i = (long)totals->next++) < nmessages;) {
			struct arena *a = arena_new((size_t)128 << 20);

			pace();
			struct message m = generate(a, k, i);

			send_message(&c, &m, log_fd);
			arena_free(&a);
		}
	}
	if (c.fd >= 0 && put(&c, "QUIT\r\n", 6))
		get_reply(&c, line, sizeof(line));
	hang_up(&c);
}

/* --policy: one request per recipient, each action on a line of stdout. */
static int policy_run(void)
{
	struct conn c = { .fd = dial() };
	char line[1024];

	if (c.fd < 0)
		die(to);
	for (size_t i = 0; i < nrcpts; i++) {
		char req[2048];
		int n = snprintf(req, sizeof(req), "request=smtpd_access_policy\n"
				 "protocol_state=RCPT\nprotocol_name=ESMTP\nhelo_name=lmtpsend.example\n"
				 "client_address=192.0.2.1\nclient_name=unknown\nsender=%s\n"
				 "recipient=%s\nsize=%ld\n\n", from, rcpts[i], size_wanted);

		if (!put(&c, req, (size_t)n) || !get_line(&c, line, sizeof(line)))
			die("no answer");
		printf("%s %s\n", rcpts[i], line);
		if (!get_line(&c, line, sizeof(line)) || line[0])
			die("no end of the answer");
	}
	hang_up(&c);
	return 0;
}

static void usage(void) NO_RETURN;
static void usage(void)
{
	fprintf(stderr,
		"usage: lmtpsend --to HOST:PORT|/SOCKET --from A --rcpt B [--rcpt C ...]\n"
		"	[--connections N] [--rate A_SECOND] [--retry] [--retry-ms MS] [--log FILE] [--quiet]\n"
		"	[--count N [--size BYTES] [--tag WORD] | --mbox FILE | FILE...]\n"
		"	--policy --to ... asks the policy service instead of sending\n"
		"Exit 0: every recipient of every message was answered 250.\n");
	exit(64);
}

static long number(const char *word)
{
	int64_t n;

	if (!slice_i64(slice_of(word), 1, 1000000000, &n))
		usage();
	return (long)n;
}

static void options(int argc, char **argv, struct messages *ms, struct arena *a)
{
	static const struct option longs[] = {
		{ "to", 1, NULL, 't' }, { "from", 1, NULL, 'f' }, { "rcpt", 1, NULL, 'r' },
		{ "count", 1, NULL, 'n' }, { "connections", 1, NULL, 'c' },
		{ "mbox", 1, NULL, 'm' }, { "log", 1, NULL, 'l' }, { "retry", 0, NULL, 'R' },
		{ "retry-ms", 1, NULL, 'w' }, { "size", 1, NULL, 's' }, { "tag", 1, NULL, 'g' },
		{ "quiet", 0, NULL, 'q' }, { "rate", 1, NULL, 'S' }, { "policy", 0, NULL, 'p' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case 't': to = optarg; break;
		case 'f': from = optarg; break;
		case 'r':
			if (nrcpts == RCPTS)
				usage();
			rcpts[nrcpts++] = optarg;
			break;
		case 'S': rate = (unsigned long)number(optarg); break;
		case 'n': nmessages = number(optarg); break;
		case 'c': nconns = (unsigned long)number(optarg); break;
		case 'm': mbox_add(ms, a, file_read(a, optarg)); break;
		case 'l': log_path = optarg; break;
		case 'R': retry = true; break;
		case 'w': retry_ms = (unsigned long)number(optarg); break;
		case 's': size_wanted = number(optarg); break;
		case 'g': tag = optarg; break;
		case 'q': quiet = true; break;
		case 'p': policy = true; break;
		default: usage();
		}
	for (; optind < argc; optind++)
		message_add(ms, a, file_read(a, argv[optind]));
	if (!to || !nrcpts)
		usage();
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new((size_t)4 << 30);
	struct messages ms = { 0 };
	bool failed = false;
	int64_t mono;
	double took;
	int status;

	options(argc, argv, &ms, a);
	if (policy)
		return policy_run();
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (totals == MAP_FAILED)
		die("mmap");
	began = clock_now();
	mono = clock_mono();
	for (unsigned long k = 0; k < nconns; k++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			connection_run(k, &ms);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status != 0;
	took = (double)(clock_mono() - mono) / 1e6;
	printf("ok %lu\nrefused %lu\ndeferred %lu\nlost %lu\nretries %lu\nseconds %.3f\nrate %.1f\n",
	       totals->ok, totals->refused, totals->deferred, totals->lost, totals->retries, took,
	       took > 0 ? (double)totals->ok / took : 0.0);
	arena_free(&a);
	return failed || totals->refused || totals->deferred || totals->lost;
}
