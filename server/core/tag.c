/* SPDX-License-Identifier: Apache-2.0 */
/* See tag.h. Locks: the threads by id, then the group. */
#include "server/core/audit.h"
#include "server/core/office.h"
#include "server/core/tag.h"
#include "server/store/setting.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define ACTS_SHOWN   20
#define PROPOSED_MAX 1000 /* bytes: the setting's bound */

/* `from` of a list with commas becomes `to`, once; to "": it goes. */
static const char *proposed_with(struct unit *u, const char *text, const char *from, const char *to)
{
	struct slice rest = slice_of(text), tag;
	bool put = *to == '\0';
	struct str s;

	str_init(&s, u->arena, PROPOSED_MAX + TAG_LENGTH_MAX * 4 + 4);
	while (rest.n > 0) {
		slice_cut(&rest, ',', &tag);
		tag = slice_trim(tag);
		if (slice_eqz(tag, from) || slice_eqz(tag, to)) {
			if (put)
				continue;
			put = true;
			tag = slice_of(to);
		}
		if (tag.n > 0)
			str_fmt(&s, "%s%s", s.n ? ", " : "", slice_dup(u->arena, tag));
	}
	return str_z(&s);
}

static bool proposes(const char *text, const char *tag)
{
	struct slice rest = slice_of(text), one;

	while (rest.n > 0) {
		slice_cut(&rest, ',', &one);
		if (slice_eqz(slice_trim(one), tag))
			return true;
	}
	return false;
}

static enum rc proposed_write(struct unit *u, int64_t list, const char *text)
{
	const char *const name[] = { "tags" };

	/* a name that is longer may not fit any more: what is proposed stays then */
	return strlen(text) > PROPOSED_MAX ? RC_OK
					   : list_settings_write(u->db, u->arena, list, name, &text, 1);
}

/* The group's page has changed for whoever kept a copy. */
static enum rc settle(struct unit *u, int64_t list)
{
	return act_weigh(u->db, &(struct act_weight){ .list = list });
}

static enum rc wrong(struct thread_done *r, const char *reason)
{
	r->reason = reason;
	return RC_INVALID;
}

static const char *cleaned(struct unit *u, const char *text)
{
	return slice_dup(u->arena, slice_trim(slice_of(text ? text : "")));
}

static bool tag_good(const char *tag)
{
	return *tag != '\0' && utf8_valid(slice_of(tag)) && utf8_length(slice_of(tag)) <= TAG_LENGTH_MAX &&
	       strpbrk(tag, ",\n") == NULL;
}

/* Both names, and how many threads have each. */
static enum rc check(struct unit *u, const struct tag_do *d, struct act_row *act,
		     struct thread_done *r)
{
	int64_t there;
	enum rc rc;

	act->before = cleaned(u, d->from);
	act->after = cleaned(u, d->to);
	if (d->why != NULL && strlen(d->why) > THREAD_WHY_MAX)
		return wrong(r, N_("The reason is longer than 1,000 characters. Shorten it."));
	if (!tag_good(act->after))
		return wrong(r, N_("A tag has 40 characters at most, and no comma."));
	if (strcmp(act->before, act->after) == 0)
		return wrong(r, N_("It is so already: there is nothing to do."));
	rc = tag_lock(u->db, u->arena, act, &act->posts, &there);
	if (rc != RC_OK)
		return rc;
	if (act->posts == 0)
		return wrong(r, N_("No thread of the group has that tag."));
	if (!d->merge && there != 0)
		return wrong(r, N_("There is a tag of that name. Join the two instead."));
	return d->merge && there == 0 ? wrong(r, N_("No thread has the other tag. Rename this one "
						    "instead."))
				      : RC_OK;
}

enum rc tag_do(struct unit *u, const struct tag_do *d, struct thread_done *r)
{
	struct act_row act = { .kind = d->merge ? "tag-merge" : "tag-rename" };
	const char *proposed;
	struct group g;
	enum rc rc = office_check(u, d->list, OFFICE_MODERATOR, &g);

	*r = (struct thread_done){ .list = d->list, .reason = "" };
	act.list = g.id;
	act.account = u->actor.account;
	act.why = cleaned(u, d->why);
	if (rc == RC_OK)
		rc = check(u, d, &act, r);
	if (rc == RC_OK)
		rc = tag_proposed_read(u->db, u->arena, g.id, &proposed);
	if (rc != RC_OK)
		return rc;
	act.was = proposes(proposed, act.before);
	act.whole = !proposes(proposed, act.after);
	rc = act_write(u->db, u->arena, &act, NULL, 0);
	if (rc == RC_OK)
		rc = tag_swap(u->db, &act);
	if (rc == RC_OK)
		rc = audit(u, &(struct audit_entry){ .act = arena_fmt(u->arena, "thread.%s", act.kind),
						     .list = g.id,
						     .before = act.before,
						     .after = act.after,
						     .why = act.why });
	if (rc == RC_OK && act.was)
		rc = proposed_write(u, g.id, proposed_with(u, proposed, act.before, act.after));
	if (rc == RC_OK)
		rc = settle(u, g.id);
	r->act = act.id;
	return rc;
}

/* What the group proposes, as it was; what was changed there since stays. */
static enum rc proposed_undo(struct unit *u, const struct act_row *act)
{
	const char *now;
	enum rc rc = tag_proposed_read(u->db, u->arena, act->list, &now);

	if (rc != RC_OK || !act->was || !proposes(now, act->after) || proposes(now, act->before))
		return rc;
	return proposed_write(u, act->list,
			      act->whole ? proposed_with(u, now, act->after, act->before)
					 : arena_fmt(u->arena, "%s, %s", now, act->before));
}

enum rc tag_undo(struct unit *u, const struct act_row *act, const char **reason_r)
{
	bool whole = strcmp(act->kind, "tag-rename") == 0;
	int64_t later, before, after;
	enum rc rc = tag_lock(u->db, u->arena, act, &before, &after);

	if (rc == RC_OK)
		rc = tag_later_read(u->db, u->arena, act, &later);
	if (rc == RC_OK && later != 0) {
		*reason_r = N_("Somebody has changed the same since. Undo that first.");
		return RC_INVALID;
	}
	if (rc == RC_OK)
		rc = tag_swap_undo(u->db, act, whole);
	if (rc == RC_OK)
		rc = proposed_undo(u, act);
	return rc == RC_OK ? settle(u, act->list) : rc;
}

enum rc tags_load(struct unit *u, const char *list, struct tag_row **r, size_t *n_r,
		  struct act_line **acts_r, size_t *nacts_r)
{
	struct group g;
	enum rc rc = office_check(u, list, OFFICE_MODERATOR, &g);

	if (rc == RC_OK)
		rc = tag_list_read(u->db, u->arena, g.id, TAGS_SHOWN, r, n_r);
	return rc == RC_OK ? tag_acts_read(u->db, u->arena, g.id, ACTS_SHOWN, acts_r, nacts_r) : rc;
}

enum rc tag_lead(struct unit *u, int64_t list, const char *tag, const char **r)
{
	return tag_lead_read(u->db, u->arena, list, tag, r);
}
