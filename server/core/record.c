/* SPDX-License-Identifier: Apache-2.0 */
/* See record.h. */
#include "server/core/record.h"
#include "server/text/tr.h"

#include "server/base/base.h"

static const struct {
	const char *act, *words;
} acts[] = {
	{ "account.admin", N_("made somebody an administrator, or ended it") },
	{ "account.closing", N_("asked for the end of their account") },
	{ "account.create", N_("made an account") },
	{ "account.device-end", N_("signed a device out") },
	{ "account.devices-end", N_("signed all other devices out") },
	{ "account.erase", N_("an account ended") },
	{ "account.export", N_("took a copy of their data") },
	{ "account.keep", N_("kept their account") },
	{ "account.lock", N_("locked an account, or opened it again") },
	{ "account.password", N_("set a password") },
	{ "account.place", N_("changed their time zone, or who sees their address") },
	{ "account.preferences", N_("changed their preferences") },
	{ "account.second-step", N_("changed their second sign-in step") },
	{ "account.signout", N_("signed somebody out everywhere") },
	{ "address.add", N_("added an address") },
	{ "address.ask", N_("asked to add an address") },
	{ "address.primary", N_("chose a main address") },
	{ "address.remove", N_("removed an address") },
	{ "address.return", N_("sends to an address again") },
	{ "address.suspend", N_("suspended an address") },
	{ "address.verify", N_("confirmed an address") },
	{ "ban.add", N_("banned a sender") },
	{ "ban.lift", N_("lifted a ban") },
	{ "digest.choice", N_("chose when their digest comes") },
	{ "handover.cancel", N_("called a handover off") },
	{ "handover.done", N_("carried a handover out") },
	{ "handover.failed", N_("could not carry a handover out") },
	{ "handover.plan", N_("planned a handover") },
	{ "handover.undone", N_("took a handover back") },
	{ "hold.answered", N_("answered mail to the owners together with a later one") },
	{ "hold.approve", N_("approved a message") },
	{ "hold.claim", N_("took something that waits") },
	{ "hold.confirm", N_("confirmed that a message is theirs") },
	{ "hold.discard", N_("discarded a message") },
	{ "hold.edit", N_("edited a message that waits") },
	{ "hold.expire", N_("a message waited until its time ran out") },
	{ "hold.note", N_("wrote a note for those who moderate") },
	{ "hold.posted", N_("posted an approved message") },
	{ "hold.reject", N_("rejected a message") },
	{ "hold.release", N_("gave back what waits") },
	{ "hold.reopen", N_("put a message back into the queue") },
	{ "hold.return", N_("returned a message with a question") },
	{ "hold.spam", N_("discarded a message as spam") },
	{ "hold.undo", N_("took a decision back") },
	{ "hold.unedit", N_("put the original of a message that waits back") },
	{ "invite.decline", N_("declined an invitation") },
	{ "invite.expire", N_("an invitation ended unanswered") },
	{ "invite.remind", N_("reminded of an invitation") },
	{ "invite.send", N_("invited somebody") },
	{ "invite.withdraw", N_("withdrew an invitation") },
	{ "join.approve", N_("let somebody in") },
	{ "join.decline", N_("declined a request to join") },
	{ "join.request", N_("asked to join") },
	{ "list.create", N_("made the group") },
	{ "list.set", N_("changed settings") },
	{ "mailbox.create", N_("gave the group a mailbox to fetch from") },
	{ "mailbox.pause", N_("paused fetching from a mailbox") },
	{ "mailbox.remove", N_("removed a mailbox") },
	{ "mailbox.resume", N_("resumed fetching from a mailbox") },
	{ "member.add", N_("added a member") },
	{ "member.join", N_("joined") },
	{ "member.leave", N_("left") },
	{ "member.pause", N_("paused their mail") },
	{ "member.remove", N_("removed a member") },
	{ "member.resume", N_("ended their pause") },
	{ "member.role", N_("changed a role") },
	{ "moderator.away", N_("is away for some days") },
	{ "moderator.back", N_("is back") },
	{ "post.delete", N_("deleted a message of theirs") },
	{ "post.edit", N_("edited a message of theirs") },
	{ "post.report", N_("reported a message") },
	{ "post.unfold", N_("showed folded text") },
	{ "rule.create", N_("made a rule") },
	{ "rule.move", N_("moved a rule") },
	{ "rule.remove", N_("removed a rule") },
	{ "rule.switch", N_("switched a rule") },
	{ "setting.set", N_("changed settings of the site") },
	{ "subscription.address", N_("chose the address for a group") },
	{ "subscription.bounced", N_("stopped mail that came back") },
	{ "subscription.complaint", N_("stopped mail after a complaint") },
	{ "subscription.set", N_("changed what is received") },
	{ "template.set", N_("wrote a text") },
	{ "template.unset", N_("removed a text") },
	{ "thread.follow", N_("follows or muted a thread") },
	{ "thread.hide", N_("hid a thread") },
	{ "thread.hide-posts", N_("hid messages") },
	{ "thread.lock", N_("closed a thread") },
	{ "thread.merge", N_("joined two threads") },
	{ "thread.move", N_("moved a thread to another group") },
	{ "thread.pin", N_("pinned a thread") },
	{ "thread.reattach", N_("put messages under the one that they answer") },
	{ "thread.rename", N_("changed the title of a thread") },
	{ "thread.restore", N_("showed a hidden thread again") },
	{ "thread.restore-posts", N_("showed hidden messages again") },
	{ "thread.split", N_("made messages a thread of their own") },
	{ "thread.tag", N_("changed the tags of a thread") },
	{ "thread.tag-merge", N_("joined a tag to another") },
	{ "thread.tag-rename", N_("renamed a tag") },
	{ "thread.undo", N_("took back what was done to a thread or a tag") },
	{ "thread.unlock", N_("opened a thread again") },
	{ "thread.unpin", N_("unpinned a thread") },
};

const struct act_noun act_nouns[] = {
	{ "hold", N_("Decisions") },   { "member", N_("Members") }, { "join", N_("Requests to join") },
	{ "invite", N_("Invitations") },
	{ "subscription", N_("What is received") },
	{ "thread", N_("Threads") },   { "post", N_("Posts") },	    { "list", N_("Settings") },
	{ "rule", N_("Rules") },       { "ban", N_("Bans") },	    { "template", N_("Texts") },
	{ "handover", N_("Handing over") },
	{ "account", N_("Accounts") }, { "address", N_("Addresses") },
	{ "setting", N_("Settings of the site") },
	{ NULL, NULL },
};

static const struct {
	const char *door, *words;
} doors[] = {
	{ "web", N_("on the web") },	{ "email", N_("by email") },
	{ "cli", N_("at the command line") }, { "rule", N_("by a rule") },
	{ "system", N_("by itself") },
};

const char *act_words(const char *act)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (strcmp(acts[i].act, act) == 0)
			return tr(acts[i].words);
	return act;
}

const char *door_words(const char *door)
{
	for (size_t i = 0; i < ARRAY_LEN(doors); i++)
		if (strcmp(doors[i].door, door) == 0)
			return tr(doors[i].words);
	return door;
}

/* 2026-11-23, a day that there is. */
static bool is_day(const char *s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct slice v = slice_of(s);
	int64_t y, m, d;
	bool leap;

	if (v.n != 10 || s[4] != '-' || s[7] != '-' || !slice_i64(slice_make(s, 4), 1970, 9999, &y) ||
	    !slice_i64(slice_make(s + 5, 2), 1, 12, &m) || !slice_i64(slice_make(s + 8, 2), 1, 31, &d))
		return false;
	leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	return d <= days[m - 1] + (m == 2 && leap);
}

static const char *given(const char *s)
{
	return s != NULL && *s != '\0' ? s : NULL;
}

enum rc records_find(struct unit *u, const char *list, const struct record_filter *f,
		     struct record_row **r, size_t *n_r)
{
	struct record_query q = { .who = given(f->who),
				  .door = given(f->door),
				  .act = given(f->act),
				  .from = given(f->from),
				  .until = given(f->until),
				  .zone = given(u->actor.time_zone) ? u->actor.time_zone : "UTC",
				  .before = f->before,
				  .limit = f->limit };
	bool door = q.door == NULL;
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_OWNER, &g);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(doors) && !door; i++)
		door = strcmp(doors[i].door, q.door) == 0;
	if (!door || (q.from != NULL && !is_day(q.from)) || (q.until != NULL && !is_day(q.until)))
		return RC_INVALID;
	if (q.act != NULL && q.act[strspn(q.act, "abcdefghijklmnopqrstuvwxyz.-")] != '\0')
		return RC_INVALID;
	q.list = g.id;
	return records_read(u->db, u->arena, &q, r, n_r);
}

static void cell(struct str *o, const char *text)
{
	str_addc(o, '"');
	if (*text != '\0' && strchr("=+-@\t\r", *text) != NULL)
		str_addc(o, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			str_addc(o, '"');
		str_addc(o, *p);
	}
	str_addz(o, "\",");
}

void records_csv(struct unit *u, const struct record_row *r, size_t n, struct str *out)
{
	str_addz(out, "\xEF\xBB\xBFid,at,door,act,who,group,thread,post,whom,before,after,why,sealed\r\n");
	for (size_t i = 0; i < n; i++) {
		char when[32];

		clock_rfc3339(r[i].at, when);
		str_fmt(out, "%lld,%s,%s,%s,", (long long)r[i].id, when, r[i].door, r[i].act);
		cell(out, r[i].actor);
		cell(out, r[i].list);
		cell(out, r[i].thread ? arena_fmt(u->arena, "%lld", (long long)r[i].thread) : "");
		cell(out, r[i].post ? arena_fmt(u->arena, "%lld", (long long)r[i].post) : "");
		cell(out, r[i].subject);
		cell(out, r[i].before);
		cell(out, r[i].after);
		cell(out, r[i].why);
		str_fmt(out, "%s\r\n", r[i].sealed ? "yes" : "no");
	}
}
