/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person asks for by mail: the one table of commands with their words,
 * doing them, asking first where nobody has proven to be the sender, and one
 * answer for all of a message, in the person's language (promises P5, P8, P9).
 */
#ifndef CABILDO_CORE_COMMAND_H
#define CABILDO_CORE_COMMAND_H

#include "server/core/subscribe.h"
#include "server/core/unit.h"

enum command {
	COMMAND_HELP,
	COMMAND_JOIN,
	COMMAND_LEAVE,
	COMMAND_PAUSE,
	COMMAND_RESUME,
	COMMAND_EACH,
	COMMAND_FOLLOWED,
	COMMAND_NONE,
	COMMAND_MUTE,
	COMMAND_FOLLOW,
	COMMAND_STATUS,
	COMMAND_MYDATA,
	COMMAND_DIGEST,
	COMMAND_CONFIRM, /* arg: the token */
	COMMANDS,
	COMMAND_UNKNOWN = COMMANDS
};

enum command_lang { LANG_ES, LANG_EN, LANG_PT, LANG_FR, LANG_IT, LANGS };
extern const char *const command_langs[LANGS]; /* "es", ... */

struct command_row {
	enum command what;
	const char *name; /* in records: "leave" */
	bool changes;     /* asked back where the sender is not proven */
	/* Ways to say it, separated by |, folded as utf8_fold does, the one that is shown
	 * first; a * before those that are also one as the whole of an answer to a post. */
	const char *words[LANGS];
	const char *help; /* msgid; NULL: not in the help */
	const char *shown[LANGS]; /* the first word with its accents, where it has any */
};
extern const struct command_row command_rows[COMMANDS];
/* The first word of a row in a language of ours, with its accents. */
const char *command_word(struct arena *a, enum command what, const char *locale);

struct command_ask {
	enum command what;
	const char *arg;     /* of PAUSE: "15d", "2027-01-31", or "" ; of UNKNOWN: what was written */
	const char *nearest; /* of UNKNOWN: a word it may have been meant for, or "" */
};
#define COMMAND_ASKS_MAX 8

/* Who asks, by which message. */
struct command_from {
	int64_t list;
	const char *addr, *name;
	const char *locale; /* of who is unknown to us */
	bool proven;        /* From is who sent it */
	int64_t thread;     /* what it answers, or 0 */
	const char *msgid;
	const char *const *refs;
	size_t nrefs;
};

struct command_result {
	bool answered;    /* a notice is queued */
	bool held;        /* nothing was done: a person has to look at it */
	bool forward;     /* held, and the owners are to read it now: a stranger wants to leave */
	const char *rule; /* for the record: the commands' names, "confirm", ... */
};

/* Does them and answers, or asks back. asks is not empty. In a transaction. */
enum rc command_run(struct unit *u, const struct command_from *f, const struct command_ask *asks,
		    size_t n, struct command_result *r) MUST_USE;

/* A subscription's own leave address or link, whose MAC was checked. RC_NOTFOUND where
 * it is gone: it was used before. RC_CONFLICT: the last owner. */
enum rc command_leave_signed(struct unit *u, int64_t subscription, struct membership *r) MUST_USE;

/* What waits behind a token, for its page; uses nothing up. RC_NOTFOUND: unknown, used
 * or expired. */
struct command_pending {
	int64_t list;
	const char *addr, *title, *list_name, *locale;
	const char *what; /* "leave the group; pause until 31 January", in the language set */
};
enum rc command_pending_read(struct unit *u, const char *token, struct command_pending *r) MUST_USE;
/* Once. from NULL: by its page. Else by mail: RC_DENIED where From is nobody the token
 * was given to; the answer goes out as a notice, to be read on the page in *text_r (may
 * be NULL). */
enum rc command_confirm(struct unit *u, const char *token, const struct command_from *from,
			const char **text_r) MUST_USE;
#define COMMAND_TOKEN_DAYS 3

/* Notices after joining or leaving by another way than a command. */
enum rc command_welcome(struct unit *u, const struct membership *m) MUST_USE;
enum rc command_goodbye(struct unit *u, const struct membership *m) MUST_USE;

#endif
