/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of mailboxes; see sql/mailbox.sql. */
#ifndef CABILDO_STORE_MAILBOX_H
#define CABILDO_STORE_MAILBOX_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;
struct mailbox_row {
	int64_t id;
	const char *list, *domain;
	const char *protocol; /* imap, pop3 */
	const char *host;
	int64_t port;
	const char *tls; /* tls, starttls, none */
	const char *login, *folder;
	const char *move_to;     /* "": deleted there */
	const char *auth;        /* password, oauth2 */
	const char *secret;      /* sealed; "" where secret_path names a file */
	const char *secret_path, *ca_path;
	bool paused;
	int64_t fetched;
	int64_t ok_at, failed_at; /* microseconds; 0: never */
	const char *failure;      /* the last, "" where it went well since */
};

/* id 0: all of them. */
enum rc mailboxes_read(struct db *db, struct arena *a, int64_t id, struct mailbox_row **r,
		       size_t *n_r) MUST_USE;
enum rc mailbox_ok_write(struct db *db, int64_t id, int64_t fetched, const char *note) MUST_USE;
enum rc mailbox_failed_write(struct db *db, int64_t id, const char *why) MUST_USE;
/* RC_NOTFOUND: no such list; RC_CONFLICT: that mailbox is there. */
enum rc mailbox_write(struct db *db, struct arena *a, const struct mailbox_row *m, int64_t *id_r,
		      int64_t *list_r) MUST_USE;
enum rc mailbox_delete(struct db *db, struct arena *a, int64_t id, int64_t *list_r) MUST_USE;
enum rc mailbox_pause_write(struct db *db, struct arena *a, int64_t id, bool paused,
			    int64_t *list_r) MUST_USE;

#endif
