/* SPDX-License-Identifier: Apache-2.0 */
/* See when.h. */
#include "server/base/clock.h"
#include "server/base/str.h"
#include "server/text/tr.h"
#include "server/text/when.h"

#include "server/base/base.h"

/* It becomes part of a path inside libc. */
static bool zone_ok(const char *zone)
{
	size_t n = strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/");

	return n > 0 && n < 64 && zone[n] == '\0' && zone[0] != '/';
}

static int offset_ask(const char *zone, time_t t)
{
	char was[128] = "", set[80];
	const char *env = getenv("TZ");
	struct tm tm;

	if (env != NULL)
		snprintf(was, sizeof(was), "%s", env);
	snprintf(set, sizeof(set), ":%s", zone);
	setenv("TZ", set, 1);
	tzset();
	memset(&tm, 0, sizeof(tm));
	if (localtime_r(&t, &tm) == NULL)
		tm.tm_gmtoff = 0;
	if (env != NULL)
		setenv("TZ", was, 1);
	else
		unsetenv("TZ");
	tzset();
	return (int)(tm.tm_gmtoff / 60);
}

#define QUARTER  900        /* seconds: no clock of these times changes within one */
#define QUARTERS_FROM 946684800 /* 2000-01-01 */
#define KNOWN    1024

/* Each question makes libc read the zone's file twice, and the same posts stand in the
 * digests of thousands in one zone: what was answered is kept. */
int when_offset(const char *zone, int64_t usec)
{
	static struct {
		char zone[64];
		time_t quarter;
		int offset;
	} known[KNOWN];
	time_t t = (time_t)(usec / USEC), quarter = t / QUARTER;
	size_t k = (size_t)quarter;

	if (zone == NULL || !zone_ok(zone))
		return 0;
	if (t < QUARTERS_FROM)
		return offset_ask(zone, t);
	for (const char *c = zone; *c; c++)
		k = k * 31 + (unsigned char)*c;
	k %= KNOWN;
	if (known[k].quarter != quarter || strcmp(known[k].zone, zone) != 0) {
		known[k].offset = offset_ask(zone, t);
		known[k].quarter = quarter;
		snprintf(known[k].zone, sizeof(known[k].zone), "%s", zone);
	}
	return known[k].offset;
}

static const struct {
	const char *zone, *name;
} zones[] = {
	{ "America/Guatemala", N_("Guatemala") },   { "America/Belize", N_("Belize") },
	{ "America/El_Salvador", N_("El Salvador") }, { "America/Tegucigalpa", N_("Tegucigalpa") },
	{ "America/Managua", N_("Managua") },       { "America/Costa_Rica", N_("Costa Rica") },
	{ "America/Panama", N_("Panama") },         { "America/Santo_Domingo", N_("Santo Domingo") },
	{ "America/Mexico_City", N_("Mexico City") }, { "America/Bogota", N_("Bogotá") },
	{ "America/Lima", N_("Lima") },             { "America/Caracas", N_("Caracas") },
	{ "America/Santiago", N_("Santiago") },     { "America/Sao_Paulo", N_("São Paulo") },
	{ "America/Argentina/Buenos_Aires", N_("Buenos Aires") },
	{ "America/New_York", N_("New York") },     { "America/Los_Angeles", N_("Los Angeles") },
	{ "Europe/Madrid", N_("Madrid") },          { "Europe/Brussels", N_("Brussels") },
};

const char *when_zone(struct arena *a, const char *zone)
{
	const char *last = strrchr(zone, '/');
	char *s;

	for (size_t i = 0; i < ARRAY_LEN(zones); i++)
		if (strcmp(zones[i].zone, zone) == 0)
			return tr(zones[i].name);
	s = arena_strdup(a, last ? last + 1 : zone);
	for (char *p = s; *p; p++)
		if (*p == '_')
			*p = ' ';
	return s;
}

/* The i-th of the words between the bars. */
static char *word(struct arena *a, const char *list, int i)
{
	struct slice rest = slice_of(list), w = { "", 0 };

	while (i-- >= 0) {
		w = slice_make("", 0);
		slice_cut(&rest, '|', &w);
	}
	return slice_dup(a, w);
}

const char *when_weekday(struct arena *a, int weekday)
{
	return word(a, tr("Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"), weekday);
}

const char *when_again(struct arena *a, char every, int day, int hour, const char *zone)
{
	const char *name = strcmp(zone, "UTC") == 0 ? "UTC"
						   : arena_fmt(a, tr("%s time"), when_zone(a, zone));
	char *at = arena_fmt(a, "%02d:00", hour);

	if (every == 'd')
		/* TRANSLATORS: within "You get a digest %s", hour and zone */
		return arena_fmt(a, tr("every day at %1$s (%2$s)"), at, name);
	if (every == 'm')
		/* TRANSLATORS: within "You get a digest %s" */
		return arena_fmt(a, tr("on day %1$d of each month at %2$s (%3$s)"), day > 0 ? day : 1,
				 at, name);
	/* TRANSLATORS: within "You get a digest %s"; the day is one of "Sundays|Mondays..." */
	return arena_fmt(a, tr("on %1$s at %2$s (%3$s)"),
			 word(a, tr("Sundays|Mondays|Tuesdays|Wednesdays|Thursdays|Fridays|Saturdays"),
			      day),
			 at, name);
}
