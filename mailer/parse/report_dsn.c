/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of RFC 3464, wherever they stand: in message/delivery-status, in
 * message/global-delivery-status, or in the text of a report whose parts came
 * apart. A new recipient begins with a Final-Recipient or Original-Recipient
 * that its group already has, or with a blank line.
 */
#include "mailer/parse/part.h"
#include "mailer/parse/report_part.h"
#include "server/base/base.h"

struct group {
	struct slice final, original, action, status, diagnostic, mta;
};

struct report_rcpt *rcpt_add(struct rcpts *r, struct arena *a, const char *addr)
{
	struct report_rcpt *x;

	for (size_t i = 0; i < r->n; i++)
		if (strcasecmp(r->v[i].addr, addr) == 0)
			return &r->v[i];
	if (r->n == REPORT_RCPTS_MAX)
		return NULL;
	if (r->v == NULL)
		r->v = ARENA_ARRAY(a, REPORT_RCPTS_MAX, struct report_rcpt);
	x = &r->v[r->n++];
	*x = (struct report_rcpt){ .addr = addr, .text = "", .mta = "", .final = true };
	return x;
}

/* "rfc822; <user@host>" or only the address; "" where it names none. */
static const char *field_addr(struct arena *a, struct slice v)
{
	struct slice addr;
	size_t at = 0;
	const char *semi = v.n > 0 ? memchr(v.p, ';', v.n) : NULL;

	if (semi)
		v = slice_make(semi + 1, v.n - (size_t)(semi + 1 - v.p));
	return addr_next(v, &at, &addr) ? slice_dup(a, addr) : "";
}

static struct slice after_type(struct slice v)
{
	const char *semi = v.n > 0 ? memchr(v.p, ';', v.n < 24 ? v.n : 24) : NULL;

	return slice_trim(semi ? slice_make(semi + 1, v.n - (size_t)(semi + 1 - v.p)) : v);
}

/* One recipient's group to its report. */
static bool group_end(struct group *g, struct rcpts *r, struct arena *a)
{
	/* the original is the one we know; relays make their own of it */
	const char *addr = field_addr(a, g->original), *word;
	struct report_rcpt *x;

	if (*addr == '\0')
		addr = field_addr(a, g->final);
	/* some name the recipient only in the words beside it */
	if (*addr == '\0' && (g->action.n > 0 || g->status.n > 0))
		addr = field_addr(a, g->diagnostic);
	word = slice_lower(a, g->action);
	if (g->final.n + g->original.n == 0 || (*addr == '\0' && !g->action.n && !g->status.n)) {
		*g = (struct group){ 0 };
		return false;
	}
	x = rcpt_add(r, a, addr);
	if (x != NULL) {
		char status[12];

		if (status_find(g->status, status))
			memcpy(x->status, status, sizeof(status));
		x->text = line_clean(a, utf8_clip(after_type(g->diagnostic), 500));
		x->mta = line_clean(a, utf8_clip(after_type(g->mta), 200));
		x->final = strncmp(word, "delay", 5) != 0;
		if (strncmp(word, "deliver", 7) == 0 || strncmp(word, "relay", 5) == 0 ||
		    strncmp(word, "expand", 6) == 0 || strncmp(word, "success", 7) == 0)
			x->reason = REASON_DELIVERED;
		else if (!x->final)
			x->class_ = REPORT_TEMPORARY;
	}
	*g = (struct group){ 0 };
	return true;
}

static struct slice *group_field(struct group *g, struct slice name)
{
	const struct { const char *name; struct slice *at; } fields[] = {
		{ "Final-Recipient", &g->final }, { "Original-Recipient", &g->original },
		{ "Action", &g->action },         { "Status", &g->status },
		{ "Diagnostic-Code", &g->diagnostic }, { "Remote-MTA", &g->mta },
		{ "X-Actual-Recipient", &g->original }, { "X-Display-Name", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (slice_ieqz(name, fields[i].name))
			return fields[i].at;
	return NULL;
}

size_t dsn_fields(struct rcpts *r, struct report *rep, struct arena *a, struct slice s)
{
	struct group g = { 0 };
	struct slice line, rest = s, name, *last = NULL;
	size_t n = 0;

	while (any_line(&rest, &line)) {
		struct slice v = line;

		if (slice_trim(line).n == 0) {
			/* a blank line within a group is a mistake that is made */
			if (g.final.n > 0 && g.action.n > 0)
				n += group_end(&g, r, a);
			last = NULL;
			continue;
		}
		if (last != NULL && (line.p[0] == ' ' || line.p[0] == '\t')) {
			char *more = arena_fmt(a, "%.*s %.*s", (int)last->n, last->p,
					       (int)slice_trim(line).n, slice_trim(line).p);
			if (last->n < 4096)
				*last = slice_of(more);
			continue;
		}
		if (!slice_cut(&v, ':', &name)) {
			last = NULL;
			continue;
		}
		name = slice_trim(name);
		if (slice_ieqz(name, "Original-Envelope-Id") && *rep->envid == '\0')
			rep->envid = line_clean(a, utf8_clip(slice_trim(v), 200));
		last = group_field(&g, name);
		if (last == NULL)
			continue;
		if (last->n > 0 && last == &g.final) {
			n += group_end(&g, r, a);
			last = &g.final;
		}
		if (last->n == 0)
			*last = slice_trim(slice_make(v.p, v.n < 4096 ? v.n : 4096));
		else
			last = NULL;
	}
	return n + group_end(&g, r, a);
}

/* The string after "key" : ", or an empty slice. */
static struct slice json_string(struct slice s, const char *key)
{
	const char *at = slice_find(s, slice_of(key)), *end = s.p + s.n, *from;

	if (!at)
		return SLICE("");
	at += strlen(key);
	while (at < end && (*at == ' ' || *at == ':'))
		at++;
	if (at == end || *at != '"')
		return SLICE("");
	for (from = ++at; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	return slice_make(from, (size_t)(at - from));
}

static struct slice from_to(struct slice s, const char *from, const char *to)
{
	const char *at = slice_find(s, slice_of(from)), *end;

	if (!at)
		return SLICE("");
	at += strlen(from);
	s = slice_make(at, s.n - (size_t)(at - s.p));
	end = slice_find(s, slice_of(to));
	return slice_make(s.p, end ? (size_t)(end - s.p) : s.n);
}

/* A text within a text: \" becomes ". */
static struct slice json_inner(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\\')
			out[n++] = s.p[i];
	return slice_make(out, n);
}

bool json_fields(struct rcpts *r, struct report *rep, struct arena *a, struct slice s)
{
	if (slice_find(s, SLICE("\\\"notificationType\\\"")))
		s = json_inner(a, s);

	struct slice kind = json_string(s, "\"notificationType\""), list, one, addr;
	size_t at = 0;

	if (kind.n == 0)
		kind = json_string(s, "\"eventType\"");
	if (slice_eqz(kind, "Bounce"))
		list = from_to(s, "\"bouncedRecipients\"", "]");
	else if (slice_eqz(kind, "Complaint"))
		list = from_to(s, "\"complainedRecipients\"", "]");
	else if (slice_eqz(kind, "Delivery"))
		list = from_to(from_to(s, "\"delivery\"", "}"), "\"recipients\"", "]");
	else
		return false;
	while (slice_cut(&list, '}', &one) || one.n > 0) {
		struct report_rcpt *x;
		char status[12];

		at = 0;
		if (addr_next(one, &at, &addr) && (x = rcpt_add(r, a, slice_dup(a, addr))) != NULL) {
			if (status_find(json_string(one, "\"status\""), status))
				memcpy(x->status, status, sizeof(status));
			x->text = line_clean(a, utf8_clip(json_string(one, "\"diagnosticCode\""), 500));
			if (slice_eqz(kind, "Delivery"))
				x->reason = REASON_DELIVERED;
		}
		if (list.n == 0)
			break;
	}
	if (r->n == 0)
		return false;
	if (slice_eqz(kind, "Complaint"))
		rep->feedback = slice_lower(a, json_string(s, "\"complaintFeedbackType\""));
	rep->kind = slice_eqz(kind, "Complaint") ? REPORT_COMPLAINT : REPORT_BOUNCE;
	return true;
}
