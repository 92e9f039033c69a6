/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Maildir per recipient, for trials without an MTA: what a member would have
 * received lies in ROOT/address/new. A copy is reported OK when its bytes and
 * its name are on the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/deliver/driver.h"

#include "server/base/base.h"

static enum rc maildir_open(struct transport *t, const char **err_r)
{
	if (mkdir(t->root, 0700) != 0 && errno != EEXIST) {
		*err_r = arena_fmt(t->arena, "relay: %s: %s", t->root, strerror(errno));
		return RC_INVALID;
	}
	t->state = ARENA_NEW(t->arena, unsigned);
	return RC_OK;
}

static bool write_all(int fd, struct slice s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s.p += n;
		s.n -= (size_t)n;
	}
	return true;
}

static bool dir_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* The address as a folder name: lower case, "/" and a first "." cannot lead elsewhere. */
static char *box_path(struct arena *a, const char *root, const char *addr)
{
	char *p = slice_lower(a, slice_of(addr));

	for (char *c = p; *c; c++)
		if (*c == '/')
			*c = '_';
	if (*p == '.')
		*p = '_';
	return arena_fmt(a, "%s/%s", root, p);
}

static bool box_make(struct arena *a, const char *box)
{
	static const char *const sub[] = { "", "/tmp", "/new", "/cur" };
	bool fresh = false;

	for (size_t i = 0; i < ARRAY_LEN(sub); i++) {
		if (mkdir(arena_fmt(a, "%s%s", box, sub[i]), 0700) == 0)
			fresh = true;
		else if (errno != EEXIST)
			return false;
	}
	return !fresh || dir_sync(box);
}

static bool box_add(struct transport *t, struct arena *a, const char *addr,
		    const struct transport_msg *m)
{
	unsigned *counter = t->state;
	char *box = box_path(a, t->root, addr), *tmp, *final, *name, *top;
	int64_t now = clock_now();
	unsigned char r[6];
	bool ok;
	int fd, err;

	if (!box_make(a, box))
		return false;
	rnd_bytes(r, sizeof(r));
	name = arena_fmt(a, "%lld.M%06lldP%ldQ%uR%s.%s", (long long)(now / USEC),
			 (long long)(now % USEC), (long)getpid(), ++*counter,
			 hex_encode(a, r, sizeof(r)), "cabildo");
	tmp = arena_fmt(a, "%s/tmp/%s", box, name);
	final = arena_fmt(a, "%s/new/%s", box, name);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	top = arena_fmt(a, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", m->from, addr);
	ok = write_all(fd, slice_of(top));
	for (size_t i = 0; ok && i < TRANSPORT_PIECES; i++)
		ok = write_all(fd, m->piece[i]);
	ok = ok && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	/* link, not rename: it cannot replace a message that is there */
	ok = ok && link(tmp, final) == 0;
	err = errno;
	unlink(tmp);
	errno = err;                    /* what the caller reports */
	return ok && dir_sync(arena_fmt(a, "%s/new", box));
}

static enum rc maildir_send(struct transport *t, const struct transport_calls *calls)
{
	struct arena *a = arena_new((size_t)1 << 20);
	struct arena_mark start = arena_mark(a);
	struct transport_result results[TRANSPORT_TO_MAX];
	bool skip[TRANSPORT_TO_MAX];
	struct transport_msg m;

	while (take_next(calls, &m, results, skip)) {
		for (size_t i = 0; i < m.nto; i++) {
			if (skip[i])
				continue;
			if (box_add(t, a, m.to[i], &m))
				result_set(&results[i], TRANSPORT_OK, 250, "2.0.0", "in the Maildir");
			else
				result_set(&results[i], TRANSPORT_TEMP, 0, "4.3.0", strerror(errno));
			arena_rewind(a, start);
		}
		if (!calls->done(&m, results, calls->ctx))
			break;
	}
	arena_free(&a);
	return RC_OK;
}

const struct transport_kind transport_maildir = { maildir_open, maildir_send, NULL };
