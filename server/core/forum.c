/* SPDX-License-Identifier: Apache-2.0 */
/* Reading; what may be seen is decided in sql/forum.sql, row by row. */
#include "server/base/codec.h"
#include "server/core/audit.h"
#include "server/core/forum.h"
#include "server/text/excerpt.h"
#include "server/text/pack.h"

#include "server/base/base.h"

#define SEARCH_HITS 30

static struct reader who(const struct unit *u)
{
	return (struct reader){ u->actor.account, u->actor.admin };
}

enum rc home_load(struct unit *u, struct home *r)
{
	enum rc rc = groups_read(u->db, u->arena, who(u), &r->groups, &r->ngroups);

	if (rc != RC_OK)
		return rc;
	return threads_latest_read(u->db, u->arena, who(u), &r->latest, &r->nlatest);
}

enum rc group_find(struct unit *u, const char *name, struct group *r)
{
	return group_read(u->db, u->arena, who(u), name, r);
}

/* The key of a page: "TIME.ID" of the last row before it. */
static bool key_parse(const char *key, int64_t *at_r, int64_t *id_r)
{
	struct slice rest = slice_of(key), at;

	*at_r = *id_r = 0;
	if (rest.n == 0)
		return true;
	return slice_cut(&rest, '.', &at) && slice_i64(at, 1, INT64_MAX, at_r) &&
	       slice_i64(rest, 1, INT64_MAX, id_r);
}

enum rc group_load(struct unit *u, const char *name, const char *tag, const char *before,
		   struct group_page *r)
{
	int64_t at, id;
	enum rc rc;

	if (!key_parse(before, &at, &id))
		return RC_INVALID;
	*r = (struct group_page){ .newest = at == 0, .older = "" };
	rc = group_find(u, name, &r->group);
	if (rc != RC_OK)
		return rc;
	/* one more than shown tells whether there is another page */
	_Static_assert(THREADS_READ == THREADS_PER_PAGE + 1, "sql/forum.sql");
	rc = threads_read(u->db, u->arena, who(u), &r->group, r->group.moderator, tag, at, id,
			  &r->threads, &r->nthreads);
	while (rc == RC_OK && r->npinned < r->nthreads && r->threads[r->npinned].pinned)
		r->npinned++;
	if (rc == RC_OK && r->nthreads > r->npinned + THREADS_PER_PAGE) {
		const struct thread_row *last = &r->threads[r->npinned + THREADS_PER_PAGE - 1];

		r->nthreads = r->npinned + THREADS_PER_PAGE;
		r->older = arena_fmt(u->arena, "%lld.%lld", (long long)last->last_post_at,
				     (long long)last->id);
	}
	return rc;
}

static void head_take(struct thread_page *r, const struct thread_head *head)
{
	*r = (struct thread_page){ .group = head->group, .thread = head->thread };
	r->moved_thread = head->moved_thread;
	r->moved_list = head->moved_list;
	r->version = head->version;
}

enum rc thread_load_head(struct unit *u, const char *list, int64_t number, struct thread_page *r)
{
	struct thread_head head;
	enum rc rc = thread_head_read(u->db, u->arena, who(u), list, number, &head);

	if (rc == RC_OK)
		head_take(r, &head);
	return rc;
}

/* Where post number n of this thread went, if it moved. */
static enum rc moved_post(struct unit *u, int64_t thread_id, int64_t n, struct thread_page *r)
{
	enum rc rc = post_redirect_read(u->db, u->arena, who(u), thread_id, n, &r->moved_list,
					&r->moved_thread, &r->moved_post);

	return rc;
}

/* What is known of its markup; whole: for a page of this post alone. False
 * where what was packed is no pack. */
static bool markup_know(struct post_row *p, bool whole)
{
	struct pack k;

	if (p->packed.n > 0) {
		if (!pack_open(p->packed, &k)) {
			log_fail("event=pack_broken post=%lld", (long long)p->id);
			return false;
		}
		p->html_n = k.html_n;
		p->cut = k.cut;
		p->folds = k.folds;
		return true;
	}
	p->html_n = whole ? p->html.n : html_cut(p->html);
	p->cut = p->html_n < p->html.n;
	p->html.n = p->html_n;
	p->folds = slice_find(p->html, SLICE("<details class=\"fold\">")) != NULL;
	return true;
}

static bool markup_know_all(struct thread_posts *r, bool whole)
{
	for (size_t i = 0; i < r->n; i++)
		if (!markup_know(&r->v[i], whole))
			return false;
	return true;
}

/* packed: the posts are for a page that is sent as gzip. */
static enum rc posts_load(struct unit *u, const struct thread_page *t, int64_t from, int limit,
			  bool packed, struct thread_posts *r)
{
	enum rc rc = posts_read(u->db, u->arena, t->thread.id, from, t->group.moderator, limit,
				packed, r);

	if (rc == RC_OK && !markup_know_all(r, limit == 1))
		return posts_load(u, t, from, limit, false, r);
	return rc;
}

static void posts_take(struct thread_page *r, const struct thread_posts *posts)
{
	r->posts = posts->v;
	r->nposts = posts->n;
	/* an empty page tells nothing about the thread */
	r->acts = posts->acts || posts->n == 0;
}

/* Of 31 posts or fewer, what stands on one page. */
static enum rc page_cut(struct unit *u, int64_t from, const struct thread_posts *posts,
			struct thread_page *r)
{
	size_t text = 0;

	posts_take(r, posts);
	r->participants = posts->participants;
	r->nparticipants = posts->nparticipants;
	for (size_t i = 0; i < r->nposts; i++) {
		if (i == POSTS_PER_PAGE || (i > 0 && text > PAGE_TEXT_MAX)) {
			r->next_from = r->posts[i].number;
			r->nposts = i;
			break;
		}
		text += r->posts[i].html_n;
	}
	return from > 1 ? posts_before_read(u->db, u->arena, r->thread.id, from, r->group.moderator,
					    POSTS_PER_PAGE, &r->prev_from)
			: RC_OK;
}

enum rc thread_load_posts(struct unit *u, int64_t from, bool packed, struct thread_page *r)
{
	struct thread_posts posts;
	enum rc rc;

	if (r->moved_thread != 0) {
		/* the thread is elsewhere: a link to one of its posts follows that post */
		if (from > 0 && moved_post(u, r->thread.id, from, r) == RC_TEMPFAIL)
			return RC_TEMPFAIL;
		return RC_OK;
	}
	rc = posts_load(u, r, from, POSTS_PER_PAGE + 1, packed, &posts);
	return rc == RC_OK ? page_cut(u, from, &posts, r) : rc;
}

enum rc thread_load_public(struct unit *u, const char *list, int64_t number, int64_t from,
			   bool packed, struct thread_page *r)
{
	struct thread_posts posts;
	struct thread_head head;
	enum rc rc = thread_public_read(u->db, u->arena, list, number, from, packed, &head, &posts);

	if (rc != RC_OK)
		return rc;
	head_take(r, &head);
	return markup_know_all(&posts, false) ? page_cut(u, from, &posts, r)
					      : thread_load_posts(u, from, false, r);
}

enum rc thread_load(struct unit *u, const char *list, int64_t number, int64_t from,
		    struct thread_page *r)
{
	enum rc rc = thread_load_head(u, list, number, r);

	return rc == RC_OK ? thread_load_posts(u, from, false, r) : rc;
}

enum rc thread_load_post(struct unit *u, int64_t number, struct thread_page *r)
{
	struct thread_posts posts;
	enum rc rc = posts_load(u, r, number, 1, false, &posts);

	if (rc != RC_OK)
		return rc;
	posts_take(r, &posts);
	if (r->nposts == 1 && r->posts[0].number == number)
		return RC_OK;
	r->nposts = 0;
	return RC_NOTFOUND;
}

enum rc post_load(struct unit *u, const char *list, int64_t thread, int64_t number,
		  struct thread_page *r)
{
	enum rc rc = thread_load_head(u, list, thread, r);

	if (rc != RC_OK)
		return rc;
	if (r->moved_thread == 0) {
		rc = thread_load_post(u, number, r);
		if (rc != RC_NOTFOUND)
			return rc;
	}
	return moved_post(u, r->thread.id, number, r);
}

enum rc post_find(struct unit *u, const char *list, const char *msgid, const char **list_r,
		  int64_t *thread_r, int64_t *number_r)
{
	return post_by_msgid_read(u->db, u->arena, who(u), list, msgid, list_r, thread_r, number_r);
}

enum rc post_raw(struct unit *u, const char *list, int64_t thread, int64_t number,
		 struct slice *raw_r)
{
	int64_t raw;
	enum rc rc = post_raw_id_read(u->db, u->arena, who(u), list, thread, number, &raw);

	return rc == RC_OK ? raw_read(u->db, u->arena, raw, raw_r) : rc;
}

enum rc attachment_bytes(struct unit *u, const struct attachment_place *at, struct slice *bytes_r)
{
	struct slice enc;
	enum rc rc = raw_range_read(u->db, u->arena, at->raw, at->offset, at->length, &enc);

	if (rc != RC_OK)
		return rc;
	*bytes_r = codec_decode(u->arena, at->encoding, enc);
	if (at->inner < 0)
		return RC_OK;
	if ((uint64_t)at->inner + (uint64_t)at->row.size > bytes_r->n)
		return RC_INVALID;
	*bytes_r = slice_make(bytes_r->p + at->inner, (size_t)at->row.size);
	return RC_OK;
}

enum rc attachment_load(struct unit *u, const char *list, int64_t thread, int64_t number, int64_t n,
			struct attachment_row *r, struct slice *bytes_r)
{
	struct attachment_place at;
	enum rc rc = attachment_read(u->db, u->arena, who(u), list, thread, number, n, &at);

	if (rc == RC_OK)
		rc = attachment_bytes(u, &at, bytes_r);
	if (rc == RC_OK)
		*r = at.row;
	return rc;
}

/* One question for the words of all hits, whatever they are. */
static enum rc excerpts_make(struct unit *u, const char *tsquery, struct search_page *r)
{
	struct excerpts *e = excerpts_new(u->arena, tsquery);
	const struct excerpt_word *words;
	const char *const *lexemes, **langs, **texts;
	struct search_word *known;
	size_t nwords, nlexemes, nknown = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < r->nhits; i++)
		excerpts_add(e, r->hits[i].lang, r->hits[i].text);
	nwords = excerpts_words(e, &words);
	lexemes = excerpts_lexemes(e, &nlexemes);
	langs = ARENA_ARRAY(u->arena, nwords, const char *);
	texts = ARENA_ARRAY(u->arena, nwords, const char *);
	for (size_t i = 0; i < nwords; i++) {
		langs[i] = words[i].lang;
		texts[i] = words[i].text;
	}
	if (nwords > 0)
		rc = search_words_read(u->db, u->arena, langs, texts, nwords, lexemes, nlexemes,
				       &known, &nknown);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < nknown; i++)
		excerpts_know(e, known[i].word, known[i].lexeme);
	for (size_t i = 0; i < r->nhits; i++)
		r->hits[i].excerpt = excerpt_draw(e, i, false);
	return RC_OK;
}

/* Few: the best, or the newest. Many: the newest, by walking the posts where that is
 * sooner. Many, but not in what is newest (an old archive beside a busy group): some. */
static enum rc search_hits(struct unit *u, const char *q, const char *list, bool newest,
			   struct search_page *r, const char **tsquery_r)
{
	int64_t candidates = SEARCH_CANDIDATES;
	bool walk;
	enum rc rc = search_plan_read(u->db, u->arena, q, &walk);

	if (rc == RC_OK && walk)
		rc = search_read(u->db, u->arena, who(u), q, list, SEARCH_SCAN, &r->hits,
				 &r->nhits, &candidates, tsquery_r);
	r->more = r->nhits == SEARCH_HITS;
	if (rc != RC_OK || r->more)
		return rc;
	rc = search_read(u->db, u->arena, who(u), q, list, newest ? SEARCH_BY_DATE : SEARCH_BY_RANK,
			 &r->hits, &r->nhits, &candidates, tsquery_r);
	r->more = candidates >= SEARCH_RANKED;
	if (rc != RC_OK || candidates < SEARCH_CANDIDATES)
		return rc;
	if (!walk)
		rc = search_read(u->db, u->arena, who(u), q, list, SEARCH_SCAN, &r->hits,
				 &r->nhits, &candidates, tsquery_r);
	if (rc == RC_OK && r->nhits < SEARCH_HITS)
		rc = search_read(u->db, u->arena, who(u), q, list, SEARCH_ANY, &r->hits, &r->nhits,
				 &candidates, tsquery_r);
	return rc;
}

enum rc search_run(struct unit *u, const char *q, const char *list, bool newest,
		   struct search_page *r)
{
	const char *tsquery;
	enum rc rc;

	*r = (struct search_page){ 0 };
	rc = search_hits(u, q, list, newest, r, &tsquery);
	return rc == RC_OK ? excerpts_make(u, tsquery, r) : rc;
}

enum rc feed_load(struct unit *u, const char *list, int64_t thread, struct group *group_r,
		  struct feed_entry **entries_r, size_t *n_r)
{
	enum rc rc = group_find(u, list, group_r);

	return rc == RC_OK ? feed_read(u->db, u->arena, group_r->id, thread, entries_r, n_r) : rc;
}

enum rc thread_mark_read(struct unit *u, const char *list, int64_t thread, int64_t number)
{
	return u->actor.account ? read_mark_write(u->db, u->arena, who(u), list, thread, number)
				: RC_DENIED;
}

enum rc group_mark_read(struct unit *u, const char *list)
{
	struct group g;
	enum rc rc = u->actor.account ? group_find(u, list, &g) : RC_DENIED;

	return rc == RC_OK ? read_mark_group_write(u->db, who(u), list) : rc;
}

enum rc thread_follow_set(struct unit *u, const char *list, int64_t thread, const char *mode)
{
	return u->actor.account ? follow_write(u->db, u->arena, who(u), list, thread, mode)
				: RC_DENIED;
}

enum rc thread_follow_get(struct unit *u, int64_t thread_id, const char **mode_r)
{
	*mode_r = "";
	return u->actor.account ? follow_read(u->db, u->arena, thread_id, u->actor.account, mode_r)
				: RC_OK;
}

enum rc subscriptions_load(struct unit *u, struct subscription_row **rows_r, size_t *n_r)
{
	return u->actor.account ? subscriptions_read(u->db, u->arena, who(u), rows_r, n_r)
				: RC_DENIED;
}

enum rc subscription_set(struct unit *u, const char *list, const struct subscription_choice *c)
{
	const char *before;
	int64_t list_id;
	enum rc rc;

	if (u->actor.account == 0)
		return RC_DENIED;
	rc = subscription_write(u->db, u->arena, u->actor.account, list, c, &list_id, &before);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "subscription.set",
					       .list = list_id,
					       .subject = u->actor.account,
					       .before = before,
					       .after = c->delivery });
}
