/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that read what the message itself says; see accept.h. */
#include <strings.h>

#include "mailer/accept/accept.h"
#include "server/text/tr.h"

#include "server/base/base.h"

/* ---- To and Cc ---- */

/* name@domain, or name+anything@domain, under the name it has or came by. */
static bool is_group(const struct accept_in *in, const char *addr)
{
	const char *at = strrchr(addr, '@'), *const names[] = { in->list->name, in->to.list };
	char delimiter = in->conf->recipient_delimiter[0];

	if (at == NULL || (strcasecmp(at + 1, in->list->mail_domain) != 0 &&
			   strcasecmp(at + 1, in->to.domain) != 0))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);

		if ((size_t)(at - addr) >= n && strncasecmp(addr, names[i], n) == 0 &&
		    (addr[n] == '@' || addr[n] == delimiter))
			return true;
	}
	return false;
}

bool names_group(const struct accept_in *in)
{
	const struct mail *m = in->mail;

	for (size_t i = 0; i < m->nto; i++)
		if (is_group(in, m->to[i].addr))
			return true;
	for (size_t i = 0; i < m->ncc; i++)
		if (is_group(in, m->cc[i].addr))
			return true;
	return false;
}

enum outcome rule_unaddressed(const struct accept_in *in, struct say *s UNUSED)
{
	const struct mail *m = in->mail;

	if (strcmp(in->list->unaddressed, "accept") == 0 || names_group(in))
		return OUTCOME_NONE;
	/* through a list that this group reads: it names that one */
	if (m->automatic == MAIL_LIST && strcmp(in->list->from_lists, "accept") == 0)
		return OUTCOME_NONE;
	for (size_t i = 0; i < m->nheaders; i++) /* somebody sent it on as it was */
		if ((strcasecmp(m->headers[i].name, "Resent-To") == 0 ||
		     strcasecmp(m->headers[i].name, "Resent-Cc") == 0) &&
		    slice_ifind(m->headers[i].raw, slice_of(in->list_addr)) != NULL)
			return OUTCOME_NONE;
	return OUTCOME_HOLD;
}

/* ---- attachments ---- */

enum outcome rule_file_types(const struct accept_in *in, struct say *s)
{
	for (size_t i = 0; i < in->mail->nattachments; i++) {
		const struct mail_attachment *f = &in->mail->attachments[i];
		struct slice word = rules_file_refused(in->list, f->name, f->type);

		if (word.n == 0)
			continue;
		s->detail = slice_dup(in->arena, word);
		return OUTCOME_REFUSE;
	}
	return OUTCOME_NONE;
}

/* ---- the verdict of our own spam filter ---- */

/* What each filter writes (the setting spam_filter), and what a yes begins with or holds. */
static const struct verdict_header {
	const char *filter, *name, *begins, *holds;
	bool harm; /* it is about what the message does to a machine */
} verdict_headers[] = {
	{ "spamassassin", "X-Spam-Flag", "yes", NULL, false },
	{ "spamassassin", "X-Spam-Status", "yes", NULL, false },
	{ "rspamd", "X-Spam-Flag", "yes", NULL, false },
	{ "rspamd", "X-Spam-Status", "yes", NULL, false },
	{ "rspamd", "X-Spam", "yes", NULL, false },
	{ "rspamd", "X-Spamd-Result", NULL, ": true [", false },
	{ "ses", "X-SES-Spam-Verdict", "fail", NULL, false },
	{ "ses", "X-SES-Virus-Verdict", "fail", NULL, true },
};

static bool filter_writes(const char *filters, const char *name)
{
	struct slice rest = slice_of(filters), w;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		if (slice_eqz(w, name))
			return true;
	}
	return false;
}

static bool says_yes(const struct verdict_header *k, const struct mail_header *h)
{
	struct slice v = slice_trim(slice_of(h->value));

	return k->begins ? slice_istarts(v, k->begins) : slice_ifind(v, slice_of(k->holds)) != NULL;
}

/* Of each name only the first, and only where our machines write. */
enum outcome rule_spam(const struct accept_in *in, struct say *s)
{
	size_t own = mail_own_headers(in->mail, (unsigned)(in->conf->own_hops[0] - '0'));

	if (strcmp(in->list->spam, "accept") == 0)
		return OUTCOME_NONE;
	for (size_t i = 0; i < ARRAY_LEN(verdict_headers); i++) {
		const struct verdict_header *k = &verdict_headers[i];
		const struct mail_header *h;

		if (!filter_writes(in->conf->spam_filter, k->filter))
			continue;
		h = mail_header(in->mail, k->name);
		if (h == NULL || (size_t)(h - in->mail->headers) >= own || !says_yes(k, h))
			continue;
		s->detail = k->name;
		s->reason = k->harm ? N_("Our mail server found something harmful in it.") : NULL;
		return strcmp(in->list->spam, "drop") == 0 ? OUTCOME_DROP : OUTCOME_HOLD;
	}
	return OUTCOME_NONE;
}

/* ---- the moderators' patterns ---- */

static void addr_text(struct str *s, const struct mail_addr *v)
{
	str_fmt(s, "%s%s <%s>", s->n ? ", " : "", v->name, v->addr);
}

static struct slice headers_text(const struct accept_in *in, const char *name)
{
	struct str s;

	str_init(&s, in->arena, MATCH_SUBJECT_MAX);
	for (size_t i = 0; i < in->mail->nheaders && !s.over; i++) {
		const struct mail_header *h = &in->mail->headers[i];

		if (name == NULL)
			str_fmt(&s, "%s: %s\n", h->name, h->value);
		else if (strcasecmp(h->name, name) == 0)
			str_fmt(&s, "%s%s", s.n ? "\n" : "", h->value);
	}
	return str_slice(&s);
}

static struct slice field_text(const struct accept_in *in, const char *field)
{
	const struct mail *m = in->mail;
	struct str s;

	if (strcmp(field, "subject") == 0)
		return slice_of(m->subject);
	if (strcmp(field, "body") == 0)
		return slice_make(m->text, m->text_len);
	if (strncmp(field, "header:", 7) == 0)
		return headers_text(in, field + 7);
	if (strcmp(field, "headers") == 0)
		return headers_text(in, NULL);
	str_init(&s, in->arena, MATCH_SUBJECT_MAX);
	if (strcmp(field, "from") == 0)
		addr_text(&s, &m->from);
	for (size_t i = 0; strcmp(field, "to") == 0 && i < m->nto + m->ncc && !s.over; i++)
		addr_text(&s, i < m->nto ? &m->to[i] : &m->cc[i - m->nto]);
	return str_slice(&s);
}

static enum outcome action_outcome(const char *action)
{
	return strcmp(action, "drop") == 0     ? OUTCOME_DROP
	       : strcmp(action, "refuse") == 0 ? OUTCOME_REFUSE
	       : strcmp(action, "hold") == 0   ? OUTCOME_HOLD
					       : OUTCOME_NONE;
}

/* The first that matches decides; one that fails to run holds, whatever follows. */
enum outcome rule_pattern(const struct accept_in *in, struct say *s)
{
	const char *last = "";
	struct slice text = SLICE("");
	int64_t begun = clock_mono();
	int code = 0;

	if (in->patterns_away) {
		s->detail = "not-read";
		return OUTCOME_HOLD;
	}
	for (size_t i = 0; i < in->npatterns; i++) {
		const struct pattern *p = &in->patterns[i];
		enum matched m = MATCHED_ERROR;

		if (strcmp(p->field, last) != 0)
			text = field_text(in, last = p->field);
		if (p->match != NULL)
			m = match_run(p->match, text, &code);
		if (m == MATCHED_NO && clock_mono() - begun > PATTERNS_TIME) {
			m = MATCHED_ERROR;
			code = MATCH_TOO_LONG;
		}
		if (m == MATCHED_NO)
			continue;
		if (m == MATCHED_ERROR) {
			log_info("event=rule_error rule=%lld list=%s code=%d", (long long)p->id,
				 in->list->name, code);
			s->detail = arena_fmt(in->arena, "%lld:error:%d", (long long)p->id, code);
			s->reason = NULL;
			return OUTCOME_HOLD;
		}
		s->detail = arena_fmt(in->arena, "%lld:%s", (long long)p->id, p->action);
		s->reason = *p->sentence ? p->sentence : NULL;
		s->accept = strcmp(p->action, "accept") == 0;
		return action_outcome(p->action);
	}
	return OUTCOME_NONE;
}
