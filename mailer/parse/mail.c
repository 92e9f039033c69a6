/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_parse: the order of work, and what the top-level headers say. The
 * raw bytes stay as they are; where a message ends its lines in bare CR, or
 * has NUL in its header, a copy of the same length is parsed instead, so that
 * every offset still holds.
 */
#include "mailer/parse/part.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define REFS_MAX 1000
#define REFS_BYTES 65536

static void mail_ids(struct mail *m, struct arena *a)
{
	const struct mail_header *id = mail_header(m, "Message-ID");
	const struct mail_header *irt = mail_header(m, "In-Reply-To");
	const struct mail_header *refs = mail_header(m, "References");
	const char **found = ARENA_ARRAY(a, REFS_MAX + 1, const char *), *one[1];
	size_t n = 0;

	m->msgid = m->in_reply_to = "";
	if (id && msgid_scan(a, id->raw, one, 1) == 1)
		m->msgid = one[0];
	else if (id && *id->value && !strpbrk(id->value, " <>") && strlen(id->value) <= 900)
		m->msgid = id->value;
	if (refs) {
		struct slice v = refs->raw;

		/* Threading needs the end of an overlong chain, not its beginning. */
		if (v.n > REFS_BYTES)
			v = slice_make(v.p + v.n - REFS_BYTES, REFS_BYTES);
		n = msgid_scan(a, v, found, REFS_MAX);
	}
	if (irt) {
		const char *ids[16];
		size_t k = msgid_scan(a, irt->raw, ids, ARRAY_LEN(ids));

		/* RFC 822 had phrases here: `Message from "X" <address> of ... <id>` */
		if (k > 0) {
			m->in_reply_to = slice_starts(slice_trim(irt->raw), "<") ? ids[0] : ids[k - 1];
			found[n++] = m->in_reply_to;
		}
	}
	m->refs = ARENA_ARRAY(a, n, const char *);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < m->nrefs && strcmp(m->refs[k], found[i]) != 0)
			k++;
		if (k == m->nrefs)
			m->refs[m->nrefs++] = found[i];
	}
}

static size_t mail_addrs(const struct mail *m, struct arena *a, const char *name,
			 struct mail_addr **out_r)
{
	const struct mail_header *h = mail_header(m, name);

	*out_r = NULL;
	return h ? addr_list(a, h->raw, header_charset(a, m->headers, m->nheaders), out_r) : 0;
}

/* Several From headers count together: whoever judges them must see that. */
static void mail_people(struct mail *m, struct arena *a)
{
	const char *charset = header_charset(a, m->headers, m->nheaders);
	struct mail_addr *v;
	size_t n;

	m->from = (struct mail_addr){ "", "" };
	for (size_t i = 0; i < m->nheaders; i++) {
		if (!slice_ieqz(slice_of(m->headers[i].name), "From"))
			continue;
		n = addr_list(a, m->headers[i].raw, charset, &v);
		/* The first that can be written to, else the first name. */
		for (size_t k = 0; k < n; k++)
			if (!*m->from.addr && (*v[k].addr || (m->nfrom == 0 && k == 0)))
				m->from = v[k];
		m->nfrom += n;
	}
	if (m->nfrom == 0 && mail_addrs(m, a, "Sender", &v) > 0)
		m->from = v[0];
	m->nto = mail_addrs(m, a, "To", &m->to);
	m->ncc = mail_addrs(m, a, "Cc", &m->cc);
}

static void mail_when(struct mail *m)
{
	const struct mail_header *h = mail_header(m, "Date");
	int64_t t, early = 365 * 24 * 3600 * USEC;

	if (!h)
		h = mail_header(m, "Resent-Date");

	if (!h || h->raw.n == 0 || !*h->value)
		return;
	if (mail_date(h->raw, &t) && t >= early && t <= clock_now() + 24 * 3600 * USEC)
		m->date = t;
	else
		m->date_impossible = true;
}

static const char *value_of(const struct mail *m, const char *name)
{
	const struct mail_header *h = mail_header(m, name);

	return h ? h->value : "";
}

/* The bytes that get parsed: raw, or a copy of the same length. */
static struct slice mail_readable(struct arena *a, struct slice raw)
{
	bool cr_only = !memchr(raw.p, '\n', raw.n) && memchr(raw.p, '\r', raw.n);
	size_t head = raw.n;
	const char *gap = slice_find(raw, SLICE("\n\n")), *gap2 = slice_find(raw, SLICE("\n\r\n"));
	char *p;

	if (gap)
		head = (size_t)(gap - raw.p);
	if (gap2 && (size_t)(gap2 - raw.p) < head)
		head = (size_t)(gap2 - raw.p);
	if (!cr_only && !memchr(raw.p, '\0', head))
		return raw;
	p = arena_memdup(a, raw.p, raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		if (cr_only && p[i] == '\r')
			p[i] = '\n';
		else if (p[i] == '\0' && i < head)
			p[i] = ' ';
	}
	return slice_make(p, raw.n);
}

enum rc mail_parse(struct mail *m_r, struct arena *a, struct slice raw,
		   const struct mail_limits *lim, const char **why_r)
{
	const struct mail_limits *l = lim ? lim : &mail_limits_default;
	struct part *root;
	struct slice bytes;
	size_t start, body;
	enum rc rc;

	*m_r = (struct mail){ .raw = raw, .text = "", .subject = "", .lang = "", .msgid = "",
			      .in_reply_to = "", .from = { "", "" }, .auto_sign = "",
			      .outlook_class = "" };
	*why_r = NULL;
	if (raw.n > l->size) {
		*why_r = N_("the message is too large");
		return RC_LIMIT;
	}
	bytes = mail_readable(a, raw);
	rc = guard_check(bytes, l, why_r);
	if (rc != RC_OK)
		return rc;
	body = header_split(a, bytes, &m_r->headers, &m_r->nheaders, &start);
	if (m_r->nheaders == 0) {
		*why_r = N_("there is no header");
		return RC_INVALID;
	}
	mail_ids(m_r, a);
	mail_people(m_r, a);
	mail_when(m_r);
	m_r->subject = value_of(m_r, "Subject");
	m_r->lang = value_of(m_r, "Content-Language");
	rc = part_tree(&root, a, bytes, start, body, l, why_r);
	if (rc != RC_OK)
		return rc;
	m_r->raw = bytes;
	body_build(m_r, a, root, l);
	m_r->raw = raw;
	m_r->automatic = mail_automatic(m_r, a, &m_r->auto_sign);
	m_r->answers_digest = digest_answered(a, m_r->subject,
					      slice_make(m_r->text, m_r->text_len));
	return RC_OK;
}
