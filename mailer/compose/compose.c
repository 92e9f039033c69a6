/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One post to one message with two open places; see compose.h. What must not
 * drift: the author's own bytes are never rewritten unless a list is dressed,
 * the line limit forces it, or the list stands in for the author in From.
 */
#include "mailer/compose/compose.h"
#include "mailer/compose/encode.h"
#include "mailer/compose/head.h"
#include "mailer/compose/job.h"
#include "mailer/compose/orig.h"
#include "mailer/compose/parts.h"

#include "server/base/base.h"

#define HEAD_CAP ((size_t)4 << 20)
#define LINE_OCTETS 998

const char *list_addr(struct arena *a, const struct compose_list *l, const char *suffix)
{
	return arena_fmt(a, "%s%s@%s", l->local, suffix, l->domain);
}

static void url_field(struct str *o, const char *name, const char *scheme, const char *url)
{
	char *v = head_url(o->arena, scheme, url);
	struct head h;

	if (*v == '\0')
		return;
	head_begin(&h, o, name);
	head_token(&h, slice_of(v));
	head_end(&h);
}

void list_head(struct str *o, const struct compose_list *l)
{
	struct arena *a = o->arena;
	struct slice title = head_clean(a, l->title);
	struct head h;

	if (head_id_ok(l->list_id)) {
		head_begin(&h, o, "List-Id");
		if (title.n > 0)
			head_phrase(&h, utf8_clip(title, 200));
		head_token(&h, slice_of(arena_fmt(a, "<%s>", l->list_id)));
		head_end(&h);
	}
	if (l->no_post)
		str_addz(o, "List-Post: NO\r\n");
	else if (!l->digest)
		url_field(o, "List-Post", "mailto:", list_addr(a, l, ""));
	url_field(o, "List-Help", "mailto:", list_addr(a, l, "-help"));
	url_field(o, "List-Subscribe", "mailto:", list_addr(a, l, "-join"));
	url_field(o, "List-Owner", "mailto:", list_addr(a, l, "-owner"));
	url_field(o, "List-Archive", "", l->archive_url);
	if (!l->digest)
		str_addz(o, "Precedence: list\r\n");
	if (head_addr_ok(list_addr(a, l, "")))
		str_fmt(o, "X-Loop: %s\r\n", list_addr(a, l, ""));
}

void unsub_head(struct str *o, const struct compose_copy *c)
{
	bool https = slice_istarts(slice_of(c->unsub_url), "https://");
	char *url = head_url(o->arena, "", https ? c->unsub_url : "");
	char *mail = head_url(o->arena, "mailto:", c->unsub_mailto);
	struct head h;

	if (*url == '\0' && *mail == '\0')
		return;
	head_begin(&h, o, "List-Unsubscribe");
	if (*url)
		head_token(&h, slice_of(*mail ? arena_fmt(o->arena, "%s,", url) : url));
	if (*mail)
		head_token(&h, slice_of(mail));
	head_end(&h);
	if (*url)       /* RFC 8058 section 3.1: only with https */
		str_addz(o, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

/* Fields of a former trip, and those that would act on the reader's behalf. */
bool field_goes(struct slice name)
{
	static const char *const gone[] = {
		"Precedence", "Return-Path", "Disposition-Notification-To", "Return-Receipt-To",
		"Read-Receipt-To", "X-Confirm-Reading-To", "Disposition-Notification-Options",
		"Return-Receipt-Requested", "X-Return-Receipt-To", "X-Receipt-To", "X-Acknowledge-To",
		"X-Confirm-Delivery", "X-PMRQC", "Registered-Mail-Reply-Requested-By",
		"Generate-Delivery-Report", "Delivered-To", "X-Original-To",
		"Original-Recipient", "Bcc", "Resent-Bcc", "Resent-Reply-To",
		"Approved", "Approve", "X-Approved", "X-Approve",
	};

	/* X-Spam...: what our own filter said before a moderator decided */
	if (slice_istarts(name, "List-") || slice_istarts(name, "X-Cabildo-") ||
	    slice_istarts(name, "X-Spam"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		if (slice_ieqz(name, gone[i]))
			return true;
	return false;
}

/* May stand once only (RFC 5322 3.6): a second one shows some readers another author. */
bool field_single(struct slice name)
{
	static const char *const once[] = {
		"From", "Sender", "Reply-To", "Date", "Message-ID", "Subject", "In-Reply-To",
		"References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
	};

	for (size_t i = 0; i < ARRAY_LEN(once); i++)
		if (slice_ieqz(name, once[i]))
			return true;
	return false;
}

static bool is_content(struct slice name)
{
	return slice_istarts(name, "Content-");
}

static void date_head(struct str *o, int64_t date)
{
	char buf[40];

	clock_rfc5322(date, buf);
	str_fmt(o, "Date: %s\r\n", buf);
}

static void subject_tagged(struct job *j, struct str *o, const struct orig_field *f)
{
	struct slice v = f ? orig_value(f) : SLICE("");
	const char *tag;
	enum tag_how how = tag_plan(j, v, &tag);
	struct head h;

	if (how == TAG_LEAVE && f)
		str_adds(o, f->whole);
	if (how == TAG_ANEW)
		head_text(o, "Subject", tag);
	if (how != TAG_BEFORE)
		return;
	head_begin(&h, o, "Subject");
	if (slice_starts(v, "=?") && !utf8_ascii(tag))
		/* the space between two encoded words is not shown: carry it inside */
		head_encoded(&h, slice_of(arena_fmt(j->a, "%s ", tag)));
	else
		head_words(&h, slice_of(tag));
	if (v.n > 0) {
		const char *cr = memchr(v.p, '\r', v.n);

		/* the first line of the value must fit beside the tag */
		str_addz(o, h.col + (cr ? (size_t)(cr - v.p) : v.n) > 76 ? "\r\n " : " ");
		str_adds(o, v);
	}
	head_end(&h);
}

/* Author's fields before the content fields, which go where the body goes. */
static void author_fields(struct job *j, struct str *o, bool content)
{
	const struct orig *orig = &j->orig;

	for (size_t i = 0; i < orig->n; i++) {
		const struct orig_field *f = &orig->field[i];
		struct slice n = f->name;

		if (field_goes(n) || (!content && is_content(n)))
			continue;
		if (field_single(n) && orig_find(orig, slice_dup(j->a, n)) != f)
			continue;
		if (j->munged && (slice_ieqz(n, "From") || slice_ieqz(n, "Sender")))
			continue;
		if (j->new_reply && slice_ieqz(n, "Reply-To"))
			continue;
		if (f == j->cc)
			continue;
		if (j->new_url && slice_ieqz(n, "Archived-At"))
			continue;
		if (slice_ieqz(n, "Subject"))
			subject_tagged(j, o, f);
		else
			str_adds(o, f->whole);
	}
}

static void content_fields(struct job *j, struct str *o, const char *type, const char *cte)
{
	const struct orig *orig = &j->orig;

	for (size_t i = 0; i < orig->n; i++) {
		struct slice n = orig->field[i].name;

		if (!is_content(n) || (type && slice_ieqz(n, "Content-Type")) ||
		    (cte && slice_ieqz(n, "Content-Transfer-Encoding")))
			continue;
		if (field_single(n) && orig_find(orig, slice_dup(j->a, n)) != &orig->field[i])
			continue;
		str_adds(o, orig->field[i].whole);
	}
	if (type)
		str_fmt(o, "Content-Type: %s\r\n", type);
	if (cte)
		str_fmt(o, "Content-Transfer-Encoding: %s\r\n", cte);
}

/* The plan's head up to where the content fields stand. */
static void mail_head(struct job *j, struct str *o, bool content)
{
	const struct compose_post *p = j->post;

	if (j->munged)
		from_head(j, o);
	if (j->new_reply)
		reply_head(j, o);
	cc_head(j, o);
	author_fields(j, o, content);
	if (orig_find(&j->orig, "Subject") == NULL)
		subject_tagged(j, o, NULL);
	if (orig_find(&j->orig, "Date") == NULL)
		date_head(o, p->date);
	if (orig_find(&j->orig, "Message-ID") == NULL)
		head_id(o, "Message-ID", p->msgid);
}

static bool has_pgp(struct slice body)
{
	return slice_find(body, SLICE("-----BEGIN PGP ")) != NULL;
}

/* A QP body that says us-ascii but carries other bytes: its charset is unknown. */
static bool qp_high(struct slice b)
{
	for (size_t i = 0; i + 1 < b.n; i++)
		if (b.p[i] == '=' && strchr("89ABCDEFabcdef", b.p[i + 1]) != NULL && b.p[i + 1])
			return true;
	return false;
}

/* May the footer be written into the part itself? */
static bool can_append(struct job *j, struct slice plain)
{
	const struct orig *o = &j->orig;
	const struct orig_field *disp = orig_find(o, "Content-Disposition");
	bool ascii = slice_ieqz(o->charset, "us-ascii");

	if (!slice_ieqz(o->type, "text/plain") || !enc_charset_known(o->charset))
		return false;
	if (disp && !slice_istarts(orig_value(disp), "inline"))
		return false;
	if (has_pgp(plain))
		return false;
	switch (o->cte) {
	case CTE_7BIT:
		return !o->high;
	case CTE_8BIT:
		return !(ascii && o->high);
	case CTE_QP:
		return !o->high && !(ascii && qp_high(o->body));
	case CTE_BASE64:
		return !(ascii && enc_look(plain).high);
	default:
		return false;
	}
}

/* What must stand between the body and a footer on a line of its own. */
static struct slice joint_for(struct slice body, bool qp)
{
	if (body.n == 0)
		return SLICE("");
	if (qp && (body.p[body.n - 1] == '=' || slice_ends(body, "=\r\n")))
		return slice_ends(body, "\r\n") ? SLICE("\r\n") : SLICE("\r\n\r\n");
	return slice_ends(body, "\r\n") ? SLICE("") : SLICE("\r\n");
}

static const char *plain_type(struct job *j, const char *charset)
{
	return arena_fmt(j->a, "text/plain; charset=%s%s%s", charset,
			 j->orig.flowed ? "; format=flowed" : "", j->orig.delsp ? "; delsp=yes" : "");
}

/* The footer inside the author's own text/plain part. */
static void plan_append(struct job *j, struct plan *p, struct slice plain)
{
	const struct orig *orig = &j->orig;
	bool ascii = slice_ieqz(orig->charset, "us-ascii");
	const char *type = ascii ? plain_type(j, "utf-8") : NULL, *cte = NULL;
	struct str head, body;

	p->charset = ascii ? "utf-8" : slice_dup(j->a, orig->charset);
	p->flowed = orig->flowed;
	p->footer = true;
	p->sep = true;
	p->body = orig->body;
	p->enc = orig->cte == CTE_8BIT ? FOOT_8BIT : FOOT_QP;
	if (orig->cte == CTE_7BIT || (orig->cte == CTE_8BIT && orig->longest > LINE_OCTETS)) {
		str_init(&body, j->a, COMPOSE_CAP);
		enc_qp(&body, orig->body);
		p->body = str_slice(&body);
		p->enc = FOOT_QP;
		cte = "quoted-printable";
		j->c->bad |= body.over;
	} else if (orig->cte == CTE_BASE64) {
		size_t whole = plain.n / 57 * 57;

		str_init(&body, j->a, COMPOSE_CAP);
		codec_base64(&body, slice_make(plain.p, whole));
		p->body = str_slice(&body);
		p->carry = slice_make(plain.p + whole, plain.n - whole);
		p->enc = FOOT_BASE64;
		j->c->bad |= body.over;
	}
	p->joint = p->enc == FOOT_BASE64 ? joint_for(plain, false)
					 : joint_for(p->body, p->enc == FOOT_QP);
	str_init(&head, j->a, HEAD_CAP);
	mail_head(j, &head, false);
	if (orig_find(orig, "MIME-Version") == NULL)
		str_addz(&head, "MIME-Version: 1.0\r\n");
	content_fields(j, &head, type, cte);
	str_add(&head, "\r\n", 2);
	p->head = str_slice(&head);
	j->c->bad |= head.over;
}

/* Text with lines no server need accept: the same text in quoted-printable. */
bool body_too_long(const struct orig *o)
{
	return o->longest > LINE_OCTETS && o->cte != CTE_QP && o->cte != CTE_BASE64 &&
	       slice_istarts(o->type, "text/");
}

static struct slice qp_body(struct job *j)
{
	struct str s;

	str_init(&s, j->a, COMPOSE_CAP);
	enc_qp(&s, j->orig.body);
	j->c->bad |= s.over;
	return str_slice(&s);
}

/* multipart/mixed: the author's body byte for byte, then the footer. */
static void plan_wrap(struct job *j, struct plan *p)
{
	bool qp = body_too_long(&j->orig);
	char *b = boundary_for(j->a, j->post->msgid, j->orig.body);
	struct str head;

	p->footer = true;
	p->charset = "utf-8";
	p->enc = FOOT_QP;
	p->body = qp ? qp_body(j) : j->orig.body;
	p->joint = slice_of(arena_fmt(j->a, "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
				      "Content-Transfer-Encoding: quoted-printable\r\n"
				      "Content-Disposition: inline\r\n\r\n", b));
	p->tail = slice_of(arena_fmt(j->a, "\r\n--%s--\r\n", b));
	str_init(&head, j->a, HEAD_CAP);
	mail_head(j, &head, false);
	if (orig_find(&j->orig, "MIME-Version") == NULL)
		str_addz(&head, "MIME-Version: 1.0\r\n");
	str_fmt(&head, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n", b);
	if (j->orig.high && !qp)
		str_addz(&head, "Content-Transfer-Encoding: 8bit\r\n");
	str_fmt(&head, "\r\n--%s\r\n", b);
	content_fields(j, &head, NULL, qp ? "quoted-printable" : NULL);
	str_add(&head, "\r\n", 2);
	p->head = str_slice(&head);
	j->c->bad |= head.over;
}

/* No footer: the body as it is, but for lines that cannot travel. */
static void plan_bare(struct job *j, struct plan *p)
{
	bool qp = body_too_long(&j->orig);
	struct str head;

	p->body = qp ? qp_body(j) : j->orig.body;
	str_init(&head, j->a, HEAD_CAP);
	mail_head(j, &head, !qp);
	if (qp) {
		if (orig_find(&j->orig, "MIME-Version") == NULL)
			str_addz(&head, "MIME-Version: 1.0\r\n");
		content_fields(j, &head, NULL, "quoted-printable");
	}
	str_add(&head, "\r\n", 2);
	p->head = str_slice(&head);
	j->c->bad |= head.over;
	j->c->untouched = !qp && !j->munged && *j->list->tag == '\0';
}

static void compose_by_link(struct job *j);

static enum rc compose_mail(struct job *j)
{
	struct composed *c = j->c;
	enum rc rc = orig_read(&j->orig, j->a, j->post->raw);

	if (rc != RC_OK)
		return rc;
	j->munged = j->post->from == COMPOSE_FROM_LIST || from_unfit(j->a, &j->orig);
	author_plan(j);
	if (j->post->by_link) {
		compose_by_link(j);
		return RC_OK;
	}
	if (!j->list->footer) {
		plan_bare(j, &c->plan);
		return RC_OK;
	}
	struct slice plain = j->orig.body;

	if (j->orig.cte == CTE_BASE64) {
		struct str s;

		str_init(&s, j->a, COMPOSE_CAP);
		str_adds(&s, codec_decode(s.arena, "base64", plain));
		plain = str_slice(&s);
	}
	if (!can_append(j, plain)) {
		plan_wrap(j, &c->plan);
		return RC_OK;
	}
	plan_append(j, &c->plan, plain);
	if (!slice_ieqz(slice_of(c->plan.charset), "utf-8")) {
		plan_wrap(j, &c->wrapped);      /* for a footer that this charset cannot hold */
		c->has_wrapped = true;
	}
	return RC_OK;
}

static void web_head(struct job *j, struct str *o)
{
	const struct compose_post *p = j->post;
	const char *subject = p->subject, *tag;
	struct head h;

	from_head(j, o);
	j->munged = true;
	author_plan(j);
	reply_head(j, o);
	head_begin(&h, o, "To");
	if (!head_mailbox(&h, slice_dup(j->a, utf8_clip(head_clean(j->a, j->list->title), 200)),
			  list_addr(j->a, j->list, ""), ""))
		j->c->bad = true;
	head_end(&h);
	cc_head(j, o);
	switch (tag_plan(j, slice_of(subject), &tag)) {
	case TAG_BEFORE:
		subject = arena_fmt(j->a, "%s %s", tag, subject);
		break;
	case TAG_ANEW:
		subject = tag;
		break;
	case TAG_LEAVE:
		break;
	}
	head_text(o, "Subject", subject);
	date_head(o, p->date);
	head_id(o, "Message-ID", p->msgid);
	if (p->nrefs > 0)
		head_id(o, "In-Reply-To", p->refs[p->nrefs - 1]);
	head_ids(o, "References", p->refs, p->nrefs);
	str_addz(o, "MIME-Version: 1.0\r\n");
	lang_head(o, j->list->lang);
}

/* A body of our own making: text, the web post's files after it, an open footer. */
static void plan_text(struct job *j, struct plan *p, struct str *head)
{
	struct text_part t = text_part_make(j->a, j->post->text, j->list->footer);
	size_t nfiles = j->post->by_link ? 0 : j->post->nattachments;
	char *b = NULL;
	struct str tail;

	if (nfiles > 0) {
		/* "=_" cannot occur in quoted-printable or base64: no search is needed */
		b = boundary_for(j->a, j->post->msgid, t.body);
		str_fmt(head, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", b, b);
	}
	str_adds(head, t.head);
	str_add(head, "\r\n", 2);
	p->head = str_slice(head);
	p->body = t.body;
	p->carry = t.carry;
	p->enc = t.enc;
	p->charset = "utf-8";
	p->flowed = true;
	p->footer = j->list->footer;
	p->sep = p->footer;
	p->bare = j->post->by_link;
	if (b) {
		str_init(&tail, j->a, COMPOSE_CAP);
		for (size_t i = 0; i < nfiles; i++)
			part_attach(&tail, b, &j->post->attachments[i]);
		str_fmt(&tail, "\r\n--%s--\r\n", b);
		p->tail = str_slice(&tail);
		j->c->bad |= tail.over;
	}
	j->c->bad |= head->over || t.over;
}

static void compose_web(struct job *j)
{
	struct str head;

	str_init(&head, j->a, HEAD_CAP);
	web_head(j, &head);
	plan_text(j, &j->c->plan, &head);
}

/* The author's fields, and the text alone. */
static void compose_by_link(struct job *j)
{
	struct str head;

	str_init(&head, j->a, HEAD_CAP);
	mail_head(j, &head, false);
	if (orig_find(&j->orig, "MIME-Version") == NULL)
		str_addz(&head, "MIME-Version: 1.0\r\n");
	plan_text(j, &j->c->plan, &head);
}

bool compose_whole(struct arena *a, struct slice raw)
{
	static const char *const types[] = { "multipart/signed", "multipart/encrypted",
					     "application/pkcs7-mime", "application/x-pkcs7-mime" };
	struct orig o;

	if (orig_read(&o, a, raw) != RC_OK || has_pgp(o.body))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (slice_ieqz(o.type, types[i]))
			return true;
	return false;
}

static void tmp_free(void *p)
{
	struct composed *c = p;

	arena_free(&c->tmp);
}

enum rc compose_post(struct composed **c_r, struct arena *a, const struct compose_list *list,
		     const struct compose_post *post)
{
	struct job j = { .a = a, .list = list, .post = post };
	struct composed *c = ARENA_NEW(a, struct composed);
	struct str top;
	enum rc rc = RC_OK;

	*c_r = NULL;
	if (!head_addr_ok(list_addr(a, list, "")))
		return RC_INVALID;
	j.c = c;
	j.new_url = *head_url(a, "", post->url) != '\0';
	str_init(&top, a, HEAD_CAP);
	list_head(&top, list);
	if (j.new_url)
		url_field(&top, "Archived-At", "", post->url);
	c->top = str_slice(&top);
	if (post->raw.n > 0)
		rc = compose_mail(&j);
	else
		compose_web(&j);
	if (rc != RC_OK)
		return rc;
	if (c->bad)
		return RC_LIMIT;
	c->tmp = arena_new((size_t)4 << 20);
	arena_defer(a, tmp_free, c);
	c->footer_src = arena_alloc(a, FOOTER_KEEP);
	c->footer_enc = arena_alloc(a, 4 * FOOTER_KEEP);
	*c_r = c;
	return RC_OK;
}

bool composed_untouched(const struct composed *c)
{
	return c->untouched;
}
