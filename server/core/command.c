/* SPDX-License-Identifier: Apache-2.0 */
/* Commands done, asked back and answered; see command.h. What each says stands in
 * command_say.c. */
#include "server/core/command.h"
#include "server/core/command_say.h"
#include "server/core/notice.h"
#include "server/core/token.h"
#include "server/store/account.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define DAY_USEC      (86400 * USEC)
#define PROVEN_BURST  30 /* answers a day to one proven person for the same commands */
#define MINUTES_VALID (COMMAND_TOKEN_DAYS * 24 * 60)

/* One message's commands on their way. */
struct run {
	struct unit *u;
	const struct command_from *f;
	struct membership m;
	struct str say;      /* what was done */
	struct str ask_back; /* what waits for a confirmation: token lines */
	struct str names;    /* for the record */
	const char *first;   /* the throttle's: of what is asked back, else of all */
	bool rejoin;         /* somebody left: the answer offers the way back */
	bool confirmed;
};

static void run_init(struct run *r, struct unit *u, const struct command_from *f)
{
	*r = (struct run){ .u = u, .f = f };
	str_init(&r->say, u->arena, 65536);
	str_init(&r->ask_back, u->arena, 4096);
	str_init(&r->names, u->arena, 512);
}

/* "15d" or "2027-01-31" in the person's zone; 0 where it is no day of the next year. */
static int64_t pause_until(const char *arg, int offset)
{
	int64_t now = clock_now(), until, n, y, mo, d;
	struct slice rest = slice_of(arg), a, b;
	struct civil c, back;

	if (*arg == '\0')
		return now + 30 * DAY_USEC;
	if (slice_ends(rest, "d")) {
		rest.n--;
		return slice_i64(rest, 1, 366, &n) ? now + n * DAY_USEC : 0;
	}
	if (!slice_cut(&rest, '-', &a) || !slice_cut(&rest, '-', &b) ||
	    !slice_i64(a, 2000, 2999, &y) || !slice_i64(b, 1, 12, &mo) ||
	    !slice_i64(rest, 1, 31, &d))
		return 0;
	c = (struct civil){ .year = (int)y, .month = (int)mo, .day = (int)d };
	until = clock_from_civil(c);
	back = clock_civil(until, 0);
	if (back.month != c.month || back.day != c.day)
		return 0; /* 31 February */
	until -= (int64_t)offset * 60 * USEC;
	return until > now && until <= now + 367 * DAY_USEC ? until : 0;
}

static enum rc do_join(struct run *r, const struct command_ask *c)
{
	enum join_result res;
	enum rc rc = subscribe_join(r->u, &r->m, r->f->addr, r->f->name, tr_lang(),
				    strcmp(c->arg, "back") == 0, &res);

	if (rc == RC_OK)
		say_joined(r->u, &r->say, &r->m, res);
	return rc;
}

static enum rc do_leave(struct run *r)
{
	enum rc rc = subscribe_leave(r->u, &r->m);

	if (rc == RC_CONFLICT) {
		say_last_owner(r->u, &r->say, &r->m);
		return RC_OK;
	}
	if (rc == RC_OK) {
		say_left(r->u, &r->say, &r->m);
		r->rejoin = true;
	}
	return rc;
}

static enum rc do_pause(struct run *r, const struct command_ask *c)
{
	int64_t until = pause_until(c->arg, r->m.utc_offset);
	enum rc rc;

	if (until == 0) {
		say_bad_date(r->u, &r->say, c->arg);
		return RC_OK;
	}
	rc = subscribe_pause(r->u, &r->m, 0, until);
	if (rc == RC_OK)
		say_paused(r->u, &r->say, &r->m);
	return rc;
}

static enum rc do_delivery(struct run *r, const char *delivery)
{
	enum rc rc = subscribe_delivery(r->u, &r->m, delivery);

	if (rc == RC_OK)
		say_delivery(r->u, &r->say, &r->m);
	return rc;
}

static enum rc do_follow(struct run *r, bool mute)
{
	const char *subject = "";
	enum rc rc = subscribe_follow(r->u, &r->m, r->f->thread, mute ? "mute" : "follow",
				      &subject);

	if (rc == RC_NOTFOUND) {
		say_no_thread(r->u, &r->say);
		return RC_OK;
	}
	if (rc == RC_OK)
		say_follow(r->u, &r->say, &r->m, subject, mute);
	return rc;
}

static enum rc do_member(struct run *r, const struct command_ask *c)
{
	enum rc rc;

	switch (c->what) {
	case COMMAND_LEAVE:
		return do_leave(r);
	case COMMAND_PAUSE:
		return do_pause(r, c);
	case COMMAND_RESUME:
		rc = subscribe_pause(r->u, &r->m, 0, 0);
		if (rc == RC_OK)
			say_resumed(r->u, &r->say, &r->m);
		return rc;
	case COMMAND_EACH:
		return do_delivery(r, "each");
	case COMMAND_FOLLOWED:
		return do_delivery(r, "mentions");
	case COMMAND_NONE:
		return do_delivery(r, "none");
	case COMMAND_DIGEST:
		return do_delivery(r, "digest");
	case COMMAND_MUTE:
	case COMMAND_FOLLOW:
		return do_follow(r, c->what == COMMAND_MUTE);
	case COMMAND_STATUS:
		say_status(r->u, &r->say, &r->m);
		return RC_OK;
	default:
		return RC_INVALID;
	}
}

static enum rc do_one(struct run *r, const struct command_ask *c)
{
	switch (c->what) {
	case COMMAND_HELP:
		say_help(r->u, &r->say, &r->m);
		return RC_OK;
	case COMMAND_UNKNOWN:
		say_unknown(r->u, &r->say, c);
		say_help(r->u, &r->say, &r->m);
		return RC_OK;
	case COMMAND_JOIN:
		return do_join(r, c);
	case COMMAND_MYDATA:
		if (r->m.account != 0)
			return say_mydata(r->u, &r->say, &r->m);
		say_no_member(r->u, &r->say, &r->m, r->f->addr);
		return RC_OK;
	case COMMAND_CONFIRM:
		say_token_gone(r->u, &r->say);
		return RC_OK;
	default:
		break;
	}
	if (r->m.subscription != 0)
		return do_member(r, c);
	say_no_member(r->u, &r->say, &r->m, r->f->addr);
	return RC_OK;
}

/* Whether it has to be asked back before it is done. */
static bool must_ask(const struct run *r, const struct command_ask *c)
{
	const struct membership *m = &r->m;

	if (r->confirmed || c->what == COMMAND_UNKNOWN || !command_rows[c->what].changes)
		return false;
	if (c->what != COMMAND_JOIN)
		return !r->f->proven && m->subscription != 0 &&
		       !((c->what == COMMAND_MUTE || c->what == COMMAND_FOLLOW) &&
			 r->f->thread == 0);
	if (m->subscription != 0 || m->list_closed || m->banned || m->account_closed ||
	    (strcmp(m->join_policy, "invite") == 0 && !m->invited) ||
	    strcmp(m->join_policy, "closed") == 0)
		return false;
	return !r->f->proven || strcmp(m->join_policy, "confirm") == 0;
}

static enum rc acting(struct run *r, const struct command_ask *c)
{
	struct actor was = r->u->actor;
	enum rc rc;

	/* the act is theirs in the record; a page's own actor is not touched for long */
	r->u->actor.account = r->m.account;
	rc = do_one(r, c);
	r->u->actor = was;
	return rc;
}

/* A line of a token's data must stay one: what follows it are commands. */
static const char *one_line(struct unit *u, const char *text)
{
	char *s = arena_strdup(u->arena, text);

	for (char *p = s; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	return s;
}

static enum rc token_make(struct run *r, const char *lines, const char **token_r)
{
	unsigned char hash[HASH_BYTES];
	const char *token = rnd_token(r->u->arena, 160);

	hash_bytes(token, strlen(token), hash);
	*token_r = token;
	return token_write(r->u->db, hash, "command", r->m.account,
			   arena_fmt(r->u->arena, "%lld\n%s\n%s\n%s\n%lld\n%s",
				     (long long)r->f->list, one_line(r->u, r->f->addr),
				     one_line(r->u, r->f->name), tr_lang(),
				     (long long)r->f->thread, lines),
			   MINUTES_VALID);
}

/* What is asked back, and what was done, in one mail. */
static enum rc answer(struct run *r, const char *kind, const char *cause, int burst, bool *sent_r)
{
	struct unit *u = r->u;
	const char *token = NULL, *subject, *body;
	enum rc rc = RC_OK;

	if (r->ask_back.n > 0)
		rc = token_make(r, str_z(&r->ask_back), &token);
	else if (r->rejoin)
		rc = token_make(r, "join back\n", &token);
	if (rc != RC_OK)
		return rc;
	if (r->ask_back.n > 0) {
		say_confirm(u, &r->say, &r->m, r->f->addr, str_z(&r->ask_back), token);
		subject = arena_fmt(u->arena, tr("Please confirm your request to %s"), r->m.title);
	} else {
		subject = arena_fmt(u->arena, tr("Your request to %s"), r->m.title);
	}
	body = say_letter(u, &r->m, &r->say);
	return notice_send(u,
			   &(struct notice_new){
				   .kind = r->ask_back.n > 0 ? "command-confirm" : kind,
				   .addr = r->f->addr,
				   .account = r->m.account,
				   .list = r->f->list,
				   .locale = tr_lang(),
				   .subject = subject,
				   .body = body,
				   .in_reply_to = r->f->msgid,
				   .refs = r->f->refs,
				   .nrefs = r->f->nrefs,
				   .cause = cause,
				   .burst = burst,
				   .reply_to = token ? arena_fmt(u->arena, "c%s", token) : NULL },
			   sent_r);
}

/* Nobody has shown that this stranger wrote: P9 lets no mail go to them but the
 * question whether they want to join. */
static bool silent_stranger(struct run *r, const struct command_ask *asks, size_t n,
			    struct command_result *res)
{
	bool join = false, said = false, leave = false;

	if (r->f->proven || r->m.account != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		join |= must_ask(r, &asks[i]);
		leave |= asks[i].what == COMMAND_LEAVE;
		said |= leave || (asks[i].what == COMMAND_UNKNOWN && *asks[i].arg != '\0');
	}
	if (join)
		return false;
	*res = (struct command_result){ .held = said,
					.forward = leave,
					.rule = said ? "command-stranger" : "not-answered" };
	return true;
}

/* Anybody can write a stranger's address into From: we ask one no more than that, in
 * however many groups, and a group no more of them than that. */
#define STRANGER_DAY  3
#define STRANGER_HOUR 60

static enum rc stranger_may(struct run *r, struct command_result *res, bool *may_r)
{
	struct unit *u = r->u;
	enum rc rc = RC_OK;

	*may_r = true;
	if (r->f->proven || r->m.account != 0)
		return RC_OK;
	rc = notice_may(u, slice_lower(u->arena, slice_of(r->f->addr)), "stranger-asked", NOTICE_DAY,
			STRANGER_DAY, may_r);
	res->rule = "not-answered";
	if (rc != RC_OK || !*may_r)
		return rc;
	rc = notice_may(u, "", arena_fmt(u->arena, "strangers-asked %lld", (long long)r->f->list), 3600,
			STRANGER_HOUR, may_r);
	if (!*may_r) {
		res->rule = "command-stranger";
		res->held = true;
	}
	return rc;
}

static const char *ask_name(const struct command_ask *c)
{
	return c->what == COMMAND_UNKNOWN ? "unknown" : command_rows[c->what].name;
}

static enum rc run_all(struct run *r, const struct command_ask *asks, size_t n)
{
	bool stranger = !r->f->proven && !r->confirmed && r->m.account == 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		str_fmt(&r->names, "%s%s", i ? "+" : "", ask_name(&asks[i]));
		if (r->first == NULL || (must_ask(r, &asks[i]) && r->ask_back.n == 0))
			r->first = ask_name(&asks[i]);
		if (must_ask(r, &asks[i]))
			str_fmt(&r->ask_back, "%s %s\n", ask_name(&asks[i]), asks[i].arg);
		else if (!stranger)
			rc = acting(r, &asks[i]);
	}
	return rc;
}

enum rc command_run(struct unit *u, const struct command_from *f, const struct command_ask *asks,
		    size_t n, struct command_result *res)
{
	const char *back = tr_lang(), *cause;
	struct run r;
	bool may = true;
	enum rc rc;

	*res = (struct command_result){ .rule = "" };
	if (n == 1 && asks[0].what == COMMAND_CONFIRM && *asks[0].arg != '\0') {
		rc = command_confirm(u, asks[0].arg, f, NULL);
		res->rule = rc == RC_OK ? "confirm" : "confirm-void";
		res->answered = rc == RC_OK;
		if (rc == RC_OK || (rc != RC_NOTFOUND && rc != RC_DENIED))
			return rc;
	}
	run_init(&r, u, f);
	rc = membership_by_addr(u, f->list, f->addr, &r.m);
	if (rc != RC_OK || silent_stranger(&r, asks, n, res))
		return rc;
	rc = stranger_may(&r, res, &may);
	if (rc != RC_OK || !may)
		return rc;
	tr_set(r.m.account ? r.m.locale : f->locale);
	rc = run_all(&r, asks, n);
	res->rule = str_z(&r.names);
	/* one word of a small table: mixing commands makes no new cause */
	cause = arena_fmt(u->arena, "command-%s-%lld-%s", f->proven ? "proven" : "unproven",
			  (long long)f->list, r.first);
	if (rc == RC_OK)
		rc = answer(&r, "command-answer", cause, f->proven ? PROVEN_BURST : 1,
			    &res->answered);
	tr_set(back);
	return rc;
}

enum rc command_leave_signed(struct unit *u, int64_t subscription, struct membership *m)
{
	struct actor was = u->actor;
	enum rc rc = membership_by_subscription(u, subscription, m);

	if (rc != RC_OK)
		return rc;
	u->actor.account = m->account;
	rc = subscribe_leave(u, m);
	u->actor = was;
	return rc == RC_OK ? command_goodbye(u, m) : rc;
}

/* ---- tokens ---- */

struct pending {
	struct command_from from;
	const char *locale;
	struct command_ask ask[COMMAND_ASKS_MAX];
	size_t n;
};

static bool line_ask(struct unit *u, struct slice line, struct command_ask *c)
{
	struct slice name;

	slice_cut(&line, ' ', &name);
	for (size_t i = 0; i < COMMANDS; i++)
		if (slice_eqz(name, command_rows[i].name)) {
			*c = (struct command_ask){ command_rows[i].what, slice_dup(u->arena, line),
						   "" };
			return true;
		}
	return false;
}

static enum rc pending_read(struct unit *u, const char *token, bool use, struct pending *p)
{
	struct slice rest, line[5];
	const char *data;
	int64_t account;
	enum rc rc;

	*p = (struct pending){ 0 };
	rc = token_find(u, token, "command", use, &account, &data);
	if (rc != RC_OK)
		return rc;
	rest = slice_of(data);
	for (size_t i = 0; i < 5; i++)
		if (!slice_cut(&rest, '\n', &line[i]))
			return RC_NOTFOUND;
	if (!slice_i64(line[0], 1, INT64_MAX, &p->from.list) ||
	    !slice_i64(line[4], 0, INT64_MAX, &p->from.thread))
		return RC_NOTFOUND;
	p->from.addr = slice_dup(u->arena, line[1]);
	p->from.name = slice_dup(u->arena, line[2]);
	p->from.locale = p->locale = slice_dup(u->arena, line[3]);
	p->from.proven = true;
	while (p->n < COMMAND_ASKS_MAX && slice_line(&rest, &line[0]))
		p->n += line_ask(u, line[0], &p->ask[p->n]);
	return p->n > 0 ? RC_OK : RC_NOTFOUND;
}

enum rc command_pending_read(struct unit *u, const char *token, struct command_pending *r)
{
	struct membership m;
	struct pending p;
	struct str what;
	enum rc rc = pending_read(u, token, false, &p);

	if (rc == RC_OK)
		rc = membership_by_addr(u, p.from.list, p.from.addr, &m);
	if (rc != RC_OK)
		return rc;
	str_init(&what, u->arena, 4096);
	for (size_t i = 0; i < p.n; i++)
		str_fmt(&what, "%s%s", i ? "; " : "", say_what(u, &p.ask[i]));
	*r = (struct command_pending){ m.list, p.from.addr, m.title, m.list_name, p.locale,
				       str_z(&what) };
	return RC_OK;
}

/* The reply comes from the address that was asked, or from another of the same person. */
static enum rc may_confirm(struct unit *u, const struct pending *p, const char *addr)
{
	struct membership asked, from;
	enum rc rc;

	if (slice_ieq(slice_of(addr), slice_of(p->from.addr)))
		return RC_OK;
	rc = membership_by_addr(u, p->from.list, p->from.addr, &asked);
	if (rc == RC_OK)
		rc = membership_by_addr(u, p->from.list, addr, &from);
	if (rc != RC_OK)
		return rc;
	return asked.account != 0 && asked.account == from.account ? RC_OK : RC_DENIED;
}

enum rc command_confirm(struct unit *u, const char *token, const struct command_from *from,
			const char **text_r)
{
	const char *back = tr_lang();
	struct pending p;
	struct run r;
	enum rc rc = pending_read(u, token, false, &p);

	if (rc == RC_OK && from != NULL)
		rc = p.from.list == from->list ? may_confirm(u, &p, from->addr) : RC_DENIED;
	if (rc == RC_OK)
		rc = pending_read(u, token, true, &p);
	if (rc != RC_OK)
		return rc;
	if (from != NULL) {
		p.from.msgid = from->msgid;
		p.from.refs = from->refs;
		p.from.nrefs = from->nrefs;
	}
	run_init(&r, u, &p.from);
	r.confirmed = true;
	rc = membership_by_addr(u, p.from.list, p.from.addr, &r.m);
	if (rc != RC_OK)
		return rc;
	tr_set(r.m.account ? r.m.locale : p.locale);
	rc = run_all(&r, p.ask, p.n);
	if (rc == RC_OK && text_r != NULL)
		*text_r = arena_strdup(u->arena, str_z(&r.say));
	if (rc == RC_OK)
		rc = answer(&r, "command-done", NULL, 0, NULL);
	tr_set(back);
	return rc;
}

/* ---- by another way than a command ---- */

static enum rc letter_to(struct unit *u, const struct membership *m, bool left)
{
	const char *back = tr_lang();
	const struct command_from f = { .list = m->list,
					.addr = *m->copies_to ? m->copies_to : m->addr,
					.name = m->name,
					.locale = m->locale,
					.proven = true };
	struct run r;
	enum rc rc;

	run_init(&r, u, &f);
	r.m = *m;
	r.rejoin = left;
	tr_set(m->locale);
	if (left)
		say_left(u, &r.say, m);
	else
		say_joined(u, &r.say, m, JOIN_DONE);
	rc = answer(&r, left ? "goodbye" : "welcome", NULL, 0, NULL);
	tr_set(back);
	return rc;
}

enum rc command_welcome(struct unit *u, const struct membership *m)
{
	return letter_to(u, m, false);
}

enum rc command_goodbye(struct unit *u, const struct membership *m)
{
	return letter_to(u, m, true);
}
