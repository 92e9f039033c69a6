/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_parse: what kind of message it is, then who and why. A message is a
 * report where machines say so (a delivery-status or feedback part) or where
 * two signs agree: who sent it, the null path, its subject, its first words.
 * People who write about bounces have none of these but the words.
 */
#include "mailer/parse/part.h"
#include "mailer/parse/report_part.h"
#include "server/base/base.h"

struct reading {
	struct arena *a;
	const struct mail *m;
	struct report *r;
	struct str text;        /* of all readable parts, up to the returned message */
	struct slice notice;    /* of it, what comes before the returned message */
	struct slice returned;  /* header of the returned message */
	struct rcpts rcpts;
	struct own own;
	struct phrases words;   /* of subject and notice */
	struct phrases subject;
	bool dsn, arf, mdn;     /* such a part is there */
	const char *domain;     /* of whoever reports */
	const char *arf_rcpt;
};

static bool is_type(const struct mail_part *p, const char *type)
{
	return strcmp(p->type, type) == 0;
}

static struct slice part_text(struct reading *d, const struct mail_part *p)
{
	size_t cap = REPORT_TEXT_MAX, n;
	struct slice in = slice_make(d->m->raw.p + p->offset, p->length), u;
	char *c;

	/* base64 and quoted-printable of the text that is looked at, no more */
	if (in.n > cap * 3)
		in.n = cap * 3;
	u = charset_utf8(d->a, transfer_text(d->a, in, p->encoding, cap), p->charset, cap);
	c = utf8_clean(d->a, u, &n);
	if (is_type(p, "text/html"))
		c = html_to_text(d->a, slice_make(c, n), cap, &n);
	return slice_make(c, n);
}

static const char *field_of(struct arena *a, struct slice head, const char *name)
{
	struct slice line, key;

	while (any_line(&head, &line)) {
		struct slice v = line;

		if (slice_cut(&v, ':', &key) && slice_ieqz(slice_trim(key), name)) {
			/* one folded line is enough for what is asked here */
			if (head.n > 0 && (head.p[0] == ' ' || head.p[0] == '\t') && any_line(&head, &line))
				v = slice_make(v.p, (size_t)(line.p + line.n - v.p));
			return line_clean(a, utf8_clip(slice_trim(v), 1000));
		}
	}
	return "";
}

static const char *first_addr(struct arena *a, const char *value)
{
	struct slice addr;
	size_t at = 0;

	return addr_next(slice_of(value), &at, &addr) ? slice_dup(a, addr) : "";
}

static void read_feedback(struct reading *d, struct slice s)
{
	static const char *const who[] = { "Original-Rcpt-To", "Original-Recipient",
					   "Removal-Recipient", "X-HmXmrOriginalRecipient" };

	d->arf = true;
	d->r->mail_from = first_addr(d->a, field_of(d->a, s, "Original-Mail-From"));
	d->r->feedback = slice_lower(d->a, slice_of(field_of(d->a, s, "Feedback-Type")));
	for (size_t i = 0; i < ARRAY_LEN(who) && *d->arf_rcpt == '\0'; i++)
		d->arf_rcpt = first_addr(d->a, field_of(d->a, s, who[i]));
}

static void read_part(struct reading *d, const struct mail_part *p)
{
	struct slice s;

	if (is_type(p, "message/rfc822") || is_type(p, "text/rfc822-headers") ||
	    is_type(p, "message/global") || is_type(p, "message/global-headers") ||
	    is_type(p, "message/rfc822-headers")) {
		if (d->returned.n == 0)
			d->returned = part_text(d, p);
	} else if (is_type(p, "message/delivery-status") ||
		   is_type(p, "message/global-delivery-status")) {
		d->dsn = true;
		dsn_fields(&d->rcpts, d->r, d->a, part_text(d, p));
	} else if (is_type(p, "message/feedback-report")) {
		read_feedback(d, part_text(d, p));
	} else if (is_type(p, "message/disposition-notification") ||
		   is_type(p, "message/global-disposition-notification")) {
		d->mdn = true;
	} else if (strncmp(p->type, "text/", 5) == 0 && d->returned.n == 0 &&
		   d->text.n < REPORT_TEXT_MAX) {
		s = part_text(d, p);
		/* the other form of the same words */
		if (is_type(p, "text/html") && slice_trim(str_slice(&d->text)).n > 0)
			return;
		str_adds(&d->text, utf8_clip(s, REPORT_TEXT_MAX - d->text.n));
		str_addc(&d->text, '\n');
	}
}

/* The body as it stands, where no part of it could be found. */
static void read_raw(struct reading *d)
{
	struct slice raw = d->m->raw, line;
	size_t n;
	char *c;

	while (any_line(&raw, &line) && slice_trim(line).n > 0)
		continue;
	if (raw.n > REPORT_TEXT_MAX)
		raw.n = REPORT_TEXT_MAX;
	c = utf8_clean(d->a, charset_utf8(d->a, raw, "", REPORT_TEXT_MAX), &n);
	str_adds(&d->text, slice_make(c, n));
}

/* The end of the notice by a line that says what follows. */
static size_t marker_line(struct arena *a, struct slice text)
{
	struct slice rest = text, line;
	struct phrases p;

	while (any_line(&rest, &line)) {
		struct slice t = slice_trim(line);

		if (t.n < 8 || t.n > 100)
			continue;
		phrases_find(&p, phrase_plain(a, t));
		if (phrases_has(&p, PHRASE_RETURNED) && !phrases_has(&p, PHRASE_FOLLOW) && (memchr("-=*_#+", t.p[0], 6) ||
		    memchr(":.-=*_", t.p[t.n - 1], 6)))
			return (size_t)(line.p - text.p);
	}
	return text.n;
}

static void read_text(struct reading *d)
{
	struct slice text = str_slice(&d->text);
	size_t head = text_returned(text), marker = marker_line(d->a, text);
	struct str all;

	if (d->returned.n == 0 && head < text.n)
		d->returned = slice_make(text.p + head, text.n - head);
	d->notice = slice_make(text.p, head < marker ? head : marker);
	str_init(&all, d->a, REPORT_TEXT_MAX + 2000);
	str_adds(&all, utf8_clip(slice_of(d->m->subject), 1000));
	str_addc(&all, '\n');
	str_adds(&all, d->notice);
	phrases_find(&d->words, phrase_plain(d->a, str_slice(&all)));
	phrases_find(&d->subject, phrase_plain(d->a, slice_of(d->m->subject)));
}

static void own_add(struct reading *d, struct slice v)
{
	struct slice addr;
	size_t at = 0;

	while (d->own.n < 64 && addr_next(v, &at, &addr))
		d->own.v[d->own.n++] = slice_dup(d->a, addr);
}

static void read_own(struct reading *d)
{
	static const char *const names[] = { "From", "To", "Sender", "Reply-To", "Return-Path",
					     "Delivered-To", "X-Original-To", "Envelope-To",
					     "Errors-To" };
	const char *at;

	d->own.v = ARENA_ARRAY(d->a, 64, const char *);
	for (size_t i = 0; i < d->m->nheaders; i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (strcasecmp(d->m->headers[i].name, names[k]) == 0)
				own_add(d, slice_make(d->m->headers[i].raw.p,
						      d->m->headers[i].raw.n < 4000 ?
						      d->m->headers[i].raw.n : 4000));
	at = strrchr(d->m->from.addr, '@');
	d->domain = at ? slice_lower(d->a, slice_of(at + 1)) : "";
}

/* Whoever only machines send as. */
static bool daemon_sends(const struct mail *m)
{
	static const char *const local[] = {
		"mailer-daemon@", "mailerdaemon@", "maildaemon@", "mail-daemon@", "postmaster@",
		"mdaemon@", "mailer_daemon@", "mail-delivery", "maildelivery", "mailerror",
		"antispam", "antivirus", "spam", "symantec_", "microsoftexchange", "bounce", "mmdf@",
		"system.administrator@", "exchange@", "smtp@", "daemon@", "mailadmin@", "mail-admin@",
		"mailgate", "mailsystem@", "post_master@",
	};
	static const char *const name[] = {
		"mail delivery", "mailer-daemon", "mailer daemon", "postmaster", "system administrator",
		"mail administrator", "mail system", "delivery subsystem", "internet mail delivery",
		"microsoft outlook", "microsoft exchange", "administrador del sistema",
		"administrador de correo", "mail router",
	};

	const struct mail_header *h = mail_header(m, "From");
	struct slice addr = slice_of(m->from.addr);

	for (size_t i = 0; i < ARRAY_LEN(local); i++)
		if (slice_istarts(addr, local[i]))
			return true;
	for (size_t i = 0; h && i < ARRAY_LEN(name); i++)
		if (slice_ifind(slice_of(h->value), slice_of(name[i])))
			return true;
	return h == NULL || *h->value == '\0' || slice_eqz(slice_trim(slice_of(h->value)), "<>");
}

static bool null_path(const struct mail *m)
{
	const struct mail_header *h = mail_header(m, "Return-Path");
	struct slice v = h ? slice_trim(slice_of(h->value)) : SLICE("?");

	return slice_eqz(v, "<>") || slice_istarts(v, "<mailer-daemon") || slice_istarts(v, "mailer-daemon");
}

static bool is_reply_subject(const struct mail *m, struct arena *a)
{
	bool reply;

	subject_base(a, m->subject, &reply);
	return reply;
}

/* How many signs say that machines report a failure here. */
static unsigned signs(struct reading *d)
{
	const struct mail *m = d->m;
	bool failed = phrases_has(&d->subject, PHRASE_FAILED) || phrases_has(&d->subject, PHRASE_DELAYED);
	unsigned n = 0;

	if (mail_header(m, "X-Failed-Recipients") || mail_header(m, "X-MS-Embedded-Report"))
		return 3;
	n += daemon_sends(m);
	n += null_path(m);
	n += failed && !is_reply_subject(m, d->a);
	n += m->is_report;
	n += m->automatic == MAIL_AUTO_GENERATED && n == 0;
	n += phrases_has(&d->words, PHRASE_FAILED) && d->words.at[PHRASE_FAILED] < 600;
	/* no word of a failure, but of a mailbox, by a machine */
	n += daemon_sends(m) && (phrases_has(&d->words, REASON_UNKNOWN) ||
				 phrases_has(&d->words, REASON_FULL) ||
				 phrases_has(&d->words, REASON_HOST));
	return n;
}

static void failed_header(struct reading *d)
{
	const struct mail_header *h = mail_header(d->m, "X-Failed-Recipients");
	struct slice addr;
	size_t at = 0;

	while (h && addr_next(slice_of(h->value), &at, &addr))
		rcpt_add(&d->rcpts, d->a, slice_dup(d->a, addr));
}

/* Only words are known of who failed: them, else whom the returned mail was for. */
static void find_rcpts(struct reading *d)
{
	struct slice addr, v;
	size_t at = 0;

	if (d->rcpts.n == 0)
		dsn_fields(&d->rcpts, d->r, d->a, str_slice(&d->text));
	if (d->rcpts.n > 0)
		return;
	failed_header(d);
	if (d->rcpts.n > 0) {
		struct rcpts told = { 0 };

		/* their names are known; the words of each stand in the text */
		text_rcpts(&told, d->a, d->notice, &d->own, "");
		for (size_t i = 0; i < d->rcpts.n; i++)
			for (size_t k = 0; k < told.n; k++)
				if (strcasecmp(told.v[k].addr, d->rcpts.v[i].addr) == 0)
					d->rcpts.v[i].text = told.v[k].text;
		return;
	}
	text_rcpts(&d->rcpts, d->a, d->notice, &d->own, d->domain);
	if (d->rcpts.n == 0)
		text_rcpts(&d->rcpts, d->a, slice_of(d->m->subject), &d->own, "");
	v = slice_of(field_of(d->a, d->returned, "To"));
	if (d->rcpts.n == 0 && addr_next(v, &at, &addr)) {
		const char *one = slice_dup(d->a, addr);

		if (!addr_next(v, &at, &addr))
			rcpt_add(&d->rcpts, d->a, one);
	}
}

static void read_returned(struct reading *d)
{
	const char *ids[1];
	struct slice head = d->returned;
	const char *id;

	if (head.n > 32768)
		head.n = 32768;
	id = field_of(d->a, head, "Message-ID");
	if (msgid_scan(d->a, slice_of(id), ids, 1) == 1)
		d->r->msgid = ids[0];
	d->r->subject = field_of(d->a, head, "Subject");
	if (*d->r->mail_from == '\0')
		d->r->mail_from = first_addr(d->a, field_of(d->a, head, "Return-Path"));
}

static void make_bounce(struct reading *d)
{
	d->r->kind = REPORT_BOUNCE;
	find_rcpts(d);
	if (d->rcpts.n == 0)
		rcpt_add(&d->rcpts, d->a, "");
	for (size_t i = 0; i < d->rcpts.n; i++) {
		struct report_rcpt *x = &d->rcpts.v[i];

		if (x->reason == REASON_DELIVERED)
			continue; /* by its Action */
		if (*x->text == '\0' && d->rcpts.n == 1)
			x->text = line_clean(d->a, utf8_clip(slice_trim(d->notice), 500));
		/* one recipient: what stands further down is about it as well */
		if (d->rcpts.n == 1 && x->status[0] == '\0' && !failure_find(slice_of(x->text), x->status))
			failure_find(d->notice, x->status);
		rcpt_judge(d->a, x, &d->words);
	}
	d->r->rcpts = d->rcpts.v;
	d->r->nrcpts = d->rcpts.n;
}

/* The address of the first mailto: link. */
static const char *mailto(struct arena *a, const char *value)
{
	const char *at = slice_ifind(slice_of(value), SLICE("mailto:"));

	if (at == NULL)
		return "";
	at += strlen("mailto:");
	return slice_dup(a, slice_make(at, strcspn(at, ">?, \t")));
}

static void make_complaint(struct reading *d)
{
	static const char *const who[] = { "X-HmXmrOriginalRecipient", "To" };

	d->r->kind = REPORT_COMPLAINT;
	for (size_t i = 0; i < ARRAY_LEN(who) && *d->arf_rcpt == '\0'; i++)
		d->arf_rcpt = first_addr(d->a, field_of(d->a, d->returned, who[i]));
	if (d->rcpts.n == 0 && *d->arf_rcpt != '\0')
		rcpt_add(&d->rcpts, d->a, d->arf_rcpt);
	d->r->rcpts = d->rcpts.v;
	d->r->nrcpts = d->rcpts.n;
	/* providers leave the envelope out; what they return says whose copy it was */
	if (*d->r->mail_from == '\0')
		d->r->mail_from = first_addr(d->a, field_of(d->a, d->returned, "Return-Path"));
	d->r->leave = mailto(d->a, field_of(d->a, d->returned, "List-Unsubscribe"));
	if (*d->r->feedback == '\0')
		d->r->feedback = "abuse";
}

static bool asks_to_leave(const struct mail *m)
{
	static const char *const subjects[] = { "unsubscribe", "baja", "remove", "desuscribir" };
	struct slice s = slice_trim(slice_of(m->subject));

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		if (slice_ieqz(s, subjects[i]))
			return true;
	return slice_istarts(s, "unsubscribe:") || slice_istarts(s, "unsubscribe ");
}

void report_parse(struct report *r, struct arena *a, const struct mail *m)
{
	struct reading *d = ARENA_NEW(a, struct reading);
	bool dead; /* a machine-readable recipient */

	*r = (struct report){ .msgid = "", .envid = "", .feedback = "", .subject = "", .leave = "",
			       .mail_from = "" };
	*d = (struct reading){ .a = a, .m = m, .r = r, .arf_rcpt = "" };
	str_init(&d->text, a, REPORT_TEXT_MAX + 1024);
	read_own(d);
	for (size_t i = 0; i < m->nparts; i++)
		read_part(d, &m->parts[i]);
	/* parts that came apart: the words as they stand */
	if (slice_trim(str_slice(&d->text)).n == 0 && d->returned.n == 0 && !d->dsn)
		read_raw(d);
	read_text(d);
	read_returned(d);
	/* a report that somebody's filter wrapped into a message of its own */
	if (!d->dsn && slice_ifind(slice_make(d->returned.p, d->returned.n < 8192 ? d->returned.n : 8192),
				   SLICE("delivery-status"))) {
		dsn_fields(&d->rcpts, r, a, d->returned);
		d->dsn = d->rcpts.n > 0;
	}
	if (json_fields(&d->rcpts, r, a, d->notice)) {
		if (r->kind == REPORT_COMPLAINT)
			make_complaint(d);
		else
			make_bounce(d);
		return;
	}
	dead = d->dsn && d->rcpts.n > 0;
	if (d->arf || (phrases_has(&d->words, PHRASE_ABUSE) && d->returned.n > 0 && !dead))
		make_complaint(d);
	else if (d->mdn)
		r->kind = REPORT_AUTOREPLY;
	else if (phrases_has(&d->words, PHRASE_CHALLENGE) &&
		 (m->is_report || m->automatic != MAIL_HUMAN || null_path(m)))
		r->kind = REPORT_CHALLENGE;
	else if (dead && (m->is_report || signs(d) > 0))
		make_bounce(d);
	else if ((phrases_has(&d->subject, PHRASE_AWAY) || m->automatic == MAIL_AUTO_REPLIED) &&
		 !m->is_report && signs(d) < 3)
		r->kind = REPORT_AUTOREPLY;
	else if (signs(d) >= 2)
		make_bounce(d);
	else if (m->automatic == MAIL_AUTO_REPLIED || phrases_has(&d->subject, PHRASE_AWAY))
		r->kind = REPORT_AUTOREPLY;
	else if (asks_to_leave(m))
		r->kind = REPORT_UNSUBSCRIBE;
}
