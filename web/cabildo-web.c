/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-web: pages, as CGI (one request, then out) or as FastCGI (a parent
 * that holds the socket, workers with one database connection each). Steps:
 * serve -> route -> pages -> server/core -> views.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/base/prog.h"
#include "server/core/settings.h"
#include "server/text/sheet.h"
#include "web/pages/site.h"
#include "web/route/guess.h"
#include "web/serve/crowd.h"
#include "web/serve/listen.h"
#include "web/serve/serve.h"

#include "server/base/base.h"

#define REQUEST_SECONDS 60

struct app {
	struct prog prog;
	struct site site;
	struct router router;
	struct serve *serve;
	struct crowd *crowd; /* NULL as CGI */
};

/* A file of the installation that goes out as it is. */
static const char *file_read(struct arena *a, const char *dir, const char *name, size_t *n_r)
{
	const char *path = arena_fmt(a, "%s/static/%s", dir, name);
	struct str s;
	char buf[8192];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		log_die("event=static_missing file=%s error=%s", log_q(path),
			log_q(strerror(errno)));
	str_init(&s, a, (size_t)1 << 20);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_add(&s, buf, (size_t)n);
	close(fd);
	*n_r = s.n;
	return str_z(&s);
}

static const char *sheet_read(struct arena *a, const char *dir, size_t *n_r)
{
	size_t n;
	const char *whole = file_read(a, dir, "cabildo.css", &n);
	struct str s;

	str_init(&s, a, n + 1);
	sheet_lean(&s, slice_make(whole, n));
	*n_r = s.n;
	return str_z(&s);
}

static void app_init(struct app *app)
{
	const char *dir = getenv("CABILDO_DATADIR");
	struct arena *a = app->prog.arena;
	struct site *s = &app->site;
	unsigned char hash[HASH_BYTES];

	dir = dir && *dir ? dir : PKGDATADIR;
	s->conf = &app->prog.conf;
	snprintf(s->title, sizeof(s->title), "%s", SITE_TITLE);
	s->trial = getenv("CABILDO_TRIAL") ? getenv("CABILDO_TRIAL") : "";
	s->style = sheet_read(a, dir, &s->style_n);
	s->mark = file_read(a, dir, "mark.svg", &s->mark_n);
	hash_bytes(s->style, s->style_n, hash);
	s->style_url = arena_fmt(a, "/s/cabildo.%.10s.css", hex_encode(a, hash, 8));
	s->router = &app->router;
	s->unit = (struct unit){ .conf = s->conf, .keys = &app->prog.keys, .door = DOOR_WEB };
	app->router = (struct router){ .routes = site_routes,
				       .nroutes = site_routes_n,
				       .keys = &app->prog.keys,
				       .origin = s->conf->base_url,
				       .session_cookie = COOKIE_SESSION,
				       .signin_path = "/signin",
				       .app = s,
				       .load = site_load,
				       .allow = site_allow,
				       .begin = site_begin,
				       .end = site_end,
				       .missed = site_missed };
	route_check(site_routes, site_routes_n);
	s->guesses = guesses_open();
}

/* In the worker: a connection is never shared over fork. */
static void worker_open(struct app *app)
{
	struct serve_opt o = { .handler = route_serve,
			       .error = site_error,
			       .late = site_late,
			       .crowd = app->crowd,
			       .ctx = &app->router,
			       .https = slice_starts(slice_of(app->prog.conf.base_url),
						     "https://") };

	tr_init(NULL);
	app->site.unit.db = unit_open(&app->prog.conf, "web");
	app->serve = serve_new(&o);
}

static int worker(int listen_fd, void *ctx)
{
	struct app *app = ctx;
	int rc;

	worker_open(app);
	rc = serve_fcgi(app->serve, listen_fd, LISTEN_REQUESTS_DEFAULT, REQUEST_SECONDS);
	serve_free(&app->serve);
	unit_close(&app->site.unit.db);
	return rc;
}

static int cgi(struct app *app)
{
	struct http_io io;
	bool good;

	worker_open(app);
	io_cgi_init(&io);
	good = serve_one(app->serve, &io);
	serve_free(&app->serve);
	unit_close(&app->site.unit.db);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *listen = NULL, *workers = NULL;
	const struct prog_opt opts[] = {
		{ "listen", "ADDR", &listen,
		  "FastCGI: /path/to/socket or HOST:PORT; else standard input is the socket" },
		{ "workers", "N", &workers, "processes that draw pages (two for each processor)" },
	};
	struct app app = { .serve = NULL };
	int64_t n = 0;

	prog_init(&app.prog, argc, argv, "the web front, as CGI or FastCGI", opts, ARRAY_LEN(opts));
	if (workers != NULL && !slice_i64(slice_of(workers), 1, LISTEN_WORKERS_MAX, &n)) {
		fprintf(stderr, "cabildo-web: --workers takes a whole number from 1 to %d\n",
			LISTEN_WORKERS_MAX);
		return EX_USAGE;
	}
	if (app.prog.keys.n == 0)
		log_die("event=no_secret file=%s todo=\"run: cabildo secret init\"",
			log_q(app.prog.conf.secret_file));
	app_init(&app);
	if (listen == NULL && listen_is_cgi())
		return cgi(&app);
	unit_family();
	app.crowd = crowd_open();
	return listen_run(&(struct listen_opt){
		.addr = listen, .workers = (unsigned)n, .worker = worker, .ctx = &app,
		.crowd = app.crowd });
}
