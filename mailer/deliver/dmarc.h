/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a domain asks others to do with mail that only claims to come from it
 * (RFC 7489): read from DNS, remembered for an hour or more. One worker's
 * memory; asking takes at most DMARC_WAIT_MS, and while no server answers
 * nobody is asked for a minute: the queue does not wait for DNS.
 */
#ifndef CABILDO_MAILER_DELIVER_DMARC_H
#define CABILDO_MAILER_DELIVER_DMARC_H

#include "server/base/arena.h"
#include "server/base/str.h"

#define DMARC_WAIT_MS 3000

enum dmarc_policy {
	DMARC_NONE,       /* none published, or p=none */
	DMARC_QUARANTINE,
	DMARC_REJECT,
	DMARC_UNKNOWN,    /* DNS did not say: be careful */
};
const char *dmarc_name(enum dmarc_policy p);

struct dmarc;

/* server: HOST:PORT of the DNS server to ask; "": those of resolv.conf. */
struct dmarc *dmarc_open(const char *server);
void dmarc_close(struct dmarc **d);
/* domain: of the From address, lower case; one that is no DNS name is DMARC_UNKNOWN. */
enum dmarc_policy dmarc_lookup(struct dmarc *d, const char *domain);
/* Relaxed alignment (RFC 7489 3.1.1): both belong to one organisation. */
bool dmarc_aligned(struct dmarc *d, const char *a, const char *b);

/*
 * One TXT record. False: it is no DMARC record. sub: it stands at the
 * organisation's domain and a domain below it is asked for.
 */
MUST_USE bool dmarc_record(struct slice txt, bool sub, enum dmarc_policy *p_r);

#endif
