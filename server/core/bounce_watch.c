/* SPDX-License-Identifier: Apache-2.0 */
/* What cabildod does about bounces: score, suspend, probe, return, remove. */
#include "server/core/audit.h"
#include "server/core/bounce.h"
#include "server/core/house.h"
#include "server/core/notice.h"
#include "server/store/bounce.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* To those who run the group, in their own languages; once a day a cause. */
static enum rc tell_owners(struct unit *u, int64_t list, const char *cause, const char *subject,
			   const char *body, const char *title, const char *name, const char *who)
{
	struct notice_owner *o;
	size_t n = 0;
	const char *back = tr_lang();
	enum rc rc = list ? notice_owners_read(u, list, false, &o, &n) : RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		tr_set(o[i].locale);
		/* the catalogue's text takes title, who, site, group */
		rc = notice_send(u,
				 &(struct notice_new){
					 .kind = "bounce-owner",
					 .addr = o[i].addr,
					 .account = o[i].account,
					 .list = list,
					 .locale = o[i].locale,
					 .subject = tr_pair(u->arena, title, tr(subject)),
					 .body = arena_fmt(u->arena, "%s\n\n%s\n\n%s/g/%s/bounces\n",
							   tr(body), who, u->conf->base_url, name),
					 .cause = arena_fmt(u->arena, "%s %lld", cause,
							    (long long)list) },
				 NULL);
	}
	tr_set(back);
	return rc;
}

static const char *person(struct unit *u, const char *name, const char *addr)
{
	return arena_fmt(u->arena, "%s <%s>", name, addr);
}

/* The person's other addresses hear why it is quiet. */
static enum rc tell_others(struct unit *u, const struct bounce_unscored_row *e)
{
	const char **addr, *back = tr_lang();
	size_t n;
	enum rc rc = bounce_others_read(u->db, u->arena, e->account, e->address, &addr, &n);

	tr_set(e->locale);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = notice_send(
			u,
			&(struct notice_new){
				.kind = "bounce-suspended",
				.addr = addr[i],
				.account = e->account,
				.locale = e->locale,
				.subject = arena_fmt(u->arena, tr("Mail to %s comes back"), e->addr),
				.body = arena_fmt(
					u->arena,
					tr("Good day, %s:\n\nMail to your address %s has come back "
					   "several times, so we have stopped sending to it. The "
					   "other mail server said:\n\n%s\n\nYou still belong to your "
					   "groups, and everything can be read on the web. When the "
					   "address works again, sign in and press the button on "
					   "this page:\n\n%s/me\n"),
					e->name, e->addr, e->text, u->conf->base_url),
				.cause = arena_fmt(u->arena, "bounce-suspended %s", e->addr) },
			NULL);
	tr_set(back);
	return rc;
}

static enum rc suspend(struct unit *u, const struct bounce_unscored_row *e)
{
	enum rc rc = bounce_suspend_write(u->db, u->arena, e->address);

	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	log_info("event=address_suspended to=%s reason=%s", log_q(e->addr), e->reason);
	rc = audit(u, &(struct audit_entry){ .act = "address.suspend", .list = e->list,
					     .subject = e->account, .after = e->addr,
					     .why = e->text });
	if (rc == RC_OK)
		rc = tell_others(u, e);
	if (rc != RC_OK)
		return rc;
	return tell_owners(u, e->list, "bounce-suspended",
			   /* TRANSLATORS: subject of a mail, after the group's name and a colon */
			   N_("mail to a member comes back"),
			   N_("Mail to a member has come back so often that we have stopped sending "
			      "it. The membership stays as it is. Who it is, and below what the "
			      "other mail servers said of everybody:"),
			   e->title, e->list_name, person(u, e->name, e->addr));
}

static enum rc complaint(struct unit *u, const struct bounce_unscored_row *e)
{
	enum rc rc = bounce_complaint_write(u->db, u->arena, e->subscription);

	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	log_info("event=complaint to=%s", log_q(e->addr));
	rc = audit(u, &(struct audit_entry){ .act = "subscription.complaint", .list = e->list,
					     .subject = e->account, .after = "none",
					     .why = e->reason });
	if (rc != RC_OK)
		return rc;
	return tell_owners(u, e->list, "complaint",
			   /* TRANSLATORS: subject of a mail, after the group's name and a colon */
			   N_("a member's mail service reported our mail as unwanted"),
			   N_("Somebody pressed the button for unwanted mail. The membership stays, "
			      "set to receive nothing by email; it is not counted as an address "
			      "that fails."),
			   e->title, e->list_name, person(u, e->name, e->addr));
}

static const char *weight_of(const struct bounce_unscored_row *e)
{
	if (strcmp(e->kind, "hard") == 0)
		return "1";
	return strcmp(e->kind, "soft") == 0 ? "0.2" : "0";
}

static enum rc score_one(struct unit *u, const struct bounce_unscored_row *e)
{
	bool over, probe = e->probe && strcmp(e->kind, "delay") != 0;
	enum rc rc = bounce_score_write(u->db, u->arena, e->id, weight_of(e), BOUNCE_HALF_LIFE,
					BOUNCE_THRESHOLD, &over);

	if (rc == RC_OK && probe)
		rc = bounce_probe_failed_write(u->db, e->address);
	if (rc == RC_OK && strcmp(e->kind, "complaint") == 0 && strcmp(e->reason, "abuse") == 0)
		return complaint(u, e);
	/* a refusal for policy never suspends, however high the score already is */
	return rc == RC_OK && over && strcmp(weight_of(e), "0") != 0 ? suspend(u, e) : rc;
}

enum rc bounce_score(struct unit *u, int64_t *n_r)
{
	struct bounce_unscored_row *e;
	size_t n = 0;
	enum rc rc = house_begin(u, HOUSE_BOUNCE);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = bounce_unscored_read(u->db, u->arena, &e, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = score_one(u, &e[i]);
	if (rc != RC_OK) {
		unit_abort(u);
		return rc;
	}
	*n_r = (int64_t)n;
	rc = unit_commit(u);
	if (rc == RC_OK && n > 0)
		unit_wake(u);
	return rc;
}

static enum rc probe(struct unit *u, const struct bounce_person_row *p)
{
	enum rc rc = bounce_probe_sent_write(u->db, p->address);

	if (rc != RC_OK)
		return rc;
	tr_set(p->locale);
	return notice_send(
		u,
		&(struct notice_new){
			.kind = "bounce-probe",
			.addr = p->addr,
			.account = p->account,
			.list = p->list,
			.locale = p->locale,
			.subject = tr("Does mail to this address arrive again?"),
			.body = arena_fmt(
				u->arena,
				tr("Good day, %s:\n\nMail to %s came back, so we stopped sending "
				   "to it. If you read this, it works again, and there is nothing "
				   "to do: in three days your groups' mail goes on by itself. To "
				   "have it at once, press the button on this page:\n\n%s/me\n"),
				p->name, p->addr, u->conf->base_url) },
		NULL);
}

static enum rc back_again(struct unit *u, const struct bounce_person_row *p)
{
	enum rc rc = bounce_return(u, p->addr, p->account, "probe");

	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	log_info("event=address_returned to=%s", log_q(p->addr));
	tr_set(p->locale);
	return notice_send(
		u,
		&(struct notice_new){
			.kind = "bounce-returned",
			.addr = p->addr,
			.account = p->account,
			.locale = p->locale,
			.subject = tr("Your groups' mail goes on"),
			.body = arena_fmt(u->arena,
					  tr("Good day, %s:\n\nMail to %s arrives again: from now on "
					     "you receive that of your groups as before. What came "
					     "in between can be read on the web:\n\n%s\n"),
					  p->name, p->addr, u->conf->base_url),
			.cause = "bounce-returned" },
		NULL);
}

static enum rc remove_one(struct unit *u, const struct bounce_person_row *p)
{
	struct bounce_list_row *l;
	size_t n = 0;
	enum rc rc = bounce_remove_write(u->db, u->arena, p->address, &l, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		rc = audit(u, &(struct audit_entry){ .act = "subscription.bounced", .list = l[i].list,
						     .subject = p->account, .after = "none",
						     .why = p->addr });
		if (rc == RC_OK)
			rc = tell_owners(
				u, l[i].list,
				arena_fmt(u->arena, "bounce-removed %lld", (long long)p->address),
				/* TRANSLATORS: subject of a mail, after the group's name and a colon */
				N_("a member gets no mail any more"),
				N_("Mail to this member has come back for four weeks, and so did "
				   "three attempts to find out whether the address works again. The "
				   "membership stays, set to receive nothing by email. If you know "
				   "another way to reach the person, that would help."),
				l[i].title, l[i].name, person(u, p->name, p->addr));
	}
	if (rc == RC_OK)
		log_info("event=address_hopeless to=%s groups=%zu", log_q(p->addr), n);
	return rc;
}

enum rc bounce_watch(struct unit *u, int64_t *n_r)
{
	struct bounce_person_row *due, *good, *gone;
	size_t ndue = 0, ngood = 0, ngone = 0;
	const char *back = tr_lang();
	enum rc rc = house_begin(u, HOUSE_BOUNCE);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = bounce_probes_good_read(u->db, u->arena, BOUNCE_PROBE_WAIT, &good, &ngood);
	for (size_t i = 0; i < ngood && rc == RC_OK; i++)
		rc = back_again(u, &good[i]);
	if (rc == RC_OK)
		rc = bounce_hopeless_read(u->db, u->arena, BOUNCE_HOPELESS, BOUNCE_PROBES, &gone, &ngone);
	for (size_t i = 0; i < ngone && rc == RC_OK; i++)
		rc = remove_one(u, &gone[i]);
	if (rc == RC_OK)
		rc = bounce_probes_due_read(u->db, u->arena, BOUNCE_PROBE_EVERY, BOUNCE_PROBES, &due,
					    &ndue);
	for (size_t i = 0; i < ndue && rc == RC_OK; i++)
		rc = probe(u, &due[i]);
	tr_set(back);
	if (rc != RC_OK) {
		unit_abort(u);
		return rc;
	}
	*n_r = (int64_t)(ndue + ngood + ngone);
	rc = unit_commit(u);
	if (rc == RC_OK && *n_r > 0)
		unit_wake(u);
	return rc;
}
