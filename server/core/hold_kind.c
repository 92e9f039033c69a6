/* SPDX-License-Identifier: Apache-2.0 */
/* See hold_kind.h. */
#include <ctype.h>

#include "server/core/audit.h"
#include "server/core/hold_join.h"
#include "server/core/hold_kind.h"
#include "server/core/hold_report.h"
#include "server/core/modmail.h"
#include "server/core/owner_mail.h"
#include "server/core/tell.h"

#include "server/base/base.h"

static const struct hold_kind kinds[] = {
	{ "message", "approve return reject discard spam", tell_author },
	{ "join", "approve return reject discard", join_carry },
	{ "report", "approve return reject discard", report_carry },
	{ OWNER_MAIL, "return discard spam", owner_mail_carry },
};

const struct hold_kind *hold_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

bool hold_kind_takes(const struct hold_kind *k, const char *decision)
{
	struct slice rest = slice_of(k->decisions), word;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &word);
		if (slice_eqz(word, decision))
			return true;
	}
	return false;
}

/* An address as a pattern on From: at its end, between <>. */
static const char *from_pattern(struct unit *u, const char *addr)
{
	struct str s;

	str_init(&s, u->arena, 4096);
	str_addz(&s, "(?i)<");
	for (const char *p = addr; *p; p++) {
		if (!isalnum((unsigned char)*p) && (unsigned char)*p < 0x80)
			str_addc(&s, '\\');
		str_addc(&s, *p);
	}
	str_addz(&s, ">$");
	return str_z(&s);
}

/* What holds for the sender from now on: a member's own setting, a rule of the group for
 * anybody else, a ban for either. */
static enum rc policy_apply(struct unit *u, const struct held_due *d)
{
	struct sender_policy p = { .list = d->list,
				   .account = d->account,
				   .addr = d->author_addr,
				   .action = d->policy,
				   .pattern = from_pattern(u, d->author_addr) };
	const char *before = "";
	enum rc rc;

	if (*d->policy == '\0')
		return RC_OK;
	if (strcmp(d->policy, "ban") == 0) {
		rc = sender_ban_write(u->db, &p);
	} else {
		rc = d->account ? sender_moderation_write(u->db, u->arena, &p, &before)
				: RC_NOTFOUND;
		if (rc == RC_NOTFOUND)
			rc = sender_rule_write(u->db, &p);
	}
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = arena_fmt(u->arena, "sender.%s", d->policy),
				.list = d->list,
				.subject = d->account,
				.before = before,
				.after = arena_fmt(u->arena, "%s %s", d->policy, d->author_addr),
				.why = arena_fmt(u->arena, "hold %lld", (long long)d->id) });
}

enum rc hold_settled(struct unit *u, const struct held_due *d, const struct list_ref *l,
		     int64_t post)
{
	log_info("event=hold_settled list=%s hold=%lld kind=%s decision=%s door=%s by=%lld post=%lld",
		 l->name, (long long)d->id, d->kind, d->decision, d->door,
		 (long long)d->decided_by, (long long)post);
	/* a decision of somebody was told when it was made, so that it could be taken back */
	if (strcmp(d->decision, "expire") == 0) {
		struct held h;
		enum rc rc = held_read(u->db, u->arena, (struct reader){ 0, true }, d->id, &h);

		if (rc == RC_OK)
			rc = modmail_decided(u, &h);
		if (rc != RC_OK)
			return rc;
	}
	return policy_apply(u, d);
}
