/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a digest: its period, counts, names and sentences; see draw.h. */
#include "server/base/clock.h"
#include "server/base/utf8.h"
#include "server/digest/draw.h"
#include "server/text/tr.h"
#include "server/text/when.h"

#include "server/base/base.h"

#define NAME_MAX_BYTES 80

/* ---- time ---- */

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

static char *short_month(struct arena *a, int month)
{
	return word(a, tr("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"), month - 1);
}

static char *long_month(struct arena *a, int month)
{
	return word(a, tr("January|February|March|April|May|June|July|August|September|October"
			  "|November|December"), month - 1);
}

/* "1er" in a heading, "2" */
static const char *month_day(struct arena *a, int day)
{
	const struct tr_language *l = tr_language(tr_lang());

	return day == 1 && l != NULL ? l->first : arena_fmt(a, "%d", day);
}

struct span {
	struct civil from, to; /* the last day included */
	bool day, month, year; /* one day; within one month; within one year */
	bool whole;            /* a calendar month */
};

static struct span span_of(const struct digest *d)
{
	int64_t last = d->until > d->from ? d->until - 1 : d->from;
	struct span s = { .from = clock_civil(d->from, when_offset(d->zone, d->from)),
			  .to = clock_civil(last, when_offset(d->zone, last)) };
	struct civil after = clock_civil(d->until, when_offset(d->zone, d->until));

	s.year = s.from.year == s.to.year;
	s.month = s.year && s.from.month == s.to.month;
	s.day = s.month && s.from.day == s.to.day;
	s.whole = s.month && s.from.day == 1 && after.day == 1 && after.month != s.to.month;
	return s;
}

const char *draw_range(struct arena *a, const struct digest *d)
{
	struct span s = span_of(d);
	char *from = short_month(a, s.from.month), *to = short_month(a, s.to.month);

	if (s.whole)
		/* TRANSLATORS: month and year, "May 2026" */
		return arena_fmt(a, tr("%1$s %2$d"), long_month(a, s.from.month), s.from.year);
	if (s.day)
		/* TRANSLATORS: day and month in a subject, "4 May" */
		return arena_fmt(a, tr("%1$d %2$s"), s.from.day, from);
	if (s.month)
		/* TRANSLATORS: days of one month in a subject, "4–10 May" */
		return arena_fmt(a, tr("%1$d–%2$d %3$s"), s.from.day, s.to.day, from);
	if (s.year)
		/* TRANSLATORS: days of two months in a subject, "27 Apr – 3 May" */
		return arena_fmt(a, tr("%1$d %2$s – %3$d %4$s"), s.from.day, from, s.to.day, to);
	/* TRANSLATORS: days of two years in a subject, "28 Dec 2026 – 3 Jan 2027" */
	return arena_fmt(a, tr("%1$d %2$s %3$d – %4$d %5$s %6$d"), s.from.day, from, s.from.year,
			 s.to.day, to, s.to.year);
}

const char *draw_heading(struct arena *a, const struct digest *d)
{
	struct span s = span_of(d);
	char *from = long_month(a, s.from.month), *to = long_month(a, s.to.month);
	const char *day_from = month_day(a, s.from.day), *day_to = month_day(a, s.to.day);

	if (s.whole)
		/* TRANSLATORS: month and year */
		return arena_fmt(a, tr("Digest of %1$s %2$d"), from, s.from.year);
	if (s.day)
		/* TRANSLATORS: day, month, year */
		return arena_fmt(a, tr("Digest of %1$s %2$s %3$d"), day_from, from, s.from.year);
	if (s.month)
		/* TRANSLATORS: first day, last day, month, year */
		return arena_fmt(a, tr("Digest of %1$s to %2$s %3$s %4$d"), day_from, day_to,
				 from, s.from.year);
	if (s.year)
		/* TRANSLATORS: day, month, day, month, year */
		return arena_fmt(a, tr("Digest of %1$s %2$s to %3$s %4$s %5$d"), day_from, from,
				 day_to, to, s.to.year);
	/* TRANSLATORS: day, month, year, day, month, year */
	return arena_fmt(a, tr("Digest of %1$s %2$s %3$d to %4$s %5$s %6$d"), day_from, from,
			 s.from.year, day_to, to, s.to.year);
}

/* ---- what people wrote ---- */

/* Nothing that ends a line, rings a bell or turns the direction of our own words. */
static bool unwanted(uint32_t cp)
{
	return cp < 32 || (cp >= 127 && cp < 160) || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e || cp == 0x200f || cp == 0x61c ||
	       cp == 0xfeff;
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0xa0 || cp == 0x2028 ||
	       cp == 0x2029;
}

char *draw_line(struct arena *a, const char *text, size_t max)
{
	struct slice s = slice_of(text ? text : ""), cut;
	struct str o;
	bool gap = false;

	str_init(&o, a, 3 * s.n + 4);
	while (s.n > 0 && o.n <= max) {
		size_t k;
		uint32_t cp = utf8_next(s, &k);

		if (is_space(cp)) {
			gap = o.n > 0;
		} else if (!unwanted(cp)) {
			if (gap)
				str_addc(&o, ' ');
			gap = false;
			utf8_add(&o, cp);
		}
		s.p += k;
		s.n -= k;
	}
	if (o.n <= max)
		return arena_strdup(a, str_z(&o));
	cut = utf8_clip(str_slice(&o), max - 3);
	return arena_fmt(a, "%.*s…", (int)cut.n, cut.p);
}

char *draw_name(struct arena *a, const char *name)
{
	char *s = draw_line(a, tr_name(a, name), NAME_MAX_BYTES);
	char *at = strchr(s, '@');
	char *from = at;

	if (at == NULL)
		return s;
	while (from > s && from[-1] != ' ' && from[-1] != '<' && from[-1] != '(')
		from--;
	*from = '\0';
	return arena_fmt(a, "%s…%s", s, at);
}

/* A line that stands for itself: of a list, quoted, indented. */
static bool stands(struct slice l)
{
	size_t i = 0;

	if (l.n == 0 || l.p[0] == ' ' || l.p[0] == '\t' || strchr("-*>|#+=", l.p[0]) != NULL ||
	    slice_starts(l, "•"))
		return true;
	while (i < l.n && l.p[i] >= '0' && l.p[i] <= '9')
		i++;
	return i > 0 && i < l.n && (l.p[i] == '.' || l.p[i] == ')');
}

struct view_digest_para *draw_paras(struct arena *a, const char *text, const char *lang, size_t *n_r)
{
	struct slice rest = slice_of(text ? text : ""), l;
	size_t lines = 1, n = 0;
	struct view_digest_para *p;
	struct view_digest_line *store;
	size_t used = 0, last = 0;

	for (const char *c = rest.p; c < rest.p + rest.n; c++)
		lines += *c == '\n';
	p = ARENA_ARRAY(a, lines, struct view_digest_para);
	store = ARENA_ARRAY(a, lines, struct view_digest_line);
	while (slice_line(&rest, &l)) {
		struct slice t = slice_trim(l);
		struct view_digest_line *before;
		char *clean = draw_line(a, slice_dup(a, t), 4000);

		if (*clean == '\0') {
			last = 0;
			continue;
		}
		before = used ? &store[used - 1] : NULL;
		if (last > 0 && last >= 45 && !stands(l) && before != NULL) {
			before->text = arena_fmt(a, "%s %s", before->text, clean);
			last = utf8_width(t);
			continue;
		}
		if (last == 0)
			p[n++] = (struct view_digest_para){ &store[used], 0, lang };
		else
			before->more = true;
		store[used++].text = clean;
		p[n - 1].nlines++;
		last = utf8_width(t);
	}
	*n_r = n;
	return p;
}

/* ---- sentences ---- */

const char *draw_place(struct arena *a, const struct digest *d)
{
	const char *site = strcmp(d->site, "Cabildo") == 0 ? "" : d->site;
	const char *gap = *d->list_title && *site ? " · " : "";

	return draw_line(a, arena_fmt(a, "%s%s%s", d->list_title, gap, site), 200);
}

const char *draw_counts(struct arena *a, const struct digest *d)
{
	char *threads = arena_fmt(a, tr_n("%lld thread", "%lld threads", d->threads),
				  (long long)d->threads);
	char *posts = arena_fmt(a, tr_n("%lld message", "%lld messages", d->posts),
				(long long)d->posts);

	if (d->groups > 1)
		/* TRANSLATORS: "12 threads, 41 messages in 4 of your groups" */
		return arena_fmt(a, tr("%1$s, %2$s in %3$lld of your groups"), threads, posts,
				 (long long)d->groups);
	/* TRANSLATORS: "12 threads, 41 messages" */
	return arena_fmt(a, tr("%1$s, %2$s"), threads, posts);
}

const char *draw_several(const struct digest *d)
{
	return d->several ? tr("It covers more than one period, as none was sent to you in between.") : "";
}

const char *digest_subject(struct arena *a, const struct digest *d)
{
	char was[16], *tag = draw_line(a, d->tag, 60), *what, *threads, *posts;

	snprintf(was, sizeof(was), "%s", tr_lang());
	tr_set(d->lang);
	what = arena_fmt(a, d->every == 'd'   ? tr("Daily digest %s")
			    : d->every == 'm' ? tr("Monthly digest %s")
					      : tr("Weekly digest %s"),
			 draw_range(a, d));
	threads = arena_fmt(a, tr_n("%lld thread", "%lld threads", d->threads), (long long)d->threads);
	posts = arena_fmt(a, tr_n("%lld message", "%lld messages", d->posts), (long long)d->posts);
	/* TRANSLATORS: "Weekly digest 4–10 May: 12 threads, 41 messages" */
	what = arena_fmt(a, tr("%1$s: %2$s, %3$s"), what, threads, posts);
	tr_set(was);
	return *tag ? arena_fmt(a, "[%s] %s", tag, what) : what;
}

const char *draw_news(struct arena *a, const struct digest_item *it)
{
	long long fresh = (long long)it->new_posts, all = (long long)it->posts;

	if (it->opened && fresh >= all)
		return arena_fmt(a, tr_n("New thread, %lld message", "New thread, %lld messages", all),
				 all);
	return arena_fmt(a, tr_n("%1$lld new of %2$lld", "%1$lld new of %2$lld", fresh), fresh, all);
}

const char *draw_who(struct arena *a, const struct digest_item *it)
{
	struct str o;

	str_init(&o, a, 4096);
	for (size_t i = 0; i < it->nwho && i < 3; i++) {
		if (i > 0)
			str_addz(&o, ", ");
		str_addz(&o, draw_name(a, it->who[i]));
	}
	if (it->others > 0 && o.n > 0)
		return arena_fmt(a, tr_n("%1$s and %2$lld more", "%1$s and %2$lld more", it->others),
				 str_z(&o), (long long)it->others);
	return str_z(&o);
}

const char *draw_keywords(struct arena *a, const struct digest_item *it)
{
	struct str o;

	str_init(&o, a, 1024);
	for (size_t i = 0; i < it->nkeywords && i < 8; i++) {
		char *w = draw_line(a, it->keywords[i], 60);

		if (*w && o.n > 0)
			str_addz(&o, ", ");
		str_addz(&o, w);
	}
	return str_z(&o);
}

const char *draw_quote(struct arena *a, const struct digest_item *it)
{
	char *s = draw_line(a, it->excerpt, 400);
	const char *lang = it->excerpt_lang ? it->excerpt_lang : "";

	if (*s == '\0')
		return "";
	if (slice_starts(slice_of(lang), "fr"))
		return arena_fmt(a, "« %s »", s);
	if (slice_starts(slice_of(lang), "es") || slice_starts(slice_of(lang), "it"))
		return arena_fmt(a, "«%s»", s);
	return arena_fmt(a, "“%s”", s);
}

const char *draw_more(struct arena *a, const struct digest_item *it, size_t shown)
{
	int64_t more = (int64_t)(it->ntext > shown ? it->ntext - shown : 0);

	return more == 0 ? ""
			 : arena_fmt(a, tr_n("and %lld more message", "and %lld more messages", more),
				     (long long)more);
}

const char *draw_why(struct arena *a, const struct digest *d)
{
	const char *when = when_again(a, d->every, d->weekday, d->hour, d->zone);

	return d->joined ? arena_fmt(a, tr("You get this digest %s because you chose it."), when)
			 : arena_fmt(a, tr("You get this digest %s because it is what the group sends to "
					   "new members."), when);
}

const char *draw_need(struct arena *a, const struct digest_need *n)
{
	long long count = (long long)n->count;

	if (strcmp(n->kind, "message") == 0)
		return arena_fmt(a, tr_n("%lld message held", "%lld messages held", n->count), count);
	if (strcmp(n->kind, "join") == 0)
		return arena_fmt(a, tr_n("%lld request to join", "%lld requests to join", n->count), count);
	if (strcmp(n->kind, "report") == 0)
		return arena_fmt(a, tr_n("%lld message reported", "%lld messages reported", n->count), count);
	if (strcmp(n->kind, "owner-mail") == 0)
		return arena_fmt(a, tr_n("%lld email to the owners", "%lld emails to the owners", n->count),
				 count);
	return arena_fmt(a, tr_n("%lld matter waits", "%lld matters wait", n->count), count);
}

const char *draw_need_rest(struct arena *a, const struct digest *d, const struct digest_need *n)
{
	const char *since = n->oldest ? tr_date_row(a, n->oldest, when_offset(d->zone, n->oldest)) : "";
	const char *group = draw_line(a, n->list_title, 120);

	if (*since == '\0')
		return *group ? arena_fmt(a, tr(" in %s."), group) : ".";
	if (*group == '\0')
		return arena_fmt(a, tr(", the oldest since %s."), since);
	/* TRANSLATORS: after "5 messages held" */
	return arena_fmt(a, tr(" in %1$s, the oldest since %2$s."), group, since);
}

static void percent(struct str *o, struct slice s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-._~@", c ? c : ' ') != NULL) {
			str_addc(o, (char)c);
		} else {
			str_addc(o, '%');
			str_addc(o, hex[c >> 4]);
			str_addc(o, hex[c & 15]);
		}
	}
}

/* What somebody's program chose; only what needs no thought goes into a link. */
static bool id_ok(const char *id)
{
	size_t n = 0;

	for (; id[n] != '\0'; n++)
		if (id[n] <= ' ' || id[n] > '~' || strchr("<>()\"\\", id[n]) != NULL)
			return false;
	return n > 0 && n < 250;
}

const char *draw_reply(struct arena *a, const struct digest_item *it)
{
	char *title = draw_line(a, it->title, 200);
	struct str o;

	if (it->locked || it->reply == NULL || strchr(it->reply, '@') == NULL)
		return "";
	str_init(&o, a, 8192);
	str_addz(&o, "mailto:");
	percent(&o, slice_of(it->reply));
	str_addz(&o, "?subject=");
	if (!slice_istarts(slice_of(title), "re:"))
		str_addz(&o, "Re%3A%20");
	percent(&o, slice_of(title));
	if (it->msgid != NULL && id_ok(it->msgid)) {
		str_addz(&o, "&In-Reply-To=%3C");
		percent(&o, slice_of(it->msgid));
		str_addz(&o, "%3E");
	}
	return str_z(&o);
}

const char *draw_section(enum digest_section s)
{
	return s == DIGEST_FOLLOWED ? tr("Threads you follow")
	       : s == DIGEST_ACTIVE ? tr("Most active")
				    : tr("There was also movement in");
}
