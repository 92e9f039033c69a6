/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that go out before what went before them is answered, each prepared in the same
 * trip: what fails takes those after it along, and nobody believes afterwards that these were
 * prepared; as many as there may be at once, and more; rows go to whom they belong.
 */
#include <stdio.h>

#include "server/db/conn.h"
#include "server/db/db.h"

#include "server/base/base.h"

#define MANY 100 /* more than AHEAD_MAX holds */

static unsigned ntests, nbad;
static struct arena *a;

static void check(bool good, const char *what)
{
	ntests++;
	nbad += !good;
	printf("%s %u - %s\n", good ? "ok" : "not ok", ntests, what);
}

/* A program that has just begun: it has prepared nothing. */
static struct db *fresh(const char *conninfo)
{
	struct db *db = db_new(conninfo, "cabildo", "test", 0);

	if (db_connect(db) == RC_OK)
		return db;
	printf("Bail out! %s\n", db_error(db));
	exit(1);
}

static bool says(struct db *db, const char *name, const char *value)
{
	struct db_rows *q;

	return db_run(db, a, STMT_SETTING_GET, &q, db_text(name)) == RC_OK &&
	       (value == NULL ? db_nrows(q) == 0
			      : db_nrows(q) == 1 && strcmp(db_get_text(q, 0, 0), value) == 0);
}

/* The first asks for an answer and so fails by itself; the second fails what follows it. */
static void failing(const char *conninfo)
{
	struct db *db = fresh(conninfo);
	struct db_rows *q;
	enum rc rc = db_begin(db, DB_READ_WRITE);

	if (rc == RC_OK)
		rc = db_run(db, a, STMT_SETTING_SET, NULL, db_text("ahead"), db_text("lost"));
	if (rc == RC_OK)
		rc = db_send(db, STMT_SETTING_SET, db_text("ahead"), db_null());
	check(rc == RC_OK, "what will fail is sent");
	check(db_run(db, a, STMT_SETTING_GET, &q, db_text("ahead")) != RC_OK, "and fails what follows it");
	db_abort(db);
	check(says(db, "ahead", NULL), "which then is prepared after all, and the transaction left nothing");
	check(db_begin(db, DB_READ_WRITE) == RC_OK &&
		      db_send(db, STMT_SETTING_SET, db_text("ahead"), db_text("kept")) == RC_OK &&
		      db_commit(db) == RC_OK && says(db, "ahead", "kept"),
	      "what had failed for its values works with others");
	db_free(&db);
}

static void many(const char *conninfo)
{
	struct db *db = fresh(conninfo);
	struct db_rows *q;
	bool good = db_begin(db, DB_READ_WRITE) == RC_OK &&
		    db_run(db, a, STMT_SETTING_GET, &q, db_text("ahead")) == RC_OK;

	for (int i = 0; i < MANY && good; i++)
		good = db_send(db, STMT_SETTING_SET, db_text(arena_fmt(a, "ahead%d", i)),
			       db_text(arena_fmt(a, "%d", i))) == RC_OK;
	check(good && db_commit(db) == RC_OK, "a hundred are sent, the first of them unprepared");
	good = true;
	for (int i = 0; i < MANY; i++)
		good = says(db, arena_fmt(a, "ahead%d", i), arena_fmt(a, "%d", i)) && good;
	check(good, "and each is done");
	db_free(&db);
}

/* However many wait for their answers, two that ask have theirs. */
static void two(const char *conninfo)
{
	struct db_rows *q[DB_ASKS];
	bool good = true;

	for (int n = 0; n < AHEAD_MAX + 2 && good; n++) {
		struct db *db = fresh(conninfo);

		good = db_begin(db, DB_READ_WRITE) == RC_OK;
		for (int i = 0; i <= n && good; i++)
			good = db_send(db, STMT_SETTING_SET, db_text("ahead"), db_text("two")) == RC_OK;
		good = good && db_run_two(db, a,
					  (const struct db_ask[]){ DB_ASK(STMT_SETTING_GET, db_text("ahead7")),
								   DB_ASK(STMT_SETTINGS_ALL, db_null()) },
					  q) == RC_OK &&
		       db_nrows(q[0]) == 1 && strcmp(db_get_text(q[0], 0, 0), "7") == 0 &&
		       db_nrows(q[1]) > MANY;
		db_abort(db);
		db_free(&db);
	}
	check(good, "two that ask behind any number of others have their own rows");
}

int main(void)
{
	const char *conninfo = getenv("CABILDO_TEST_DATABASE");

	if (conninfo == NULL || *conninfo == '\0') {
		printf("Bail out! CABILDO_TEST_DATABASE names no database\n");
		return 1;
	}
	log_init("ahead", LOG_LV_FAIL, false);
	a = arena_new((size_t)64 << 20);
	failing(conninfo);
	many(conninfo);
	two(conninfo);
	printf("1..%u\n", ntests);
	arena_free(&a);
	return nbad != 0;
}
