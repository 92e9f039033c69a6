/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and the person's own settings. */
#include "server/core/account.h"
#include "server/core/bounce.h"
#include "server/core/erase.h"
#include "server/core/person.h"
#include "server/core/prefs.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

/* Longer than a link takes to be made and committed: an address that is known here
 * must not show in the time. */
#define EVEN_USEC 40000

/* Where they wanted to go, if it is a page of ours. */
static const char *next_of(struct page *pg)
{
	const char *next = param_text(pg, "next");

	return next != NULL && path_is_own(next) ? next : "/";
}

static enum rc signin_show(struct page *pg, struct view_signin *v)
{
	struct out o = page_out(pg);

	v->csrf = csrf_token(pg);
	v->remote = strcmp(unit_of(pg)->conf->remote_user, "off") == 0 ? "" : pg->req->user;
	v->addr = v->addr ? v->addr : "";
	v->error = v->error ? v->error : "";
	view_signin(&o, v);
	return page_show(pg,
			 &(struct frame){ .title = *v->error
							   ? arena_fmt(pg->a, "%s %s", tr("Error:"),
								       tr("Sign in"))
							   : tr("Sign in"),
					  .here = 4,
					  .noindex = true },
			 &o);
}

enum rc signin_ask(struct page *pg, const char *next, const char *error)
{
	return signin_show(pg, &(struct view_signin){ .next = next, .error = error });
}

enum rc page_signin(struct page *pg)
{
	return signin_show(
		pg, &(struct view_signin){ .next = next_of(pg), .sent = param_bool(pg, "sent") });
}

enum rc page_signin_send(struct page *pg)
{
	const char *addr = param_text(pg, "addr");
	enum rc rc;

	if (param_any_bad(pg) || addr == NULL || strchr(addr, '@') == NULL)
		return signin_show(pg,
				   &(struct view_signin){
					   .next = next_of(pg),
					   .addr = addr,
					   .error = tr("This is not an email address. Write it "
						       "whole, such as name@institution.gob.") });
	resp_even(pg->resp, EVEN_USEC);
	rc = signin_link_send(unit_of(pg), pg->req->remote, addr, next_of(pg));
	if (rc == RC_LIMIT) {
		pg->resp->status = 429;
		return signin_show(pg,
				   &(struct view_signin){
					   .next = next_of(pg),
					   .addr = addr,
					   .error = tr("Too many links were asked for from here. Wait a "
						       "quarter of an hour.") });
	}
	/* known or not, the answer is the same */
	return rc == RC_OK ? resp_redirectf(pg->resp, "/signin?sent=1&next=%s",
					    url_encode(pg->a, next_of(pg)))
			   : rc;
}

/* What the web server says counts only where a POST with a token brings it: a GET writes nothing. */
enum rc page_signin_remote(struct page *pg)
{
	int64_t account = 0;
	enum rc rc = *pg->req->user ? signin_remote(unit_of(pg), pg->req->user, &account) : RC_DENIED;
	struct view_signin v = { .next = next_of(pg) };

	if (rc == RC_OK)
		return signin_next(pg, account, v.next);
	if (rc != RC_INVALID && rc != RC_NOTFOUND && rc != RC_DENIED)
		return rc;
	pg->resp->status = 403;
	v.error = rc == RC_NOTFOUND ? tr("Nobody here has that address, or it is not confirmed. Ask for "
					 "the link, which confirms it.")
		  : rc == RC_INVALID ? tr("What your institution says is no mail address. Who runs the site "
					  "can mend that; the link works meanwhile.")
				     : tr("The web server says nothing about who you are. Ask for the link.");
	return signin_show(pg, &v);
}

static const char *refusal(enum rc rc)
{
	if (rc == RC_LIMIT)
		return tr("Too many passwords were tried. Wait a quarter of an hour, or ask for "
			  "the link, which works now.");
	if (rc == RC_CONFLICT)
		return tr("Others are signing in at this very moment. Try again in a few seconds.");
	return tr("The address and the password do not go together. Try again, or ask for the link.");
}

enum rc page_signin_password(struct page *pg)
{
	const char *addr = param_text(pg, "addr"), *password = param_text(pg, "password");
	int64_t account = 0;
	enum rc rc = RC_DENIED;

	if (!param_any_bad(pg) && addr != NULL && password != NULL)
		rc = signin_password(unit_of(pg), pg->req->remote, addr, password, &account);
	if (rc == RC_CONFLICT) {
		pg->resp->status = 503;
		resp_header(pg->resp, "Retry-After", "5");
	}
	if (rc == RC_LIMIT)
		pg->resp->status = 429;
	if (rc == RC_DENIED || rc == RC_CONFLICT || rc == RC_LIMIT)
		return signin_show(pg, &(struct view_signin){ .next = next_of(pg),
							      .addr = addr,
							      .password_open = true,
							      .error = refusal(rc) });
	return rc == RC_OK ? signin_next(pg, account, next_of(pg)) : rc;
}

static enum rc signin_gone(struct page *pg)
{
	pg->resp->status = 404;
	return signin_show(pg, &(struct view_signin){
				       .next = "/",
				       .error = tr("This link was used already or is older than 30 "
						   "minutes. Ask for another one here.") });
}

enum rc page_signin_link(struct page *pg)
{
	struct out o = page_out(pg);
	struct view_signin_link v = { .token = param_text(pg, "token") };
	enum rc rc = signin_link_peek(unit_of(pg), v.token, &v.addr);

	if (rc == RC_NOTFOUND)
		return signin_gone(pg);
	if (rc != RC_OK)
		return rc;
	v.csrf = csrf_token(pg);
	view_signin_link(&o, &v);
	return page_show(pg, &(struct frame){ .title = tr("Sign in"), .here = 4, .noindex = true },
			 &o);
}

enum rc page_signin_use(struct page *pg)
{
	const char *next;
	int64_t account;
	enum rc rc = signin_link_use(unit_of(pg), param_text(pg, "token"), &account, &next);

	if (rc == RC_NOTFOUND)
		return signin_gone(pg);
	return rc == RC_OK ? signin_next(pg, account, path_is_own(next) ? next : "/") : rc;
}

enum rc page_signout(struct page *pg)
{
	const char *secret = req_cookie(pg->req, COOKIE_SESSION);
	enum rc rc = secret ? session_close(unit_of(pg), secret) : RC_OK;

	if (rc != RC_OK)
		return rc;
	resp_cookie(pg->resp, COOKIE_SESSION, "", -1);
	return resp_redirect(pg->resp, "/");
}

enum rc page_lang(struct page *pg)
{
	const char *lang = tr_languages[param_choice(pg, "lang")].code;
	enum rc rc = RC_OK;

	/* signed out it is a cookie and no more: the pages for everybody hold no token */
	if (pg->signed_in)
		rc = csrf_check(pg) ? account_preferences(unit_of(pg), lang, NULL) : RC_DENIED;
	if (rc != RC_OK)
		return rc;
	resp_cookie(pg->resp, COOKIE_LANG, lang, (int64_t)365 * 86400);
	return resp_redirect(pg->resp, next_of(pg));
}

static void deliver_to_fill(struct page *pg, const struct view_me *v, struct view_subscription *s)
{
	if (v->ndeliverable < 2)
		return;
	s->deliver_to = ARENA_ARRAY(pg->a, v->ndeliverable, struct view_choice);
	for (size_t i = 0; i < v->ndeliverable; i++)
		if (v->addresses[i].usable || strcmp(v->addresses[i].addr, s->addr) == 0)
			s->deliver_to[s->ndeliver_to++] =
				(struct view_choice){ v->addresses[i].addr, v->addresses[i].addr,
						      strcmp(v->addresses[i].addr, s->addr) == 0 };
}

static const char *done_text(int64_t done)
{
	return done == 1   ? tr("It is saved.")
	       : done == 2 ? tr("A mail is on its way there. The address is added when you press the "
				"button in it, or answer it.")
			   : "";
}

enum rc page_me(struct page *pg)
{
	return me_show(pg, "");
}

enum rc me_show(struct page *pg, const char *error)
{
	struct out o = page_out(pg);
	struct unit *u = unit_of(pg);
	struct view_me v = {
		.csrf = csrf_token(pg), .name = u->actor.name, .done = "", .error = error
	};
	struct subscription_row *s;
	struct bounce_mine *dead;
	int64_t closing = 0;
	size_t n;
	enum rc rc = subscriptions_load(u, &s, &n);

	if (rc == RC_OK)
		rc = me_addresses(pg, &v);
	if (rc == RC_OK)
		rc = me_threads(pg, &v);
	if (rc == RC_OK)
		rc = me_place(pg, &v);
	if (rc == RC_OK)
		rc = me_duties(pg, &v);
	if (rc == RC_OK)
		rc = erase_pending(u, &closing);
	if (rc != RC_OK)
		return rc;
	if (*error == '\0' && strcmp(pg->route->name, "me") == 0)
		v.done = done_text(param_i64(pg, "done"));
	v.closing = closing ? tr_date_day(pg->a, closing, u->actor.utc_offset) : "";
	v.langs = ARENA_ARRAY(pg->a, TR_LANGS, struct view_choice);
	v.nlangs = TR_LANGS;
	for (size_t i = 0; i < TR_LANGS; i++)
		v.langs[i] = (struct view_choice){ tr_languages[i].code, tr_languages[i].name,
						   strcmp(tr_languages[i].code, u->actor.locale) == 0 };
	v.theme_auto = strcmp(u->actor.theme, "auto") == 0;
	v.theme_light = strcmp(u->actor.theme, "light") == 0;
	v.theme_dark = strcmp(u->actor.theme, "dark") == 0;
	v.subs = ARENA_ARRAY(pg->a, n, struct view_subscription);
	v.nsubs = n;
	for (size_t i = 0; i < n; i++) {
		subscription_fill(pg, &s[i], u->actor.utc_offset, &v.subs[i]);
		v.subs[i].csrf = v.csrf;
		v.subs[i].action = arena_fmt(pg->a, "/me/%s", s[i].group.name);
		v.subs[i].pause_action = arena_fmt(pg->a, "/me/%s/pause", s[i].group.name);
		deliver_to_fill(pg, &v, &v.subs[i]);
	}
	rc = me_digests(pg, &v);
	if (rc == RC_OK)
		rc = bounces_mine(u, &dead, &v.ndead);
	if (rc != RC_OK)
		return rc;
	v.dead = ARENA_ARRAY(pg->a, v.ndead, struct view_dead);
	for (size_t i = 0; i < v.ndead; i++)
		v.dead[i] = (struct view_dead){ dead[i].addr,
						tr_date_day(pg->a, dead[i].suspended_at,
							    u->actor.utc_offset),
						dead[i].text };
	view_me(&o, &v);
	return page_show(
		pg,
		&(struct frame){ .title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"),
							     tr("My deliveries"))
						 : tr("My deliveries"),
				 .here = 3,
				 .noindex = true },
		&o);
}

enum rc page_me_prefs(struct page *pg)
{
	static const char *const themes[] = { "auto", "light", "dark" };
	enum rc rc = account_preferences(unit_of(pg), tr_languages[param_choice(pg, "locale")].code,
					 themes[param_choice(pg, "theme")]);

	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1") : rc;
}

enum rc page_me_return(struct page *pg)
{
	struct unit *u = unit_of(pg);
	enum rc rc = bounce_return(u, param_text(pg, "addr"), u->actor.account, "web");

	/* nothing was held against it any more: as wanted */
	return rc == RC_OK || rc == RC_NOTFOUND ? resp_redirect(pg->resp, "/me?done=1") : rc;
}

enum rc page_me_subscription(struct page *pg)
{
	struct subscription_choice c = choice_of(pg);
	const char *list = param_text(pg, "list"), *to = param_text(pg, "deliver_to");
	enum rc rc = subscription_set(unit_of(pg), list, &c);

	if (rc == RC_OK && to != NULL)
		rc = person_deliver_to(unit_of(pg), list, to);
	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1") : rc;
}

enum rc page_account_place(struct page *pg)
{
	enum rc rc = prefs_place(unit_of(pg), param_bool(pg, "hide"), param_text(pg, "zone"));

	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1") : rc;
}
