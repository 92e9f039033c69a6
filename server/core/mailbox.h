/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mailboxes at a provider, of groups that have no MTA of their own: what
 * cabildo-fetch reads and the administrator sets. Passwords are sealed with
 * the site's key; neither a page nor a listing shows them.
 */
#ifndef CABILDO_CORE_MAILBOX_H
#define CABILDO_CORE_MAILBOX_H

#include "server/core/unit.h"
#include "server/store/mailbox.h"

struct mailbox_new {
	const char *list;
	const char *url;         /* imaps://USER@HOST[:PORT][/FOLDER], imap:// (STARTTLS), pop3s://, pop3:// */
	const char *move_to;     /* folder; NULL: deleted once committed */
	const char *auth;        /* NULL: password */
	const char *secret;      /* in the clear; or NULL and */
	const char *secret_path; /* an absolute path */
	const char *ca_path;     /* NULL: the system's certificates */
	bool plain;              /* no TLS: to a loopback address alone */
};
/* Fills protocol, host, port, tls, login, folder of m_r; *why_r says in one
 * English sentence what is wrong (RC_INVALID). Pure. */
enum rc mailbox_url(struct arena *a, const char *url, bool plain, struct mailbox_row *m_r,
		    const char **why_r) MUST_USE;
/* In a transaction. RC_INVALID with *why_r; RC_NOTFOUND no such list; RC_CONFLICT it is there. */
enum rc mailbox_create(struct unit *u, const struct mailbox_new *n, int64_t *id_r,
		       const char **why_r) MUST_USE;
enum rc mailbox_remove(struct unit *u, int64_t id) MUST_USE;
enum rc mailbox_pause(struct unit *u, int64_t id, bool paused) MUST_USE;
enum rc mailboxes_all(struct unit *u, struct mailbox_row **r, size_t *n_r) MUST_USE;

/* For cabildo-fetch. The secret in the clear: from the row, or the file's first line. */
enum rc mailbox_load(struct unit *u, int64_t id, struct mailbox_row *r) MUST_USE;
enum rc mailbox_secret(struct unit *u, const struct mailbox_row *m, char **secret_r,
		       const char **why_r) MUST_USE;
/* How it went; each its own transaction. note: "" or what needs a person's look. */
enum rc mailbox_went_well(struct unit *u, int64_t id, int64_t fetched, const char *note) MUST_USE;
enum rc mailbox_went_wrong(struct unit *u, int64_t id, const char *why) MUST_USE;

#endif
