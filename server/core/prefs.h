/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person receives, said in a sentence, and changed: signed in, or by a
 * link that is in every mail's page to unsubscribe. The link has a MAC of its own
 * purpose: it reaches the delivery of that one subscription and nothing else.
 */
#ifndef CABILDO_CORE_PREFS_H
#define CABILDO_CORE_PREFS_H

#include "server/core/forum.h"
#include "server/core/subscribe.h"
#include "server/core/unit.h"

/* The zones a person may choose: IANA names. */
extern const char *const prefs_zones[];
extern const size_t prefs_zones_n;
/* In a transaction, of the actor. zone NULL leaves it; RC_INVALID: none of ours. */
enum rc prefs_place(struct unit *u, bool hide_address, const char *zone) MUST_USE;
enum rc prefs_hidden(struct unit *u, bool *hide_r) MUST_USE;

/* The present effect, in the language set: "You get every message by email, but
 * nothing of 2 threads that you muted." offset: minutes, of who reads. */
const char *prefs_effect(struct arena *a, const struct subscription_row *s, int offset);

/* Threads the actor follows or mutes, the last one first, at most 200. */
enum rc prefs_threads(struct unit *u, struct followed_row **r, size_t *n_r) MUST_USE;

/* "2027-01-31" at the beginning of that day in the zone; 0 where it is none. */
int64_t prefs_day(const char *text, int offset);
/* from "" or a day gone by: at once. until "": no pause. RC_INVALID: no days of the
 * coming year in their order. In a transaction. */
enum rc prefs_pause(struct unit *u, struct membership *m, const char *from,
		    const char *until) MUST_USE;
/* The member hears that somebody with that link changed something: once a day. */
enum rc prefs_tell(struct unit *u, const struct membership *m) MUST_USE;

char *prefs_link(struct arena *a, const struct keys *k, const struct membership *m);
/* The subscription behind it; RC_NOTFOUND: not our MAC, or gone. Reads only. */
enum rc prefs_open(struct unit *u, int64_t subscription, const char *mac, struct membership *m,
		   struct subscription_row *s) MUST_USE;
/* In a transaction, in the name of the member. */
enum rc prefs_set(struct unit *u, const struct membership *m,
		  const struct subscription_choice *c) MUST_USE;

#endif
