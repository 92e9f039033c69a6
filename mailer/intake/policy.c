/* SPDX-License-Identifier: Apache-2.0 */
/* See policy.h. A request is gathered whole, then read in place. */
#include <stdlib.h>

#include "mailer/intake/policy.h"
#include "server/base/base.h"

#define ACTION_MAX 600

struct policy {
	const struct intake_hooks *hooks;
	char in[POLICY_BYTES_MAX + 1];
	size_t nin;             /* bytes kept */
	size_t line;            /* bytes in the line so far */
	bool any;               /* a byte of a request has come */
	bool over;              /* beyond the limit: only looking for its end */
	char out[ACTION_MAX + 16];
	size_t nout, sent;
};

/* Attributes we read: name, where it goes. */
static const struct {
	const char *name;
	size_t at;
} wanted[] = {
#define A(n) { #n, offsetof(struct policy_request, n) }
	A(protocol_state), A(protocol_name), A(sender), A(recipient), A(client_address),
	A(client_name), A(helo_name), A(queue_id), A(instance), A(sasl_username),
#undef A
};

static bool attr_take(struct policy_request *req, const char *name, const char *value,
		      bool *ours_r)
{
	if (strcmp(name, "request") == 0)
		*ours_r = strcmp(value, "smtpd_access_policy") == 0;
	else if (strcmp(name, "size") == 0 && *value)
		return slice_i64(slice_of(value), 0, INT64_MAX, &req->size);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (strcmp(name, wanted[i].name) == 0)
			*(const char **)((char *)req + wanted[i].at) = value;
	return true;
}

/* Cuts p->in into strings in place. False: not a request for us. */
static bool request_read(struct policy *p, struct policy_request *req)
{
	struct slice all = slice_make(p->in, p->nin);
	bool ours = false;
	unsigned n = 0;
	char *at = p->in;

	if (p->over || !utf8_valid(all)) /* also: no NUL */
		return false;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		*(const char **)((char *)req + wanted[i].at) = "";
	while (at < p->in + p->nin && *at != '\n') {
		char *end = memchr(at, '\n', (size_t)(p->in + p->nin - at));
		char *eq = end ? memchr(at, '=', (size_t)(end - at)) : NULL;

		if (!eq || ++n > POLICY_ATTRS_MAX)
			return false;
		*eq = *end = '\0';
		for (char *v = at; v < end; v++)
			if ((unsigned char)*v < 0x20 && v != eq)
				return false;
		if (!attr_take(req, at, eq + 1, &ours))
			return false;
		at = end + 1;
	}
	return ours;
}

static void answer(struct policy *p)
{
	struct policy_request req = { 0 };
	char action[ACTION_MAX] = "";

	if (request_read(p, &req) && p->hooks->policy)
		p->hooks->policy(p->hooks->ctx, &req, action, sizeof(action));
	action[sizeof(action) - 1] = '\0';
	for (char *c = action; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			*c = ' ';
	p->nout = (size_t)snprintf(p->out, sizeof(p->out), "action=%s\n\n",
				   action[0] ? action : "DUNNO");
	p->sent = p->nin = p->line = 0;
	p->any = p->over = false;
}

struct policy *policy_new(const struct intake_hooks *hooks)
{
	struct policy *p = calloc(1, sizeof(*p));

	if (!p) {
		log_fail("event=out_of_memory bytes=%zu", sizeof(*p));
		exit(75);
	}
	p->hooks = hooks;
	return p;
}

void policy_free(struct policy **p)
{
	free(*p);
	*p = NULL;
}

size_t policy_feed(struct policy *p, const char *bytes, size_t n)
{
	if (p->sent < p->nout)
		return 0;
	for (size_t i = 0; i < n; i++) {
		bool empty = bytes[i] == '\n' && p->line == 0;

		p->any = true;
		p->line = bytes[i] == '\n' ? 0 : p->line + 1;
		if (p->nin == POLICY_BYTES_MAX)
			p->over = true;
		if (!p->over)
			p->in[p->nin++] = bytes[i];
		if (empty) {
			answer(p);
			return i + 1;
		}
	}
	return n;
}

struct slice policy_output(const struct policy *p)
{
	return slice_make(p->out + p->sent, p->nout - p->sent);
}

void policy_sent(struct policy *p, size_t n)
{
	p->sent += n;
}

bool policy_idle(const struct policy *p)
{
	return !p->any && p->sent == p->nout;
}
