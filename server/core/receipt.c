/* SPDX-License-Identifier: Apache-2.0 */
/* See receipt.h. */
#include "server/core/notice.h"
#include "server/core/receipt.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define SHOWN_MAX ((size_t)3000)

/* What is not folded, and how many lines are. */
static struct slice shown_text(struct unit *u, const struct submission *s, int64_t *lines_r)
{
	struct str own;
	size_t at = 0;

	str_init(&own, u->arena, s->text.n + 2);
	*lines_r = 0;
	for (size_t i = 0; i + 3 <= s->nfolds * 3; i += 3) {
		size_t from = (size_t)s->folds[i], to = (size_t)s->folds[i + 1];

		str_add(&own, s->text.p + at, from - at);
		for (size_t k = from; k < to; k++)
			*lines_r += s->text.p[k] == '\n' || k + 1 == to;
		at = to;
	}
	str_add(&own, s->text.p + at, s->text.n - at);
	return slice_trim(str_slice(&own));
}

static const char *receipt_body(struct unit *u, const struct list_ref *l,
				const struct submission *s, const struct submit_result *r)
{
	const char *base = u->conf->base_url, *link;
	struct slice shown, rest, line;
	int64_t lines;
	struct str b;

	str_init(&b, u->arena, 65536);
	shown = shown_text(u, s, &lines);
	rest = utf8_clip(shown, SHOWN_MAX);
	link = arena_fmt(u->arena, "%s/g/%s/%lld/%lld", base, l->name, (long long)r->thread_number,
			 (long long)r->number);
	str_fmt(&b, tr("Your message “%s” is posted in %s. This is what everybody sees of it at once:"),
		*s->subject ? s->subject : tr("(no subject)"), l->title);
	str_addz(&b, "\n\n");
	while (slice_line(&rest, &line))
		str_fmt(&b, "> %.*s\n", (int)line.n, line.p);
	if (shown.n > SHOWN_MAX)
		str_addz(&b, "> [...]\n");
	str_addc(&b, '\n');
	if (lines > 0) {
		str_fmt(&b, tr_n("%lld more line is folded: readers open it with one click.",
				 "%lld more lines are folded: readers open them with one click.", lines),
			(long long)lines);
		str_addz(&b, "\n\n");
	}
	if (*base != '\0') {
		str_addz(&b, lines > 0 ? tr("If something of yours is among them, open your message and choose "
					    "to show it whole to everybody:")
				       : tr("Your message:"));
		str_fmt(&b, "\n%s\n\n", link);
		str_fmt(&b, tr("You asked for these receipts; you end them here: %s/me"), base);
		str_addc(&b, '\n');
	}
	return str_z(&b);
}

enum rc receipt_send(struct unit *u, const struct list_ref *l, const struct submission *s,
		     const struct submit_result *r)
{
	const char *was = tr_lang();
	enum rc rc;

	if (!s->proven || s->automatic || l->account == 0)
		return RC_OK;
	tr_set(*l->locale ? l->locale : l->lang);
	rc = notice_send(u,
			 &(struct notice_new){ .kind = "receipt",
					       .addr = s->author_addr,
					       .account = l->account,
					       .list = l->id,
					       .locale = tr_lang(),
					       /* TRANSLATORS: [group] Posted: subject */
					       .subject = arena_fmt(u->arena, tr("[%s] Posted: %s"),
								    l->name, *s->subject ? s->subject
										 : tr("(no subject)")),
					       .body = receipt_body(u, l, s, r),
					       .in_reply_to = s->msgid },
			 NULL);
	tr_set(was);
	return rc;
}
