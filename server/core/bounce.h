/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail that does not arrive, and people who call it abuse.
 *
 * Whoever hears of it (a report to a VERP address, a refusal at RCPT) records
 * an event; cabildod alone scores: hard 1, soft 0.2, no more than one a day,
 * halved every 30 days. At the threshold (setting bounce_threshold, 3) the
 * address gets no more mail; its owner's other addresses are told. On days 7,
 * 14 and 21 a probe asks whether it works again: nothing back within three days,
 * and mail goes on; after 28 days its subscriptions are set to no mail and
 * the groups' owners told. The person ends it any time: a button, or a sign-in by
 * a link sent to that address.
 *
 * Refusals for what the mail is or who sends it (spam, block lists, SPF ...)
 * are recorded as policy: nobody's mailbox is dead, the owner should look. A
 * complaint sets the subscription to no mail and is no bounce.
 */
#ifndef CABILDO_CORE_BOUNCE_H
#define CABILDO_CORE_BOUNCE_H

#include "server/core/unit.h"

#define BOUNCE_HALF_LIFE   30 /* days */
#define BOUNCE_THRESHOLD   "3"
#define BOUNCE_PROBE_EVERY 7  /* days */
#define BOUNCE_PROBES      3
#define BOUNCE_PROBE_WAIT  3  /* days without a bounce */
#define BOUNCE_HOPELESS    28 /* days */
#define BOUNCE_PAGE        50 /* lines */

enum bounce_kind { BOUNCE_HARD, BOUNCE_SOFT, BOUNCE_POLICY, BOUNCE_DELAY, BOUNCE_COMPLAINT };

struct bounce_new {
	int64_t subscription; /* whose copy it was; 0: a probe's */
	int64_t probe;        /* else the address that was asked */
	int64_t list;         /* of a probe */
	int64_t post;         /* 0: not known */
	const char *about;    /* with post 0: what else tells one event from another */
	enum bounce_kind kind;
	const char *reason, *status, *rcpt, *mta, *text; /* "" where not said */
	unsigned code;
};
/* In a transaction. RC_NOTFOUND: subscription or address are gone. *new_r false:
 * the same event was recorded before. */
enum rc bounce_record(struct unit *u, const struct bounce_new *b, bool *new_r) MUST_USE;
/* The post of the list by its id (from our envelope id) or by Message-ID; 0: none. */
enum rc bounce_post_find(struct unit *u, int64_t list, int64_t post, const char *msgid,
			 int64_t *post_r) MUST_USE;

/* cabildod: its own transactions; n_r: how many events, or addresses. */
enum rc bounce_score(struct unit *u, int64_t *n_r) MUST_USE;
enum rc bounce_watch(struct unit *u, int64_t *n_r) MUST_USE;

/* The address gets mail again. account 0: whosever it is (the command line).
 * RC_NOTFOUND: nothing was held against it. In a transaction. */
enum rc bounce_return(struct unit *u, const char *addr, int64_t account, const char *why) MUST_USE;

struct bounce_line {
	const char *addr, *name, *score;
	int64_t suspended_at, probes, probe_at, event, at, code;
	const char *kind, *reason, *status, *rcpt, *mta, *text;
	const char *delivery; /* of a list's; the list's name of an address's */
	bool probe;
};
/* Who had a bounce in the group, the last one first, BOUNCE_PAGE of them; before 0,
 * or the event of the last line. The command line may see all; else owners and moderators. */
enum rc bounces_of_list(struct unit *u, const char *list, int64_t before, struct bounce_line **r,
			size_t *n_r) MUST_USE;
enum rc bounces_of_address(struct unit *u, const char *addr, struct bounce_line **r,
			   size_t *n_r) MUST_USE;

struct bounce_mine {
	const char *addr, *text;
	int64_t suspended_at;
};
/* The actor's own addresses that get no mail. */
enum rc bounces_mine(struct unit *u, struct bounce_mine **r, size_t *n_r) MUST_USE;

#endif
