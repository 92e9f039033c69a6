/* SPDX-License-Identifier: Apache-2.0 */
/* Does a signature survive the way through the list? See compose_signature_holds. */
#include "mailer/compose/head.h"
#include "mailer/compose/job.h"

#include "server/base/base.h"

/* The value of one tag (RFC 6376 3.2) without white space, "" where it is absent. */
static struct slice tag_value(struct arena *a, struct slice sig, const char *tag)
{
	struct slice one, name;
	struct str o;

	while (sig.n > 0) {
		slice_cut(&sig, ';', &one);
		if (!slice_cut(&one, '=', &name) || !slice_eqz(slice_trim(name), tag))
			continue;
		str_init(&o, a, one.n + 1);
		for (size_t i = 0; i < one.n; i++)
			if ((unsigned char)one.p[i] > ' ')
				str_addc(&o, one.p[i]);
		return str_slice(&o);
	}
	return SLICE("");
}

/* Of what is signed under this name, the copy says the same. */
static bool field_holds(struct job *j, struct slice name)
{
	const struct orig *o = &j->orig;
	const struct orig_field *first = orig_find(o, slice_dup(j->a, name));
	const char *text;

	if (slice_istarts(name, "List-") || slice_ieqz(name, "Precedence") ||
	    slice_ieqz(name, "X-Loop") || (j->new_url && slice_ieqz(name, "Archived-At")))
		return false;
	if (j->new_reply && slice_ieqz(name, "Reply-To"))
		return false;
	if (slice_ieqz(name, "Subject") && first != NULL &&
	    tag_plan(j, orig_value(first), &text) != TAG_LEAVE)
		return false;
	/* what is missing is put in */
	if (first == NULL)
		return !slice_ieqz(name, "Date") && !slice_ieqz(name, "Message-ID") &&
		       !(slice_ieqz(name, "Subject") && *j->list->tag != '\0');
	if (field_goes(name))
		return false;
	for (size_t i = 0; i < o->n; i++) {
		const struct orig_field *f = &o->field[i];

		if (slice_ieq(f->name, name) && (f->changed || (f != first && field_single(name))))
			return false;
	}
	return true;
}

static bool signature_holds(struct job *j, struct slice sig)
{
	struct slice domain = tag_value(j->a, sig, "d"), names = tag_value(j->a, sig, "h"), name;
	bool ours = false;

	for (size_t i = 0; i < j->post->ndkim; i++)
		ours |= slice_ieqz(domain, j->post->dkim[i]);
	if (!ours || names.n == 0)
		return false;
	while (names.n > 0) {
		slice_cut(&names, ':', &name);
		if (name.n > 0 && !field_holds(j, name))
			return false;
	}
	return true;
}

bool compose_signature_holds(struct arena *a, const struct compose_list *list,
			     const struct compose_post *p)
{
	struct job j = { .a = a, .list = list, .post = p };

	if (p->ndkim == 0 || p->raw.n == 0 || list->footer || orig_read(&j.orig, a, p->raw) != RC_OK)
		return false;
	if (j.orig.bare || body_too_long(&j.orig) || from_unfit(a, &j.orig))
		return false;
	j.new_url = *head_url(a, "", p->url) != '\0';
	author_plan(&j);
	for (size_t i = 0; i < j.orig.n; i++)
		if (slice_ieqz(j.orig.field[i].name, "DKIM-Signature") &&
		    signature_holds(&j, orig_value(&j.orig.field[i])))
			return true;
	return false;
}
