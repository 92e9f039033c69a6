/* SPDX-License-Identifier: Apache-2.0 */
/* See dns.h. The only file that sees c-ares. */
#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>

#include "mailer/deliver/dns.h"

#include "server/base/base.h"

#define TXT_MAX  50 /* records of one answer that are looked at */
#define TRY_MS   800
#define NO_TTL   3600
#define DNS_NAME_MAX 253

struct dns {
	ares_channel channel;
};

struct question {
	struct arena *a;
	enum rc rc;
	bool done;
	struct slice *txt;
	size_t n;
	int ttl;
};

struct dns *dns_open(const char *server)
{
	struct ares_options o = { .timeout = TRY_MS, .tries = 3, .flags = ARES_FLAG_NOSEARCH };
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS;
	struct dns *d = calloc(1, sizeof(*d));

	if (d == NULL || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		log_die("event=no_dns");
	if (ares_init_options(&d->channel, &o, mask) != ARES_SUCCESS) {
		free(d);
		return NULL;
	}
	if (*server && ares_set_servers_ports_csv(d->channel, server) != ARES_SUCCESS)
		dns_close(&d);
	return d;
}

void dns_close(struct dns **d)
{
	if (*d == NULL)
		return;
	ares_destroy((*d)->channel);
	ares_library_cleanup();
	free(*d);
	*d = NULL;
}

/* The lowest time to live of the answer's records, from the bytes: the parsed
 * form of this version does not carry it. */
static int ttl_of(const unsigned char *p, size_t n)
{
	ns_msg m;
	ns_rr rr;
	int ttl = NO_TTL;

	if (ns_initparse(p, (int)n, &m) != 0)
		return ttl;
	for (int i = 0; i < ns_msg_count(m, ns_s_an); i++)
		if (ns_parserr(&m, ns_s_an, i, &rr) == 0 && ns_rr_ttl(rr) < (unsigned)ttl)
			ttl = (int)ns_rr_ttl(rr);
	return ttl;
}

static void records(struct question *q, const struct ares_txt_ext *t)
{
	struct str s;

	q->txt = ARENA_ARRAY(q->a, TXT_MAX, struct slice);
	for (; t != NULL && q->n < TXT_MAX; t = t->next) {
		if (t->record_start || q->n == 0)
			q->txt[q->n++] = SLICE("");
		str_init(&s, q->a, 65536);
		str_adds(&s, q->txt[q->n - 1]);
		str_add(&s, t->txt, t->length);
		q->txt[q->n - 1] = str_slice(&s);
	}
}

static void answered(void *arg, int status, int timeouts UNUSED, unsigned char *p, int n)
{
	struct question *q = arg;
	struct ares_txt_ext *t = NULL;

	if (q->done) /* the question was given up, its memory is not */
		return;
	q->done = true;
	q->ttl = NO_TTL;
	if (status == ARES_SUCCESS)
		status = ares_parse_txt_reply_ext(p, n, &t);
	switch (status) {
	case ARES_SUCCESS:
		q->rc = RC_OK;
		q->ttl = ttl_of(p, (size_t)n);
		records(q, t);
		break;
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
		q->rc = RC_OK;
		break;
	case ARES_EBADNAME:
	case ARES_EBADQUERY:
		q->rc = RC_INVALID;
		break;
	default:
		q->rc = RC_TEMPFAIL;
	}
	if (t)
		ares_free_data(t);
}

/* One turn: the sockets c-ares waits for, until one is ready or ms are over. */
static void turn(struct dns *d, int ms)
{
	ares_socket_t s[ARES_GETSOCK_MAXNUM];
	struct pollfd p[ARES_GETSOCK_MAXNUM];
	struct timeval max = { ms / 1000, ms % 1000 * 1000 }, buf, *tv;
	unsigned bits = (unsigned)ares_getsock(d->channel, s, ARES_GETSOCK_MAXNUM);
	nfds_t n = 0;

	for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		/* ARES_GETSOCK_READABLE, _WRITABLE by hand: theirs shift an int into its sign */
		short ev = (bits >> i & 1 ? POLLIN : 0) |
			   (bits >> (i + ARES_GETSOCK_MAXNUM) & 1 ? POLLOUT : 0);

		if (ev)
			p[n++] = (struct pollfd){ .fd = s[i], .events = ev };
	}
	tv = ares_timeout(d->channel, &max, &buf);
	if (poll(p, n, (int)(tv->tv_sec * 1000 + tv->tv_usec / 1000) + 1) <= 0) {
		ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* time-outs */
		return;
	}
	for (nfds_t i = 0; i < n; i++)
		if (p[i].revents)
			ares_process_fd(d->channel, p[i].events & POLLIN ? p[i].fd : ARES_SOCKET_BAD,
					p[i].events & POLLOUT ? p[i].fd : ARES_SOCKET_BAD);
}

enum rc dns_txt(struct dns *d, struct arena *a, const char *name, int ms, struct slice **txt_r,
		size_t *n_r, int *ttl_r)
{
	struct question q = { .a = a, .rc = RC_TEMPFAIL };
	int64_t end = clock_mono() + (int64_t)ms * 1000;

	*n_r = 0;
	if (strlen(name) > DNS_NAME_MAX)
		return RC_INVALID;
	ares_search(d->channel, name, ns_c_in, ns_t_txt, answered, &q);
	while (!q.done && clock_mono() < end)
		turn(d, (int)((end - clock_mono()) / 1000) + 1);
	if (!q.done)
		ares_cancel(d->channel); /* calls answered now: q is still here */
	*txt_r = q.txt;
	*n_r = q.rc == RC_OK ? q.n : 0;
	*ttl_r = q.ttl;
	return q.rc;
}
