/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a transport and what all of them check first; see transport.h. */
#include "mailer/deliver/driver.h"

#include "server/base/base.h"

#define ADDR_MAX 254                    /* RFC 5321 4.5.3.1.3 with its erratum */
#define LOCAL_MAX 64

const char *transport_addr_bad(const char *addr, bool empty_ok)
{
	const char *at = strrchr(addr, '@');
	size_t n = strlen(addr);

	if (n == 0)
		return empty_ok ? NULL : "empty address";
	if (n > ADDR_MAX)
		return "address over 254 octets";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)addr[i];

		if (c > 127)
			return "needs SMTPUTF8";
		if (c <= 32 || c == 127)
			return "control character or space in the address";
		if (c == '<' || c == '>')
			return "angle bracket in the address";
	}
	if (at == NULL || at == addr || at[1] == '\0')
		return "not local@domain";
	if (at - addr > LOCAL_MAX)
		return "local part over 64 octets";
	return NULL;
}

void result_set(struct transport_result *r, enum transport_class cls, int code,
		const char *enhanced, const char *text)
{
	size_t n = 0;

	*r = (struct transport_result){ .cls = cls, .code = code };
	snprintf(r->enhanced, sizeof(r->enhanced), "%s", enhanced);
	for (; *text && n + 1 < sizeof(r->text); text++) {
		unsigned char c = (unsigned char)*text;
		bool gap = c <= 32 || c == 127;

		if (gap && (n == 0 || r->text[n - 1] == ' '))
			continue;
		r->text[n++] = gap ? ' ' : c > 127 ? '?' : (char)c;
	}
	while (n > 0 && r->text[n - 1] == ' ')
		n--;
	r->text[n] = '\0';
}

void result_reply(struct transport_result *r, int code, const char *enhanced, const char *text,
		  bool own)
{
	enum transport_class cls = TRANSPORT_UNKNOWN;

	if (code >= 200 && code <= 299)
		cls = TRANSPORT_OK;
	else if (code >= 400 && code <= 499)
		cls = TRANSPORT_TEMP;
	else if (code >= 500 && code <= 599)
		cls = code >= 550 && (own || code == 552) ? TRANSPORT_PERM : TRANSPORT_TEMP;
	else
		code = 0;
	result_set(r, cls, code, code ? enhanced : "", text);
}

size_t msg_size(const struct transport_msg *m)
{
	size_t n = 0;

	for (size_t i = 0; i < TRANSPORT_PIECES; i++)
		n += m->piece[i].n;
	return n;
}

/* A bare LF or CR would end a line for some servers (smuggling). cr: the piece before it
 * ended in a CR. */
static bool piece_bad(struct slice s, bool *cr)
{
	while (s.n > 0) {
		const char *lf, *end;
		size_t n;

		if (*cr && s.p[0] != '\n')
			return true;
		lf = memchr(s.p, '\n', s.n);
		n = lf ? (size_t)(lf - s.p) : s.n;
		end = memchr(s.p, '\r', n);
		if (end ? end != s.p + n - 1 : lf && !*cr)
			return true;
		*cr = end && !lf;
		n += lf != NULL;
		s = slice_make(s.p + n, s.n - n);
	}
	return false;
}

bool msg_high(const struct transport_msg *m)
{
	for (size_t k = 0; k < TRANSPORT_PIECES; k++) {
		const char *p = m->piece[k].p;
		size_t n = m->piece[k].n;
		uint64_t all = 0, v;

		for (; n >= sizeof(v); n -= sizeof(v), p += sizeof(v)) {
			memcpy(&v, p, sizeof(v));
			all |= v;
		}
		for (; n > 0; n--)
			all |= (uint64_t)(unsigned char)*p++;
		if (all & UINT64_C(0x8080808080808080))
			return true;
	}
	return false;
}

bool msg_envid_ok(const struct transport_msg *m)
{
	size_t n = m->envid ? strlen(m->envid) : 0;

	for (size_t i = 0; i < n; i++)
		if (m->envid[i] <= 32 || m->envid[i] > 126)
			return false;
	return n > 0 && n <= 80;
}

static const char *msg_bad(const struct transport_msg *m)
{
	const char *why = transport_addr_bad(m->from, true);
	size_t size = msg_size(m);
	bool cr = false;
	char last = '\0';

	if (why)
		return why;
	if (size == 0 || size > INT32_MAX)
		return "empty or too large";
	for (size_t i = 0; i < TRANSPORT_PIECES; i++) {
		struct slice s = m->piece[i];

		if (s.n == 0)
			continue;
		if (memchr(s.p, '\0', s.n) != NULL)
			return "NUL in the message";
		if (piece_bad(s, &cr))
			return "bare CR or LF in the message";
		last = s.p[s.n - 1];
	}
	return last == '\n' ? NULL : "the last line does not end in CRLF";
}

bool all_kept(const struct transport_calls *calls)
{
	return calls->kept == NULL || calls->kept(calls->ctx);
}

bool take_next(const struct transport_calls *calls, struct transport_msg *m,
	       struct transport_result *results, bool *skip)
{
	return take_ahead(calls, m, results, skip) && all_kept(calls);
}

/* How many of its recipients may go on the wire; what is wrong with the others is in results. */
static size_t msg_check(const struct transport_msg *m, struct transport_result *results, bool *skip)
{
	const char *why = msg_bad(m);
	size_t good = 0;

	if (m->nto > TRANSPORT_TO_MAX)
		log_panic("event=too_many_recipients n=%zu", m->nto);
	for (size_t i = 0; i < m->nto; i++) {
		const char *bad = why ? why : transport_addr_bad(m->to[i], false);

		skip[i] = bad != NULL;
		good += bad == NULL;
		if (bad)
			result_set(&results[i], TRANSPORT_PERM, 0,
				   why ? "5.6.0" : strcmp(bad, "needs SMTPUTF8") == 0
				   ? "5.6.7" : "5.1.3", bad);
	}
	return good;
}

bool take_ahead(const struct transport_calls *calls, struct transport_msg *m,
		struct transport_result *results, bool *skip)
{
	for (;;) {
		*m = (struct transport_msg){ .from = "" };
		if (!calls->next(m, calls->ctx))
			return false;
		if (msg_check(m, results, skip) > 0)
			return true;
		if (!calls->done(m, results, calls->ctx))
			return false;
	}
}

bool take_following(const struct transport_calls *calls, struct transport_msg *m,
		    struct transport_result *results, bool *skip)
{
	*m = (struct transport_msg){ .from = "" };
	if (calls->following == NULL || !calls->following(m, calls->ctx))
		return false;
	(void)msg_check(m, results, skip);
	return true;
}

static bool percent_decode(struct arena *a, struct slice s, const char **out_r)
{
	struct str o;

	str_init(&o, a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		unsigned v;

		if (s.p[i] != '%') {
			str_addc(&o, s.p[i]);
			continue;
		}
		if (i + 2 >= s.n || sscanf(slice_dup(a, slice_make(s.p + i + 1, 2)), "%2x", &v) != 1 ||
		    v == 0)
			return false;
		str_addc(&o, (char)v);
		i += 2;
	}
	*out_r = arena_strdup(a, str_z(&o));
	return true;
}

static bool host_loopback(const char *h)
{
	return strcmp(h, "localhost") == 0 || strcmp(h, "127.0.0.1") == 0;
}

static const char *url_options(struct transport *t, struct slice opts, bool *no_tls)
{
	struct slice one, key;
	int64_t sec;

	while (opts.n > 0) {
		slice_cut(&opts, '&', &one);
		slice_cut(&one, '=', &key);
		if (slice_eqz(key, "tls") && slice_eqz(one, "yes"))
			t->url.tls = true;
		else if (slice_eqz(key, "tls") && slice_eqz(one, "no"))
			*no_tls = true;
		else if (slice_eqz(key, "ca") && one.n > 0)
			t->url.ca = slice_dup(t->arena, one);
		else if (slice_eqz(key, "timeout") && slice_i64(one, 1, 120, &sec))
			t->url.timeout_ms = (long)sec * 1000;
		else
			return "relay: options are tls=yes|no, ca=FILE, timeout=1..120";
	}
	return NULL;
}

/* What follows smtp:// */
static const char *url_smtp(struct transport *t, struct slice rest)
{
	struct transport_url *u = &t->url;
	struct slice auth, host, user;
	const char *at, *why;
	bool no_tls = false;
	int64_t port;

	u->timeout_ms = TRANSPORT_TIMEOUT_MS;
	slice_cut(&rest, '?', &host);
	why = url_options(t, rest, &no_tls);
	if (why)
		return why;
	at = host.n ? memchr(host.p, '@', host.n) : NULL;
	if (at) {
		auth = slice_make(host.p, (size_t)(at - host.p));
		host = slice_make(at + 1, host.n - auth.n - 1);
		if (!slice_cut(&auth, ':', &user) || user.n == 0 || auth.n == 0 ||
		    !percent_decode(t->arena, user, &u->user) ||
		    !percent_decode(t->arena, auth, &u->password))
			return "relay: write smtp://user:password@host, special characters %-encoded";
		u->tls = true;
	}
	rest = host;
	if (slice_cut(&rest, ':', &host)) {
		if (!slice_i64(rest, 1, 65535, &port))
			return "relay: the port is a number from 1 to 65535";
		u->port = slice_dup(t->arena, rest);
	}
	if (host.n == 0 || host.n > 253)
		return "relay: no host";
	for (size_t i = 0; i < host.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_",
			   host.p[i]) == NULL || host.p[i] == '\0')
			return "relay: a host name or an IPv4 address is needed";
	u->host = slice_dup(t->arena, host);
	if (no_tls && u->user && !host_loopback(u->host))
		return "relay: a password needs TLS, except to this machine";
	if (no_tls)
		u->tls = false;
	if (u->port == NULL)
		u->port = u->user || u->tls ? "587" : "25";
	return NULL;
}

enum rc transport_open(struct transport **t_r, struct arena *a, const char *url,
		       const char *helo, const char **err_r)
{
	struct transport *t = ARENA_NEW(a, struct transport);
	struct slice s = slice_of(url);
	enum rc rc;

	*t_r = NULL;
	*err_r = NULL;
	t->arena = a;
	t->helo = arena_strdup(a, *helo ? helo : "localhost");
	if (slice_starts(s, "smtp://")) {
		t->kind = &transport_smtp;
		*err_r = url_smtp(t, slice_make(s.p + 7, s.n - 7));
		if (*err_r == NULL && t->url.user == NULL && !t->url.tls)
			t->kind = &transport_plain;
	} else if (slice_starts(s, "maildir:/")) {
		t->kind = &transport_maildir;
		t->root = arena_strdup(a, url + 8);
	} else if (slice_eqz(s, "null:")) {
		t->kind = &transport_null;
	} else {
		*err_r = "relay: smtp://host:port, maildir:/path or null:";
	}
	if (*err_r)
		return RC_INVALID;
	rc = t->kind->open(t, err_r);
	if (rc == RC_OK)
		*t_r = t;
	return rc;
}

enum rc transport_send(struct transport *t, const struct transport_calls *calls)
{
	return t->kind->send(t, calls);
}

void transport_close(struct transport *t)
{
	if (t && t->kind->close)
		t->kind->close(t);
}

static enum rc null_open(struct transport *t UNUSED, const char **err_r UNUSED)
{
	return RC_OK;
}

static enum rc null_send(struct transport *t UNUSED, const struct transport_calls *calls)
{
	static const char said[] = "accepted and forgotten";
	struct transport_result results[TRANSPORT_TO_MAX];
	bool skip[TRANSPORT_TO_MAX];
	struct transport_msg m;

	while (take_next(calls, &m, results, skip)) {
		for (size_t i = 0; i < m.nto; i++)
			if (!skip[i])
				result_set(&results[i], TRANSPORT_OK, 250, "2.0.0", said);
		if (!calls->done(&m, results, calls->ctx))
			break;
	}
	return RC_OK;
}

const struct transport_kind transport_null = { null_open, null_send, NULL };
