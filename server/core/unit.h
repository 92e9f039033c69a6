/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One unit of work: memory, a database connection, who acts and through which
 * door. The outermost caller (a request, a message, a command) makes it and
 * begins and ends its transaction; actions of core never do.
 */
#ifndef CABILDO_CORE_UNIT_H
#define CABILDO_CORE_UNIT_H

#include "server/base/arena.h"
#include "server/base/conf.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"

struct db;

enum door { DOOR_WEB, DOOR_EMAIL, DOOR_CLI, DOOR_SYSTEM };

struct actor { /* account 0: nobody signed in */
	int64_t account;
	const char *name, *addr;
	const char *locale;    /* es, en, pt, fr, it */
	const char *theme;     /* auto, light, dark */
	const char *time_zone; /* IANA name */
	int utc_offset;        /* minutes, now */
	bool admin;
	bool moderates; /* some group, or as administrator */
	int held;       /* messages that wait in the groups they moderate, at most 100 */
};

struct unit {
	struct arena *arena;
	struct db *db;
	const struct conf *conf;
	const struct keys *keys;
	enum door door;
	struct actor actor;
};

/* role: receive, deliver, web, sched or cli (the owner). Each program has one
 * connection for its life; nothing is connected before the first use. */
struct db *unit_open(const struct conf *conf, const char *role);
void unit_close(struct db **db);
/* Before a program forks workers that each open their own. */
void unit_family(void);
/* False while the database is away; for 503 and 451. */
bool unit_ready(struct unit *u);

enum rc unit_begin_rw(struct unit *u) MUST_USE;
enum rc unit_commit(struct unit *u) MUST_USE;
void unit_abort(struct unit *u);
/* One level inside a transaction: what follows unit_savepoint can be undone
 * after RC_INVALID, and the transaction goes on. */
enum rc unit_savepoint(struct unit *u) MUST_USE;
void unit_rollback_to(struct unit *u);
/* What is still on its way to the database (db_send) is done, or its failure is told now
 * and not by a later call. */
enum rc unit_flush(struct unit *u) MUST_USE;
/* After commit: wakes the deliver workers; at most one in 50 ms leaves. */
void unit_wake(struct unit *u);

#endif
