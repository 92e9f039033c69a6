/* SPDX-License-Identifier: Apache-2.0 */
/* What the sample template of test_htc.c is filled with. */
#ifndef CABILDO_TESTS_HTC_SAMPLE_H
#define CABILDO_TESTS_HTC_SAMPLE_H

#include "server/text/html.h"

enum sample_role { ROLE_NONE, ROLE_OWNER };

struct sample_post {
	const char *name, *url;
	int64_t id;
	bool fresh;
};

struct view_htc_foot {
	const char *site;
};

struct view_htc_sample {
	const char *title, *note, *link;
	struct { const char *name; int role; } user;
	enum sample_role role;
	struct html body;
	const struct sample_post *posts;
	size_t nposts;
	const char *tags[3];
	size_t ntags;
	struct view_htc_foot foot;
};

#endif
