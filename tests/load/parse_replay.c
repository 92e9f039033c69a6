/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse-replay FILE...: parses each file as one message and prints one line
 * for it, tab between the fields:
 *	rc msgid subject headers attachments text-bytes milliseconds file
 * -v adds lines for the rest, each with a blank before it. It never fails for
 * what a message says, only where a file cannot be read.
 */
#include <stdio.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

static bool slurp(struct arena *a, const char *path, struct slice *out_r)
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

static void print_more(struct arena *a, const struct mail *m)
{
	bool reply;
	char when[40];

	clock_rfc3339(m->date, when);
	printf(" date\t%s%s\n from\t%s\t%s\t%zu\n", m->date ? when : "-",
	       m->date_impossible ? " impossible" : "", m->from.name, m->from.addr, m->nfrom);
	for (size_t i = 0; i < m->nto; i++)
		printf(" to\t%s\t%s\n", m->to[i].name, m->to[i].addr);
	for (size_t i = 0; i < m->ncc; i++)
		printf(" cc\t%s\t%s\n", m->cc[i].name, m->cc[i].addr);
	printf(" base\t%s\n", subject_base(a, m->subject, &reply));
	for (size_t i = 0; i < m->nrefs; i++)
		printf(" ref\t%s\n", m->refs[i]);
	printf(" flags\tsigned=%d encrypted=%d report=%d auto=%d html=%d flowed=%d cut=%d digest=%d\n",
	       m->is_signed, m->is_encrypted, m->is_report, (int)m->automatic, m->from_html,
	       m->flowed, m->text_cut, m->answers_digest);
	for (size_t i = 0; i < m->nattachments; i++) {
		const struct mail_attachment *f = &m->attachments[i];
		printf(" file\t%s\t%s\t%s\t%zu+%zu\t%zu\t%s\n", f->name, f->type, f->encoding,
		       f->offset, f->length, f->size, f->inline_ ? "inline" : "");
	}
	for (size_t i = 0; i < m->nfolds; i++)
		printf(" fold\t%zu\t%zu\t%d\n", m->folds[i].from, m->folds[i].to,
		       (int)m->folds[i].kind);
	for (struct slice rest = slice_make(m->text, m->text_len), line;
	     slice_line(&rest, &line); )
		printf(" |%.*s\n", (int)line.n, line.p);
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	int bad = 0;

	rnd_init();
	mail_parse_init();
	for (int i = verbose ? 2 : 1; i < argc; i++) {
		struct arena *a = arena_new((size_t)1 << 30);
		struct mail m;
		struct slice raw;
		const char *why;

		if (!slurp(a, argv[i], &raw)) {
			fprintf(stderr, "parse-replay: %s cannot be read\n", argv[i]);
			bad = 1;
		} else {
			int64_t t = clock_mono();
			enum rc rc = mail_parse(&m, a, raw, NULL, &why);

			t = clock_mono() - t;
			printf("%s\t%s\t%s\t%zu\t%zu\t%zu\t%.1f\t%s\n", rc_name(rc), m.msgid,
			       m.subject, m.nheaders, m.nattachments, m.text_len,
			       (double)t / 1000, argv[i]);
			if (verbose && rc == RC_OK)
				print_more(a, &m);
		}
		arena_free(&a);
	}
	return bad;
}
