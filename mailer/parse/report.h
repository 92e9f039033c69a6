/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parsed message to what it reports: RFC 3464 delivery reports and the many
 * forms that are none, RFC 5965 complaints and their forerunners, automatic
 * replies, challenges, requests to be unsubscribed. Says what stands in the
 * message; who may be believed, and what follows, is decided elsewhere.
 *
 * Time is linear in the message. Everything points into the arena or the mail.
 */
#ifndef CABILDO_MAILER_PARSE_REPORT_H
#define CABILDO_MAILER_PARSE_REPORT_H

#include "mailer/parse/mail.h"

#define REPORT_RCPTS_MAX 200

enum report_kind {
	REPORT_NONE, /* a message like any other */
	REPORT_BOUNCE,
	REPORT_COMPLAINT,
	REPORT_AUTOREPLY,
	REPORT_CHALLENGE, /* somebody's filter wants its sender to prove himself */
	REPORT_UNSUBSCRIBE,
};

/* RFC 3463's first digit: 5, 4, 2. */
enum report_class { REPORT_OTHER, REPORT_TEMPORARY, REPORT_PERMANENT };

enum report_reason {
	REASON_NONE,      /* nothing known was said */
	REASON_UNKNOWN,   /* no such user */
	REASON_HOST,      /* no such domain */
	REASON_MOVED,
	REASON_DISABLED,  /* suspended, inactive, closed for now */
	REASON_FULL,      /* the mailbox */
	REASON_EXPIRED,   /* given up, or not yet, after trying for long */
	REASON_NETWORK,   /* no route, no answer, TLS, loop */
	REASON_SYSTEM,    /* their machine: full disk, program failed, try later */
	REASON_SIZE,      /* of the message */
	REASON_CONTENT,   /* virus, attachment, form of the message */
	REASON_SPAM,
	REASON_BLOCKED,   /* our address or reputation */
	REASON_AUTH,      /* SPF, DKIM, DMARC, reverse name */
	REASON_POLICY,    /* refused for another policy; relaying */
	REASON_RATE,      /* too many messages, connections, recipients */
	REASON_FILTERED,  /* by a filter of the recipient */
	REASON_DELIVERED,
	REASONS
};

struct report_rcpt {
	const char *addr;       /* as written; "" where only the report as a whole speaks */
	enum report_class class_;
	bool final;             /* given up (or arrived): not going to be tried again */
	enum report_reason reason;
	char status[12];        /* "5.1.1"; "" where none is said */
	unsigned code;          /* SMTP reply, 0 where none is said */
	const char *text;       /* the remote words, one line, at most 500 bytes */
	const char *mta;        /* who said so, or "" */
};

struct report {
	enum report_kind kind;
	struct report_rcpt *rcpts; /* of a bounce at least one; of a complaint who complained */
	size_t nrcpts;
	const char *msgid;      /* of the message it is about, without <>; or "" */
	const char *envid;      /* Original-Envelope-Id, or "" */
	const char *feedback;   /* RFC 5965 Feedback-Type in lower case ("abuse"), or "" */
	const char *subject;    /* of the message it is about, or "" */
	const char *mail_from;  /* its envelope sender, where the report tells it, or "" */
	const char *leave;      /* of a complaint: where it could be unsubscribed by mail, or "" */
};

/* m from mail_parse, its raw bytes alive. */
void report_parse(struct report *r, struct arena *a, const struct mail *m);

/* What a report says of a mailbox. */
enum report_count {
	REPORT_FINE,   /* it arrived */
	REPORT_WAITS,  /* it will be tried again */
	REPORT_REFUSED, /* refused for what the mail is or who sends it: says nothing of the mailbox */
	REPORT_SOFT,   /* full, asleep, not reached */
	REPORT_HARD,   /* nobody there */
};
enum report_count report_count(const struct report_rcpt *x);
/* A reply in an SMTP dialogue: x->text, code and status as they came; fills the rest. */
void report_reply(struct arena *a, struct report_rcpt *x);

/* "unknown", "full" ...; for the record and for people's pages. */
const char *report_reason_name(enum report_reason reason);

#endif
