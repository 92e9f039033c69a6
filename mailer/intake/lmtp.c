/* SPDX-License-Identifier: Apache-2.0 */
/* See lmtp.h. Commands are in one table; the message is read by data_feed. */
#include <stdarg.h>
#include <stdlib.h>

#include "mailer/intake/lmtp.h"
#include "mailer/intake/path.h"
#include "server/base/base.h"

#define BUSY "451 4.3.2 Too much mail at this moment; try again later."
#define TXN_CAP ((size_t)8 << 20) /* senders and recipients of one transaction */
#define STEP    4096

enum state {
	ST_COMMAND,
	ST_SKIP,        /* in a command line that is too long */
	ST_DATA,
	ST_CLOSED,
};

/* Where in the message's line the next byte stands. */
enum place { AT_START, AT_DOT, AT_DOT_CR, AT_TEXT, AT_CR };

enum refused { NOT_REFUSED, REFUSED_SIZE, REFUSED_MEMORY };

struct buf {
	char *p;
	size_t n, size;
};

struct lmtp {
	const struct lmtp_config *cfg;
	const struct intake_hooks *hooks;
	enum state state;
	bool greeted, mail, draining;
	bool later; /* MAIL was told to come again, and so is what was said with it */
	unsigned long steps;
	unsigned errors;
	char line[LMTP_LINE_MAX];
	size_t nline;
	bool skip_cr;                   /* ST_SKIP: the last byte was CR */
	char *client, *helo;

	struct arena *txn;              /* what env points to, from MAIL to its end */
	struct envelope env;
	size_t recipients_size;

	enum place place;
	enum refused refused;
	struct buf data;
	size_t total;                   /* bytes of data seen, kept or not */

	struct buf out;
	size_t out_sent;
};

/* ---- output ---- */

static void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		log_fail("event=out_of_memory bytes=%zu", size);
		exit(75);
	}
	return p;
}

static void out_add(struct lmtp *l, const char *p, size_t n)
{
	struct buf *b = &l->out;

	if (b->size - b->n < n) {
		b->size = (b->n + n) * 2;
		b->p = xrealloc(b->p, b->size);
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* One line; bytes that have no place in a reply are replaced. */
static void say(struct lmtp *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct lmtp *l, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	for (n = 0; line[n]; n++) {
		unsigned char c = (unsigned char)line[n];

		if (c < 0x20 || c == 0x7F)
			line[n] = ' ';
		else if (c >= 0x80 && !l->env.smtputf8) /* RFC 6531 section 3.5 */
			line[n] = '?';
	}
	line[n++] = '\r';
	line[n++] = '\n';
	out_add(l, line, n);
}

static void say_reply(struct lmtp *l, const struct intake_reply *r)
{
	/* a hook that said nothing has promised nothing */
	if (r->code < 200 || r->code > 599)
		say(l, "451 4.3.0 No answer; try again later.");
	else
		say(l, "%u %s", r->code, r->text);
}

/* ---- the transaction ---- */

static void data_free(struct lmtp *l)
{
	if (l->cfg->memory_left)
		*l->cfg->memory_left += l->data.size;
	free(l->data.p);
	l->data = (struct buf){ 0 };
}

static void txn_reset(struct lmtp *l)
{
	data_free(l);
	arena_free(&l->txn);
	l->env = (struct envelope){ .sender = "", .client = l->client, .helo = l->helo };
	l->recipients_size = 0;
	l->mail = l->later = false;
	l->total = 0;
	l->refused = NOT_REFUSED;
}

static void close_with(struct lmtp *l, const char *reply)
{
	txn_reset(l);
	say(l, "%s", reply);
	l->state = ST_CLOSED;
}

static void fault(struct lmtp *l, const char *reply)
{
	say(l, "%s", reply);
	if (++l->errors >= l->cfg->errors_max)
		close_with(l, "421 4.7.0 Too many errors.");
}

/* ---- commands ---- */

static void cmd_lhlo(struct lmtp *l, struct slice arg)
{
	arg = slice_trim(arg);
	if (arg.n == 0 || arg.n > 255) {
		fault(l, "501 5.5.4 LHLO needs your name.");
		return;
	}
	free(l->helo);
	l->helo = xrealloc(NULL, arg.n + 1);
	memcpy(l->helo, arg.p, arg.n);
	l->helo[arg.n] = '\0';
	/* what goes into logs and the database is text */
	if (!utf8_valid(arg))
		l->helo[0] = '\0';
	txn_reset(l);
	l->greeted = true;
	say(l, "250-%s", l->cfg->hostname);
	say(l, "250-PIPELINING");
	say(l, "250-SIZE %zu", l->cfg->message_max);
	say(l, "250-8BITMIME");
	say(l, "250-SMTPUTF8");
	say(l, "250 ENHANCEDSTATUSCODES");
}

static void cmd_helo(struct lmtp *l, struct slice arg)
{
	(void)arg;
	fault(l, "500 5.5.1 This is LMTP: say LHLO."); /* RFC 2033 section 4.1 */
}

/* One parameter of MAIL; the reply to refuse it with, or NULL. */
static const char *mail_param(struct lmtp *l, struct slice word)
{
	struct slice value = word, key;
	int64_t size;

	slice_cut(&value, '=', &key);
	if (slice_ieqz(key, "SIZE")) {
		if (value.n == 0 || value.n > 20)
			return "501 5.5.4 SIZE needs a number.";
		for (size_t i = 0; i < value.n; i++)
			if (value.p[i] < '0' || value.p[i] > '9')
				return "501 5.5.4 SIZE needs a number.";
		/* 20 digits may overflow: that is too large as well */
		if (!slice_i64(value, 0, INT64_MAX, &size) || (uint64_t)size > l->cfg->message_max)
			return "552 5.3.4 The message is too large.";
		if (l->cfg->memory_left && (uint64_t)size > *l->cfg->memory_left)
			return "452 4.3.1 No memory for it now; try again later.";
	} else if (slice_ieqz(word, "BODY=8BITMIME")) {
		l->env.body_8bit = true;
	} else if (slice_ieqz(word, "SMTPUTF8")) {
		l->env.smtputf8 = true;
	} else if (!slice_ieqz(word, "BODY=7BIT")) {
		return "555 5.5.4 Unknown parameter.";
	}
	return NULL;
}

/* The path after FROM: or TO:, as path_parse says; *rest_r gets the parameters. */
static enum rc path_take(struct lmtp *l, struct slice arg, const char *word, struct slice *rest_r,
			 struct slice *addr_r)
{
	(void)l;
	if (!slice_istarts(arg, word))
		return RC_INVALID;
	arg.p += strlen(word);
	arg.n -= strlen(word);
	while (arg.n && *arg.p == ' ') {
		arg.p++;
		arg.n--;
	}
	return path_parse(arg, addr_r, rest_r);
}

static bool ascii_only(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static void cmd_mail(struct lmtp *l, struct slice arg)
{
	struct slice params, word, addr;
	const char *refusal = NULL;

	if (!l->greeted || l->mail) {
		fault(l, l->mail ? "503 5.5.1 One MAIL at a time." : "503 5.5.1 Say LHLO first.");
		return;
	}
	if (path_take(l, arg, "FROM:", &params, &addr) != RC_OK) {
		fault(l, "501 5.1.7 This sender address cannot be read.");
		return;
	}
	l->later = false;
	while (!refusal && (params = slice_trim(params)).n) {
		slice_cut(&params, ' ', &word);
		refusal = mail_param(l, word);
	}
	if (!refusal && !ascii_only(addr) && !l->env.smtputf8)
		refusal = "553 5.6.7 This address needs SMTPUTF8.";
	if (refusal) {
		txn_reset(l);
		fault(l, refusal);
		return;
	}
	if (l->cfg->load && l->cfg->load->in_hand >= l->cfg->load->most) {
		l->cfg->load->told++;
		txn_reset(l);
		say(l, "%s", BUSY);
		l->later = true;
		return;
	}
	l->txn = arena_new(TXN_CAP);
	l->env.sender = slice_dup(l->txn, addr);
	l->mail = true;
	if (l->cfg->load)
		l->cfg->load->in_hand++;
	say(l, "250 2.1.0 Sender taken.");
}

static void rcpt_add(struct lmtp *l, const char *addr)
{
	struct envelope *e = &l->env;

	if (e->nrecipients == l->recipients_size) {
		size_t size = l->recipients_size ? l->recipients_size * 2 : 8;

		e->recipients = arena_grow(l->txn, e->recipients,
					   l->recipients_size * sizeof(*e->recipients),
					   size * sizeof(*e->recipients));
		l->recipients_size = size;
	}
	e->recipients[e->nrecipients++] = addr;
}

static void cmd_rcpt(struct lmtp *l, struct slice arg)
{
	struct intake_reply reply = { .code = 250, .text = "2.1.5 Recipient taken." };
	struct slice params, addr;
	struct arena_mark mark;
	const char *rcpt;

	if (l->later) { /* of a pipeline, and no fault of the client's */
		say(l, "%s", BUSY);
		return;
	}
	if (!l->mail) {
		fault(l, "503 5.5.1 MAIL comes first.");
		return;
	}
	if (path_take(l, arg, "TO:", &params, &addr) != RC_OK || addr.n == 0) {
		fault(l, "501 5.1.3 This recipient address cannot be read.");
		return;
	}
	if (slice_trim(params).n) {
		fault(l, "555 5.5.4 Unknown parameter.");
		return;
	}
	if (!ascii_only(addr) && !l->env.smtputf8) {
		fault(l, "553 5.6.7 This address needs SMTPUTF8.");
		return;
	}
	if (l->env.nrecipients >= l->cfg->recipients_max) {
		say(l, "452 4.5.3 Too many recipients."); /* the client sends the rest again */
		return;
	}
	mark = arena_mark(l->txn);
	rcpt = slice_dup(l->txn, addr);
	if (l->hooks->rcpt) {
		reply = (struct intake_reply){ 0 };
		l->hooks->rcpt(l->hooks->ctx, &l->env, rcpt, &reply);
	}
	if (reply.code >= 200 && reply.code < 300)
		rcpt_add(l, rcpt);
	else
		arena_rewind(l->txn, mark);
	say_reply(l, &reply);
}

static void cmd_data(struct lmtp *l, struct slice arg)
{
	if (slice_trim(arg).n) {
		fault(l, "501 5.5.4 DATA takes no argument.");
		return;
	}
	if (l->later) {
		say(l, "%s", BUSY);
		return;
	}
	if (!l->mail || l->env.nrecipients == 0) { /* RFC 2033 section 4.2 */
		fault(l, l->mail ? "503 5.5.1 No recipient was accepted."
				 : "503 5.5.1 MAIL comes first.");
		return;
	}
	l->state = ST_DATA;
	l->place = AT_START;
	say(l, "354 End with a line that is a dot.");
}

static void cmd_rset(struct lmtp *l, struct slice arg)
{
	if (slice_trim(arg).n) {
		fault(l, "501 5.5.4 RSET takes no argument.");
		return;
	}
	txn_reset(l);
	say(l, "250 2.0.0 Reset.");
}

static void cmd_noop(struct lmtp *l, struct slice arg)
{
	(void)arg;
	say(l, "250 2.0.0 Here.");
}

static void cmd_vrfy(struct lmtp *l, struct slice arg)
{
	(void)arg;
	say(l, "252 2.5.0 RCPT will tell.");
}

static void cmd_quit(struct lmtp *l, struct slice arg)
{
	(void)arg;
	close_with(l, "221 2.0.0 Goodbye.");
}

static void cmd_foreign(struct lmtp *l, struct slice arg)
{
	(void)arg;
	/* a browser made to speak to this port must not get to its body */
	close_with(l, "421 4.7.0 This is not a web server.");
}

static const struct {
	const char *verb;
	void (*run)(struct lmtp *l, struct slice arg);
} commands[] = {
	{ "LHLO", cmd_lhlo },     { "MAIL", cmd_mail },    { "RCPT", cmd_rcpt },
	{ "DATA", cmd_data },     { "RSET", cmd_rset },    { "NOOP", cmd_noop },
	{ "VRFY", cmd_vrfy },     { "QUIT", cmd_quit },    { "HELO", cmd_helo },
	{ "EHLO", cmd_helo },     { "GET", cmd_foreign },  { "POST", cmd_foreign },
	{ "PUT", cmd_foreign },   { "HEAD", cmd_foreign }, { "OPTIONS", cmd_foreign },
	{ "CONNECT", cmd_foreign },
};

static void command(struct lmtp *l, struct slice line)
{
	struct slice arg = line, verb;

	l->steps++;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '\n' || line.p[i] == '\r' || line.p[i] == '\0') {
			fault(l, "500 5.5.2 Lines end in CR LF and hold no CR, LF or NUL.");
			return;
		}
	slice_cut(&arg, ' ', &verb);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (slice_ieqz(verb, commands[i].verb)) {
			commands[i].run(l, arg);
			return;
		}
	fault(l, "500 5.5.1 Unknown command.");
}

/* Returns the bytes taken: up to the end of one command line. */
static size_t command_feed(struct lmtp *l, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (l->nline == sizeof(l->line)) {
			l->skip_cr = l->line[l->nline - 1] == '\r';
			l->nline = 0;
			l->state = ST_SKIP;
			return i;
		}
		l->line[l->nline++] = p[i];
		if (p[i] == '\n' && l->nline >= 2 && l->line[l->nline - 2] == '\r') {
			struct slice line = slice_make(l->line, l->nline - 2);

			l->nline = 0;
			command(l, line);
			return i + 1;
		}
	}
	return n;
}

static size_t skip_feed(struct lmtp *l, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' && l->skip_cr) {
			l->state = ST_COMMAND;
			fault(l, "500 5.5.2 The line is too long.");
			return i + 1;
		}
		l->skip_cr = p[i] == '\r';
	}
	return n;
}

/* ---- the message ---- */

static enum refused data_grow(struct lmtp *l, size_t need)
{
	struct buf *b = &l->data;
	size_t size = b->size < 16384 ? 16384 : b->size < (1 << 20) ? b->size * 2
							: b->size + b->size / 2;
	char *p;

	if (size < need)
		size = need;
	if (size > l->cfg->message_max)
		size = l->cfg->message_max;
	if (l->cfg->memory_left && size - b->size > *l->cfg->memory_left)
		return REFUSED_MEMORY;
	p = realloc(b->p, size);
	if (!p)
		return REFUSED_MEMORY;
	if (l->cfg->memory_left)
		*l->cfg->memory_left -= size - b->size;
	b->p = p;
	b->size = size;
	return NOT_REFUSED;
}

static void data_add(struct lmtp *l, const char *p, size_t n)
{
	if (n > SIZE_MAX - l->total) /* a message refused long ago and still coming */
		n = SIZE_MAX - l->total;
	l->total += n;
	if (l->refused == NOT_REFUSED) {
		if (l->total > l->cfg->message_max)
			l->refused = REFUSED_SIZE;
		else if (l->data.size - l->data.n < n)
			l->refused = data_grow(l, l->data.n + n);
		if (l->refused != NOT_REFUSED)
			data_free(l);
	}
	if (l->refused != NOT_REFUSED) {
		/* said at the end: too large is for ever, whatever else was short */
		if (l->total > l->cfg->message_max)
			l->refused = REFUSED_SIZE;
		return;
	}
	memcpy(l->data.p + l->data.n, p, n);
	l->data.n += n;
}

static void data_end(struct lmtp *l)
{
	struct envelope *e = &l->env;
	struct intake_reply *replies = calloc(e->nrecipients, sizeof(*replies));

	if (!replies) {
		l->refused = REFUSED_MEMORY;
	} else if (l->refused == NOT_REFUSED) {
		struct slice raw = slice_make(l->data.p ? l->data.p : "", l->data.n);

		e->received = clock_now();
		hash_bytes(raw.p, raw.n, e->digest);
		l->hooks->message(l->hooks->ctx, e, raw, replies);
	}
	for (size_t i = 0; i < e->nrecipients; i++)
		if (l->refused == REFUSED_SIZE)
			say(l, "552 5.3.4 The message is too large.");
		else if (l->refused == REFUSED_MEMORY)
			say(l, "451 4.3.1 No memory for it now; try again later.");
		else
			say_reply(l, &replies[i]);
	free(replies);
	l->steps += 1 + l->total / STEP;
	txn_reset(l);
	l->state = ST_COMMAND;
}

/* Returns the bytes taken: all, or up to the end of the message. */
static size_t data_feed(struct lmtp *l, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		char c = p[i];

		switch (l->place) {
		case AT_START:
			if (c == '.') {
				l->place = AT_DOT;
				i++;
				break;
			}
			l->place = AT_TEXT;
			break;
		case AT_DOT:
			if (c == '\r') {
				l->place = AT_DOT_CR;
				i++;
				break;
			}
			l->place = AT_TEXT; /* the first dot is the client's, not the author's */
			break;
		case AT_DOT_CR:
			if (c == '\n') {
				data_end(l);
				return i + 1;
			}
			data_add(l, "\r", 1);
			l->place = AT_CR;
			break;
		case AT_CR:
			if (c == '\n') {
				data_add(l, &c, 1);
				l->place = AT_START;
				i++;
				break;
			}
			l->place = AT_TEXT;
			break;
		case AT_TEXT: {
			const char *cr = memchr(p + i, '\r', n - i);
			size_t k = cr ? (size_t)(cr - (p + i)) + 1 : n - i;

			data_add(l, p + i, k);
			i += k;
			if (cr)
				l->place = AT_CR;
			break;
		}
		}
	}
	return n;
}

/* ---- the session ---- */

struct lmtp *lmtp_new(const struct lmtp_config *cfg, const struct intake_hooks *hooks,
		      const char *client)
{
	struct lmtp *l = xrealloc(NULL, sizeof(*l));
	size_t n = strlen(client) + 1;

	memset(l, 0, sizeof(*l));
	l->cfg = cfg;
	l->hooks = hooks;
	l->client = xrealloc(NULL, n);
	memcpy(l->client, client, n);
	l->helo = xrealloc(NULL, 1);
	l->helo[0] = '\0';
	txn_reset(l);
	say(l, "220 %s LMTP Cabildo", cfg->hostname);
	return l;
}

void lmtp_free(struct lmtp **lp)
{
	struct lmtp *l = *lp;

	if (!l)
		return;
	txn_reset(l);
	free(l->client);
	free(l->helo);
	free(l->out.p);
	free(l);
	*lp = NULL;
}

size_t lmtp_feed(struct lmtp *l, const char *p, size_t n)
{
	size_t at = 0;

	while (at < n && l->out.n - l->out_sent < LMTP_OUT_HIGH) {
		bool in_data = l->state == ST_DATA;

		switch (l->state) {
		case ST_COMMAND:
			at += command_feed(l, p + at, n - at);
			break;
		case ST_SKIP:
			at += skip_feed(l, p + at, n - at);
			break;
		case ST_DATA:
			at += data_feed(l, p + at, n - at);
			break;
		case ST_CLOSED:
			return n;
		}
		if (l->draining && !l->mail && l->state == ST_COMMAND)
			lmtp_abort(l, "The service is restarting.");
		if (in_data && l->state != ST_DATA)
			break;
	}
	return l->state == ST_CLOSED ? n : at;
}

struct slice lmtp_output(const struct lmtp *l)
{
	return slice_make(l->out.p ? l->out.p + l->out_sent : "", l->out.n - l->out_sent);
}

void lmtp_sent(struct lmtp *l, size_t n)
{
	l->out_sent += n;
	if (l->out_sent < l->out.n)
		return;
	l->out.n = l->out_sent = 0;
	if (l->out.size > 4096) { /* the replies to a thousand recipients are rare */
		free(l->out.p);
		l->out = (struct buf){ 0 };
	}
}

bool lmtp_closed(const struct lmtp *l)
{
	return l->state == ST_CLOSED;
}

bool lmtp_in_transaction(const struct lmtp *l)
{
	return l->mail;
}

bool lmtp_in_data(const struct lmtp *l)
{
	return l->state == ST_DATA;
}

unsigned long lmtp_steps(const struct lmtp *l)
{
	return l->steps + l->total / STEP;
}

void lmtp_drain(struct lmtp *l)
{
	l->draining = true;
	if (!l->mail && l->state != ST_CLOSED)
		lmtp_abort(l, "The service is restarting.");
}

void lmtp_abort(struct lmtp *l, const char *why)
{
	char reply[300];

	if (l->state == ST_CLOSED)
		return;
	snprintf(reply, sizeof(reply), "421 4.3.2 %s", why);
	close_with(l, reply);
}
