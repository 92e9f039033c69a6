/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gettext behind one file. glibc reads LANGUAGE anew whenever its counter
 * _nl_msg_cat_cntr moves, but only under a locale that is not plain "C":
 * C.UTF-8 is on every Debian, so no system locale has to be generated.
 */
#include <libintl.h>
#include <locale.h>
#include <strings.h>

#include "server/text/tr.h"
#include "server/text/view.h"

#include "server/base/base.h"

#define DOMAIN "cabildo"
#define LANG_BYTES 16
#ifndef LOCALEDIR
#define LOCALEDIR "/usr/share/locale"
#endif

extern int _nl_msg_cat_cntr;

const struct tr_language tr_languages[TR_LANGS] = {
	{ "es", "Español", "1", "," },	 { "en", "English", "1", "." },
	{ "pt", "Português", "1º", "," }, { "fr", "Français", "1er", "," },
	{ "it", "Italiano", "1º", "," },
};

/* The process has one language at a time, as gettext itself has. */
static const char *current = "en";

/*
 * What gettext said, by the address of the msgid: a page asks for some four
 * hundred texts, and each question costs gettext a microsecond. Only for
 * texts in the program's own constants (the linker says where those lie), which
 * never change; other memory may hold another text at the same address.
 */
#define CACHE_SIZE 4096 /* a power of two; entries give way to newer ones */
static struct {
	const char *msgid, *said;
	uint64_t lang;
} cache[CACHE_SIZE];
static uint64_t lang_key; /* of `current` */
extern const char __executable_start[], __data_start[];

/* Another for each language; never 0, so that an empty entry fits none. */
static uint64_t key_of(const char *lang)
{
	uint64_t k = 1;

	while (*lang != '\0')
		k = k * 131 + (unsigned char)*lang++;
	return k;
}

static bool is_constant(const char *s)
{
	return (uintptr_t)s >= (uintptr_t)__executable_start &&
	       (uintptr_t)s < (uintptr_t)__data_start;
}

void tr_init(const char *localedir)
{
	const char *env = getenv("CABILDO_LOCALEDIR");

	if (env != NULL && *env != '\0')
		localedir = env;
	if (localedir == NULL)
		localedir = LOCALEDIR;
	/* the other categories are in it what they are in "C", and each is a file to open */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL || setlocale(LC_MESSAGES, "C.UTF-8") == NULL)
		log_die("event=no_locale need=C.UTF-8 hint=\"install the package libc-bin\"");
	if (bindtextdomain(DOMAIN, localedir) == NULL ||
	    bind_textdomain_codeset(DOMAIN, "UTF-8") == NULL)
		log_die("event=no_catalogue dir=%s", log_q(localedir));
	setenv("LANGUAGE", current, 1);
	_nl_msg_cat_cntr++;
	lang_key = key_of(current);
}

/* The word becomes part of a path inside gettext. */
static bool lang_ok(const char *lang)
{
	size_t n = strspn(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return n > 0 && n < LANG_BYTES && lang[n] == '\0';
}

void tr_set(const char *lang)
{
	static char other[LANG_BYTES];
	const struct tr_language *l;

	if (lang == NULL || !lang_ok(lang))
		lang = "en";
	if (strcmp(lang, current) == 0)
		return;
	/* whoever remembers tr_lang() to come back to it holds the table's own word */
	l = tr_language(lang);
	current = l ? l->code : memmove(other, lang, strlen(lang) + 1);
	setenv("LANGUAGE", current, 1);
	_nl_msg_cat_cntr++;
	lang_key = key_of(current);
}

const char *tr_lang(void)
{
	return current;
}

const struct tr_language *tr_language(const char *code)
{
	for (size_t i = 0; i < TR_LANGS; i++)
		if (strcmp(tr_languages[i].code, code) == 0)
			return &tr_languages[i];
	return NULL;
}

/* ";q=0.5" in thousandths; 1000 without one, 0 (not wanted) for what is no number. */
static int quality(struct slice params)
{
	int n = 0;

	while (params.n > 0) {
		struct slice p;

		slice_cut(&params, ';', &p);
		p = slice_trim(p);
		if (p.n < 2 || (p.p[0] | 32) != 'q' || p.p[1] != '=')
			continue;
		p = slice_make(p.p + 2, p.n - 2);
		if (p.n == 0 || p.n > 5 || (p.p[0] != '0' && p.p[0] != '1') || (p.n > 1 && p.p[1] != '.'))
			return 0;
		n = p.p[0] - '0';
		for (size_t i = 2; i < 5; i++) {
			if (i < p.n && (p.p[i] < '0' || p.p[i] > '9'))
				return 0;
			n = n * 10 + (i < p.n ? p.p[i] - '0' : 0);
		}
		return n > 1000 ? 0 : n;
	}
	return 1000;
}

const char *tr_accept(const char *field, const char *fallback)
{
	struct slice rest = slice_of(field ? field : ""), range, tag;
	int best = 0;

	while (rest.n > 0) {
		int q;

		slice_cut(&rest, ',', &range);
		slice_cut(&range, ';', &tag);
		tag = slice_trim(tag);
		q = quality(range);
		/* "pt" is in "pt-BR"; "*" is whatever the house speaks */
		if (q <= best || (tag.n != 2 && (tag.n < 3 || tag.p[2] != '-')))
			continue;
		for (size_t i = 0; i < TR_LANGS; i++)
			if (strncasecmp(tr_languages[i].code, tag.p, 2) == 0) {
				best = q;
				fallback = tr_languages[i].code;
			}
	}
	return fallback;
}

const char *tr(const char *msgid)
{
	size_t i = (((uintptr_t)msgid ^ lang_key << 32) * UINT64_C(0x9E3779B97F4A7C15)) >> 52;

	/* the empty msgid is the catalogue's header */
	if (*msgid == '\0')
		return "";
	if (cache[i].msgid == msgid && cache[i].lang == lang_key)
		return cache[i].said;
	if (!is_constant(msgid))
		return dgettext(DOMAIN, msgid);
	cache[i].msgid = msgid;
	cache[i].lang = lang_key;
	return cache[i].said = dgettext(DOMAIN, msgid);
}

const char *tr_n(const char *one, const char *many, int64_t n)
{
	return dngettext(DOMAIN, one, many, (unsigned long)(n < 0 ? -(uint64_t)n : (uint64_t)n));
}

/* The i-th of the words between the bars; a translation with too few gives "". */
static struct slice word(const char *list, int i)
{
	struct slice rest = slice_of(list), w = { "", 0 };

	while (i-- >= 0) {
		w = slice_make("", 0);
		slice_cut(&rest, '|', &w);
	}
	return w;
}

/* A date, written on the stack: longer than any language has it. */
struct line {
	char p[120];
	size_t n;
};

static void line_add(struct line *l, const char *p, size_t n)
{
	if (n > sizeof(l->p) - l->n)
		n = sizeof(l->p) - l->n;
	if (n > 0)
		memcpy(l->p + l->n, p, n);
	l->n += n;
}

/* One argument of a pattern: a word, or a number of so many digits. */
struct put {
	struct slice w;
	int v;
};

static void number_add(struct line *l, int v, unsigned digits)
{
	char buf[16], *p = buf + sizeof(buf);
	unsigned u = v < 0 ? 0 : (unsigned)v;

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	while ((size_t)(buf + sizeof(buf) - p) < digits && digits < sizeof(buf))
		*--p = '0';
	line_add(l, p, (size_t)(buf + sizeof(buf) - p));
}

/*
 * %1$s, %2$d and %3$02d, which is all that translators write in a date: a
 * page has sixty dates, and printf takes ten times as long where arguments
 * have numbers. Anything else stays as it stands.
 */
static const char *pattern(struct arena *a, const char *fmt, const struct put *args, unsigned n)
{
	struct line l = { .n = 0 };

	while (*fmt != '\0') {
		size_t plain = strcspn(fmt, "%");
		unsigned i, digits = 0;

		line_add(&l, fmt, plain);
		fmt += plain;
		if (*fmt == '\0')
			break;
		i = (unsigned)(fmt[1] - '1');
		if (i < n && fmt[2] == '$') {
			const char *at = fmt + 3;

			if (at[0] == '0' && at[1] >= '1' && at[1] <= '9') {
				digits = (unsigned)(at[1] - '0');
				at += 2;
			}
			if (*at == 's' || *at == 'd') {
				if (*at == 's')
					line_add(&l, args[i].w.p, args[i].w.n);
				else
					number_add(&l, args[i].v, digits);
				fmt = at + 1;
				continue;
			}
		}
		line_add(&l, fmt++, 1);
	}
	return slice_dup(a, utf8_clip(slice_make(l.p, l.n), sizeof(l.p)));
}

#define WORD(list, i) { .w = word(list, i) }
#define NUM(x) { .v = (x) }

const char *tr_pair(struct arena *a, const char *label, const char *value)
{
	/* TRANSLATORS: between a label and its value, before a blank */
	return arena_fmt(a, "%s%s %s", label, tr(":"), value);
}

const char *tr_name(struct arena *a, const char *name)
{
	static const char kept[] = "participant-";
	const size_t n = sizeof(kept) - 1;

	if (strncmp(name, kept, n) != 0 || name[n] == '\0' || strlen(name + n) > 18 ||
	    name[n + strspn(name + n, "0123456789")] != '\0')
		return name;
	/* TRANSLATORS: somebody whose account was deleted; %s is a number */
	return arena_fmt(a, tr("Participant %s"), name + n);
}

const char *tr_date_row(struct arena *a, int64_t usec, int offset_min)
{
	struct civil c = clock_civil(usec, offset_min);
	struct civil now = clock_civil(clock_now(), offset_min);
	const char *days = tr("Sun|Mon|Tue|Wed|Thu|Fri|Sat");
	const char *months = tr("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec");

	if (c.year == now.year)
		/* TRANSLATORS: day of the week, day, month, hour, minute; one line of a list */
		return pattern(a, tr("%1$s %2$d %3$s, %4$02d:%5$02d"),
			       (struct put[]){ WORD(days, c.wday), NUM(c.day),
					       WORD(months, c.month - 1), NUM(c.hour),
					       NUM(c.minute) }, 5);
	/* TRANSLATORS: day of the week, day, month, year, hour, minute; one line of a list */
	return pattern(a, tr("%1$s %2$d %3$s %4$d, %5$02d:%6$02d"),
		       (struct put[]){ WORD(days, c.wday), NUM(c.day), WORD(months, c.month - 1),
				       NUM(c.year), NUM(c.hour), NUM(c.minute) }, 6);
}

static char *long_month(struct arena *a, int month)
{
	return slice_dup(a, word(tr("January|February|March|April|May|June|July|August|September|October"
				 "|November|December"), month - 1));
}

/* "1er mai", "1º de maio": only the first has a form of its own. */
static const char *month_day(struct arena *a, int day)
{
	const struct tr_language *l = tr_language(current);

	return day == 1 && l != NULL ? l->first : arena_fmt(a, "%d", day);
}

const char *tr_date_long(struct arena *a, int64_t usec, int offset_min)
{
	struct civil c = clock_civil(usec, offset_min);
	const char *day = slice_dup(a, word(tr("Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|"
					       "Saturday"), c.wday));

	/* TRANSLATORS: day of the week, day, month, year, hour, minute; in a sentence */
	return arena_fmt(a, tr("%1$s %2$s %3$s %4$d at %5$02d:%6$02d"), day,
			 month_day(a, c.day), long_month(a, c.month), c.year, c.hour, c.minute);
}

const char *tr_date_day(struct arena *a, int64_t usec, int offset_min)
{
	struct civil c = clock_civil(usec, offset_min);

	/* TRANSLATORS: day, month, year */
	return arena_fmt(a, tr("%1$s %2$s %3$d"), month_day(a, c.day), long_month(a, c.month), c.year);
}

char *tr_tenths(struct arena *a, int64_t n)
{
	const struct tr_language *l = tr_language(current);

	return arena_fmt(a, "%lld%s%lld", (long long)(n / 10), l ? l->point : ".", (long long)(n % 10));
}

char *tr_size(struct arena *a, int64_t bytes)
{
	if (bytes < 1000)
		/* TRANSLATORS: a size in bytes, then in thousands, then in millions of them */
		return arena_fmt(a, tr("%lld B"), (long long)bytes);
	if (bytes < 1000000)
		return arena_fmt(a, tr("%lld kB"), (long long)((bytes + 500) / 1000));
	return arena_fmt(a, tr("%s MB"), tr_tenths(a, bytes / 100000));
}

void view_text_f(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_text(o, arena_vfmt(o->s->arena, fmt, ap));
	va_end(ap);
}

void view_attr_f(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_attr(o, arena_vfmt(o->s->arena, fmt, ap));
	va_end(ap);
}
