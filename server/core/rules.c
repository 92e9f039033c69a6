/* SPDX-License-Identifier: Apache-2.0 */
/* See rules.h. */
#include "server/core/rules.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const char *const outcome_names[] = { "-",    "post",    "hold",   "refuse",
				      "drop", "forward", "command", "bounce", "complaint" };

static bool takes_no_others(const struct list_ref *l)
{
	return strcmp(l->posting, "anyone") != 0 && strcmp(l->nonmember, "accept") != 0;
}

static bool announces(const struct list_ref *l)
{
	return strcmp(l->posting, "announce") == 0;
}

static bool wants_proof(const struct list_ref *l)
{
	return strcmp(l->identity, "open") != 0;
}

static bool wants_address(const struct list_ref *l)
{
	return strcmp(l->unaddressed, "accept") != 0;
}

static bool counts_recipients(const struct list_ref *l)
{
	return l->max_recipients > 0;
}

static bool refuses_files(const struct list_ref *l)
{
	return *l->file_types != '\0';
}

static bool reads_verdicts(const struct list_ref *l)
{
	return strcmp(l->spam, "accept") != 0;
}

static bool has_patterns(const struct list_ref *l)
{
	return l->rules_version > 0;
}

#define WAITS N_("It waits until somebody who moderates the group has looked at it.")
#define DROPPED                                                                                    \
	N_("It is dropped, on the record, and nobody is told: an answer "                          \
	   "would go to a program or to somebody who did not write.")

const struct rule_info rules[RULES] = {
	[RULE_MALFORMED] = { "malformed", N_("whether the message can be taken apart at all"),
			     N_("Its bytes are kept and the owners of the group look at them."),
			     N_("The message cannot be read as mail."),
			     N_("Please send it again as plain text."), .final = true },
	[RULE_LOOP] = { "loop", N_("marks that this group leaves on its own mail"), DROPPED,
			N_("It has been through this group before."), "", .final = true },
	[RULE_TO_SITE] = { "to-site", N_("whether it was written to postmaster or abuse"),
			   N_("It goes to the people who run the site."),
			   N_("It is for the people who run the site."), "", .final = true },
	[RULE_AUTOMATIC] = { "automatic",
		N_("signs of a program: vacation notes, receipts, recalls, "
		   "answers to invitations, bulk mail, mail of other lists"),
		N_("Answers of programs are dropped on the record. What a "
		   "program sends of its own accord, and what only reads like an "
		   "automatic answer, waits for a person. So does what comes "
		   "through another list, unless a member wrote it to this group "
		   "too or the group takes mail of lists. None of it is ever "
		   "answered."),
			     N_("It seems to have been written by a program."),
		N_("If you wrote it yourself, please send it again with another "
		   "subject."),
			     .final = true },
	[RULE_BOUNCE] = { "bounce", N_("reports of mail that could not be delivered"),
			  N_("It is counted for the address it speaks of."),
			  N_("It is a delivery report."), "", .final = true },
	[RULE_COMPLAINT] = { "complaint",
		N_("reports of a provider whose user marked a mail as spam"),
			     N_("It is counted for the address it speaks of."),
			     N_("It is a complaint of a mail provider."), "", .final = true },
	[RULE_BANNED] = { "banned",
		N_("the sender, all their addresses and their domain, against "
		   "the bans of the group and of the site"),
			  DROPPED, N_("Mail from this sender is not taken here."),
			  N_("Please write to the owners of the group."), .final = true },
	[RULE_COMMAND] = { "command",
		N_("whether it asks for something of the group instead of "
		   "telling it something"),
		N_("It is done, or asked back where nothing proves who wrote it, "
		   "and answered."),
			   N_("It asks for something of the group."), "", .final = true },
	[RULE_TO_OWNER] = { "to-owner", N_("whether it was written to the owners' address"),
			    N_("It goes to the people who run the group."),
			    N_("It is for the people who run the group."), "", .final = true },
	[RULE_NOT_A_POST] = { "not-a-post", N_("which address of the group it was written to"),
			      WAITS,
			      N_("It is addressed to the people who run the group."), "",
			      .final = true },
	[RULE_EMERGENCY] = { "emergency", N_("whether the group was stopped for the moment"), WAITS,
			     N_("The group is stopped for the moment; everything waits."),
		N_("There is nothing for you to do: it is looked at when the "
		   "group goes on."), },
	[RULE_CLOSED] = { "closed", N_("whether the group is closed or archived"), WAITS,
			  N_("The group is closed and takes no new posts."),
			  N_("Please write to the owners of the group."), },
	[RULE_NO_AUTHOR] = { "no-author", N_("whether From names exactly one author"), WAITS,
			     N_("It does not say in From who wrote it."),
			     N_("Please send it from a mail program that has your address."), },
	[RULE_IDENTITY] = { "identity",
		N_("whether our mail server could prove that the sender is who "
		   "From says"),
		N_("The member whose name it carries is asked at their own "
		   "address, and one click or reply lets it through."),
			    N_("It could not be proven who sent it."),
		N_("Confirm it with the link or by answering the message that we "
		   "sent to your address."),
			    .applies = wants_proof },
	[RULE_ANNOUNCE_ONLY] = { "announce-only",
		N_("whether the author moderates the group"), WAITS,
				 N_("Only those who moderate the group begin threads here."),
		N_("Please write to the owners of the group."), .applies = announces },
	[RULE_NONMEMBER] = { "nonmember",
		N_("whether the author is a member, under any of their addresses"),
		N_("As the group decided: it waits for a moderator, goes back to "
		   "its sender, or is dropped."),
		N_("Only members write to this group, and the address in From is "
		   "not one of theirs."),
		N_("If you are a member, send it again from the address that you "
		   "joined with; else write to the owners of the group and ask "
		   "to join."),
			     .yields = true, .applies = takes_no_others },
	[RULE_MODERATED] = { "moderated",
		N_("whether posts of the group, or of this member, are reviewed"), WAITS,
			     N_("Posts are reviewed before they appear."),
			     N_("There is nothing for you to do."), .yields = true },
	[RULE_FIRST_POSTS] = { "first-posts",
		N_("how many posts of a new member have appeared"), WAITS,
			       N_("The first posts of each new member are reviewed."),
			       N_("There is nothing for you to do."), .yields = true },
	[RULE_UNADDRESSED] = { "unaddressed", N_("whether To or Cc names the group"), WAITS,
			       N_("It does not name the group in To or Cc."),
			       N_("Please send it again with the group's address in To."),
			       .yields = true, .applies = wants_address },
	[RULE_TOO_LARGE] = { "too-large", N_("its size, with attachments"), WAITS,
			     N_("It is larger than the group takes."),
		N_("Please send it again with smaller attachments, or with a "
		   "link to them."), },
	[RULE_TOO_MANY_RECIPIENTS] = { "too-many-recipients",
		N_("how many addresses stand in To and Cc"), WAITS,
				       N_("It goes to very many addresses at once."),
		N_("Please send it again with fewer addresses in To and Cc."),
				       .yields = true, .applies = counts_recipients },
	[RULE_EMPTY] = { "empty", N_("whether there is a text, a subject or an attachment"), WAITS,
			 N_("It is empty."), N_("Please send it again with a text."), },
	[RULE_DUPLICATE] = { "duplicate", N_("Message-ID, author and date of what came before"),
			     N_("It is the same message again: there is one post, as before."),
			     N_("The same message is here already."), "", },
	[RULE_ID_REUSED] = { "id-reused",
		N_("whether another message came under the same Message-ID"), WAITS,
			     N_("The Message-ID is that of another post."),
			     N_("Please send it again as a new message."), },
	[RULE_DIGEST_REPLY] = { "digest-reply",
		N_("whether it answers a whole digest, and no message of the group"), WAITS,
				N_("It answers a whole digest, not one message of it."),
		N_("Please answer the message itself, with its link in the digest, "
		   "or begin a new thread with a subject of its own."), },
	[RULE_THREAD_CLOSED] = { "thread-closed",
		N_("whether the thread that it answers takes messages still, and is still in this group"),
				 WAITS, N_("Its thread is closed: nothing more can be added there."),
		N_("Please begin a new thread, with a subject of its own, or write to the "
		   "owners of the group."), },
	[RULE_FLOOD] = { "flood", N_("how much the same sender wrote within the last hour"), WAITS,
			 N_("Very many messages of the same sender arrived within an hour."),
			 N_("There is nothing for you to do: the others are looked at."),
			 .yields = true },
	[RULE_PATTERN] = { "pattern", N_("rules of the moderators on headers and text"),
		N_("As the rule says: accepted, held, sent back or dropped. A "
		   "rule that fails to run holds the message."),
			   N_("A rule of the group's moderators applies to it."),
		N_("Please write to the owners of the group."), .applies = has_patterns },
	[RULE_FILE_TYPES] = { "file-types", N_("types and name endings of the attachments"),
			      N_("It goes back to its sender, whole."),
			      N_("It carries a kind of file that the group does not take."),
			      N_("Please send it again without that file, or in another format."),
			      .applies = refuses_files },
	[RULE_SPAM] = { "spam", N_("the verdict of our own mail server's spam filter"),
			N_("As the group decided: it waits for a moderator or is dropped."),
			N_("Our mail server takes it for spam."),
			N_("There is nothing for you to do: somebody looks at it."),
			.yields = true, .applies = reads_verdicts },
	[RULE_POSTED] = { "posted", N_("nothing: it is what remains"),
			  N_("It appears at once and goes out to the members."),
			  N_("Nothing spoke against it."), "", },
};

const struct rule_info *rule_find(const char *name)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

static bool type_is(struct slice name, struct slice type, struct slice word)
{
	if (word.p[0] == '.')
		return name.n >= word.n &&
		       slice_ieq(slice_make(name.p + name.n - word.n, word.n), word);
	if (word.n > 2 && word.p[word.n - 1] == '*' && word.p[word.n - 2] == '/')
		return type.n >= word.n - 1 &&
		       slice_ieq(slice_make(type.p, word.n - 1), slice_make(word.p, word.n - 1));
	return slice_ieq(type, word);
}

struct slice rules_file_refused(const struct list_ref *l, const char *name, const char *type)
{
	struct slice rest = slice_of(l->file_types), word;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &word);
		if (word.n > 0 && type_is(slice_of(name), slice_of(type), word))
			return word;
	}
	return SLICE("");
}

size_t rules_trace(struct arena *a, const char *trace, struct rule_said **r)
{
	struct slice rest = slice_of(trace), word, name;
	size_t n = 0, max = 1;

	for (const char *p = trace; *p; p++)
		max += *p == ' ';
	*r = ARENA_ARRAY(a, max, struct rule_said);
	while (rest.n > 0) {
		struct rule_said *t = &(*r)[n];

		slice_cut(&rest, ' ', &word);
		if (!slice_cut(&word, '=', &name))
			continue;
		t->name = slice_dup(a, name);
		t->rule = rule_find(t->name);
		slice_cut(&word, '(', &name);
		t->outcome = slice_dup(a, name);
		t->detail =
			slice_ends(word, ")") ? slice_dup(a, slice_make(word.p, word.n - 1)) : "";
		n++;
	}
	return n;
}
