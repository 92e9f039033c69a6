/* SPDX-License-Identifier: Apache-2.0 */
/* A person's own addresses. */
#include "server/core/erase.h"
#include "server/core/owner.h"
#include "server/core/person.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

/* "A, B, C" of one title a line. */
static const char *titles(struct page *pg, const char *lines)
{
	struct slice rest = slice_of(lines), one;
	struct str s;

	str_init(&s, pg->a, 65536);
	while (slice_line(&rest, &one))
		str_fmt(&s, "%s%.*s", s.n ? ", " : "", (int)one.n, one.p);
	return str_z(&s);
}

enum rc me_addresses(struct page *pg, struct view_me *v)
{
	struct own_address *a;
	struct own_pending *p;
	size_t n, np;
	enum rc rc = person_addresses(unit_of(pg), &a, &n, &p, &np);

	if (rc != RC_OK)
		return rc;
	v->addresses = ARENA_ARRAY(pg->a, n + np, struct view_address);
	for (size_t i = 0; i < n; i++)
		v->addresses[v->naddresses++] = (struct view_address){
			.addr = a[i].addr,
			.groups = titles(pg, a[i].groups),
			.waits = "",
			.primary = a[i].primary,
			.usable = a[i].verified && !a[i].suspended,
			.dead = a[i].suspended,
		};
	v->ndeliverable = n;
	for (size_t i = 0; i < np; i++)
		v->addresses[v->naddresses++] = (struct view_address){
			.addr = p[i].addr,
			.groups = "",
			.waits = tr_date_day(pg->a, p[i].until, unit_of(pg)->actor.utc_offset),
		};
	return RC_OK;
}

/* What went wrong stands on the page of preferences itself. */
static enum rc me_error(struct page *pg, const char *text)
{
	pg->resp->status = 422;
	return me_show(pg, text);
}

enum rc page_address_add(struct page *pg)
{
	const char *addr = param_text(pg, "addr");
	enum rc rc = param_any_bad(pg) || addr == NULL
			     ? RC_INVALID
			     : person_address_ask(unit_of(pg), unit_of(pg)->actor.account, addr);

	switch (rc) {
	case RC_OK:
		return resp_redirect(pg->resp, "/me?done=2#addresses");
	case RC_INVALID:
		return me_error(pg, tr("This is not an email address. Write it whole, such as "
				       "name@institution.gob."));
	case RC_CONFLICT:
		return me_error(pg, tr("This address is yours already."));
	case RC_LIMIT:
		return me_error(pg, tr("No more addresses can be added: an account has up to 10, and "
				       "asks for up to 5 a day."));
	default:
		return rc;
	}
}

enum rc page_address_primary(struct page *pg)
{
	enum rc rc = person_address_primary(unit_of(pg), param_text(pg, "addr"));

	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1#addresses") : rc;
}

/* What becomes of what is delivered there is said before. */
enum rc page_address_remove_ask(struct page *pg)
{
	const char *addr = param_text(pg, "addr"), *main_addr = "";
	struct own_address *a, *this = NULL;
	struct view_ask v = { .back_url = "/me", .back = tr("My deliveries") };
	struct own_pending *p;
	size_t n, np;
	enum rc rc = person_addresses(unit_of(pg), &a, &n, &p, &np);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (a[i].primary)
			main_addr = a[i].addr;
		if (strcmp(a[i].addr, addr) == 0)
			this = &a[i];
	}
	if (this == NULL)
		return RC_NOTFOUND;
	v.title = tr("Remove an address");
	v.action = v.csrf = v.button = "";
	if (this->primary)
		return ask_show(pg, &v,
				arena_fmt(pg->a,
					  tr("%s is your main address and stays. To remove it, choose "
					     "another main address first.\n"),
					  addr));
	v.action = "/account/address/remove";
	v.csrf = csrf_token(pg);
	v.button = tr("Remove the address");
	v.field = "addr";
	v.value = this->addr;
	return ask_show(
		pg, &v,
		*this->groups == '\0'
			? arena_fmt(pg->a, tr("%s is taken out of your account. No group sends "
					      "anything there.\n"),
				    addr)
			: arena_fmt(pg->a,
				    tr("%1$s is taken out of your account.\nWhat these groups send "
				       "there goes to %2$s from then on: %3$s.\nWhat you wrote from it "
				       "stays yours.\n"),
				    addr, main_addr, titles(pg, this->groups)));
}

enum rc page_address_remove(struct page *pg)
{
	enum rc rc = person_address_remove(unit_of(pg), param_text(pg, "addr"));

	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1#addresses") : rc;
}

/* ---- the end of the account ---- */

/* The groups that nobody else owns stand in the way. */
static enum rc only_owner_show(struct page *pg, const struct owned *r, size_t n)
{
	struct view_ask v = { .title = tr("Delete my account"), .action = "", .csrf = "", .button = "",
			      .back_url = "/me", .back = tr("My deliveries") };
	struct str s;

	str_init(&s, pg->a, 65536);
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s%s", i ? ", " : "", r[i].title);
	return ask_show(pg, &v,
			arena_fmt(pg->a,
				  tr("Nobody else is owner of: %s.\nMake somebody else owner first, on "
				     "the page of members of the group.\n"),
				  str_z(&s)));
}

enum rc page_account_delete_ask(struct page *pg)
{
	struct view_ask v = { .title = tr("Delete my account"),
			      .action = "/account/delete",
			      .csrf = csrf_token(pg),
			      .button = tr("Delete my account"),
			      .back_url = "/me",
			      .back = tr("My deliveries") };
	struct owned *r;
	size_t n;
	enum rc rc = owner_only_of(unit_of(pg), unit_of(pg)->actor.account, &r, &n);

	if (rc != RC_OK)
		return rc;
	if (n > 0)
		return only_owner_show(pg, r, n);
	return ask_show(
		pg, &v,
		arena_fmt(pg->a,
			  tr("In %lld days your account ends; until then you can change your mind.\n"
			     "Then you belong to no group, and your name and addresses are found "
			     "nowhere here: not on pages, in the search, in originals, nor in what "
			     "others quote of you.\nWhat you wrote stays in its threads, under a "
			     "name such as \"Participant 3\". Copies that were mailed are with those "
			     "who got them.\nTake your data with you before.\n"),
			  (long long)ERASE_DAYS));
}

enum rc page_account_delete(struct page *pg)
{
	struct owned *r;
	size_t n = 0;
	enum rc rc = erase_ask(unit_of(pg), &r, &n);

	if (rc == RC_CONFLICT && n > 0) {
		pg->resp->status = 409;
		return only_owner_show(pg, r, n);
	}
	return rc == RC_OK || rc == RC_CONFLICT ? resp_redirect(pg->resp, "/me") : rc;
}

enum rc page_account_keep(struct page *pg)
{
	enum rc rc = erase_cancel(unit_of(pg));

	return rc == RC_OK || rc == RC_NOTFOUND ? resp_redirect(pg->resp, "/me?done=1") : rc;
}
