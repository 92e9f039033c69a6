/* SPDX-License-Identifier: Apache-2.0 */
/* See stdin.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "mailer/intake/path.h"
#include "mailer/intake/stdin.h"
#include "server/base/base.h"

struct job {
	struct arena *arena;
	struct envelope env;
	bool has_sender;
	char *raw;
	size_t nraw;
};

/* An address given bare or in brackets, copied; NULL where it is none. */
static const char *address(struct arena *a, struct slice s, bool may_be_empty)
{
	struct slice addr = slice_trim(s), rest;

	if (addr.n && addr.p[0] == '<') {
		if (path_parse(addr, &addr, &rest) != RC_OK || rest.n)
			return NULL;
	} else if (addr.n && !path_addr_ok(addr)) {
		return NULL;
	}
	return addr.n || may_be_empty ? slice_dup(a, addr) : NULL;
}

static int usage(const char *what)
{
	fprintf(stderr, "%s; usage: [-f SENDER] [--] RECIPIENT...\n", what);
	return EX_USAGE;
}

static int recipient_add(struct job *j, const char *word)
{
	const char *addr = address(j->arena, slice_of(word), false);

	if (!addr)
		return usage("a recipient address cannot be read");
	j->env.recipients[j->env.nrecipients++] = addr;
	return EX_OK;
}

static int sender_set(struct job *j, const char *word)
{
	j->env.sender = address(j->arena, slice_of(word), true);
	j->has_sender = true;
	return j->env.sender ? EX_OK : usage("the sender address cannot be read");
}

static int args_read(struct job *j, int argc, char **argv)
{
	bool options = true;
	const char *env;
	int err = EX_OK;

	for (int i = 0; i < argc && err == EX_OK; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && (strcmp(argv[i], "-i") == 0 || strcmp(argv[i], "-oi") == 0))
			continue; /* a dot never ends the message here */
		else if (options && strcmp(argv[i], "-f") == 0)
			err = i + 1 < argc ? sender_set(j, argv[++i]) : usage("-f needs a sender");
		else if (options && strncmp(argv[i], "-f", 2) == 0)
			err = sender_set(j, argv[i] + 2);
		else if (options && argv[i][0] == '-')
			err = usage("unknown option");
		else
			err = recipient_add(j, argv[i]);
	}
	if (err == EX_OK && j->env.nrecipients == 0) {
		env = getenv("ORIGINAL_RECIPIENT");
		if (!env || !*env)
			env = getenv("RECIPIENT");
		err = env && *env ? recipient_add(j, env) : usage("no recipient");
	}
	env = getenv("SENDER");
	if (err == EX_OK && !j->has_sender && env)
		err = sender_set(j, env);
	return err;
}

static int raw_read(struct job *j, int fd, size_t max)
{
	size_t size = 0;

	for (;;) {
		ssize_t k;

		if (j->nraw == size) {
			char *p;

			if (size > max)
				return EX_UNAVAILABLE;
			size = size ? size * 2 : 65536;
			if (size > max)
				size = max + 1; /* one more, to see that it is too large */
			p = realloc(j->raw, size);
			if (!p)
				return EX_TEMPFAIL;
			j->raw = p;
		}
		k = read(fd, j->raw + j->nraw, size - j->nraw);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return EX_TEMPFAIL;
		if (k == 0)
			break;
		j->nraw += (size_t)k;
	}
	return j->nraw > max ? EX_UNAVAILABLE : EX_OK;
}

/* "From ana@example.org Sun Nov 22 18:00:01 2026": taken off, and a sender if there was none. */
static struct slice from_line_drop(struct job *j)
{
	struct slice raw = slice_make(j->raw ? j->raw : "", j->nraw), rest = raw, line, word;

	if (!slice_starts(raw, "From ") || !slice_line(&rest, &line))
		return raw;
	line.p += 5;
	line.n -= 5;
	slice_cut(&line, ' ', &word);
	if (!j->has_sender) {
		const char *addr = address(j->arena, word, true);

		/* what local programs write for "nobody" is the null path */
		j->env.sender = addr && !slice_ieqz(word, "MAILER-DAEMON") ? addr : "";
	}
	return rest;
}

static int hand_over(struct job *j, const struct intake_hooks *hooks, struct slice raw)
{
	struct envelope *e = &j->env;
	struct intake_reply *r = ARENA_ARRAY(j->arena, e->nrecipients + 1, struct intake_reply);
	size_t asked = e->nrecipients, refused = 0;

	e->nrecipients = 0;
	for (size_t i = 0; i < asked; i++) {
		r[refused] = (struct intake_reply){ .code = 250 };
		if (hooks->rcpt) {
			r[refused].code = 0;
			hooks->rcpt(hooks->ctx, e, e->recipients[i], &r[refused]);
		}
		if (r[refused].code >= 200 && r[refused].code < 300)
			e->recipients[e->nrecipients++] = e->recipients[i];
		else
			fprintf(stderr, "%s: %s\n", e->recipients[i], r[refused++].text);
	}
	if (e->nrecipients) {
		e->received = clock_now();
		hash_bytes(raw.p, raw.n, e->digest);
		hooks->message(hooks->ctx, e, raw, r + refused);
		for (size_t i = 0; i < e->nrecipients; i++)
			if (r[refused + i].code < 200 || r[refused + i].code > 299)
				fprintf(stderr, "%s: %s\n", e->recipients[i], r[refused + i].text);
	}
	return intake_exit_replies(r, asked);
}

int intake_stdin(const struct intake_hooks *hooks, int fd, size_t message_max, int argc,
		 char **argv)
{
	struct job j = { .arena = arena_new((size_t)8 << 20) };
	int err;

	j.env = (struct envelope){ .sender = "", .client = "stdin", .helo = "", .body_8bit = true,
				   .smtputf8 = true };
	j.env.recipients = ARENA_ARRAY(j.arena, (size_t)argc + 1, const char *);
	err = args_read(&j, argc, argv);
	if (err == EX_OK) {
		err = raw_read(&j, fd, message_max);
		if (err != EX_OK)
			fprintf(stderr, "%s\n", err == EX_UNAVAILABLE ? "5.3.4 The message is too large."
								     : "4.3.0 It could not be read.");
	}
	if (err == EX_OK)
		err = hand_over(&j, hooks, from_line_drop(&j));
	free(j.raw);
	arena_free(&j.arena);
	return err;
}
