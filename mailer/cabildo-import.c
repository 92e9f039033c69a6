/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cabildo-import: what `cabildo import` runs. It stands in mailer because it
 * parses mail; all it decides is in mailer/import and server/core/submit.
 */
#include <stdio.h>
#include <sysexits.h>

#include "mailer/import/import.h"
#include "server/base/prog.h"

#include "server/base/base.h"

/* The options may stand behind the files, as people write them. */
static int words(int argc, char **argv, struct import_mode *mode)
{
	bool only = false;
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (!only && strcmp(argv[i], "--") == 0)
			only = true;
		else if (!only && strcmp(argv[i], "--dry-run") == 0)
			mode->dry = true;
		else if (!only && strcmp(argv[i], "--one-by-one") == 0)
			mode->one_by_one = true;
		else if (!only && argv[i][0] == '-' && argv[i][1] != '\0')
			return -1;
		else
			argv[n++] = argv[i];
	}
	return n;
}

static void result(const struct import *im)
{
	const struct import_counts *c = &im->counts;

	printf("messages %lld posts %lld duplicates %lld rejected %lld threads %lld\n",
	       (long long)c->messages, (long long)c->posts, (long long)c->duplicates,
	       (long long)c->rejected, (long long)c->threads);
	fflush(stdout);
}

static int run(struct import *im, const struct source_list *files)
{
	enum rc rc = import_run(im, files);

	if (prog_stop)
		fprintf(stderr, "cabildo import: stopped; the same command goes on from here\n");
	if (rc != RC_OK)
		fprintf(stderr, "cabildo import: the database does not answer; "
				"the same command goes on from here\n");
	result(im);
	if (rc != RC_OK || prog_stop)
		return EX_TEMPFAIL;
	return im->damaged ? EX_NOINPUT : 0;
}

int main(int argc, char **argv)
{
	const char *dry_opt = NULL, *one_opt = NULL, *why;
	const struct prog_opt opts[] = {
		{ "dry-run", NULL, &dry_opt, "say what would come of it, write nothing" },
		{ "one-by-one", NULL, &one_opt, "each as mail is taken: slow, the same result" },
	};
	struct source_list files = { 0 };
	struct import im;
	struct prog p;
	struct import_mode mode = { 0 };
	enum rc rc;
	int n;

	prog_init(&p, argc, argv, "brings an archive into a group: LIST FILE... [--dry-run] [--one-by-one]", opts,
		  ARRAY_LEN(opts));
	prog_signals();
	n = words(p.argc, p.argv, &mode);
	if (n < 2) {
		fprintf(stderr, "usage: cabildo import LIST FILE... [--dry-run] [--one-by-one]\n");
		return EX_USAGE;
	}
	for (int i = 1; i < n; i++)
		if (!source_add(p.arena, &files, p.argv[i], &why)) {
			fprintf(stderr, "cabildo import: %s\n", why);
			return EX_NOINPUT;
		}
	mode.dry |= dry_opt != NULL;
	mode.one_by_one |= one_opt != NULL;
	rc = import_init(&im, &p.conf, &p.keys, p.argv[0], mode);
	if (rc == RC_OK) {
		n = run(&im, &files);
	} else {
		fprintf(stderr, "cabildo import: %s: %s\n", p.argv[0],
			rc == RC_NOTFOUND ? "there is no such group"
					  : "the database does not answer");
		n = rc == RC_NOTFOUND ? EX_DATAERR : EX_TEMPFAIL;
	}
	import_release(&im);
	return n;
}
