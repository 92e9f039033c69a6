/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parsed message and where it is addressed, to its fate: the rules of
 * server/core/rules.h, in their order. A final rule decides at once; all the
 * others are asked, the strongest answer decides, and everything that spoke is
 * named to the sender. What each said is the trace that is stored with the
 * message. Nothing here answers anybody, and nothing asks the database: what
 * the rules need of it stands in struct accept_in.
 */
#ifndef CABILDO_MAILER_ACCEPT_H
#define CABILDO_MAILER_ACCEPT_H

#include "mailer/accept/proof.h"
#include "mailer/parse/mail.h"
#include "server/core/address.h"
#include "server/core/patterns.h"

struct accept_in {
	struct arena *arena;
	const struct conf *conf;
	const struct mail *mail; /* NULL: it must not, or could not, be parsed */
	const char *parse_why;   /* then: why */
	const char *envelope_from;
	const struct list_ref *list;
	struct address_to to;
	const char *list_addr; /* name@domain */
	int64_t size;
	struct proof proof;
	const struct pattern *patterns; /* the moderators' rules; patterns_for */
	size_t npatterns;
	bool patterns_away; /* they could not be read: the message is held */
};

struct verdict {
	enum fate fate;          /* FATE_POSTED, HELD, COMMAND, DROPPED, REFUSED, BOUNCE, COMPLAINT,
				    QUARANTINED */
	const char *rule;        /* the name of the one that decided */
	const char *reason;      /* one English sentence, a msgid unless a moderator wrote it */
	const char *trace;       /* "malformed=- loop=- ... nonmember=hold posted=-" */
	enum rule failed[RULES]; /* all that spoke against it, in order */
	size_t nfailed;
	bool quiet;              /* held, and nobody is told that it waits */
};

/* What one rule says besides its outcome. */
struct say {
	const char *detail; /* for the trace: no blank, no parenthesis */
	const char *reason; /* instead of the table's sentence; NULL: that */
	bool accept;        /* a moderators' rule takes the message */
	bool quiet;
};

/* The deciding function of each rule of the table. */
typedef enum outcome accept_fn(const struct accept_in *in, struct say *s);
extern accept_fn *const accept_fns[RULES];

void accept_decide(const struct accept_in *in, struct verdict *v_r);

/* content.c: the rules that read the message's own words. */
bool names_group(const struct accept_in *in); /* To or Cc has an address of the group */
accept_fn rule_unaddressed, rule_pattern, rule_file_types, rule_spam;

#endif
