/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings; see settings.h. Rows stand in the order of the pages. */
#include "server/core/settings.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const char *const setting_sections[SECTIONS] = {
	[SECTION_GROUP] = N_("The group"),
	[SECTION_JOIN] = N_("Who sees it and who joins"),
	[SECTION_WRITE] = N_("Who may write"),
	[SECTION_HOLDS] = N_("What a message may be like"),
	[SECTION_OUT] = N_("What goes out by email"),
};

#define WORDS(...) ((const struct setting_word[]){ __VA_ARGS__, { NULL, NULL } })
#define LIST_OF(n, k, lo, hi, def, sec) \
	.name = n, .kind = k, .min = lo, .max = hi, .fallback = def, .section = sec, .who = OFFICE_OWNER
#define CHOICE_OF(n, def, sec) \
	.name = n, .kind = SETTING_CHOICE, .fallback = def, .section = sec, .who = OFFICE_OWNER
#define SITE_OF(n, k, lo, hi, def) \
	.name = n, .site = true, .kind = k, .min = lo, .max = hi, .fallback = def, .who = OFFICE_ADMIN

static const struct setting_word languages[] = {
	{ "es", "Español" }, { "en", "English" }, { "pt", "Português" },
	{ "fr", "Français" }, { "it", "Italiano" }, { NULL, NULL },
};

static const struct setting_word hold_or_accept[] = {
	{ "hold", N_("it waits for a moderator") },
	{ "accept", N_("it appears") },
	{ NULL, NULL },
};

const struct setting settings[] = {
	{ LIST_OF("title", SETTING_LINE, 1, 120, "", SECTION_GROUP),
	  .label = N_("Title"),
	  .help = N_("What the group is called on pages and in mails.") },
	{ LIST_OF("description", SETTING_TEXT, 0, 2000, "", SECTION_GROUP),
	  .label = N_("Description"),
	  .help = N_("What it is for, in a sentence or two: shown on the home page.") },
	{ CHOICE_OF("lang", "es", SECTION_GROUP),
	  .words = languages,
	  .label = N_("Language of the group"),
	  .help = N_("Of mail to people who have not chosen theirs, and of posts too short to tell.") },
	{ .name = "parent", .kind = SETTING_GROUP, .max = 24, .fallback = "", .who = OFFICE_ADMIN,
	  .label = N_("Part of"),
	  .help = N_("The short name of the group that this one belongs to, or nothing. Members and "
		     "messages stay apart.") },
	{ LIST_OF("archived", SETTING_BOOL, 0, 0, "false", SECTION_GROUP),
	  .label = N_("Archived"),
	  .help = N_("It can be read; nobody writes or joins any more.") },
	{ CHOICE_OF("visibility", "members", SECTION_JOIN),
	  .words = WORDS({ "public", N_("everybody, and search engines") },
			 { "members", N_("its members") },
			 { "hidden", N_("its members, and others do not learn that it exists") }),
	  .label = N_("Who reads it"),
	  .help = N_("Mail addresses are shown to members alone, whatever is chosen here.") },
	{ CHOICE_OF("join_policy", "approve", SECTION_JOIN),
	  .words = WORDS({ "open", N_("whoever asks") },
			 { "confirm", N_("whoever asks and confirms their address") },
			 { "approve", N_("whom those who run the group let in") },
			 { "invite", N_("who is invited") }, { "closed", N_("nobody") }),
	  .label = N_("Who joins"),
	  .help = N_("Owners can always add people themselves.") },
	{ CHOICE_OF("invites", "owners", SECTION_JOIN),
	  .words = WORDS({ "owners", N_("its owners") },
			 { "moderators", N_("its owners and moderators") }),
	  .label = N_("Who invites"),
	  .help = N_("An invitation goes by mail to one address and lets that person in, however others "
		     "join.") },
	{ CHOICE_OF("posting", "members", SECTION_WRITE),
	  .words = WORDS({ "anyone", N_("anybody") }, { "members", N_("members") },
			 { "moderated", N_("members, and each message waits for a moderator") },
			 { "announce", N_("those who run the group") }),
	  .label = N_("Who writes"),
	  .help = N_("From the address that the group knows, by mail or on the web.") },
	{ CHOICE_OF("nonmember", "hold", SECTION_WRITE),
	  .words = WORDS({ "hold", N_("it waits for a moderator") },
			 { "refuse", N_("it goes back with an explanation") },
			 { "drop", N_("it is dropped, on the record") },
			 { "accept", N_("it appears") }),
	  .label = N_("A message of somebody who is no member"),
	  .help = N_("Waiting is right for most groups: people write from another address of theirs.") },
	{ CHOICE_OF("identity", "normal", SECTION_WRITE),
	  .words = WORDS({ "strict", N_("whoever writes") }, { "normal", N_("members") },
			 { "open", N_("nobody") }),
	  .label = N_("Who must be proven to be who they say"),
	  .help = N_("Proof is what the mail server found: DMARC, DKIM or SPF. Where nobody must, "
		     "anybody can write under a member's name.") },
	{ LIST_OF("tags", SETTING_LINE, 0, 1000, "", SECTION_WRITE),
	  .label = N_("Tags for threads"),
	  .help = N_("Words with commas between them, from which moderators choose; they can write "
		     "others too.") },
	{ LIST_OF("edit_minutes", SETTING_NUMBER, 0, 10080, "30", SECTION_WRITE),
	  .label = N_("Minutes to edit one's own message"),
	  .help = N_("What it said before stays to be read; mail that went out stays as it is. "
		     "0: nobody edits.") },
	{ LIST_OF("hold_first", SETTING_NUMBER, 0, 100, "0", SECTION_WRITE),
	  .label = N_("First messages that wait"),
	  .help = N_("So many of each new member wait for a moderator. 0: none.") },
	{ LIST_OF("emergency", SETTING_BOOL, 0, 0, "false", SECTION_WRITE),
	  .label = N_("Everything waits"),
	  .help = N_("For the hours in which a group boils over: each message waits for a moderator.") },
	{ CHOICE_OF("unaddressed", "hold", SECTION_HOLDS),
	  .words = hold_or_accept,
	  .label = N_("A message that names the group neither in To nor in Cc"),
	  .help = N_("Much of it is bulk mail.") },
	{ CHOICE_OF("from_lists", "hold", SECTION_HOLDS),
	  .words = hold_or_accept,
	  .label = N_("A message that another list passes on"),
	  .help = N_("Take it where the group is meant to receive another list.") },
	{ CHOICE_OF("spam", "hold", SECTION_HOLDS),
	  .words = WORDS({ "hold", N_("it waits for a moderator") },
			 { "drop", N_("it is dropped, on the record") },
			 { "accept", N_("it appears") }),
	  .label = N_("What the filter calls spam"),
	  .help = N_("Filters err: dropping loses what they err about.") },
	{ LIST_OF("max_recipients", SETTING_NUMBER, 0, 1000, "50", SECTION_HOLDS),
	  .label = N_("Addresses in To and Cc"),
	  .help = N_("A message to more of them waits. 0: any number.") },
	{ LIST_OF("flood_per_hour", SETTING_NUMBER, 0, 10000, "100", SECTION_HOLDS),
	  .label = N_("Messages of one sender in an hour"),
	  .help = N_("More of them wait: a program that answers itself stops there. 0: any number.") },
	{ LIST_OF("max_size", SETTING_SIZE, 1024, 104857600, "26214400", SECTION_HOLDS),
	  .label = N_("Size of a message"),
	  .help = N_("With its attachments, as it travels: a third more than the files. A larger one "
		     "is refused.") },
	{ LIST_OF("file_types", SETTING_FILES, 0, 1000, ".exe .scr .pif .bat .cmd .vbs .lnk .jar",
		  SECTION_HOLDS),
	  .label = N_("Files that are refused"),
	  .help = N_("Endings and types with blanks between them, such as: .exe video/*") },
	{ CHOICE_OF("reply_policy", "list", SECTION_OUT),
	  .words = WORDS({ "list", N_("the group") }, { "author", N_("the author") },
			 { "both", N_("both") }),
	  .label = N_("Where an answer goes"),
	  .help = N_("What the mail program of most people does when they press Reply.") },
	{ CHOICE_OF("dmarc_policy", "auto", SECTION_OUT),
	  .words = WORDS({ "auto", N_("where the author's domain asks for it") },
			 { "always", N_("always") }, { "never", N_("never") }),
	  .label = N_("Copies go out in the group's name"),
	  .help = N_("As “Ana Pérez by Agenda”: otherwise servers that check DMARC turn some copies "
		     "away.") },
	{ LIST_OF("subject_tag", SETTING_LINE, 0, 40, "", SECTION_OUT),
	  .label = N_("Before each subject"),
	  .help = N_("Such as [agenda]. With nothing here the author's signature on the mail stays "
		     "good.") },
	{ LIST_OF("footer", SETTING_BOOL, 0, 0, "false", SECTION_OUT),
	  .label = N_("A line below each message"),
	  .help = N_("It says how to leave. Mail programs show a button for that anyway.") },
	{ LIST_OF("link_over", SETTING_SIZE, 0, 104857600, "0", SECTION_OUT),
	  .label = N_("Attachments as links"),
	  .help = N_("Where they are over this size together, copies carry links instead. 0: never. "
		     "Members choose for themselves too.") },
	{ CHOICE_OF("digest_every", "weekly", SECTION_OUT),
	  .words = WORDS({ "daily", N_("every day") }, { "weekly", N_("every week") },
			 { "monthly", N_("on the first of each month") }),
	  .label = N_("The digest goes out"),
	  .help = N_("To members who take it and chose no time of their own.") },
	{ LIST_OF("digest_weekday", SETTING_NUMBER, 0, 6, "1", SECTION_OUT),
	  .label = N_("Weekday of the digest"),
	  .help = N_("0 is Sunday, 1 Monday, 6 Saturday; for weekly ones.") },
	{ LIST_OF("digest_hour", SETTING_NUMBER, 0, 23, "7", SECTION_OUT),
	  .label = N_("Hour of the digest"),
	  .help = N_("By the clock of each member.") },
	{ LIST_OF("read_links", SETTING_BOOL, 0, 0, "false", SECTION_OUT),
	  .label = N_("Links of a digest open without signing in"),
	  .help = N_("In a group that is not public. Each opens its thread alone, to be read for 14 days, "
		     "as long as the member it was sent to belongs to the group. Whoever the mail is passed "
		     "on to can read that thread too.") },

	{ SITE_OF("site_title", SETTING_LINE, 1, 120, SITE_TITLE),
	  .label = N_("Name of the site"),
	  .help = N_("Beside the mark on every page, in digests, and the sender of mails that are of no "
		     "group.") },
	{ SITE_OF("undo_window", SETTING_NUMBER, 0, 86400, "60"),
	  .label = N_("Seconds in which a decision can be undone"),
	  .help = N_("A moderator's decision on the web is carried out when they are over.") },
	{ SITE_OF("hold_days", SETTING_NUMBER, 0, 365, "14"),
	  .label = N_("Days that a message waits for a moderator"),
	  .help = N_("Then its author has it back, with the reason. Before, those who moderate are "
		     "reminded after 24 hours and those who run the site after 72. 0: it waits for "
		     "ever.") },
	{ SITE_OF("moderator_bundle", SETTING_NUMBER, 0, 86400, "600"),
	  .label = N_("Seconds in which moderators get at most five mails of a group one by one"),
	  .help = N_("What waits beyond these is told in one mail, when they are over. 0: each by itself.") },
	{ SITE_OF("invite_days", SETTING_NUMBER, 2, 90, "30"),
	  .label = N_("Days that an invitation holds"),
	  .help = N_("Then it has to be sent again.") },
	{ SITE_OF("invite_remind", SETTING_NUMBER, 0, 60, "7"),
	  .label = N_("Days until an invitation is reminded of"),
	  .help = N_("Once, where nobody has answered. 0: never.") },
	{ SITE_OF("invite_per_day", SETTING_NUMBER, 0, 10000, "50"),
	  .label = N_("Invitations of one person in a day"),
	  .help = N_("Over all their groups, so that nobody uses the site to send mail to strangers. 0: "
		     "nobody invites on the web.") },
	{ SITE_OF("bounce_threshold", SETTING_REAL, 50, 10000, "3"),
	  .label = N_("When an address is suspended"),
	  .help = N_("A final failure counts 1, a passing one less, and all of it halves with time: at "
		     "this sum nothing more is sent there.") },
};
const size_t settings_n = ARRAY_LEN(settings);
