/* SPDX-License-Identifier: Apache-2.0 */
/* See export.h. */
#include "server/base/utf8.h"
#include "server/core/audit.h"
#include "server/core/export.h"
#include "server/core/forum.h"
#include "server/core/notice.h"
#include "server/core/record.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/store/notice.h"
#include "server/store/security.h"
#include "server/text/csv.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define AT_ONCE	   50
#define ACTS	   500
#define ARENA_CAP  ((size_t)400 << 20) /* an attachment of the largest message, twice */
#define INDEX_CAP  ((size_t)1 << 20)
#define TOKEN_BITS 160
#define PURPOSE	   "export"

struct making {
	struct unit *u;
	struct arena *whole; /* the caller's */
	int64_t account;
	const struct export_sink *to;
};

static enum rc put(struct making *m, const char *name, int64_t at, struct slice bytes)
{
	enum rc rc = m->to->file(m->to->ctx, name, at);

	return rc == RC_OK ? m->to->bytes(m->to->ctx, bytes) : rc;
}

/* What follows has memory of its own, given back by pieces_end. */
static void pieces_begin(struct making *m)
{
	m->u->arena = arena_new(ARENA_CAP);
}

static void pieces_end(struct making *m)
{
	arena_free(&m->u->arena);
	m->u->arena = m->whole;
}

static const char *when(struct arena *a, int64_t usec)
{
	char *s = arena_alloc(a, 32);

	clock_rfc3339(usec, s);
	return s;
}

/* ---- posts ---- */

static enum rc original_put(struct making *m, const struct export_post *p)
{
	enum rc rc = m->to->file(m->to->ctx,
				 arena_fmt(m->u->arena, "posts/%s/%lld-%lld.eml", p->list,
					   (long long)p->thread, (long long)p->number),
				 p->sent_at);

	for (int64_t n = 0; rc == RC_OK; n++) {
		struct arena *was = m->u->arena;
		struct slice chunk;

		m->u->arena = arena_new((size_t)4 << 20);
		rc = export_chunk_read(m->u->db, m->u->arena, p->raw, n, &chunk);
		if (rc == RC_OK && chunk.n > 0)
			rc = m->to->bytes(m->to->ctx, chunk);
		arena_free(&m->u->arena);
		m->u->arena = was;
		if (rc == RC_OK && chunk.n == 0)
			break;
	}
	return rc;
}

/* What has no original, or none that may be seen any more. */
static enum rc text_put(struct making *m, const struct export_post *p)
{
	const char *name = arena_fmt(m->u->arena, "posts/%s/%lld-%lld.txt", p->list,
				     (long long)p->thread, (long long)p->number);

	return put(m, name, p->sent_at, p->body);
}

/* A name that is one of a file on any system. */
static const char *file_name(struct arena *a, const char *name)
{
	char *s = slice_dup(a, utf8_clip(slice_of(name), 120));

	for (char *c = s; *c; c++)
		if ((unsigned char)*c < ' ' || strchr("/\\:*?\"<>|", *c) != NULL)
			*c = '_';
	return *s == '\0' || *s == '.' ? arena_fmt(a, "_%s", s) : s;
}

static enum rc file_put(struct making *m, const struct export_post *p,
			const struct attachment_place *at)
{
	const char *name = arena_fmt(m->u->arena, "files/%s/%lld-%lld-%lld-%s", p->list,
				     (long long)p->thread, (long long)p->number,
				     (long long)at->row.n, file_name(m->u->arena, at->row.name));
	struct arena *was = m->u->arena;
	struct slice bytes;
	enum rc rc;

	m->u->arena = arena_new(ARENA_CAP);
	rc = attachment_bytes(m->u, at, &bytes);
	if (rc == RC_OK)
		rc = put(m, name, p->sent_at, bytes);
	arena_free(&m->u->arena);
	m->u->arena = was;
	return rc == RC_INVALID || rc == RC_NOTFOUND ? RC_OK : rc; /* its bytes are gone */
}

static enum rc post_put(struct making *m, const struct export_post *p)
{
	struct attachment_place *at;
	size_t n = 0;
	enum rc rc = p->raw != 0 ? original_put(m, p) : text_put(m, p);

	if (rc == RC_OK && p->files > 0)
		rc = export_files_read(m->u->db, m->u->arena, p->id, &at, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = file_put(m, p, &at[i]);
	return rc;
}

/* Every post from the first, a batch at a time. */
static enum rc posts_each(struct making *m, enum rc (*each)(struct making *m, const struct export_post *p))
{
	int64_t after = 0;
	size_t n = AT_ONCE;
	enum rc rc = RC_OK;

	while (rc == RC_OK && n == AT_ONCE) {
		struct export_post *p;

		pieces_begin(m);
		rc = export_posts_read(m->u->db, m->u->arena, m->account, after, AT_ONCE, &p, &n);
		for (size_t i = 0; rc == RC_OK && i < n; i++) {
			after = p[i].id;
			rc = each(m, &p[i]);
		}
		pieces_end(m);
	}
	return rc;
}

static enum rc cells_put(struct making *m, const char *const *cell, size_t n)
{
	struct str o;

	str_init(&o, m->u->arena, INDEX_CAP);
	for (size_t i = 0; i < n; i++)
		csv_cell(&o, i == 0, cell[i]);
	str_addz(&o, "\r\n");
	return m->to->bytes(m->to->ctx, str_slice(&o));
}

static enum rc post_line(struct making *m, const struct export_post *p)
{
	struct arena *a = m->u->arena;
	const char *cell[] = { p->list,
			       arena_fmt(a, "%lld", (long long)p->thread),
			       arena_fmt(a, "%lld", (long long)p->number),
			       when(a, p->sent_at),
			       p->subject,
			       p->source,
			       p->state,
			       arena_fmt(a, "posts/%s/%lld-%lld.%s", p->list, (long long)p->thread,
					 (long long)p->number, p->raw ? "eml" : "txt"),
			       arena_fmt(a, "%lld", (long long)p->files) };

	return cells_put(m, cell, ARRAY_LEN(cell));
}

static enum rc posts_put(struct making *m)
{
	static const char *const head[] = { "group", "thread", "number", "sent", "subject",
					    "by", "state", "file", "attachments" };
	enum rc rc = m->to->file(m->to->ctx, "posts.csv", clock_now());

	if (rc == RC_OK)
		rc = m->to->bytes(m->to->ctx, SLICE("\xEF\xBB\xBF"));
	if (rc == RC_OK)
		rc = cells_put(m, head, ARRAY_LEN(head));
	if (rc == RC_OK)
		rc = posts_each(m, post_line);
	return rc == RC_OK ? posts_each(m, post_put) : rc;
}

/* ---- the record ---- */

static enum rc act_line(struct making *m, const struct export_act *x)
{
	const char *cell[] = { when(m->u->arena, x->at),
			       x->list,
			       x->mine		? tr("you")
			       : x->by_somebody ? tr("somebody who runs the group or the site")
						: "",
			       act_words(x->act),
			       door_words(x->door),
			       x->before,
			       x->after };

	return cells_put(m, cell, ARRAY_LEN(cell));
}

static enum rc record_put(struct making *m)
{
	static const char *const head[] = { "when", "group", "who", "what", "how", "before", "after" };
	int64_t after = 0;
	size_t n = ACTS;
	enum rc rc = m->to->file(m->to->ctx, "record.csv", clock_now());

	if (rc == RC_OK)
		rc = m->to->bytes(m->to->ctx, SLICE("\xEF\xBB\xBF"));
	if (rc == RC_OK)
		rc = cells_put(m, head, ARRAY_LEN(head));
	while (rc == RC_OK && n == ACTS) {
		struct export_act *x;

		pieces_begin(m);
		rc = export_record_read(m->u->db, m->u->arena, m->account, after, ACTS, &x, &n);
		for (size_t i = 0; rc == RC_OK && i < n; i++) {
			after = x[i].id;
			rc = act_line(m, &x[i]);
		}
		pieces_end(m);
	}
	return rc;
}

/* ---- all of it ---- */

static enum rc gate(struct unit *u, int64_t account)
{
	const char *text = arena_fmt(u->arena, "export\n%lld", (long long)account);
	unsigned char hash[HASH_BYTES];
	bool pass;
	enum rc rc = export_gate(u->db, u->arena);

	if (rc != RC_OK)
		return rc;
	hash_bytes(text, strlen(text), hash);
	rc = notice_sent_write(u->db, u->arena, hash, NOTICE_DAY, EXPORT_A_DAY, &pass);
	return rc == RC_OK && !pass ? RC_LIMIT : rc;
}

enum rc export_person(struct unit *u, int64_t account, const struct export_sink *to)
{
	struct making m = { .u = u, .whole = u->arena, .account = account, .to = to };
	const char *json = "";
	enum rc rc = gate(u, account);

	if (rc == RC_OK)
		rc = export_account_read(u->db, u->arena, account, &json);
	if (rc == RC_OK)
		rc = put(&m, "README.txt", clock_now(),
			 slice_of(tr("account.json: your account, addresses, groups and what you chose.\n"
				     "posts.csv: a list of what you wrote, with the file of each.\n"
				     "posts/: your messages as they were sent; a mail program opens them.\n"
				     "files/: what was attached to them.\n"
				     "record.csv: what you did here and what was done to you.\n")));
	if (rc == RC_OK)
		rc = put(&m, "account.json", clock_now(), slice_of(json));
	if (rc == RC_OK)
		rc = record_put(&m);
	if (rc == RC_OK)
		rc = posts_put(&m);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "account.export", .subject = account });
}

enum rc export_counts(struct unit *u, int64_t account, struct export_counts *r)
{
	return export_counts_read(u->db, u->arena, account, r);
}

enum rc export_link(struct unit *u, int64_t account, const char **path_r)
{
	const char *token = rnd_token(u->arena, TOKEN_BITS);
	unsigned char hash[HASH_BYTES];

	*path_r = "";
	if (*u->conf->base_url == '\0')
		return RC_OK;
	hash_bytes(token, strlen(token), hash);
	*path_r = arena_fmt(u->arena, "/account/data/%s", token);
	return token_write(u->db, hash, PURPOSE, account, "", EXPORT_DAYS * 24 * 60);
}

enum rc export_open(struct unit *u, const char *token, int64_t *account_r)
{
	struct second_row second;
	const char *data;
	enum rc rc;

	rc = token_find(u, token, PURPOSE, false, account_r, &data);
	if (rc == RC_OK)
		rc = second_read(u->db, u->arena, *account_r, &second);
	return rc == RC_OK && *second.sealed != '\0' ? RC_DENIED : rc;
}
