/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parsed message and where it is addressed, to its fate: an ordered table
 * of rules, the first that speaks decides. The names of the rules and what
 * each said are the trace that is stored with the message.
 */
#ifndef CABILDO_MAILER_ACCEPT_H
#define CABILDO_MAILER_ACCEPT_H

#include "mailer/parse/mail.h"
#include "server/core/address.h"
#include "server/core/submit.h"

struct accept_in {
	struct arena *arena;     /* for what a rule has to look at */
	const struct mail *mail; /* NULL: it must not, or could not, be parsed */
	const char *parse_why;   /* then: why */
	const char *envelope_from;
	const struct list_ref *list;
	struct address_to to;
	const char *list_addr; /* name@domain */
	int64_t size;
};

struct verdict {
	enum fate fate; /* FATE_POSTED, HELD, COMMAND, DROPPED, BOUNCE, QUARANTINED */
	const char *rule;
	const char *reason; /* one English sentence */
	const char *trace;  /* "poisoned=- loop=- ... posted=yes" */
};

struct accept_rule {
	const char *name;
	const char *looks_at; /* for the documentation */
	/* true: it decides; fills fate and reason */
	bool (*decide)(const struct accept_in *in, struct verdict *v);
};
extern const struct accept_rule accept_rules[];
extern const size_t accept_rules_n;

void accept_decide(struct arena *a, const struct accept_in *in, struct verdict *v_r);

#endif
