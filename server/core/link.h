/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attachments by link: one signed link for each attachment and each person
 * who gets it so. It opens that file for LINK_DAYS and nothing else: no page,
 * no post, no session. It ends sooner where the membership, the account or the
 * post does.
 */
#ifndef CABILDO_CORE_LINK_H
#define CABILDO_CORE_LINK_H

#include "server/core/forum.h"
#include "server/core/unit.h"

#define LINK_DAYS 90

/* n: the attachment's number in its post. "" without base_url. */
char *link_attachment(struct arena *a, const struct keys *k, const char *base_url,
		      int64_t subscription, int64_t post, int64_t n, int64_t now);
/* token: what stands after /a/. RC_NOTFOUND for anything that is not ours, ended or gone. */
enum rc link_open(struct unit *u, const char *token, struct attachment_row *r,
		  struct slice *bytes_r) MUST_USE;

#endif
