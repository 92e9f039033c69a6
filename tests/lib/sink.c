/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMTP (--lmtp: LMTP) server that takes mail for tests and misbehaves where
 * a script says so. It shares no code with the programs it judges: its log is
 * the truth about what was handed over. One line per accepted copy,
 *	time TAB envelope-from TAB recipient TAB message-id TAB bytes
 * is in DIR/copies before the 250 leaves.
 *
 *	sink --port-file F --dir D [--script S] [--lmtp] [--keep] [--state] [--early]
 *	     [--lean|--chunking|--deaf]
 *
 * The port (loopback, given by the kernel) is the content of F once it exists.
 * --state keeps in D/state the ports of the clients that are between MAIL and the answer
 * to their message, each on a line of five digits, 00000 where there is none.
 * --keep writes each message to D/N.eml; --lean offers no extension at all, --chunking
 * BDAT as well; --deaf forgets what came in one go with a text, behind it, and --early
 * writes the sender of each MAIL that came so to D/early.
 * SIGTERM ends it. A script has one rule a line, the first that fits counts:
 *	WHEN WHO [xTIMES] WHAT
 *	WHEN	connect mail rcpt data end
 *	WHO	a pattern over the recipient (for mail: the sender), #N for the Nth
 *		transaction (for connect: connection), or %N for every Nth
 *	WHAT	CODE TEXT, drop, garbage, delay MS, or at "end" also: lost (accept,
 *		log, and close without an answer), mid (close within DATA)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNS 200
#define RCPTS 1000
#define RULES 200
#define IN_MAX (64u << 20)
#define ADDR 320

enum what { W_NONE, W_REPLY, W_DROP, W_GARBAGE, W_DELAY, W_LOST, W_MID };

struct rule {
	char when[16], who[256], text[400];
	enum what what;
	long nth, every, times, ms;
};

struct conn {
	int fd;
	char *in, *out;
	size_t n, size, done, on, osize;        /* done: in DATA, bytes already searched */
	char *chunk;                            /* what BDAT brought so far */
	size_t nchunk, chunk_size;
	bool data, closing;
	long transaction;
	char from[ADDR];
	char (*rcpt)[ADDR];
	size_t nrcpt;
	long resume;                            /* ms; 0: not held */
	bool delayed;                           /* the delay of this step is over */
	unsigned short port;                    /* the client's */
	bool busy;                              /* as --state has it */
	bool behind;                            /* the next line came in one go with a text */
};

static struct rule rules[RULES];
static size_t nrules;
static struct conn conns[CONNS];
static long transactions, connections, kept;
static bool lmtp, keep, lean, chunking, deaf;
static const char *dir;
static int log_fd, state_fd = -1, early_fd = -1;
static volatile sig_atomic_t stop;

static void die(const char *what)
{
	fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void rule_parse(char *line)
{
	struct rule *r = &rules[nrules];
	char *save = NULL, *when = strtok_r(line, " \t\n", &save);
	char *who = strtok_r(NULL, " \t\n", &save), *what = strtok_r(NULL, " \t\n", &save), *rest;

	if (when == NULL || *when == '/')
		return;
	if (who == NULL || what == NULL || nrules == RULES) {
		fprintf(stderr, "sink: bad rule: %s\n", when);
		exit(64);
	}
	snprintf(r->when, sizeof(r->when), "%s", when);
	snprintf(r->who, sizeof(r->who), "%s", who);
	if (*who == '#')
		r->nth = strtol(who + 1, NULL, 10);
	else if (*who == '%')
		r->every = strtol(who + 1, NULL, 10);
	r->times = -1;
	if (*what == 'x') {
		r->times = strtol(what + 1, NULL, 10);
		what = strtok_r(NULL, " \t\n", &save);
	}
	rest = strtok_r(NULL, "\n", &save);
	if (what == NULL) {
		fprintf(stderr, "sink: bad rule: %s %s\n", when, who);
		exit(64);
	}
	if (strcmp(what, "drop") == 0) {
		r->what = W_DROP;
	} else if (strcmp(what, "garbage") == 0) {
		r->what = W_GARBAGE;
	} else if (strcmp(what, "lost") == 0) {
		r->what = W_LOST;
	} else if (strcmp(what, "mid") == 0) {
		r->what = W_MID;
	} else if (strcmp(what, "delay") == 0) {
		r->what = W_DELAY;
		r->ms = rest ? strtol(rest, NULL, 10) : 0;
	} else {
		r->what = W_REPLY;
		snprintf(r->text, sizeof(r->text), "%.5s %.380s", what, rest ? rest : "no");
	}
	nrules++;
}

static void script_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[1024];

	if (f == NULL)
		die(path);
	while (fgets(line, sizeof(line), f))
		rule_parse(line);
	fclose(f);
}

static struct rule *rule_find(const char *when, const char *who, long n, bool delays)
{
	for (size_t i = 0; i < nrules; i++) {
		struct rule *r = &rules[i];

		if (strcmp(r->when, when) != 0 || r->times == 0 || (r->what == W_DELAY) != delays)
			continue;
		if (r->nth ? r->nth != n : r->every ? n % r->every != 0
						    : fnmatch(r->who, who, 0) != 0)
			continue;
		if (r->times > 0)
			r->times--;
		return r;
	}
	return NULL;
}

static void grow(char **p, size_t *size, size_t want)
{
	size_t n = *size ? *size : 8192;

	while (n < want)
		n *= 2;
	if (n == *size)
		return;
	*p = realloc(*p, n);
	if (*p == NULL)
		die("memory");
	*size = n;
}

static void say(struct conn *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct conn *c, const char *fmt, ...)
{
	char line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 3)
		n = (int)sizeof(line) - 3;
	line[n++] = '\r';
	line[n++] = '\n';
	grow(&c->out, &c->osize, c->on + (size_t)n);
	memcpy(c->out + c->on, line, (size_t)n);
	c->on += (size_t)n;
}

static bool flush(struct conn *c)
{
	size_t at = 0;

	while (at < c->on) {
		ssize_t n = send(c->fd, c->out + at, c->on - at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	memmove(c->out, c->out + at, c->on - at);
	c->on -= at;
	return true;
}

static void state_mark(struct conn *c, bool busy)
{
	char line[8];

	if (state_fd < 0 || c->busy == busy)
		return;
	c->busy = busy;
	snprintf(line, sizeof(line), "%05u\n", busy ? (unsigned)c->port : 0);
	if (pwrite(state_fd, line, 6, (c - conns) * 6) != 6)
		die("state");
}

static void conn_close(struct conn *c)
{
	state_mark(c, false);
	close(c->fd);
	c->fd = -1;
	c->n = c->on = c->done = c->nrcpt = 0;
	c->data = c->closing = c->delayed = false;
	c->resume = 0;
}

static void reset(struct conn *c)
{
	c->from[0] = '\0';
	c->nrcpt = c->nchunk = 0;
	c->data = false;
	c->done = 0;
	state_mark(c, false);
}

/* true: the rule has answered (or ended the connection). */
static bool misbehave(struct conn *c, const char *when, const char *who, long n)
{
	struct rule *r;

	if (nrules == 0)
		return false;
	if (!c->delayed && (r = rule_find(when, who, n, true)) != NULL) {
		c->resume = now_ms() + r->ms;
		return true;
	}
	c->delayed = false;
	r = rule_find(when, who, n, false);
	if (r == NULL)
		return false;
	if (r->what == W_REPLY)
		say(c, "%s", r->text);
	else if (r->what == W_GARBAGE)
		say(c, "\001\002 what is this");
	else if (r->what != W_LOST)
		c->closing = true;
	return r->what != W_LOST;
}

/* <addr> after "FROM:" or "TO:"; false where there are no brackets. */
static bool address(const char *line, char out[ADDR])
{
	const char *a = strchr(line, '<'), *b = a ? strchr(a, '>') : NULL;

	if (b == NULL || b - a - 1 >= ADDR)
		return false;
	memcpy(out, a + 1, (size_t)(b - a - 1));
	out[b - a - 1] = '\0';
	return true;
}

static void message_id(const char *p, size_t n, char out[ADDR])
{
	const char *end = p + n;

	snprintf(out, ADDR, "-");
	while (p < end && *p != '\r') {
		const char *eol = memchr(p, '\n', (size_t)(end - p)), *a, *b;

		if (eol == NULL)
			return;
		if (end - p > 11 && strncasecmp(p, "message-id:", 11) == 0) {
			a = memchr(p, '<', (size_t)(eol - p));
			b = a ? memchr(a, '>', (size_t)(eol - a)) : NULL;
			if (b && b - a - 1 < ADDR) {
				memcpy(out, a + 1, (size_t)(b - a - 1));
				out[b - a - 1] = '\0';
			}
			return;
		}
		p = eol + 1;
	}
}

static void log_copy(const struct conn *c, const char *rcpt, const char *id, size_t bytes)
{
	char line[3 * ADDR + 80];
	struct timespec t;
	int n;

	clock_gettime(CLOCK_REALTIME, &t);
	n = snprintf(line, sizeof(line), "%lld.%06ld\t%s\t%s\t%s\t%zu\n", (long long)t.tv_sec,
		     t.tv_nsec / 1000, c->from, rcpt, id, bytes);
	if (write(log_fd, line, (size_t)n) != n)
		die("copies");
}

static void message_keep(const char *p, size_t n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%ld.eml", dir, ++kept);
	f = fopen(path, "w");
	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		die(path);
}

/* Undoes the dots into to; false where a line ends in anything but CRLF. */
static bool unstuff(char *to, size_t *to_n, const char *p, size_t n)
{
	bool clean = true;

	*to_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '.' && (i == 0 || p[i - 1] == '\n'))
			continue;
		if ((p[i] == '\n' && (i == 0 || p[i - 1] != '\r')) ||
		    (p[i] == '\r' && (i + 1 == n || p[i + 1] != '\n')))
			clean = false;
		to[(*to_n)++] = p[i];
	}
	return clean;
}

/* The message of c is p[0..n). */
static void message_end(struct conn *c, const char *p, size_t n, bool stuffed)
{
	char id[ADDR], *copy = malloc(n + 1);
	bool lost = false, clean;
	size_t bytes = 0;

	if (copy == NULL)
		die("memory");
	clean = stuffed ? unstuff(copy, &bytes, p, n) : true;
	if (!stuffed) {
		memcpy(copy, p, n);
		bytes = n;
	}
	message_id(copy, bytes, id);
	for (size_t i = 0; i < c->nrcpt; i++) {
		struct rule *r = nrules ? rule_find("end", c->rcpt[i], c->transaction, false) : NULL;

		if (r && r->what == W_LOST)
			lost = true;
		if (!clean || (r && r->what == W_REPLY)) {
			say(c, "%s", clean ? r->text : "550 5.6.0 bare CR or LF");
			if (!lmtp)
				goto out;
			continue;
		}
		if (r && r->what == W_GARBAGE) {
			say(c, "\001\002 what is this");
			goto out;
		}
		if (r && r->what == W_DROP) {
			c->closing = true;
			goto out;
		}
		log_copy(c, c->rcpt[i], id, bytes);
		if (lmtp && !lost)
			say(c, "250 2.0.0 taken for <%s>", c->rcpt[i]);
	}
	if (keep)
		message_keep(copy, bytes);
	if (lost)
		c->closing = true;
	else if (!lmtp)
		say(c, "250 2.0.0 taken");
out:
	free(copy);
	reset(c);
}

static void ehlo(struct conn *c)
{
	if (lean) {
		say(c, "250 sink");
		return;
	}
	say(c, "250-sink");
	say(c, "250-PIPELINING");
	say(c, "250-8BITMIME");
	say(c, "250-SIZE %u", IN_MAX);
	say(c, "250-DSN");
	if (chunking)
		say(c, "250-CHUNKING");
	say(c, "250 ENHANCEDSTATUSCODES");
}

static void cmd_rcpt(struct conn *c, const char *line)
{
	char a[ADDR];

	if (c->transaction == 0 || !address(line, a) || c->nrcpt == RCPTS) {
		say(c, "503 5.5.1 RCPT not now");
		return;
	}
	if (misbehave(c, "rcpt", a, c->transaction))
		return;
	if (c->rcpt == NULL && (c->rcpt = calloc(RCPTS, ADDR)) == NULL)
		die("memory");
	memcpy(c->rcpt[c->nrcpt++], a, ADDR);
	say(c, "250 2.1.5 ok");
}

static void cmd_data(struct conn *c)
{
	if (c->nrcpt == 0) {
		say(c, "554 5.5.1 no valid recipients");
	} else if (!misbehave(c, "data", c->rcpt[0], c->transaction)) {
		say(c, "354 go on");
		c->data = true;
		c->done = 0;
	}
}

static void command(struct conn *c, const char *line)
{
	char a[ADDR];

	if (strncasecmp(line, lmtp ? "LHLO" : "EHLO", 4) == 0 ||
	    (!lmtp && strncasecmp(line, "HELO", 4) == 0)) {
		ehlo(c);
	} else if (strncasecmp(line, "MAIL FROM:", 10) == 0) {
		if (!c->delayed) {
			reset(c);
			c->transaction = ++transactions;
		}
		if (!address(line, a))
			say(c, "501 5.5.4 syntax");
		else if (!misbehave(c, "mail", a, c->transaction)) {
			memcpy(c->from, a, ADDR);
			if (early_fd >= 0 && c->behind && dprintf(early_fd, "%s\n", a) < 0)
				die("early");
			state_mark(c, true);
			say(c, "250 2.1.0 ok");
		}
	} else if (strncasecmp(line, "RCPT TO:", 8) == 0) {
		cmd_rcpt(c, line);
	} else if (strcasecmp(line, "DATA") == 0) {
		cmd_data(c);
	} else if (strcasecmp(line, "RSET") == 0) {
		reset(c);
		say(c, "250 2.0.0 ok");
	} else if (strcasecmp(line, "NOOP") == 0) {
		say(c, "250 2.0.0 ok");
	} else if (strcasecmp(line, "QUIT") == 0) {
		say(c, "221 2.0.0 bye");
		c->closing = true;
	} else {
		say(c, "500 5.5.2 what");
	}
}

/* The end of the DATA in hand: its length with the last CRLF, or -1. */
static ssize_t data_end(struct conn *c)
{
	size_t at = c->done;

	if (c->n >= 3 && memcmp(c->in, ".\r\n", 3) == 0)
		return 0;
	while (at + 5 <= c->n) {
		char *p = memchr(c->in + at, '\r', c->n - at - 4);

		if (p == NULL)
			break;
		if (memcmp(p, "\r\n.\r\n", 5) == 0)
			return p - c->in + 2;
		at = (size_t)(p - c->in) + 1;
	}
	c->done = c->n > 4 ? c->n - 4 : 0;
	return -1;
}

/* Takes n bytes off the front. */
static void eat(struct conn *c, size_t n)
{
	memmove(c->in, c->in + n, c->n - n);
	c->n -= n;
	c->done = 0;
}

static bool step_data(struct conn *c)
{
	ssize_t n;
	struct rule *r;

	if (nrules && c->n > 0 && c->nrcpt > 0) {
		for (size_t i = 0; i < nrules; i++) {
			r = &rules[i];
			if (r->what != W_MID || r->times == 0 ||
			    (r->nth ? r->nth != c->transaction :
			     r->every ? c->transaction % r->every != 0 :
			     fnmatch(r->who, c->rcpt[0], 0) != 0))
				continue;
			if (r->times > 0)
				r->times--;
			c->closing = true;
			return false;
		}
	}
	n = data_end(c);
	if (n < 0)
		return false;
	if (nrules && !c->delayed && (r = rule_find("end", c->rcpt[0], c->transaction, true))) {
		c->resume = now_ms() + r->ms;
		return false;
	}
	c->delayed = false;
	/* data_end saw ".\r\n" after those n bytes */
	message_end(c, c->in, (size_t)n, true);
	eat(c, deaf ? c->n : (size_t)n + 3);
	c->behind = c->n > 0;
	return true;
}

/* BDAT: the bytes follow the line; 0 where they have not all come. */
static size_t cmd_bdat(struct conn *c, const char *line, size_t at)
{
	char *end;
	size_t n = strtoul(line + 5, &end, 10);
	bool last = strcasecmp(end, " LAST") == 0;

	if (n > IN_MAX || c->n < at + n)
		return 0;
	if (c->nrcpt == 0) {
		say(c, "503 5.5.1 no valid recipients");
		return at + n;
	}
	grow(&c->chunk, &c->chunk_size, c->nchunk + n + 1);
	memcpy(c->chunk + c->nchunk, c->in + at, n);
	c->nchunk += n;
	if (last)
		message_end(c, c->chunk, c->nchunk, false);
	else
		say(c, "250 2.0.0 %zu octets", n);
	return at + n;
}

static bool step_line(struct conn *c)
{
	char *eol = memchr(c->in, '\n', c->n), line[2048];
	size_t n;

	if (eol == NULL)
		return false;
	n = (size_t)(eol - c->in);
	snprintf(line, sizeof(line), "%.*s", (int)n, c->in);
	line[strcspn(line, "\r\n")] = '\0';
	if (chunking && strncasecmp(line, "BDAT ", 5) == 0) {
		n = cmd_bdat(c, line, n + 1);
		if (n == 0)
			return false;
		eat(c, n);
		return true;
	}
	command(c, line);
	if (c->resume)
		return false;           /* the same line again when the delay is over */
	c->behind = false;
	eat(c, n + 1);
	return true;
}

static void work(struct conn *c)
{
	while (!c->closing && c->resume == 0 && c->n > 0)
		if (!(c->data ? step_data(c) : step_line(c)))
			break;
	if (!flush(c) || (c->closing && c->on == 0))
		conn_close(c);
}

static void on_readable(struct conn *c)
{
	ssize_t n;

	grow(&c->in, &c->size, c->n + 65536);
	n = recv(c->fd, c->in + c->n, c->size - c->n, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || c->n + (size_t)n > IN_MAX) {
		conn_close(c);
		return;
	}
	c->n += (size_t)n;
	work(c);
}

static void on_connect(int lfd)
{
	struct sockaddr_in from = { 0 };
	socklen_t len = sizeof(from);
	int fd = accept4(lfd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
	struct conn *c = NULL;

	if (fd < 0)
		return;
	for (size_t i = 0; i < CONNS && c == NULL; i++)
		if (conns[i].fd < 0)
			c = &conns[i];
	if (c == NULL) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->fd = fd;
	c->port = ntohs(from.sin_port);
	c->transaction = 0;
	if (!misbehave(c, "connect", "", ++connections))
		say(c, "220 sink %s", lmtp ? "LMTP" : "ESMTP");
	work(c);
}

static int listen_at(const char *port_file)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char tmp[4096];
	FILE *f;

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || listen(fd, 100) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		die("listen");
	snprintf(tmp, sizeof(tmp), "%s.tmp", port_file);
	f = fopen(tmp, "w");
	if (f == NULL || fprintf(f, "%d\n", ntohs(a.sin_port)) < 0 || fclose(f) != 0 ||
	    rename(tmp, port_file) != 0)
		die(port_file);
	return fd;
}

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void serve(int lfd)
{
	struct pollfd fds[CONNS + 1];
	struct conn *who[CONNS + 1];

	while (!stop) {
		long now = now_ms(), wait = 1000;
		nfds_t n = 1;

		fds[0] = (struct pollfd){ .fd = lfd, .events = POLLIN };
		for (size_t i = 0; i < CONNS; i++) {
			struct conn *c = &conns[i];

			if (c->fd < 0)
				continue;
			if (c->resume && c->resume <= now) {
				c->resume = 0;
				c->delayed = true;
				work(c);
				if (c->fd < 0)
					continue;
			}
			if (c->resume && c->resume - now < wait)
				wait = c->resume - now;
			who[n] = c;
			fds[n++] = (struct pollfd){ .fd = c->fd, .events = (short)
				((c->resume ? 0 : POLLIN) | (c->on ? POLLOUT : 0)) };
		}
		if (poll(fds, n, (int)wait) < 0)
			continue;
		for (nfds_t i = 1; i < n; i++) {
			if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
				on_readable(who[i]);
			else if (fds[i].revents & POLLOUT)
				work(who[i]);
		}
		if (fds[0].revents)
			on_connect(lfd);
	}
}

int main(int argc, char **argv)
{
	const char *port_file = NULL, *script = NULL;
	char path[4096];
	bool state = false, early = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--lmtp") == 0)
			lmtp = true;
		else if (strcmp(argv[i], "--keep") == 0)
			keep = true;
		else if (strcmp(argv[i], "--state") == 0)
			state = true;
		else if (strcmp(argv[i], "--early") == 0)
			early = true;
		else if (strcmp(argv[i], "--lean") == 0)
			lean = true;
		else if (strcmp(argv[i], "--deaf") == 0)
			deaf = true;
		else if (strcmp(argv[i], "--chunking") == 0)
			chunking = true;
		else if (i + 1 < argc && strcmp(argv[i], "--port-file") == 0)
			port_file = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "--dir") == 0)
			dir = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "--script") == 0)
			script = argv[++i];
		else
			port_file = dir = NULL, i = argc;
	}
	if (port_file == NULL || dir == NULL) {
		fprintf(stderr, "usage: sink --port-file F --dir D [--script S] [--lmtp] [--keep] "
			"[--state] [--early] [--lean|--chunking|--deaf]\n");
		return 64;
	}
	if (script)
		script_read(script);
	for (size_t i = 0; i < CONNS; i++)
		conns[i].fd = -1;
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	snprintf(path, sizeof(path), "%s/copies", dir);
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0)
		die(path);
	if (early) {
		snprintf(path, sizeof(path), "%s/early", dir);
		early_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
		if (early_fd < 0)
			die(path);
	}
	if (state) {
		snprintf(path, sizeof(path), "%s/state", dir);
		state_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (state_fd < 0)
			die(path);
	}
	serve(listen_at(port_file));
	return 0;
}
