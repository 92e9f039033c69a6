/* SPDX-License-Identifier: Apache-2.0 */
/* Mail from us to one person: notices, confirmations, digests; see compose.h. */
#include "mailer/compose/encode.h"
#include "mailer/compose/head.h"
#include "mailer/compose/parts.h"
#include "mailer/compose/whole.h"

#include "server/base/base.h"

#define LINE_OCTETS 998 /* RFC 5322 2.1.1 */

static void alternative(struct str *o, const struct compose_notice *n, struct text_part *t)
{
	char *b = boundary_for(o->arena, n->msgid, t->body);
	size_t len;
	char *html = utf8_clean(o->arena, n->html, &len);

	str_fmt(o, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n--%s\r\n", b, b);
	str_adds(o, t->head);
	str_add(o, "\r\n", 2);
	str_adds(o, t->body);
	str_fmt(o, "\r\n--%s\r\nContent-Type: text/html; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b);
	enc_qp(o, slice_make(html, len));
	str_fmt(o, "\r\n--%s--\r\n", b);
}

/*
 * The text, then what came, as RFC 2046 5.2.1 carries a message: unencoded, so
 * only where its lines fit; else as a file of bytes. Nothing of it is changed
 * but line ends.
 */
static void returned(struct str *o, const struct compose_notice *n, struct text_part *t)
{
	struct enc_facts f = enc_look(n->original);
	bool plain = f.longest <= LINE_OCTETS &&
		     memchr(n->original.p, '\0', n->original.n) == NULL;
	char *b = boundary_for(o->arena, n->msgid, n->original);

	str_fmt(o, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", b, b);
	str_adds(o, t->head);
	str_add(o, "\r\n", 2);
	str_adds(o, t->body);
	str_fmt(o, "\r\n--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n"
		"Content-Disposition: attachment; filename=\"original.eml\"\r\n\r\n", b,
		plain ? "message/rfc822" : "application/octet-stream",
		!plain ? "base64" : f.high ? "8bit" : "7bit");
	if (plain)
		enc_crlf(o, n->original);
	else
		codec_base64(o, n->original);
	str_fmt(o, "\r\n--%s--\r\n", b);
}

/* RFC 5322 3.6.4: the References of what is answered, then its id. */
static void references(struct str *o, const struct compose_notice *n)
{
	const char **ids = ARENA_ARRAY(o->arena, n->nrefs + 1, const char *);

	for (size_t i = 0; i < n->nrefs; i++)
		ids[i] = n->refs[i];
	ids[n->nrefs] = n->in_reply_to;
	head_ids(o, "References", ids, n->nrefs + 1);
}

enum rc compose_notice(const struct compose_notice *n, struct str *o)
{
	struct text_part t = n->list && n->list->digest ? text_part_fixed(o->arena, n->text)
							: text_part_make(o->arena, n->text, false);
	bool reply = head_id_ok(n->in_reply_to);
	char date[40];
	struct head h;

	if (!head_addr_ok(n->from_addr) || !head_addr_ok(n->to_addr) || !head_id_ok(n->msgid))
		return RC_INVALID;
	if (n->list)
		list_head(o, n->list);
	if (n->list && n->copy)
		unsub_head(o, n->copy);
	head_begin(&h, o, "From");
	head_mailbox(&h, n->from_name, n->from_addr, "");
	head_end(&h);
	head_begin(&h, o, "To");
	head_mailbox(&h, n->to_name, n->to_addr, "");
	head_end(&h);
	if (head_addr_ok(n->reply_to)) {
		head_begin(&h, o, "Reply-To");
		head_mailbox(&h, "", n->reply_to, "");
		head_end(&h);
	}
	head_text(o, "Subject", n->subject);
	clock_rfc5322(n->date, date);
	str_fmt(o, "Date: %s\r\n", date);
	head_id(o, "Message-ID", n->msgid);
	head_id(o, "In-Reply-To", n->in_reply_to);
	references(o, n);
	/* RFC 3834 5.1; the second is what Exchange heeds */
	if (!n->person)
		str_fmt(o, "Auto-Submitted: auto-%s\r\nX-Auto-Response-Suppress: All\r\n",
			reply ? "replied" : "generated");
	if (n->loop != NULL && head_addr_ok(n->loop))
		str_fmt(o, "X-Loop: %s\r\n", n->loop);
	str_addz(o, "MIME-Version: 1.0\r\n");
	lang_head(o, n->lang);
	if (n->whole != NULL) {
		whole_mime(o, n->msgid, &t, n->whole, n->nwhole);
	} else if (n->original.n > 0) {
		returned(o, n, &t);
	} else if (n->html.n > 0) {
		alternative(o, n, &t);
	} else {
		str_adds(o, t.head);
		str_add(o, "\r\n", 2);
		str_adds(o, t.body);
	}
	return o->over || t.over ? RC_LIMIT : RC_OK;
}
