/* SPDX-License-Identifier: Apache-2.0 */
/* Joining, leaving and pausing on the web, and the pages behind the links that
 * are mailed: a GET shows one button, the POST does it (promise P5). */
#include "server/core/address.h"
#include "server/core/command.h"
#include "server/core/claim.h"
#include "server/core/erase.h"
#include "server/core/identity.h"
#include "server/core/person.h"
#include "server/core/prefs.h"
#include "server/core/token.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

/* Each line of the text is a paragraph; the first leads. */
static void lines_fill(struct page *pg, const char *text, struct view_ask *v)
{
	struct slice rest = slice_of(text), line;
	size_t max = 1;

	for (const char *p = text; *p; p++)
		max += *p == '\n';
	v->lines = ARENA_ARRAY(pg->a, max, struct view_line);
	while (slice_line(&rest, &line))
		if (slice_trim(line).n > 0) {
			v->lines[v->nlines] = (struct view_line){ slice_dup(pg->a, line),
								  v->nlines == 0 };
			v->nlines++;
		}
}

enum rc ask_show(struct page *pg, struct view_ask *v, const char *text)
{
	struct out o = page_out(pg);

	lines_fill(pg, text, v);
	view_ask(&o, v);
	return page_show(pg, &(struct frame){ .title = v->title, .noindex = true }, &o);
}

static struct view_ask group_ask(struct page *pg, const char *title, const char *name,
				 const char *group)
{
	return (struct view_ask){ .title = title,
				  .action = "",
				  .csrf = "",
				  .button = "",
				  .back_url = name ? arena_fmt(pg->a, "/g/%s", name) : "",
				  .back = group ? group : "" };
}

/* ---- what was asked by mail ---- */

/* The question itself: its button posts to the link that led here. */
static struct view_ask token_ask(struct page *pg, const char *token, const char *title, const char *button)
{
	struct view_ask v = group_ask(pg, title, NULL, NULL);

	v.action = arena_fmt(pg->a, "/c/%s", token);
	v.csrf = csrf_token(pg);
	v.button = button;
	return v;
}

static enum rc gone_show(struct page *pg)
{
	struct view_ask v = group_ask(pg, tr("Nothing to confirm"), NULL, NULL);

	pg->resp->status = 404;
	return ask_show(pg, &v,
			tr("There is nothing to confirm: it was confirmed already, or it is older "
			   "than 3 days. Please ask for it again.\n"));
}

/* "Did you write this?", and after the button. */
static enum rc post_ask(struct page *pg, const char *token)
{
	struct identity_pending p;
	struct view_ask v;
	enum rc rc = identity_read(unit_of(pg), token, &p);

	if (rc == RC_OK && p.decided)
		return gone_show(pg);
	if (rc != RC_OK)
		return rc;
	v = token_ask(pg, token, tr("Did you write this?"), tr("Yes, it is mine"));
	return ask_show(pg, &v,
			arena_fmt(pg->a,
				  tr("\"%s\", with your name, for the group %s.\nIf it is not yours, "
				     "close this page: it does not appear.\n"),
				  p.subject, p.list_title));
}

static enum rc post_confirm(struct page *pg, const char *token)
{
	struct identity_pending p;
	struct view_ask v;
	enum rc rc = identity_confirm(unit_of(pg), token, 0, &p);

	if (rc != RC_OK)
		return rc;
	v = group_ask(pg, tr("Thank you"), p.list_name, p.list_title);
	return ask_show(pg, &v,
			p.decided ? tr("Somebody who moderates the group has decided about it "
				       "already.\n")
			: p.only  ? tr("Your message appears within a moment.\n")
				  : tr("It is marked as yours. It still waits for somebody who "
				       "moderates the group.\n"));
}

/* The way back from deleting one's account. */
static enum rc keep_ask_show(struct page *pg, const char *token)
{
	struct view_ask v;
	const char *name;
	enum rc rc = erase_keep_peek(unit_of(pg), token, &name);

	if (rc != RC_OK)
		return rc;
	v = token_ask(pg, token, tr("Keep the account"), tr("Keep the account"));
	return ask_show(pg, &v, arena_fmt(pg->a, tr("The account of %s stays as it is.\n"), name));
}

static enum rc keep_use(struct page *pg, const char *token)
{
	struct view_ask v;
	enum rc rc = erase_keep(unit_of(pg), token);

	if (rc != RC_OK)
		return rc;
	v = group_ask(pg, tr("Thank you"), NULL, NULL);
	return ask_show(pg, &v, tr("Your account stays: nothing has changed.\n"));
}

/* "Is this you?" */
static enum rc claim_ask_show(struct page *pg, const char *token)
{
	struct claim_pending p;
	struct view_ask v;
	enum rc rc = claim_read(unit_of(pg), token, &p);

	if (rc != RC_OK)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale);
	v = token_ask(pg, token, tr("Is this you?"), tr("Yes, it is mine"));
	return ask_show(pg, &v,
			arena_fmt(pg->a,
				  tr("\"%s\", from %s, for the group %s.\nWith the button it appears as "
				     "yours, and the address is added to yours.\nIf it is not yours, "
				     "close this page: nothing changes.\n"),
				  p.subject, p.addr, p.list_title));
}

static enum rc claim_use(struct page *pg, const char *token)
{
	struct claim_pending p;
	struct view_ask v;
	enum rc rc = claim_confirm(unit_of(pg), token, 0, &p);

	if (rc != RC_OK)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale);
	v = group_ask(pg, tr("Thank you"), p.list_name, p.list_title);
	return ask_show(
		pg, &v,
		arena_fmt(pg->a, "%s\n%s\n",
			  p.posted    ? tr("Your message appears within a moment.")
			  : p.decided ? tr("Somebody who moderates the group has decided about it "
					   "already.")
				      : tr("It is marked as yours. It still waits for somebody who "
					   "moderates the group."),
			  p.added ? arena_fmt(pg->a, tr("%s is one of your addresses now."), p.addr)
				  : arena_fmt(pg->a,
					      tr("To add %s to your addresses, confirm the mail that "
						 "goes there."),
					      p.addr)));
}

/* A new address of somebody's. */
static enum rc address_ask_show(struct page *pg, const char *token)
{
	struct address_pending p;
	struct view_ask v;
	enum rc rc = person_address_peek(unit_of(pg), token, &p);

	if (rc != RC_OK)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale);
	v = token_ask(pg, token, tr("Confirm your address"), tr("Add the address"));
	return ask_show(pg, &v,
			arena_fmt(pg->a,
				  tr("%1$s becomes an address of %2$s.\nWhoever reads mail at %1$s can "
				     "then sign in as %2$s. Without the button nothing changes.\n"),
				  p.addr, p.name));
}

static enum rc address_use(struct page *pg, const char *token)
{
	struct address_pending p;
	struct view_ask v;
	size_t posted;
	enum rc rc = person_address_confirm(unit_of(pg), token, NULL, &p, &posted);

	if (rc != RC_OK && rc != RC_CONFLICT)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale);
	v = group_ask(pg, rc == RC_OK ? tr("Thank you") : tr("Nothing has changed"),
		      pg->signed_in ? "" : NULL, NULL);
	v.back_url = pg->signed_in ? "/me" : "";
	v.back = tr("My deliveries");
	if (rc == RC_CONFLICT) {
		pg->resp->status = 409;
		return ask_show(pg, &v,
				tr("This address belongs to an account already, or yours has as many "
				   "as it may have.\n"));
	}
	return ask_show(
		pg, &v,
		posted == 0
			? arena_fmt(pg->a, tr("%s is one of your addresses now."), p.addr)
			: arena_fmt(pg->a,
				    tr_n("%1$s is one of your addresses now. %2$lld message that waited "
					 "for it appears within a moment.",
					 "%1$s is one of your addresses now. %2$lld messages that waited "
					 "for it appear within a moment.",
					 (int64_t)posted),
				    p.addr, (long long)posted));
}

static enum rc command_ask_show(struct page *pg, const char *token)
{
	struct command_pending p;
	struct view_ask v;
	enum rc rc = command_pending_read(unit_of(pg), token, &p);

	if (rc != RC_OK)
		return rc;
	/* their page, whatever language the browser speaks */
	if (!pg->signed_in)
		tr_set(p.locale);
	rc = command_pending_read(unit_of(pg), token, &p);
	if (rc != RC_OK)
		return rc;
	v = token_ask(pg, token, p.title, tr("Confirm"));
	return ask_show(pg, &v,
			arena_fmt(pg->a,
				  tr("In the name of %s this was asked for: %s.\nWithout the button "
				     "nothing changes.\n"),
				  p.addr, p.what));
}

static enum rc command_use(struct page *pg, const char *token)
{
	const char *text;
	struct command_pending p;
	struct view_ask v;
	enum rc rc = command_pending_read(unit_of(pg), token, &p);

	if (rc == RC_OK)
		rc = command_confirm(unit_of(pg), token, NULL, &text);
	if (rc != RC_OK)
		return rc;
	if (!pg->signed_in)
		tr_set(p.locale);
	v = group_ask(pg, tr("It is done"), p.list_name, p.title);
	return ask_show(pg, &v, text);
}

/* One page for each kind, and what its button does. */
static const struct {
	enum rc (*ask)(struct page *pg, const char *token), (*use)(struct page *pg, const char *token);
} kinds[TOKEN_KINDS] = {
	[TOKEN_COMMAND] = { command_ask_show, command_use },
	[TOKEN_ADDRESS] = { address_ask_show, address_use },
	[TOKEN_CLAIM] = { claim_ask_show, claim_use },
	[TOKEN_KEEP] = { keep_ask_show, keep_use },
	[TOKEN_POST] = { post_ask, post_confirm },
};

static enum rc confirm(struct page *pg, bool use)
{
	const char *token = param_text(pg, "token");
	enum token_kind kind;
	enum rc rc = token_kind(unit_of(pg), token, &kind);

	if (rc == RC_OK)
		rc = use ? kinds[kind].use(pg, token) : kinds[kind].ask(pg, token);
	/* also what it was about may be gone */
	return rc == RC_NOTFOUND ? gone_show(pg) : rc;
}

enum rc page_confirm(struct page *pg)
{
	return confirm(pg, false);
}

enum rc page_confirm_use(struct page *pg)
{
	return confirm(pg, true);
}

/* ---- List-Unsubscribe ---- */

/* RC_NOTFOUND where the MAC is not ours; subscription 0 where it is gone. */
static enum rc leave_find(struct page *pg, struct membership *m)
{
	int64_t id = param_i64(pg, "sub");
	enum rc rc = membership_by_subscription(unit_of(pg), id, m);

	if (rc == RC_NOTFOUND) {
		*m = (struct membership){ 0 };
		return RC_OK;
	}
	if (rc == RC_OK && !address_leave_check(unit_of(pg), m->list_name, m->domain, id,
						param_text(pg, "mac")))
		return RC_NOTFOUND;
	if (rc == RC_OK && !pg->signed_in)
		tr_set(m->locale);
	return rc;
}

static enum rc left_show(struct page *pg)
{
	struct view_ask v = group_ask(pg, tr("You have left"), NULL, NULL);

	return ask_show(pg, &v,
			tr("This subscription has ended: nothing more is sent to it.\n"));
}

enum rc page_leave_link(struct page *pg)
{
	struct membership m;
	struct view_ask v;
	enum rc rc = leave_find(pg, &m);

	if (rc != RC_OK)
		return rc;
	if (m.subscription == 0)
		return left_show(pg);
	v = group_ask(pg, m.title, NULL, NULL);
	v.action = arena_fmt(pg->a, "/u/%lld/%s", (long long)m.subscription,
			     param_text(pg, "mac"));
	v.one_click = true;
	v.button = tr("Leave the group");
	v.back_url = prefs_link(pg->a, unit_of(pg)->keys, &m);
	v.back = tr("Instead: change what you receive, or make a pause");
	return ask_show(pg, &v,
			tr("With this button you leave the group and receive nothing more from "
			   "it.\nWithout the button nothing changes.\n"));
}

enum rc page_leave_click(struct page *pg)
{
	struct membership m;
	struct view_ask v;
	enum rc rc = leave_find(pg, &m);

	if (rc != RC_OK)
		return rc;
	if (m.subscription == 0)
		return left_show(pg); /* the same again */
	rc = command_leave_signed(unit_of(pg), m.subscription, &m);
	if (rc == RC_OK)
		return left_show(pg);
	if (rc != RC_CONFLICT)
		return rc;
	v = group_ask(pg, m.title, NULL, NULL);
	return ask_show(pg, &v, tr("You are its only owner: somebody else has to be one first.\n"));
}

/* ---- the group's page and one's own ---- */

/* What they may not see is not there. */
static enum rc visible_member(struct page *pg, struct membership *m)
{
	struct group g;
	enum rc rc = group_find(unit_of(pg), param_text(pg, "list"), &g);

	return rc == RC_OK ? membership_by_account(unit_of(pg), g.name,
						   unit_of(pg)->actor.account, m)
			   : rc;
}

const char *join_sentence(struct page *pg, const struct membership *m)
{
	if (m->invited && strcmp(m->join_policy, "closed") != 0)
		return tr("You are invited: you can join at once.");
	if (strcmp(m->join_policy, "open") == 0)
		return tr("Whoever asks belongs to it at once.");
	if (strcmp(m->join_policy, "confirm") == 0)
		return tr("Whoever asks and confirms their address belongs to it at once.");
	if (strcmp(m->join_policy, "approve") == 0)
		return tr("The people who run the group let others in.");
	return arena_fmt(pg->a,
			 strcmp(m->join_policy, "closed") == 0
				 ? tr("The group takes no new members. Questions: %s-owner@%s.")
				 : tr("The group is for who is invited. To be invited, write to %s-owner@%s."),
			 m->list_name, m->domain);
}

enum rc page_group_join(struct page *pg)
{
	struct unit *u = unit_of(pg);
	enum join_result done = JOIN_ALREADY;
	struct membership m;
	struct view_ask v;
	enum rc rc = visible_member(pg, &m);

	if (rc == RC_OK)
		rc = subscribe_join(u, &m, u->actor.addr, u->actor.name, u->actor.locale, false,
				    &done);
	if (rc == RC_OK && done == JOIN_DONE)
		rc = command_welcome(u, &m);
	if (rc != RC_OK)
		return rc;
	if (done == JOIN_DONE || done == JOIN_ALREADY)
		return resp_redirectf(pg->resp, "/g/%s", m.list_name);
	v = group_ask(pg, m.title, m.list_name, m.title);
	return ask_show(
		pg, &v,
		done == JOIN_REQUESTED
			? tr("Your request is with the people who run the group. They answer you by "
			     "mail.\n")
			: arena_fmt(pg->a, "%s\n", join_sentence(pg, &m)));
}

static enum rc own(struct page *pg, struct membership *m)
{
	enum rc rc = visible_member(pg, m);

	return rc == RC_OK && m->subscription == 0 ? RC_NOTFOUND : rc;
}

enum rc page_group_leave(struct page *pg)
{
	struct membership m;
	struct view_ask v;
	enum rc rc = own(pg, &m);

	if (rc == RC_OK)
		rc = subscribe_leave(unit_of(pg), &m);
	if (rc == RC_OK)
		rc = command_goodbye(unit_of(pg), &m);
	if (rc == RC_OK)
		return resp_redirect(pg->resp, "/me?done=1");
	if (rc != RC_CONFLICT)
		return rc;
	v = group_ask(pg, m.title, m.list_name, m.title);
	return ask_show(pg, &v, tr("You are its only owner: somebody else has to be one first.\n"));
}

enum rc page_me_pause(struct page *pg)
{
	static const int days[] = { 0, 7, 14, 30, 90 };
	struct membership m;
	enum rc rc = own(pg, &m);

	if (rc == RC_OK && param_has(pg, "days"))
		rc = subscribe_pause(unit_of(pg), &m, 0,
				     days[param_choice(pg, "days")]
					     ? clock_now() + (int64_t)days[param_choice(pg, "days")] *
								     86400 * USEC
					     : 0);
	else if (rc == RC_OK)
		rc = pause_of(pg, &m);
	if (rc == RC_INVALID) {
		pg->resp->status = 422;
		return me_show(pg, pause_fault());
	}
	return rc == RC_OK ? resp_redirect(pg->resp, "/me?done=1") : rc;
}
