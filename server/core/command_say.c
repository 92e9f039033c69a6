/* SPDX-License-Identifier: Apache-2.0 */
/* See command_say.h. A person's own words are quoted, never used as a format. */
#include "server/core/command_say.h"
#include "server/core/export.h"
#include "server/core/template.h"
#include "server/text/tr.h"

#include "server/base/base.h"

static const char *word(struct unit *u, enum command what)
{
	return command_word(u->arena, what, tr_lang());
}

static void paragraph(struct str *o)
{
	if (o->n > 0)
		str_addz(o, "\n");
}

static const char *day(struct unit *u, const struct membership *m, int64_t usec)
{
	return tr_date_day(u->arena, usec, m->utc_offset);
}

static void on_the_web(struct unit *u, struct str *o, const struct membership *m)
{
	if (*u->conf->base_url != '\0') {
		str_fmt(o, tr("On the web: %s\n"),
			arena_fmt(u->arena, "%s/g/%s", u->conf->base_url, m->list_name));
	}
}

/* What the group adds in its own words. A database that fails here fails again at
 * the next statement of the transaction, which says so. */
static void own_words(struct unit *u, struct str *o, const struct membership *m, const char *kind)
{
	const struct template_values v = {
		.group = m->title,
		.address = arena_fmt(u->arena, "%s@%s", m->list_name, m->domain),
		.name = m->name
	};
	const char *text;

	if (template_text(u, m->list, kind, tr_lang(), &v, &text) == RC_OK && *text != '\0') {
		paragraph(o);
		str_fmt(o, "%s\n", text);
	}
}

void say_joined(struct unit *u, struct str *o, const struct membership *m, enum join_result r)
{
	paragraph(o);
	switch (r) {
	case JOIN_ALREADY:
		str_fmt(o, tr("You are a member of %s already: nothing has changed.\n"), m->title);
		break;
	case JOIN_REQUESTED:
		str_fmt(o,
			tr("Your request to join %s is with the people who run the group. They "
			   "answer you by mail.\n"),
			m->title);
		break;
	case JOIN_CLOSED:
		str_fmt(o,
			strcmp(m->join_policy, "closed") == 0
				? tr("%s takes no new members. Questions: %s-owner@%s.\n")
				: tr("%s is for who is invited. To be invited, write to "
				     "%s-owner@%s.\n"),
			m->title, m->list_name, m->domain);
		break;
	case JOIN_DONE:
		str_fmt(o, tr("Welcome to %s: you are a member now.\n"), m->title);
		paragraph(o);
		str_fmt(o,
			tr("To write to everybody: %s@%s. To answer, answer any message of the "
			   "group.\n"),
			m->list_name, m->domain);
		str_fmt(o, tr("You receive %s.\n"), delivery_words(m->delivery));
		on_the_web(u, o, m);
		paragraph(o);
		str_fmt(o, tr("To leave, write \"%s\" to %s-request@%s; \"%s\" tells what else you "
			      "can do by mail.\n"),
			word(u, COMMAND_LEAVE), m->list_name, m->domain, word(u, COMMAND_HELP));
		own_words(u, o, m, "welcome");
		break;
	}
}

void say_left(struct unit *u, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o,
		tr("You have left %s: you receive nothing more from it. What you wrote stays in "
		   "the group.\n"),
		m->title);
	own_words(u, o, m, "goodbye");
	paragraph(o);
	str_addz(o, tr("If it was a mistake, answer this mail within 3 days and you are back.\n"));
}

void say_last_owner(struct unit *u UNUSED, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o,
		tr("You are the only owner of %s and cannot leave it without one: somebody else "
		   "has to be owner first. Nothing has changed.\n"),
		m->title);
}

void say_paused(struct unit *u, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o, tr("%s sends you nothing until %s. To go on before that day, write \"%s\".\n"),
		m->title, day(u, m, m->pause_until), word(u, COMMAND_RESUME));
}

void say_bad_date(struct unit *u, struct str *o, const char *arg)
{
	paragraph(o);
	str_fmt(o,
		tr("\"%s\" is not a date of the coming year: nothing has changed. Write it as "
		   "\"%s 15 days\" or \"%s 2027-01-31\".\n"),
		arg, word(u, COMMAND_PAUSE), word(u, COMMAND_PAUSE));
}

void say_resumed(struct unit *u, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o, tr("The pause is over. From %s you receive %s.\n"), m->title,
		delivery_words(m->delivery));
	on_the_web(u, o, m);
}

void say_delivery(struct unit *u, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o, tr("It is changed. From %s you receive %s.\n"), m->title,
		delivery_words(m->delivery));
	if (m->paused)
		str_fmt(o, tr("Your pause goes on until %s.\n"), day(u, m, m->pause_until));
}

void say_follow(struct unit *u, struct str *o, const struct membership *m, const char *subject,
		bool mute)
{
	paragraph(o);
	if (mute)
		str_fmt(o,
			tr("You receive nothing more of the thread \"%s\" in %s. To have it back, "
			   "answer one of its messages with \"%s\".\n"),
			subject, m->title, word(u, COMMAND_FOLLOW));
	else
		str_fmt(o,
			tr("You receive every message of the thread \"%s\" in %s. To have no more "
			   "of it, answer one of its messages with \"%s\".\n"),
			subject, m->title, word(u, COMMAND_MUTE));
}

void say_no_thread(struct unit *u, struct str *o)
{
	paragraph(o);
	str_fmt(o,
		tr("To mute or follow a thread, write \"%s\" or \"%s\" as your whole answer to one "
		   "of its messages: from here it cannot be told which one you mean.\n"),
		word(u, COMMAND_MUTE), word(u, COMMAND_FOLLOW));
}

void say_status(struct unit *u, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o, tr("You are a member of %s since %s, with the address %s.\n"), m->title,
		day(u, m, m->joined_at), m->copies_to);
	str_fmt(o, tr("You receive %s.\n"), delivery_words(m->delivery));
	if (m->paused)
		str_fmt(o, tr("Your pause goes on until %s.\n"), day(u, m, m->pause_until));
}

enum rc say_mydata(struct unit *u, struct str *o, const struct membership *m)
{
	struct member_fact *f;
	struct export_counts c;
	const char *path;
	size_t n;
	enum rc rc = member_data_read(u->db, u->arena, m->account, &f, &n);

	if (rc != RC_OK)
		return rc;
	paragraph(o);
	str_fmt(o, tr("Your name: %s\nYour language: %s\n"), m->name, m->locale);
	for (size_t i = 0; i < n; i++)
		if (!f[i].group)
			str_fmt(o, tr("Your address: %s\n"), f[i].what);
		else
			str_fmt(o, tr("Your group: %s, since %s; you receive %s\n"), f[i].what,
				day(u, m, f[i].at), delivery_words(f[i].delivery));
	rc = export_counts(u, m->account, &c);
	if (rc == RC_OK)
		str_fmt(o, tr("Messages of yours here: %lld\n"), (long long)c.posts);
	if (*u->conf->base_url == '\0' || rc != RC_OK)
		return rc;
	str_fmt(o, tr("To change them: %s/me\n"), u->conf->base_url);
	rc = export_link(u, m->account, &path);
	if (rc == RC_OK)
		str_fmt(o, tr("\nAll of it as one file, with your messages and attachments; the link is good "
			      "for 3 days, and for you alone:\n%s%s\n"),
			u->conf->base_url, path);
	return rc;
}

void say_no_member(struct unit *u UNUSED, struct str *o, const struct membership *m,
		   const char *addr)
{
	paragraph(o);
	str_fmt(o,
		tr("The address %s is not a member of %s: nothing has changed. If you receive its "
		   "mail, you do at another address of yours: write from that one, or use the "
		   "button to unsubscribe that your mail program shows with each message.\n"),
		addr, m->title);
}

void say_token_gone(struct unit *u UNUSED, struct str *o)
{
	paragraph(o);
	str_addz(o, tr("There is nothing to confirm: it was confirmed already, or it is older than "
		       "3 days. Please ask for it again.\n"));
}

void say_unknown(struct unit *u UNUSED, struct str *o, const struct command_ask *c)
{
	if (*c->arg == '\0')
		return;
	paragraph(o);
	str_fmt(o, tr("This was not understood: \"%s\".\n"), c->arg);
	if (*c->nearest != '\0')
		str_fmt(o, tr("Did you mean \"%s\"?\n"), c->nearest);
}

void say_help(struct unit *u, struct str *o, const struct membership *m)
{
	paragraph(o);
	str_fmt(o,
		tr("To %s-request@%s you can write, each on a line of its own, or one in the "
		   "subject:\n"),
		m->list_name, m->domain);
	paragraph(o);
	for (size_t i = 0; i < COMMANDS; i++)
		if (command_rows[i].help != NULL)
			str_fmt(o, "  %s\n",
				tr_pair(u->arena, word(u, command_rows[i].what),
					tr(command_rows[i].help)));
	paragraph(o);
	str_fmt(o,
		tr("What you write to %s@%s is read by the whole group; to %s-owner@%s, by the "
		   "people who run it.\n"),
		m->list_name, m->domain, m->list_name, m->domain);
}

const char *say_what(struct unit *u, const struct command_ask *c)
{
	struct slice arg = slice_of(c->arg);
	int64_t days;

	if (c->what == COMMAND_PAUSE && slice_ends(arg, "d") &&
	    slice_i64(slice_make(arg.p, arg.n - 1), 1, 366, &days))
		return arena_fmt(u->arena,
				 tr_n("no mail for %lld day", "no mail for %lld days", days),
				 (long long)days);
	if (c->what == COMMAND_PAUSE && arg.n > 0)
		return arena_fmt(u->arena, tr("no mail until %s"), c->arg);
	switch (c->what) {
	case COMMAND_PAUSE:
		return arena_fmt(u->arena,
				 tr_n("no mail for %lld day", "no mail for %lld days", 30LL), 30LL);
	case COMMAND_MUTE:
		return tr("no more of this thread");
	case COMMAND_FOLLOW:
		return tr("all of this thread");
	default:
		return command_rows[c->what].help ? tr(command_rows[c->what].help) : "";
	}
}

void say_confirm(struct unit *u, struct str *o, const struct membership *m, const char *addr,
		 const char *lines, const char *token)
{
	struct slice rest = slice_of(lines), line, name;

	paragraph(o);
	str_fmt(o, tr("In the name of %s, somebody asked this of %s:\n"), addr, m->title);
	paragraph(o);
	while (slice_line(&rest, &line)) {
		slice_cut(&line, ' ', &name);
		for (size_t i = 0; i < COMMANDS; i++)
			if (slice_eqz(name, command_rows[i].name))
				str_fmt(o, "  - %s\n",
					say_what(u, &(struct command_ask){
							    command_rows[i].what,
							    slice_dup(u->arena, line), "" }));
	}
	paragraph(o);
	if (*u->conf->base_url != '\0')
		str_fmt(o,
			tr("If it was you, answer this mail as it is, or open this page and press "
			   "its button:\n\n%s/c/%s\n"),
			u->conf->base_url, token);
	else
		str_addz(o, tr("If it was you, answer this mail as it is.\n"));
	paragraph(o);
	str_addz(o, tr("It can be confirmed for 3 days. If it was not you, there is nothing to do: "
		       "without an answer nothing changes.\n"));
}

const char *say_letter(struct unit *u, const struct membership *m, struct str *say)
{
	const char *text = arena_strdup(u->arena, str_z(say));

	if (m->account != 0 && *m->name != '\0')
		return arena_fmt(u->arena, tr("Good day, %s:\n\n%s"), m->name, text);
	return arena_fmt(u->arena, tr("Good day:\n\n%s"), text);
}
