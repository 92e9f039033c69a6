/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo.conf: `key = value`, # comments, only what is needed before the
 * database opens. conf_defs[] is the one table: the loader, `cabildo status
 * --conf`, the sample file and the manual page are checked against it.
 */
#ifndef CABILDO_BASE_CONF_H
#define CABILDO_BASE_CONF_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct conf {
	const char *database;            /* libpq connection string without user */
	const char *base_url;            /* https://foro.example, no slash at the end */
	const char *mail_domain;         /* domain of new lists */
	const char *lmtp_listen;         /* HOST:PORT or /path/to/socket */
	const char *policy_listen;       /* the same */
	const char *milter_listen;       /* the same */
	const char *milter_away;         /* accept or tempfail */
	const char *relay;               /* smtp://host:port, or maildir:/path (trial) */
	const char *dns_server;          /* IP[:PORT], or "": the machine's own */
	const char *secret_file;         /* keys: id hex, one a line */
	const char *recipient_delimiter; /* "+" or "-" */
	const char *authserv_id;         /* ours in Authentication-Results, or "" */
	const char *own_hops;            /* "1" to "9": Received lines our own machines write */
	const char *spam_filter;         /* "none", or words of "spamassassin", "rspamd", "ses" */
	const char *remote_user;         /* "off", "known" or "create": who the web server vouches for */
	const char *log_level;
};

struct conf_def {
	const char *key, *dflt, *help;
	size_t at;         /* offset of the const char * in struct conf */
	const char *check; /* pcre-free: "url", "addr", "delim", "level", "relay", "" */
};

extern const struct conf_def conf_defs[];
extern const size_t conf_defs_n;

/* The file's path: --config, else $CABILDO_CONF, else /etc/cabildo/cabildo.conf. */
const char *conf_path(const char *option);
/* On RC_INVALID or RC_NOTFOUND *err_r is one line: file, line, what, what to do. */
enum rc conf_load(struct conf *c_r, struct arena *a, const char *path, const char **err_r) MUST_USE;

#endif
