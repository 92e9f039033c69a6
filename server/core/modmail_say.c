/* SPDX-License-Identifier: Apache-2.0 */
/* See modmail_say.h. A person's own words are quoted, never used as a format. */
#include "server/core/hold_kind.h"
#include "server/core/modmail_say.h"
#include "server/core/modword.h"
#include "server/core/owner_mail.h"
#include "server/text/html.h"
#include "server/text/quote.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define QUOTE_COLUMNS 70
#define TEXT_BYTES    ((size_t)16 << 10) /* of a message, in the mail itself */
#define BODY_BYTES    ((size_t)256 << 10)

static const char *subject_or(const char *subject)
{
	return *subject ? subject : tr("(no subject)");
}

static bool is_kind(const struct held *h, const char *kind)
{
	return strcmp(h->kind, kind) == 0;
}

/* ---- the message itself ---- */

static int64_t lines_of(struct slice text)
{
	struct slice line;
	int64_t n = 0;

	while (slice_line(&text, &line))
		n++;
	return n;
}

static void fold_mark(struct unit *u, struct str *s, struct slice text, int64_t kind)
{
	long long n = lines_of(text);
	const char *what;

	switch (kind) {
	case FOLD_KIND_SIGNATURE:
		what = tr_n("[signature, %lld line]", "[signature, %lld lines]", n);
		break;
	case FOLD_KIND_LEGAL:
		what = tr_n("[legal notice, %lld line]", "[legal notice, %lld lines]", n);
		break;
	default:
		what = tr_n("[quoted, %lld line]", "[quoted, %lld lines]", n);
	}
	text_quote(s, slice_of(arena_fmt(u->arena, what, n)), QUOTE_COLUMNS);
}

/* The text, folds as one line each. */
static void message_text(struct unit *u, struct str *s, const struct held *h)
{
	struct slice body = utf8_clip(h->body, TEXT_BYTES);
	size_t at = 0;

	for (size_t i = 0; i < h->nfolds; i++) {
		size_t from = (size_t)h->folds[i * 3], to = (size_t)h->folds[i * 3 + 1];

		if (from < at || to < from || from >= body.n)
			break;
		text_quote(s, slice_make(body.p + at, from - at), QUOTE_COLUMNS);
		at = to < body.n ? to : body.n;
		fold_mark(u, s, slice_make(h->body.p + from, to - from), h->folds[i * 3 + 2]);
	}
	text_quote(s, slice_make(body.p + at, body.n - at), QUOTE_COLUMNS);
	if (body.n < h->body.n)
		str_addz(s, tr("(The rest is in the original.)\n"));
}

static const char *files_line(struct unit *u, const struct held *h)
{
	struct str f;

	str_init(&f, u->arena, 8192);
	for (size_t i = 0; i < h->nfiles && f.n < 1000; i++)
		str_fmt(&f, "%s%s (%s)", i ? ", " : "", h->files[i],
			tr_size(u->arena, h->file_sizes[i]));
	return str_z(&f);
}

/* ---- who wrote it ---- */

/* The word that a rule left in the trace: "identity=-(dmarc)". */
static struct slice trace_detail(const char *trace, const char *rule)
{
	const char *at = strstr(trace ? trace : "", rule), *open, *end;

	if (at == NULL)
		return SLICE("");
	open = at + strcspn(at, "( ");
	end = *open == '(' ? strchr(open, ')') : NULL;
	return end ? slice_make(open + 1, (size_t)(end - open - 1)) : SLICE("");
}

static const char *proof_words(struct unit *u, const struct held *h)
{
	struct slice how = trace_detail(h->trace, "identity=");

	if (h->proven && (slice_eqz(how, "dmarc") || slice_eqz(how, "dkim") || slice_eqz(how, "spf")))
		return arena_fmt(u->arena, tr("verified (%s)"),
				 slice_eqz(how, "dmarc")  ? "DMARC"
				 : slice_eqz(how, "dkim") ? "DKIM"
							  : "SPF");
	if (h->proven)
		return tr("verified");
	if (slice_eqz(how, "dmarc-fail"))
		return tr("not verified: the domain in From says that it did not send it");
	if (slice_eqz(how, "not-proven"))
		return tr("not verified: nothing shows that the address in From sent it");
	return tr("not verified");
}

static const char *known_words(struct unit *u, const struct modmail_letter *l)
{
	const struct modmail_known *k = l->known;
	struct str s;

	str_init(&s, u->arena, 1024);
	if (*k->role != '\0') {
		str_fmt(&s, tr("member since %s"),
			tr_date_day(u->arena, k->joined_at, l->to->utc_offset));
		str_fmt(&s, tr_n(", %lld post", ", %lld posts", k->posts), (long long)k->posts);
	} else {
		str_addz(&s, tr("not a member"));
	}
	if (is_kind(l->h, OWNER_MAIL)) /* whoever asks something waits each time */
		return str_z(&s);
	if (k->holds == 0)
		str_addz(&s, tr("; the first time that something of this address waits"));
	else
		str_fmt(&s,
			tr_n("; %lld waited before, %lld approved", "; %lld waited before, %lld approved",
			     k->holds),
			(long long)k->holds, (long long)k->approved);
	return str_z(&s);
}

/* ---- the words ---- */

static const char *effect(const char *kind, enum modword w)
{
	bool join = strcmp(kind, "join") == 0, report = strcmp(kind, "report") == 0;
	bool talk = strcmp(kind, OWNER_MAIL) == 0;

	switch (w) {
	case MODWORD_APPROVE:
		return join ? tr("becomes a member")
		       : report ? tr("the report is right: the post is hidden")
				: tr("is posted in the group");
	case MODWORD_RETURN:
		return join ? tr("is asked your question") : tr("goes back with your question");
	case MODWORD_REJECT:
		return join   ? tr("is told no, with your reason")
		       : report ? tr("the post stays; who reported it is told, with your reason")
				: tr("goes back with your reason");
	case MODWORD_DISCARD:
		return talk ? tr("needs no answer") : tr("nobody is told anything");
	case MODWORD_SPAM:
		return tr("the same, and it is kept as spam");
	default:
		return "";
	}
}

/* "rechazar: motivo" */
static const char *word_line(struct unit *u, enum modword w)
{
	const char *word = modword_shown(u->arena, w, tr_lang());

	return w == MODWORD_RETURN   ? arena_fmt(u->arena, "%s: %s", word, tr("question"))
	       : w == MODWORD_REJECT ? arena_fmt(u->arena, "%s: %s", word, tr("reason"))
				     : word;
}

void modsay_words(struct unit *u, struct str *b, const char *kind, const char *address)
{
	const struct hold_kind *k = hold_kind_find(kind);
	bool talk = strcmp(kind, OWNER_MAIL) == 0;

	for (enum modword w = 0; w < MODWORD_UNDO && k != NULL; w++) {
		if (!hold_kind_takes(k, modword_rows[w].decision) || (talk && modword_rows[w].text))
			continue;
		str_fmt(b, "%s - %s\n", word_line(u, w), effect(kind, w));
		/* on a line of its own: nothing may break it */
		if (address != NULL)
			str_fmt(b, "mailto:%s?subject=%s\n\n", address,
				modword_plain(u->arena, w, tr_lang()));
	}
}

/* ---- one hold ---- */

const char *modsay_subject(struct unit *u, const struct held *h)
{
	if (is_kind(h, "join"))
		return arena_fmt(u->arena, tr("[%s] Asks to join: %s"), h->list_name,
				 h->author_name);
	if (is_kind(h, "report"))
		return arena_fmt(u->arena, tr("[%s] Reported: “%s”"), h->list_name,
				 subject_or(h->subject));
	if (is_kind(h, OWNER_MAIL))
		return arena_fmt(u->arena, "[%s-owner] %s", h->list_name, subject_or(h->subject));
	/* TRANSLATORS: [group] Held: “subject”, by author */
	return arena_fmt(u->arena, tr("[%s] Held: “%s”, by %s"), h->list_name,
			 subject_or(h->subject), h->author_name);
}

static void intro(struct str *b, const struct modmail_letter *l)
{
	if (is_kind(l->h, "join"))
		str_fmt(b, tr("Somebody asks to join %s.\n"), l->title);
	else if (is_kind(l->h, "report"))
		str_fmt(b, tr("A post in %s was reported.\n"), l->title);
	else if (is_kind(l->h, OWNER_MAIL))
		str_fmt(b, tr("This came for those who run %s.\n"), l->title);
	else
		str_fmt(b, tr("A message waits for your decision in %s.\n"), l->title);
	str_addc(b, '\n');
}

static void facts(struct unit *u, struct str *b, const struct modmail_letter *l)
{
	const struct held *h = l->h;

	text_labelled(b, tr("From"), arena_fmt(u->arena, "%s <%s>", h->author_name, h->author_addr));
	if (!is_kind(h, "join"))
		text_labelled(b, tr("Subject"), subject_or(h->subject));
	text_labelled(b, tr("Arrived"), tr_date_long(u->arena, h->held_at, l->to->utc_offset));
	if (!is_kind(h, OWNER_MAIL))
		text_labelled(b, tr("Reason"), tr(h->reason));
	text_labelled(b, tr("Sender"), proof_words(u, h));
	text_labelled(b, tr("Known"), known_words(u, l));
	if (h->nfiles > 0)
		text_labelled(b, tr("Attachments"), files_line(u, h));
}

static void original_line(struct unit *u, struct str *b, const struct modmail_letter *l)
{
	if (l->raw_size == 0)
		return;
	if (l->attached)
		str_addz(b, tr("\nThe original is attached, whole.\n"));
	else
		str_fmt(b,
			*u->conf->base_url ? tr("\nThe original is large (%lld kB) and not attached: "
						"it can be opened on the page below.\n")
					   : tr("\nThe original is large (%lld kB) and not attached.\n"),
			(long long)(l->raw_size + 999) / 1000);
}

static void how_to(struct unit *u, struct str *b, const struct modmail_letter *l)
{
	const struct held *h = l->h;
	const char *address = arena_fmt(u->arena, "%s%sm%s@%s", l->list, u->conf->recipient_delimiter,
					l->token, l->domain);

	if (is_kind(h, OWNER_MAIL))
		str_fmt(b,
			tr("\nTo answer %s, answer this mail: your text goes there in the name of those "
			   "who run the group, and the others see it. If no answer is needed, answer "
			   "with one of these words alone:\n\n"),
			h->author_name);
	else
		str_addz(b, tr("\nTo decide, answer this mail with one of these words as its first "
			       "line, or open its link, which begins such a mail:\n\n"));
	modsay_words(u, b, h->kind, address);
	if (*u->conf->base_url != '\0')
		str_fmt(b, "%s\n%s/moderation/%lld\n",
			tr("On the web (opening the page decides nothing):"), u->conf->base_url,
			(long long)h->id);
	str_fmt(b,
		tr("\nOnly what comes from your own address (%s) counts, for 14 days; if you "
		   "forward this mail, whoever gets it cannot decide. You get it because you run or moderate %s.\n"),
		l->to->addr, l->title);
}

const char *modsay_held(struct unit *u, const struct modmail_letter *l)
{
	struct str b;

	str_init(&b, u->arena, BODY_BYTES);
	intro(&b, l);
	facts(u, &b, l);
	if (slice_trim(l->h->body).n > 0) {
		str_addc(&b, '\n');
		message_text(u, &b, l->h);
	}
	original_line(u, &b, l);
	how_to(u, &b, l);
	return str_z(&b);
}

/* ---- what was decided ---- */

/* "" where the command line, or time, decided. */
static const char *decided_by(struct unit *u, const struct held *h, const char *named,
			      const char *unnamed)
{
	return *h->decider ? arena_fmt(u->arena, named, h->decider) : unnamed;
}

static const char *decision_words(struct unit *u, const struct held *h)
{
	bool talk = is_kind(h, OWNER_MAIL);

	if (strcmp(h->decision, "expire") == 0)
		return tr("Nobody decided in time: it has left the queue, and is kept for a while.");
	if (strcmp(h->decision, "approve") == 0)
		return decided_by(u, h, tr("%s approved it."),
				  tr("It was approved at the command line."));
	if (strcmp(h->decision, "return") == 0)
		return talk ? decided_by(u, h, tr("%s answered:"),
					 tr("It was answered at the command line:"))
			    : decided_by(u, h, tr("%s gave it back with a question:"),
					 tr("It was given back with a question at the command line:"));
	if (strcmp(h->decision, "reject") == 0)
		return decided_by(u, h, tr("%s rejected it."),
				  tr("It was rejected at the command line."));
	if (strcmp(h->decision, "spam") == 0)
		return decided_by(u, h, tr("%s put it away as spam."),
				  tr("It was put away as spam at the command line."));
	return decided_by(u, h, tr("%s discarded it."), tr("It was discarded at the command line."));
}

const char *modsay_decision(struct unit *u, const struct held *h, int utc_offset)
{
	struct str b;

	str_init(&b, u->arena, BODY_BYTES);
	str_fmt(&b, "%s\n\n", decision_words(u, h));
	if (*h->why != '\0') {
		text_quote(&b, slice_of(h->why), QUOTE_COLUMNS);
		str_addc(&b, '\n');
	}
	text_labelled(&b, tr("Decided"), tr_date_long(u->arena, h->decided_at, utc_offset));
	if (h->done_at == 0 && h->effective_at > clock_now())
		text_labelled(&b, tr("Takes effect"),
			 tr_date_long(u->arena, h->effective_at, utc_offset));
	return str_z(&b);
}

const char *modsay_outcome(struct unit *u, const struct held *h, const char *by, int utc_offset)
{
	struct str b;

	str_init(&b, u->arena, BODY_BYTES);
	if (h->decided_at == 0) {
		if (*by != '\0')
			str_fmt(&b, tr("%s took the decision back: it waits again.\n"), by);
		else
			str_fmt(&b, "%s\n%s\n", tr("It waits again."), tr(h->reason));
		return str_z(&b);
	}
	str_addz(&b, modsay_decision(u, h, utc_offset));
	if (h->done_at == 0 && h->effective_at > clock_now())
		str_fmt(&b, tr("\nUntil then it can be taken back: answer this mail with \"%s\".\n"),
			modword_shown(u->arena, MODWORD_UNDO, tr_lang()));
	return str_z(&b);
}

/* ---- several ---- */

static const char *outcome_short(const char *decision)
{
	return strcmp(decision, "approve") == 0	 ? tr("approved")
	       : strcmp(decision, "return") == 0 ? tr("given back with a question")
	       : strcmp(decision, "reject") == 0 ? tr("rejected")
	       : strcmp(decision, "spam") == 0	 ? tr("put away as spam")
	       : strcmp(decision, "expire") == 0 ? tr("not decided in time")
						 : tr("discarded");
}

const char *modsay_bundle(struct unit *u, const struct modmail_due_person *p,
			  const struct modmail_due_row *rows, const char *const *tokens, size_t n)
{
	const char *approve = modword_plain(u->arena, MODWORD_APPROVE, tr_lang());
	bool any = false;
	struct str b;

	str_init(&b, u->arena, BODY_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (tokens[i] == NULL)
			continue;
		if (!any)
			str_fmt(&b, tr("These wait for your decision in %s:\n"), p->title);
		any = true;
		str_fmt(&b, "\n%s\n%s <%s>, %s\n%s\n", subject_or(rows[i].subject),
			rows[i].author, rows[i].author_addr,
			tr_date_row(u->arena, rows[i].held_at, p->who.utc_offset),
			tr(rows[i].reason));
		if (strcmp(rows[i].kind, OWNER_MAIL) == 0)
			str_fmt(&b, "mailto:%s%sm%s@%s\n", p->list_name,
				u->conf->recipient_delimiter, tokens[i], p->domain);
		else
			str_fmt(&b, "mailto:%s%sm%s@%s?subject=%s\n", p->list_name,
				u->conf->recipient_delimiter, tokens[i], p->domain, approve);
		if (*u->conf->base_url != '\0')
			str_fmt(&b, "%s/moderation/%lld\n", u->conf->base_url,
				(long long)rows[i].hold);
	}
	if (any)
		str_fmt(&b, tr("\nEach link begins a mail whose subject is \"%s\"; write another word "
			       "instead to decide otherwise:\n\n"), approve);
	if (any)
		modsay_words(u, &b, "message", NULL);
	any = false;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].untold || *rows[i].decision == '\0')
			continue;
		if (!any)
			str_fmt(&b, tr("%sThese were decided in %s:\n\n"), b.n ? "\n" : "", p->title);
		any = true;
		str_fmt(&b, "  %s (%s): %s%s%s\n", subject_or(rows[i].subject), rows[i].author,
			outcome_short(rows[i].decision), *rows[i].decider ? ", " : "",
			rows[i].decider);
	}
	return str_z(&b);
}
