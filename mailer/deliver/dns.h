/* SPDX-License-Identifier: Apache-2.0 */
/* TXT records by c-ares, with an end to the waiting. */
#ifndef CABILDO_MAILER_DELIVER_DNS_H
#define CABILDO_MAILER_DELIVER_DNS_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct dns;

/* server: HOST:PORT; "": what the machine uses. NULL where that cannot be set up. */
struct dns *dns_open(const char *server);
void dns_close(struct dns **d);
/*
 * RC_OK with the records, each with its strings joined, and the seconds they
 * may be kept; none where the name or the record does not exist. RC_INVALID:
 * no DNS name. RC_TEMPFAIL: no answer within ms, or none that says something.
 */
enum rc dns_txt(struct dns *d, struct arena *a, const char *name, int ms, struct slice **txt_r,
		size_t *n_r, int *ttl_r) MUST_USE;

#endif
