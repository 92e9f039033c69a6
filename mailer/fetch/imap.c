/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IMAP (RFC 3501) with IDLE (RFC 2177), UIDPLUS (4315) and MOVE (6851) where
 * the server has them. A message is marked as deleted one by one, each after
 * its commit; what is expunged is what was marked here.
 */
#include <libetpan/libetpan.h>
#include <poll.h>

#include "mailer/fetch/fetch.h"
#include "mailer/fetch/stream.h"
#include "mailer/fetch/verify.h"
#include "server/base/prog.h"

#include "server/base/base.h"

/* Servers may forget to tell, and NATs forget connections: look again so often. */
#define IDLE_SECONDS 240
#define POLL_SECONDS 30

struct imap {
	struct fetch *f;
	mailimap *s;
	bool can_idle, can_move, has_uidplus;
};

/* What the server last said, for people. */
static const char *said(const struct imap *i)
{
	return i->s->imap_response ? i->s->imap_response : "no answer";
}

static enum rc later(struct imap *i, const char *what, int err)
{
	if (err == MAILIMAP_ERROR_STREAM)
		fetch_why(i->f, "%s: the connection was lost", what);
	else
		fetch_why(i->f, "%s: %s", what, said(i));
	return RC_TEMPFAIL;
}

static bool good(int err)
{
	return err == MAILIMAP_NO_ERROR || err == MAILIMAP_NO_ERROR_AUTHENTICATED ||
	       err == MAILIMAP_NO_ERROR_NON_AUTHENTICATED;
}

static enum rc verified(struct imap *i)
{
	char why[300];
	enum rc rc = verify_peer(i->s->imap_stream, i->f->box->host, i->f->box->ca_path, why,
				 sizeof(why));

	if (rc != RC_OK)
		fetch_why(i->f, "%s: %s", i->f->box->host, why);
	return rc;
}

static enum rc connected(struct imap *i)
{
	const struct mailbox_row *b = i->f->box;
	char *host = arena_strdup(i->f->arena, b->host);
	uint16_t port = (uint16_t)b->port;
	struct mailimap_capability_data *caps = NULL;
	int err;

	if (strcmp(b->tls, "tls") == 0)
		err = mailimap_ssl_connect_with_callback(i->s, host, port, verify_name, host);
	else
		err = mailimap_socket_connect(i->s, host, port);
	if (!good(err)) {
		fetch_why(i->f, "%s:%u does not answer", host, port);
		return RC_TEMPFAIL;
	}
	if (strcmp(b->tls, "starttls") == 0) {
		err = mailimap_socket_starttls_with_callback(i->s, verify_name, host);
		if (!good(err))
			return later(i, "STARTTLS", err);
	}
	if (strcmp(b->tls, "none") != 0) {
		enum rc rc = verified(i);

		if (rc != RC_OK)
			return rc;
	}
	if (stream_guard(i->s->imap_stream) != RC_OK)
		return RC_TEMPFAIL;
	/* what was said before the encryption counts for nothing */
	err = mailimap_capability(i->s, &caps);
	if (!good(err))
		return later(i, "CAPABILITY", err);
	mailimap_capability_data_free(caps);
	return RC_OK;
}

static enum rc signed_in(struct imap *i)
{
	const struct mailbox_row *b = i->f->box;
	struct mailimap_capability_data *caps = NULL;
	int err;

	if (strcmp(b->auth, "oauth2") == 0)
		err = mailimap_oauth2_authenticate(i->s, b->login, i->f->secret);
	else
		err = mailimap_login(i->s, b->login, i->f->secret);
	if (err == MAILIMAP_ERROR_STREAM)
		return later(i, "sign-in", err);
	if (!good(err)) {
		fetch_why(i->f, "%s refused to sign in %s: %s", b->host, b->login, said(i));
		return RC_DENIED;
	}
	if (!good(mailimap_capability(i->s, &caps)))
		return later(i, "CAPABILITY", MAILIMAP_ERROR_STREAM);
	mailimap_capability_data_free(caps);
	i->can_idle = mailimap_has_idle(i->s);
	i->can_move = mailimap_has_extension(i->s, (char *)"MOVE");
	i->has_uidplus = mailimap_has_uidplus(i->s);
	return RC_OK;
}

static enum rc folder_open(struct imap *i)
{
	const struct mailbox_row *b = i->f->box;
	int err;

	/* there already is the usual case: its refusal says nothing */
	if (*b->move_to)
		mailimap_create(i->s, b->move_to);
	err = mailimap_select(i->s, b->folder);
	return good(err) ? RC_OK : later(i, b->folder, err);
}

struct one { /* a message of the round */
	uint32_t uid, size;
};

static void attributes(const struct mailimap_msg_att *att, struct one *o)
{
	for (clistiter *c = clist_begin(att->att_list); c != NULL; c = clist_next(c)) {
		const struct mailimap_msg_att_item *it = clist_content(c);

		if (it->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		if (it->att_data.att_static->att_type == MAILIMAP_MSG_ATT_UID)
			o->uid = it->att_data.att_static->att_data.att_uid;
		else if (it->att_data.att_static->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
			o->size = it->att_data.att_static->att_data.att_rfc822_size;
	}
}

/* The sizes of uid[0..n); at most n rows in o. */
static enum rc sizes(struct imap *i, const uint32_t *uid, size_t n, struct one *o, size_t *n_r)
{
	struct mailimap_set *set = mailimap_set_new_empty();
	struct mailimap_fetch_type *what = mailimap_fetch_type_new_fetch_att_list_empty();
	clist *rows = NULL;
	int err;

	for (size_t k = 0; k < n; k++)
		mailimap_set_add_single(set, uid[k]);
	mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_uid());
	mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_rfc822_size());
	err = mailimap_uid_fetch(i->s, set, what, &rows);
	mailimap_set_free(set);
	mailimap_fetch_type_free(what);
	*n_r = 0;
	if (!good(err))
		return later(i, "FETCH", err);
	for (clistiter *c = clist_begin(rows); c != NULL && *n_r < n; c = clist_next(c)) {
		o[*n_r] = (struct one){ 0 };
		attributes(clist_content(c), &o[*n_r]);
		if (o[*n_r].uid != 0)
			++*n_r;
	}
	mailimap_fetch_list_free(rows);
	return RC_OK;
}

/* The oldest first, at most FETCH_ROUND of those not marked as deleted. */
static enum rc waiting(struct imap *i, struct one *o, size_t *n_r)
{
	uint32_t uid[FETCH_ROUND];
	struct mailimap_search_key *key = mailimap_search_key_new(
		MAILIMAP_SEARCH_KEY_UNDELETED, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL);
	clist *found = NULL;
	size_t n = 0;
	int err = mailimap_uid_search(i->s, NULL, key, &found);

	mailimap_search_key_free(key);
	*n_r = 0;
	if (!good(err))
		return later(i, "SEARCH", err);
	for (clistiter *c = clist_begin(found); c != NULL && n < FETCH_ROUND; c = clist_next(c))
		uid[n++] = *(uint32_t *)clist_content(c);
	mailimap_search_result_free(found);
	return n ? sizes(i, uid, n, o, n_r) : RC_OK;
}

static const struct mailimap_msg_att_body_section *section_of(const clist *rows)
{
	for (clistiter *r = clist_begin((clist *)rows); r != NULL; r = clist_next(r)) {
		const struct mailimap_msg_att *att = clist_content(r);

		for (clistiter *c = clist_begin(att->att_list); c != NULL; c = clist_next(c)) {
			const struct mailimap_msg_att_item *it = clist_content(c);

			if (it->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC &&
			    it->att_data.att_static->att_type == MAILIMAP_MSG_ATT_BODY_SECTION)
				return it->att_data.att_static->att_data.att_body_section;
		}
	}
	return NULL;
}

/* Fetched without marking it as seen: until it is committed nothing changes there. */
static enum rc message_take(struct imap *i, uint32_t uid, enum fetched *fate_r)
{
	struct mailimap_set *set = mailimap_set_new_single(uid);
	struct mailimap_fetch_type *what = mailimap_fetch_type_new_fetch_att_list_empty();
	const struct mailimap_msg_att_body_section *body;
	clist *rows = NULL;
	char id[24];
	int err;

	mailimap_fetch_type_new_fetch_att_list_add(
		what, mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)));
	err = mailimap_uid_fetch(i->s, set, what, &rows);
	mailimap_set_free(set);
	mailimap_fetch_type_free(what);
	if (!good(err))
		return later(i, "FETCH", err);
	body = section_of(rows);
	*fate_r = FETCHED_LEFT;
	snprintf(id, sizeof(id), "%lu", (unsigned long)uid);
	if (body != NULL && body->sec_body_part != NULL)
		*fate_r = fetch_hand_over(i->f, id,
					  slice_make(body->sec_body_part, body->sec_length));
	mailimap_fetch_list_free(rows); /* none: somebody else took it away meanwhile */
	return RC_OK;
}

static enum rc mark_deleted(struct imap *i, struct mailimap_set *set)
{
	struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
	struct mailimap_store_att_flags *store;
	int err;

	mailimap_flag_list_add(flags, mailimap_flag_new_deleted());
	mailimap_flag_list_add(flags, mailimap_flag_new_seen());
	store = mailimap_store_att_flags_new_add_flags_silent(flags);
	err = mailimap_uid_store(i->s, set, store);
	mailimap_store_att_flags_free(store);
	if (!good(err))
		return later(i, "STORE", err);
	err = i->has_uidplus ? mailimap_uid_expunge(i->s, set) : mailimap_expunge(i->s);
	return good(err) ? RC_OK : later(i, "EXPUNGE", err);
}

/* It is committed here: away with it, or over to the other folder. */
static enum rc message_away(struct imap *i, uint32_t uid)
{
	const char *to = i->f->box->move_to;
	struct mailimap_set *set = mailimap_set_new_single(uid);
	enum rc rc = RC_OK;
	int err;

	if (*to && i->can_move) {
		err = mailimap_uid_move(i->s, set, to);
		rc = good(err) ? RC_OK : later(i, to, err);
	} else {
		if (*to) {
			err = mailimap_uid_copy(i->s, set, to);
			rc = good(err) ? RC_OK : later(i, to, err);
		}
		if (rc == RC_OK)
			rc = mark_deleted(i, set);
	}
	mailimap_set_free(set);
	return rc;
}

/* all_r: nothing was left for another round. */
static enum rc round_do(struct imap *i, bool *all_r)
{
	struct one o[FETCH_ROUND];
	size_t n;
	enum rc rc = waiting(i, o, &n);

	*all_r = n < FETCH_ROUND;
	i->f->left = 0;
	for (size_t k = 0; rc == RC_OK && k < n && !prog_stop; k++) {
		enum fetched fate = FETCHED_LEFT;

		if (o[k].size > i->f->size_max) {
			i->f->left++;
			fetch_why(i->f, "message %lu of %lu kB stays there: it is too large",
				  (unsigned long)o[k].uid, (unsigned long)o[k].size / 1024);
			continue;
		}
		rc = message_take(i, o[k].uid, &fate);
		if (rc == RC_OK && fate == FETCHED_TAKEN)
			rc = message_away(i, o[k].uid);
		else if (rc == RC_OK && fate == FETCHED_LATER)
			rc = RC_TEMPFAIL;
	}
	/* what stays would fill every round: the rest waits for a person then */
	if (i->f->left == FETCH_ROUND)
		*all_r = true;
	return rc;
}

static void wait_fd(int fd, int seconds)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t until = clock_mono() + seconds * (int64_t)USEC;

	while (!prog_stop && clock_mono() < until)
		if (poll(&p, fd >= 0 ? 1 : 0, 250) > 0)
			break;
}

/* Until there may be more. */
static enum rc rest(struct imap *i)
{
	int err;

	if (!i->can_idle) {
		wait_fd(-1, POLL_SECONDS);
		err = mailimap_noop(i->s);
		return good(err) ? RC_OK : later(i, "NOOP", err);
	}
	err = mailimap_idle(i->s);
	if (!good(err))
		return later(i, "IDLE", err);
	/* what came with the answer to IDLE itself is read already */
	if (i->s->imap_stream->read_buffer_len == 0)
		wait_fd(mailimap_idle_get_fd(i->s), IDLE_SECONDS);
	err = mailimap_idle_done(i->s);
	return good(err) ? RC_OK : later(i, "IDLE", err);
}

enum rc fetch_imap(struct fetch *f)
{
	struct imap i = { .f = f, .s = mailimap_new(0, NULL) };
	bool all = false;
	enum rc rc;

	if (i.s == NULL)
		return RC_TEMPFAIL;
	mailstream_network_delay = (struct timeval){ .tv_sec = f->timeout };
	rc = connected(&i);
	if (rc == RC_OK)
		rc = signed_in(&i);
	if (rc == RC_OK)
		rc = folder_open(&i);
	while (rc == RC_OK && !prog_stop) {
		rc = round_do(&i, &all);
		if (rc == RC_OK && f->report != NULL)
			f->report(f);
		if (rc == RC_OK && all && !prog_stop)
			rc = rest(&i);
	}
	if (rc != RC_OK && i.s->imap_stream != NULL) {
		/* or mailimap_free says LOGOUT and waits for an answer once more */
		mailstream_close(i.s->imap_stream);
		i.s->imap_stream = NULL;
	}
	mailimap_free(i.s);
	lmtp_close(&f->lmtp);
	return rc;
}
