/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of template; one function per statement of sql/template.sql. */
#ifndef CABILDO_STORE_TEMPLATE_H
#define CABILDO_STORE_TEMPLATE_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct template {
	int64_t id; /* 0: the one of the catalogue, where nobody wrote another */
	bool site;  /* of every group */
	const char *kind, *locale;
	const char *title; /* what it is chosen by; "" where a kind has one text alone */
	const char *body;  /* plain text with {group} and the like; LF */
};

/* list 0: the site's alone; kind, locale NULL: all. */
enum rc templates_read(struct db *db, struct arena *a, int64_t list, const char *kind,
		       const char *locale, struct template **r, size_t *n_r) MUST_USE;
enum rc template_write(struct db *db, struct arena *a, int64_t list, const struct template *t,
		       int64_t *id_r) MUST_USE;
/* *was_r: what it was. RC_NOTFOUND: none of this list (0: of the site). */
enum rc template_delete(struct db *db, struct arena *a, int64_t list, int64_t id,
			struct template *was_r) MUST_USE;

#endif
