/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that listens and is called while it works: the call came with an answer and
 * its socket stays silent, so who then waits must not wait for the socket. Many calls are
 * one, and none of them is kept for longer than the answer it came with.
 */
#include <poll.h>
#include <stdio.h>

#include <libpq-fe.h>

#include "server/db/conn.h"
#include "server/db/db.h"

#include "server/base/base.h"

#define CHANNEL "cabildo_outbound"
#define LONG_MS 5000
/* A wait that ends so soon did not wait. */
#define AT_ONCE (LONG_MS / 2 * 1000)
#define CALLS   500

static unsigned ntests, nbad;

static void check(bool good, const char *what)
{
	ntests++;
	nbad += !good;
	printf("%s %u - %s\n", good ? "ok" : "not ok", ntests, what);
}

static void need(bool good, const char *what, const char *why)
{
	if (good)
		return;
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

static void call(PGconn *c, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		PGresult *res = PQexec(c, "notify " CHANNEL);

		need(PQresultStatus(res) == PGRES_COMMAND_OK, "notify", PQerrorMessage(c));
		PQclear(res);
	}
}

static void ask(struct db *db)
{
	struct arena *a = arena_new(1 << 20);
	struct db_rows *q;

	need(db_run0(db, a, STMT_QUEUE_NEXT_DUE, &q) == RC_OK, "a question", db_error(db));
	arena_free(&a);
}

/* Asks until a call has come with an answer: how soon PostgreSQL passes it on is its own affair. */
static bool called_while_asking(struct db *db)
{
	for (unsigned i = 0; i < 1000 && !db->woken; i++)
		ask(db);
	return db->woken;
}

/* Waits; true: somebody called. Microseconds to took_r. */
static bool waits(struct db *db, int ms, int64_t *took_r)
{
	int64_t from = clock_mono();
	bool woken;

	need(db_wait(db, ms, &woken) == RC_OK, "a wait", db_error(db));
	*took_r = clock_mono() - from;
	return woken;
}

/* What is read but not asked for stands in libpq's memory until somebody does. */
static bool piled_up(struct db *db)
{
	PGnotify *n = PQnotifies(db->pg);
	bool any = n != NULL;

	PQfreemem(n);
	return any;
}

int main(void)
{
	const char *conninfo = getenv("CABILDO_TEST_DATABASE");
	struct db *db;
	char caller[1000];
	PGconn *c;
	int64_t took;
	bool woken;

	need(conninfo != NULL && *conninfo != '\0', "CABILDO_TEST_DATABASE", "names no database");
	log_init("wake", LOG_LV_FAIL, false);
	snprintf(caller, sizeof(caller), "%s user='cabildo-receive'", conninfo);
	c = PQconnectdb(caller);
	need(PQstatus(c) == CONNECTION_OK, "the one who calls", PQerrorMessage(c));
	db = db_new(conninfo, "cabildo-deliver", "test", 0);
	need(db_listen(db, CHANNEL) == RC_OK, "the one who listens", db_error(db));

	woken = waits(db, 200, &took);
	check(!woken && took >= 190 * 1000, "who is not called waits to the end");
	call(c, 1);
	woken = waits(db, LONG_MS, &took);
	check(woken && took < AT_ONCE, "who is called while idle is awake at once");
	call(c, 1);
	check(called_while_asking(db), "a call comes with an answer");
	woken = waits(db, LONG_MS, &took);
	check(woken && took < AT_ONCE, "who is called while asking is awake at once");
	woken = waits(db, 200, &took);
	check(!woken && took >= 190 * 1000, "and once");
	call(c, CALLS);
	check(called_while_asking(db) && !piled_up(db), "many calls are not kept");
	poll(NULL, 0, 100); /* the last of them are on their way */
	woken = waits(db, LONG_MS, &took);
	check(woken && took < AT_ONCE, "and wake too");
	(void)waits(db, 100, &took);
	woken = waits(db, 200, &took);
	check(!woken && took >= 190 * 1000, "but not for each of them");
	printf("1..%u\n", ntests);
	db_free(&db);
	PQfinish(c);
	return nbad != 0;
}
