/* SPDX-License-Identifier: Apache-2.0 */
/* See claim.h. The data of a token of purpose "claim" is "HOLD ADDRESS". */
#include "server/core/claim.h"
#include "server/core/notice.h"
#include "server/core/person.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define PURPOSE    "claim"
#define TOKEN_BITS 120
#define WORDS_MAX  8
#define LOCAL_MIN  4 /* "ana@" says nothing of which Ana */

/* Local parts that are a desk and no person. */
static const char *const desks[] = {
	"admin",   "administracion", "administrador", "agenda",    "contact", "contacto", "correo",
	"despacho", "direccion",     "help",          "info",      "informacion", "mail",
	"news",    "no-reply",       "noreply",       "office",    "oficina", "postmaster",
	"prensa",  "recepcion",      "root",          "secretaria", "secretariat", "soporte",
	"support", "webmaster",
};

static size_t words_of(struct arena *a, const char *name, struct slice w[static WORDS_MAX])
{
	struct slice rest = slice_of(utf8_fold(a, utf8_clip(slice_of(name), 200))), one;
	size_t n = 0;

	while (rest.n > 0 && n < WORDS_MAX) {
		slice_cut(&rest, ' ', &one);
		if (one.n > 1)
			w[n++] = one;
	}
	return n;
}

/* Each word of the shorter name stands in the longer one; two at least. */
static bool names_agree(struct arena *a, const char *one, const char *other)
{
	struct slice v[WORDS_MAX], w[WORDS_MAX];
	size_t n = words_of(a, one, v), m = words_of(a, other, w), found = 0;
	size_t shorter = n < m ? n : m;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (slice_eq(v[i], w[k])) {
				found++;
				break;
			}
	return shorter >= 2 && found >= shorter;
}

static bool same_name(struct arena *a, const char *one, const char *other)
{
	return *one != '\0' && strcmp(utf8_fold(a, slice_of(one)), utf8_fold(a, slice_of(other))) == 0;
}

static bool personal(const char *addr)
{
	const char *at = strchr(addr, '@');
	struct slice local = slice_make(addr, at ? (size_t)(at - addr) : 0);

	for (size_t i = 0; i < ARRAY_LEN(desks); i++)
		if (slice_eqz(local, desks[i]))
			return false;
	return local.n >= LOCAL_MIN;
}

bool claim_fits(struct arena *a, const char *name, const char *addr, const char *member_name,
		bool same_local, bool same_domain)
{
	struct slice w[WORDS_MAX];

	if (same_local && personal(addr))
		return true;
	if (same_name(a, name, member_name) && words_of(a, name, w) >= 2)
		return true;
	return same_domain && names_agree(a, name, member_name);
}

static const char *ask_text(struct unit *u, const struct list_ref *l, const struct submission *s,
			    const struct claim_candidate *c, const char *token)
{
	struct str b;

	str_init(&b, u->arena, 65536);
	str_fmt(&b,
		tr("Good day, %1$s:\n\nA message arrived for the group %2$s from %3$s, an address "
		   "that nobody has registered:\n\n    %4$.200s\n\nIt waits. Is this you, writing "
		   "from another address?\n\n"),
		c->name, l->title, s->author_addr, *s->subject ? s->subject : tr("(no subject)"));
	if (*u->conf->base_url != '\0')
		str_fmt(&b, "%s\n%s/c/%s\n\n%s\n\n",
			tr("If it is, open this page and press the button: the message appears, and "
			   "the address is added to yours."),
			u->conf->base_url, token, tr("Or just answer this message."));
	else
		str_fmt(&b, "%s\n\n", tr("If it is, just answer this message: it appears, and the "
					 "address is added to yours."));
	str_addz(&b, tr("If it is not, there is nothing to do: you are not asked about this address "
			"again soon.\n"));
	return str_z(&b);
}

static enum rc ask_send(struct unit *u, const struct list_ref *l, const struct submission *s,
			const struct claim_candidate *c, int64_t hold)
{
	char *token = rnd_token(u->arena, TOKEN_BITS);
	const char *was = arena_strdup(u->arena, tr_lang());
	unsigned char hash[HASH_BYTES];
	bool sent;
	enum rc rc;

	tr_set(c->locale);
	rc = notice_send(u,
			 &(struct notice_new){
				 .kind = "is-this-you",
				 .addr = c->addr,
				 .account = c->account,
				 .list = l->id,
				 .locale = c->locale,
				 .subject = arena_fmt(u->arena, tr("Is this you? %.200s"),
						      *s->subject ? s->subject : tr("(no subject)")),
				 .body = ask_text(u, l, s, c, token),
				 .cause = "is-this-you",
				 .burst = 3,
				 .reply_to = arena_fmt(u->arena, "c%s", token) },
			 &sent);
	tr_set(was);
	if (rc != RC_OK || !sent)
		return rc;
	hash_bytes(token, strlen(token), hash);
	return token_write(u->db, hash, PURPOSE, c->account,
			   arena_fmt(u->arena, "%lld %s", (long long)hold, s->author_addr),
			   CLAIM_DAYS * 24 * 60);
}

enum rc claim_ask(struct unit *u, const struct list_ref *l, const struct submission *s,
		  int64_t hold)
{
	const struct claim_candidate *who = NULL;
	struct claim_candidate *c;
	bool asked = false;
	size_t n;
	enum rc rc = claim_candidates_read(u->db, u->arena, l->id, s->author_name, s->author_addr,
					   &c, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (!claim_fits(u->arena, s->author_name, s->author_addr, c[i].name,
				c[i].same_local, c[i].same_domain))
			continue;
		if (who != NULL)
			return RC_OK; /* two may be meant: neither is asked */
		who = &c[i];
	}
	if (rc != RC_OK || who == NULL)
		return rc;
	rc = claim_asked_read(u->db, u->arena, who->account, s->author_addr, &asked);
	return rc == RC_OK && !asked ? ask_send(u, l, s, who, hold) : rc;
}

static enum rc pending(struct unit *u, const char *token, bool use, struct claim_pending *r,
		       struct claim_row *row)
{
	struct person_row p;
	struct slice rest, num;
	const char *data;
	int64_t hold;
	enum rc rc;

	*r = (struct claim_pending){ 0 };
	rc = token_person(u, token, PURPOSE, use, &p, &data);
	if (rc != RC_OK)
		return rc;
	r->account = p.id;
	rest = slice_of(data);
	slice_cut(&rest, ' ', &num);
	if (!slice_i64(num, 1, INT64_MAX, &hold))
		return RC_NOTFOUND;
	rc = claim_hold_read(u->db, u->arena, hold, row);
	if (rc != RC_OK)
		return rc;
	r->hold = hold;
	r->subject = row->subject;
	r->list_title = row->list_title;
	r->list_name = row->list_name;
	r->addr = slice_dup(u->arena, rest);
	r->locale = p.locale;
	r->decided = row->decided;
	return RC_OK;
}

enum rc claim_read(struct unit *u, const char *token, struct claim_pending *r)
{
	struct claim_row row;

	return pending(u, token, false, r, &row);
}

enum rc claim_confirm(struct unit *u, const char *token, int64_t by, struct claim_pending *r)
{
	struct actor was = u->actor;
	struct notice_person owner;
	struct claim_row row;
	size_t posted = 0;
	enum rc rc = pending(u, token, false, r, &row);

	if (rc == RC_OK && by != 0 && by != r->account)
		return RC_DENIED;
	if (rc == RC_OK)
		rc = pending(u, token, true, r, &row);
	if (rc == RC_OK)
		rc = notice_person_read(u, r->addr, r->locale, &owner);
	if (rc != RC_OK)
		return rc;
	u->actor.account = r->account;
	r->added = owner.account == r->account;
	if (owner.account == 0 && row.proven) {
		rc = person_address_add(u, r->account, r->addr);
		r->added = rc == RC_OK;
	} else if (owner.account == 0) {
		rc = person_address_ask(u, r->account, r->addr);
	}
	/* one address too many keeps no message back */
	if (rc == RC_CONFLICT || rc == RC_LIMIT)
		rc = RC_OK;
	if (rc == RC_OK && !r->decided)
		rc = person_waiting(u, r->account, r->addr, r->hold, &posted);
	r->posted = posted > 0;
	u->actor = was;
	return rc;
}
