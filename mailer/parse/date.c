/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates of mail: RFC 5322 section 3.3 with its obsolete forms, and the usual
 * wrong ones (asctime, ISO 8601, 22-Nov-2026, hour and minute with dots, AM
 * and PM, month names in our languages). Words that say nothing are passed
 * over. The day of the week is never believed.
 */
#include <ctype.h>

#include "mailer/parse/part.h"
#include "server/base/base.h"

struct date_parse {
	int year, month, day, hour, minute, second;
	int zone;               /* minutes east */
	bool have_time, have_zone, pm, am;
	int nums[3];            /* numbers met where no month name has come yet */
	unsigned nnums;
};

static const char *const months[12][4] = {
	{ "jan", "ene", "gen", "janv" }, { "feb", "fev", "fév", "févr" },
	{ "mar", "mär", "mrz", "mars" }, { "apr", "abr", "avr", "avri" },
	{ "may", "mai", "mag", "maio" }, { "jun", "giu", "juin", "juni" },
	{ "jul", "lug", "juil", "juli" }, { "aug", "ago", "aou", "aoû" },
	{ "sep", "set", "sept", "sett" }, { "oct", "out", "ott", "okt" },
	{ "nov", "noviembre", "nov", "nove" }, { "dec", "dic", "dez", "déc" },
};

static const struct { const char *name; int minutes; } zones[] = {
	{ "utc", 0 }, { "gmt", 0 }, { "ut", 0 }, { "z", 0 }, { "wet", 0 }, { "west", 60 },
	{ "bst", 60 }, { "cet", 60 }, { "cest", 120 }, { "met", 60 }, { "mest", 120 },
	{ "mez", 60 }, { "mesz", 120 }, { "eet", 120 }, { "eest", 180 }, { "msk", 180 },
	{ "ist", 330 }, { "jst", 540 }, { "kst", 540 }, { "hkt", 480 }, { "aest", 600 },
	{ "aedt", 660 }, { "nzst", 720 }, { "nzdt", 780 }, { "ast", -240 }, { "adt", -180 },
	{ "est", -300 }, { "edt", -240 }, { "cst", -360 }, { "cdt", -300 }, { "mst", -420 },
	{ "mdt", -360 }, { "pst", -480 }, { "pdt", -420 }, { "akst", -540 }, { "akdt", -480 },
	{ "hst", -600 }, { "art", -180 }, { "brt", -180 }, { "brst", -120 }, { "clt", -240 },
	{ "cot", -300 }, { "pet", -300 },
};

static int month_of(struct slice w)
{
	for (int m = 0; m < 12; m++)
		for (int k = 0; k < 4; k++)
			if (slice_istarts(w, months[m][k]))
				return m + 1;
	return 0;
}

/* Up to 9 digits; the bytes taken, 0 where there is none. */
static size_t digits(struct slice s, int *v_r)
{
	size_t i = 0;

	*v_r = 0;
	while (i < s.n && i < 9 && isdigit((unsigned char)s.p[i]))
		*v_r = *v_r * 10 + (s.p[i++] - '0');
	return i;
}

/* hh:mm[:ss[.frac]] (or with dots), with what follows left to the caller. */
static size_t time_at(struct date_parse *d, struct slice s)
{
	int h, m, sec = 0;
	size_t i = digits(s, &h), n;
	char sep;

	if (i == 0 || i > 2 || i >= s.n || (s.p[i] != ':' && s.p[i] != '.'))
		return 0;
	sep = s.p[i++];
	n = digits(slice_make(s.p + i, s.n - i), &m);
	if (n == 0 || n > 2)
		return 0;
	i += n;
	if (i + 1 < s.n && s.p[i] == sep && isdigit((unsigned char)s.p[i + 1])) {
		n = digits(slice_make(s.p + i + 1, s.n - i - 1), &sec);
		i += n + 1;
	} else if (sep == '.') {
		return 0; /* 22.11 may be a day and a month */
	}
	if (i + 1 < s.n && (s.p[i] == '.' || s.p[i] == ',') &&
	    isdigit((unsigned char)s.p[i + 1])) {
		i++;
		while (i < s.n && isdigit((unsigned char)s.p[i]))
			i++;
	}
	if (h > 24 || m > 59 || sec > 60)
		return 0;
	d->hour = h;
	d->minute = m;
	d->second = sec > 59 ? 59 : sec;
	d->have_time = true;
	return i;
}

/* +hhmm, -hh:mm, +h after a time; the bytes taken or 0. */
static size_t zone_at(struct date_parse *d, struct slice s)
{
	int v, m = 0;
	size_t n, i = 1;

	if (s.n < 2 || (s.p[0] != '+' && s.p[0] != '-'))
		return 0;
	n = digits(slice_make(s.p + 1, s.n - 1), &v);
	if (n == 0)
		return 0;
	i += n;
	if (n <= 2 && i + 2 < s.n && s.p[i] == ':') {
		size_t k = digits(slice_make(s.p + i + 1, s.n - i - 1), &m);
		i += k + 1;
	} else if (n > 2) {
		m = v % 100;
		v /= 100;
	}
	if (v <= 14 && m <= 59)
		d->zone = (s.p[0] == '-' ? -1 : 1) * (v * 60 + m);
	d->have_zone = true;
	return i;
}

/* 2026-11-22 or 2026/11/22; the bytes taken or 0. */
static size_t iso_at(struct date_parse *d, struct slice s)
{
	int y, m, day;
	size_t n = digits(s, &y), k;

	if (n != 4 || n >= s.n || (s.p[n] != '-' && s.p[n] != '/'))
		return 0;
	k = digits(slice_make(s.p + n + 1, s.n - n - 1), &m);
	if (k == 0 || k > 2 || n + 1 + k >= s.n || s.p[n + 1 + k] != s.p[n])
		return 0;
	n += k + 2;
	k = digits(slice_make(s.p + n, s.n - n), &day);
	if (k == 0 || k > 2)
		return 0;
	d->year = y;
	d->month = m;
	d->day = day;
	n += k;
	return n < s.n && s.p[n] == 'T' ? n + 1 : n;
}

static int year_of(int v, size_t ndigits)
{
	if (ndigits >= 4)
		return v;
	return v < 50 && ndigits < 3 ? v + 2000 : v + 1900;
}

static size_t number_at(struct date_parse *d, struct slice s)
{
	int v;
	size_t n = digits(s, &v);

	if (d->day == 0 && n <= 2 && v >= 1 && v <= 31)
		d->day = v;
	else if (d->year == 0 && n >= 2)
		d->year = year_of(v, n);
	return n;
}

static size_t word_at(struct date_parse *d, struct slice s)
{
	size_t n = 0;
	struct slice w;
	int m;

	while (n < s.n && (isalpha((unsigned char)s.p[n]) || (unsigned char)s.p[n] >= 0x80))
		n++;
	w = slice_make(s.p, n);
	if (d->have_time && (slice_ieqz(w, "pm") || slice_ieqz(w, "am"))) {
		d->pm = slice_ieqz(w, "pm");
		d->am = !d->pm;
		return n;
	}
	/* "mar" is also a day (martes, mardi): only what is not before a comma. */
	m = n >= 3 && !(n < s.n && s.p[n] == ',') ? month_of(w) : 0;
	if (m > 0 && d->month == 0) {
		d->month = m;
		return n;
	}
	if (d->have_time && !d->have_zone)
		for (size_t i = 0; i < ARRAY_LEN(zones); i++)
			if (slice_ieqz(w, zones[i].name)) {
				d->zone = zones[i].minutes;
				/* GMT+0100: the number says the rest. */
				d->have_zone = zones[i].minutes != 0;
				return n;
			}
	return n;
}

static size_t comment_len(struct slice s)
{
	unsigned depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}

static void date_scan(struct date_parse *d, struct slice s)
{
	while (s.n > 0) {
		size_t n = 1;
		unsigned char c = (unsigned char)s.p[0];

		if (c == '(') {
			n = comment_len(s);
		} else if (isdigit(c)) {
			if ((d->have_time || (n = time_at(d, s)) == 0) &&
			    (d->year || (n = iso_at(d, s)) == 0))
				n = number_at(d, s);
		} else if ((c == '+' || c == '-') && d->have_time && !d->have_zone) {
			n = zone_at(d, s);
		} else if (isalpha(c) || c >= 0x80) {
			n = word_at(d, s);
		}
		if (n == 0)
			n = 1;
		s = slice_make(s.p + n, s.n - n);
	}
}

static bool date_real(const struct date_parse *d)
{
	static const int days[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	if (d->year < 1 || d->year > 9999 || d->month < 1 || d->month > 12 || d->day < 1 ||
	    d->day > days[d->month - 1])
		return false;
	return d->month != 2 || d->day < 29 || leap;
}

bool mail_date(struct slice value, int64_t *usec_r)
{
	struct date_parse d = { 0 };

	*usec_r = 0;
	value = slice_trim(value);
	if (value.n > 500)
		value.n = 500;
	date_scan(&d, value);
	if (d.pm && d.hour < 12)
		d.hour += 12;
	if (d.am && d.hour == 12)
		d.hour = 0;
	if (!date_real(&d))
		return false;
	struct civil c = { .year = d.year, .month = d.month, .day = d.day, .hour = d.hour,
			   .minute = d.minute, .second = d.second };
	*usec_r = clock_from_civil(c) - (int64_t)d.zone * 60 * USEC;
	return true;
}
