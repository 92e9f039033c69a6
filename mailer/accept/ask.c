/* SPDX-License-Identifier: Apache-2.0 */
/* See ask.h. */
#include "mailer/accept/accept.h"
#include "mailer/accept/ask.h"
#include "server/core/rules.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* What a rule's no is in SMTP. The others hold, drop on the record or are done:
 * nobody is told so before the message is taken. */
static const struct refusal {
	enum rule rule;
	bool always; /* else only where it refuses: the group may have it hold instead */
	unsigned code;
	const char *enhanced; /* RFC 3463 */
} refusals[] = {
	{ RULE_LOOP, true, 554, "5.4.6" },
	{ RULE_BANNED, true, 550, "5.7.1" },
	{ RULE_CLOSED, true, 550, "5.2.1" },
	{ RULE_TOO_LARGE, true, 552, "5.3.4" },
	{ RULE_NONMEMBER, false, 550, "5.7.1" },
	{ RULE_PATTERN, false, 550, "5.7.1" },
	{ RULE_FILE_TYPES, false, 554, "5.6.1" },
};

/* What no fold makes ASCII, of the marks that the five languages print; NULL for
 * others. Never longer than in UTF-8. */
static const char *mark_of(uint32_t cp)
{
	switch (cp) {
	case 0xA0: case 0x2009: case 0x202F:
		return " ";
	case 0xA1: case 0xBF: /* the inverted marks of Spanish */
		return "";
	case 0xAB: case 0xBB: case 0x201C: case 0x201D: case 0x201E:
		return "\"";
	case 0xAA: case 0xBA:
		return cp == 0xAA ? "a" : "o";
	case 0xB0:
		return "o";
	case 0x152: case 0x153:
		return cp == 0x152 ? "OE" : "oe";
	case 0x2013: case 0x2014: case 0x2212:
		return "-";
	case 0x2018: case 0x2019:
		return "'";
	case 0x2026:
		return "...";
	default:
		return NULL;
	}
}

char *ascii_of(struct arena *a, const char *text)
{
	struct slice s = slice_of(text);
	struct str o;

	str_init(&o, a, 2 * s.n + 1);
	while (s.n > 0) {
		size_t n;
		uint32_t cp = utf8_next(s, &n);
		const char *f = cp < 128 ? "" : utf8_fold(a, slice_make(s.p, n)), *mark = mark_of(cp);

		if (cp < 128)
			str_addc(&o, cp < 32 || cp == 127 || cp == '%' ? ' ' : (char)cp);
		else if (mark != NULL)
			str_adds(&o, slice_of(mark));
		else if (*f != '\0' && utf8_width(slice_of(f)) == strlen(f) &&
			 (unsigned char)*f < 128)
			/* the fold makes it small: a capital stays one */
			str_addc(&o, (cp >= 0xC0 && cp <= 0xDE) ? (char)(*f & ~0x20) : *f);
		else
			str_addc(&o, '?');
		s.p += n;
		s.n -= n;
	}
	return arena_strdup(a, str_z(&o));
}

static bool failed(const struct verdict *v, enum rule r)
{
	for (size_t i = 0; i < v->nfailed; i++)
		if (v->failed[i] == r)
			return true;
	return strcmp(v->rule, rules[r].name) == 0;
}

/* 250, or why this group will not have it. */
static void verdict_reply(struct unit *u, const struct accept_in *in, const struct verdict *v,
			  struct intake_reply *r)
{
	intake_reply_set(r, 250, "2.0.0", "Ok");
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *no = &refusals[i];
		bool decided = strcmp(v->rule, rules[no->rule].name) == 0;
		const char *why = decided ? v->reason : rules[no->rule].sentence;

		if (no->always ? !failed(v, no->rule) : !decided || v->fate != FATE_REFUSED)
			continue;
		tr_set(in->list->lang);
		intake_reply_set(r, no->code, no->enhanced, "%s", ascii_of(u->arena, tr(why)));
		return;
	}
}

static enum rc recipient_ask(struct unit *u, const struct envelope *env, const struct mail *m,
			     const struct proof *proof, const char *recipient, int64_t size,
			     struct intake_reply *r)
{
	struct accept_in in = { .arena = u->arena,
				.conf = u->conf,
				.mail = m,
				.parse_why = "",
				.envelope_from = env->sender,
				.proof = *proof,
				.size = size };
	struct list_ref l;
	struct verdict v;
	enum rc rc = address_parse(u, recipient, &in.to);

	intake_reply_set(r, 250, "2.0.0", "Ok");
	if (rc == RC_OK)
		rc = list_lookup(u, in.to.list, in.to.domain, env->sender, m->from.addr, &l);
	if (rc == RC_NOTFOUND || rc == RC_INVALID)
		return RC_OK; /* not ours, or said at RCPT */
	if (rc != RC_OK || in.to.kind > ADDRESS_THREAD)
		return rc; /* the other addresses of a group are open */
	/* once taken, what nobody proven can be told is held; here the sender's server is
	 * on the line, and whoever it speaks for hears it from there */
	in.proof.envelope = true;
	in.list = &l;
	in.list_addr = arena_fmt(u->arena, "%s@%s", l.name, l.mail_domain);
	in.patterns_away = patterns_for(u, &l, &in.patterns, &in.npatterns) != RC_OK;
	accept_decide(&in, &v);
	verdict_reply(u, &in, &v, r);
	return RC_OK;
}

enum rc ask_message(struct unit *u, const struct envelope *env, struct slice raw, int64_t size,
		    struct intake_reply *r)
{
	const char *why;
	struct proof proof;
	struct mail m;

	intake_reply_set(r, 250, "2.0.0", "Ok");
	if (mail_parse(&m, u->arena, raw, &mail_limits_default, &why) != RC_OK)
		return RC_OK; /* LMTP keeps what nobody can read */
	proof_find(u->arena, u->conf, &m, env->sender, &proof);
	for (size_t i = 0; i < env->nrecipients; i++) {
		struct intake_reply one;
		enum rc rc = recipient_ask(u, env, &m, &proof, env->recipients[i], size, &one);

		if (rc != RC_OK) {
			intake_reply_set(r, 451, "4.3.0",
					 "The database is away for a moment; the mail is not lost.");
			return RC_TEMPFAIL;
		}
		if (one.code < 400) {
			*r = one;
			return RC_OK;
		}
		if (i == 0)
			*r = one;
	}
	return RC_OK;
}
