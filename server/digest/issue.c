/* SPDX-License-Identifier: Apache-2.0 */
/* See issue.h. */
#include "server/base/utf8.h"
#include "server/core/address.h"
#include "server/core/maillink.h"
#include "server/core/prefs.h"
#include "server/core/reading.h"
#include "server/digest/issue.h"
#include "server/digest/own.h"
#include "server/store/digest.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* Threads by activity that have more than a title, and all that are in the mail. */
#define ACTIVE_MAX    15
#define FOLLOWED_MAX  20
#define POSTS_MAX     40 /* of one thread with its text */
#define EXCERPT_CHARS 240
/* What was sent so long before the last digest is called late. */
#define LATE_USEC (65 * 60 * USEC)

char *digest_msgid(struct unit *u, int64_t issue)
{
	char *id = arena_fmt(u->arena, "%lld", (long long)issue);

	return arena_fmt(u->arena, "digest.%s.%s@%s", id,
			 mac_sign(u->keys, u->arena, "digest-id", slice_of(id)), u->conf->mail_domain);
}

int64_t digest_by_msgid(struct unit *u, const char *msgid)
{
	struct slice rest = slice_of(slice_lower(u->arena, slice_of(msgid))), word, id, mac;
	int64_t n;

	if (!slice_cut(&rest, '.', &word) || !slice_eqz(word, "digest") || !slice_cut(&rest, '.', &id) ||
	    !slice_cut(&rest, '@', &mac) || !slice_i64(id, 1, INT64_MAX, &n) ||
	    !mac_check(u->keys, "digest-id", id, mac))
		return 0;
	return n;
}

/* The posts that texts, excerpts and names are of: asked for once. */
struct wanted {
	struct own_post *post;
	size_t n;
};

static const struct own_post *own_find(const struct wanted *w, int64_t id)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->post[i].id == id)
			return &w->post[i];
	return NULL;
}

static enum rc wanted_read(struct unit *u, const int64_t *ids, size_t n, struct wanted *w)
{
	struct digest_post_row *row;
	enum rc rc = digest_posts_read(u->db, u->arena, ids, n, &row, &w->n);

	if (rc != RC_OK)
		return rc;
	w->post = ARENA_ARRAY(u->arena, w->n, struct own_post);
	for (size_t i = 0; i < w->n; i++) {
		struct own_post *p = &w->post[i];

		*p = (struct own_post){ .id = row[i].id,
					.number = row[i].number,
					.at = row[i].sent_at,
					.author = row[i].author,
					.lang = row[i].lang,
					.body = row[i].body };
		p->nfolds = own_folds(u->arena, row[i].folds, row[i].body.n, &p->folds);
	}
	return RC_OK;
}

static bool item_whole(const struct digest_item *it)
{
	return it->section != DIGEST_REST && it->number > 0 && it->ntext > 0;
}

/* Its first new posts stand in ntext until text is there. */
static enum rc posts_load(struct unit *u, const struct digest_row *row, const struct digest_item *it,
			  size_t n, struct wanted *w)
{
	size_t room = 0, k = 0;
	int64_t *ids;

	for (size_t i = 0; i < n; i++)
		room += it[i].ntext + 5;
	ids = ARENA_ARRAY(u->arena, room, int64_t);
	for (size_t i = 0; i < n; i++) {
		if (it[i].section == DIGEST_REST)
			continue;
		for (size_t j = 0; j < row[i].nwho && j < 3; j++)
			ids[k++] = row[i].who[j];
		for (size_t j = 0; item_whole(&it[i]) && j < it[i].ntext; j++)
			ids[k++] = row[i].shown[j];
		ids[k++] = row[i].shown[0];
		ids[k++] = row[i].shown[row[i].nshown - 1];
	}
	return wanted_read(u, ids, k, w);
}

/* A post where it is read: of its own, or (thread) in its thread. */
static const char *post_url(struct unit *u, const struct digest_row *row, const char *reading,
			    int64_t number, bool thread)
{
	if (*reading == '\0')
		return arena_fmt(u->arena, "%s/g/%s/%lld/%lld", u->conf->base_url, row->list,
				 (long long)row->number, (long long)number);
	if (!thread)
		return arena_fmt(u->arena, "%s/%lld", reading, (long long)number);
	return number > POSTS_PER_PAGE
		       ? arena_fmt(u->arena, "%1$s?from=%2$lld#p%2$lld", reading, (long long)number)
		       : arena_fmt(u->arena, "%s#p%lld", reading, (long long)number);
}

/* What opens its thread without signing in; "": nothing does. */
static const char *reading_of(struct unit *u, const struct digest_head *h,
			      const struct digest_row *row, enum digest_for what)
{
	if (!row->links || what != DIGEST_MAIL || *u->conf->base_url == '\0')
		return "";
	/* by the day it was made: who answers it quotes the same links */
	return reading_link(u->arena, u->keys, u->conf->base_url, h->account, row->thread, h->until_at);
}

static void text_fill(struct unit *u, const struct digest_row *row, const struct wanted *w,
		      int64_t since, const char *reading, struct digest_item *it)
{
	struct digest_post *t = ARENA_ARRAY(u->arena, it->ntext, struct digest_post);
	size_t n = 0;

	for (size_t i = 0; i < it->ntext; i++) {
		const struct own_post *p = own_find(w, row->shown[i]);

		if (p == NULL)
			continue;
		t[n] = (struct digest_post){ .number = p->number,
					     .author = p->author,
					     .lang = p->lang,
					     .at = p->at,
					     .late = p->at < since - LATE_USEC,
					     .url = post_url(u, row, reading, p->number, false) };
		t[n].text = own_text(u->arena, p, DIGEST_POST_BYTES, &t[n].cut);
		n++;
	}
	it->text = t;
	it->ntext = n;
}

static void who_fill(struct unit *u, const struct digest_row *row, const struct wanted *w,
		     struct digest_item *it)
{
	it->who = ARENA_ARRAY(u->arena, 3, const char *);
	for (size_t i = 0; i < row->nwho && it->nwho < 3; i++) {
		const struct own_post *p = own_find(w, row->who[i]);

		if (p != NULL)
			it->who[it->nwho++] = p->author;
	}
	it->others = row->authors > (int64_t)it->nwho ? row->authors - (int64_t)it->nwho : 0;
}

static void item_said(struct unit *u, const struct digest_row *row, const struct wanted *w,
		      int64_t since, const char *reading, struct digest_item *it)
{
	const struct own_post *p =
		own_find(w, row->opened ? row->shown[0] : row->shown[row->nshown - 1]);

	who_fill(u, row, w, it);
	if (p != NULL) {
		it->excerpt = text_excerpt(u->arena, p->body, p->folds, p->nfolds, EXCERPT_CHARS);
		it->excerpt_lang = p->lang;
	}
	if (it->ntext > 0)
		text_fill(u, row, w, since, reading, it);
}

static struct digest_item item_of(struct unit *u, const struct digest_head *h,
				  const struct digest_row *row, enum digest_for what)
{
	struct digest_item it = { .number = (int)row->n,
				  .section = DIGEST_REST,
				  .thread = row->thread,
				  .list = row->list,
				  .list_title = row->title,
				  .title = row->subject,
				  .lang = row->lang,
				  .new_posts = (int64_t)row->nshown,
				  .posts = row->posts,
				  .opened = row->opened,
				  .locked = row->locked,
				  .excerpt = "",
				  .excerpt_lang = row->lang,
				  .keywords = row->keywords,
				  .nkeywords = row->nkeywords,
				  .url = post_url(u, row, reading_of(u, h, row, what), row->first, true),
				  .reply = "",
				  .msgid = row->msgid,
				  .mute = "" };

	if (row->new_posts > it.new_posts && row->nshown == DIGEST_POSTS_KEPT)
		it.new_posts = row->new_posts;
	if (!row->locked && what == DIGEST_MAIL)
		it.reply = address_thread(u, row->list, row->domain, row->thread);
	if (what == DIGEST_MAIL && *u->conf->base_url != '\0')
		it.mute = maillink_follow(u->arena, u->keys, u->conf->base_url, h->account, row->thread);
	return it;
}

static enum rc items_fill(struct unit *u, const struct digest_head *h, enum digest_for what,
			  struct digest *r)
{
	struct digest_row *row;
	struct digest_item *it;
	struct wanted w;
	size_t n, whole = 0, active = 0;
	enum rc rc = digest_rows_read(u->db, u->arena, h->id, what == DIGEST_MAIL, &row, &n);

	if (rc != RC_OK)
		return rc;
	it = ARENA_ARRAY(u->arena, n, struct digest_item);
	for (size_t i = 0; i < n; i++) {
		it[i] = item_of(u, h, &row[i], what);
		if (row[i].n <= h->followed && row[i].n <= FOLLOWED_MAX)
			it[i].section = DIGEST_FOLLOWED;
		else if (row[i].n > h->followed && active++ < ACTIVE_MAX)
			it[i].section = DIGEST_ACTIVE;
		if (it[i].section != DIGEST_REST && whole++ < DIGEST_WHOLE_THREADS)
			it[i].ntext = row[i].nshown < POSTS_MAX ? row[i].nshown : POSTS_MAX;
	}
	rc = posts_load(u, row, it, n, &w);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		if (it[i].section != DIGEST_REST)
			item_said(u, &row[i], &w, h->since_at, reading_of(u, h, &row[i], what),
				  &it[i]);
	r->items = it;
	r->nitems = n;
	return rc;
}

static enum rc needs_fill(struct unit *u, int64_t account, struct digest *r)
{
	struct digest_need_row *row;
	struct digest_need *need;
	size_t n;
	enum rc rc = digest_needs_read(u->db, u->arena, account, &row, &n);

	if (rc != RC_OK)
		return rc;
	need = ARENA_ARRAY(u->arena, n, struct digest_need);
	for (size_t i = 0; i < n; i++)
		need[i] = (struct digest_need){ .kind = row[i].kind,
						.list_title = row[i].title,
						.count = row[i].count,
						.oldest = row[i].oldest,
						.url = arena_fmt(u->arena, "%s/g/%s/moderation?kind=%s",
								 u->conf->base_url, row[i].list,
								 row[i].kind) };
	r->needs = need;
	r->nneeds = n;
	return RC_OK;
}

/* "[Agenda]", "Agenda": without brackets, short enough for a subject. */
static const char *tag_of(struct arena *a, const struct digest_head *h)
{
	struct slice t = slice_trim(slice_of(*h->tag ? h->tag : h->title));

	if (t.n > 1 && t.p[0] == '[' && t.p[t.n - 1] == ']')
		t = slice_make(t.p + 1, t.n - 2);
	return slice_dup(a, utf8_clip(t, 60));
}

static void links_fill(struct unit *u, const struct digest_head *h, enum digest_for what,
		       struct digest *r)
{
	struct membership m = { .subscription = h->subscription,
				.list_name = h->list,
				.domain = h->domain };
	const char *base = u->conf->base_url;

	r->web = *base ? arena_fmt(u->arena, "%s/digest/%lld", base, (long long)h->id) : "";
	r->prefs = r->stop = "";
	if (*base == '\0' || what != DIGEST_MAIL || *h->list == '\0')
		return;
	r->prefs = arena_fmt(u->arena, "%s%s", base, prefs_link(u->arena, u->keys, &m));
	r->stop = maillink_stop(u->arena, u->keys, base, h->account, h->list_id);
}

static void head_fill(struct unit *u, const struct digest_head *h, enum digest_for what,
		      struct digest *r)
{
	bool one = h->one && *h->list != '\0';

	*r = (struct digest){ .lang = h->locale,
			      .zone = h->zone,
			      .site = *h->site ? h->site : "Cabildo",
			      .list_title = one ? h->title : "",
			      .tag = one ? tag_of(u->arena, h) : "",
			      .every = h->every[0],
			      .from = h->from,
			      .until = h->until > h->from ? h->until : h->until_at,
			      .threads = h->threads,
			      .posts = h->posts,
			      .groups = h->groups,
			      .rest = h->threads > h->blocks ? h->threads - h->blocks : 0,
			      .weekday = h->every[0] == 'm' ? h->monthday : h->weekday,
			      .hour = h->hour,
			      .joined = h->chosen,
			      .several = h->several };
	links_fill(u, h, what, r);
}

static void issue_fill(struct unit *u, const struct digest_head *h, struct digest_issue *r)
{
	*r = (struct digest_issue){ .id = h->id,
				    .account = h->account,
				    .subscription = h->subscription,
				    .one = h->one && *h->list != '\0',
				    .name = h->name,
				    .addr = h->addr,
				    .list = h->list,
				    .domain = h->domain,
				    .title = h->title,
				    .form = h->form,
				    .reply = "",
				    .msgid = digest_msgid(u, h->id) };
	r->listid = r->one ? h->listid : arena_fmt(u->arena, "digest.%s", u->conf->mail_domain);
	if (*h->list)
		r->reply = address_digest(u, h->list, h->domain, h->id);
}

enum rc digest_fill(struct unit *u, int64_t issue, int64_t account, enum digest_for what,
		    struct digest_issue *i_r, struct digest *r)
{
	struct digest_head h;
	enum rc rc = digest_head_read(u->db, u->arena, issue, &h);

	if (rc != RC_OK)
		return rc;
	if (account != 0 && account != h.account)
		return RC_NOTFOUND;
	if (what == DIGEST_MAIL)
		tr_set(h.locale);
	issue_fill(u, &h, i_r);
	head_fill(u, &h, what, r);
	rc = items_fill(u, &h, what, r);
	if (rc == RC_OK)
		rc = needs_fill(u, h.account, r);
	if (rc == RC_OK && r->nitems == 0 && r->nneeds == 0 && what == DIGEST_MAIL)
		return RC_NOTFOUND;
	return rc;
}

enum rc digest_messages(struct unit *u, int64_t issue, int max, int64_t **r, size_t *n_r)
{
	return digest_whole_read(u->db, u->arena, issue, max, r, n_r);
}
