/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers, declared from the table of routes, and what several share. */
#ifndef CABILDO_WEB_PAGES_H
#define CABILDO_WEB_PAGES_H

#include "server/core/forum.h"
#include "web/route/route.h"

#define ROUTE(method, pattern, name, ...) enum rc page_##name(struct page *pg) MUST_USE;
#include "web/route/routes.def"
#undef ROUTE

/* What a delivery mode means, in a sentence. */
const char *delivery_sentence(const char *delivery);

/* Sentences, one a line, and at most one button. */
struct view_ask;
enum rc ask_show(struct page *pg, struct view_ask *v, const char *text) MUST_USE;

/* A thread and its posts; base: the address that those of its posts begin with. */
struct view_thread;
void thread_fill(struct page *pg, const struct thread_page *t, const char *base,
		 struct view_thread *v);

/* Signing in, with what is said before; next: where they want to go. */
enum rc signin_ask(struct page *pg, const char *next, const char *error) MUST_USE;
/* The page of preferences, with what went wrong; and its part about addresses. */
struct view_me;
/* Who they are is proven: asks for the second step where they want one, else signs in. */
enum rc signin_next(struct page *pg, int64_t account, const char *next) MUST_USE;
enum rc me_show(struct page *pg, const char *error) MUST_USE;
enum rc me_threads(struct page *pg, struct view_me *v) MUST_USE;
enum rc me_digests(struct page *pg, struct view_me *v) MUST_USE;
struct digest_choice;
struct view_digestform;
void digest_form_fill(struct page *pg, const struct digest_choice *c, struct view_digestform *v);
enum rc me_duties(struct page *pg, struct view_me *v) MUST_USE;
enum rc me_place(struct page *pg, struct view_me *v) MUST_USE;
/* One subscription drawn; its addresses to post to are the caller's. */
struct subscription_row;
struct view_subscription;
void subscription_fill(struct page *pg, const struct subscription_row *s, int offset,
		       struct view_subscription *v);
/* What a form of deliveries says; what a form of a pause does. RC_INVALID: pause_fault. */
struct subscription_choice choice_of(struct page *pg);
struct membership;
/* How somebody who is no member joins the group. */
const char *join_sentence(struct page *pg, const struct membership *m);
enum rc pause_of(struct page *pg, struct membership *m) MUST_USE;
const char *pause_fault(void);
enum rc me_addresses(struct page *pg, struct view_me *v) MUST_USE;

#endif
