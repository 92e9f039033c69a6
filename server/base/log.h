/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event a line, key=value, to stderr or syslog:
 *	2026-11-22T18:00:01Z cabildo-receive[12] info event=stored list=agenda post=7
 * Callers write the pairs; values with spaces are quoted by log_q. Texts,
 * passwords, tokens and links with tokens never go into a log; addresses at
 * info level. A context (msgid=, list=, delivery=, ...) is set once per unit
 * of work and added to every line until cleared.
 */
#ifndef CABILDO_BASE_LOG_H
#define CABILDO_BASE_LOG_H

#include "server/base/attr.h"

enum log_level { LOG_LV_DEBUG, LOG_LV_INFO, LOG_LV_WARN, LOG_LV_FAIL };

/* ident: the program's name. to_syslog: else stderr. */
void log_init(const char *ident, enum log_level least, bool to_syslog);
/* "debug", "info", "warn", "fail"; false for another word. */
MUST_USE bool log_level_parse(const char *word, enum log_level *out_r);

void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2); /* somebody should look, work goes on */
void log_fail(const char *fmt, ...) PRINTF_LIKE(1, 2); /* this unit of work ends here */
/* A bug of ours: logs and aborts (a core, a restart by whoever started us). */
void log_panic(const char *fmt, ...) PRINTF_LIKE(1, 2) NO_RETURN;
/* The administrator must act (bad setting, wrong schema): logs, exit(log_die_code). */
void log_die(const char *fmt, ...) PRINTF_LIKE(1, 2) NO_RETURN;
/* 78; 75 where an MTA runs us for one message, which 78 would make it return. */
extern int log_die_code;

/* Replaces the context; the text is copied, cut at 500 bytes. */
void log_context(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_context_clear(void);

/* The value as one word for a key=value line: quoted and escaped where needed,
 * control characters never raw, cut at 200 bytes. Valid until four further calls. */
const char *log_q(const char *value);

#endif
