/* SPDX-License-Identifier: Apache-2.0 */
/* A thread, and one post of it. */
#include "server/base/line.h"
#include "server/core/fold.h"
#include "server/core/thread.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

#define GAP_DAYS 3
#define TITLE_LONG 140 /* bytes: some four lines on a phone in the large type */

/* Straight conversation is not indented; a fork is, three levels at most. */
static void depth_fill(const struct post_row *posts, size_t n, int64_t *depth)
{
	for (size_t i = 0; i < n; i++) {
		depth[i] = 0;
		if (posts[i].parent_number == 0 ||
		    (i > 0 && posts[i].parent_number == posts[i - 1].number)) {
			/* it answers what stands above: the same level */
			if (i > 0 && posts[i].parent_number != 0)
				depth[i] = depth[i - 1];
			continue;
		}
		for (size_t j = i; j-- > 0;)
			if (posts[j].number == posts[i].parent_number) {
				depth[i] = depth[j] < 3 ? depth[j] + 1 : 3;
				break;
			}
	}
}

/* The subject of a post where it left the one before, without its prefixes. */
static const char *subject_change(const struct post_row *posts, size_t i, const char *title)
{
	const char *was = i > 0 ? posts[i - 1].subject : title;

	if (posts[i].number == 1)
		return ""; /* a moderator may have given the thread another title */
	return *posts[i].subject != '\0' && strcmp(posts[i].subject, was) != 0 &&
			       strcmp(posts[i].subject, title) != 0
		       ? posts[i].subject
		       : "";
}

static const char *gap_text(struct page *pg, const struct post_row *posts, size_t i)
{
	int64_t days = i > 0 ? (posts[i].sent_at - posts[i - 1].sent_at) / (86400 * USEC) : 0;

	if (days <= GAP_DAYS)
		return "";
	return arena_fmt(pg->a, tr_n("%lld day later", "%lld days later", days), (long long)days);
}

/* What addresses of a thread begin with. */
struct bases {
	const char *thread, *post, *from; /* "/g/agenda/12" and the same with "/" and "?from=" */
};

/* "/g/agenda/12/3/edit" and the like, some of them for every post: without printf. */
static const char *post_url(struct page *pg, const char *base, int64_t n, const char *tail)
{
	struct str s;
	struct out o = { &s };

	str_init(&s, pg->a, 4096);
	str_addz(&s, base);
	out_i64(&o, n);
	str_addz(&s, tail);
	return str_z(&s);
}

static void attachments_fill(struct page *pg, const char *base, const struct post_row *p,
			     struct view_post *v)
{
	size_t n = p->nattachments;

	v->attachments = ARENA_ARRAY(pg->a, n, struct view_attachment);
	v->pictures = ARENA_ARRAY(pg->a, n, struct view_attachment);
	for (size_t i = 0; i < n; i++)
		*(p->attachments[i].folded ? &v->pictures[v->npictures++]
					   : &v->attachments[v->nattachments++]) = (struct view_attachment){
			.url = arena_fmt(pg->a, "%s/%lld/%lld/%s", base, (long long)p->number,
					 (long long)p->attachments[i].n,
					 url_encode(pg->a, p->attachments[i].name)),
			.name = line_shown(pg->a, p->attachments[i].name),
			.size = fmt_size(pg, p->attachments[i].size)
		};
}

/* Countries are rows with English names; these differ in the other languages. */
static const char *const country_names[] UNUSED = { N_("Dominican Republic"), N_("Panama") };

static const char *place_text(struct page *pg, const struct post_row *p)
{
	const char *country = *p->country ? tr(p->country) : "";

	return *p->organisation && *country ? arena_fmt(pg->a, "%s, %s", p->organisation, country)
	       : *p->organisation           ? p->organisation
					    : country;
}

/* The button that shows everybody what our reading of quotes has folded. */
static void unfold_fill(struct page *pg, const struct bases *b, const struct post_row *p,
			struct view_post *v)
{
	if (!p->folds)
		return;
	v->unfold_url = post_url(pg, b->post, p->number, "/unfold");
	v->csrf = csrf_token(pg);
}

/* What may be done with a post after it was posted, and what was. */
static void later_fill(struct page *pg, const struct thread_page *t, const struct bases *b,
		       const struct post_row *p, struct view_post *v)
{
	if (p->edited_at != 0 && (!v->deleted || t->group.moderator)) {
		v->revised = arena_fmt(pg->a, tr("edited %s"), fmt_time(pg, p->edited_at));
		v->revised_url = post_url(pg, b->post, p->number, "/revisions");
	}
	if (strcmp(p->state, "shown") != 0)
		return;
	/* its author may always delete it; the page says whether they may edit it still */
	if (v->mine || t->group.moderator)
		v->edit_url = post_url(pg, b->post, p->number, "/edit");
	else if (t->group.member)
		v->report_url = post_url(pg, b->post, p->number, "/report");
}

static void post_fill(struct page *pg, const struct thread_page *t, const struct bases *b,
		      size_t i, int64_t depth, struct view_post *v)
{
	const struct post_row *p = &t->posts[i];
	struct unit *u = unit_of(pg);
	bool mine = p->account != 0 && p->account == u->actor.account;

	*v = (struct view_post){ .number = p->number,
				 .id = post_url(pg, "p", p->number, ""),
				 .url = post_url(pg, b->post, p->number, ""),
				 .author = text_shown(pg, p->author_name, t->group.member),
				 .place = place_text(pg, p),
				 .date = fmt_time(pg, p->sent_at),
				 .when = fmt_iso(pg, p->sent_at),
				 .lang = p->lang,
				 .reply_url = "",
				 .mailto = "",
				 .raw_url = "",
				 .unfold_url = "",
				 .csrf = "",
				 .moderated = p->moderated,
				 .edited_url = p->moderated && (mine || t->group.moderator)
						       ? post_url(pg, b->post, p->number, "/edited")
						       : "",
				 .mine = mine,
				 .hidden = strcmp(p->state, "hidden") == 0,
				 .by_mail = strcmp(p->source, "email") == 0,
				 .imported = strcmp(p->source, "import") == 0,
				 .cut = p->cut,
				 .blank = p->html_n == 0,
				 .deleted = strcmp(p->state, "deleted") == 0,
				 .doubt = "",
				 .edit_url = "",
				 .report_url = "",
				 .revised_url = "",
				 .revised = "",
				 .subject = text_shown(
					 pg, subject_change(t->posts, i, t->thread.subject),
					 t->group.member),
				 .gap = gap_text(pg, t->posts, i),
				 .depth = depth,
				 .body = p->packed.n ? post_packed(pg, p->packed, t->group.member)
						     : post_html(pg, p->html, t->group.member) };
	if (p->parent_number != 0 && (i == 0 || p->parent_number != t->posts[i - 1].number)) {
		v->answers = p->parent_number;
		v->answers_url = post_url(
			pg, b->from, p->parent_number > POSTS_PER_PAGE ? p->parent_number : 1, "#p");
		v->answers_url = post_url(pg, v->answers_url, p->parent_number, "");
	}
	if (t->thread.read_number > 0 && p->number == t->thread.read_number + 1)
		v->unread_line = true;
	if (t->group.can_post && strcmp(t->thread.state, "open") == 0 && !v->deleted) {
		v->reply_url = post_url(pg, arena_fmt(pg->a, "%s/reply?to=", b->thread), p->number, "");
		v->mailto = mailto_group(pg, t->group.addr,
					 arena_fmt(pg->a, "Re: %s", t->thread.subject));
	}
	if ((mine && !v->deleted) || t->group.moderator) {
		v->raw_url = post_url(pg, b->post, p->number, "/raw");
		unfold_fill(pg, b, p, v);
	}
	later_fill(pg, t, b, p, v);
	v->show_do = *v->reply_url != '\0' || *v->raw_url != '\0' || *v->edit_url != '\0' ||
		     *v->report_url != '\0';
	attachments_fill(pg, b->thread, p, v);
}

/*
 * What a reader cannot see in a name: letters that only look like those around them, and
 * that it stands over the words of two people. What an archive brought in tells nobody apart.
 */
static void names_doubt(struct page *pg, const struct thread_page *t, struct view_thread *v)
{
	char **looks = ARENA_ARRAY(pg->a, t->nposts, char *);

	for (size_t i = 0; i < t->nposts; i++) {
		const struct post_row *p = &t->posts[i];
		struct slice name = slice_of(p->author_name);

		looks[i] = line_looks(pg->a, name);
		v->posts[i].doubt = line_mixed(name) ? tr("letters of two alphabets") : "";
		for (size_t k = 0; k < i; k++) {
			if (v->posts[k].imported || strcmp(looks[i], looks[k]) != 0)
				continue;
			/* who had it first on this page is the one that the others are not */
			if (t->posts[k].account != p->account && !v->posts[i].imported && *v->posts[i].doubt == '\0')
				v->posts[i].doubt = tr("another person, the same name");
			break;
		}
	}
}

static const char *facts_text(struct page *pg, const struct thread_row *t)
{
	int64_t days = (t->last_post_at - t->first_post_at) / (86400 * USEC) + 1;
	const char *posts = arena_fmt(pg->a, tr_n("%lld post", "%lld posts", t->post_count),
				      (long long)t->post_count);
	const char *people =
		arena_fmt(pg->a, tr_n("by %lld person", "by %lld people", t->participant_count),
			  (long long)t->participant_count);

	if (days <= 1)
		return arena_fmt(pg->a, "%s %s", posts, people);
	return arena_fmt(pg->a, tr_n("%s %s in %lld day", "%s %s in %lld days", days), posts,
			 people, (long long)days);
}

static const char *page_url(struct page *pg, const char *base, int64_t from)
{
	if (from == 0)
		return "";
	return from == 1 ? base : arena_fmt(pg->a, "%s?from=%lld", base, (long long)from);
}

void thread_fill(struct page *pg, const struct thread_page *t, const char *base,
		 struct view_thread *v)
{
	const struct thread_row *r = &t->thread;
	int64_t unread = r->read_number >= 0 && r->read_number < r->post_count
				 ? r->post_count - r->read_number
				 : 0;
	int64_t *depth = ARENA_ARRAY(pg->a, t->nposts, int64_t);
	struct bases b = { base, arena_fmt(pg->a, "%s/", base), arena_fmt(pg->a, "%s?from=", base) };

	*v = (struct view_thread){ .title = subject_shown(pg, r->subject, t->group.member),
				   .long_ = strlen(r->subject) > TITLE_LONG,
				   .lang = r->lang,
				   .state = r->state,
				   .open = strcmp(r->state, "open") == 0,
				   .locked = strcmp(r->state, "locked") == 0,
				   .hidden = strcmp(r->state, "hidden") == 0,
				   .pinned = r->pinned,
				   .tools_url = t->group.moderator
							? arena_fmt(pg->a, "%s/tools", base)
							: "",
				   .member = t->group.member,
				   .signed_in = pg->signed_in,
				   .facts = facts_text(pg, r),
				   .unread = "",
				   .unread_url = "",
				   .reply_url = arena_fmt(pg->a, "%s/reply", base),
				   .self_url = base,
				   .feed_url = arena_fmt(pg->a, "%s/atom", base),
				   .read_url = arena_fmt(pg->a, "%s/read", base),
				   .follow_url = arena_fmt(pg->a, "%s/follow", base),
				   .signin_url = arena_fmt(pg->a, "/signin?next=%s",
							   url_encode(pg->a, base)),
				   .csrf = pg->signed_in ? csrf_token(pg) : "",
				   .form_id = "",
				   .group_addr = t->group.addr,
				   .last = r->last_number,
				   .prev_url = page_url(pg, base, t->prev_from),
				   .next_url = page_url(pg, base, t->next_from) };
	v->can_post = t->group.can_post && (v->open || t->group.moderator);
	if (v->can_post) /* the kernel is asked for it */
		v->form_id = rnd_token(pg->a, 160);
	v->recipients = arena_fmt(pg->a,
				  tr_n("%lld member can read it; who chose so gets it by email.",
				       "%lld members can read it; who chose so gets it by email.",
				       t->group.member_count),
				  (long long)t->group.member_count);
	if (unread > 0) {
		v->unread = arena_fmt(pg->a, tr("%lld unread"), (long long)unread);
		v->unread_url = arena_fmt(
			pg->a, "%s#p%lld",
			page_url(pg, base,
				 r->read_number + 1 > POSTS_PER_PAGE ? r->read_number + 1 : 1),
			(long long)(r->read_number + 1));
	}
	tags_fill(pg, r, &v->tags, &v->ntags);
	depth_fill(t->posts, t->nposts, depth);
	v->posts = ARENA_ARRAY(pg->a, t->nposts, struct view_post);
	v->nposts = t->nposts;
	for (size_t i = 0; i < t->nposts; i++)
		post_fill(pg, t, &b, i, depth[i], &v->posts[i]);
	names_doubt(pg, t, v);
	v->read_to = t->nposts ? t->posts[t->nposts - 1].number : 1;
	v->participants = ARENA_ARRAY(pg->a, t->nparticipants, struct view_participant);
	v->nparticipants = t->nparticipants;
	for (size_t i = 0; i < t->nparticipants; i++)
		v->participants[i] = (struct view_participant){
			text_shown(pg, t->participants[i].name, t->group.member),
			*t->participants[i].country ? tr(t->participants[i].country) : "",
			t->participants[i].posts
		};
}

static enum rc follow_fill(struct page *pg, int64_t thread_id, struct view_thread *v)
{
	const char *mode;
	enum rc rc = thread_follow_get(unit_of(pg), thread_id, &mode);

	v->follow = strcmp(mode, "follow") == 0;
	v->digest = strcmp(mode, "digest") == 0;
	v->mute = strcmp(mode, "mute") == 0;
	v->normal = !v->follow && !v->digest && !v->mute;
	return rc;
}

/* A thread or post that went elsewhere: its old address leads there for ever. */
static enum rc moved(struct page *pg, const struct thread_page *t)
{
	if (t->moved_post != 0)
		return resp_redirectf(pg->resp, "/g/%s/%lld/%lld", t->moved_list,
				      (long long)t->moved_thread, (long long)t->moved_post);
	return resp_redirectf(pg->resp, "/g/%s/%lld", t->moved_list, (long long)t->moved_thread);
}

static enum rc acts_fill(struct page *pg, const struct thread_page *t, struct view_thread *v)
{
	struct act_line *a = NULL;
	enum rc rc = t->acts ? thread_lines(unit_of(pg), t->thread.id, &a, &v->nacts) : RC_OK;

	v->acts = ARENA_ARRAY(pg->a, v->nacts, struct view_act);
	for (size_t i = 0; i < v->nacts; i++)
		act_fill(pg, &a[i], t->group.member, &v->acts[i]);
	return rc;
}

static enum rc thread_show(struct page *pg, const struct thread_page *t)
{
	struct out o = page_out(pg);
	struct view_thread v;
	struct frame f = { .title = subject_shown(pg, t->thread.subject, t->group.member) };
	enum rc rc;

	thread_fill(pg, t, arena_fmt(pg->a, "/g/%s/%lld", t->group.name, (long long)t->thread.number),
		    &v);
	rc = follow_fill(pg, t->thread.id, &v);
	if (rc == RC_OK)
		rc = acts_fill(pg, t, &v);
	if (rc != RC_OK)
		return rc;
	view_thread(&o, &v);
	page_crumbs(pg, &f, &t->group, NULL, 0);
	f.feed = strcmp(t->group.visibility, "public") == 0 ? v.feed_url : NULL;
	return page_show(pg, &f, &o);
}

static bool fresh(struct page *pg, const struct thread_page *t, int64_t from)
{
	return t->moved_thread == 0 &&
	       site_fresh(pg, arena_fmt(pg->a, "t%lld-%lld-%lld-%s-%d-%s", (long long)t->thread.id,
					(long long)t->version, (long long)from, t->thread.state,
					t->thread.pinned, t->group.title));
}

/* Whoever shows a page they have may have the right one: its head tells before more is read. */
static enum rc parts_load(struct page *pg, const char *list, int64_t number, int64_t from,
			  struct thread_page *t)
{
	enum rc rc = thread_load_head(unit_of(pg), list, number, t);

	if (rc != RC_OK || fresh(pg, t, from))
		return rc;
	return thread_load_posts(unit_of(pg), from, pg->req->gzip_ok, t);
}

enum rc page_thread(struct page *pg)
{
	const char *list = param_text(pg, "list");
	int64_t from = param_i64(pg, "from"), number = param_i64(pg, "thread");
	struct thread_page t;
	enum rc rc = RC_NOTFOUND;

	if (!pg->signed_in && pg->req->if_none_match == NULL) {
		rc = thread_load_public(unit_of(pg), list, number, from, pg->req->gzip_ok, &t);
		if (rc == RC_OK)
			fresh(pg, &t, from); /* says which page it is */
	}
	if (rc == RC_NOTFOUND)
		rc = parts_load(pg, list, number, from, &t);
	if (rc != RC_OK || pg->resp->status == 304)
		return rc;
	if (t.moved_thread != 0)
		return moved(pg, &t);
	return thread_show(pg, &t);
}

enum rc page_post(struct page *pg)
{
	struct thread_page t;
	enum rc rc = post_load(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
			       param_i64(pg, "post"), &t);

	if (rc != RC_OK)
		return rc;
	return t.nposts ? thread_show(pg, &t) : moved(pg, &t);
}

enum rc page_thread_read(struct page *pg)
{
	enum rc rc = thread_mark_read(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
				      param_i64(pg, "to"));

	return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s/%lld", param_text(pg, "list"),
					    (long long)param_i64(pg, "thread"))
			   : rc;
}

enum rc page_group_read(struct page *pg)
{
	enum rc rc = group_mark_read(unit_of(pg), param_text(pg, "list"));

	return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s", param_text(pg, "list")) : rc;
}

enum rc page_post_unfold(struct page *pg)
{
	enum rc rc = post_unfold(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
				 param_i64(pg, "post"));

	return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s/%lld/%lld", param_text(pg, "list"),
					    (long long)param_i64(pg, "thread"),
					    (long long)param_i64(pg, "post"))
			   : rc;
}

enum rc page_thread_follow(struct page *pg)
{
	static const char *const modes[] = { "", "follow", "digest", "mute" };
	enum rc rc = thread_follow_set(unit_of(pg), param_text(pg, "list"), param_i64(pg, "thread"),
				       modes[param_choice(pg, "mode")]);

	return rc == RC_OK ? resp_redirectf(pg->resp, "/g/%s/%lld", param_text(pg, "list"),
					    (long long)param_i64(pg, "thread"))
			   : rc;
}
