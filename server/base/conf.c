/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file; conf_defs is the one table of its keys. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "server/base/conf.h"

#include "server/base/base.h"

#define AT(f) offsetof(struct conf, f)

const struct conf_def conf_defs[] = {
	{ "database", "dbname=cabildo", "libpq connection string, without user", AT(database), "" },
	{ "base_url", "", "address of the site, https://foro.example; empty: no links in mails",
	  AT(base_url), "url" },
	{ "mail_domain", "localhost", "domain of the lists' addresses", AT(mail_domain), "domain" },
	{ "lmtp_listen", "127.0.0.1:8024", "where mail comes in: HOST:PORT or /path/to/socket",
	  AT(lmtp_listen), "addr" },
	{ "policy_listen", "127.0.0.1:8025", "where Postfix asks at RCPT: HOST:PORT or /path",
	  AT(policy_listen), "addr" },
	{ "milter_listen", "127.0.0.1:8026", "where the MTA's milter connects: HOST:PORT or /path",
	  AT(milter_listen), "addr" },
	{ "milter_away", "accept", "what it answers while the database is away: accept or tempfail",
	  AT(milter_away), "away" },
	{ "relay", "smtp://127.0.0.1:25", "where mail goes out: smtp://HOST:PORT or maildir:/path",
	  AT(relay), "relay" },
	{ "dns_server", "", "IP or IP:PORT asked for DMARC policies; empty: those of resolv.conf",
	  AT(dns_server), "ip" },
	{ "secret_file", SYSCONFDIR "/cabildo/secret", "keys for tokens and addresses",
	  AT(secret_file), "path" },
	{ "recipient_delimiter", "+", "as Postfix has it: + or -", AT(recipient_delimiter),
	  "delim" },
	{ "authserv_id", "", "our name in Authentication-Results; empty: none is believed",
	  AT(authserv_id), "" },
	{ "own_hops", "1", "Received lines that our own machines write; what is below is not believed",
	  AT(own_hops), "digit" },
	{ "spam_filter", "none", "whose verdict our mail server adds: none, or of spamassassin, rspamd, ses",
	  AT(spam_filter), "filter" },
	{ "remote_user", "off", "whom the web server's REMOTE_USER signs in: off, known or create",
	  AT(remote_user), "remote" },
	{ "log_level", "info", "debug, info, warn or fail", AT(log_level), "level" },
};
const size_t conf_defs_n = ARRAY_LEN(conf_defs);

const char *conf_path(const char *option)
{
	const char *env = getenv("CABILDO_CONF");

	if (option != NULL && *option != '\0')
		return option;
	return env != NULL && *env != '\0' ? env : SYSCONFDIR "/cabildo/cabildo.conf";
}

static bool all_in(struct slice s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && strchr(more, c) == NULL)
			return false;
	}
	return true;
}

static bool filters(struct slice s)
{
	struct slice w;

	if (s.n == 0)
		return false;
	while (s.n > 0) {
		slice_cut(&s, ' ', &w);
		if (!slice_eqz(w, "spamassassin") && !slice_eqz(w, "rspamd") && !slice_eqz(w, "ses"))
			return false;
	}
	return true;
}

/* What is wrong with the value, or NULL. */
static const char *value_check(const char *kind, const char *v)
{
	struct slice s = slice_of(v);
	enum log_level lv;

	if (strcmp(kind, "url") == 0 && s.n > 0 &&
	    ((!slice_starts(s, "http://") && !slice_starts(s, "https://")) || slice_ends(s, "/") ||
	     strpbrk(v, " \"<>\\") != NULL))
		return "expected http(s)://host without a slash at the end";
	if (strcmp(kind, "domain") == 0 && (s.n == 0 || s.n > 190 || !all_in(s, ".-")))
		return "expected a domain in lower case, such as foro.example";
	if (strcmp(kind, "addr") == 0 && v[0] != '/' && strrchr(v, ':') == NULL)
		return "expected HOST:PORT or the absolute path of a socket";
	if (strcmp(kind, "addr") == 0 && v[0] == '/' && s.n > 100)
		return "the path of a socket holds at most 100 bytes";
	if (strcmp(kind, "relay") == 0 && !slice_starts(s, "smtp://") &&
	    !slice_starts(s, "maildir:/") && !slice_eqz(s, "null:"))
		return "expected smtp://HOST:PORT or maildir:/path";
	if (strcmp(kind, "ip") == 0 && s.n > 0 &&
	    (s.n > 60 || strspn(v, "0123456789abcdefABCDEF.:[]") != s.n))
		return "expected the IP address of a server, with :PORT where it is not 53";
	if (strcmp(kind, "remote") == 0 && !slice_eqz(s, "off") && !slice_eqz(s, "known") &&
	    !slice_eqz(s, "create"))
		return "expected off, known or create";
	if (strcmp(kind, "away") == 0 && !slice_eqz(s, "accept") && !slice_eqz(s, "tempfail"))
		return "expected accept or tempfail";
	if (strcmp(kind, "path") == 0 && v[0] != '/')
		return "expected an absolute path";
	if (strcmp(kind, "delim") == 0 && !slice_eqz(s, "+") && !slice_eqz(s, "-"))
		return "expected + or -";
	if (strcmp(kind, "digit") == 0 && (s.n != 1 || v[0] < '1' || v[0] > '9'))
		return "expected a number from 1 to 9";
	if (strcmp(kind, "filter") == 0 && !slice_eqz(s, "none") && !filters(s))
		return "expected none, or of spamassassin, rspamd and ses those that write";
	if (strcmp(kind, "level") == 0 && !log_level_parse(v, &lv))
		return "expected debug, info, warn or fail";
	return NULL;
}

static enum rc line_read(struct conf *c, struct arena *a, const char *path, unsigned no,
			 struct slice line, const char **err_r)
{
	struct slice key;
	const char *wrong;

	line = slice_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return RC_OK;
	if (!slice_cut(&line, '=', &key)) {
		*err_r = arena_fmt(a, "%s:%u: expected `key = value`", path, no);
		return RC_INVALID;
	}
	key = slice_trim(key);
	for (size_t i = 0; i < conf_defs_n; i++) {
		const char **at = (const char **)((char *)c + conf_defs[i].at);
		const char *v;

		if (!slice_eqz(key, conf_defs[i].key))
			continue;
		v = slice_dup(a, slice_trim(line));
		wrong = value_check(conf_defs[i].check, v);
		if (wrong != NULL) {
			*err_r = arena_fmt(a, "%s:%u: %s: %s", path, no, conf_defs[i].key, wrong);
			return RC_INVALID;
		}
		*at = v;
		return RC_OK;
	}
	*err_r = arena_fmt(a, "%s:%u: no setting is called \"%.*s\"; cabildo.conf(5) lists them",
			   path, no, (int)(key.n > 60 ? 60 : key.n), key.p);
	return RC_INVALID;
}

enum rc conf_load(struct conf *c_r, struct arena *a, const char *path, const char **err_r)
{
	struct slice rest, line;
	struct str text;
	char buf[4096];
	ssize_t n;
	unsigned no = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < conf_defs_n; i++)
		*(const char **)((char *)c_r + conf_defs[i].at) = conf_defs[i].dflt;
	if (fd < 0) {
		*err_r = arena_fmt(a, "%s: %s", path, strerror(errno));
		return RC_NOTFOUND;
	}
	str_init(&text, a, 65536);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_add(&text, buf, (size_t)n);
	close(fd);
	if (n < 0 || text.over) {
		*err_r = arena_fmt(a, "%s: %s", path, n < 0 ? strerror(errno) : "over 64 kB");
		return RC_INVALID;
	}
	rest = str_slice(&text);
	while (slice_line(&rest, &line)) {
		enum rc rc = line_read(c_r, a, path, ++no, line, err_r);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
