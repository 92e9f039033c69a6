/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a mailbox has instead of an envelope: the fields that the provider's
 * last hop wrote. Nothing here is proof of anything; whether an address is one
 * of ours is decided at RCPT as for all other mail.
 */
#ifndef CABILDO_MAILER_FETCH_ENVELOPE_H
#define CABILDO_MAILER_FETCH_ENVELOPE_H

#include "server/base/arena.h"
#include "server/base/str.h"

#define FETCH_RECIPIENTS 8

struct fetch_envelope {
	const char *sender; /* Return-Path; without one, From; "" where it says <> */
	const char *recipients[FETCH_RECIPIENTS];
	size_t n; /* at least 1: the list's own address where no field names it */
};

/*
 * Recipients: every address LIST@DOMAIN, LIST-WORD@DOMAIN and
 * LIST<delim>TAG@DOMAIN in Delivered-To, X-Original-To, X-Delivered-To and
 * Envelope-To; where those name none, in To and Cc. Linear in the header.
 */
void fetch_envelope_read(struct arena *a, struct slice raw, const char *list, const char *domain,
			 char delim, struct fetch_envelope *e_r);

#endif
