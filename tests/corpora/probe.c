/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpora-probe FILE...: what the parser makes of each file, as facts for the
 * readers of the corpora: `path TAB fact TAB value`, backslash, tab, CR and LF
 * escaped; a fact that is a list has a line for each value, in order. The
 * attachments are decoded from their place in the raw bytes, as the web does.
 */
#include <glib.h>
#include <stdio.h>

#include "mailer/parse/mail.h"
#include "mailer/parse/report.h"
#include "server/base/codec.h"
#include "server/base/rnd.h"
#include "server/base/base.h"

static const char *path;

static void put_escaped(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '\\': fputs("\\\\", stdout); break;
		case '\t': fputs("\\t", stdout); break;
		case '\r': fputs("\\r", stdout); break;
		case '\n': fputs("\\n", stdout); break;
		default: putchar(s.p[i]);
		}
}

static void fact(const char *name, struct slice value)
{
	printf("%s\t%s\t", path, name);
	put_escaped(value);
	putchar('\n');
}

static void fact_z(const char *name, const char *value)
{
	fact(name, slice_of(value ? value : ""));
}

static void fact_n(const char *name, long long n)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%lld", n);
	fact_z(name, buf);
}

static bool slurp(struct arena *a, struct slice *out_r)
{
	FILE *f = fopen(path, "rb");
	struct str s;
	char buf[65536];
	size_t n;

	if (!f)
		return false;
	str_init(&s, a, (size_t)200 << 20);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_add(&s, buf, n);
	fclose(f);
	*out_r = str_slice(&s);
	return true;
}

static void people(const char *names, const char *addrs, const struct mail_addr *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fact_z(names, p[i].name);
		fact_z(addrs, p[i].addr);
	}
}

/* A text as its source measured it, before the way by mail made CR LF of its lines. */
static void put_lf(struct arena *a, struct slice bytes)
{
	struct str s;
	gchar *sum;

	str_init(&s, a, bytes.n + 1);
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] != '\r' || i + 1 == bytes.n || bytes.p[i + 1] != '\n')
			str_addc(&s, bytes.p[i]);
	fact_n("att_lf_size", (long long)s.n);
	sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, (const guchar *)s.p, s.n);
	fact_z("att_lf_md5", sum);
	g_free(sum);
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)s.p, s.n);
	fact_z("att_lf_sha256", sum);
	g_free(sum);
}

static void put_attachment(struct arena *a, const struct mail *m, const struct mail_attachment *f)
{
	struct arena_mark mark = arena_mark(a);
	struct slice bytes = codec_decode(a, f->encoding, slice_make(m->raw.p + f->offset, f->length));
	unsigned char hash[32];

	if (f->packed)
		bytes = slice_make(bytes.p + f->inner, f->size);
	gchar *sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, (const guchar *)bytes.p, bytes.n);

	hash_bytes(bytes.p, bytes.n, hash);
	fact_z("att_name", f->name);
	fact_z("att_type", f->type);
	fact_z("att_encoding", f->encoding);
	fact_n("att_size", (long long)f->size);
	fact_z("att_inline", f->inline_ ? "yes" : "no");
	fact_z("att_whole", bytes.n == f->size && memcmp(hash, f->hash, 32) == 0 ? "yes" : "no");
	fact_z("att_md5", sum);
	g_free(sum);
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes.p, bytes.n);
	fact_z("att_sha256", sum);
	g_free(sum);
	put_lf(a, bytes);
	arena_rewind(a, mark);
}

static void put_text(struct arena *a, const struct mail *m)
{
	struct str own;
	size_t at = 0;

	str_init(&own, a, m->text_len + 1);
	for (size_t i = 0; i < m->nfolds; i++) {
		const struct mail_fold *f = &m->folds[i];
		char buf[96];

		str_add(&own, m->text + at, f->from - at);
		at = f->to;
		snprintf(buf, sizeof(buf), "%zu %zu %d", f->from, f->to, (int)f->kind);
		fact_z("fold", buf);
	}
	str_add(&own, m->text + at, m->text_len - at);
	fact("text", slice_make(m->text, m->text_len));
	fact("own", str_slice(&own));
}

/* What it reports: a line a recipient, "class final reason status code address". */
static void put_report(struct arena *a, const struct mail *m)
{
	static const char *const kinds[] = { "none", "bounce", "complaint", "autoreply", "challenge",
					     "unsubscribe" };
	static const char *const classes[] = { "none", "temporary", "permanent" };
	struct report r;

	report_parse(&r, a, m);
	fact_z("report_kind", kinds[r.kind]);
	fact_z("report_msgid", r.msgid);
	fact_z("report_envid", r.envid);
	fact_z("report_feedback", r.feedback);
	for (size_t i = 0; i < r.nrcpts; i++)
		fact_z("report_rcpt", arena_fmt(a, "%s %s %s %s %u %s", classes[r.rcpts[i].class_],
						r.rcpts[i].final ? "final" : "open",
						report_reason_name(r.rcpts[i].reason),
						*r.rcpts[i].status ? r.rcpts[i].status : "-",
						r.rcpts[i].code, r.rcpts[i].addr));
}

static void put_mail(struct arena *a, const struct mail *m)
{
	static const char *const automatic[] = {
		[MAIL_HUMAN] = "human", [MAIL_AUTO_GENERATED] = "generated",
		[MAIL_AUTO_REPLIED] = "replied", [MAIL_BULK] = "bulk", [MAIL_AUTO_SUSPECT] = "suspect",
		[MAIL_LIST] = "list",
	};
	const struct mail_header *type = mail_header(m, "Content-Type");
	char when[40] = "";
	bool reply;

	if (m->date)
		clock_rfc3339(m->date, when);
	fact_z("date", when);
	fact_z("date_impossible", m->date_impossible ? "yes" : "no");
	fact_z("msgid", m->msgid);
	fact_z("in_reply_to", m->in_reply_to);
	for (size_t i = 0; i < m->nrefs; i++)
		fact_z("ref", m->refs[i]);
	fact_z("subject", m->subject);
	fact_z("subject_base", subject_base(a, m->subject, &reply));
	people("from_name", "from_addr", &m->from, 1);
	fact_n("from_count", (long long)m->nfrom);
	people("to_name", "to_addr", m->to, m->nto);
	people("cc_name", "cc_addr", m->cc, m->ncc);
	fact_z("type", type ? type->value : "");
	fact_n("headers", (long long)m->nheaders);
	fact_z("from_html", m->from_html ? "yes" : "no");
	fact_z("signed", m->is_signed ? "yes" : "no");
	fact_z("encrypted", m->is_encrypted ? "yes" : "no");
	fact_z("report", m->is_report ? "yes" : "no");
	fact_z("automatic", automatic[m->automatic]);
	put_report(a, m);
	put_text(a, m);
	for (size_t i = 0; i < m->nattachments; i++)
		put_attachment(a, m, &m->attachments[i]);
}

int main(int argc, char **argv)
{
	int bad = 0;

	rnd_init();
	mail_parse_init();
	for (int i = 1; i < argc; i++) {
		struct arena *a = arena_new((size_t)1 << 30);
		struct mail m;
		struct slice raw;
		const char *why = "";
		enum rc rc;

		path = argv[i];
		if (!slurp(a, &raw)) {
			fprintf(stderr, "corpora-probe: %s cannot be read\n", path);
			bad = 1;
		} else {
			rc = mail_parse(&m, a, raw, NULL, &why);
			fact_z("parse", rc_name(rc));
			if (rc == RC_OK)
				put_mail(a, &m);
			else
				fact_z("parse_why", why);
		}
		arena_free(&a);
	}
	return bad;
}
