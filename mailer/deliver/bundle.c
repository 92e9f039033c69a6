/* SPDX-License-Identifier: Apache-2.0 */
/* See bundle.h. */
#include "mailer/compose/compose.h"
#include "mailer/deliver/bundle.h"
#include "server/base/codec.h"
#include "server/core/webmail.h"
#include "server/digest/issue.h"
#include "server/fanout/queue.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/*
 * Within a digest nobody checks DMARC: a mail keeps the From it was sent with,
 * whatever the group's policy. A post from the web has the group's, as always.
 */
static enum rc one_compose(struct unit *u, const struct queue_post *p, struct compose_whole *w)
{
	struct compose_list list = { .local = p->list, .domain = p->domain, .title = p->title,
				     .list_id = p->list_id, .archive_url = "", .lang = p->post_lang,
				     .tag = "" };
	struct compose_post c = { .raw = p->raw,
				  .msgid = p->msgid,
				  .date = p->sent_at,
				  .author_name = tr_name(u->arena, p->author_name),
				  .author_addr = p->hide_address ? "" : p->author_addr,
				  .via = tr("via"),
				  .from = p->web ? COMPOSE_FROM_LIST : COMPOSE_FROM_KEEP,
				  .url = "",
				  .subject = p->subject,
				  .text = SLICE(""),
				  .refs = p->refs,
				  .nrefs = p->nrefs };
	struct compose_copy copy = { .rcpt = "", .lang = "", .sender = "", .unsub_mailto = "",
				     .unsub_url = "", .footer = "" };
	struct web_message m = { .nfiles = 0 };
	struct compose_attachment *at;
	struct composed *composed;
	struct str out;
	enum rc rc = p->web ? web_message_read(u->arena, p->raw, &m) : RC_OK;

	if (rc != RC_OK)
		return rc;
	if (p->web) {
		at = ARENA_ARRAY(u->arena, m.nfiles, struct compose_attachment);
		for (size_t i = 0; i < m.nfiles; i++)
			at[i] = (struct compose_attachment){ m.files[i].name, m.files[i].type,
							     codec_decode(u->arena, "base64",
									  m.files[i].encoded) };
		c.raw = SLICE("");
		c.text = m.text;
		c.attachments = at;
		c.nattachments = m.nfiles;
	}
	rc = compose_post(&composed, u->arena, &list, &c);
	str_init(&out, u->arena, COMPOSE_CAP);
	if (rc == RC_OK)
		rc = compose_copy(composed, &copy, &out);
	w->message = str_slice(&out);
	return rc;
}

static void one_words(struct unit *u, const struct queue_post *p, struct slice text,
		      struct compose_whole *w)
{
	const char *name = tr_name(u->arena, p->author_name);
	char date[40];

	clock_rfc5322(p->sent_at, date);
	w->date = arena_strdup(u->arena, date);
	w->author = (p->web && p->hide_address) || *p->author_addr == '\0'
			    ? name
			    : arena_fmt(u->arena, "%s <%s>", name, p->author_addr);
	w->subject = p->nrefs > 0 && !slice_istarts(slice_of(p->subject), "re:")
			     ? arena_fmt(u->arena, "Re: %s", p->subject)
			     : p->subject;
	w->msgid = p->msgid;
	w->text = text;
}

/* Where it does not fit nothing of it stays in memory. */
static enum rc one_load(struct unit *u, int64_t post, size_t room, struct compose_whole *w)
{
	struct arena_mark mark = arena_mark(u->arena);
	struct queue_file *files;
	struct queue_post p;
	struct slice text;
	size_t n;
	enum rc rc = queue_post_load(u->db, u->arena, post, &p);

	if (rc == RC_OK)
		rc = queue_post_files(u->db, u->arena, post, &files, &n, &text);
	if (rc != RC_OK)
		return rc;
	if (p.raw.n > room) {
		arena_rewind(u->arena, mark);
		return RC_LIMIT;
	}
	one_words(u, &p, text, w);
	return one_compose(u, &p, w);
}

enum rc bundle_load(struct unit *u, int64_t issue, struct compose_whole **r, size_t *n_r, size_t *left_r)
{
	size_t n, used = 0;
	int64_t *ids;
	enum rc rc = digest_messages(u, issue, BUNDLE_MESSAGES + 1, &ids, &n);

	if (rc != RC_OK)
		return rc;
	*r = ARENA_ARRAY(u->arena, n, struct compose_whole);
	*n_r = *left_r = 0;
	for (size_t i = 0; i < n; i++) {
		struct compose_whole *w = &(*r)[*n_r];

		rc = *n_r < BUNDLE_MESSAGES ? one_load(u, ids[i], BUNDLE_BYTES - used, w) : RC_LIMIT;
		if (rc == RC_TEMPFAIL)
			return rc;
		if (rc == RC_OK && used + w->message.n > BUNDLE_BYTES)
			rc = RC_LIMIT;
		if (rc == RC_OK)
			used += (*r)[(*n_r)++].message.n;
		else if (rc != RC_NOTFOUND)
			(*left_r)++;
	}
	return RC_OK;
}

struct slice bundle_table(struct arena *a, const struct digest *d, size_t left)
{
	struct digest_item *it = ARENA_ARRAY(a, d->nitems, struct digest_item);
	struct digest bare = *d;
	struct slice t;
	struct str o;

	for (size_t i = 0; i < d->nitems; i++) {
		it[i] = d->items[i];
		it[i].ntext = it[i].nkeywords = 0;
		it[i].excerpt = "";
	}
	bare.items = it;
	t = digest_text(a, &bare);
	if (left == 0)
		return t;
	str_init(&o, a, t.n + 4096);
	str_fmt(&o, tr_n("%zu message is not in this mail, for its size; it is on the web:\n",
			 "%zu messages are not in this mail, for their size; they are on the web:\n",
			 (int64_t)left), left);
	str_fmt(&o, "%s\n\n", d->web);
	str_adds(&o, t);
	return str_slice(&o);
}
