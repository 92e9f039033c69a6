/* SPDX-License-Identifier: Apache-2.0 */
/* See source.h. zlib passes on what is not gzip as it stands. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <zlib.h>

#include "mailer/import/source.h"

#include "server/base/base.h"

#define DEPTH_MAX 16

struct source {
	gzFile gz;
	const char *error;
};

static void file_add(struct arena *a, struct source_list *l, const char *path,
		     const struct stat *st)
{
	if (l->n == l->size) {
		size_t size = l->size ? l->size * 2 : 64;

		l->v = arena_grow(a, l->v, l->size * sizeof(*l->v), size * sizeof(*l->v));
		l->size = size;
	}
	l->v[l->n++] = (struct source_file){ path, st->st_size, (int64_t)st->st_mtime * USEC };
	l->bytes += st->st_size;
}

static int seen_entry(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_bytes(const struct dirent **x, const struct dirent **y)
{
	return strcmp((*x)->d_name, (*y)->d_name);
}

static bool is_maildir(struct arena *a, const char *dir)
{
	struct stat st;

	return stat(arena_fmt(a, "%s/cur", dir), &st) == 0 && S_ISDIR(st.st_mode) &&
	       stat(arena_fmt(a, "%s/new", dir), &st) == 0 && S_ISDIR(st.st_mode);
}

static bool path_add(struct arena *a, struct source_list *l, const char *path, unsigned depth,
		     const char **why_r)
{
	struct dirent **names;
	struct stat st;
	bool ok = true, maildir;
	int n;

	if (stat(path, &st) != 0) {
		*why_r = arena_fmt(a, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISDIR(st.st_mode)) {
		file_add(a, l, path, &st);
		return true;
	}
	n = depth < DEPTH_MAX ? scandir(path, &names, seen_entry, by_bytes) : -1;
	if (n < 0) {
		*why_r = arena_fmt(a, "%s: %s", path,
				   depth < DEPTH_MAX ? strerror(errno) : "folders too deep");
		return false;
	}
	maildir = is_maildir(a, path);
	for (int i = 0; i < n; i++) {
		if (ok && !(maildir && strcmp(names[i]->d_name, "tmp") == 0))
			ok = path_add(a, l, arena_fmt(a, "%s/%s", path, names[i]->d_name),
				      depth + 1, why_r);
		free(names[i]);
	}
	free(names);
	return ok;
}

bool source_add(struct arena *a, struct source_list *l, const char *word, const char **why_r)
{
	return path_add(a, l, word, 0, why_r);
}

struct source *source_open(const struct source_file *f, const char **why_r)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);
	struct source *s = fd >= 0 ? calloc(1, sizeof(*s)) : NULL;

	if (s == NULL) {
		*why_r = strerror(errno);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	s->gz = gzdopen(fd, "rb");
	if (s->gz == NULL)
		exit(EX_TEMPFAIL);
	gzbuffer(s->gz, 256 << 10);
	return s;
}

ssize_t source_read(void *ctx, void *buf, size_t n)
{
	struct source *s = ctx;
	int got = gzread(s->gz, buf, (unsigned)n), err;

	if (got < 0 || (size_t)got < n) {
		const char *text = gzerror(s->gz, &err);

		/* a file that ends inside its packed stream reads short first */
		if (got < 0 || (got == 0 && err == Z_BUF_ERROR)) {
			s->error = err == Z_ERRNO       ? strerror(errno)
				   : err == Z_BUF_ERROR ? "the packed file is cut off"
							: text;
			return -1;
		}
	}
	return got;
}

int64_t source_at(struct source *s)
{
	return gzoffset(s->gz);
}

const char *source_error(struct source *s)
{
	return s->error ? s->error : "reading failed";
}

void source_close(struct source **s)
{
	if (*s != NULL)
		gzclose((*s)->gz);
	free(*s);
	*s = NULL;
}
