/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of the router and the frame around every page; see site.h. */
#include <ctype.h>
#include <strings.h>

#include "server/base/line.h"
#include "server/core/account.h"
#include "server/core/settings.h"
#include "server/text/pack.h"
#include "web/pages/site.h"
#include "web/route/guess.h"

#include "server/base/base.h"

#define PAGE_CAP   ((size_t)16 << 20)
#define TITLE_USEC (5 * USEC)

static const char *lang_of(const struct req *r, const struct actor *who)
{
	const char *c = req_cookie(r, COOKIE_LANG);

	if (who != NULL && who->account != 0)
		return who->locale;
	if (c != NULL && tr_language(c) != NULL)
		return c;
	return tr_accept(r->accept_language, "es"); /* Spanish is the house's own */
}

enum rc site_begin(struct page *pg, enum tx tx)
{
	struct unit *u = unit_of(pg);

	u->arena = pg->a;
	u->actor = (struct actor){ .name = "",
				   .addr = "",
				   .locale = "es",
				   .theme = "auto",
				   .time_zone = "America/Guatemala",
				   .utc_offset = -360 };
	/* a GET needs no transaction of its own: the connection is read-only and
	 * each statement sees one moment */
	if (tx == TX_RO)
		return unit_ready(u) ? RC_OK : RC_TEMPFAIL;
	return unit_begin_rw(u);
}

/* Whoever serves the next page may be another worker: a new name is everywhere in a few seconds. */
static enum rc title_load(struct page *pg)
{
	struct site *s = site_of(pg);
	const char *title;
	enum rc rc;

	if (clock_mono() < s->title_until)
		return RC_OK;
	rc = setting_value(unit_of(pg), "site_title", &title);
	if (rc != RC_OK)
		return rc;
	snprintf(s->title, sizeof(s->title), "%s", title);
	s->title_until = clock_mono() + TITLE_USEC;
	return RC_OK;
}

enum rc site_load(struct page *pg)
{
	struct unit *u = unit_of(pg);
	const char *secret = req_cookie(pg->req, COOKIE_SESSION);
	enum rc rc = secret != NULL && strlen(secret) <= 64 ? session_load(u, secret) : RC_NOTFOUND;

	pg->signed_in = rc == RC_OK;
	tr_set(lang_of(pg->req, &u->actor));
	return rc == RC_TEMPFAIL ? rc : title_load(pg);
}

enum rc site_allow(struct page *pg)
{
	/* what a person may do in a group is decided in core, by the group */
	return pg->signed_in ? RC_OK : RC_DENIED;
}

enum rc site_end(struct page *pg, enum rc rc)
{
	struct unit *u = unit_of(pg);

	if (pg->route->tx == TX_RO)
		return rc;
	if (rc != RC_OK) {
		unit_abort(u);
		return rc;
	}
	rc = unit_commit(u);
	if (rc == RC_OK)
		unit_wake(u);
	return rc;
}

bool site_missed(struct page *pg)
{
	unsigned char client[HASH_BYTES];
	unsigned n;

	signin_client(unit_of(pg), "guess", pg->req->remote, client);
	n = guesses_add(site_of(pg)->guesses, client, clock_now());
	/* once, for whoever watches the log */
	if (n == GUESSES + 1)
		log_info("event=guesses page=%s client=%s n=%u", pg->route->name, log_q(pg->req->remote), n);
	return n > GUESSES;
}

struct out page_out(struct page *pg)
{
	struct str *s = ARENA_NEW(pg->a, struct str);

	str_init(s, pg->a, PAGE_CAP);
	return (struct out){ s };
}

static void shell_people(struct page *pg, struct view_shell *v)
{
	struct unit *u = unit_of(pg);

	v->theme = strcmp(u->actor.theme, "auto") == 0 ? "" : u->actor.theme;
	if (!pg->signed_in)
		return;
	v->person = u->actor.name;
	v->moderates = u->actor.moderates;
	v->admin = u->actor.admin;
	if (u->actor.held > 0)
		v->held = u->actor.held < 100 ? arena_fmt(pg->a, "%d", u->actor.held) : "99+";
	v->csrf = csrf_token(pg);
}

/* No program has threads: one table serves every page. */
static struct view_choice *langs_offered(void)
{
	static struct view_choice v[TR_LANGS];

	for (size_t i = 0; i < TR_LANGS; i++)
		v[i] = (struct view_choice){ tr_languages[i].code, tr_languages[i].name,
					     strcmp(tr_languages[i].code, tr_lang()) == 0 };
	return v;
}

static struct view_shell shell_make(struct site *s, struct req *r, const struct frame *f,
				    struct html main)
{
	return (struct view_shell){ .lang = tr_lang(),
				    .theme = "",
				    .title = f->title,
				    .site = s->title,
				    .style = s->style_url,
				    .feed = f->feed ? f->feed : "",
				    .here = f->here,
				    .person = "",
				    .held = "",
				    .q = f->q ? f->q : "",
				    .csrf = "",
				    .path = path_is_own(r->target) ? r->target : "/",
				    .langs = langs_offered(),
				    .nlangs = TR_LANGS,
				    .zone = tr("Hours of Central America (UTC-6)."),
				    .trial =
					    *s->trial
						    ? tr("This is a trial: its people are invented "
							 "and no mail leaves this machine.")
						    : "",
				    .noindex = f->noindex,
				    .bare = f->bare,
				    .crumbs = f->crumbs,
				    .ncrumbs = f->ncrumbs,
				    .main = main };
}

bool site_fresh(struct page *pg, const char *what)
{
	unsigned char sum[HASH_BYTES];
	char *all;

	if (pg->signed_in)
		return false;
	all = arena_fmt(pg->a, "%s\n%s\n%s\n%s\n%s", what, unit_of(pg)->actor.locale,
			lang_of(pg->req, &unit_of(pg)->actor), site_of(pg)->style_url,
			site_of(pg)->title);
	hash_bytes(all, strlen(all), sum);
	return page_fresh(pg, base32_encode(pg->a, sum, 15));
}

enum rc page_show(struct page *pg, const struct frame *f, struct out *o)
{
	struct html main = { str_z(o->s), o->s->n };
	struct view_shell v = shell_make(site_of(pg), pg->req, f, main);
	struct unit *u = unit_of(pg);
	struct out body = { &pg->resp->body };

	if (o->s->over)
		return RC_LIMIT;
	if (pg->signed_in && u->actor.utc_offset != -360)
		v.zone = arena_fmt(pg->a, tr("Hours of %s."), u->actor.time_zone);
	shell_people(pg, &v);
	view_shell(&body, &v);
	return RC_OK;
}

void page_crumbs(struct page *pg, struct frame *f, const struct group *g, const char *thread_title,
		 int64_t thread)
{
	f->crumbs = ARENA_ARRAY(pg->a, 3, struct view_crumb);
	f->crumbs[f->ncrumbs++] = (struct view_crumb){ "/", tr("Home") };
	if (g != NULL)
		f->crumbs[f->ncrumbs++] =
			(struct view_crumb){ arena_fmt(pg->a, "/g/%s", g->name), g->title };
	if (thread_title != NULL)
		f->crumbs[f->ncrumbs++] = (struct view_crumb){
			arena_fmt(pg->a, "/g/%s/%lld", g->name, (long long)thread), thread_title
		};
	f->noindex = g == NULL || strcmp(g->visibility, "public") != 0;
}

/* ---- texts ---- */

const char *fmt_time(struct page *pg, int64_t usec)
{
	return usec ? tr_date_row(pg->a, usec, unit_of(pg)->actor.utc_offset) : "";
}

const char *fmt_iso(struct page *pg, int64_t usec)
{
	char *s = arena_alloc(pg->a, 32);

	if (usec)
		clock_rfc3339(usec, s);
	return s;
}

const char *fmt_size(struct page *pg, int64_t bytes)
{
	return tr_size(pg->a, bytes);
}

const char *fmt_number(struct page *pg, int64_t n)
{
	/* a no-break space between thousands from five digits on */
	if (n < 10000)
		return arena_fmt(pg->a, "%lld", (long long)n);
	return arena_fmt(pg->a, "%lld\u00a0%03lld", (long long)(n / 1000), (long long)(n % 1000));
}

struct fill {
	struct page *pg;
	bool member;
};

static void fold_summary(struct out *o, struct slice data)
{
	struct slice num, rest = data;
	int64_t lines = 0;

	slice_cut(&rest, ',', &num);
	if (!slice_i64(num, 0, INT32_MAX, &lines))
		lines = 0;
	if (slice_eqz(rest, "1")) {
		out_text(o, tr("Show the signature"));
	} else if (slice_eqz(rest, "3")) {
		out_text(o, tr("Show the forwarded message"));
	} else if (slice_eqz(rest, "4")) {
		out_text(o, tr("Show the legal notice"));
	} else if (slice_eqz(rest, "5")) {
		out_text(o, tr("Show the list footer"));
	} else {
		struct str s;

		str_init(&s, o->s->arena, 256);
		str_fmt(&s,
			tr_n("Show trimmed text: %lld quoted line",
			     "Show trimmed text: %lld quoted lines", lines),
			(long long)lines);
		out_text(o, str_z(&s));
	}
}

static void slot_fill(struct out *o, char what, struct slice data, void *ctx)
{
	const struct fill *f = ctx;
	struct slice rest = data, local;
	size_t first = 0;

	if (what == 'F') {
		fold_summary(o, data);
	} else if (f->member) {
		out_text_n(o, data);
	} else {
		slice_cut(&rest, '@', &local);
		if (local.n > 0)
			utf8_next(local, &first);
		out_text_n(o, slice_make(local.p, first));
		out_text(o, "…@");
		out_text_n(o, rest);
	}
}

struct html post_html(struct page *pg, struct slice html, bool member)
{
	struct out o = page_out(pg);
	struct fill f = { pg, member };

	html_fill(&o, (struct html){ html.p, html.n }, slot_fill, &f);
	return (struct html){ str_z(o.s), o.s->n };
}

struct html post_packed(struct page *pg, struct slice packed, bool member)
{
	struct out o = page_out(pg);
	struct fill f = { pg, member };
	struct pack_part part;
	struct pack p;

	if (!pack_open(packed, &p)) /* core looked at it */
		log_panic("event=pack_broken");
	while (pack_next(&p, &part)) {
		if (part.kind == PACK_BLOCK)
			resp_block(pg->resp, o.s, &(struct resp_block){ part.bytes, part.plain_n,
									part.crc, part.op });
		else if (part.kind == PACK_SLOT)
			slot_fill(&o, *part.bytes.p,
				  slice_make(part.bytes.p + 1, part.bytes.n - 1), &f);
		else
			out_html(&o, (struct html){ part.bytes.p, part.bytes.n });
	}
	return (struct html){ str_z(o.s), o.s->n };
}

/* The marks around the hits of an excerpt; they may fall inside an address. */
static bool is_hit_mark(char c)
{
	return c == 1 || c == 2;
}

/* What may stand in the local part of an address; bytes of UTF-8 too. */
static bool local_char(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || is_hit_mark(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* "ana.perez" as "a…"; the marks stay, they come in pairs. */
static void local_hide(struct str *s, struct slice local)
{
	bool first = true;

	for (size_t i = 0; i < local.n; i++) {
		if (is_hit_mark(local.p[i])) {
			str_addc(s, local.p[i]);
		} else if (first) {
			size_t n;

			utf8_next(slice_make(local.p + i, local.n - i), &n);
			str_add(s, local.p + i, n);
			str_addz(s, "…");
			first = false;
		}
	}
}

const char *text_shown(struct page *pg, const char *text, bool member)
{
	struct slice rest, head;
	struct str s;

	text = tr_name(pg->a, text);
	rest = slice_of(text);
	if (member || strchr(text, '@') == NULL)
		return line_shown(pg->a, text);
	str_init(&s, pg->a, STR_CAP_DEFAULT);
	while (slice_cut(&rest, '@', &head)) {
		size_t n = head.n, d = 0;

		while (n > 0 && local_char(head.p[n - 1]))
			n--;
		while (d < rest.n && is_hit_mark(rest.p[d]))
			d++;
		str_add(&s, head.p, n);
		if (n < head.n && d < rest.n && isalnum((unsigned char)rest.p[d]))
			local_hide(&s, slice_make(head.p + n, head.n - n));
		else
			str_add(&s, head.p + n, head.n - n);
		str_addc(&s, '@');
	}
	str_adds(&s, head);
	return line_shown(pg->a, str_z(&s));
}

const char *subject_shown(struct page *pg, const char *subject, bool member)
{
	return *subject != '\0' ? text_shown(pg, subject, member) : tr("(no subject)");
}

const char *mailto_group(struct page *pg, const char *addr, const char *subject)
{
	if (*subject == '\0')
		return arena_fmt(pg->a, "mailto:%s", addr);
	return arena_fmt(pg->a, "mailto:%s?subject=%s", addr, url_encode(pg->a, subject));
}

/* ---- errors ---- */

struct error_text {
	int status;
	const char *title, *what, *todo;
};

static const struct error_text errors[] = {
	{ 403, N_("This cannot be done"), N_("The page or the action is not open to you."),
	  N_("Sign in with the address that receives the group's mails, or write to those who run "
	     "the group.") },
	{ 404, N_("This page is not here"),
	  N_("The address may be mistyped, or what was here is for members of a group."),
	  N_("If you are a member, sign in and open the link again.") },
	{ 405, N_("This cannot be done that way"),
	  N_("The address exists, and does something else."), "" },
	{ 413, N_("It is too large"), N_("What was sent is larger than is taken here."),
	  N_("Reduce the files or post a link to them.") },
	{ 429, N_("Too many at once"), N_("There were many requests from the same place."),
	  N_("Try again in a minute.") },
	{ 503, N_("The forum is unavailable for a few minutes"),
	  N_("Mail you send meanwhile is not lost."), N_("Try again in a moment.") },
	{ 400, N_("The form could not be read"), N_("Something in it is missing or out of bounds."),
	  N_("Go back, look it over and send it again.") },
	{ 500, N_("Something failed here"),
	  N_("It is not your doing, and it was written down for those who run the site."),
	  N_("Try again; if it stays, write to them with the time and the code below.") },
};

static const struct error_text late = {
	503, N_("Too many at once"),
	N_("More people ask for pages at this moment than can be served. Mail you send meanwhile is not lost."),
	N_("Try again in a moment.")
};

static void error_show(struct site *s, struct req *r, struct resp *p, const struct error_text *e, int status)
{
	struct out o, body = { &p->body };
	struct str main;
	struct view_message m;
	struct view_shell v;
	char when[32];

	tr_set(lang_of(r, s->unit.arena == r->a ? &s->unit.actor : NULL));
	clock_rfc3339(clock_now(), when);
	m = (struct view_message){ .title = tr(e->title),
				   .what = tr(e->what),
				   .todo = *e->todo ? tr(e->todo) : "",
				   .code = arena_fmt(r->a, "%d", status),
				   .reference = arena_strdup(r->a, when),
				   .text = req_form(r, "text") ? req_form(r, "text") : "" };
	if (status == 403 && *m.text != '\0')
		m.todo = tr("The page was open for long and the form expired. Your text is below: "
			    "copy it, open the thread again and send it.");
	str_init(&main, r->a, PAGE_CAP);
	o.s = &main;
	view_message(&o, &m);
	v = shell_make(s, r, &(struct frame){ .title = m.title, .noindex = true },
		       (struct html){ str_z(&main), main.n });
	view_shell(&body, &v);
}

void site_error(struct req *r, struct resp *p, int status, void *ctx)
{
	const struct error_text *e = &errors[ARRAY_LEN(errors) - 1];

	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i].status == status)
			e = &errors[i];
	if (status == 503)
		resp_header(p, "Retry-After", "30");
	error_show(((struct router *)ctx)->app, r, p, e, status);
}

enum rc site_late(struct req *r, struct resp *p, void *ctx)
{
	struct site *s = ((struct router *)ctx)->app;
	static unsigned n;

	if ((r->method != METHOD_GET && r->method != METHOD_HEAD) || strcmp(r->target, s->style_url) == 0)
		return RC_NOTFOUND;
	p->label = "late";
	p->status = 503;
	/* they shall not come back together */
	resp_header(p, "Retry-After", arena_fmt(r->a, "%u", 5 + n++ % 10));
	error_show(s, r, p, &late, 503);
	return RC_OK;
}
