/* SPDX-License-Identifier: Apache-2.0 */
/* See group_kind.h. */
#include "server/core/admin.h"
#include "server/core/group_kind.h"
#include "server/core/settings.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define SETS(...) ((const char *const[][2]){ __VA_ARGS__, { NULL, NULL } })

const struct group_kind group_kinds[] = {
	{ "discussion", N_("Open discussion"),
	  N_("Everybody reads it, whoever confirms their address joins, members write."),
	  SETS({ "visibility", "public" }, { "join_policy", "confirm" }, { "posting", "members" },
	       { "nonmember", "hold" }, { "reply_policy", "list" }) },
	{ "members", N_("Members only"),
	  N_("Members read and write; those who run the group let people in."),
	  SETS({ "visibility", "members" }, { "join_policy", "approve" }, { "posting", "members" },
	       { "nonmember", "hold" }, { "reply_policy", "list" }) },
	{ "announcements", N_("Announcements"),
	  N_("Those who run the group write, everybody reads; answers go to the author."),
	  SETS({ "visibility", "public" }, { "join_policy", "confirm" }, { "posting", "announce" },
	       { "nonmember", "refuse" }, { "reply_policy", "author" }) },
	{ "secretariat", N_("Secretariat"),
	  N_("A shared mailbox: anybody writes to it, the invited members read and answer."),
	  SETS({ "visibility", "hidden" }, { "join_policy", "invite" }, { "posting", "anyone" },
	       { "nonmember", "accept" }, { "reply_policy", "both" }) },
};
const size_t group_kinds_n = ARRAY_LEN(group_kinds);

const struct group_kind *group_kind(const char *name)
{
	for (size_t i = 0; i < group_kinds_n; i++)
		if (strcmp(group_kinds[i].name, name) == 0)
			return &group_kinds[i];
	return NULL;
}

/* As the check of list.name in schema.sql. */
static bool name_right(const char *name)
{
	static const char *const reserved[] = { "-request", "-owner",	"-join",      "-leave",	    "-help",
						"-bounces", "-confirm", "-subscribe", "-unsubscribe" };
	size_t n = strlen(name);

	if (n < 1 || n > 24 || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0' ||
	    name[0] == '-' || name[n - 1] == '-' || strcmp(name, "postmaster") == 0 ||
	    strcmp(name, "abuse") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (slice_ends(slice_of(name), reserved[i]))
			return false;
	return true;
}

/* The settings of its kind and what was asked for besides. */
static enum rc settings_make(struct unit *u, const struct group_new *n, const struct group_kind *k,
			     const char **field_r, const char **err_r)
{
	struct setting_now c[16];
	size_t count = 0;
	enum rc rc;

	for (size_t i = 0; k->settings[i][0] != NULL; i++)
		c[count++] = (struct setting_now){ setting_find(false, k->settings[i][0]),
						   k->settings[i][1], NULL };
	c[count++] = (struct setting_now){ setting_find(false, "title"), n->title, NULL };
	c[count++] = (struct setting_now){ setting_find(false, "description"), n->description, NULL };
	c[count++] = (struct setting_now){ setting_find(false, "lang"), n->lang, NULL };
	c[count++] = (struct setting_now){ setting_find(false, "parent"), n->parent, NULL };
	rc = settings_change(u, n->name, c, count, NULL);
	for (size_t i = 0; rc == RC_INVALID && i < count; i++)
		if (c[i].error != NULL) {
			*field_r = c[i].s->name;
			*err_r = c[i].error;
		}
	return rc;
}

static enum rc wrong(const char *field, const char *err, const char **field_r, const char **err_r)
{
	*field_r = field;
	*err_r = err;
	return RC_INVALID;
}

enum rc group_create(struct unit *u, const struct group_new *n, const char **field_r,
		     const char **err_r)
{
	const struct group_kind *k = group_kind(n->kind);
	const char *owner = *n->owner ? n->owner : u->actor.account ? u->actor.addr : "", *clean;
	enum rc rc;

	*field_r = *err_r = "";
	if (!office_admin(u))
		return RC_DENIED;
	if (k == NULL)
		return wrong("kind", tr("Choose a kind of group."), field_r, err_r);
	if (!name_right(n->name))
		return wrong("name",
			     tr("At most 24 of a-z, 0-9 and -; no - at an end, and no ending that "
				"mail uses, such as -owner."),
			     field_r, err_r);
	if (setting_check(u->arena, setting_find(false, "title"), n->title, &clean) != NULL)
		return wrong("title", setting_check(u->arena, setting_find(false, "title"), n->title, &clean),
			     field_r, err_r);
	if (*owner != '\0' && addr_clean(u->arena, owner) == NULL)
		return wrong("owner", tr("Write an address such as ana@example.org."), field_r, err_r);
	rc = list_create(u, &(struct list_new){ n->name, clean, "", "es", "members", false });
	if (rc == RC_OK)
		rc = settings_make(u, n, k, field_r, err_r);
	if (rc == RC_OK && *owner != '\0')
		rc = member_create(u, &(struct member_new){ .list = n->name,
							    .addr = owner,
							    .role = "owner",
							    .delivery = "each",
							    .locale = n->lang });
	return rc;
}
