/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of groups and members as the administrator changes them. */
#ifndef CABILDO_STORE_ADMIN_H
#define CABILDO_STORE_ADMIN_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

enum rc list_write(struct db *db, struct arena *a, const char *name, const char *domain,
		   const char *title, const char *description, const char *lang,
		   const char *visibility, bool footer, const char *identity,
		   int64_t *id_r) MUST_USE;
/* Settings in the order of sql/admin.sql list_set; NULL leaves one. */
enum rc account_write(struct db *db, struct arena *a, const char *name, const char *locale,
		      const char *addr, const char *country, int64_t organisation,
		      int64_t *account_r, int64_t *address_r) MUST_USE;
enum rc organisation_write(struct db *db, struct arena *a, const char *name,
			   int64_t *id_r) MUST_USE;
enum rc subscription_new(struct db *db, struct arena *a, const char *list, int64_t account,
			 int64_t address, const char *role, const char *delivery,
			 int64_t *list_r) MUST_USE;
/* Settings in the order of core's member_setting_names; NULL leaves one. */
enum rc subscription_settings_write(struct db *db, struct arena *a, const char *list,
				    const char *addr, const char *const *value, int64_t *list_r,
				    int64_t *account_r) MUST_USE;
enum rc subscription_delete(struct db *db, struct arena *a, const char *list, const char *addr,
			    int64_t *list_r, int64_t *account_r) MUST_USE;
enum rc account_admin_write(struct db *db, int64_t account, bool on) MUST_USE;


/* Rows as text and numbers for printing: text(i, col), i64(i, col). */
struct db_rows;
enum rc lists_read(struct db *db, struct arena *a, struct db_rows **r) MUST_USE;
enum rc members_read(struct db *db, struct arena *a, const char *list, struct db_rows **r) MUST_USE;
enum rc status_read(struct db *db, struct arena *a, struct db_rows **r) MUST_USE;

#endif
