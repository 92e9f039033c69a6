/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMTP to a relay that asks for neither TLS nor a login: the MTA beside us,
 * through which most mail goes. Where it takes PIPELINING (RFC 2920) MAIL, RCPT
 * and DATA are one write, and the text may stand before those of the next
 * message (section 3.1: it may be the first "command" of a group), so that a
 * copy is one write and one wait; smtp.c, for all other relays, needs four and
 * several times the calls. The rules are the same: a copy is settled before
 * anything of the next one's text goes out, and only a reply that was read to
 * its end says anything of a recipient.
 */
#include <sys/types.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "mailer/deliver/driver.h"
#include "mailer/deliver/reply.h"

#include "server/base/base.h"

#define FAILURES_MAX 3                  /* sessions in a row that broke off */
#define LINE_SIZE 512
#define REPLY_BYTES ((size_t)64 << 10)  /* whoever says more says nothing */
#define QUIT_MS 2000
#define KEPT_LATE USEC                  /* a relay that waited so long for a text may have left */

struct hand {                           /* a message, and what is known of its recipients */
	struct transport_msg m;
	struct transport_result results[TRANSPORT_TO_MAX];
	bool skip[TRANSPORT_TO_MAX], answered[TRANSPORT_TO_MAX];
};

struct plain {                          /* one transport_send */
	struct transport *t;
	const struct transport_calls *calls;

	/* the message in hand; early: its envelope went out with the text of the one before;
	 * again: and was refused, so it goes out once more by itself */
	struct hand hands[2], *hand;
	bool started, mail_answered, settled, early, again;
	struct hand *after;             /* the message after it, or NULL */

	/* the session; dead: nothing more can be said or heard */
	int fd;
	bool dead, broken, reset_due;
	bool said;                      /* the envelope of the message after */
	bool pipelining, eight, size, dsn;
	unsigned count, settled_n;
	const char *trouble;
	char heard[200];                /* the relay's last words before the first MAIL */
	char in[4096], out[32768];
	size_t in_at, in_n, out_n;
	int64_t until;                  /* clock_mono: a reply is whole by then */

	/* the whole */
	bool have, ended;
	bool apart;                     /* no envelope goes out with a text: one was not answered */
	unsigned failures;
};

static void dies(struct plain *r, const char *why)
{
	if (!r->dead)
		r->trouble = why;
	r->dead = true;
}

static const char *why_errno(void)
{
	return errno == EAGAIN || errno == EINPROGRESS ? "the relay does not answer" : strerror(errno);
}

/* ---- bytes ---- */

static void send_all(struct plain *r, const char *p, size_t n)
{
	while (n > 0 && !r->dead) {
		ssize_t k = send(r->fd, p, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			dies(r, why_errno());
			return;
		}
		p += k;
		n -= (size_t)k;
	}
}

static void flush(struct plain *r)
{
	send_all(r, r->out, r->out_n);
	r->out_n = 0;
}

static void say(struct plain *r, const char *p, size_t n)
{
	if (n > sizeof(r->out) - r->out_n)
		flush(r);
	if (n > sizeof(r->out)) {
		send_all(r, p, n);
		return;
	}
	memcpy(r->out + r->out_n, p, n);
	r->out_n += n;
}

static void sayz(struct plain *r, const char *z)
{
	say(r, z, strlen(z));
}

static bool in_fill(struct plain *r)
{
	ssize_t k = -1;

	while (!r->dead && (k = recv(r->fd, r->in, sizeof(r->in), 0)) < 0 && errno == EINTR)
		;
	if (r->dead)
		return false;
	if (k <= 0) {
		dies(r, k == 0 ? "the relay hung up" : why_errno());
		return false;
	}
	/* a byte now and then would hold the copy for longer than its lease */
	if (clock_mono() > r->until) {
		dies(r, "the relay does not answer");
		return false;
	}
	r->in_at = 0;
	r->in_n = (size_t)k;
	return true;
}

/* One line without its end, its first LINE_SIZE - 1 bytes. */
static bool line_read(struct plain *r, char line[static LINE_SIZE], size_t *bytes)
{
	size_t n = 0;

	for (;;) {
		char c;

		if (r->in_at == r->in_n && !in_fill(r))
			return false;
		c = r->in[r->in_at++];
		if (c == '\n')
			break;
		if (++*bytes > REPLY_BYTES) {
			dies(r, "the relay says too much");
			return false;
		}
		if (n + 1 < LINE_SIZE)
			line[n++] = c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return true;
}

/* ---- replies ---- */

/* Until the first MAIL is answered; a refusal is not overwritten by the goodbye after it. */
static void heard_note(struct plain *r, const char *line)
{
	if (r->settled_n > 0 || r->mail_answered)
		return;
	if (*line == '4' || *line == '5' || (*r->heard != '4' && *r->heard != '5'))
		snprintf(r->heard, sizeof(r->heard), "%.190s", line);
}

static void offer_note(struct plain *r, const char *line)
{
	struct slice rest = slice_of(line), word;

	slice_cut(&rest, ' ', &word);
	r->pipelining |= slice_ieqz(word, "PIPELINING");
	r->eight |= slice_ieqz(word, "8BITMIME");
	r->size |= slice_ieqz(word, "SIZE");
	r->dsn |= slice_ieqz(word, "DSN");
}

/* False: there was none that could be read to its end, and nothing can follow. */
static bool reply_read(struct plain *r, struct reply *rep, bool offers)
{
	enum reply_state state = REPLY_MORE;
	char line[LINE_SIZE];
	const char *text;
	size_t bytes = 0;

	*rep = (struct reply){ .code = 0 };
	r->until = clock_mono() + r->t->url.timeout_ms * USEC / 1000;
	while (state == REPLY_MORE) {
		if (!line_read(r, line, &bytes))
			return false;
		state = reply_line(rep, line, &text);
		if (state == REPLY_BAD) {
			dies(r, "the relay does not speak SMTP");
			return false;
		}
		heard_note(r, line);
		if (offers && rep->lines > 1)
			offer_note(r, text);
	}
	return true;
}

static void all_wire(struct plain *r, const struct reply *rep, bool own)
{
	for (size_t i = 0; i < r->hand->m.nto; i++)
		if (!r->hand->skip[i] && !r->hand->answered[i])
			result_reply(&r->hand->results[i], rep->code, rep->enhanced, rep->text, own);
}

/* ---- the session ---- */

static void timeout_set(int fd, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static int connect_any(struct plain *r)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC };
	const struct transport_url *u = &r->t->url;
	struct addrinfo *list;
	const int on = 1;
	int fd = -1, rc = getaddrinfo(u->host, u->port, &hints, &list);

	if (rc != 0) {
		dies(r, gai_strerror(rc));
		return -1;
	}
	for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next) {
		fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, ai->ai_protocol);
		if (fd < 0)
			continue;
		timeout_set(fd, u->timeout_ms);
		if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
			break;
		r->trouble = why_errno();
		close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	if (fd < 0)
		r->dead = true;
	else /* without this a copy waits 40 ms for the other side's acknowledgement */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static bool hello(struct plain *r, const char *verb, bool offers, struct reply *rep)
{
	sayz(r, verb);
	sayz(r, r->t->helo);
	sayz(r, "\r\n");
	flush(r);
	return reply_read(r, rep, offers) && rep->code / 100 == 2;
}

static bool session_open(struct plain *r)
{
	struct reply rep;

	r->settled = r->started = r->mail_answered = false;
	r->dead = r->broken = r->reset_due = r->said = r->early = r->again = false;
	r->pipelining = r->eight = r->size = r->dsn = false;
	r->count = r->settled_n = 0;
	r->in_at = r->in_n = r->out_n = 0;
	r->trouble = NULL;
	r->heard[0] = '\0';
	r->fd = connect_any(r);
	if (r->fd < 0 || !reply_read(r, &rep, false) || rep.code / 100 != 2)
		return false;
	return hello(r, "EHLO ", true, &rep) ||
	       (rep.code / 100 == 5 && hello(r, "HELO ", false, &rep));
}

static void session_close(struct plain *r, bool polite)
{
	struct reply rep;

	if (r->fd < 0)
		return;
	if (polite && !r->dead && !r->said) { /* else it waits for a text, not for QUIT */
		timeout_set(r->fd, r->t->url.timeout_ms < QUIT_MS ? r->t->url.timeout_ms : QUIT_MS);
		sayz(r, "QUIT\r\n");
		flush(r);
		(void)!reply_read(r, &rep, false);
	}
	close(r->fd);
	r->fd = -1;
}

/* ---- one message ---- */

static void mail_say(struct plain *r, const struct transport_msg *m)
{
	char n[24];

	sayz(r, "MAIL FROM:<");
	sayz(r, m->from);
	sayz(r, ">");
	if (r->size) {
		sayz(r, " SIZE=");
		sayz(r, i64_text((int64_t)msg_size(m), n));
	}
	if (r->dsn && msg_envid_ok(m)) {
		sayz(r, " RET=HDRS ENVID=");
		for (const char *c = m->envid; *c; c++) { /* xtext: RFC 3461 section 4 */
			if (*c != '+' && *c != '=') {
				say(r, c, 1);
				continue;
			}
			sayz(r, *c == '+' ? "+2B" : "+3D");
		}
	}
	if (r->eight && msg_high(m))
		sayz(r, " BODY=8BITMIME");
	sayz(r, "\r\n");
}

static void rcpt_say(struct plain *r, const char *to)
{
	sayz(r, "RCPT TO:<");
	sayz(r, to);
	sayz(r, ">\r\n");
}

/* How many of its recipients go on the wire. */
static size_t wire_of(const struct hand *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->m.nto; i++)
		n += !h->skip[i];
	return n;
}

/* As much of it as may be said before it is answered. */
static void envelope_say(struct plain *r, const struct hand *h)
{
	mail_say(r, &h->m);
	if (!r->pipelining)
		return;
	for (size_t i = 0; i < h->m.nto; i++)
		if (!h->skip[i])
			rcpt_say(r, h->m.to[i]);
	sayz(r, "DATA\r\n");
}

/* How much goes before the next line that begins with a dot. */
static size_t to_dot(struct slice s)
{
	size_t n = 0;

	while (n < s.n) {
		const char *end = memchr(s.p + n, '\n', s.n - n);

		if (end == NULL)
			return s.n;
		n = (size_t)(end + 1 - s.p);
		if (n < s.n && s.p[n] == '.')
			return n;
	}
	return n;
}

static void body_say(struct plain *r)
{
	bool fresh = true;

	r->started = true;
	for (size_t i = 0; i < TRANSPORT_PIECES; i++)
		for (struct slice s = r->hand->m.piece[i]; s.n > 0;) {
			size_t n = to_dot(s);

			if (fresh && s.p[0] == '.')
				say(r, ".", 1);
			say(r, s.p, n);
			fresh = s.p[n - 1] == '\n';
			s = slice_make(s.p + n, s.n - n);
		}
	sayz(r, ".\r\n");
}

static void settle(struct plain *r)
{
	r->settled = true;
	r->have = false;
	r->settled_n++;
	if (!r->calls->done(&r->hand->m, r->hand->results, r->calls->ctx))
		r->ended = true;
}

/* What was said in one go with a command that was refused is answered too. */
static void drain(struct plain *r, size_t rcpts)
{
	struct reply rep;

	r->reset_due = true;
	if (!r->pipelining)
		return;
	while (rcpts-- > 0)
		if (!reply_read(r, &rep, false))
			return;
	/* It waits for a message that has no recipient: an end of data might make an empty one
	 * of it, a connection that ends does not. */
	if (reply_read(r, &rep, false) && rep.code == 354)
		dies(r, "");
}

/* False: it was refused, or there was no answer. */
static bool mail_answer(struct plain *r)
{
	struct reply rep;

	if (!reply_read(r, &rep, false)) {
		r->apart |= r->early;
		return false;
	}
	/* enough messages for one connection: it goes first in the next */
	if (rep.code == 421 && r->settled_n > 0) {
		dies(r, "");
		return false;
	}
	/* perhaps for what it was said with, or for where that was */
	if (r->early && rep.code / 100 != 2) {
		r->again = true;
		drain(r, wire_of(r->hand));
		return false;
	}
	r->mail_answered = true;
	if (rep.code / 100 == 2)
		return true;
	all_wire(r, &rep, false);
	/* the next message would hear the same */
	r->broken = rep.code == 421 || rep.code == 530 || rep.code == 535 || rep.code == 538;
	settle(r);
	if (rep.code == 421)
		dies(r, "");
	else
		drain(r, wire_of(r->hand));
	return false;
}

static bool rcpt_answers(struct plain *r, size_t *accepted)
{
	struct reply rep;

	*accepted = 0;
	for (size_t i = 0; i < r->hand->m.nto; i++) {
		if (r->hand->skip[i])
			continue;
		if (!r->pipelining) {
			rcpt_say(r, r->hand->m.to[i]);
			flush(r);
		}
		if (!reply_read(r, &rep, false))
			return false;
		if (rep.code / 100 == 2) {
			++*accepted; /* the message's reply decides */
		} else {
			result_reply(&r->hand->results[i], rep.code, rep.enhanced, rep.text, true);
			r->hand->answered[i] = true;
		}
	}
	return true;
}

/*
 * The copy before this one is settled, or the text does not go out. The connection ends then:
 * what was said of the envelope makes no message of it. Where it only took long this one goes
 * first in the next session.
 */
static bool text_may(struct plain *r)
{
	int64_t from = clock_mono();

	if (!all_kept(r->calls)) {
		r->settled = r->ended = true; /* not by us */
		r->have = false;
	} else if (clock_mono() - from < KEPT_LATE) {
		return true;
	}
	r->mail_answered = false;
	dies(r, "");
	return false;
}

static bool after_may(const struct plain *r)
{
	return r->pipelining && !r->apart && r->count < TRANSPORT_SESSION_MAX;
}

static void after_take(struct plain *r)
{
	struct hand *other = r->hand == r->hands ? r->hands + 1 : r->hands;

	if (r->after == NULL && after_may(r) &&
	    take_following(r->calls, &other->m, other->results, other->skip))
		r->after = other;
}

static void after_say(struct plain *r)
{
	if (r->after == NULL || !after_may(r) || wire_of(r->after) == 0)
		return;
	envelope_say(r, r->after);
	r->said = true;
}

/* DATA is answered; the message, where it is wanted, and what is said of it. */
static void data_do(struct plain *r)
{
	struct reply rep;

	if (!reply_read(r, &rep, false))
		return;
	if (rep.code == 354) {
		after_take(r);
		if (!text_may(r))
			return;
		body_say(r);
		after_say(r);
		flush(r);
		if (!reply_read(r, &rep, false))
			return;
	} else if (rep.code < 400) {
		dies(r, "the relay does not speak SMTP");
		return;
	}
	all_wire(r, &rep, true);
	r->failures = 0;
	settle(r);
	r->reset_due = rep.code / 100 != 2;
	if (rep.code == 421)
		dies(r, "");
}

/* Not settled afterwards: the connection is over. */
static void transact(struct plain *r)
{
	bool reset = r->reset_due && !r->said;
	struct reply rep;
	size_t accepted;

	r->early = r->said;
	r->settled = r->started = r->mail_answered = r->said = r->again = false;
	r->reset_due = false;
	r->count++;
	memset(r->hand->answered, 0, r->hand->m.nto * sizeof(r->hand->answered[0]));
	if (reset)
		sayz(r, "RSET\r\n");
	if (reset && !r->pipelining) {
		flush(r);
		if (!reply_read(r, &rep, false))
			return;
		reset = false;
	}
	if (!r->early)
		envelope_say(r, r->hand);
	flush(r);
	if (reset && !reply_read(r, &rep, false))
		return;
	if (!mail_answer(r) || !rcpt_answers(r, &accepted))
		return;
	if (accepted == 0) {
		r->failures = 0;
		settle(r);
		drain(r, 0);
		return;
	}
	if (!r->pipelining) {
		sayz(r, "DATA\r\n");
		flush(r);
	}
	data_do(r);
}

/* The session is over and the message in hand was not answered. */
static void settle_lost(struct plain *r)
{
	bool first = r->settled_n == 0 && !r->mail_answered && r->heard[0];
	char text[400];

	snprintf(text, sizeof(text), "%s%s%s", r->trouble && *r->trouble ? r->trouble : "no answer",
		 first ? "; the relay said: " : "", first ? r->heard : "");
	for (size_t i = 0; i < r->hand->m.nto; i++)
		if (!r->hand->skip[i] && !r->hand->answered[i])
			result_set(&r->hand->results[i], r->started ? TRANSPORT_UNKNOWN : TRANSPORT_TEMP, 0,
				   r->started ? "" : "4.4.2", text);
	settle(r);
}

/* False: nothing more shall be sent. */
static bool hand_next(struct plain *r)
{
	r->have = r->after != NULL;
	if (r->have) {
		r->hand = r->after;
		r->after = NULL;
	}
	if (r->have && wire_of(r->hand) == 0) {
		r->have = false;
		if (!r->calls->done(&r->hand->m, r->hand->results, r->calls->ctx))
			return false;
	}
	if (!r->have)
		r->have = take_ahead(r->calls, &r->hand->m, r->hand->results, r->hand->skip);
	return r->have;
}

/* One connection. false: no further one makes sense. */
static bool session_run(struct plain *r)
{
	bool open = session_open(r), go = true, greeted;

	memset(r->hand->answered, 0, sizeof(r->hand->answered));
	while (open && !r->dead) {
		transact(r);
		if (r->again)
			continue;
		if (!r->settled || r->ended || r->broken || r->dead ||
		    r->count >= TRANSPORT_SESSION_MAX)
			break;
		if (!hand_next(r)) {
			r->ended = true;
			break;
		}
	}
	greeted = r->mail_answered || r->settled_n > 0;
	/* one whose MAIL was never answered, while others' before it were, simply did not get
	 * its turn, and goes first in the next session */
	if (!r->settled && (r->mail_answered || r->settled_n == 0)) {
		settle_lost(r);
		go = greeted && ++r->failures < FAILURES_MAX;
		session_close(r, !open);
	} else {
		go = !(r->settled && r->broken);
		session_close(r, true);
	}
	return go;
}

static enum rc plain_send(struct transport *t, const struct transport_calls *calls)
{
	struct arena *own = arena_new((size_t)1 << 20);
	struct plain *r = ARENA_NEW(own, struct plain);
	enum rc rc = RC_OK;

	r->t = t;
	r->calls = calls;
	r->hand = r->hands;
	while (!r->ended) {
		if (!r->have && !hand_next(r))
			break;
		if (!all_kept(calls)) /* it may take long until there is a session */
			break;
		if (!session_run(r)) {
			rc = RC_TEMPFAIL;
			break;
		}
	}
	arena_free(&own);
	return rc;
}

static enum rc plain_open(struct transport *t UNUSED, const char **err_r UNUSED)
{
	return RC_OK;
}

const struct transport_kind transport_plain = { plain_open, plain_send, NULL };
