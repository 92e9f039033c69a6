/* SPDX-License-Identifier: Apache-2.0 */
/* Making and reading the addresses of a list; see address.h. */
#include "server/core/address.h"

#include "server/base/base.h"

static const struct {
	const char *suffix;
	enum address_kind kind;
} suffixes[] = {
	{ "-request", ADDRESS_REQUEST }, { "-help", ADDRESS_REQUEST },
	{ "-join", ADDRESS_JOIN },       { "-subscribe", ADDRESS_JOIN },
	{ "-leave", ADDRESS_LEAVE },     { "-unsubscribe", ADDRESS_LEAVE },
	{ "-owner", ADDRESS_OWNER },     { "-bounces", ADDRESS_BOUNCE },
};

static char *signed_text(struct arena *a, const char *list, const char *domain, int64_t id)
{
	char n[24];

	return arena_join(a, list, "@", domain, "/", i64_text(id, n));
}

/* LIST-bounces+s7.MAC@DOMAIN; what: "-bounces", kind: "s" */
static char *signed_addr(struct arena *a, const char *list, const char *what, const char *delimiter,
			 const char *kind, int64_t id, const char *mac, const char *domain)
{
	char n[24];

	return arena_join(a, list, what, delimiter, kind, i64_text(id, n), ".", mac, "@", domain);
}

char *address_thread(struct unit *u, const char *list, const char *domain, int64_t thread)
{
	char *mac = mac_sign(u->keys, u->arena, "thread",
			     slice_of(signed_text(u->arena, list, domain, thread)));

	return arena_fmt(u->arena, "%s%st%lld.%s@%s", list, u->conf->recipient_delimiter,
			 (long long)thread, mac, domain);
}

char *address_digest(struct unit *u, const char *list, const char *domain, int64_t digest)
{
	char *mac = mac_sign(u->keys, u->arena, "digest",
			     slice_of(signed_text(u->arena, list, domain, digest)));

	return arena_fmt(u->arena, "%s%sd%lld.%s@%s", list, u->conf->recipient_delimiter,
			 (long long)digest, mac, domain);
}

char *address_verp(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		   const char *domain, int64_t subscription)
{
	char *mac = mac_sign(k, a, "verp", slice_of(signed_text(a, list, domain, subscription)));

	return signed_addr(a, list, "-bounces", delimiter, "s", subscription, mac, domain);
}

char *address_leave(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		    const char *domain, int64_t subscription)
{
	const char *addr, *url;

	address_leave_both(a, k, delimiter, "", list, domain, subscription, &addr, &url);
	return arena_strdup(a, addr);
}

char *address_leave_url(struct arena *a, const struct keys *k, const char *base_url,
			const char *list, const char *domain, int64_t subscription)
{
	const char *addr, *url;

	address_leave_both(a, k, "+", base_url, list, domain, subscription, &addr, &url);
	return arena_strdup(a, url);
}

void address_leave_both(struct arena *a, const struct keys *k, const char *delimiter, const char *base_url,
			const char *list, const char *domain, int64_t subscription,
			const char **addr_r, const char **url_r)
{
	char *mac = mac_sign(k, a, "leave", slice_of(signed_text(a, list, domain, subscription)));
	char n[24];

	*addr_r = signed_addr(a, list, "-leave", delimiter, "s", subscription, mac, domain);
	*url_r = "";
	if (*base_url != '\0')
		*url_r = arena_join(a, base_url, "/u/", i64_text(subscription, n), "/", mac);
}

bool address_leave_check(struct unit *u, const char *list, const char *domain,
			 int64_t subscription, const char *mac)
{
	return mac_check(u->keys, "leave",
			 slice_of(signed_text(u->arena, list, domain, subscription)),
			 slice_of(mac));
}

char *address_probe(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		    const char *domain, int64_t address)
{
	char *mac = mac_sign(k, a, "probe", slice_of(signed_text(a, list, domain, address)));

	return arena_fmt(a, "%s-bounces%sp%lld.%s@%s", list, delimiter, (long long)address, mac,
			 domain);
}

char *address_invite(struct arena *a, const struct keys *k, const char *delimiter, const char *list,
		     const char *domain, int64_t invitation)
{
	char *mac = mac_sign(k, a, "invite", slice_of(signed_text(a, list, domain, invitation)));

	return arena_fmt(a, "%s-bounces%si%lld.%s@%s", list, delimiter, (long long)invitation, mac,
			 domain);
}

/* "12.MAC": the number, or 0 where the MAC is not ours. */
static int64_t id_verify(struct unit *u, const struct address_to *r, const char *purpose,
			 struct slice ext)
{
	struct slice num;
	int64_t id;

	if (!slice_cut(&ext, '.', &num) || !slice_i64(num, 1, INT64_MAX, &id) ||
	    !mac_check(u->keys, purpose, slice_of(signed_text(u->arena, r->list, r->domain, id)),
		       ext))
		return 0;
	return id;
}

enum rc address_parse(struct unit *u, const char *addr, struct address_to *r)
{
	struct slice rest = slice_of(slice_lower(u->arena, slice_of(addr))), local, ext = SLICE("");
	const char *at = memrchr(rest.p, '@', rest.n), *cut = NULL;
	char delim = u->conf->recipient_delimiter[0];

	*r = (struct address_to){ .kind = ADDRESS_POST, .token = "" };
	if (at == NULL || at == rest.p || (size_t)(at - rest.p) > 64)
		return RC_INVALID;
	local = slice_make(rest.p, (size_t)(at - rest.p));
	r->domain = slice_dup(u->arena, slice_make(at + 1, rest.n - local.n - 1));
	if ((slice_eqz(local, "postmaster") || slice_eqz(local, "abuse")) &&
	    strcmp(r->domain, slice_lower(u->arena, slice_of(u->conf->mail_domain))) == 0) {
		r->kind = ADDRESS_SITE;
		r->list = "";
		return RC_OK;
	}
	/* with "-" as delimiter a list's own name may hold it: the extension is what
	 * follows the last one and looks like one of ours */
	cut = delim == '+' ? memchr(local.p, '+', local.n) : memrchr(local.p, delim, local.n);
	if (cut != NULL &&
	    (delim == '+' || memchr(cut, '.', local.n - (size_t)(cut - local.p)) != NULL ||
	     local.n - (size_t)(cut - local.p) > 17)) {
		ext = slice_make(cut + 1, local.n - (size_t)(cut - local.p) - 1);
		local.n = (size_t)(cut - local.p);
	}
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (slice_ends(local, suffixes[i].suffix) && local.n > strlen(suffixes[i].suffix)) {
			local.n -= strlen(suffixes[i].suffix);
			r->kind = suffixes[i].kind;
			break;
		}
	if (local.n == 0)
		return RC_INVALID;
	r->list = slice_dup(u->arena, local);
	if (ext.n < 2)
		return RC_OK;
	if (r->kind == ADDRESS_BOUNCE && ext.p[0] == 's') {
		r->id = id_verify(u, r, "verp", slice_make(ext.p + 1, ext.n - 1));
	} else if (r->kind == ADDRESS_LEAVE && ext.p[0] == 's') {
		r->id = id_verify(u, r, "leave", slice_make(ext.p + 1, ext.n - 1));
	} else if (r->kind == ADDRESS_BOUNCE && ext.p[0] == 'p') {
		r->probe = id_verify(u, r, "probe", slice_make(ext.p + 1, ext.n - 1));
	} else if (r->kind == ADDRESS_BOUNCE && ext.p[0] == 'i') {
		r->invite = id_verify(u, r, "invite", slice_make(ext.p + 1, ext.n - 1));
	} else if (r->kind == ADDRESS_POST && ext.p[0] == 't') {
		r->id = id_verify(u, r, "thread", slice_make(ext.p + 1, ext.n - 1));
		/* a forged one is the list's plain address: it proved nothing anyway */
		r->kind = r->id ? ADDRESS_THREAD : ADDRESS_POST;
	} else if (r->kind == ADDRESS_POST && ext.p[0] == 'd') {
		r->digest = id_verify(u, r, "digest", slice_make(ext.p + 1, ext.n - 1));
	} else if (r->kind == ADDRESS_POST && (ext.p[0] == 'c' || ext.p[0] == 'm')) {
		r->kind = ext.p[0] == 'c' ? ADDRESS_CONFIRM : ADDRESS_MODERATE;
		r->token = slice_dup(u->arena, slice_make(ext.p + 1, ext.n - 1));
	}
	return RC_OK;
}
