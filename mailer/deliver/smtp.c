/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMTP through libesmtp, the only file that knows it, to relays with TLS or a login (all
 * others: plain.c). Its engine walks a list
 * of messages; the next one is added from inside the event that ends the one
 * before, so that a copy is settled before the next MAIL FROM. Only what an
 * event reported counts: the library's return value and a status without an
 * event behind it say nothing about delivery.
 */
#include <sys/types.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <auth-client.h>
#include <libesmtp.h>

#include "mailer/deliver/driver.h"

#include "server/base/base.h"

#define FD_SCAN 1024
#define FAILURES_MAX 3                  /* sessions in a row that broke off */

struct smtp {                           /* as long as the transport is open */
	SSL_CTX *tls;
	auth_context_t auth;
};

struct body {                           /* what the library reads; one per message */
	struct slice piece[TRANSPORT_PIECES];
	size_t given;                   /* so many of them */
	bool *started;                  /* set as soon as it was read */
};

struct run {                            /* one transport_send */
	struct transport *t;
	const struct transport_calls *calls;

	/* the message in hand */
	struct transport_msg m;
	struct transport_result results[TRANSPORT_TO_MAX];
	bool skip[TRANSPORT_TO_MAX];
	smtp_recipient_t rcpt[TRANSPORT_TO_MAX];
	bool answered[TRANSPORT_TO_MAX];
	size_t wire, replies, accepted; /* recipients sent, answered, accepted */
	smtp_message_t msg;
	struct body *body;
	bool started, mail_answered, settled;

	/* the session */
	struct arena *arena;
	smtp_session_t session;
	unsigned count, settled_n;
	bool eight, broken, was_tcp[FD_SCAN];
	int fd, fd_end;                 /* it is below that */
	const char *trouble;            /* TLS, in our words */
	char heard[200];                /* the server's last words before the first MAIL */

	/* the whole */
	bool have, ended;
	unsigned failures;
};

static bool is_tcp(int fd)
{
	struct sockaddr_storage peer;
	socklen_t n = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &n) == 0 &&
	       (peer.ss_family == AF_INET || peer.ss_family == AF_INET6);
}

/* The lowest free number is the next to be given; a few more for who looks up names. */
static int fd_end(void)
{
	int fd = dup(STDERR_FILENO);

	if (fd < 0)
		return FD_SCAN;
	close(fd);
	return fd + 16 < FD_SCAN ? fd + 16 : FD_SCAN;
}

/* The library hands out no descriptor: ours is the one that was not there before. */
static void fd_find(struct run *r)
{
	const int on = 1;

	for (int fd = 3; fd < r->fd_end; fd++) {
		if (r->was_tcp[fd] || !is_tcp(fd))
			continue;
		r->fd = fd;
		/* without this a copy waits 40 ms for the other side's acknowledgement */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
}

static const char *body_cb(void **ctx UNUSED, int *len, void *arg)
{
	struct body *b = arg;

	if (len == NULL) {
		b->given = 0;
		return NULL;
	}
	while (b->given < TRANSPORT_PIECES && b->piece[b->given].n == 0)
		b->given++;
	if (b->given == TRANSPORT_PIECES) {
		*len = 0;
		return "";
	}
	if (b->started)
		*b->started = true;
	*len = (int)b->piece[b->given].n;
	return b->piece[b->given++].p;
}

/* The message in hand into the session's list. */
static bool add_message(struct run *r)
{
	smtp_message_t msg = smtp_add_message(r->session);

	r->msg = msg;
	r->settled = r->started = r->mail_answered = false;
	r->wire = r->replies = r->accepted = 0;
	if (msg == NULL)
		return false;
	r->body = ARENA_NEW(r->arena, struct body);
	memcpy(r->body->piece, r->m.piece, sizeof(r->body->piece));
	r->body->started = &r->started;
	if (!smtp_set_reverse_path(msg, *r->m.from ? r->m.from : NULL) ||
	    !smtp_set_messagecb(msg, body_cb, r->body))
		return false;
	smtp_size_set_estimate(msg, msg_size(&r->m));
	if (r->eight && msg_high(&r->m))
		smtp_8bitmime_set_body(msg, E8bitmime_8BITMIME);
	if (msg_envid_ok(&r->m)) {
		smtp_dsn_set_envid(msg, r->m.envid);
		smtp_dsn_set_ret(msg, Ret_HDRS);
	}
	for (size_t i = 0; i < r->m.nto; i++) {
		r->rcpt[i] = NULL;
		r->answered[i] = false;
		if (r->skip[i])
			continue;
		r->rcpt[i] = smtp_add_recipient(msg, r->m.to[i]);
		if (r->rcpt[i] == NULL)
			return false;
		r->wire++;
	}
	r->count++;
	return true;
}

static void from_status(struct transport_result *res, const smtp_status_t *st, bool own)
{
	char enhanced[24] = "";
	/* a reply that could not be read to its end leaves a code but no text */
	int code = st && st->text ? st->code : 0;

	if (code && st->enh_class == code / 100 && st->enh_subject >= 0 && st->enh_detail >= 0 &&
	    st->enh_subject < 1000 && st->enh_detail < 1000)
		snprintf(enhanced, sizeof(enhanced), "%d.%d.%d", st->enh_class, st->enh_subject,
			 st->enh_detail);
	result_reply(res, code, enhanced, st && st->text ? st->text : "no answer", own);
}

/* Reports the message in hand; then, where there is room, takes the next. */
static void settle(struct run *r)
{
	r->settled = true;
	r->have = false;
	r->settled_n++;
	/* the library may not read it any more */
	memset(r->body->piece, 0, sizeof(r->body->piece));
	r->body->started = NULL;
	if (!r->calls->done(&r->m, r->results, r->calls->ctx)) {
		r->ended = true;
		return;
	}
	if (r->broken || r->count >= TRANSPORT_SESSION_MAX)
		return;
	r->have = take_next(r->calls, &r->m, r->results, r->skip);
	r->ended = !r->have;
	if (r->have && !add_message(r))
		r->broken = true;       /* stays in hand for the next session */
}

static void all_wire(struct run *r, const smtp_status_t *st, bool own)
{
	for (size_t i = 0; i < r->m.nto; i++)
		if (!r->skip[i] && !r->answered[i])
			from_status(&r->results[i], st, own);
}

static void on_mail(struct run *r, smtp_message_t msg)
{
	const smtp_status_t *st = smtp_reverse_path_status(msg);

	if (msg != r->msg || r->settled)
		return;
	/* enough messages for one connection: it goes first in the next */
	if (st->code == 421 && r->settled_n > 0)
		return;
	r->mail_answered = true;
	if (st->code >= 200 && st->code <= 299)
		return;
	all_wire(r, st, false);
	/* the next message would hear the same */
	if (st->code == 421 || st->code == 530 || st->code == 535 || st->code == 538)
		r->broken = true;
	settle(r);
}

static void on_rcpt(struct run *r, smtp_recipient_t rcpt)
{
	const smtp_status_t *st = smtp_recipient_status(rcpt);

	if (r->settled)
		return;
	for (size_t i = 0; i < r->m.nto; i++) {
		if (r->rcpt[i] != rcpt || r->answered[i])
			continue;
		r->replies++;
		if (st->code >= 200 && st->code <= 299) {
			r->accepted++;  /* the message's reply decides */
		} else {
			from_status(&r->results[i], st, true);
			r->answered[i] = true;
		}
		break;
	}
	/* Refused by all: DATA will fail, and its event comes too late to go on in this
	 * session. With BDAT the body is on its way already and must stay alive until
	 * its own event, which comes in time. */
	if (r->replies == r->wire && r->accepted == 0 && !r->started) {
		r->failures = 0;
		settle(r);
	}
}

static void on_sent(struct run *r, smtp_message_t msg)
{
	if (msg != r->msg || r->settled)
		return;
	all_wire(r, smtp_message_transfer_status(msg), true);
	r->failures = 0;
	settle(r);
}

static void on_event(smtp_session_t session UNUSED, int event, void *arg, ...)
{
	struct run *r = arg;
	va_list ap;

	va_start(ap, arg);
	switch (event) {
	case SMTP_EV_CONNECT:
		fd_find(r);
		break;
	case SMTP_EV_MAILSTATUS:
		(void)va_arg(ap, const char *);
		on_mail(r, va_arg(ap, smtp_message_t));
		break;
	case SMTP_EV_RCPTSTATUS:
		(void)va_arg(ap, const char *);
		on_rcpt(r, va_arg(ap, smtp_recipient_t));
		break;
	case SMTP_EV_MESSAGESENT:
		on_sent(r, va_arg(ap, smtp_message_t));
		break;
	case SMTP_EV_EXTNA_STARTTLS:
		r->trouble = "the relay offers no STARTTLS";
		break;
	case SMTP_EV_INVALID_PEER_CERTIFICATE: {
		long why = va_arg(ap, long);

		r->trouble = X509_verify_cert_error_string(why);
		break;
	}
	case SMTP_EV_NO_PEER_CERTIFICATE:
		r->trouble = "the relay showed no certificate";
		break;
	case SMTP_EV_WRONG_PEER_CERTIFICATE:
		/* the library looks at DNS names alone, and at the canonical name;
		 * OpenSSL has verified the name or IP address that was configured */
		*va_arg(ap, int *) = 1;
		break;
	case SMTP_EV_WEAK_CIPHER:
		r->trouble = "weak cipher";
		break;
	default:
		break;
	}
	va_end(ap);
}

/* Sees commands and replies. What the server says is kept until the first MAIL is answered. */
static void on_wire(const char *buf, int len, int writing, void *arg)
{
	struct run *r = arg;

	/* a QUIT with a message unanswered: a time-out. The answer to it would be waited
	 * for as long again, while nothing can be settled. */
	if (writing && !r->settled && r->fd >= 0 && len >= 4 && memcmp(buf, "QUIT", 4) == 0)
		shutdown(r->fd, SHUT_RD);
	if (writing || len <= 0 || r->settled_n > 0 || r->mail_answered)
		return;
	/* a refusal is not overwritten by the goodbye after it */
	if (*buf == '4' || *buf == '5' || (*r->heard != '4' && *r->heard != '5'))
		snprintf(r->heard, sizeof(r->heard), "%.*s", len, buf);
	/* asking for 8BITMIME where it is not offered would end the session:
	 * it is asked for once the server's list has passed here */
	if (!r->eight && slice_ifind(slice_make(buf, (size_t)len), SLICE("8BITMIME"))) {
		r->eight = true;
		if (r->msg && msg_high(&r->m))
			smtp_8bitmime_set_body(r->msg, E8bitmime_8BITMIME);
	}
}

/*
 * PLAIN, LOGIN and the like ask for a name and a password. NTLM also wants a
 * domain: it is not to be spoken, but the library offers no way to leave it
 * out, and would work on with NULLs where this function refuses. It gets
 * empty strings, fails with them, and the next mechanism has its turn.
 */
static int on_auth(auth_client_request_t request, char **result, int fields, void *arg)
{
	const struct transport_url *u = arg;
	bool realm = false;

	for (int i = 0; i < fields; i++)
		realm |= (request[i].flags & AUTH_REALM) != 0;
	for (int i = 0; i < fields; i++) {
		result[i] = (char *)"";
		if (!realm && (request[i].flags & AUTH_USER))
			result[i] = (char *)u->user;
		if (!realm && (request[i].flags & AUTH_PASS))
			result[i] = (char *)u->password;
	}
	return 1;
}

static bool session_make(struct run *r)
{
	static const int which[] = { Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA,
				     Timeout_TRANSFER, Timeout_DATA2 };
	const struct transport_url *u = &r->t->url;
	struct smtp *s = r->t->state;
	smtp_session_t session = smtp_create_session();

	r->session = session;
	r->count = r->settled_n = 0;
	r->fd = -1;
	r->fd_end = fd_end();
	for (int fd = 3; fd < r->fd_end; fd++)
		r->was_tcp[fd] = is_tcp(fd);
	r->eight = r->broken = false;
	r->trouble = NULL;
	r->heard[0] = '\0';
	if (session == NULL ||
	    !smtp_set_server(session, arena_fmt(r->arena, "%s:%s", u->host, u->port)) ||
	    !smtp_set_hostname(session, r->t->helo) ||
	    !smtp_set_eventcb(session, on_event, r) ||
	    !smtp_set_monitorcb(session, on_wire, r, 0))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(which); i++)
		smtp_set_timeout(session, which[i] | Timeout_OVERRIDE_RFC2822_MINIMUM, u->timeout_ms);
	if (s->tls && (!smtp_starttls_set_ctx(session, s->tls) ||
		       !smtp_starttls_enable(session, Starttls_REQUIRED)))
		return false;
	if (s->auth && !smtp_auth_set_context(session, s->auth))
		return false;
	return add_message(r);
}

/* The session is over and the message in hand was not answered. */
static void settle_lost(struct run *r)
{
	char why[128] = "", text[400];
	bool maybe = r->started;

	smtp_strerror(smtp_errno(), why, sizeof(why));
	snprintf(text, sizeof(text), "%s%s%s", r->trouble ? r->trouble : *why ? why : "no answer",
		 r->heard[0] && r->settled_n == 0 && !r->mail_answered ? "; the relay said: " : "",
		 r->settled_n == 0 && !r->mail_answered ? r->heard : "");
	for (size_t i = 0; i < r->m.nto; i++)
		if (!r->skip[i] && !r->answered[i])
			result_set(&r->results[i], maybe ? TRANSPORT_UNKNOWN : TRANSPORT_TEMP, 0,
				   maybe ? "" : "4.4.2", text);
	r->have = false;
	r->settled = true;
	if (!r->calls->done(&r->m, r->results, r->calls->ctx))
		r->ended = true;
}

/* One connection. false: no further one makes sense. */
static bool session_run(struct run *r)
{
	bool made = session_make(r), go = true;

	if (made)
		smtp_start_session(r->session);
	if (!made || !r->settled) {
		bool greeted = r->mail_answered || r->settled_n > 0;

		/* its MAIL was never answered, but others before it were: it simply
		 * did not get its turn, and goes first in the next session */
		if (!made || r->mail_answered || r->settled_n == 0) {
			settle_lost(r);
			go = made && greeted && ++r->failures < FAILURES_MAX;
		}
	} else if (r->broken) {
		go = false;
	}
	if (r->session)
		smtp_destroy_session(r->session);
	r->session = NULL;
	r->msg = NULL;
	return go;
}

static enum rc smtp_send(struct transport *t, const struct transport_calls *calls)
{
	struct arena *own = arena_new((size_t)2 << 20);
	struct run *r = ARENA_NEW(own, struct run);
	struct arena_mark start = arena_mark(own);
	enum rc rc = RC_OK;

	r->t = t;
	r->calls = calls;
	r->arena = own;
	while (!r->ended) {
		if (!r->have && !take_next(calls, &r->m, r->results, r->skip))
			break;
		r->have = true;
		if (!session_run(r)) {
			rc = RC_TEMPFAIL;
			break;
		}
		arena_rewind(own, start);
	}
	arena_free(&own);
	return rc;
}

static const char *tls_make(struct transport *t, struct smtp *s)
{
	const struct transport_url *u = &t->url;
	X509_VERIFY_PARAM *param;

	s->tls = SSL_CTX_new(TLS_client_method());
	if (s->tls == NULL)
		return "OpenSSL cannot start";
	/* with 1.3 the library waits for a reply while the server waits for it */
	if (!SSL_CTX_set_min_proto_version(s->tls, TLS1_2_VERSION) ||
	    !SSL_CTX_set_max_proto_version(s->tls, TLS1_2_VERSION))
		return "OpenSSL has no TLS 1.2";
	SSL_CTX_set_verify(s->tls, SSL_VERIFY_PEER, NULL);
	if (u->ca ? !SSL_CTX_load_verify_locations(s->tls, u->ca, NULL)
		  : !SSL_CTX_set_default_verify_paths(s->tls))
		return "the CA file cannot be read";
	param = SSL_CTX_get0_param(s->tls);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!X509_VERIFY_PARAM_set1_ip_asc(param, u->host) &&
	    !X509_VERIFY_PARAM_set1_host(param, u->host, 0))
		return "the host name cannot be verified";
	return NULL;
}

static void smtp_close(struct transport *t)
{
	struct smtp *s = t->state;

	if (s->auth)
		auth_destroy_context(s->auth);
	if (s->tls)
		SSL_CTX_free(s->tls);
	s->auth = NULL;
	s->tls = NULL;
}

static enum rc smtp_open(struct transport *t, const char **err_r)
{
	struct smtp *s = ARENA_NEW(t->arena, struct smtp);
	const char *why;

	t->state = s;
	why = t->url.tls ? tls_make(t, s) : NULL;
	if (why == NULL && t->url.user) {
		auth_client_init();
		s->auth = auth_create_context();
		if (s->auth == NULL)
			why = "no memory";
		else {
			auth_set_mechanism_flags(s->auth, AUTH_PLUGIN_PLAIN, 0);
			auth_set_interact_cb(s->auth, on_auth, &t->url);
		}
	}
	if (why == NULL)
		return RC_OK;
	smtp_close(t);
	*err_r = arena_fmt(t->arena, "relay: %s", why);
	return RC_INVALID;
}

const struct transport_kind transport_smtp = { smtp_open, smtp_send, smtp_close };
