/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process model and FastCGI together: a real parent with real workers on
 * a Unix socket, asked by a small FastCGI client. Reload and crash are done
 * while requests come in; every request but the crashing one is answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/serve_mem.h"
#include "web/serve/crowd.h"
#include "web/serve/listen.h"

#include "server/base/base.h"

static enum rc who_am_i(struct req *r, struct resp *p, void *ctx UNUSED)
{
	if (r->nseg && strcmp(r->seg[0], "crash") == 0)
		_exit(3);
	if (r->nseg && strcmp(r->seg[0], "slow") == 0)
		poll(NULL, 0, 200);
	str_fmt(&p->body, "%d", (int)getpid());
	return RC_OK;
}

static int work(int fd, void *ctx UNUSED)
{
	struct serve *sv = serve_new(&(struct serve_opt){ .handler = who_am_i });
	int code = serve_fcgi(sv, fd, 0, 10);

	serve_free(&sv);
	return code;
}

/* One FastCGI record: version 1, request 1, no padding. */
static void record(struct str *s, int type, const char *p, size_t n)
{
	char h[8] = { 1, (char)type, 0, 1, (char)(n >> 8), (char)n, 0, 0 };

	str_add(s, h, 8);
	str_add(s, p, n);
}

static void pair(struct str *s, const char *name, const char *value)
{
	str_addc(s, (char)strlen(name));
	str_addc(s, (char)strlen(value));
	str_addz(s, name);
	str_addz(s, value);
}

static int fcgi_connect(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void fcgi_send(int fd, const char *uri)
{
	struct str s, params;

	str_init(&s, a, 10000);
	str_init(&params, a, 10000);
	pair(&params, "REQUEST_METHOD", "GET");
	pair(&params, "REQUEST_URI", uri);
	record(&s, 1, "\0\1\0\0\0\0\0\0", 8);
	record(&s, 4, params.p, params.n);
	record(&s, 4, "", 0);
	record(&s, 5, "", 0);
	assert_int_equal(write(fd, s.p, s.n), s.n);
}

/* The pid in the answer, 0 where none came. */
static int fcgi_answer(int fd)
{
	char buf[8192];
	size_t n = 0;
	ssize_t got;
	const char *at;

	while (n < sizeof(buf) - 1 && (got = read(fd, buf + n, sizeof(buf) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	at = slice_find(slice_make(buf, n), SLICE("\r\n\r\n"));
	buf[n] = '\0';
	return at ? (int)strtol(at + 4, NULL, 10) : 0;
}

static int ask(const char *path, const char *uri)
{
	int fd = fcgi_connect(path);

	assert_true(fd >= 0);
	fcgi_send(fd, uri);
	return fcgi_answer(fd);
}

static pid_t parent_start(const char *path)
{
	const struct listen_opt o = { .addr = path, .workers = 2, .grace = 5, .worker = work };
	pid_t pid = fork();
	int fd = -1;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(listen_run(&o));
	for (int i = 0; i < 500 && (fd = fcgi_connect(path)) < 0; i++)
		poll(NULL, 0, 10);
	assert_true(fd >= 0);
	close(fd);
	return pid;
}

static void reload_and_crash(void **state UNUSED)
{
	char dir[] = "/tmp/cabildo-listen-XXXXXX";
	const char *path;
	pid_t parent;
	int before, slow, how, changed = 0;

	assert_non_null(mkdtemp(dir));
	path = arena_fmt(a, "%s/s", dir);
	parent = parent_start(path);
	before = ask(path, "/");
	assert_true(before > 0 && before != parent);
	/* one worker has a request in hand while all are replaced */
	slow = fcgi_connect(path);
	fcgi_send(slow, "/slow");
	assert_int_equal(kill(parent, SIGHUP), 0);
	for (int i = 0; i < 200; i++) {
		int pid = ask(path, "/");

		assert_true(pid > 0);
		changed += pid != before;
	}
	assert_true(fcgi_answer(slow) > 0);
	for (int i = 0; i < 100 && kill(before, 0) == 0; i++)
		poll(NULL, 0, 20);
	assert_int_equal(kill(before, 0), -1);
	assert_true(changed > 0);
	assert_int_equal(ask(path, "/crash"), 0);
	assert_int_equal(ask(path, "/crash"), 0);
	assert_true(ask(path, "/") > 0);
	/* the end waits for the request in hand */
	slow = fcgi_connect(path);
	fcgi_send(slow, "/slow");
	poll(NULL, 0, 50);
	assert_int_equal(kill(parent, SIGTERM), 0);
	assert_true(fcgi_answer(slow) > 0);
	assert_int_equal(waitpid(parent, &how, 0), parent);
	assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
	assert_int_equal(access(path, F_OK), -1);
	rmdir(dir);
}

static void listen_unix(void **state UNUSED)
{
	char dir[] = "/tmp/cabildo-serve-XXXXXX";
	const char *path;
	struct stat st;
	int fd, again;

	assert_non_null(mkdtemp(dir));
	path = arena_fmt(a, "%s/s", dir);
	assert_int_equal(listen_open(path, &fd), RC_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	/* taken while it listens; taken over once its program has ended */
	assert_int_equal(listen_open(path, &again), RC_CONFLICT);
	close(fd);
	assert_int_equal(listen_open(path, &fd), RC_OK);
	close(fd);
	unlink(path);
	rmdir(dir);
	assert_int_equal(listen_open("127.0.0.1:0", &fd), RC_OK);
	close(fd);
	assert_int_equal(listen_open("nonsense", &fd), RC_INVALID);
}

#define MS INT64_C(1000)

/* So many wait, looked at every 50 ms from *t on for so long. */
static void wait_so(struct crowd *c, int64_t *t, int64_t ms, int64_t waiting)
{
	for (int64_t end = *t + ms * MS; *t < end; *t += 50 * MS)
		crowd_look_at(c, *t, waiting, 2);
}

static unsigned late_of(struct crowd *c, int64_t t, unsigned n)
{
	unsigned late = 0;

	while (n-- > 0)
		late += crowd_late_at(c, t);
	return late;
}

static void crowd_rules(void **state UNUSED)
{
	struct crowd *c = crowd_open();
	int64_t t = USEC;

	assert_non_null(c);
	assert_false(crowd_late(NULL));
	assert_false(crowd_late_at(c, t)); /* nobody has looked yet */
	/* as many as usual wait for long: slow, and no crowd */
	wait_so(c, &t, 20000, CROWD_EACH * 2);
	assert_int_equal(late_of(c, t, CROWD_EACH * 2), 0);
	/* many at once, served within a second */
	wait_so(c, &t, 0, 0);
	crowd_look_at(c, t, 0, 2);
	wait_so(c, &t, 900, 300);
	assert_int_equal(late_of(c, t, 300), 0);
	crowd_look_at(c, t, 0, 2);
	/* a crowd that lasts: those who waited are late, but the last few; who comes now is not */
	wait_so(c, &t, 1500, 300);
	crowd_look_at(c, t, 400, 2);
	assert_int_equal(late_of(c, t + MS, 400), 300);
	/* and nobody, once they are few */
	crowd_look_at(c, t + 2 * MS, 10, 2);
	assert_int_equal(late_of(c, t + 3 * MS, 10), 0);
	/* half a minute is too long for anybody */
	t += 10 * MS;
	wait_so(c, &t, 31000, 3);
	assert_int_equal(late_of(c, t, 3), 3);
	/* a parent that stands still knows nothing */
	wait_so(c, &t, 5000, 300);
	assert_false(crowd_late_at(c, t + 3 * USEC));
	crowd_close(&c);
	assert_null(c);
}

/* The kernel's number, of both kinds of sockets. */
static void crowd_kernel(void **state UNUSED)
{
	char dir[] = "/tmp/cabildo-crowd-XXXXXX";
	const char *path;
	struct crowd *c = crowd_open();
	int fd, in[3];

	assert_non_null(mkdtemp(dir));
	path = arena_fmt(a, "%s/s", dir);
	assert_int_equal(listen_open(path, &fd), RC_OK);
	for (int i = 0; i < 3; i++)
		assert_true((in[i] = fcgi_connect(path)) >= 0);
	/* looks again sooner where somebody waits: so it saw them */
	assert_int_equal(crowd_look(c, fd, 1), 50);
	for (int i = 0; i < 3; i++) {
		close(accept(fd, NULL, NULL));
		close(in[i]);
	}
	assert_int_equal(crowd_look(c, fd, 1), 250);
	close(fd);
	unlink(path);
	rmdir(dir);
	assert_int_equal(listen_open("127.0.0.1:0", &fd), RC_OK);
	assert_int_equal(crowd_waiting(fd, -1), 0);
	close(fd);
	crowd_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crowd_rules), cmocka_unit_test(crowd_kernel),
		cmocka_unit_test(listen_unix),
		cmocka_unit_test(reload_and_crash),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
