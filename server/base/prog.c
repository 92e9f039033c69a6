/* SPDX-License-Identifier: Apache-2.0 */
/* What every program does first; see prog.h. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "server/base/prog.h"

#include "config.h"

#include "server/base/base.h"

volatile sig_atomic_t prog_stop;
volatile sig_atomic_t prog_reload;

static void on_stop(int sig UNUSED)
{
	prog_stop = 1;
}

static void on_reload(int sig UNUSED)
{
	prog_reload = 1;
}

void prog_signals(void)
{
	/* no SA_RESTART: a wait ends when the process is asked to stop */
	struct sigaction stop = { .sa_handler = on_stop }, reload = { .sa_handler = on_reload };
	struct sigaction ign = { .sa_handler = SIG_IGN };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGHUP, &reload, NULL);
	sigaction(SIGUSR1, &reload, NULL);
	sigaction(SIGPIPE, &ign, NULL);
}

static void usage(const struct prog *p, const char *summary, const struct prog_opt *opts, size_t n,
		  FILE *f)
{
	fprintf(f, "%s: %s\n\n", p->name, summary);
	fprintf(f, "  --config FILE        instead of " SYSCONFDIR "/cabildo/cabildo.conf\n");
	for (size_t i = 0; i < n; i++)
		fprintf(f, "  --%s %-*s %s\n", opts[i].name, (int)(18 - strlen(opts[i].name)),
			opts[i].arg ? opts[i].arg : "", opts[i].help);
	fprintf(f, "  --help               this text\n  --version\n");
}

static void bad_usage(const struct prog *p, const char *what, const char *word) NO_RETURN;
static void bad_usage(const struct prog *p, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s; see %s --help\n", p->name, what, word, p->name);
	exit(EX_USAGE);
}

static const struct prog_opt *find(const struct prog_opt *opts, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eqz(name, opts[i].name))
			return &opts[i];
	return NULL;
}

/* Options stand before the other words; "--" ends them. */
static const char *options_read(struct prog *p, int argc, char **argv, const char *summary,
				const struct prog_opt *opts, size_t n)
{
	const char *config = NULL;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
		struct slice rest = slice_of(argv[i]), name;
		const struct prog_opt *o;
		const char **to;
		bool has;

		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (!slice_starts(rest, "--"))
			bad_usage(p, "there is no option", argv[i]);
		rest.p += 2;
		rest.n -= 2;
		has = slice_cut(&rest, '=', &name);
		if (slice_eqz(name, "help")) {
			usage(p, summary, opts, n, stdout);
			exit(0);
		}
		if (slice_eqz(name, "version")) {
			puts(PACKAGE_STRING);
			exit(0);
		}
		o = find(opts, n, name);
		if (o == NULL && !slice_eqz(name, "config"))
			bad_usage(p, "there is no option", argv[i]);
		to = o ? o->value_r : &config;
		if (o != NULL && o->arg == NULL) {
			if (has)
				bad_usage(p, "takes no value:", argv[i]);
			*to = "";
		} else if (has) {
			*to = rest.p;
		} else if (i + 1 < argc) {
			*to = argv[++i];
		} else {
			bad_usage(p, "a value is missing after", argv[i]);
		}
	}
	p->argc = argc - i;
	p->argv = argv + i;
	return config;
}

#define LISTEN_FIRST 3 /* SD_LISTEN_FDS_START */

static bool env_number(const char *name, int64_t max, int64_t *n_r)
{
	const char *v = getenv(name);

	return v != NULL && slice_i64(slice_of(v), 1, max, n_r);
}

int prog_socket(const char *name)
{
	const char *names = getenv("LISTEN_FDNAMES");
	struct slice rest = slice_of(names ? names : ""), one;
	int64_t pid, n;

	if (!env_number("LISTEN_PID", INT32_MAX, &pid) || pid != getpid() ||
	    !env_number("LISTEN_FDS", 64, &n))
		return -1;
	for (int fd = LISTEN_FIRST; fd < LISTEN_FIRST + (int)n && rest.n > 0; fd++) {
		int on = 0, flags;
		socklen_t size = sizeof(on);

		slice_cut(&rest, ':', &one);
		if (!slice_eqz(one, name) ||
		    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) != 0 || !on)
			continue;
		flags = fcntl(fd, F_GETFL);
		if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
		    fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
			return fd;
	}
	return -1;
}

void prog_init(struct prog *p, int argc, char **argv, const char *summary,
	       const struct prog_opt *opts, size_t nopts)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL, *config, *err = "";
	enum log_level lv = LOG_LV_INFO;

	*p = (struct prog){ .name = slash ? slash + 1 : argc > 0 ? argv[0] : PACKAGE };
	log_init(p->name, LOG_LV_INFO, false);
	rnd_init();
	p->arena = arena_new((size_t)64 << 20);
	config = options_read(p, argc, argv, summary, opts, nopts);
	if (config != NULL)
		setenv("CABILDO_CONF", config, 1); /* for what we exec */
	if (conf_load(&p->conf, p->arena, conf_path(config), &err) != RC_OK) {
		fprintf(stderr, "%s: %s\n", p->name, err);
		exit(log_die_code);
	}
	if (!log_level_parse(p->conf.log_level, &lv))
		lv = LOG_LV_INFO;
	log_init(p->name, lv, false);
	/* `cabildo secret init` makes the file: its absence is not for here to judge */
	if (access(p->conf.secret_file, F_OK) == 0 &&
	    keys_load(&p->keys, p->arena, p->conf.secret_file, &err) != RC_OK) {
		fprintf(stderr, "%s: %s\n", p->name, err);
		exit(log_die_code);
	}
	prog_signals();
}
