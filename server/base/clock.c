/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time without glibc's global time zone: civil dates by arithmetic on days
 * (the era of 400 Gregorian years), so nothing here depends on TZ.
 */
#include <time.h>

#include "server/base/clock.h"

#include "server/base/base.h"

static int64_t clock_fixed;

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * USEC + ts.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return clock_fixed ? clock_fixed : read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_set(int64_t usec)
{
	clock_fixed = usec;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct civil clock_civil(int64_t usec, int offset_minutes)
{
	int64_t sec = floor_div(usec, USEC) + (int64_t)offset_minutes * 60;
	int64_t days = floor_div(sec, 86400), rest = sec - days * 86400;
	int64_t z = days + 719468; /* days since 0000-03-01 */
	int64_t era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil c;

	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	c.wday = (int)(((days + 4) % 7 + 7) % 7);
	return c;
}

int64_t clock_from_civil(struct civil c)
{
	int64_t y = c.year - (c.month <= 2);
	int64_t era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	int64_t days = era * 146097 + doe - 719468;

	return (((days * 24 + c.hour) * 60 + c.minute) * 60 + c.second) * USEC;
}

static const char day_names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

void clock_rfc5322(int64_t usec, char out_r[static 40])
{
	struct civil c = clock_civil(usec, 0);

	snprintf(out_r, 40, "%s, %d %s %04d %02d:%02d:%02d +0000", day_names[c.wday], c.day,
		 month_names[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static char *two(char *p, int v, char after)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
	p[2] = after;
	return p + 3;
}

void clock_rfc3339(int64_t usec, char out_r[static 32])
{
	struct civil c = clock_civil(usec, 0);
	char *p = out_r;

	if (c.year < 0 || c.year > 9999) {
		snprintf(out_r, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour,
			 c.minute, c.second);
		return;
	}
	/* a page of thirty posts has thirty; printf takes ten times as long */
	p = two(p, c.year / 100, '0') - 1;
	p = two(p, c.year % 100, '-');
	p = two(p, c.month, '-');
	p = two(p, c.day, 'T');
	p = two(p, c.hour, ':');
	p = two(p, c.minute, ':');
	*two(p, c.second, 'Z') = '\0';
}

void clock_http(int64_t usec, char out_r[static 40])
{
	struct civil c = clock_civil(usec, 0);

	snprintf(out_r, 40, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[c.wday], c.day,
		 month_names[c.month - 1], c.year, c.hour, c.minute, c.second);
}

bool clock_parse(const char *text, int64_t *usec_r)
{
	struct civil c = { 0 }, back;
	int end = 0, n = sscanf(text, "%4d-%2d-%2d%n%*1[T ]%2d:%2d%n:%2d%n", &c.year, &c.month, &c.day,
				&end, &c.hour, &c.minute, &end, &c.second, &end);

	if (n != 3 && n != 5 && n != 6)
		return false;
	text += end;
	if (strcmp(text, "") != 0 && (n == 3 || strcmp(text, "Z") != 0))
		return false;
	if (c.year < 1970 || c.hour > 23 || c.minute > 59 || c.second > 59 || c.hour < 0 || c.minute < 0 ||
	    c.second < 0)
		return false;
	*usec_r = clock_from_civil(c);
	back = clock_civil(*usec_r, 0);
	return back.month == c.month && back.day == c.day;
}
