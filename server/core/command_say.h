/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentences of command.c, in the language that is set; each appends one
 * paragraph to o. Inside core only.
 */
#ifndef CABILDO_CORE_COMMAND_SAY_H
#define CABILDO_CORE_COMMAND_SAY_H

#include "server/base/str.h"
#include "server/core/command.h"

void say_joined(struct unit *u, struct str *o, const struct membership *m, enum join_result r);
void say_left(struct unit *u, struct str *o, const struct membership *m);
void say_last_owner(struct unit *u, struct str *o, const struct membership *m);
void say_paused(struct unit *u, struct str *o, const struct membership *m);
void say_bad_date(struct unit *u, struct str *o, const char *arg);
void say_resumed(struct unit *u, struct str *o, const struct membership *m);
void say_delivery(struct unit *u, struct str *o, const struct membership *m);
void say_follow(struct unit *u, struct str *o, const struct membership *m, const char *subject,
		bool mute);
void say_no_thread(struct unit *u, struct str *o);
void say_status(struct unit *u, struct str *o, const struct membership *m);
enum rc say_mydata(struct unit *u, struct str *o, const struct membership *m) MUST_USE;
void say_no_member(struct unit *u, struct str *o, const struct membership *m, const char *addr);
void say_token_gone(struct unit *u, struct str *o);
void say_unknown(struct unit *u, struct str *o, const struct command_ask *c);
void say_help(struct unit *u, struct str *o, const struct membership *m);
/* lines: "leave \npause 15d\n". */
void say_confirm(struct unit *u, struct str *o, const struct membership *m, const char *addr,
		 const char *lines, const char *token);
/* "leave the group", "pause until 31 January 2027". */
const char *say_what(struct unit *u, const struct command_ask *c);
/* The paragraphs between a greeting and who writes. */
const char *say_letter(struct unit *u, const struct membership *m, struct str *say);

#endif
