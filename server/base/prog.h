/* SPDX-License-Identifier: Apache-2.0 */
/* What every program does first: options, configuration, signals, keys. */
#ifndef CABILDO_BASE_PROG_H
#define CABILDO_BASE_PROG_H

#include <signal.h>

#include "server/base/conf.h"
#include "server/base/rnd.h"

struct prog_opt {
	const char *name;     /* long name without dashes */
	const char *arg;      /* NULL for a flag, else the word in --help */
	const char **value_r; /* set to the argument, or to "" for a flag */
	const char *help;
};

struct prog {
	const char *name;
	struct arena *arena; /* as long as the process */
	struct conf conf;
	struct keys keys;
	int argc; /* what is left after the options */
	char **argv;
};

/*
 * Parses --config FILE, --help, --version and opts; loads configuration and
 * keys; sets up the log, SIGPIPE, the stop flag. Wrong usage exits 64, a bad
 * configuration 78, each with one line on stderr.
 */
void prog_init(struct prog *p, int argc, char **argv, const char *summary,
	       const struct prog_opt *opts, size_t nopts);
/* SIGTERM or SIGINT arrived: finish what is in hand and leave. */
extern volatile sig_atomic_t prog_stop;
/* SIGHUP or SIGUSR1 arrived: be replaced gracefully. */
extern volatile sig_atomic_t prog_reload;
void prog_signals(void);
/*
 * The listening socket of that name which whoever started us holds (sd_listen_fds(3):
 * LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES), non-blocking and not for what we exec; -1:
 * there is none. It stays open while we are restarted, so that nobody is refused; not
 * ours to remove.
 */
int prog_socket(const char *name);

#endif
