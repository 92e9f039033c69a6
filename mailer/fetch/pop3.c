/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POP3 (RFC 1939) with STLS (2595). What is marked with DELE goes at QUIT; a
 * connection that breaks before it leaves the messages there, and the next
 * round finds that they are known.
 */
#include <libetpan/libetpan.h>

#include "mailer/fetch/fetch.h"
#include "mailer/fetch/stream.h"
#include "mailer/fetch/verify.h"
#include "server/base/prog.h"

#include "server/base/base.h"

static enum rc later(struct fetch *f, mailpop3 *s, const char *what, int err)
{
	if (err == MAILPOP3_ERROR_STREAM)
		fetch_why(f, "%s: the connection was lost", what);
	else
		fetch_why(f, "%s: %s", what, s->pop3_response ? s->pop3_response : "no answer");
	return RC_TEMPFAIL;
}

static enum rc connected(struct fetch *f, mailpop3 *s)
{
	const struct mailbox_row *b = f->box;
	char *host = arena_strdup(f->arena, b->host), why[300];
	uint16_t port = (uint16_t)b->port;
	int err;
	enum rc rc = RC_OK;

	if (strcmp(b->tls, "tls") == 0)
		err = mailpop3_ssl_connect_with_callback(s, host, port, verify_name, host);
	else
		err = mailpop3_socket_connect(s, host, port);
	if (err != MAILPOP3_NO_ERROR) {
		fetch_why(f, "%s:%u does not answer", host, port);
		return RC_TEMPFAIL;
	}
	if (strcmp(b->tls, "starttls") == 0) {
		err = mailpop3_socket_starttls_with_callback(s, verify_name, host);
		if (err != MAILPOP3_NO_ERROR)
			return later(f, s, "STLS", err);
	}
	if (strcmp(b->tls, "none") != 0) {
		rc = verify_peer(s->pop3_stream, host, b->ca_path, why, sizeof(why));
		if (rc != RC_OK)
			fetch_why(f, "%s: %s", host, why);
	}
	return rc == RC_OK ? stream_guard(s->pop3_stream) : rc;
}

static enum rc signed_in(struct fetch *f, mailpop3 *s)
{
	int err = mailpop3_user(s, f->box->login);

	if (err == MAILPOP3_NO_ERROR)
		err = mailpop3_pass(s, f->secret);
	if (err == MAILPOP3_NO_ERROR)
		return RC_OK;
	if (err == MAILPOP3_ERROR_STREAM)
		return later(f, s, "sign-in", err);
	fetch_why(f, "%s refused to sign in %s: %s", f->box->host, f->box->login,
		  s->pop3_response ? s->pop3_response : "no answer");
	return RC_DENIED;
}

static enum rc message_take(struct fetch *f, mailpop3 *s, const struct mailpop3_msg_info *m)
{
	char id[24], *raw = NULL;
	size_t n = 0;
	enum fetched fate;
	int err;

	snprintf(id, sizeof(id), "%u", m->msg_index);
	if (m->msg_size > f->size_max) {
		f->left++;
		fetch_why(f, "message %s of %lu kB stays there: it is too large", id,
			  (unsigned long)m->msg_size / 1024);
		return RC_OK;
	}
	err = mailpop3_retr(s, m->msg_index, &raw, &n);
	if (err != MAILPOP3_NO_ERROR)
		return later(f, s, "RETR", err);
	fate = fetch_hand_over(f, id, slice_make(raw, n));
	mailpop3_retr_free(raw);
	if (fate == FETCHED_LATER)
		return RC_TEMPFAIL;
	if (fate == FETCHED_LEFT)
		return RC_OK;
	err = mailpop3_dele(s, m->msg_index);
	return err == MAILPOP3_NO_ERROR ? RC_OK : later(f, s, "DELE", err);
}

static enum rc round_do(struct fetch *f, mailpop3 *s)
{
	carray *list = NULL; /* the session's own */
	int err = mailpop3_list(s, &list);
	enum rc rc = RC_OK;

	if (err != MAILPOP3_NO_ERROR)
		return later(f, s, "LIST", err);
	f->left = 0;
	for (unsigned k = 0; rc == RC_OK && k < carray_count(list) && k < FETCH_ROUND && !prog_stop;
	     k++) {
		const struct mailpop3_msg_info *m = carray_get(list, k);

		if (m != NULL && !m->msg_deleted)
			rc = message_take(f, s, m);
	}
	return rc;
}

enum rc fetch_pop3(struct fetch *f)
{
	mailpop3 *s = mailpop3_new(0, NULL);
	enum rc rc;

	if (s == NULL)
		return RC_TEMPFAIL;
	mailstream_network_delay = (struct timeval){ .tv_sec = f->timeout };
	rc = connected(f, s);
	if (rc == RC_OK)
		rc = signed_in(f, s);
	if (rc == RC_OK) {
		rc = round_do(f, s);
		/* also where our own side broke off: what is committed may go */
		if (mailpop3_quit(s) != MAILPOP3_NO_ERROR && rc == RC_OK)
			rc = later(f, s, "QUIT", MAILPOP3_ERROR_STREAM);
		if (rc == RC_OK && f->report != NULL)
			f->report(f);
	}
	mailpop3_free(s);
	lmtp_close(&f->lmtp);
	return rc;
}
