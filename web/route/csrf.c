/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms that only our own pages can send. The token is NONCE MAC, both 16
 * characters of base32; the MAC covers the nonce and the cookie the browser
 * will send along. It proves that the page was ours and drawn for this
 * browser; who the person is, and what they may do, is decided elsewhere.
 */
#include <strings.h>

#include "web/route/route.h"

#include "server/base/base.h"

#define NONCE_COOKIE "form"
#define NONCE_BITS 80
#define NONCE_CHARS (NONCE_BITS / 5)
#define MAC_CHARS 16

/* What a token is bound to; the two kinds of cookie cannot stand for each other. */
static const char *binding(struct page *pg)
{
	const char *sid = pg->router->session_cookie ?
		req_cookie(pg->req, pg->router->session_cookie) : NULL;
	const char *nonce;

	if (sid && *sid)
		return arena_fmt(pg->a, "s:%s", sid);
	nonce = pg->nonce ? pg->nonce : req_cookie(pg->req, NONCE_COOKIE);
	return nonce && *nonce ? arena_fmt(pg->a, "n:%s", nonce) : NULL;
}

const char *csrf_token(struct page *pg)
{
	const char *bound, *nonce;
	struct slice text;

	/* one for all forms of a page: each costs a MAC */
	if (pg->token)
		return pg->token;
	bound = binding(pg);
	if (!bound) {
		pg->nonce = rnd_token(pg->a, NONCE_BITS);
		resp_cookie(pg->resp, NONCE_COOKIE, pg->nonce, 0);
		bound = binding(pg);
	}
	if (*bound == 'n')
		pg->resp->etag = NULL;
	nonce = rnd_token(pg->a, NONCE_BITS);
	text = slice_of(arena_fmt(pg->a, "%s:%s", nonce, bound));
	pg->token = arena_fmt(pg->a, "%s%s", nonce, mac_sign(pg->router->keys, pg->a, "csrf", text));
	return pg->token;
}

static bool origin_ok(const struct page *pg)
{
	const struct req *r = pg->req;
	const char *host;

	/* "none": typed, restored or reloaded by the person, never sent by a page */
	if (r->fetch_site && strcmp(r->fetch_site, "same-origin") != 0 &&
	    strcmp(r->fetch_site, "none") != 0)
		return false;
	if (!r->origin)
		return true;
	if (pg->router->origin && strcasecmp(r->origin, pg->router->origin) == 0)
		return true;
	/* reached by another name than the configured one, as through a tunnel */
	host = strstr(r->origin, "://");
	return host && r->host && strcasecmp(host + 3, r->host) == 0;
}

bool csrf_check(struct page *pg)
{
	struct slice sent = slice_of(req_form(pg->req, "csrf")), nonce, mac, text;
	const char *bound = binding(pg);

	if (!origin_ok(pg) || !bound || sent.n != NONCE_CHARS + MAC_CHARS)
		return false;
	nonce = slice_make(sent.p, NONCE_CHARS);
	mac = slice_make(sent.p + NONCE_CHARS, MAC_CHARS);
	text = slice_of(arena_fmt(pg->a, "%.*s:%s", (int)nonce.n, nonce.p, bound));
	return mac_check(pg->router->keys, "csrf", text, mac);
}
