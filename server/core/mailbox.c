/* SPDX-License-Identifier: Apache-2.0 */
/* See mailbox.h. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "server/core/audit.h"
#include "server/core/mailbox.h"
#include "server/db/db.h"

#include "server/base/base.h"

#define PURPOSE    "mailbox"
#define SECRET_MAX 16384 /* OAuth2 tokens are long */

static const struct scheme {
	const char *name, *protocol, *tls;
	int64_t port;
} schemes[] = {
	{ "imaps", "imap", "tls", 993 },
	{ "imap", "imap", "starttls", 143 },
	{ "pop3s", "pop3", "tls", 995 },
	{ "pop3", "pop3", "starttls", 110 },
};

static enum rc wrong(const char **why_r, const char *why)
{
	*why_r = why;
	return RC_INVALID;
}

static bool clean(struct slice s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
			return false;
	return s.n > 0 && s.n <= max;
}

static bool is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       strncmp(host, "127.", 4) == 0;
}

/* HOST, HOST:PORT, [v6], [v6]:PORT */
static enum rc host_read(struct arena *a, struct slice s, struct mailbox_row *m, const char **why_r)
{
	struct slice host = s, port = { "", 0 };

	if (s.n > 0 && s.p[0] == '[') {
		const char *end = memchr(s.p, ']', s.n);

		if (end == NULL)
			return wrong(why_r, "the ] after the address is missing");
		host = slice_make(s.p + 1, (size_t)(end - s.p) - 1);
		port = slice_make(end + 1, s.n - host.n - 2);
	} else {
		const char *colon = memchr(s.p, ':', s.n);

		if (colon != NULL) {
			host.n = (size_t)(colon - s.p);
			port = slice_make(colon, s.n - host.n);
		}
	}
	for (size_t i = 0; i < host.n; i++)
		if (strchr("/@ \"'<>\\", host.p[i]) != NULL)
			return wrong(why_r, "the host name has a character that none has");
	if (!clean(host, 253))
		return wrong(why_r, "there is no host name");
	m->host = slice_lower(a, host);
	if (port.n == 0)
		return RC_OK;
	if (port.p[0] != ':' || !slice_i64(slice_make(port.p + 1, port.n - 1), 1, 65535, &m->port))
		return wrong(why_r, "the port is no number from 1 to 65535");
	return RC_OK;
}

enum rc mailbox_url(struct arena *a, const char *url, bool plain, struct mailbox_row *m_r,
		    const char **why_r)
{
	const char *rest = strstr(url, "://"), *at, *slash;
	const struct scheme *s = NULL;
	enum rc rc;

	*m_r = (struct mailbox_row){ .folder = "INBOX" };
	for (size_t i = 0; rest != NULL && i < ARRAY_LEN(schemes); i++)
		if (slice_eqz(slice_make(url, (size_t)(rest - url)), schemes[i].name))
			s = &schemes[i];
	if (s == NULL)
		return wrong(why_r, "expected imaps://, imap://, pop3s:// or pop3:// and USER@HOST");
	rest += 3;
	/* a login is often an address: the last @ before the folder parts */
	slash = strchr(rest, '/');
	at = memrchr(rest, '@', slash ? (size_t)(slash - rest) : strlen(rest));
	if (at == NULL || at == rest)
		return wrong(why_r, "the user is missing: USER@HOST");
	m_r->protocol = s->protocol;
	m_r->tls = s->tls;
	m_r->port = s->port;
	m_r->login = arena_strndup(a, rest, (size_t)(at - rest));
	if (!clean(slice_of(m_r->login), 254))
		return wrong(why_r, "the user has a character that none has");
	rc = host_read(a, slice_make(at + 1, slash ? (size_t)(slash - at) - 1 : strlen(at + 1)), m_r,
		       why_r);
	if (rc != RC_OK)
		return rc;
	if (plain && strcmp(s->tls, "starttls") == 0)
		m_r->tls = "none";
	if (strcmp(m_r->tls, "none") == 0 && !is_loopback(m_r->host))
		return wrong(why_r, "without TLS only a loopback address is allowed");
	if (slash != NULL && slash[1] != '\0') {
		if (strcmp(s->protocol, "pop3") == 0)
			return wrong(why_r, "POP3 knows no folders");
		m_r->folder = arena_strdup(a, slash + 1);
		if (!clean(slice_of(m_r->folder), 200))
			return wrong(why_r, "the folder's name has a control character or is too long");
	}
	return RC_OK;
}

static enum rc new_check(const struct mailbox_new *n, const struct mailbox_row *m,
			 const char **why_r)
{
	if (n->auth != NULL && strcmp(n->auth, "password") != 0 && strcmp(n->auth, "oauth2") != 0)
		return wrong(why_r, "--auth is password or oauth2");
	if (n->auth != NULL && strcmp(n->auth, "oauth2") == 0 && strcmp(m->protocol, "pop3") == 0)
		return wrong(why_r, "OAuth2 works with IMAP alone");
	if (n->move_to != NULL && strcmp(m->protocol, "pop3") == 0)
		return wrong(why_r, "POP3 cannot move messages, only delete them");
	if (n->move_to != NULL &&
	    (!clean(slice_of(n->move_to), 200) || strcmp(n->move_to, m->folder) == 0))
		return wrong(why_r, "--move-to names another folder than the one that is read");
	if ((n->secret_path != NULL && n->secret_path[0] != '/') ||
	    (n->ca_path != NULL && n->ca_path[0] != '/'))
		return wrong(why_r, "a file is named by its absolute path");
	if (n->secret_path == NULL &&
	    (n->secret == NULL || !clean(slice_of(n->secret), SECRET_MAX)))
		return wrong(why_r, "the password is missing, or has a control character");
	return RC_OK;
}

enum rc mailbox_create(struct unit *u, const struct mailbox_new *n, int64_t *id_r,
		       const char **why_r)
{
	struct mailbox_row m;
	int64_t list;
	enum rc rc = mailbox_url(u->arena, n->url, n->plain, &m, why_r);

	if (rc == RC_OK)
		rc = new_check(n, &m, why_r);
	if (rc != RC_OK)
		return rc;
	m.list = n->list;
	m.move_to = n->move_to ? n->move_to : "";
	m.auth = n->auth ? n->auth : "password";
	m.secret_path = n->secret_path ? n->secret_path : "";
	m.ca_path = n->ca_path ? n->ca_path : "";
	m.secret = n->secret_path ? ""
				  : secret_seal(u->keys, u->arena, PURPOSE, slice_of(n->secret));
	rc = mailbox_write(u->db, u->arena, &m, id_r, &list);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "mailbox.create",
					       .list = list,
					       .after = n->url });
}

enum rc mailbox_remove(struct unit *u, int64_t id)
{
	struct mailbox_row m;
	int64_t list;
	enum rc rc = mailbox_load(u, id, &m);

	if (rc == RC_OK)
		rc = mailbox_delete(u->db, u->arena, id, &list);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "mailbox.remove",
					       .list = list,
					       .before = arena_fmt(u->arena, "%s@%s", m.login,
								   m.host) });
}

enum rc mailbox_pause(struct unit *u, int64_t id, bool paused)
{
	int64_t list;
	enum rc rc = mailbox_pause_write(u->db, u->arena, id, paused, &list);

	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = paused ? "mailbox.pause" : "mailbox.resume",
					       .list = list,
					       .after = arena_fmt(u->arena, "%lld",
								  (long long)id) });
}

enum rc mailboxes_all(struct unit *u, struct mailbox_row **r, size_t *n_r)
{
	return mailboxes_read(u->db, u->arena, 0, r, n_r);
}

enum rc mailbox_load(struct unit *u, int64_t id, struct mailbox_row *r)
{
	struct mailbox_row *rows;
	size_t n;
	enum rc rc = mailboxes_read(u->db, u->arena, id, &rows, &n);

	if (rc != RC_OK)
		return rc;
	if (n == 0)
		return RC_NOTFOUND;
	*r = rows[0];
	return RC_OK;
}

enum rc mailbox_secret(struct unit *u, const struct mailbox_row *m, char **secret_r,
		       const char **why_r)
{
	struct slice all, line;
	char *buf;
	ssize_t n;
	int fd;

	if (*m->secret_path == '\0') {
		*why_r = "the stored password opens with none of the site's keys: set it again";
		return secret_open(u->keys, u->arena, PURPOSE, m->secret, secret_r);
	}
	fd = open(m->secret_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		*why_r = arena_fmt(u->arena, "%s: %s", m->secret_path, strerror(errno));
		return RC_INVALID;
	}
	buf = arena_alloc(u->arena, SECRET_MAX);
	n = read(fd, buf, SECRET_MAX);
	close(fd);
	all = slice_make(buf, n > 0 ? (size_t)n : 0);
	if (n <= 0 || !slice_line(&all, &line) || !clean(line, SECRET_MAX - 1)) {
		*why_r = arena_fmt(u->arena, "%s: its first line is no password or token",
				   m->secret_path);
		return RC_INVALID;
	}
	*secret_r = slice_dup(u->arena, line);
	return RC_OK;
}

enum rc mailbox_went_well(struct unit *u, int64_t id, int64_t fetched, const char *note)
{
	return mailbox_ok_write(u->db, id, fetched, note);
}

enum rc mailbox_went_wrong(struct unit *u, int64_t id, const char *why)
{
	return mailbox_failed_write(u->db, id, why);
}
