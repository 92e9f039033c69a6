/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From, Reply-To and Cc: the table of docs/mail-out.md. Whichever row applies,
 * the author can be reached by one of the three unless the address is hidden.
 */
#include "mailer/compose/head.h"
#include "mailer/compose/job.h"
#include "mailer/parse/part.h"
#include "server/base/line.h"

#include "server/base/base.h"

#define REPLY_MAX 900
#define CC_MAX    20000

bool from_unfit(struct arena *a, const struct orig *o)
{
	const struct orig_field *f = orig_find(o, "From");
	struct slice v, rest, name;

	if (f == NULL)
		return true;
	v = orig_value(f);
	rest = v;
	/* no name may turn the words of the reader's mail program around */
	if (line_turns(words_decode(a, v, "utf-8")))
		return true;
	/* a display name may be raw 8-bit, an address cannot without SMTPUTF8 */
	if (slice_cut(&rest, '<', &name))
		v = rest;
	for (size_t i = 0; i < v.n && v.p[i] != '>'; i++)
		if ((unsigned char)v.p[i] > 126)
			return true;
	return false;
}

/* A field's mailboxes as they may stand after one of ours, else "": ASCII, no
 * group, no comment, every quote and bracket closed. */
static struct slice joinable(const struct orig_field *f, size_t max)
{
	struct slice v = f ? orig_value(f) : SLICE("");
	bool quoted = false, angle = false;

	if (v.n > max || memchr(v.p, '@', v.n) == NULL || v.p[v.n - 1] == ',')
		return SLICE("");
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c > 126)
			return SLICE("");
		if (c == '"')
			quoted = !quoted;
		else if (quoted)
			i += c == '\\';
		else if (strchr(":;(\\", c) != NULL || c == (angle ? '<' : '>'))
			return SLICE("");
		else if (c == '<' || c == '>')
			angle = c == '<';
	}
	return quoted || angle ? SLICE("") : v;
}

/* Where the author wants answers, if the mail says so and it is not the list itself. */
static struct slice own_reply(struct job *j)
{
	struct slice v = joinable(orig_find(&j->orig, "Reply-To"), REPLY_MAX);

	return slice_ifind(v, slice_of(list_addr(j->a, j->list, ""))) ? SLICE("") : v;
}

static bool author_shown(const struct job *j)
{
	return head_addr_ok(j->post->author_addr);
}

static bool in_address(unsigned char c)
{
	return c > ' ' && strchr("<>,;:\"()", c) == NULL;
}

/* The author's address stands in a field of that name: whole, not as part of another. */
static bool addressed(struct job *j, const char *name)
{
	struct slice addr = slice_of(j->post->author_addr);

	for (size_t i = 0; i < j->orig.n; i++) {
		struct slice v = orig_value(&j->orig.field[i]);
		const char *p, *begin = v.p, *end = v.p + v.n;

		if (!slice_ieqz(j->orig.field[i].name, name))
			continue;
		while ((p = slice_ifind(v, addr)) != NULL) {
			if ((p == begin || !in_address((unsigned char)p[-1])) &&
			    (p + addr.n == end || !in_address((unsigned char)p[addr.n])))
				return true;
			v = slice_make(p + 1, (size_t)(end - p - 1));
		}
	}
	return false;
}

void author_plan(struct job *j)
{
	const struct orig_field *cc = orig_find(&j->orig, "Cc");

	/* answers go to From or to the author's own Reply-To already */
	j->new_reply = j->munged || j->post->reply != COMPOSE_REPLY_AUTHOR;
	j->new_cc = j->munged && j->post->reply == COMPOSE_REPLY_LIST && author_shown(j) &&
		    !addressed(j, "To") && !addressed(j, "Cc");
	/* two Cc fields are not allowed: ours takes the other in. Where that is not
	 * plain, answers that go to the list alone would leave the author out */
	if (j->new_cc && cc != NULL && joinable(cc, CC_MAX).n == 0) {
		j->new_cc = false;
		j->both = true;
	} else if (j->new_cc) {
		j->cc = cc;
	}
}

void from_head(struct job *j, struct str *o)
{
	const struct compose_post *p = j->post;
	/* each part is cut by itself, so that neither can push the other out */
	struct slice author = utf8_clip(head_clean(j->a, p->author_name), 120);
	struct slice title = utf8_clip(head_clean(j->a, j->list->title), 120);
	struct head h;
	const char *name;

	if (author.n > 0 && title.n > 0)
		name = arena_fmt(j->a, "%.*s %s %.*s", (int)author.n, author.p,
				 *p->via ? p->via : "-", (int)title.n, title.p);
	else
		name = slice_dup(j->a, author.n > 0 ? author : title);
	head_begin(&h, o, "From");
	if (!head_mailbox(&h, name, list_addr(j->a, j->list, ""), ""))
		j->c->bad = true;
	head_end(&h);
}

/* The rest of a field's list on lines of its own. */
static void append_value(struct str *o, struct slice v)
{
	str_addz(o, "\r\n ");
	str_adds(o, v);
}

void reply_head(struct job *j, struct str *o)
{
	const struct compose_post *p = j->post;
	bool author = (p->reply != COMPOSE_REPLY_LIST || j->both) && author_shown(j);
	bool list = p->reply != COMPOSE_REPLY_AUTHOR || !author;
	struct slice own = author ? own_reply(j) : SLICE("");
	struct head h;

	head_begin(&h, o, "Reply-To");
	if (list && !head_mailbox(&h, "", list_addr(j->a, j->list, ""), author ? "," : ""))
		j->c->bad = true;
	if (own.n > 0 && list)
		append_value(o, own);
	else if (own.n > 0)
		str_fmt(o, " %.*s", (int)own.n, own.p);
	else if (author)
		head_mailbox(&h, p->author_name, p->author_addr, "");
	head_end(&h);
}

void cc_head(struct job *j, struct str *o)
{
	struct head h;

	if (!j->new_cc)
		return;
	head_begin(&h, o, "Cc");
	head_mailbox(&h, j->post->author_name, j->post->author_addr, j->cc ? "," : "");
	if (j->cc)
		append_value(o, orig_value(j->cc));
	head_end(&h);
}
