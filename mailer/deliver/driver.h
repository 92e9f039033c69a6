/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of transport share; seen by mailer/deliver alone. */
#ifndef CABILDO_MAILER_DRIVER_H
#define CABILDO_MAILER_DRIVER_H

#include "mailer/deliver/transport.h"

struct transport_url {
	const char *user, *password, *host, *port, *ca;
	bool tls;
	long timeout_ms;
};

struct transport {
	const struct transport_kind *kind;
	struct arena *arena;
	const char *helo;
	const char *root;               /* maildir */
	struct transport_url url;       /* smtp */
	void *state;
};

struct transport_kind {
	enum rc (*open)(struct transport *t, const char **err_r);
	enum rc (*send)(struct transport *t, const struct transport_calls *calls);
	void (*close)(struct transport *t);
};

extern const struct transport_kind transport_smtp, transport_plain, transport_maildir, transport_null;

/* code 0: no reply behind it. text may be anything the other side said. */
void result_set(struct transport_result *r, enum transport_class cls, int code,
		const char *enhanced, const char *text);
/*
 * Of a reply that was heard to its end. own: it is about this recipient or this message; what is
 * wrong with our login, our sender or our syntax says nothing of the recipient: TEMP.
 */
void result_reply(struct transport_result *r, int code, const char *enhanced, const char *text,
		  bool own);
bool all_kept(const struct transport_calls *calls);
bool msg_high(const struct transport_msg *m);
bool msg_envid_ok(const struct transport_msg *m);
/* Of all its pieces. */
size_t msg_size(const struct transport_msg *m);
/*
 * Takes the next message that may go on the wire; those that may not are
 * reported done with PERM on the way. results has TRANSPORT_TO_MAX places;
 * *skip_r[i] tells which recipients of the message are already decided there.
 * false: nothing more shall be sent.
 * take_next asks kept; whoever calls take_ahead does so before the text goes out.
 */
bool take_ahead(const struct transport_calls *calls, struct transport_msg *m_r,
		struct transport_result *results, bool *skip_r);
bool take_next(const struct transport_calls *calls, struct transport_msg *m_r,
	       struct transport_result *results, bool *skip_r);
/* The one after it, now. All are skipped where nothing of it may go on the wire: it is reported
 * done when it is its turn. */
bool take_following(const struct transport_calls *calls, struct transport_msg *m_r,
		    struct transport_result *results, bool *skip_r);

#endif
