/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-explain: what `cabildo explain` runs. Every rule of acceptance on one
 * message, what it decided and why; nothing is stored and nobody is told. It
 * stands in mailer because it parses mail.
 */
#include <stdio.h>
#include <sysexits.h>

#include "mailer/accept/accept.h"
#include "mailer/accept/submission.h"
#include "server/base/prog.h"

#include "server/base/base.h"

#define ARENA_CAP   ((size_t)512 << 20)
#define MESSAGE_CAP ((size_t)100 << 20)

struct question {
	const char *file, *list, *from, *to;
};

static bool file_read(struct arena *a, const char *name, struct slice *r)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rbe");
	char buf[65536];
	struct str s;
	size_t n;

	if (f == NULL)
		return false;
	str_init(&s, a, MESSAGE_CAP);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_add(&s, buf, n);
	*r = str_slice(&s);
	if (f != stdin)
		fclose(f);
	return !s.over;
}

static const char *envelope_of(struct arena *a, const struct mail *m)
{
	const struct mail_header *h = m ? mail_header(m, "Return-Path") : NULL;
	struct slice v;

	if (h == NULL)
		return m ? m->from.addr : "";
	v = slice_trim(slice_of(h->value));
	if (v.n >= 2 && v.p[0] == '<' && v.p[v.n - 1] == '>')
		v = slice_make(v.p + 1, v.n - 2);
	return slice_dup(a, v);
}

/* What only the database knows: has it been here before? */
static const char *stored(struct unit *u, const struct accept_in *in, struct slice raw)
{
	struct submission s;
	struct submit_look look;

	if (in->mail == NULL)
		return "";
	submission_fill(&s, u->arena, in->mail, raw, in->list);
	s.thread_hint = in->to.kind == ADDRESS_THREAD ? in->to.id : 0;
	if (submit_look(u, in->list, &s, &look) != RC_OK)
		return "";
	return look.fate == FATE_DUPLICATE ? "duplicate"
	       : look.fate == FATE_DROPPED ? "id-reused"
					   : look.rule;
}

static void answer(struct unit *u, const struct accept_in *in, struct slice raw)
{
	const char *before = stored(u, in, raw);
	struct rule_said *t;
	struct verdict v;
	size_t n;

	accept_decide(in, &v);
	n = rules_trace(u->arena, v.trace, &t);
	printf("group %s\nenvelope <%s>\nfrom %s\nproof %s\n", in->list_addr, in->envelope_from,
	       in->mail ? in->mail->from.addr : "", proof_names[in->proof.from]);
	printf("member %s\n", *in->list->role ? in->list->role : "no");
	for (size_t i = 0; i < n; i++)
		printf("rule %s\t%s\t%s\t%s\n", t[i].name,
		       strcmp(t[i].name, before) == 0 ? "yes" : t[i].outcome,
		       *t[i].detail ? t[i].detail : "-", t[i].rule ? t[i].rule->looks_at : "");
	for (size_t i = 0; i < v.nfailed; i++)
		printf("because %s\n",
		       v.failed[i] == RULE_PATTERN ? v.reason : rules[v.failed[i]].sentence);
	if (v.fate == FATE_POSTED && *before != '\0')
		printf("fate %s by %s\n",
		       fate_name(strcmp(before, "duplicate") == 0 ? FATE_DUPLICATE : FATE_HELD),
		       before);
	else
		printf("fate %s by %s\n", fate_name(v.fate), v.rule);
}

static int explain(struct unit *u, const struct question *q)
{
	struct accept_in in = { .arena = u->arena, .conf = u->conf };
	struct list_ref l;
	struct mail m;
	struct slice raw;
	const char *to = q->to;
	enum rc rc;

	if (!file_read(u->arena, q->file, &raw)) {
		fprintf(stderr, "cabildo explain: %s cannot be read, or is over 100 MB\n", q->file);
		return EX_NOINPUT;
	}
	if (mail_parse(&m, u->arena, raw, &mail_limits_default, &in.parse_why) == RC_OK)
		in.mail = &m;
	if (q->list != NULL)
		to = strchr(q->list, '@')
			     ? q->list
			     : arena_fmt(u->arena, "%s@%s", q->list, u->conf->mail_domain);
	if (to == NULL && in.mail != NULL && m.nto > 0)
		to = m.to[0].addr;
	if (to == NULL || address_parse(u, q->to ? q->to : to, &in.to) != RC_OK) {
		fprintf(stderr, "cabildo explain: to which group? --list NAME or --to ADDRESS\n");
		return EX_USAGE;
	}
	in.envelope_from = q->from ? q->from : envelope_of(u->arena, in.mail);
	rc = list_lookup(u, in.to.list, in.to.domain, in.envelope_from,
			 in.mail ? m.from.addr : NULL, &l);
	if (rc != RC_OK) {
		fprintf(stderr, "cabildo explain: %s: %s\n", to,
			rc == RC_NOTFOUND ? "there is no group with this address"
					  : "the database does not answer");
		return rc == RC_NOTFOUND ? EX_DATAERR : EX_TEMPFAIL;
	}
	in.list = &l;
	in.list_addr = arena_fmt(u->arena, "%s@%s", l.name, l.mail_domain);
	in.size = (int64_t)raw.n;
	proof_find(u->arena, u->conf, in.mail, in.envelope_from, &in.proof);
	in.patterns_away = patterns_for(u, &l, &in.patterns, &in.npatterns) != RC_OK;
	answer(u, &in, raw);
	patterns_forget();
	return 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: cabildo explain FILE [--list NAME] [--from ENVELOPE] [--to ADDRESS]\n");
	return EX_USAGE;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "--list", "--from", "--to" };
	struct unit u = { .door = DOOR_CLI };
	struct question q = { 0 };
	const char **values[] = { &q.list, &q.from, &q.to };
	struct prog p;
	int rc;

	prog_init(&p, argc, argv, "what each rule says of a message", NULL, 0);
	for (int i = 0; i < p.argc; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(names) && strcmp(names[k], p.argv[i]) != 0)
			k++;
		if (k < ARRAY_LEN(names) && i + 1 < p.argc)
			*values[k] = p.argv[++i];
		else if (k < ARRAY_LEN(names) || q.file != NULL)
			return usage();
		else
			q.file = p.argv[i];
	}
	if (q.file == NULL)
		return usage();
	mail_parse_init();
	u.arena = arena_new(ARENA_CAP);
	u.conf = &p.conf;
	u.keys = &p.keys;
	u.db = unit_open(&p.conf, "cli");
	rc = explain(&u, &q);
	unit_close(&u.db);
	arena_free(&u.arena);
	return rc;
}
