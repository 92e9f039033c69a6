/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading links: in a digest of a group that is not public and whose owner
 * allows it (setting read_links), a thread's link opens that thread to whoever
 * holds it: to be read, for READING_DAYS, without signing in. It ends sooner
 * where the person it was sent to leaves, is banned, or their address is
 * suspended, where the owner allows it no longer, where the thread is hidden, or
 * moves to a group that does not allow it.
 *
 * It shows what a stranger would see of a public thread: no mail address, no
 * hidden post, nothing that acts.
 */
#ifndef CABILDO_CORE_READING_H
#define CABILDO_CORE_READING_H

#include "server/core/forum.h"
#include "server/core/unit.h"

#define READING_DAYS 14

/* base/r/ACCOUNT-THREAD-DAY-MAC; DAY is the last one, counted from 1970. */
char *reading_link(struct arena *a, const struct keys *k, const char *base, int64_t account,
		   int64_t thread, int64_t now);

struct reading {
	struct thread_page page; /* its head: thread_load_posts and thread_load_post go on from it */
	const char *locale;      /* of whom it was sent to; "" where it is none of ours */
	const char *list;        /* where the thread is now, for who may see it by themselves: */
	int64_t number;          /* never to be shown; "" where it is none of ours */
	bool member;             /* whom it was sent to may still read the thread, signed in */
	int64_t until;           /* a moment of its last day */
};
/* token: what stands after /r/. RC_NOTFOUND with the rest filled: it opens nothing, or no longer. */
enum rc reading_open(struct unit *u, const char *token, struct reading *r) MUST_USE;
/* A file of a post of that thread that is shown. */
enum rc reading_attachment(struct unit *u, const struct reading *r, int64_t number, int64_t n,
			   struct attachment_row *at_r, struct slice *bytes_r) MUST_USE;

#endif
