/* SPDX-License-Identifier: Apache-2.0 */
/* One event a line; see log.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "server/base/attr.h"
#include "server/base/clock.h"
#include "server/base/str.h"

#include "server/base/log.h"

static const char *log_ident = "cabildo";
static enum log_level log_least = LOG_LV_INFO;
static bool log_syslog;
static char log_ctx[512];

static const char *const level_names[] = { "debug", "info", "warn", "fail" };

void log_init(const char *ident, enum log_level least, bool to_syslog)
{
	log_ident = ident;
	log_least = least;
	log_syslog = to_syslog;
	if (to_syslog)
		openlog(ident, LOG_PID, LOG_MAIL);
}

bool log_level_parse(const char *word, enum log_level *out_r)
{
	for (unsigned i = 0; i < ARRAY_LEN(level_names); i++)
		if (strcmp(word, level_names[i]) == 0) {
			*out_r = (enum log_level)i;
			return true;
		}
	return false;
}

/* What does not fit is left out. */
static char *put(char *p, const char *end, const char *z)
{
	size_t n = strlen(z), room = (size_t)(end - p);

	n = n < room ? n : room;
	memcpy(p, z, n);
	return p + n;
}

static void emit(enum log_level lv, const char *fmt, va_list ap)
{
	static const int prio[] = { 7, 6, 4, 3 };
	char line[2048], when[32], pid[24], whole[sizeof(line) + 1024], *p = whole;
	const char *end = whole + sizeof(whole) - 1;
	int n;

	if (lv < log_least)
		return;
	n = vsnprintf(line, sizeof(line), fmt, ap);
	if (n < 0)
		return;
	/* one event is one line, whatever a value brought along */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			*c = ' ';
	if (log_syslog) {
		syslog(prio[lv], "%s %s%s%s", level_names[lv], line, log_ctx[0] ? " " : "",
		       log_ctx);
		return;
	}
	clock_rfc3339(clock_now(), when);
	p = put(put(put(p, end, when), end, " "), end, log_ident);
	p = put(put(put(p, end, "["), end, i64_text(getpid(), pid)), end, "] ");
	p = put(put(put(p, end, level_names[lv]), end, " "), end, line);
	if (log_ctx[0] != '\0')
		p = put(put(p, end, " "), end, log_ctx);
	*p++ = '\n';
	/* one call: dprintf asks where the file ends before each line */
	if (write(STDERR_FILENO, whole, (size_t)(p - whole)) < 0)
		return;
}

#define EMIT(lv)                                                                                   \
	do {                                                                                       \
		va_list ap;                                                                        \
		va_start(ap, fmt);                                                                 \
		emit((lv), fmt, ap);                                                               \
		va_end(ap);                                                                        \
	} while (0)

void log_debug(const char *fmt, ...)
{
	EMIT(LOG_LV_DEBUG);
}

void log_info(const char *fmt, ...)
{
	EMIT(LOG_LV_INFO);
}

void log_warn(const char *fmt, ...)
{
	EMIT(LOG_LV_WARN);
}

void log_fail(const char *fmt, ...)
{
	EMIT(LOG_LV_FAIL);
}

void log_panic(const char *fmt, ...)
{
	EMIT(LOG_LV_FAIL);
	abort();
}

int log_die_code = EX_CONFIG;

void log_die(const char *fmt, ...)
{
	EMIT(LOG_LV_FAIL);
	exit(log_die_code);
}

void log_context(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(log_ctx, 500, fmt, ap);
	va_end(ap);
}

void log_context_clear(void)
{
	log_ctx[0] = '\0';
}

const char *log_q(const char *value)
{
	static char ring[4][420];
	static unsigned at;
	char *out = ring[at++ % 4];
	bool quote = value == NULL || *value == '\0';
	size_t n = 0;

	if (value == NULL)
		value = "";
	for (const char *p = value; *p && !quote; p++)
		quote = *p == ' ' || *p == '"' || *p == '=' || *p == '\\';
	if (quote)
		out[n++] = '"';
	for (size_t i = 0; value[i] != '\0' && i < 200; i++) {
		if (value[i] == '"' || value[i] == '\\')
			out[n++] = '\\';
		out[n++] = value[i];
	}
	if (quote)
		out[n++] = '"';
	out[n] = '\0';
	return out;
}
