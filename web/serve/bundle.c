/* SPDX-License-Identifier: Apache-2.0 */
/* See bundle.h. */
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "web/serve/bundle.h"

#include "config.h"

#include "server/base/base.h"

/*
 * libarchive is loaded when somebody asks for such a file: it brings eleven others along, and a page that is
 * drawn as CGI would load all of them each time (an eighth of what such a page costs).
 */
#define CALLS(X) \
	X(entry_free) \
	X(entry_new) \
	X(entry_set_filetype) \
	X(entry_set_mtime) \
	X(entry_set_pathname_utf8) \
	X(entry_set_perm) \
	X(entry_unset_size) \
	X(error_string) \
	X(write_close) \
	X(write_data) \
	X(write_free) \
	X(write_header) \
	X(write_new) \
	X(write_open_fd) \
	X(write_set_format_zip) \
	X(write_set_options)

#define X(call) __typeof__(&archive_##call) call;
static struct {
	CALLS(X)
} zip;
#undef X

static bool zip_load(void)
{
	static bool loaded;
	void *so = loaded ? NULL : dlopen(ARCHIVE_SO, RTLD_NOW | RTLD_LOCAL);
	bool all = so != NULL;
	const char *why;

	if (loaded)
		return true;
#define X(call) all = all && (*(void **)&zip.call = dlsym(so, "archive_" #call)) != NULL;
	CALLS(X)
#undef X
	why = all ? "" : dlerror();
	if (!all)
		log_fail("event=bundle error=%s todo=\"install libarchive\"", log_q(why ? why : ""));
	return loaded = all;
}

struct bundle {
	struct archive *a;
	int fd;
};

static int nameless(void)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (dir == NULL || *dir == '\0')
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		log_fail("event=bundle dir=%s errno=%d", log_q(dir), errno);
	return fd;
}

enum rc bundle_open(struct bundle **b_r)
{
	struct bundle *b = calloc(1, sizeof(*b));

	*b_r = b;
	if (b == NULL)
		return RC_TEMPFAIL;
	b->fd = zip_load() ? nameless() : -1;
	b->a = b->fd < 0 ? NULL : zip.write_new();
	if (b->a != NULL && zip.write_set_format_zip(b->a) == ARCHIVE_OK &&
	    zip.write_set_options(b->a, "zip:hdrcharset=UTF-8") != ARCHIVE_FATAL &&
	    zip.write_open_fd(b->a, b->fd) == ARCHIVE_OK)
		return RC_OK;
	bundle_drop(b_r);
	return RC_TEMPFAIL;
}

static enum rc told(struct bundle *b, long r)
{
	if (r >= ARCHIVE_WARN)
		return RC_OK;
	log_fail("event=bundle error=%s", log_q(zip.error_string(b->a)));
	return RC_TEMPFAIL;
}

enum rc bundle_file(struct bundle *b, const char *name, int64_t at)
{
	struct archive_entry *e = zip.entry_new();
	enum rc rc;

	if (e == NULL)
		return RC_TEMPFAIL;
	zip.entry_set_pathname_utf8(e, name);
	zip.entry_set_filetype(e, AE_IFREG);
	zip.entry_set_perm(e, 0600);
	zip.entry_set_mtime(e, (time_t)(at / USEC), 0);
	zip.entry_unset_size(e); /* it stands behind the file */
	rc = told(b, zip.write_header(b->a, e));
	zip.entry_free(e);
	return rc;
}

enum rc bundle_bytes(struct bundle *b, struct slice s)
{
	return s.n == 0 ? RC_OK : told(b, (long)zip.write_data(b->a, s.p, s.n));
}

enum rc bundle_close(struct bundle **b, int *fd_r, int64_t *size_r)
{
	enum rc rc = told(*b, zip.write_close((*b)->a));

	*size_r = lseek((*b)->fd, 0, SEEK_END);
	if (rc == RC_OK && (*size_r < 0 || lseek((*b)->fd, 0, SEEK_SET) < 0))
		rc = RC_TEMPFAIL;
	if (rc == RC_OK) {
		*fd_r = (*b)->fd;
		(*b)->fd = -1;
	}
	bundle_drop(b);
	return rc;
}

void bundle_drop(struct bundle **b)
{
	if (*b == NULL)
		return;
	if ((*b)->a != NULL)
		zip.write_free((*b)->a);
	if ((*b)->fd >= 0)
		close((*b)->fd);
	free(*b);
	*b = NULL;
}
