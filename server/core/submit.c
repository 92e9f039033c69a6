/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One new post, in the caller's transaction. The order of the statements is
 * the order of the locks (design: parsing, rendering, indexing and enqueueing
 * before the first shared lock; thread, then list; the list's row last):
 *
 *	group      an advisory lock: shared, or whole for a post that joins threads
 *	seen       the key of idempotence; a second copy of the message waits
 *	           here for the first one's commit and becomes a duplicate
 *	ids        advisory locks on the ids it has and names: a reply and its
 *	           parent that arrive together find each other
 *	           (group, seen and ids are one call: post_place in schema.sql)
 *	post_put   one call (schema.sql): raw bytes; the thread, found or made, whose row
 *	           gives the post's number; the post with search entry and page; its ids;
 *	           one row per recipient; the record
 *	list       counters, and the number of a new thread; by post_put itself where nothing
 *	           but the commit comes after it, and that goes out together with it
 */
#include "server/core/fold.h"
#include "server/core/lang.h"
#include "server/core/receipt.h"
#include "server/core/place.h"
#include "server/core/submit.h"
#include "server/core/tell.h"
#include "server/store/intake.h"
#include "server/text/pack.h"
#include "server/text/tr.h"

#include "server/base/base.h"

#define INDEXED_MAX ((size_t)256 << 10)
#define THREAD_CLOSED N_("Its thread is closed: nothing more can be added there.")

static const char *const fate_names[] = { "posted",    "held",      "command", "bounce",
					  "complaint", "duplicate", "dropped", "quarantined",
					  "forwarded", "refused" };
static const char *const source_names[] = { "email", "web", "import" };

const char *fate_name(enum fate f)
{
	return fate_names[f];
}

void submit_key(struct unit *u, const struct submission *s, id_hash out_r)
{
	struct str k;

	if (*s->msgid == '\0') {
		struct slice rest = s->raw, line;

		/* canonical: line ends folded, the trace headers of the way left out by
		 * the sender having none yet; a retry brings the same bytes */
		str_init(&k, u->arena, s->raw.n + 32);
		while (slice_line(&rest, &line)) {
			str_adds(&k, line);
			str_addc(&k, '\n');
		}
		if (s->apart)
			str_fmt(&k, "/%u", s->apart);
		hash_bytes(k.p, k.n, out_r);
		return;
	}
	str_init(&k, u->arena, STR_CAP_DEFAULT);
	str_add(&k, s->msgid, strlen(s->msgid) + 1);
	str_add(&k, s->author_addr, strlen(s->author_addr) + 1);
	str_fmt(&k, "%lld", s->sent_guessed ? 0LL : (long long)s->sent_at);
	if (s->apart)
		str_fmt(&k, "/%u", s->apart);
	hash_bytes(k.p, k.n, out_r);
}

static enum rc attachments_add(struct unit *u, const struct submission *s, int64_t post)
{
	struct attachment_new *at;

	if (s->nattachments == 0)
		return RC_OK;
	at = ARENA_ARRAY(u->arena, s->nattachments, struct attachment_new);
	for (size_t i = 0; i < s->nattachments; i++) {
		const struct submit_attachment *f = &s->attachments[i];

		at[i] = (struct attachment_new){ f->name,   f->type,   f->encoding, f->size,
						 f->offset, f->length, { 0 },       f->inline_, f->folded,
						 f->packed ? f->inner : -1 };
		memcpy(at[i].hash, f->hash, HASH_BYTES);
	}
	return attachments_write(u->db, u->arena, post, s->author_addr, at, s->nattachments);
}

/* The sentence of what decided: the rule's, or one of those that are found out here. */
static const char *reason_of(const struct submission *s, const char *rule)
{
	if (strcmp(rule, "duplicate") == 0)
		return N_("The same message was here before.");
	if (strcmp(rule, "approved") == 0)
		return N_("A moderator approved it.");
	if (strcmp(rule, "id-reused") == 0)
		return N_("The Message-ID is that of another post.");
	if (strcmp(rule, "digest-reply") == 0)
		return N_("It answers a whole digest, not one message of it.");
	if (strcmp(rule, "thread-closed") == 0)
		return THREAD_CLOSED;
	return s->reason ? s->reason : "";
}

/* What was decided before it came here, and what these rules then found. */
static const char *trace_of(struct unit *u, const struct submission *s, const char *rule)
{
	struct slice rest = slice_of(s->trace ? s->trace : ""), word, name;
	struct str t;

	if (strcmp(rule, "id-reused") != 0 && strcmp(rule, "digest-reply") != 0 &&
	    strcmp(rule, "thread-closed") != 0)
		return s->trace ? s->trace : "";
	str_init(&t, u->arena, rest.n + 64);
	while (rest.n > 0) {
		struct slice w;

		slice_cut(&rest, ' ', &word);
		w = word;
		slice_cut(&w, '=', &name);
		str_fmt(&t, "%s", t.n ? " " : "");
		if (slice_eqz(name, rule))
			str_fmt(&t, "%s=hold", rule);
		else if (slice_eqz(name, "posted"))
			str_addz(&t, "posted=-");
		else
			str_adds(&t, word);
	}
	return str_z(&t);
}

#define TOKEN_LEAST 24 /* characters: 120 bits; a list's name is not longer */
#define MAC_CHARS   16

/* The record keeps no token: "agenda+c*@", "agenda-bounces+s12.*@" for what was sent to. */
static const char *recipient_kept(struct unit *u, const char *to)
{
	const char *at = to ? strrchr(to, '@') : NULL, *p = at;

	if (at == NULL)
		return to ? to : "";
	while (p > to && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567", p[-1]) != NULL)
		p--;
	if (p > to && p[-1] == '.' && at - p == MAC_CHARS)
		return arena_fmt(u->arena, "%.*s*%s", (int)(p - to), to, at);
	/* the letter that says what it is for belongs to base32 too */
	return at - p > TOKEN_LEAST ? arena_fmt(u->arena, "%.*s*%s", (int)(p + 1 - to), to, at) : to;
}

static struct intake_new intake_of(struct unit *u, const struct list_ref *l,
				   const struct submission *s, enum fate fate, const char *rule)
{
	return (struct intake_new){ .list = l->id,
				    .envelope_from = s->envelope_from ? s->envelope_from : "",
				    .recipient = recipient_kept(u, s->recipient),
				    .msgid = s->msgid,
				    .fate = fate_name(fate),
				    .rule = rule,
				    .trace = trace_of(u, s, rule),
				    .reason = reason_of(s, rule),
				    .account = s->account };
}

static enum rc intake_log(struct unit *u, const struct list_ref *l, const struct submission *s,
			  enum fate fate, const char *rule, int64_t post, int64_t hold, int64_t raw)
{
	struct intake_new n = intake_of(u, l, s, fate, rule);

	if (s->source == SUBMIT_IMPORT)
		return RC_OK; /* an archive was never answered 250 */
	n.post = post;
	n.hold = hold;
	n.raw = raw;
	return intake_write(u->db, &n);
}

/* It makes nothing new, but its bytes may differ from the first one's: kept as
 * long as those of any other fate. An archive has them still. */
static enum rc duplicate(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const id_hash key, struct submit_result *r)
{
	struct seen_row seen;
	int64_t raw = 0;
	enum rc rc = seen_read(u->db, u->arena, l->id, key, &seen);

	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_TEMPFAIL : rc;
	*r = (struct submit_result){
		FATE_DUPLICATE, seen.post, seen.thread, seen.thread_number, seen.number,
		seen.hold,      0,         0
	};
	if (s->source != SUBMIT_IMPORT)
		rc = raw_write(u->db, u->arena, s->raw, false, &raw);
	return rc == RC_OK ? intake_log(u, l, s, FATE_DUPLICATE, "duplicate", seen.post, seen.hold,
					raw) : rc;
}

/* Threads by id: nobody else posts, but pages write a thread's version too. */
static enum rc merge_lock(struct unit *u, const struct place *p)
{
	int64_t all[PLACE_REFS_MAX + 3];

	if (p->nmerge == 0)
		return RC_OK;
	memcpy(all, p->merge, p->nmerge * sizeof(*all));
	all[p->nmerge] = p->thread; /* 0 where it is yet to be made */
	return threads_lock(u->db, u->arena, all, p->nmerge + 1);
}

/* The post as it will stand; all that takes time, before the first lock. */
static struct post_new post_fill(struct unit *u, const struct list_ref *l,
				 const struct submission *s, const struct ids *ids,
				 const struct place *p)
{
	struct slice own, quoted, html = fold_render(u, s);
	struct post_new n;

	fold_words(u, s, &own, &quoted);
	n = (struct post_new){ .list = l->id,
			       .thread = p->thread,
			       .parent = p->parent,
			       .parent_rank = p->rank,
			       .account = s->account,
			       .bytes = s->raw,
			       .sent_at = s->sent_at ? s->sent_at : clock_now(),
			       .sent_guessed = s->source != SUBMIT_WEB &&
					       (s->sent_guessed || s->sent_at == 0),
			       .msgid = ids->own,
			       .author_name = s->author_name,
			       .author_addr = s->author_addr,
			       .source = source_names[s->source],
			       .lang = *s->lang ? s->lang : lang_guess(own, l->lang),
			       .subject = s->subject,
			       .refs = s->refs,
			       .nrefs = s->nrefs,
			       .text = s->text,
			       .html = html,
			       .packed = html_pack(u->arena, html),
			       .own = own,
			       .quoted = quoted,
			       .folds = s->folds,
			       .nfolds = s->nfolds * 3,
			       .nattachments = s->nattachments,
			       .addressed = s->addressed,
			       .naddressed = s->naddressed,
			       .automatic = s->automatic };
	memcpy(n.hash, ids->own_hash, HASH_BYTES);
	place_fill(u, ids, p, &n);
	return n;
}

/* The shared row, last of all. Mail that nobody is told of needs no answer: the counters go
 * out with the commit. */
static enum rc group_count(struct unit *u, const struct list_ref *l, const struct submission *s,
			   bool fresh, int64_t at, bool held, struct submit_result *r)
{
	bool tell = l->receipt && s->source == SUBMIT_EMAIL;
	bool ask = tell || held || s->source != SUBMIT_EMAIL;
	enum rc rc = tell && !fresh ? receipt_send(u, l, s, r) : RC_OK;

	if (rc != RC_OK)
		return rc;
	if (!fresh)
		return list_bump(u->db, l->id, at);
	rc = list_bump_thread(u->db, u->arena, l->id, at, r->thread, ask ? &r->thread_number : NULL);
	/* the number of its thread is told in the link */
	return rc == RC_OK && tell ? receipt_send(u, l, s, r) : rc;
}

/* Does nothing but the commit come after post_put? Then both are one round trip. */
static bool post_last(const struct list_ref *l, const struct submission *s, const struct ids *ids,
		      const struct place *p, int64_t hold)
{
	return s->source == SUBMIT_EMAIL && hold == 0 && !l->receipt && s->nattachments == 0 &&
	       p->nmerge == 0 && place_found(ids, ids->own_hash) == NULL;
}

void submit_late(struct unit *u, struct submit_result *r)
{
	struct post_at put;

	if (post_put_at(u->db, u->arena, &put) != RC_OK)
		return;
	r->thread = put.thread;
	r->number = put.number;
	r->thread_number = put.thread_number;
}

/* raw: its bytes, where they are stored already. */
static enum rc post_make(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const struct ids *ids, struct place *p, int64_t post, int64_t raw,
			 int64_t hold, struct submit_result *r)
{
	struct intake_new in = intake_of(u, l, s, FATE_POSTED, hold ? "approved" : "posted");
	struct post_new n = post_fill(u, l, s, ids, p);
	struct post_at put;
	enum rc rc = merge_lock(u, p);

	*r = (struct submit_result){ .fate = FATE_POSTED, .post = post };
	in.hold = hold;
	n.id = post;
	n.raw = raw;
	n.in = s->source == SUBMIT_IMPORT ? NULL : &in;
	r->late = n.counts = post_last(l, s, ids, p, hold);
	if (rc == RC_OK && r->late)
		return post_put_send(u->db, u->arena, &n);
	if (rc == RC_OK)
		rc = post_put(u->db, u->arena, &n, &put);
	if (rc != RC_OK)
		return rc;
	r->threads = (int)(p->thread == 0) - (int)p->nmerge;
	p->thread = r->thread = put.thread;
	r->number = put.number;
	r->thread_number = put.thread_number;
	rc = attachments_add(u, s, post);
	if (rc == RC_OK)
		rc = place_adopt(u, l->id, ids, p, post);
	for (size_t i = 0; i < p->nmerge && rc == RC_OK; i++)
		rc = thread_merge(u->db, u->arena, l->id, p->merge[i], p->thread);
	if (rc != RC_OK || put.hidden)
		return rc; /* nobody sees it: it counts when the thread is shown again */
	return group_count(u, l, s, n.thread == 0, n.sent_at, hold != 0, r);
}

const char *submit_msgid(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const id_hash key)
{
	if (*s->msgid != '\0')
		return s->msgid;
	return arena_fmt(u->arena, "%.32s@%s", base32_encode(u->arena, key, HASH_BYTES),
			 l->mail_domain);
}

enum rc submit_list_lock(struct unit *u, int64_t list)
{
	return group_lock(u->db, list);
}

/* An archive's message under an id that is here: the same one, or another's. */
static enum rc import_known(struct unit *u, const struct list_ref *l, const id_hash key,
			    const struct ref_row *own, struct submit_result *r)
{
	struct seen_row seen;
	enum rc rc = seen_read(u->db, u->arena, l->id, key, &seen);

	if (rc == RC_NOTFOUND)
		rc = seen_same(u->db, u->arena, own->post, key);
	*r = (struct submit_result){ .fate = rc == RC_OK ? FATE_DUPLICATE : FATE_DROPPED };
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	r->post = own->post;
	r->thread = own->thread;
	r->number = own->number;
	return RC_OK;
}

/* The rule that keeps it from its place, or "". */
static const char *place_rule(const struct list_ref *l, const struct submission *s,
			      const struct place *p)
{
	if (s->source == SUBMIT_EMAIL && p->thread != 0 && strcmp(p->state, "open") != 0 &&
	    strcmp(l->role, "owner") != 0 && strcmp(l->role, "moderator") != 0)
		return "thread-closed";
	/* its subject says nothing of what it is about: nobody's thread */
	if (s->source != SUBMIT_IMPORT && s->answers_digest && p->thread == 0 && p->nmerge == 0)
		return "digest-reply";
	return "";
}

enum rc submit_look(struct unit *u, const struct list_ref *l, const struct submission *s,
		    struct submit_look *r)
{
	const struct ref_row *f;
	struct submit_result res = { .fate = FATE_POSTED };
	struct seen_row seen;
	struct place place;
	int64_t *threads;
	struct ids ids;
	enum rc rc;

	submit_key(u, s, r->key);
	place_ids(u, s, submit_msgid(u, l, s, r->key), &ids);
	rc = place_look_up(u, l->id, &ids, false);
	if (rc != RC_OK)
		return rc;
	r->n = ids.n + 1;
	r->ids = place_all_ids(u, &ids);
	r->threads = threads = ARENA_ARRAY(u->arena, r->n, int64_t);
	for (size_t i = 0; i < r->n; i++) {
		f = place_found(&ids, r->ids[i]);
		threads[i] = f ? f->thread : 0;
	}
	f = place_found(&ids, ids.own_hash);
	if (f != NULL && f->post != 0)
		rc = import_known(u, l, r->key, f, &res);
	else if (seen_read(u->db, u->arena, l->id, r->key, &seen) == RC_OK)
		res.fate = FATE_DUPLICATE; /* its post was deleted */
	place_find(l, s, &ids, &place);
	place.nmerge = 0;
	if (rc == RC_OK)
		rc = place_settle(u, l, s, &place, &res);
	r->rule = res.fate == FATE_POSTED && place.elsewhere == 0 ? place_rule(l, s, &place) : "";
	r->fate = res.fate;
	return rc;
}

enum rc submit_post(struct unit *u, const struct list_ref *l, const struct submission *s,
		    struct submit_result *r)
{
	bool import = s->source == SUBMIT_IMPORT;
	bool reads = !import && s->nrefs > 0 && fold_asks_parent(u, s);
	const struct ref_row *own;
	struct submission with;
	struct place place;
	const char *rule;
	struct ids ids;
	id_hash key;
	int64_t post, raw = 0;
	enum rc rc = RC_OK;

	*r = (struct submit_result){ .fate = FATE_POSTED };
	submit_key(u, s, key);
	place_ids(u, s, submit_msgid(u, l, s, key), &ids);
	if (s->alone)
		rc = group_lock(u->db, l->id);
	if (rc == RC_OK)
		rc = import ? place_look_up(u, l->id, &ids, false)
			    : place_enter(u, l->id, key, reads, &ids, &post);
	if (rc == RC_CONFLICT)
		return duplicate(u, l, s, key, r);
	if (rc != RC_OK)
		return rc;
	own = place_found(&ids, ids.own_hash);
	if (own != NULL && own->post != 0) {
		if (import)
			return import_known(u, l, key, own, r);
		/* the same, to the group that its thread was moved to */
		rc = seen_same(u->db, u->arena, own->post, key);
		if (rc == RC_OK)
			rc = seen_point(u->db, l->id, key, own->post);
		if (rc == RC_OK)
			return duplicate(u, l, s, key, r);
		if (rc != RC_NOTFOUND)
			return rc;
		/* the id is taken, by another From or Date: a person looks at it */
		rc = submit_hold(u, l, s, "id-reused", N_("The Message-ID is that of another post."),
				 r);
		return rc == RC_OK ? seen_hold_write(u->db, l->id, key, "held", r->hold) : rc;
	}
	if (import)
		rc = seen_add(u->db, u->arena, l->id, key, "posted", true, &post);
	if (rc == RC_CONFLICT)
		return duplicate(u, l, s, key, r);
	if (rc != RC_OK)
		return rc;
	place_find(l, s, &ids, &place);
	rc = place_settle(u, l, s, &place, r);
	if (rc != RC_OK)
		return rc;
	if (place.elsewhere != 0) {
		r->elsewhere = place.elsewhere;
		return RC_CONFLICT;
	}
	rule = place_rule(l, s, &place);
	if (*rule != '\0')
		return submit_hold_seen(u, l, s, rule, reason_of(s, rule), r);
	if (s->raw.n > RAW_CHUNK) /* else with the post */
		rc = raw_write(u->db, u->arena, s->raw, true, &raw);
	if (rc != RC_OK)
		return rc;
	with = *s;
	if (ids.near != 0 && ids.near == place.parent)
		fold_against(u, &with, slice_of(ids.text.body), ids.text.author_addr);
	else
		rc = fold_against_parent(u, &with, place.parent);
	return rc == RC_OK ? post_make(u, l, &with, &ids, &place, post, raw, 0, r) : rc;
}

enum rc submit_approved(struct unit *u, const struct list_ref *l, const struct submission *s,
			const struct submit_held *h, struct submit_result *r)
{
	struct submission own = *s;
	struct list_ref there;
	const struct ref_row *taken;
	struct place place;
	struct ids ids;
	int64_t post;
	enum rc rc = s->alone ? group_lock(u->db, l->id) : RC_OK;

	*r = (struct submit_result){ .fate = FATE_POSTED };
	if (rc == RC_OK)
		rc = seen_approve(u->db, u->arena, l->id, h->key, h->hold, &post);
	if (rc != RC_OK)
		return rc;
	place_ids(u, s, submit_msgid(u, l, s, h->key), &ids);
	rc = place_look_up(u, l->id, &ids, true);
	if (rc != RC_OK)
		return rc;
	taken = place_found(&ids, ids.own_hash);
	if (taken != NULL && taken->post != 0) {
		own.msgid = "";
		place_ids(u, &own, submit_msgid(u, l, &own, h->key), &ids);
		rc = place_look_up(u, l->id, &ids, true);
	}
	if (rc == RC_OK)
		rc = raw_keep(u->db, h->raw);
	if (rc != RC_OK)
		return rc;
	place_find(l, &own, &ids, &place);
	rc = place_settle(u, l, &own, &place, r);
	if (rc == RC_OK && place.elsewhere != 0) {
		/* its thread is in another group by now: the decision goes along */
		rc = list_lookup_id(u, place.elsewhere, &there);
		l = &there;
		place_ids(u, &own, ids.own, &ids);
		if (rc == RC_OK)
			rc = place_look_up(u, l->id, &ids, true);
		if (rc != RC_OK)
			return rc;
		place_find(l, &own, &ids, &place);
		rc = place_settle(u, l, &own, &place, r);
	}
	if (rc != RC_OK)
		return rc;
	rc = fold_against_parent(u, &own, place.parent);
	return rc == RC_OK ? post_make(u, l, &own, &ids, &place, post, h->raw, h->hold, r) : rc;
}

/* The folds that lie within the text that is kept. */
static size_t folds_within(const struct submission *s, size_t n)
{
	size_t k = s->nfolds;

	while (k > 0 && s->folds[(k - 1) * 3 + 1] > (int64_t)n)
		k--;
	return k * 3;
}

/* The post that a message answers, to show it beside: nothing is locked, and it is looked
 * for anew when the message is posted. */
static enum rc answered(struct unit *u, const struct list_ref *l, const struct submission *s,
			int64_t *post_r)
{
	struct place place;
	struct ids ids;
	enum rc rc;

	*post_r = s->parent_hint;
	if (*post_r != 0 || s->nrefs == 0)
		return RC_OK;
	place_ids(u, s, s->msgid, &ids);
	rc = place_look_up(u, l->id, &ids, false);
	if (rc != RC_OK)
		return rc;
	place_find(l, s, &ids, &place);
	*post_r = place.elsewhere ? 0 : place.parent;
	return RC_OK;
}

static enum rc hold_row(struct unit *u, const struct list_ref *l, const struct submission *s,
			const char *rule, const char *reason, int64_t raw, int64_t *hold_r)
{
	const char **files = ARENA_ARRAY(u->arena, s->nattachments, const char *);
	int64_t *sizes = ARENA_ARRAY(u->arena, s->nattachments, int64_t);
	struct hold_new h = { .kind = s->hold_kind,
			      .conversation = s->conversation,
			      .list = l->id,
			      .raw = raw,
			      .account = s->account,
			      .thread = s->thread_hint,
			      .rule = rule,
			      .reason = reason,
			      .author_name = s->author_name,
			      .author_addr = s->author_addr,
			      .envelope_from = s->envelope_from ? s->envelope_from : "",
			      .recipient = recipient_kept(u, s->recipient),
			      .trace = trace_of(u, s, rule),
			      .source = source_names[s->source],
			      .subject = s->subject,
			      .msgid = s->msgid,
			      .text = utf8_clip(s->text, INDEXED_MAX),
			      .folds = s->folds,
			      .files = files,
			      .file_sizes = sizes,
			      .nfiles = s->nattachments,
			      .proven = s->proven,
			      .automatic = s->automatic };
	enum rc rc;

	submit_key(u, s, h.seen);
	h.nfolds = folds_within(s, h.text.n);
	for (size_t i = 0; i < s->nattachments; i++) {
		files[i] = s->attachments[i].name;
		sizes[i] = s->attachments[i].size;
	}
	rc = answered(u, l, s, &h.parent);
	return rc == RC_OK ? hold_write(u->db, u->arena, &h, hold_r) : rc;
}

/* The hold, its record, and moderators are told. */
static enum rc hold_make(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *rule, const char *reason, struct submit_result *r)
{
	int64_t raw = 0;
	enum rc rc = raw_write(u->db, u->arena, s->raw, false, &raw);

	*r = (struct submit_result){ .fate = FATE_HELD, .rule = rule };
	if (rc == RC_OK)
		rc = hold_row(u, l, s, rule, reason, raw, &r->hold);
	r->raw = raw;
	if (rc == RC_OK)
		rc = intake_log(u, l, s, FATE_HELD, rule, 0, r->hold, raw);
	return rc == RC_OK ? tell_held(u, l, s, rule, reason, r->hold) : rc;
}

enum rc submit_hold(struct unit *u, const struct list_ref *l, const struct submission *s,
		    const char *rule, const char *reason, struct submit_result *r)
{
	bool known = false;
	enum rc rc = RC_OK;

	if (strcmp(rule, "id-reused") == 0)
		return hold_make(u, l, s, rule, reason, r);
	rc = submit_seen(u, l, s, FATE_HELD, &known, r);
	return rc != RC_OK || known ? rc : submit_hold_seen(u, l, s, rule, reason, r);
}

enum rc submit_seen(struct unit *u, const struct list_ref *l, const struct submission *s,
		    enum fate fate, bool *known_r, struct submit_result *r)
{
	id_hash key;
	int64_t none;
	enum rc rc;

	submit_key(u, s, key);
	*r = (struct submit_result){ .fate = fate };
	rc = seen_add(u->db, u->arena, l->id, key, fate_name(fate), false, &none);
	*known_r = rc == RC_CONFLICT;
	return rc == RC_CONFLICT ? duplicate(u, l, s, key, r) : rc;
}

enum rc submit_hold_seen(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *rule, const char *reason, struct submit_result *r)
{
	id_hash key;
	enum rc rc = hold_make(u, l, s, rule, reason, r);

	submit_key(u, s, key);
	return rc == RC_OK ? seen_hold_write(u->db, l->id, key, "held", r->hold) : rc;
}

static void key_of_fate(enum fate fate, id_hash key)
{
	unsigned char both[HASH_BYTES + 1];

	memcpy(both, key, HASH_BYTES);
	both[HASH_BYTES] = (unsigned char)fate;
	hash_bytes(both, sizeof(both), key);
}

enum rc submit_record(struct unit *u, const struct list_ref *l, const struct submission *s,
		      enum fate fate, const char *rule, struct submit_result *r)
{
	id_hash key;
	int64_t none;
	enum rc rc;

	if (l->id == 0)
		return submit_record_seen(u, l, s, fate, rule, r); /* to the site: each is read */
	/* by fate as well: what was dropped once may be welcome when it is sent again */
	submit_key(u, s, key);
	key_of_fate(fate, key);
	rc = seen_add(u->db, u->arena, l->id, key, fate_name(fate), false, &none);
	if (rc == RC_CONFLICT)
		return duplicate(u, l, s, key, r);
	return rc == RC_OK ? submit_record_seen(u, l, s, fate, rule, r) : rc;
}

enum rc submit_record_seen(struct unit *u, const struct list_ref *l, const struct submission *s,
			   enum fate fate, const char *rule, struct submit_result *r)
{
	int64_t raw = 0;
	enum rc rc = raw_write(u->db, u->arena, s->raw, false, &raw);

	if (rc != RC_OK)
		return rc;
	*r = (struct submit_result){ .fate = fate, .raw = raw };
	return intake_log(u, l, s, fate, rule, 0, 0, raw);
}
