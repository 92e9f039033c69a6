/* SPDX-License-Identifier: Apache-2.0 */
/* See bundle.h. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "web/serve/bundle.h"

#include "server/base/base.h"

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
	b->fd = nameless();
	b->a = b->fd < 0 ? NULL : archive_write_new();
	if (b->a != NULL && archive_write_set_format_zip(b->a) == ARCHIVE_OK &&
	    archive_write_set_options(b->a, "zip:hdrcharset=UTF-8") != ARCHIVE_FATAL &&
	    archive_write_open_fd(b->a, b->fd) == ARCHIVE_OK)
		return RC_OK;
	bundle_drop(b_r);
	return RC_TEMPFAIL;
}

static enum rc told(struct bundle *b, long r)
{
	if (r >= ARCHIVE_WARN)
		return RC_OK;
	log_fail("event=bundle error=%s", log_q(archive_error_string(b->a)));
	return RC_TEMPFAIL;
}

enum rc bundle_file(struct bundle *b, const char *name, int64_t at)
{
	struct archive_entry *e = archive_entry_new();
	enum rc rc;

	if (e == NULL)
		return RC_TEMPFAIL;
	archive_entry_set_pathname_utf8(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_mtime(e, (time_t)(at / USEC), 0);
	archive_entry_unset_size(e); /* it stands behind the file */
	rc = told(b, archive_write_header(b->a, e));
	archive_entry_free(e);
	return rc;
}

enum rc bundle_bytes(struct bundle *b, struct slice s)
{
	return s.n == 0 ? RC_OK : told(b, (long)archive_write_data(b->a, s.p, s.n));
}

enum rc bundle_close(struct bundle **b, int *fd_r, int64_t *size_r)
{
	enum rc rc = told(*b, archive_write_close((*b)->a));

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
		archive_write_free((*b)->a);
	if ((*b)->fd >= 0)
		close((*b)->fd);
	free(*b);
	*b = NULL;
}
