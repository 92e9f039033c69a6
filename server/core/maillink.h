/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links of a digest that act for its reader without signing in: each has a MAC
 * of its own purpose and reaches one thing. Opening one changes nothing; its
 * form does, and the one-click POST of RFC 8058 for the one that stops.
 */
#ifndef CABILDO_CORE_MAILLINK_H
#define CABILDO_CORE_MAILLINK_H

#include "server/core/forum.h"
#include "server/core/unit.h"

/* How one person follows one thread: /f/ACCOUNT/THREAD/MAC after base. */
char *maillink_follow(struct arena *a, const struct keys *k, const char *base, int64_t account,
		      int64_t thread);
struct maillink_thread {
	int64_t account;
	struct followed_row at;
	const char *locale;
};
/* RC_NOTFOUND: not ours, or the thread or the membership is gone. */
enum rc maillink_follow_open(struct unit *u, int64_t account, int64_t thread, const char *mac,
			     struct maillink_thread *r) MUST_USE;
/* follow, digest, mute; "": as the group. In a transaction. */
enum rc maillink_follow_set(struct unit *u, const struct maillink_thread *t, const char *mode) MUST_USE;

/* The end of somebody's digests, of one group or (list 0) of all: /s/ACCOUNT/LIST/MAC. */
char *maillink_stop(struct arena *a, const struct keys *k, const char *base, int64_t account,
		    int64_t list);
struct maillink_stop {
	int64_t account;
	struct subscription_row *subs; /* those with a digest */
	size_t n;
};
enum rc maillink_stop_open(struct unit *u, int64_t account, int64_t list, const char *mac,
			   struct maillink_stop *r) MUST_USE;
/* Nothing by mail from these groups but what they follow; membership stays. In a transaction. */
enum rc maillink_stop_set(struct unit *u, const struct maillink_stop *s) MUST_USE;

#endif
