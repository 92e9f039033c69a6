/* SPDX-License-Identifier: Apache-2.0 */
/* The moderators' tools of a thread, and what was done, in sentences. */
#include "server/core/suggest.h"
#include "server/core/thread.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

#define EXCERPT 140

/* ---- what was done, in a sentence; a link may follow ---- */

static const char *counted(struct page *pg, const char *text, const char *name, int64_t n)
{
	return arena_fmt(pg->a, text, name, (long long)n);
}

static const char *text_mine(struct page *pg, const struct act_line *a, const char *name)
{
	static const struct {
		const char *kind, *text;
	} plain[] = {
		{ "lock", N_("%s closed this thread.") },
		{ "unlock", N_("%s opened this thread again.") },
		{ "pin", N_("%s pinned this thread.") },
		{ "unpin", N_("%s unpinned this thread.") },
		{ "hide", N_("%s hid this thread.") },
		{ "restore", N_("%s showed this thread again.") },
		{ "merge", N_("%s joined this thread to") },
	};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (strcmp(plain[i].kind, a->kind) == 0)
			return arena_fmt(pg->a, tr(plain[i].text), name);
	if (strcmp(a->kind, "rename") == 0)
		return arena_fmt(pg->a, tr("%s gave this thread its title; it was “%s”."), name,
				 a->before);
	if (strcmp(a->kind, "tag") == 0)
		return arena_fmt(pg->a, tr("%s gave this thread the tags: %s"), name,
				 *a->after ? a->after : "–");
	if (strcmp(a->kind, "hide-posts") == 0)
		return counted(pg,
			       tr_n("%s hid %lld message.",
				    "%s hid %lld messages.", a->posts),
			       name, a->posts);
	if (strcmp(a->kind, "restore-posts") == 0)
		return counted(pg,
			       tr_n("%s showed %lld message again.",
				    "%s showed %lld messages again.", a->posts),
			       name, a->posts);
	if (strcmp(a->kind, "split") == 0)
		return counted(pg,
			       tr_n("%s made %lld message a thread of its own:",
				    "%s made %lld messages a thread of their own:", a->posts),
			       name, a->posts);
	if (strcmp(a->kind, "move") == 0)
		return *a->group ? arena_fmt(pg->a, tr("%s moved this thread here from %s."), name,
					     a->group)
				 : arena_fmt(pg->a, tr("%s moved this thread here from another group."),
					     name);
	return counted(pg,
		       tr_n("%s put %lld message under the one that it answers.",
			    "%s put %lld messages under the one that they answer.", a->posts),
		       name, a->posts);
}

static const char *text_other(struct page *pg, const struct act_line *a, const char *name)
{
	if (strcmp(a->kind, "merge") == 0 && *a->subject != '\0' && a->number == 0)
		return arena_fmt(pg->a,
				 tr_n("%s joined the thread “%s” to this one: %lld message.",
				      "%s joined the thread “%s” to this one: %lld messages.", a->posts),
				 name, a->subject, (long long)a->posts);
	if (*a->subject != '\0')
		return counted(pg,
			       tr_n("%s brought %lld message here from",
				    "%s brought %lld messages here from", a->posts),
			       name, a->posts);
	return counted(pg,
		       tr_n("%s brought %lld message here.", "%s brought %lld messages here.",
			    a->posts),
		       name, a->posts);
}

void act_fill(struct page *pg, const struct act_line *a, bool member, struct view_act *v)
{
	const char *name = *a->who ? text_shown(pg, a->who, member) : tr("The administration");

	*v = (struct view_act){ .text = a->mine ? text_mine(pg, a, name) : text_other(pg, a, name),
				.url = "",
				.label = "",
				.why = text_shown(pg, a->why, member),
				.state = "",
				.date = fmt_time(pg, a->at),
				.when = fmt_iso(pg, a->at) };
	if (a->number != 0) {
		v->url = arena_fmt(pg->a, "/g/%s/%lld", a->list, (long long)a->number);
		v->label = subject_shown(pg, a->subject, member);
	}
	if (a->undone_at != 0)
		v->state = arena_fmt(pg->a, tr("Undone by %s."),
				     *a->undone_by ? tr_name(pg->a, a->undone_by)
						   : tr("The administration"));
	else if (!a->old)
		v->undo = a->id;
}

/* ---- the page ---- */

struct tried { /* what a form that was not done had in it */
	const char *error;
	const int64_t *posts;
	size_t nposts;
};

static bool ticked(const struct tried *t, int64_t number)
{
	for (size_t i = 0; i < t->nposts; i++)
		if (t->posts[i] == number)
			return true;
	return false;
}

static void posts_fill(struct page *pg, const struct thread_tools *t, const struct tried *tried,
		       struct view_tools *v)
{
	v->posts = ARENA_ARRAY(pg->a, t->nposts, struct view_tool_post);
	v->nposts = t->nposts;
	for (size_t i = 0; i < t->nposts; i++) {
		const struct tool_post *p = &t->posts[i];

		v->posts[i] = (struct view_tool_post){
			.number = p->number,
			.author = tr_name(pg->a, p->author),
			.date = fmt_time(pg, p->sent_at),
			.when = fmt_iso(pg, p->sent_at),
			.lang = p->lang,
			.excerpt = text_excerpt(pg->a, p->text, NULL, 0, EXCERPT),
			.ticked = ticked(tried, p->number),
			.hidden = strcmp(p->state, "hidden") == 0,
			.deleted = strcmp(p->state, "deleted") == 0
		};
	}
}

static const char *why_text(enum suggested why)
{
	switch (why) {
	case SUGGESTED_NAMED:
		return tr("its mail program says so");
	case SUGGESTED_QUOTED:
		return tr("it quotes its words");
	default:
		return tr("the subject is the same");
	}
}

static enum rc suggestions_fill(struct page *pg, const struct thread_tools *t, struct view_tools *v)
{
	struct suggestion *s;
	size_t n;
	enum rc rc = thread_suggest(unit_of(pg), t->thread.id, &s, &n);

	if (rc != RC_OK)
		return rc;
	v->suggestions = ARENA_ARRAY(pg->a, n, struct view_suggestion);
	v->nsuggestions = n;
	for (size_t i = 0; i < n; i++)
		v->suggestions[i] = (struct view_suggestion){
			.post = s[i].post,
			.thread = s[i].thread,
			.number = s[i].number,
			.url = arena_fmt(pg->a, "/g/%s/%lld/%lld", t->thread.list_name,
					 (long long)s[i].thread, (long long)s[i].number),
			.title = tr_pair(pg->a, tr_name(pg->a, s[i].author),
					 subject_shown(pg, s[i].subject, true)),
			.lang = s[i].lang,
			.why = why_text(s[i].why),
			.label = arena_fmt(pg->a, tr("Attach no. %lld there"), (long long)s[i].post)
		};
	return RC_OK;
}

static const char *day_of(struct page *pg, int64_t usec)
{
	struct civil c = clock_civil(usec, unit_of(pg)->actor.utc_offset);

	return usec ? arena_fmt(pg->a, "%04d-%02d-%02d", c.year, c.month, c.day) : "";
}

static const char *field(struct page *pg, const char *name)
{
	const char *s = pg->route->method == METHOD_POST ? param_text(pg, name) : NULL;

	return s ? s : "";
}

static void state_fill(struct page *pg, const struct act_thread *t, struct view_tools *v)
{
	bool pinned = t->pinned_until > clock_now();

	v->open = strcmp(t->state, "open") == 0;
	v->locked = strcmp(t->state, "locked") == 0;
	v->hidden = strcmp(t->state, "hidden") == 0;
	v->pinned = pinned ? arena_fmt(pg->a, tr("pinned until %s"), fmt_time(pg, t->pinned_until))
			   : "";
	v->until = pinned ? day_of(pg, t->pinned_until) : field(pg, "until");
	v->facts = arena_fmt(pg->a, tr_n("%lld post", "%lld posts", t->posts), (long long)t->posts);
}

static enum rc tools_show(struct page *pg, const struct tried *tried)
{
	struct out o = page_out(pg);
	struct frame f = { 0 };
	struct thread_tools t;
	struct view_tools v;
	struct group g;
	const char *list = param_text(pg, "list");
	int64_t number = param_i64(pg, "thread"), from = 0, done = 0;
	enum rc rc;

	if (pg->route->method == METHOD_GET) {
		from = param_i64(pg, "from");
		done = param_i64(pg, "done");
	}
	rc = thread_tools(unit_of(pg), list, number, from, &t);
	if (rc == RC_OK)
		rc = group_find(unit_of(pg), list, &g);
	if (rc != RC_OK)
		return rc;
	v = (struct view_tools){
		.title = t.thread.subject,
		.lang = t.thread.lang,
		.thread_url = arena_fmt(pg->a, "/g/%s/%lld", list, (long long)number),
		.action = arena_fmt(pg->a, "/g/%s/%lld/tools", list, (long long)number),
		.csrf = csrf_token(pg),
		.error = tried->error ? tr(tried->error) : "",
		.done = "",
		.subject = field(pg, "subject"),
		.one = field(pg, "to_post")[0] && tried->nposts == 1
			       ? arena_fmt(pg->a, "%lld", (long long)tried->posts[0])
			       : "",
		.to = field(pg, "to"),
		.to_post = field(pg, "to_post"),
		.to_help = arena_fmt(pg->a, tr("This one is number %lld; the number stands in the "
					       "address of each thread."),
				     (long long)number),
		.more_url = t.next_from ? arena_fmt(pg->a, "/g/%s/%lld/tools?from=%lld", list,
						    (long long)number, (long long)t.next_from)
					: "" };
	v.tags_url = arena_fmt(pg->a, "/g/%s/tags", list);
	v.tags = *field(pg, "tags") ? field(pg, "tags") : t.tags;
	v.tags_chosen = *t.tags_chosen ? arena_fmt(pg->a, tr("The group proposes: %s"), t.tags_chosen)
				       : "";
	state_fill(pg, &t.thread, &v);
	posts_fill(pg, &t, tried, &v);
	rc = suggestions_fill(pg, &t, &v);
	v.acts = ARENA_ARRAY(pg->a, t.nacts, struct view_act);
	v.nacts = t.nacts;
	for (size_t i = 0; i < t.nacts; i++) {
		act_fill(pg, &t.acts[i], true, &v.acts[i]);
		if (done != 0 && t.acts[i].id == done && t.acts[i].undone_at == 0) {
			v.done = arena_fmt(pg->a, "%s %s", v.acts[i].text, v.acts[i].label);
			v.done_act = done;
		}
	}
	v.lists = ARENA_ARRAY(pg->a, t.nlists, struct view_goal);
	v.nlists = t.nlists;
	for (size_t i = 0; i < t.nlists; i++)
		v.lists[i] = (struct view_goal){ t.lists[i].name, t.lists[i].title };
	view_tools(&o, &v);
	page_crumbs(pg, &f, &g, NULL, 0); /* the page begins with the way to the thread */
	f.noindex = true;
	f.title = arena_fmt(pg->a, "%s%s: %s", *v.error ? tr("Error: ") : "", tr("Moderate the thread"),
			    t.thread.subject);
	return rc == RC_OK ? page_show(pg, &f, &o) : rc;
}

enum rc page_thread_tools(struct page *pg)
{
	return tools_show(pg, &(struct tried){ .error = NULL });
}

/* Every "post" of the form: tick boxes, or the one number. */
static bool posts_taken(struct page *pg, struct tried *t)
{
	const struct param *p;
	int64_t *n = ARENA_ARRAY(pg->a, REQ_FIELDS_MAX, int64_t);
	size_t at = 0;

	t->posts = n;
	while ((p = params_next(&pg->req->form, "post", &at)) != NULL && t->nposts < REQ_FIELDS_MAX)
		if (slice_trim(slice_make(p->value, p->n)).n > 0 &&
		    !slice_i64(slice_trim(slice_make(p->value, p->n)), 1, INT32_MAX, &n[t->nposts++]))
			return false;
	return true;
}

/* The end of that day where the moderator is; 0 where it is no day. */
static int64_t until_taken(struct page *pg)
{
	struct slice rest = slice_of(field(pg, "until")), year, month;
	int64_t y, m, d;

	if (!slice_cut(&rest, '-', &year) || !slice_cut(&rest, '-', &month) ||
	    !slice_i64(year, 2000, 2200, &y) || !slice_i64(month, 1, 12, &m) ||
	    !slice_i64(rest, 1, 31, &d))
		return 0;
	return clock_from_civil((struct civil){ .year = (int)y,
						.month = (int)m,
						.day = (int)d,
						.hour = 23,
						.minute = 59,
						.second = 59 }) -
	       unit_of(pg)->actor.utc_offset * (int64_t)60 * USEC;
}

enum rc page_thread_tools_act(struct page *pg)
{
	struct thread_do d = { .list = param_text(pg, "list"),
			       .thread = param_i64(pg, "thread"),
			       .act = (enum thread_act)param_choice(pg, "act"),
			       .subject = param_text(pg, "subject"),
			       .to_list = param_text(pg, "to_list"),
			       .tags = param_text(pg, "tags"),
			       .why = param_text(pg, "why") };
	struct tried tried = { .error = NULL };
	struct thread_done r = { .reason = "" };
	bool good = posts_taken(pg, &tried);
	enum rc rc;

	d.posts = tried.posts;
	d.nposts = tried.nposts;
	d.to = param_i64(pg, "to");
	d.to_post = param_i64(pg, "to_post");
	d.until = until_taken(pg);
	if (!good || param_any_bad(pg)) {
		tried.error = N_("A number or a text of the form is not right. Look at it again.");
		tried.nposts = good ? tried.nposts : 0;
		return tools_show(pg, &tried);
	}
	rc = d.act == THREAD_ACTS ? thread_undo(unit_of(pg), param_i64(pg, "undo"), &r)
				  : thread_do(unit_of(pg), &d, &r);
	if (rc == RC_INVALID && *r.reason != '\0') {
		tried.error = r.reason;
		return tools_show(pg, &tried);
	}
	if (rc != RC_OK)
		return rc;
	if (r.thread == 0) /* an act on a tag, undone from here by its number */
		return resp_redirectf(pg->resp, "/g/%s/tags?done=1", r.list);
	/* what was joined or moved whole is elsewhere: its tools are there */
	return resp_redirectf(pg->resp, "/g/%s/%lld/tools?done=%lld", r.list,
			      (long long)(d.act == ACT_SPLIT ? d.thread : r.thread), (long long)r.act);
}
