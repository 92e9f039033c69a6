/* SPDX-License-Identifier: Apache-2.0 */
/* See crowd.h. The parent alone writes the ring; workers read what it published last. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/serve/crowd.h"

#include "server/base/base.h"

#define RING      1024         /* at LOOK_BUSY ms: longer than CROWD_STALE */
#define LOOK_BUSY 50           /* ms between two looks while somebody waits */
#define LOOK_IDLE 250
#define BLIND     (2 * USEC)   /* no look for so long: the parent stands still, nothing is known */

struct look {
	_Atomic int64_t at;    /* clock_mono */
	_Atomic uint64_t come; /* connections that had come by then */
};

struct crowd {
	struct look ring[RING];
	_Atomic uint64_t looks;  /* the newest stands at looks - 1; 0: none yet */
	_Atomic uint64_t taken;  /* connections that workers took */
	_Atomic uint64_t turned;
	_Atomic int64_t since;   /* the crowd's first look; 0: there is none */
	_Atomic uint64_t few;    /* so many are none */
	/* the parent's */
	int diag;
	bool asked, said;
	uint64_t told;           /* turned away when that was last logged */
};

struct crowd *crowd_open(void)
{
	struct crowd *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (c == MAP_FAILED)
		return NULL;
	c->diag = -1;
	return c;
}

void crowd_close(struct crowd **c)
{
	if (!*c)
		return;
	if ((*c)->diag >= 0)
		close((*c)->diag);
	munmap(*c, sizeof(**c));
	*c = NULL;
}

/* ---- the kernel's number ---- */

static int64_t waiting_tcp(int fd)
{
	struct tcp_info t;
	socklen_t n = sizeof(t);

	/* of a socket that listens: the length of its queue */
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &t, &n) == 0 ? (int64_t)t.tcpi_unacked : -1;
}

static int64_t rqlen(struct unix_diag_msg *m, size_t n)
{
	struct rtattr *a = (struct rtattr *)(void *)(m + 1);

	for (int left = (int)n - (int)sizeof(*m); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == UNIX_DIAG_RQLEN) {
			struct unix_diag_rqlen r;

			memcpy(&r, RTA_DATA(a), sizeof(r));
			return r.udiag_rqueue;
		}
	return -1;
}

static int64_t waiting_unix(int fd, int diag)
{
	struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} q = { { sizeof(q), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0 },
		{ .sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_show = UDIAG_SHOW_RQLEN,
		  .udiag_cookie = { ~0U, ~0U } } };
	union {
		struct nlmsghdr h;
		char b[1024];
	} in;
	struct stat st;
	ssize_t n;

	if (diag < 0 || fstat(fd, &st) != 0)
		return -1;
	q.r.udiag_ino = (uint32_t)st.st_ino;
	if (send(diag, &q, sizeof(q), MSG_DONTWAIT) != (ssize_t)sizeof(q))
		return -1;
	n = recv(diag, &in, sizeof(in), MSG_DONTWAIT); /* the kernel answers within send */
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(struct unix_diag_msg)) || !NLMSG_OK(&in.h, (size_t)n) ||
	    in.h.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return -1;
	return rqlen(NLMSG_DATA(&in.h), NLMSG_PAYLOAD(&in.h, 0));
}

static bool is_unix(int fd)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);

	return getsockname(fd, (struct sockaddr *)&at, &n) == 0 && at.ss_family == AF_UNIX;
}

int64_t crowd_waiting(int fd, int diag)
{
	return is_unix(fd) ? waiting_unix(fd, diag) : waiting_tcp(fd);
}

/* ---- the parent ---- */

static void tell(struct crowd *c, int64_t now, int64_t waiting)
{
	uint64_t turned = atomic_load(&c->turned);
	int64_t since = atomic_load(&c->since);

	if (!c->said && turned > c->told) {
		c->said = true;
		log_warn("event=crowd waiting=%lld since_ms=%lld todo=\"pages are asked for faster than they "
			 "are drawn; who waits too long gets 503\"",
			 (long long)waiting, (long long)(since ? (now - since) / 1000 : 0));
	}
	if (c->said && !since && waiting == 0) {
		log_info("event=crowd_over turned_away=%llu", (unsigned long long)(turned - c->told));
		c->told = turned;
		c->said = false;
	}
}

int crowd_look_at(struct crowd *c, int64_t now, int64_t waiting, unsigned workers)
{
	uint64_t taken = atomic_load(&c->taken), n = atomic_load(&c->looks);
	uint64_t few = (uint64_t)CROWD_EACH * workers;
	struct look *l = &c->ring[n % RING];

	atomic_store(&c->few, few);
	if ((uint64_t)waiting > few) {
		if (!atomic_load(&c->since))
			atomic_store(&c->since, now);
	} else {
		atomic_store(&c->since, 0);
	}
	atomic_store(&l->at, now);
	atomic_store(&l->come, taken + (uint64_t)waiting);
	atomic_store(&c->looks, n + 1);
	tell(c, now, waiting);
	return waiting > 0 ? LOOK_BUSY : LOOK_IDLE;
}

int crowd_look(struct crowd *c, int listen_fd, unsigned workers)
{
	int64_t waiting;

	if (!c->asked) {
		c->asked = true;
		c->diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
		if (crowd_waiting(listen_fd, c->diag) < 0)
			log_info("event=crowd_unseen errno=%d what=\"the kernel does not tell how many wait: "
				 "nobody is turned away\"", errno);
	}
	waiting = crowd_waiting(listen_fd, c->diag);
	return waiting < 0 ? LOOK_IDLE : crowd_look_at(c, clock_mono(), waiting, workers);
}

/* ---- a worker ---- */

/* How many had come at that time, at least; 0 where that is not known. */
static uint64_t come_by(const struct crowd *c, uint64_t looks, int64_t when)
{
	uint64_t oldest = looks > RING / 2 + RING / 4 ? looks - (RING / 2 + RING / 4) : 0;

	while (looks > oldest) {
		const struct look *l = &c->ring[--looks % RING];

		if (atomic_load(&l->at) <= when)
			return atomic_load(&l->come);
	}
	return 0;
}

bool crowd_late_at(struct crowd *c, int64_t now)
{
	uint64_t k = atomic_fetch_add(&c->taken, 1), looks = atomic_load(&c->looks);
	const struct look *newest = &c->ring[(looks - 1) % RING];
	int64_t since = atomic_load(&c->since);
	uint64_t come;

	if (looks == 0 || now - atomic_load(&newest->at) > BLIND)
		return false;
	come = atomic_load(&newest->come);
	if (come <= k)
		return false;
	/* the last few of them are served, however long they waited */
	if (since && now - since > CROWD_LASTS && come - k > atomic_load(&c->few) &&
	    come_by(c, looks, now - CROWD_WAIT) > k)
		return true;
	return come_by(c, looks, now - CROWD_STALE) > k;
}

bool crowd_late(struct crowd *c)
{
	return c && crowd_late_at(c, clock_mono());
}

uint64_t crowd_turned(struct crowd *c)
{
	return atomic_fetch_add(&c->turned, 1) + 1;
}
