/* SPDX-License-Identifier: Apache-2.0 */
/* See card.h. */
#include "server/base/line.h"
#include "server/core/owner_mail.h"
#include "server/core/rules.h"
#include "server/core/template.h"
#include "web/pages/card.h"

#include "server/base/base.h"

#define LATE        (24 * 3600 * USEC)
#define CLAIM       ((int64_t)CLAIM_MINUTES * 60 * USEC)
#define HTML_CAP    ((size_t)2 << 20)
#define PARENT_CHARS 400

/* What each kind calls itself and its decisions. A decision without a name is none of its. */
static const struct kind_words {
	const char *kind, *chip, *subject;
	const char *acts[5], *done[5]; /* in the order of decision_names */
} kind_words[] = {
	{ "message", N_("Held"), NULL,
	  { N_("Approve"), N_("Return with a question"), N_("Reject"), N_("Discard"), N_("Spam") },
	  { N_("Approved:"), N_("Returned:"), N_("Rejected:"), N_("Discarded:"),
	    N_("Discarded as spam:") } },
	{ "join", N_("Asks to join"), N_("Request to join"),
	  { N_("Let in"), N_("Ask something first"), N_("Decline"), N_("Discard"), NULL },
	  { N_("Let in:"), N_("Asked:"), N_("Declined:"), N_("Discarded:"), N_("Discarded:") } },
	{ "report", N_("Reported"), N_("A post was reported"),
	  { N_("Hide the post"), N_("Ask who reported it"), N_("Leave the post"), N_("Discard"), NULL },
	  { N_("Post hidden:"), N_("Asked:"), N_("Post left:"), N_("Discarded:"), N_("Discarded:") } },
	{ "owner-mail", N_("For the owners"), NULL,
	  { N_("Settled"), N_("Answer"), N_("Decline"), N_("Discard"), N_("Spam") },
	  { N_("Settled:"), N_("Answered:"), N_("Declined:"), N_("Discarded:"),
	    N_("Discarded as spam:") } },
};

static const struct kind_words *words_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_words); i++)
		if (strcmp(kind_words[i].kind, kind) == 0)
			return &kind_words[i];
	return &kind_words[0];
}

static size_t decision_index(const char *decision)
{
	size_t i = 0;

	while (decision_names[i] != NULL && strcmp(decision_names[i], decision) != 0)
		i++;
	return i;
}

const char *card_act(const char *kind, const char *decision)
{
	size_t i = decision_index(decision);
	const char *text = decision_names[i] ? words_of(kind)->acts[i] : NULL;

	return text ? tr(text) : NULL;
}

const char *card_decision(const char *kind, const char *decision)
{
	size_t i = decision_index(decision);

	if (strcmp(decision, "expire") == 0)
		return tr("Its time ran out:");
	return decision_names[i] ? tr(words_of(kind)->done[i]) : "";
}

const char *card_span(struct page *pg, int64_t usec)
{
	int64_t min = usec / (60 * USEC), n = min;
	const char *text;

	if (min < 1)
		return tr("less than a minute");
	if (min < 120)
		text = tr_n("%lld minute", "%lld minutes", n);
	else if (min < 48 * 60)
		text = tr_n("%lld hour", "%lld hours", n = min / 60);
	else
		text = tr_n("%lld day", "%lld days", n = min / (24 * 60));
	return arena_fmt(pg->a, text, (long long)n);
}

const char *card_subject(struct page *pg, const struct held *h)
{
	const char *own = words_of(h->kind)->subject;

	return *h->subject == '\0' && own ? tr(own) : subject_shown(pg, h->subject, true);
}

/* ---- what is known ---- */

static struct html held_html(struct page *pg, const struct held *h)
{
	struct fold_range *f = ARENA_ARRAY(pg->a, h->nfolds, struct fold_range);
	struct html m;

	for (size_t i = 0; i < h->nfolds; i++)
		f[i] = (struct fold_range){ (size_t)h->folds[i * 3], (size_t)h->folds[i * 3 + 1],
					    (int)h->folds[i * 3 + 2] };
	m = h->web ? markup_render(pg->a, h->body, HTML_CAP)
		   : plain_render(pg->a, h->body, f, h->nfolds, HTML_CAP);
	return post_html(pg, slice_make(m.p, m.n), true);
}

/* What proves who sent it, in words. */
static const char *sender_text(struct page *pg, const struct held *h, const struct held_context *c)
{
	struct rule_said *said;
	size_t n;

	if (h->web)
		return tr("Signed in on the web");
	if (h->proven)
		return tr("Sender verified");
	n = c ? rules_trace(pg->a, c->trace, &said) : 0;
	for (size_t i = 0; i < n; i++)
		if (strcmp(said[i].name, "identity") == 0 &&
		    strcmp(said[i].detail, "dmarc-fail") == 0)
			return tr("Sender not verified: their domain says that it does not come "
				  "from there");
	return tr("Sender not verified");
}

static const char *history_text(struct page *pg, const struct held_context *c)
{
	const char *who;

	if (c == NULL)
		return "";
	if (c->joined_at == 0 && c->holds == 0 && c->posts == 0)
		return tr("Not a member, and writes for the first time.");
	who = c->joined_at ? arena_fmt(pg->a, tr("Member since %s."), fmt_time(pg, c->joined_at))
			   : tr("Not a member.");
	if (c->posts > 0 || c->joined_at != 0)
		who = arena_fmt(pg->a, "%s %s", who,
				arena_fmt(pg->a, tr_n("%lld post.", "%lld posts.", c->posts),
					  (long long)c->posts));
	if (c->holds > 0)
		who = arena_fmt(pg->a, "%s %s", who,
				arena_fmt(pg->a, tr("Held besides: %lld, refused %lld."),
					  (long long)c->holds, (long long)c->refused));
	return who;
}

/* Of mail to the owners: what was said before, and answered by whom. */
static void earlier_fill(struct page *pg, const struct held *h, struct view_heldtext *v)
{
	struct owner_mail_row *row;
	struct str s;
	size_t n = 0, before = 0;

	if (owner_mail_read(unit_of(pg), h->id, &row, &n) != RC_OK)
		return;
	str_init(&s, pg->a, (size_t)64 << 10);
	for (size_t i = 0; i < n && row[i].hold < h->id; i++, before++) {
		str_fmt(&s, "%s%s: %s", i ? " · " : "", tr_name(pg->a, row[i].author_name),
			text_excerpt(pg->a, row[i].body, NULL, 0, PARENT_CHARS));
		if (*row[i].why != '\0')
			str_fmt(&s, " · %s: %s", tr_name(pg->a, row[i].decider),
				text_excerpt(pg->a, slice_of(row[i].why), NULL, 0, PARENT_CHARS));
	}
	if (before == 0)
		return;
	v->about = tr("Earlier in this conversation");
	v->about_url = arena_fmt(pg->a, "/moderation/%lld", (long long)row[before - 1].hold);
	v->about_text = text_shown(pg, str_z(&s), true);
}

/* The post that it answers, or is about. */
static void about_fill(struct page *pg, const struct held *h, const struct held_context *c,
		       struct view_heldtext *v)
{
	v->about = v->about_url = v->about_text = "";
	if (strcmp(h->kind, OWNER_MAIL) == 0)
		earlier_fill(pg, h, v);
	if (c == NULL || c->number == 0)
		return;
	v->about = arena_fmt(pg->a,
			     strcmp(h->kind, "report") == 0 ? tr("About: no. %lld, %s")
							    : tr("Answers: no. %lld, %s"),
			     (long long)c->number, tr_name(pg->a, c->author));
	v->about_url = arena_fmt(pg->a, "/g/%s/%lld/%lld", c->list, (long long)c->thread,
				 (long long)c->number);
	v->about_text =
		text_shown(pg, text_excerpt(pg->a, c->text, NULL, 0, PARENT_CHARS), true);
}

static void text_fill(struct page *pg, const struct held *h, const struct held_context *c,
		      struct view_heldtext *v)
{
	int64_t waited = clock_now() - h->held_at;

	*v = (struct view_heldtext){
		.url = arena_fmt(pg->a, "/moderation/%lld", (long long)h->id),
		.pick = "",
		.author = line_shown(pg->a, tr_name(pg->a, h->author_name)),
		.doubt = line_mixed(slice_of(h->author_name)) ? tr("letters of two alphabets") : "",
		.addr = h->author_addr,
		.sender = strcmp(h->kind, "message") == 0 ? sender_text(pg, h, c) : "",
		.history = history_text(pg, c),
		.waits = h->decided_at ? ""
				       : arena_fmt(pg->a, tr("has waited %s"), card_span(pg, waited)),
		.late = h->decided_at == 0 && waited > LATE,
		.group = h->list_title,
		.group_url = arena_fmt(pg->a, "/g/%s/moderation", h->list_name),
		.date = fmt_time(pg, h->held_at),
		.when = fmt_iso(pg, h->held_at),
		.subject = card_subject(pg, h),
		.lang = "",
		.chip = tr(words_of(h->kind)->chip),
		.reason = tr(h->reason),
		.note = h->note,
		.edited = h->edited_at ? arena_fmt(pg->a, tr("%s changed its words. It is posted with "
							     "these, marked as edited."),
						   *h->editor ? h->editor : tr("The administrator"))
				       : "",
		.cut = h->cut,
		.body = held_html(pg, h),
		.files = ARENA_ARRAY(pg->a, h->nfiles, struct view_attachment),
		.nfiles = h->nfiles
	};
	about_fill(pg, h, c, v);
	for (size_t i = 0; i < h->nfiles; i++)
		v->files[i] = (struct view_attachment){ "", h->files[i],
							fmt_size(pg, h->file_sizes[i]) };
}

/* ---- deciding ---- */

static const char *told_text(const struct held *h)
{
	if (!h->proven)
		return tr("It is not proven who sent it: nobody is told, whatever you decide. Your "
			  "words are recorded.");
	if (strcmp(h->kind, "message") == 0)
		return tr("They get your words and their text back by email. Discarding and spam "
			  "tell nobody.");
	return tr("They get your words by email. Discarding tells nobody.");
}

/* Who decided, changed or has it, as who is too late reads it. */
const char *card_conflict(struct page *pg, const struct held *h)
{
	const char *who = *h->decider ? tr_name(pg->a, h->decider) : tr("The administrator");

	if (h->decided_at != 0 && h->decided_by != 0 &&
	    h->decided_by == unit_of(pg)->actor.account)
		return arena_fmt(pg->a, tr("You decided it %s ago."),
				 card_span(pg, clock_now() - h->decided_at));
	if (h->decided_at != 0)
		return arena_fmt(pg->a, tr("%s decided it %s ago."), who,
				 card_span(pg, clock_now() - h->decided_at));
	if (h->claimed_by != 0 && h->claimed_by != unit_of(pg)->actor.account)
		return arena_fmt(pg->a, tr("%s took it %s ago."), h->claimer,
				 card_span(pg, clock_now() - h->claimed_at));
	return tr("It was changed since your page was made. Look at it again.");
}

static void claim_fill(struct page *pg, const struct held *h, struct view_held *v)
{
	const char *until = fmt_time(pg, h->claimed_at + CLAIM);

	v->claimed = v->mine = "";
	if (h->claimed_by == 0 || h->decided_at != 0)
		return;
	if (h->claimed_by == unit_of(pg)->actor.account)
		v->mine = arena_fmt(pg->a, tr("You are reviewing it until %s."), until);
	else
		v->claimed = arena_fmt(pg->a, tr("%s took it %s ago and is reviewing it until %s."),
				       h->claimer, card_span(pg, clock_now() - h->claimed_at), until);
}

static void acts_fill(struct page *pg, const struct held *h, const char *chosen, bool many,
		      struct view_held *v)
{
	v->acts = ARENA_ARRAY(pg->a, 6, struct view_pick);
	if (many)
		v->acts[v->nacts++] = (struct view_pick){ "later", tr("Later"), *chosen == '\0' };
	for (size_t i = 0; decision_names[i] != NULL; i++) {
		const char *text = card_act(h->kind, decision_names[i]);

		if (text != NULL)
			v->acts[v->nacts++] = (struct view_pick){
				decision_names[i], text,
				many ? strcmp(chosen, decision_names[i]) == 0 : i == 0
			};
	}
}

static void policies_fill(struct page *pg, const char *chosen, struct view_held *v)
{
	static const char *const texts[] = { N_("posts without review"), N_("is always reviewed"),
					     N_("is banned from this group") };

	v->policies = ARENA_ARRAY(pg->a, 4, struct view_pick);
	v->policies[v->npolicies++] = (struct view_pick){ "", tr("as before"), *chosen == '\0' };
	for (size_t i = 0; policy_names[i] != NULL; i++)
		v->policies[v->npolicies++] = (struct view_pick){
			policy_names[i], tr(texts[i]), strcmp(chosen, policy_names[i]) == 0
		};
}

/* The same for all of one group and language: asked for once a page. */
struct offered {
	int64_t list;
	const char *locale;
	struct view_optgroup groups[2];
	struct offered *next;
};

static enum rc offered_read(struct page *pg, const struct held *h, struct offered *o)
{
	static const char *const kinds[] = { "return", "reject" };
	struct template *t;
	size_t n;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct view_optgroup *g = &o->groups[k];
		enum rc rc = templates_for(unit_of(pg), h->list, kinds[k], h->locale, &t, &n);

		if (rc != RC_OK)
			return rc;
		g->label = card_act(h->kind, kinds[k]);
		g->rows = ARENA_ARRAY(pg->a, n, struct view_pick);
		for (size_t i = 0; i < n; i++)
			if (*t[i].title != '\0')
				g->rows[g->nrows++] = (struct view_pick){
					arena_fmt(pg->a, "%s.%s", kinds[k], t[i].title), t[i].title,
					false
				};
	}
	return RC_OK;
}

static enum rc templates_fill(struct page *pg, const struct held *h, const char *chosen,
			      struct offered **first, struct view_held *v)
{
	struct offered *o;
	enum rc rc;

	if (strcmp(h->kind, "message") != 0)
		return RC_OK;
	for (o = *first; o != NULL; o = o->next)
		if (o->list == h->list && strcmp(o->locale, h->locale) == 0)
			break;
	if (o == NULL) {
		o = ARENA_NEW(pg->a, struct offered);
		o->list = h->list;
		o->locale = h->locale;
		rc = offered_read(pg, h, o);
		if (rc != RC_OK)
			return rc;
		o->next = *first;
		*first = o;
	}
	v->templates = ARENA_ARRAY(pg->a, 2, struct view_optgroup);
	for (size_t k = 0; k < 2; k++) {
		struct view_optgroup *g = &v->templates[v->ntemplates];

		if (o->groups[k].nrows == 0)
			continue;
		*g = o->groups[k];
		g->rows = ARENA_ARRAY(pg->a, g->nrows, struct view_pick);
		for (size_t i = 0; i < g->nrows; i++) {
			g->rows[i] = o->groups[k].rows[i];
			g->rows[i].on = strcmp(chosen, g->rows[i].value) == 0;
		}
		v->ntemplates++;
	}
	return RC_OK;
}

enum rc card_template(struct page *pg, const struct held *h, const char *tpl, const char **text_r)
{
	struct template_values values = { h->list_title, NULL, h->author_name,
					  card_subject(pg, h) };
	struct slice title = slice_of(tpl), kind;
	struct template *t;
	size_t n;
	enum rc rc;

	*text_r = "";
	if (!slice_cut(&title, '.', &kind) || template_kind(slice_dup(pg->a, kind)) == NULL)
		return RC_OK;
	rc = templates_for(unit_of(pg), h->list, slice_dup(pg->a, kind), h->locale, &t, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (slice_eqz(title, t[i].title))
			*text_r = template_fill(pg->a, t[i].body, &values);
	return rc;
}

enum rc card_fill(struct page *pg, const struct held *h, const struct held_context *context,
		 const struct chosen *chosen, bool many, struct offered **offered,
		 struct view_held *v)
{
	static const struct chosen none = { .act = "", .why = "", .tpl = "", .policy = "", .fault = "" };
	const struct chosen *c = chosen ? chosen : &none;

	*v = (struct view_held){ .id = arena_fmt(pg->a, "%lld", (long long)h->id),
				 .key = arena_fmt(pg->a, "%lld.%lld", (long long)h->id,
						  (long long)h->version),
				 .error = c->fault,
				 .told = told_text(h),
				 .why = c->why,
				 .open = *c->why || *c->tpl || *c->policy || *c->fault };
	text_fill(pg, h, context, &v->text);
	claim_fill(pg, h, v);
	if (many && *v->claimed == '\0') {
		v->text.pick = v->id;
		v->text.picked = c->picked;
	}
	acts_fill(pg, h, c->act, many, v);
	policies_fill(pg, c->policy, v);
	return templates_fill(pg, h, c->tpl, offered, v);
}

/* ---- decided ---- */

/* Who and when; and while it can be undone, until when. */
static const char *decider_text(struct page *pg, const struct held *h, bool undo)
{
	if (undo)
		return arena_fmt(pg->a,
				 tr_n("It takes effect in %lld second.",
				      "It takes effect in %lld seconds.",
				      (h->effective_at - clock_now()) / USEC + 1),
				 (long long)((h->effective_at - clock_now()) / USEC + 1));
	if (strcmp(h->decision, "expire") == 0)
		return tr("Nobody decided it in time.");
	return card_conflict(pg, h);
}

void card_decided(struct page *pg, const struct held *h, const char *back, struct view_decided *v)
{
	bool undo = h->done_at == 0 && h->effective_at > clock_now();

	*v = (struct view_decided){
		.url = arena_fmt(pg->a, "/moderation/%lld", (long long)h->id),
		.csrf = csrf_token(pg),
		.back = back,
		.subject = strcmp(h->kind, "join") == 0 ? h->author_name : card_subject(pg, h),
		.post_url = h->post ? arena_fmt(pg->a, "/g/%s/%lld/%lld", h->list_name,
						(long long)h->thread, (long long)h->post)
				    : "",
		.what = card_decision(h->kind, h->decision),
		.who = decider_text(pg, h, undo),
		.undo = undo
	};
}
