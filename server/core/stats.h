/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures of a group, of half a year: posts by week, people, decisions of its
 * moderators, for every member and free of personal data; how mail arrives at each
 * provider, for those who run it. cabildod counts the weeks (house_stats); nothing here
 * reads more than some thousand rows, however large the group is.
 */
#ifndef CABILDO_CORE_STATS_H
#define CABILDO_CORE_STATS_H

#include "server/core/office.h"
#include "server/store/stats.h" /* struct week_row, domain_row, decided_row */

struct stats {
	struct group group;
	struct week_row *weeks; /* oldest first; weeks without a post may be missing */
	size_t nweeks;
	int64_t members, wrote, waiting; /* waiting: at most 1,000; wrote: 0 for the site */
	struct decided_row *decided;     /* all together first */
	size_t ndecided;
	struct domain_row *domains;      /* only for who runs it */
	size_t ndomains;
};
/* Members; list NULL: the whole site, for administrators. */
enum rc stats_load(struct unit *u, const char *list, struct stats *r) MUST_USE;

#endif
