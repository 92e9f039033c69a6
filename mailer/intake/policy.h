/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postfix's policy delegation (SMTPD_POLICY_README) as a machine without
 * descriptors: name=value lines up to an empty one, then "action=...". A
 * request that is broken, foreign or beyond the limits gets DUNNO: this
 * service refuses what it knows to be wrong and leaves the rest to others.
 */
#ifndef CABILDO_MAILER_INTAKE_POLICY_H
#define CABILDO_MAILER_INTAKE_POLICY_H

#include "mailer/intake/intake.h"

#define POLICY_BYTES_MAX 10240
#define POLICY_ATTRS_MAX 100

struct policy;

struct policy *policy_new(const struct intake_hooks *hooks);
void policy_free(struct policy **p);
/* Takes bytes up to the end of one request; returns how many. Offer the rest
 * again once the output is gone. */
MUST_USE size_t policy_feed(struct policy *p, const char *bytes, size_t n);
struct slice policy_output(const struct policy *p);
void policy_sent(struct policy *p, size_t n);
/* No request half read and no answer half sent: may be closed without harm. */
bool policy_idle(const struct policy *p);

#endif
