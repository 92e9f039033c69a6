/* SPDX-License-Identifier: Apache-2.0 */
/* See progress.h. */
#include <stdio.h>
#include <unistd.h>

#include "mailer/import/progress.h"

#include "server/base/base.h"

#define BAR 24

void progress_init(struct progress *p, int64_t total)
{
	const char *term = getenv("TERM");

	*p = (struct progress){ .total = total,
				.started = clock_mono(),
				.tty = isatty(STDERR_FILENO) && term != NULL &&
				       strcmp(term, "dumb") != 0 };
}

void progress_show(struct progress *p, int64_t done, int64_t messages)
{
	static const char full[] = "########################", none[] = "........................";
	int64_t now = clock_mono(), spent = now - p->started, left;
	int share, bar;

	if (!p->tty || now - p->drawn < USEC / 5 || spent <= 0)
		return;
	p->drawn = now;
	if (done > p->total)
		done = p->total;
	share = p->total > 0 ? (int)(100.0 * (double)done / (double)p->total) : 0;
	bar = share * BAR / 100;
	left = done > 0 ? (int64_t)((double)spent * (double)(p->total - done) / (double)done) / USEC
			: 0;
	fprintf(stderr, "\r[%.*s%.*s] %3d %%  %lld messages  %.0f/s  %lld:%02lld left \033[K", bar,
		full, BAR - bar, none, share, (long long)messages,
		(double)messages * (double)USEC / (double)spent, (long long)(left / 60),
		(long long)(left % 60));
	fflush(stderr);
	p->there = true;
}

void progress_clear(struct progress *p)
{
	if (p->there)
		fputs("\r\033[K", stderr);
	p->there = false;
}
