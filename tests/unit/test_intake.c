/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiver's processes with a toy behind them: it appends what it is given
 * to a file, or dies as the message says. Real sockets, ports of the
 * kernel's choice, short time-outs; waits are for bytes, never for time.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "mailer/intake/server.h"
#include "server/base/base.h"

#define SLOW_CLIENTS 600

struct toy {
	int ready;              /* where the parent says where it listens */
	pid_t pid;
	struct sockaddr_in lmtp, policy;
	struct intake_settings s;
};

static void toy_listening(void *ctx, const char *lmtp, const char *policy)
{
	struct toy *t = ctx;
	char line[300];
	int n = snprintf(line, sizeof(line), "%s %s\n", lmtp, policy);

	if (write(t->ready, line, (size_t)n) != n)
		abort();
	close(t->ready);
}

static void toy_message(void *ctx, const struct envelope *env, struct slice raw,
			struct intake_reply *r)
{
	(void)ctx;
	if (env->crashes < INTAKE_POISON) {
		if (slice_find(raw, SLICE("die-abort")))
			abort();
		if (slice_find(raw, SLICE("die-kill")))
			raise(SIGKILL);
		if (slice_find(raw, SLICE("die-hang")))
			for (volatile unsigned spin = 0;; spin++)
				;
		if (slice_find(raw, SLICE("slow-database"))) {
			intake_parsed(env);
			poll(NULL, 0, 650);
		}
	}
	for (size_t i = 0; i < env->nrecipients; i++)
		intake_reply_set(&r[i], 250, "2.0.0", "pid=%d crashes=%u bytes=%zu", (int)getpid(),
				 env->crashes, raw.n);
}

static void toy_policy(void *ctx, const struct policy_request *q, char *action, size_t size)
{
	(void)ctx;
	snprintf(action, size, "550 5.1.1 %s", q->recipient);
}

static void address(const char *text, struct sockaddr_in *in_r)
{
	int64_t port;
	const char *colon = strchr(text, ':');

	assert_non_null(colon);
	assert_true(slice_i64(slice_trim(slice_of(colon + 1)), 1, 65535, &port));
	*in_r = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void toy_defaults(struct toy *t)
{
	*t = (struct toy){ 0 };
	intake_defaults(&t->s);
	t->s.lmtp_listen = t->s.policy_listen = "127.0.0.1:0";
	t->s.hostname = "foro.example";
	t->s.watchdog_ms = 300;
	t->s.backoff_ms = 1;
	t->s.drain_ms = 3000;
}

static void toy_start(struct toy *t)
{
	char line[300], *space;
	int fd[2];
	ssize_t n;

	assert_int_equal(pipe(fd), 0);
	t->pid = fork();
	if (t->pid == 0) {
		struct intake_hooks hooks = { .ctx = t, .message = toy_message,
					      .policy = toy_policy, .listening = toy_listening };
		struct rlimit none = { 0, 0 };

		prctl(PR_SET_PDEATHSIG, SIGTERM); /* a failed test leaves nothing running */
		setrlimit(RLIMIT_CORE, &none);
		log_init("test", LOG_LV_FAIL, false);
		signal(SIGABRT, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
		close(fd[0]);
		t->ready = fd[1];
		prog_signals();
		_exit(intake_run(&t->s, &hooks));
	}
	close(fd[1]);
	n = read(fd[0], line, sizeof(line) - 1);
	assert_true(n > 0);
	close(fd[0]);
	line[n] = '\0';
	space = strchr(line, ' ');
	assert_non_null(space);
	*space++ = '\0';
	if (line[0] != '/')
		address(line, &t->lmtp);
	address(space, &t->policy);
}

static void toy_stop(struct toy *t)
{
	int status;

	kill(t->pid, SIGTERM);
	assert_int_equal(waitpid(t->pid, &status, 0), t->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int dial(const struct sockaddr_in *to)
{
	struct timeval tv = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof(*to)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return fd;
}

static void say(int fd, const char *z)
{
	assert_int_equal(send(fd, z, strlen(z), MSG_NOSIGNAL), strlen(z));
}

/* One line, byte by byte: nothing is read ahead. False: end or reset. */
static bool hear(int fd, char line[static 600])
{
	size_t n = 0;

	while (n < 599) {
		ssize_t k = recv(fd, line + n, 1, 0);

		if (k < 0)
			assert_int_not_equal(errno, EAGAIN); /* nobody answers: that is a failure */
		if (k <= 0)
			return false;
		if (line[n++] == '\n')
			break;
	}
	line[n] = '\0';
	return true;
}

static bool hear_code(int fd, const char *code, char line[static 600])
{
	do {
		if (!hear(fd, line))
			return false;
	} while (line[3] == '-');
	if (strncmp(line, code, 3) != 0)
		fail_msg("wanted %s, heard %s", code, line);
	return true;
}

/* Greets and goes as far as 354. */
static int begin(const struct sockaddr_in *to)
{
	char line[600];
	int fd = dial(to);

	assert_true(hear_code(fd, "220", line));
	say(fd, "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	assert_true(hear_code(fd, "250", line) && hear_code(fd, "250", line) &&
		    hear_code(fd, "250", line) && hear_code(fd, "354", line));
	return fd;
}

/* Sends body as one message; false where the worker died on it. */
static bool deliver(const struct sockaddr_in *to, const char *body, char line[static 600])
{
	int fd = begin(to);
	bool alive;

	say(fd, body);
	say(fd, "\r\n.\r\n");
	alive = hear_code(fd, "250", line);
	close(fd);
	return alive;
}

static void test_poison(void **state)
{
	struct toy t;
	char line[600];

	(void)state;
	toy_defaults(&t);
	toy_start(&t);
	assert_true(deliver(&t.lmtp, "good", line));
	assert_non_null(strstr(line, "crashes=0"));
	assert_false(deliver(&t.lmtp, "die-abort", line));
	assert_false(deliver(&t.lmtp, "die-abort", line));
	assert_true(deliver(&t.lmtp, "die-abort", line)); /* the third time it is not parsed */
	assert_non_null(strstr(line, "crashes=2"));
	assert_true(deliver(&t.lmtp, "die-abort.", line) == false); /* other bytes count alone */
	/* SIGKILL is nobody's fault, however often */
	for (int i = 0; i < 3; i++)
		assert_false(deliver(&t.lmtp, "die-kill", line));
	toy_stop(&t);
}

static void test_watchdog(void **state)
{
	struct toy t;
	char line[600];

	(void)state;
	toy_defaults(&t);
	toy_start(&t);
	assert_true(deliver(&t.lmtp, "slow-database", line)); /* parsed: the watchdog rests */
	assert_false(deliver(&t.lmtp, "die-hang", line));
	/* the other worker serves while one hangs */
	assert_true(deliver(&t.lmtp, "good", line));
	toy_stop(&t);
}

static void test_slow_clients(void **state)
{
	static int fd[SLOW_CLIENTS];
	static const char hello[] = "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n";
	size_t step = 4; /* bytes at a time */
	struct rlimit rl = { 2048, 2048 };
	struct toy t;
	char line[600];

	(void)state;
	toy_defaults(&t);
	t.s.sessions = 400;
	setrlimit(RLIMIT_NOFILE, &rl);
	toy_start(&t);
	for (size_t i = 0; i < SLOW_CLIENTS; i++)
		fd[i] = dial(&t.lmtp);
	for (size_t i = 0; i < SLOW_CLIENTS; i++)
		assert_true(hear_code(fd[i], "220", line));
	/* all of them half way through; somebody in a hurry is served at once */
	for (size_t k = 0; k < sizeof(hello) - 1; k += step) {
		for (size_t i = 0; i < SLOW_CLIENTS; i++)
			assert_int_equal(send(fd[i], hello + k, step, MSG_NOSIGNAL), step);
		if (k % 16 == 8)
			assert_true(deliver(&t.lmtp, "quick", line));
	}
	for (size_t i = 0; i < SLOW_CLIENTS; i++) {
		assert_true(hear_code(fd[i], "250", line) && hear_code(fd[i], "250", line) &&
			    hear_code(fd[i], "250", line) && hear_code(fd[i], "354", line) &&
			    hear_code(fd[i], "250", line));
		close(fd[i]);
	}
	toy_stop(&t);
}

static void test_full(void **state)
{
	enum { HELD = 18 }; /* 2 workers, 10 sessions each, one of ten kept for policy */
	int fd[HELD], more, policy;
	struct toy t;
	char line[600];

	(void)state;
	toy_defaults(&t);
	t.s.sessions = 10;
	toy_start(&t);
	for (size_t i = 0; i < HELD; i++) {
		fd[i] = dial(&t.lmtp);
		assert_true(hear_code(fd[i], "220", line));
	}
	more = dial(&t.lmtp);
	assert_true(hear_code(more, "421", line));
	assert_false(hear(more, line));
	close(more);
	/* mail is full, policy still answers */
	policy = dial(&t.policy);
	say(policy, "request=smtpd_access_policy\nrecipient=q@w\n\n");
	assert_true(hear(policy, line));
	assert_string_equal(line, "action=550 5.1.1 q@w\n");
	close(policy);
	close(fd[0]);
	/* what it answers next depends on when it sees the end; 220 it must be in the end */
	do {
		more = dial(&t.lmtp);
		assert_true(hear(more, line));
		close(more);
	} while (strncmp(line, "421", 3) == 0);
	assert_int_equal(strncmp(line, "220", 3), 0);
	for (size_t i = 1; i < HELD; i++)
		close(fd[i]);
	toy_stop(&t);
}

static void test_stop_and_reload(void **state)
{
	struct toy t;
	char line[600], after[600];
	int fd, idle, status;

	(void)state;
	toy_defaults(&t);
	t.s.workers = 1;
	toy_start(&t);
	assert_true(deliver(&t.lmtp, "first", line));
	fd = begin(&t.lmtp);
	idle = dial(&t.lmtp);
	assert_true(hear_code(idle, "220", after));
	kill(t.pid, SIGHUP);
	assert_true(hear_code(idle, "421", after)); /* the old worker is leaving */
	close(idle);
	assert_true(deliver(&t.lmtp, "second", after));
	assert_string_not_equal(line, after); /* another process */
	say(fd, "in hand\r\n.\r\n");
	assert_true(hear_code(fd, "250", after)); /* the old one finished */
	assert_int_equal(strncmp(line, after, strcspn(line, " c")), 0);
	assert_true(hear_code(fd, "421", after));
	close(fd);

	fd = begin(&t.lmtp);
	kill(t.pid, SIGTERM);
	say(fd, "in hand\r\n.\r\n");
	assert_true(hear_code(fd, "250", line));
	close(fd);
	assert_int_equal(waitpid(t.pid, &status, 0), t.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_idle(void **state)
{
	struct toy t;
	char line[600];
	int fd;

	(void)state;
	toy_defaults(&t);
	t.s.lmtp_idle_ms = t.s.policy_idle_ms = 100;
	t.s.transaction_ms = 250;
	toy_start(&t);
	fd = dial(&t.lmtp);
	assert_true(hear_code(fd, "220", line));
	assert_true(hear_code(fd, "421", line));
	assert_false(hear(fd, line));
	close(fd);
	fd = dial(&t.policy);
	assert_false(hear(fd, line));
	close(fd);
	/* a byte now and then does not hold a transaction open for ever */
	fd = begin(&t.lmtp);
	for (int i = 0; i < 100 && send(fd, "x", 1, MSG_NOSIGNAL) == 1; i++) {
		struct pollfd p = { fd, POLLIN, 0 };

		if (poll(&p, 1, 30) == 1)
			break;
	}
	assert_true(hear_code(fd, "421", line));
	close(fd);
	toy_stop(&t);
}

static void test_unix_socket(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/intakeXXXXXX", line[600];
	struct stat st;
	struct toy t;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/lmtp", dir);
	for (int i = 0; i < 2; i++) { /* the second time over what a killed run left */
		int fd = socket(AF_UNIX, SOCK_STREAM, 0), status;

		toy_defaults(&t);
		t.s.lmtp_listen = sun.sun_path;
		toy_start(&t);
		assert_int_equal(stat(sun.sun_path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0660);
		assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
		assert_true(hear_code(fd, "220", line));
		if (i == 0) {
			kill(t.pid, SIGKILL);
			waitpid(t.pid, &status, 0);
			assert_true(hear_code(fd, "421", line)); /* workers follow their parent */
			assert_false(hear(fd, line));
		} else {
			toy_stop(&t);
		}
		close(fd);
	}
	assert_int_equal(stat(sun.sun_path, &st), -1);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_poison), cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_slow_clients), cmocka_unit_test(test_full),
		cmocka_unit_test(test_stop_and_reload), cmocka_unit_test(test_idle),
		cmocka_unit_test(test_unix_socket),
	};

	rnd_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
