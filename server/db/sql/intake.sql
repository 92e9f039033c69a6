-- SPDX-License-Identifier: Apache-2.0
-- What receiving and posting need; see server/core/submit.c for the order.

-- name: list_for_mail
-- roles: receive milter web cli
-- One look-up for everything a rule asks of the envelope ($3) and the author ($4).
select id, name, mail_domain, lang, posting, nonmember, max_size, closed, archived, envelope_banned, from_banned,
	account, account_name, role, moderation, title, identity, emergency, unaddressed, max_recipients, file_types, spam,
	locale, flooding, fresh, rules, from_lists, receipt
from list_for_mail($1::text, $2::text, $3::text, $4::text) where id is not null

-- name: list_for_rcpt
-- roles: receive milter web cli
-- What the envelope alone decides: nothing of an author is known yet. A statement of its
-- own: with a null for the author the other would be planned anew each time.
select l.id, l.name, l.mail_domain, l.lang, l.posting, l.nonmember, l.max_size::bigint,
	l.closed_at is not null, l.archived,
	exists (select from ban b where (b.list_id is null or b.list_id = l.id)
		and (b.addr = $3::text or b.addr = '@' || split_part($3, '@', 2))),
	false, null::bigint, null::text, null::text, null::text,
	l.title, l.identity, l.emergency, l.unaddressed, l.max_recipients::bigint, l.file_types, l.spam, null::text,
	false, false, 0::bigint, l.from_lists, false
from list l
where l.id = coalesce((select x.id from list x where x.name = $1::text and x.mail_domain = $2::text),
	(select f.list_id from list_former_address f where f.name = $1 and f.mail_domain = $2))

-- name: list_for_mail_id
-- roles: receive web cli
select l.id, l.name, l.mail_domain, l.lang, l.posting, l.nonmember, l.max_size::bigint,
	l.closed_at is not null, l.archived, false, false, null::bigint, null::text, null::text, null::text,
	l.title, l.identity, l.emergency, l.unaddressed, l.max_recipients::bigint, l.file_types, l.spam, null::text,
	false, false, 0::bigint, l.from_lists, false
from list l where l.id = $1::bigint

-- name: seen_add
-- roles: receive web cli
-- The key of idempotence; nobody else can be between here and our commit. Before
-- it the group's lock, shared: who needs the whole group (group_lock) comes before
-- any row of ours, or after our commit.
with l as materialized (select pg_advisory_xact_lock_shared(1, ($1::bigint % 2147483647)::integer))
insert into message_seen (list_id, id_hash, fate, post_id)
select $1::bigint, $2::bytea, $3::text, case when $4::boolean then nextval('post_id_seq') end from l
on conflict (list_id, id_hash) do nothing
returning post_id

-- name: post_place
-- roles: receive web cli
-- Its key, the locks of its ids and what is known of these, in one round trip; no row: seen before.
select hash_r, thread_r, post_r, null::bigint, state_r, list_r, placed_r, new_r, body_r, author_r
from post_place($1::bigint, $2::bytea, $3::bigint[], $4::bytea[], $5::boolean)

-- name: seen_get
-- roles: receive web cli
select m.fate, m.post_id, m.hold_id, p.thread_id, t.number, p.number
from message_seen m left join post p on p.id = m.post_id left join thread t on t.id = p.thread_id
where m.list_id = $1::bigint and m.id_hash = $2::bytea

-- name: seen_same
-- roles: receive web cli
-- Post $1 under the same key in any group: it was taken there, and moved here.
select 1 from list l join message_seen m on m.list_id = l.id and m.id_hash = $2::bytea where m.post_id = $1::bigint limit 1

-- name: seen_point
-- roles: receive web
update message_seen set post_id = $3::bigint where list_id = $1::bigint and id_hash = $2::bytea

-- name: seen_hold
-- roles: receive web cli
update message_seen set fate = $3::text, hold_id = $4::bigint, post_id = null
where list_id = $1::bigint and id_hash = $2::bytea

-- name: seen_approve
-- roles: receive
-- What was held becomes a post under the same key: the same mail again finds it.
with l as materialized (select pg_advisory_xact_lock_shared(1, ($1::bigint % 2147483647)::integer))
update message_seen set fate = 'posted', post_id = nextval('post_id_seq') from l
where list_id = $1::bigint and id_hash = $2::bytea and hold_id = $3::bigint and post_id is null returning post_id

-- name: raw_keep
-- roles: receive
update raw_message set keep = true where id = $1::bigint

-- name: ids_lock
-- roles: receive web cli
-- Whoever has, or names, one of these ids waits here for the other's commit:
-- a reply that comes together with its parent must find it, and the second of two
-- groups that get the same message must see who has it by the first.
-- An import has the whole list instead.
select pg_advisory_xact_lock(k) from unnest($1::bigint[]) k order by k

-- name: group_lock
-- roles: receive web cli
-- The whole group: whoever posts to it has it shared, from before their first row.
select pg_advisory_xact_lock(1, ($1::bigint % 2147483647)::integer)

-- name: refs_find
-- roles: receive web cli
-- Id by id and row by row: on a young table the planner would read all of it
-- instead. The inner array keeps it from planning anew for each number of ids.
select r.id_hash, r.thread_id, r.post_id, (select p.number from post p where p.id = r.post_id), t.state, t.list_id, t.placed
from unnest(array(select unnest($2::bytea[]))) u (h)
cross join lateral (select id_hash, thread_id, post_id from thread_ref where list_id = $1::bigint and id_hash = u.h limit 1) r
cross join lateral (select state, list_id, placed from thread where id = r.thread_id limit 1) t

-- name: thread_hint
-- roles: receive web cli
-- Where a thread is that an address or a form named.
select t.id, t.list_id, t.state from thread h join thread t on t.id = coalesce(h.moved_to, h.id) where h.id = $1::bigint

-- name: list_elsewhere
-- roles: receive
-- The group that a thread was moved to, and whether who writes may see it.
select l.name, l.mail_domain, l.visibility = 'public' or exists (select from address ad join account a on a.id = ad.account_id
	join subscription s on s.account_id = a.id and s.list_id = l.id
	where ad.addr = $2::text and ad.verified_at is not null and a.closed_at is null)
from list l where l.id = $1::bigint

-- name: raw_add
-- roles: receive web cli
with m as (
	insert into raw_message (size, hash, chunks, keep)
	values ($1::bigint, $2::bytea, $3::integer, $4::boolean) returning id
), c as (
	insert into raw_chunk (raw_id, n, bytes) select id, 0, $5::bytea from m
)
select id from m

-- name: raw_chunk_add
-- roles: receive web cli
insert into raw_chunk (raw_id, n, bytes) values ($1::bigint, $2::integer, $3::bytea)

-- name: post_put
-- roles: receive web cli
-- The raw bytes, the place in the thread, the post, its ids, its copies and the record of it: one call.
select number_r, thread_r, thread_number_r, hidden_r
from post_put($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::smallint, $6::text, $7::bytea, $8::text[],
	$9::bigint, $10::text, $11::text, $12::timestamptz, $13::boolean, $14::text, $15::text, $16::text, $17::text,
	$18::integer[], $19::text, $20::bytea, $21::integer, $22::boolean, $23::text[], $24::text, $25::text,
	$26::bigint, $27::bytea, $28::bytea, $29::bytea[], $30::bytea[], $31::smallint[],
	$32::bigint, $33::text, $34::text, $35::text, $36::text, $37::text, $38::boolean)

-- name: post_text
-- roles: receive web cli
-- What a reply is held against.
select left(body, 262144), author_addr from post where id = $1::bigint

-- name: attachments_add
-- roles: receive web cli
-- A small picture within the text that its author sent before is a logo.
insert into attachment (post_id, n, name, type, size, hash, encoding, raw_offset, raw_length, inline, inner_offset, folded)
select $1::bigint, u.n, u.name, u.type, u.size, u.hash, u.encoding, u.o, u.l, u.i <> 0, nullif(u."inner", -1), u.f <> 0
	or (u.i <> 0 and u.size <= 100000 and u.type like 'image/%' and exists (
		select 1 from attachment x join post q on q.id = x.post_id
		where x.hash = u.hash and x.inline and x.size <= 100000 and q.author_addr = $13::text and q.id <> $1))
from unnest($2::integer[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::text[], $8::bigint[], $9::bigint[], $10::integer[],
	$11::bigint[], $12::integer[]) as u (n, name, type, size, hash, encoding, o, l, i, "inner", f)

-- name: waiting_adopt
-- roles: receive web cli
-- Replies that were here before their parent hang under it now, unless a
-- moderator placed them or that would close a circle.
with recursive up as (
	select id, parent_id, 0 as depth from post where id = $3::bigint
	union all
	select p.id, p.parent_id, up.depth + 1 from post p join up on p.id = up.parent_id where up.depth < 500
), w as (
	delete from ref_wait where list_id = $1::bigint and id_hash = $2::bytea returning post_id, rank
)
update post p set parent_id = $3, parent_rank = w.rank
from w where p.id = w.post_id and w.rank < p.parent_rank and not p.placed
	and p.id <> $3 and p.id not in (select id from up)
	-- nothing of a thread that a moderator made answers what is not in it
	and (p.thread_id = $4::bigint or not (select t.placed from thread t where t.id = p.thread_id))
returning p.id

-- name: threads_lock
-- roles: receive web cli
-- All that a merge will touch, by id and before the list's row is.
select id from thread where id = any ($1::bigint[]) or moved_to = any ($1) order by id for update

-- name: thread_merge_posts
-- roles: receive web cli
-- Everything of thread $1 goes into thread $2; old numbers stay as redirects.
with moved as (
	select p.id, p.number, row_number() over (order by p.sent_at, p.id) as k from post p where p.thread_id = $1::bigint
), red as (
	insert into post_redirect (thread_id, number, post_id) select $1, number, id from moved
), up as (
	update post p set thread_id = $2::bigint, number = t.next_post + m.k - 1
	from moved m, thread t where p.id = m.id and t.id = $2
), refs as (
	update thread_ref set thread_id = $2 where thread_id = $1
), parts as (
	insert into thread_participant (thread_id, addr, account_id, name, posts)
	select $2, addr, account_id, name, posts from thread_participant where thread_id = $1
	on conflict (thread_id, addr) do update set posts = thread_participant.posts + excluded.posts
	returning posts
)
select count(*) from moved

-- name: thread_merge_end
-- roles: receive web cli
with gone as (
	update thread set moved_to = $2::bigint, post_count = 0, version = version + 1 where id = $1::bigint
	returning first_post_at, last_post_at, last_post_id
), behind as (
	update thread set moved_to = $2 where moved_to = $1
)
update thread t set next_post = next_post + $3::integer, post_count = t.post_count + $3,
	first_post_at = least(t.first_post_at, gone.first_post_at),
	last_post_id = case when gone.last_post_at > t.last_post_at then gone.last_post_id else t.last_post_id end,
	last_post_at = greatest(t.last_post_at, gone.last_post_at),
	participant_count = (select count(*) from thread_participant where thread_id = $2),
	participants = array(select tp.name from thread_participant tp where tp.thread_id = $2
		order by (select min(p.id) from post p where p.thread_id = $2 and p.author_addr = tp.addr) limit 3),
	version = version + 1
from gone where t.id = $2

-- name: thread_title
-- roles: receive web cli
-- The oldest post without a parent names the thread.
update thread t set subject = p.subject, subject_base = p.subject
from (select subject from post where thread_id = $1::bigint order by (parent_id is not null), sent_at, id limit 1) p
where t.id = $1 and p.subject <> '' and not t.titled

-- name: list_bump
-- roles: receive web cli
-- The shared row comes last: from here to the commit lists wait for each other.
update list set post_count = post_count + 1, last_post_at = greatest(last_post_at, $2::timestamptz), version = version + 1
where id = $1::bigint

-- name: list_bump_thread
-- roles: receive web cli
with l as (
	update list set post_count = post_count + 1, thread_count = thread_count + 1, next_thread = next_thread + 1,
		last_post_at = greatest(last_post_at, $2::timestamptz), version = version + 1
	where id = $1::bigint returning next_thread - 1 as n
)
update thread set number = l.n from l where thread.id = $3::bigint returning number

-- name: list_bump_merge
-- roles: receive web cli
update list set thread_count = thread_count - 1, version = version + 1 where id = $1::bigint

-- name: hold_add
-- roles: receive web cli
insert into hold (list_id, raw_id, rule, reason, author_name, author_addr, envelope_from, subject, body, msgid,
	seen_hash, source, trace, account_id, recipient, proven, automatic, folds, files, file_sizes, thread_id, parent_id,
	kind, request_id, about_id, locale, conversation_id)
values ($1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text,
	$11::bytea, $12::text, $13::text, $14::bigint, $15::text, $16::boolean, $17::boolean, $18::integer[],
	$19::text[], $20::bigint[], $21::bigint, $22::bigint, $23::text, $24::bigint, $25::bigint, $26::text, $27::bigint)
returning id

-- name: intake_add
-- roles: receive web cli
insert into intake (list_id, envelope_from, recipient, msgid, fate, rule, trace, post_id, hold_id, raw_id, reason, account_id)
values ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::bigint, $9::bigint, $10::bigint,
	$11::text, $12::bigint)
