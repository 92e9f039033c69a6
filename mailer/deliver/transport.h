/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing composed messages to somebody who delivers them: a relay by SMTP, a
 * Maildir for trials, or nowhere. One message at a time: the outcome of each
 * recipient is reported by done before anything of the next one's text goes out,
 * and kept is asked in between. A caller that settles a copy in done, or begins to
 * there and ends it in kept, therefore never has more than one copy in flight: an
 * envelope without its text is none, and the next one's may be on its way.
 *
 * Single-threaded; nothing here knows of the database. The caller ignores
 * SIGPIPE.
 */
#ifndef CABILDO_MAILER_TRANSPORT_H
#define CABILDO_MAILER_TRANSPORT_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

enum transport_class {
	TRANSPORT_UNKNOWN,      /* the bytes were going out and no answer came: it may have arrived */
	TRANSPORT_OK,
	TRANSPORT_TEMP,         /* refused for now, or surely never sent */
	TRANSPORT_PERM,
};

struct transport_result {
	enum transport_class cls;
	int code;               /* SMTP reply code; 0: no answer, or never on the wire */
	char enhanced[16];      /* "5.1.1", or "" */
	char text[240];         /* clean: one line, printable ASCII */
};

#define TRANSPORT_PIECES 8

/* Whoever fills it owns what it points to, until done was called for it or all is over. */
struct transport_msg {
	const char *from;               /* "" is the null return path */
	const char *const *to;
	size_t nto;
	/* One after the other they are the message: CRLF lines, as compose writes them. A large
	 * body is sent from where it stands. */
	struct slice piece[TRANSPORT_PIECES];
	const char *envid;              /* ENVID of RFC 3461, or NULL */
	void *tag;                      /* the caller's own */
};

struct transport_calls {
	/* The next message; false: there is none, or nothing more shall go out. */
	bool (*next)(struct transport_msg *m_r, void *ctx);
	/* The message after the one in hand, which is not done yet. false, or NULL: next tells it
	 * when that one is. done is called in their order. */
	bool (*following)(struct transport_msg *m_r, void *ctx);
	/* results[i] belongs to m->to[i]. false: send nothing more. */
	bool (*done)(const struct transport_msg *m, const struct transport_result *results,
		     void *ctx);
	/* Whether all that was reported done is kept; NULL: done has seen to it. false: the text of
	 * the message in hand does not go out, nor anything else; done is not called for it. */
	bool (*kept)(void *ctx);
	void *ctx;
};

struct transport;

#define TRANSPORT_TO_MAX 500            /* recipients of one message */
#define TRANSPORT_SESSION_MAX 300       /* messages of one SMTP session */
#define TRANSPORT_TIMEOUT_MS 120000     /* the longest wait for any answer */

/*
 * url:	smtp://[user:password@]host[:port][?tls=yes|no][&ca=FILE][&timeout=SECONDS]
 *	maildir:/absolute/path		one Maildir per recipient below it
 *	null:				accepts and forgets
 * Port 25 without a user, 587 with one or with tls=yes; TLS by STARTTLS is
 * required with a user unless the host is loopback and tls=no, and its
 * certificate must name the host. user and password may be %-encoded.
 * RC_INVALID with *err_r one line that holds no password.
 */
enum rc transport_open(struct transport **t_r, struct arena *a, const char *url,
		       const char *helo, const char **err_r) MUST_USE;
void transport_close(struct transport *t);

/*
 * Sends until next or done says false. RC_TEMPFAIL: the other side cannot be
 * reached or does not speak; the message in hand was reported before. One that
 * following told and nobody reported was not sent.
 */
enum rc transport_send(struct transport *t, const struct transport_calls *calls) MUST_USE;

/* NULL, or why addr may not go on the wire. The null return path is fine where empty_ok. */
const char *transport_addr_bad(const char *addr, bool empty_ok);

#endif
