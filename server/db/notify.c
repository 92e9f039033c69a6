/* SPDX-License-Identifier: Apache-2.0 */
/* What a connection does outside of transactions: it waits for others, wakes them, runs a file. */
#include <poll.h>

#include "server/db/conn.h"

#include "server/base/base.h"

#define NOTIFY_EVERY (50 * 1000)

enum rc db_listen(struct db *db, const char *channel)
{
	char sql[80];
	enum rc rc = db_connect(db);

	if (rc != RC_OK)
		return rc;
	snprintf(sql, sizeof(sql), "listen %s", channel);
	return conn_simple(db, sql);
}

void conn_heard(struct db *db)
{
	PGnotify *n;

	while ((n = PQnotifies(db->pg)) != NULL) {
		db->woken = true;
		PQfreemem(n);
	}
}

enum rc db_wait(struct db *db, int ms, bool *woken_r)
{
	struct pollfd pfd;

	*woken_r = false;
	if (!db_ok(db)) {
		poll(NULL, 0, ms);
		return RC_TEMPFAIL;
	}
	if (db->nahead > 0 && conn_drain(db, NULL) != RC_OK)
		return RC_TEMPFAIL;
	conn_heard(db); /* with an answer that came before */
	pfd = (struct pollfd){ .fd = PQsocket(db->pg), .events = POLLIN };
	if (!db->woken && poll(&pfd, 1, ms) > 0 && !PQconsumeInput(db->pg)) {
		db->broken = true;
		return RC_TEMPFAIL;
	}
	conn_heard(db);
	*woken_r = db->woken;
	db->woken = false;
	return RC_OK;
}

void db_notify(struct db *db, const char *channel)
{
	char sql[80];
	int64_t now = clock_mono();

	if (db->in_tx || !db_ok(db) || now - db->last_notify < NOTIFY_EVERY)
		return;
	if (db->nahead > 0 && conn_drain(db, NULL) != RC_OK)
		return;
	db->last_notify = now;
	snprintf(sql, sizeof(sql), "notify %s", channel);
	if (conn_simple(db, sql) != RC_OK)
		log_debug("event=notify_failed");
}

enum rc db_script(struct db *db, const char *sql, const char **err_r)
{
	PGresult *res = PQexec(db->pg, sql);
	ExecStatusType st = PQresultStatus(res);
	enum rc rc = RC_OK;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK) {
		rc = conn_fail(db, res, "script");
		*err_r = db->error;
	}
	PQclear(res);
	return rc;
}
