/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that are read: home, a group, a single post and its parts, search, help. */
#include "server/base/line.h"
#include "server/core/command.h"
#include "server/core/subscribe.h"
#include "server/core/link.h"
#include "server/core/tag.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

void row_fill(struct page *pg, const struct thread_row *t, bool with_group, bool member,
	      struct view_row *r)
{
	int64_t first = t->read_number > 0 ? t->read_number + 1 : 0;
	int64_t days = (t->last_post_at - t->first_post_at) / (86400 * USEC) + 1;
	struct str people;

	str_init(&people, pg->a, 4096);
	for (size_t i = 0; i < t->nparticipants; i++)
		str_fmt(&people, "%s%s", i ? ", " : "", text_shown(pg, t->participants[i], member));
	if (t->participant_count > (int64_t)t->nparticipants)
		str_fmt(&people, " +%lld",
			(long long)(t->participant_count - (int64_t)t->nparticipants));
	*r = (struct view_row){ .title = subject_shown(pg, t->subject, member),
				.lang = t->lang,
				.group = with_group ? t->list_title : "",
				.people = str_z(&people),
				.date = fmt_time(pg, t->last_post_at),
				.when = fmt_iso(pg, t->last_post_at),
				.locked = strcmp(t->state, "locked") == 0,
				.hidden = strcmp(t->state, "hidden") == 0,
				.pinned = t->pinned };
	tags_fill(pg, t, &r->tags, &r->ntags);
	r->size = arena_fmt(pg->a, tr_n("%lld post", "%lld posts", t->post_count),
			    (long long)t->post_count);
	if (days > 1)
		r->size = arena_fmt(pg->a, tr("%s in %lld days"), r->size, (long long)days);
	if (t->read_number >= 0 && t->read_number < t->post_count)
		r->unread = t->post_count - t->read_number;
	r->is_unread = r->unread > 0;
	if (r->is_unread && first > 0)
		r->url = arena_fmt(
			pg->a, "/g/%s/%lld?from=%lld#p%lld", t->list_name, (long long)t->number,
			(long long)(first > POSTS_PER_PAGE ? first : 1), (long long)first);
	else
		r->url = arena_fmt(pg->a, "/g/%s/%lld", t->list_name, (long long)t->number);
}

void tags_fill(struct page *pg, const struct thread_row *t, struct view_tag **r, size_t *n_r)
{
	*r = ARENA_ARRAY(pg->a, t->ntags, struct view_tag);
	*n_r = t->ntags;
	for (size_t i = 0; i < t->ntags; i++)
		(*r)[i] = (struct view_tag){ line_shown(pg->a, t->tags[i]),
					     arena_fmt(pg->a, "/g/%s?tag=%s", t->list_name,
						       url_encode(pg->a, t->tags[i])) };
}

static const char *greeting(struct page *pg)
{
	struct unit *u = unit_of(pg);
	int hour = clock_civil(clock_now(), u->actor.utc_offset).hour;

	if (!pg->signed_in)
		return site_of(pg)->title;
	return arena_fmt(pg->a,
			 hour < 12   ? tr("Good morning, %s")
			 : hour < 19 ? tr("Good afternoon, %s")
				     : tr("Good evening, %s"),
			 u->actor.name);
}

static const char *home_lead(struct page *pg, const struct home *h)
{
	int64_t unread = 0, groups = 0;

	for (size_t i = 0; i < h->ngroups; i++) {
		unread += h->groups[i].unread_threads;
		groups += h->groups[i].unread_threads > 0;
	}
	if (!pg->signed_in)
		return tr("A record of what is discussed and decided, by email and on the web.");
	if (unread == 0 && unit_of(pg)->actor.held > 0)
		return arena_fmt(pg->a,
				 tr_n("%d thing waits for your decision.",
				      "%d things wait for your decision.", unit_of(pg)->actor.held),
				 unit_of(pg)->actor.held);
	if (unread == 0)
		return tr("Nothing is waiting for you.");
	return arena_fmt(pg->a,
			 tr_n("There is %lld thread with something new",
			      "There are %lld threads with something new", unread),
			 (long long)unread);
}

/* The title of the group it is part of, where they see that one; else "". */
static const char *part_of(const struct home *h, const struct group *g)
{
	for (size_t i = 0; g->parent != 0 && i < h->ngroups; i++)
		if (h->groups[i].id == g->parent)
			return h->groups[i].title;
	return "";
}

/* Each group with its parts behind it; else as they came. */
static const struct group **groups_order(struct page *pg, const struct group *g, size_t n)
{
	const struct group **r = ARENA_ARRAY(pg->a, n, const struct group *);
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		bool part = false;

		for (size_t j = 0; j < n && !part; j++)
			part = g[i].parent != 0 && g[j].id == g[i].parent;
		if (part)
			continue;
		r[k++] = &g[i];
		for (size_t j = 0; j < n; j++)
			if (g[j].parent == g[i].id)
				r[k++] = &g[j];
	}
	return r;
}

enum rc page_home(struct page *pg)
{
	struct out o = page_out(pg);
	struct view_home v = { .signed_in = pg->signed_in };
	const struct group **order;
	struct home h;
	enum rc rc = home_load(unit_of(pg), &h);

	if (rc != RC_OK)
		return rc;
	v.date = tr_date_day(pg->a, clock_now(), unit_of(pg)->actor.utc_offset);
	v.greeting = greeting(pg);
	v.lead = home_lead(pg, &h);
	v.groups = ARENA_ARRAY(pg->a, h.ngroups, struct view_group_row);
	v.ngroups = h.ngroups;
	order = groups_order(pg, h.groups, h.ngroups);
	for (size_t i = 0; i < h.ngroups; i++) {
		const struct group *g = order[i];

		v.groups[i] = (struct view_group_row){
			.url = arena_fmt(pg->a, "/g/%s", g->name),
			.title = g->title,
			.description = g->description,
			.last = g->last_thread
					? tr_pair(pg->a, text_shown(pg, g->last_author, g->member),
						  subject_shown(pg, g->last_subject, g->member))
					: "",
			.last_url =
				arena_fmt(pg->a, "/g/%s/%lld", g->name, (long long)g->last_thread),
			.date = fmt_time(pg, g->last_post_at),
			.when = fmt_iso(pg, g->last_post_at),
			.parent = part_of(&h, g),
			.unread = g->unread_threads,
			.member = g->member,
			.private_ = strcmp(g->visibility, "public") != 0
		};
	}
	v.latest = ARENA_ARRAY(pg->a, h.nlatest, struct view_row);
	v.nlatest = h.nlatest;
	for (size_t i = 0; i < h.nlatest; i++)
		row_fill(pg, &h.latest[i], true, false, &v.latest[i]);
	view_home(&o, &v);
	return page_show(pg, &(struct frame){ .title = tr("Home"), .here = 1 }, &o);
}

const char *delivery_sentence(const char *delivery)
{
	if (strcmp(delivery, "each") == 0)
		return tr("You get every message by email.");
	if (strcmp(delivery, "digest") == 0)
		return tr("You get a digest by email, and the threads you follow.");
	if (strcmp(delivery, "mentions") == 0)
		return tr("You get by email only the threads you follow.");
	return tr("You get nothing by email and read on the web.");
}

/* What the page offers about belonging: to join by its policy, to leave. */
static enum rc group_belong(struct page *pg, const struct group *g, struct view_group *v)
{
	struct membership m;
	enum rc rc;

	v->join = v->join_how = "";
	v->join_url = arena_fmt(pg->a, "/g/%s/join", g->name);
	v->requests_url = arena_fmt(pg->a, "/g/%s/requests", g->name);
	v->bounces_url = arena_fmt(pg->a, "/g/%s/bounces", g->name);
	v->owner = g->owner;
	if (!pg->signed_in || g->member)
		return RC_OK;
	rc = membership_by_account(unit_of(pg), g->name, unit_of(pg)->actor.account, &m);
	if (rc != RC_OK)
		return rc;
	if (m.subscription || m.list_closed || m.banned)
		return RC_OK;
	v->join_how = join_sentence(pg, &m);
	if (strcmp(m.join_policy, "open") == 0 || strcmp(m.join_policy, "confirm") == 0 ||
	    (m.invited && strcmp(m.join_policy, "closed") != 0))
		v->join = tr("Join the group");
	else if (strcmp(m.join_policy, "approve") == 0)
		v->join = tr("Ask to join");
	return RC_OK;
}

enum rc page_group(struct page *pg)
{
	struct out o = page_out(pg);
	struct group_page g;
	struct view_group v;
	struct frame f = { 0 };
	const char *before = param_text(pg, "before"), *tag = param_text(pg, "tag");
	enum rc rc = group_load(unit_of(pg), param_text(pg, "list"), tag, before ? before : "", &g);

	if (rc != RC_OK)
		return rc;
	/* it has another name by now */
	if (tag != NULL && before == NULL && g.nthreads == 0) {
		rc = tag_lead(unit_of(pg), g.group.id, tag, &tag);
		if (rc != RC_NOTFOUND)
			return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s?tag=%s", g.group.name,
							    url_encode(pg->a, tag))
					   : rc;
	}
	if (site_fresh(pg, arena_fmt(pg->a, "g%lld-%lld-%zu", (long long)g.group.id,
				     (long long)g.group.version, g.npinned)))
		return RC_OK;
	v = (struct view_group){
		.name = g.group.name,
		.title = g.group.title,
		.description = g.group.description,
		.addr = g.group.addr,
		.mailto = mailto_group(pg, g.group.addr, ""),
		.new_url = arena_fmt(pg->a, "/g/%s/new", g.group.name),
		.read_url = arena_fmt(pg->a, "/g/%s/read", g.group.name),
		.feed_url = arena_fmt(pg->a, "/g/%s/atom", g.group.name),
		.members_url = g.group.roster ? arena_fmt(pg->a, "/g/%s/members", g.group.name) : "",
		.rules_url = arena_fmt(pg->a, "/g/%s/rules", g.group.name),
		.stats_url = g.group.member || g.group.moderator
				     ? arena_fmt(pg->a, "/g/%s/stats", g.group.name)
				     : "",
		.office_url = g.group.moderator
				      ? arena_fmt(pg->a, "/g/%s/%s", g.group.name,
						  g.group.owner || unit_of(pg)->actor.admin ? "settings"
											    : "filters")
				      : "",
		.me_url = "/me",
		.signin_url = arena_fmt(pg->a, "/signin?next=%s",
					url_encode(pg->a, arena_fmt(pg->a, "/g/%s", g.group.name))),
		.csrf = pg->signed_in ? csrf_token(pg) : "",
		.older_url =
			*g.older ? arena_fmt(pg->a, "/g/%s?before=%s%s%s", g.group.name, g.older,
					     tag ? "&tag=" : "", tag ? url_encode(pg->a, tag) : "")
				 : "",
		.tag = tag ? tag : "",
		.newest_url = g.newest && tag == NULL ? "" : arena_fmt(pg->a, "/g/%s", g.group.name),
		.delivery = g.group.member ? delivery_sentence(g.group.delivery) : "",
		.can_post = g.group.can_post,
		.member = g.group.member,
		.signed_in = pg->signed_in,
		.private_ = strcmp(g.group.visibility, "public") != 0
	};
	rc = group_belong(pg, &g.group, &v);
	if (rc != RC_OK)
		return rc;
	v.counts = arena_fmt(
		pg->a, tr("%s threads, %s posts, %s members"), fmt_number(pg, g.group.thread_count),
		fmt_number(pg, g.group.post_count), fmt_number(pg, g.group.member_count));
	v.rows = ARENA_ARRAY(pg->a, g.nthreads, struct view_row);
	v.nrows = g.nthreads;
	for (size_t i = 0; i < g.nthreads; i++)
		row_fill(pg, &g.threads[i], false, g.group.member, &v.rows[i]);
	view_group(&o, &v);
	page_crumbs(pg, &f, NULL, NULL, 0);
	f.title = g.group.title;
	f.noindex = v.private_;
	f.feed = v.private_ ? NULL : v.feed_url;
	return page_show(pg, &f, &o);
}

enum rc page_post_raw(struct page *pg)
{
	struct slice raw;
	enum rc rc = post_raw(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
			      param_i64(pg, "post"), &raw);

	if (rc != RC_OK)
		return rc;
	/* plain text of no type a browser would interpret */
	resp_attachment(pg->resp, arena_fmt(pg->a, "%s-%lld-%lld.eml", param_text(pg, "list"),
					    (long long)param_i64(pg, "thread"),
					    (long long)param_i64(pg, "post")));
	pg->resp->type = "message/rfc822";
	str_adds(&pg->resp->body, raw);
	return RC_OK;
}

enum rc page_attachment(struct page *pg)
{
	struct attachment_row at;
	struct slice bytes;
	enum rc rc = attachment_load(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
				     param_i64(pg, "post"), param_i64(pg, "n"), &at, &bytes);

	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp, at.name);
	/* what a browser could run goes out without its name */
	pg->resp->type = "application/octet-stream";
	return resp_range(pg->resp, bytes);
}

enum rc page_linked(struct page *pg)
{
	struct attachment_row at;
	struct slice bytes;
	enum rc rc = link_open(unit_of(pg), param_text(pg, "link"), &at, &bytes);

	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp, at.name);
	pg->resp->type = "application/octet-stream";
	pg->resp->label = "/a/"; /* the path is the key */
	return resp_range(pg->resp, bytes);
}

enum rc page_by_msgid(struct page *pg)
{
	const char *list;
	int64_t thread, number;
	enum rc rc = post_find(unit_of(pg), NULL, param_text(pg, "msgid"), &list, &thread, &number);

	if (rc != RC_OK)
		return rc;
	return resp_redirectf(pg->resp, "/g/%s/%lld?from=%lld#p%lld", list, (long long)thread,
			      (long long)number, (long long)number);
}

/* The excerpt's hits stand between 0x01 and 0x02. */
static struct html excerpt_html(struct page *pg, const char *text)
{
	struct out o = page_out(pg);
	struct slice rest = slice_of(text), part;
	bool open = false;

	while (rest.n > 0) {
		bool cut = slice_cut(&rest, open ? '\x02' : '\x01', &part);

		if (open) {
			view_mark(&o, &(struct view_mark){ slice_dup(pg->a, part) });
			/* the template's last line end would stand before a full stop */
			if (o.s->n > 0 && o.s->p[o.s->n - 1] == '\n')
				str_cut(o.s, o.s->n - 1);
		} else {
			out_text_n(&o, part);
		}
		if (!cut)
			break;
		open = !open;
	}
	return (struct html){ str_z(o.s), o.s->n };
}

static void hits_fill(struct page *pg, const struct search_page *s, struct view_search *v)
{
	v->hits = ARENA_ARRAY(pg->a, s->nhits, struct view_hit);
	v->nhits = s->nhits;
	for (size_t i = 0; i < s->nhits; i++) {
		const struct search_hit *h = &s->hits[i];

		v->hits[i] = (struct view_hit){
			.url = arena_fmt(pg->a, "/g/%s/%lld?from=%lld#p%lld", h->list_name,
					 (long long)h->thread, (long long)h->number,
					 (long long)h->number),
			.subject = subject_shown(pg, h->subject, false),
			.lang = h->lang,
			.group = h->list_title,
			.author = text_shown(pg, h->author_name, false),
			.date = fmt_time(pg, h->sent_at),
			.when = fmt_iso(pg, h->sent_at),
			.excerpt = excerpt_html(pg, text_shown(pg, h->excerpt, false))
		};
	}
	if (s->nhits == 0)
		v->result = arena_fmt(pg->a, tr("Nothing matches “%s”."), v->q);
	else if (s->more)
		v->result = tr("More than 2,000 posts; the newest 30 are below.");
	else
		v->result = arena_fmt(pg->a,
				      tr_n("%lld post matches.", "The best %lld posts that match.",
					   (int64_t)s->nhits),
				      (long long)s->nhits);
	v->hint = tr("Try fewer words, another form of the word, or search without quotes.");
}

enum rc page_search(struct page *pg)
{
	const char *q = param_text(pg, "q"), *list = param_text(pg, "list");
	struct out o = page_out(pg);
	struct view_search v = { .q = q ? q : "", .list = list ? list : "" };
	struct search_page s = { 0 };
	struct frame f = { .title = tr("Search"), .here = 2, .noindex = true, .q = q };
	enum rc rc = RC_OK;

	v.newest = param_has(pg, "sort") && param_choice(pg, "sort") == 1;
	v.asked = *v.q != '\0';
	v.by_rank_url = arena_fmt(pg->a, "/search?q=%s%s%s", url_encode(pg->a, v.q),
				  list ? "&list=" : "", list ? list : "");
	v.by_date_url = arena_fmt(pg->a, "%s&sort=date", v.by_rank_url);
	if (v.asked) {
		rc = search_run(unit_of(pg), v.q, list, v.newest, &s);
		if (rc != RC_OK)
			return rc;
		hits_fill(pg, &s, &v);
	}
	view_search(&o, &v);
	return page_show(pg, &f, &o);
}

enum rc page_help(struct page *pg)
{
	struct out o = page_out(pg);

	struct view_help v = { .domain = site_of(pg)->conf->mail_domain };

	v.commands = ARENA_ARRAY(pg->a, COMMANDS, struct view_command);
	for (size_t i = 0; i < COMMANDS; i++)
		if (command_rows[i].help != NULL)
			v.commands[v.ncommands++] = (struct view_command){
				command_word(pg->a, i, tr_lang()), tr(command_rows[i].help)
			};
	view_help(&o, &v);
	return page_show(pg, &(struct frame){ .title = tr("How to use it by email") }, &o);
}

enum rc page_static(struct page *pg)
{
	const struct site *s = site_of(pg);
	const char *name = param_text(pg, "name");

	if (strncmp(name, "cabildo.", 8) == 0 && slice_ends(slice_of(name), ".css")) {
		pg->resp->type = "text/css; charset=utf-8";
		str_add(&pg->resp->body, s->style, s->style_n);
	} else if (strcmp(name, "mark.svg") == 0) {
		pg->resp->type = "image/svg+xml";
		str_add(&pg->resp->body, s->mark, s->mark_n);
	} else {
		return RC_NOTFOUND;
	}
	/* the sheet's address changes with its bytes */
	pg->resp->cache = "public, max-age=31536000, immutable";
	return RC_OK;
}
