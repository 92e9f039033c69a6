/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages are measured against: a program that runs one query and sends
 * so many bytes, and does nothing else. By FastCGI on a socket with kept
 * connections to the database, or as CGI with one connection a request.
 *
 *	ref_page SOCKET WORKERS		FastCGI
 *	ref_page			CGI
 * REF_DB, REF_SQL and REF_BYTES are in the environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <fcgiapp.h>
#include <libpq-fe.h>

static const char *env(const char *name)
{
	const char *v = getenv(name);

	if (v == NULL) {
		fprintf(stderr, "ref_page: no %s\n", name);
		exit(64);
	}
	return v;
}

static PGconn *dial(void)
{
	PGconn *c = PQconnectdb(env("REF_DB"));
	PGresult *r;

	if (PQstatus(c) != CONNECTION_OK) {
		fprintf(stderr, "ref_page: %s", PQerrorMessage(c));
		exit(1);
	}
	r = PQprepare(c, "q", env("REF_SQL"), 0, NULL);
	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		fprintf(stderr, "ref_page: %s", PQerrorMessage(c));
		exit(1);
	}
	PQclear(r);
	return c;
}

/* The body: what the rows hold, again and again until it is long enough. */
static char *page(PGconn *c, size_t want)
{
	PGresult *r = PQexecPrepared(c, "q", 0, NULL, NULL, NULL, 1);
	char *body = malloc(want + 1);
	size_t n = 0;

	if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) == 0 || body == NULL) {
		fprintf(stderr, "ref_page: no rows: %s\n", PQerrorMessage(c));
		exit(1);
	}
	for (int i = 0; n < want; i = (i + 1) % PQntuples(r)) {
		size_t k = (size_t)PQgetlength(r, i, 0);

		if (k == 0)
			exit(1);
		if (k > want - n)
			k = want - n;
		memcpy(body + n, PQgetvalue(r, i, 0), k);
		n += k;
	}
	PQclear(r);
	return body;
}

static int worker(int sock)
{
	size_t want = strtoul(env("REF_BYTES"), NULL, 10);
	PGconn *c = dial();
	FCGX_Request q;

	FCGX_InitRequest(&q, sock, 0);
	while (FCGX_Accept_r(&q) >= 0) {
		char *body = page(c, want);

		FCGX_FPrintF(q.out, "Content-Type: text/html\r\nContent-Length: %lu\r\n\r\n",
			     (unsigned long)want);
		FCGX_PutStr(body, (int)want, q.out);
		FCGX_Finish_r(&q);
		free(body);
	}
	PQfinish(c);
	return 1;
}

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

/* Workers until SIGTERM; none outlives this function. */
static int serve(int sock, long n)
{
	struct sigaction sa = { .sa_handler = on_term }; /* without SA_RESTART: wait ends */
	pid_t pids[64];

	if (n < 1 || n > 64)
		return 64;
	for (long i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			exit(worker(sock));
		}
	}
	sigaction(SIGTERM, &sa, NULL);
	while (!stop && wait(NULL) > 0)
		;
	for (long i = 0; i < n; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGTERM);
	while (wait(NULL) > 0)
		;
	return stop ? 0 : 1;
}

int main(int argc, char **argv)
{
	int sock;

	if (argc != 3) {
		size_t want = strtoul(env("REF_BYTES"), NULL, 10);
		PGconn *c = dial();
		char *body = page(c, want);

		printf("Content-Type: text/html\r\nContent-Length: %zu\r\n\r\n", want);
		fwrite(body, 1, want, stdout);
		free(body);
		PQfinish(c);
		return 0;
	}
	if (FCGX_Init() != 0 || (sock = FCGX_OpenSocket(argv[1], 1024)) < 0)
		return 1;
	return serve(sock, strtol(argv[2], NULL, 10));
}
