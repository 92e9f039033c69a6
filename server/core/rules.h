/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of acceptance, in the order in which a message meets them: name,
 * what each looks at, what follows, the sentence for the sender and the one
 * step that mends it. The page /g/LIST/rules, `cabildo explain`, the notices and
 * the queue of what is held are all written from this table. What decides is
 * mailer/accept/accept.c, rule by rule in the same order; a test walks both.
 */
#ifndef CABILDO_CORE_RULES_H
#define CABILDO_CORE_RULES_H

#include "server/core/submit.h"

enum rule {
	RULE_MALFORMED,
	RULE_LOOP,
	RULE_TO_SITE,
	RULE_AUTOMATIC,
	RULE_BOUNCE,
	RULE_COMPLAINT,
	RULE_BANNED,
	RULE_COMMAND,
	RULE_TO_OWNER,
	RULE_NOT_A_POST,
	RULE_EMERGENCY,
	RULE_CLOSED,
	RULE_NO_AUTHOR,
	RULE_IDENTITY,
	RULE_ANNOUNCE_ONLY,
	RULE_NONMEMBER,
	RULE_MODERATED,
	RULE_FIRST_POSTS,
	RULE_UNADDRESSED,
	RULE_TOO_LARGE,
	RULE_TOO_MANY_RECIPIENTS,
	RULE_EMPTY,
	RULE_DUPLICATE,
	RULE_ID_REUSED,
	RULE_DIGEST_REPLY,
	RULE_THREAD_CLOSED,
	RULE_FLOOD,
	RULE_PATTERN,
	RULE_FILE_TYPES,
	RULE_SPAM,
	RULE_POSTED,
	RULES
};

/* What a rule says of one message. The order is that of strength: where several
 * speak, the strongest decides, and of equal ones the first. */
enum outcome {
	OUTCOME_NONE,    /* it has nothing to say */
	OUTCOME_POST,    /* the last one: nothing spoke against it */
	OUTCOME_HOLD,    /* a person looks */
	OUTCOME_REFUSE,  /* goes back whole to a proven sender; else it is held */
	OUTCOME_DROP,    /* on the record alone: nobody is told */
	OUTCOME_FORWARD,  /* to the people who run the group or the site */
	OUTCOME_COMMAND, /* it is done and answered */
	OUTCOME_BOUNCE,  /* counted, never answered */
	OUTCOME_COMPLAINT
};
extern const char *const outcome_names[]; /* "-", "post", "hold", ... */

struct rule_info {
	const char *name;     /* as in hold.rule and intake.rule */
	const char *looks_at; /* msgid: what part of the message or of the group */
	const char *follows;  /* msgid: what happens then, for the page */
	const char *sentence; /* msgid: why, to the sender; also hold.reason */
	const char *mend;     /* msgid: the one step that mends it; "" where there is none */
	bool final;           /* it decides at once; the others are all asked, and all named */
	bool yields;          /* a moderators' rule that accepts overrules it */
	/* whether this group can meet the rule at all; NULL: every group can */
	bool (*applies)(const struct list_ref *l);
};
extern const struct rule_info rules[RULES];

/* By name, or NULL: holds of former versions keep theirs. */
const struct rule_info *rule_find(const char *name);

/* Which word of the group's file_types takes this file, or nothing: ".exe", "application/zip",
 * or "video/" with a star behind. The setting is the list's; case is ignored. */
struct slice rules_file_refused(const struct list_ref *l, const char *name, const char *type);

/* A stored trace, "malformed=- nonmember=hold(detail) ...", taken apart. */
struct rule_said {
	const struct rule_info *rule; /* NULL: not of this version */
	const char *name, *outcome, *detail;
};
size_t rules_trace(struct arena *a, const char *trace, struct rule_said **r);

#endif
