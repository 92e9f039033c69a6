-- SPDX-License-Identifier: Apache-2.0
-- An archive's posts, hundreds a statement; see server/core/bulk.h. All of it under the
-- whole group's lock (group_lock), which whoever else posts or moves posts there has shared.

-- name: bulk_begin
-- roles: cli
-- The rows of a batch stay in memory while they are unnested.
select next_thread, set_config('work_mem', '64MB', true) from list where id = $1::bigint

-- name: bulk_seen
-- roles: cli
select u.h from unnest(array(select unnest($2::bytea[]))) u (h)
cross join lateral (select from message_seen where list_id = $1::bigint and id_hash = u.h limit 1) m

-- name: bulk_threads
-- roles: cli
select id, next_post::bigint, first_post_at, last_post_at, last_post_id, cardinality(participants)::bigint
from thread where id = any ($1::bigint[]) order by id for no key update

-- name: bulk_ids
-- roles: cli
select 1, nextval('post_id_seq') from generate_series(1, $1::integer)
union all select 2, nextval('raw_message_id_seq') from generate_series(1, $1)
union all select 3, nextval('thread_id_seq') from generate_series(1, $2::integer)

-- name: bulk_texts
-- roles: cli
-- As post_text, of many.
select id, left(body, 262144), author_addr from post where id = any ($1::bigint[])

-- name: bulk_people
-- roles: cli
-- Which of these take part already.
select u.n from unnest($1::bigint[], $2::text[], $3::integer[]) as u (thread, addr, n)
cross join lateral (select from thread_participant p where p.thread_id = u.thread and p.addr = u.addr limit 1) x

-- name: bulk_logos
-- roles: cli
-- Small pictures that their author sent before; see attachments_add.
select u.n from unnest($1::bytea[], $2::text[], $3::integer[]) as u (hash, addr, n)
where exists (select 1 from attachment x join post q on q.id = x.post_id
	where x.hash = u.hash and x.inline and x.size <= 100000 and q.author_addr = u.addr)

-- name: bulk_raw_add
-- roles: cli
insert into raw_message (id, size, hash, chunks, keep) overriding system value
select id, size, hash, chunks, true from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::integer[]) as u (id, size, hash, chunks)

-- name: bulk_chunks_add
-- roles: cli
insert into raw_chunk (raw_id, n, bytes) select raw, n, bytes from unnest($1::bigint[], $2::integer[], $3::bytea[]) as u (raw, n, bytes)

-- name: bulk_threads_add
-- roles: cli
-- With what the whole batch made of them.
insert into thread (id, list_id, number, subject, subject_base, post_count, next_post, first_post_at, last_post_at, last_post_id,
	participant_count, participants, version, moved_to) overriding system value
select id, $1::bigint, number, subject, subject, posts, next, first, last, last_id, people, names::text[], version, moved
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::integer[], $6::integer[], $7::timestamptz[], $8::timestamptz[], $9::bigint[],
	$10::integer[], $11::text[], $12::bigint[], $13::bigint[])
	as u (id, number, subject, posts, next, first, last, last_id, people, names, version, moved)

-- name: bulk_threads_bump
-- roles: cli
-- As thread_bump for each of n posts.
update thread t set next_post = t.next_post + u.n, post_count = t.post_count + u.n, first_post_at = u.first, last_post_at = u.last,
	last_post_id = u.last_id, participant_count = t.participant_count + u.people,
	participants = case when cardinality(t.participants) < 3 then t.participants || u.names::text[] else t.participants end,
	version = t.version + u.n
from unnest($1::bigint[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::integer[], $7::text[])
	as u (id, n, first, last, last_id, people, names)
where t.id = u.id

-- name: bulk_people_add
-- roles: cli
insert into thread_participant (thread_id, addr, account_id, name, posts)
select thread, addr, account, name, posts
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::integer[]) as u (thread, addr, account, name, posts)
on conflict (thread_id, addr) do update set posts = thread_participant.posts + excluded.posts

-- name: bulk_posts_add
-- roles: cli
insert into post (id, list_id, thread_id, number, parent_id, parent_rank, msgid, msgid_hash, refs,
	account_id, author_name, author_addr, sent_at, sent_guessed, source, lang, subject, body, folds,
	html, raw_id, attachment_count, automatic, addressed, search, packed)
select u.id, $1::bigint, u.thread, u.number, u.parent, u.rank, u.msgid, u.hash, u.refs::text[],
	u.account, u.name, u.addr, u.at, u.guessed, 'import', u.lang, u.subject, u.body, u.folds::integer[],
	u.html, u.raw, u.files, u.automatic, u.addressed::text[], search_vector(u.lang, u.subject, u.own, u.quoted), u.packed
from unnest($2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::smallint[], $7::text[], $8::bytea[], $9::text[],
	$10::bigint[], $11::text[], $12::text[], $13::timestamptz[], $14::boolean[], $15::text[], $16::text[], $17::text[], $18::text[],
	$19::text[], $20::bigint[], $21::integer[], $22::boolean[], $23::text[], $24::text[], $25::text[], $26::bytea[])
	as u (id, thread, number, parent, rank, msgid, hash, refs, account, name, addr, at, guessed, lang, subject, body, folds,
	html, raw, files, automatic, addressed, own, quoted, packed)

-- name: bulk_files_add
-- roles: cli
insert into attachment (post_id, n, name, type, size, hash, encoding, raw_offset, raw_length, inline, inner_offset, folded)
select post, n, name, type, size, hash, encoding, o, l, i, "inner", folded
from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::bytea[], $7::text[], $8::bigint[],
	$9::bigint[], $10::boolean[], $11::bigint[], $12::boolean[])
	as u (post, n, name, type, size, hash, encoding, o, l, i, "inner", folded)

-- name: bulk_refs_add
-- roles: cli
insert into thread_ref (list_id, id_hash, thread_id, post_id)
select $1::bigint, h, thread, post from unnest($2::bytea[], $3::bigint[], $4::bigint[]) as u (h, thread, post)

-- name: bulk_waits_add
-- roles: cli
insert into ref_wait (list_id, id_hash, post_id, rank)
select $1::bigint, h, post, rank from unnest($2::bytea[], $3::bigint[], $4::smallint[]) as u (h, post, rank)

-- name: bulk_seen_add
-- roles: cli
insert into message_seen (list_id, id_hash, fate, post_id)
select $1::bigint, h, 'posted', post from unnest($2::bytea[], $3::bigint[]) as u (h, post)

-- name: bulk_redirects_add
-- roles: cli
insert into post_redirect (thread_id, number, post_id)
select thread, n, post from unnest($1::bigint[], $2::integer[], $3::bigint[]) as u (thread, n, post)

-- name: bulk_list_bump
-- roles: cli
-- Last of all. No row: somebody gave a number without the group's lock.
update list set next_thread = next_thread + $2::bigint, thread_count = thread_count + $3::bigint, post_count = post_count + $4::bigint,
	version = version + $5::bigint, last_post_at = greatest(last_post_at, $6::timestamptz)
where id = $1::bigint and next_thread = $7::bigint returning id

-- name: bulk_state
-- roles: cli
-- Has the site posts, and the index of their words.
select exists (select from post), exists (select from pg_index where indexrelid = to_regclass('public.post_search'))

-- name: bulk_index_drop
-- roles: cli
drop index if exists post_search

-- name: bulk_index_memory
-- roles: cli
select set_config('maintenance_work_mem', '256MB', false), set_config('lock_timeout', '2s', false)

-- name: bulk_index_make
-- roles: cli
-- As schema.sql has it.
create index if not exists post_search on post using gin (search) with (gin_pending_list_limit = 2048)

-- name: bulk_analyze
-- roles: cli
-- A site that was empty a minute ago: without it the home page reads all posts until autovacuum comes by.
-- What the search knows of words is left to that: it takes longer than all else.
analyze thread, thread_ref, thread_participant, message_seen, raw_message, raw_chunk, attachment, ref_wait, list,
	post (id, list_id, thread_id, number, parent_id, account_id, author_addr, sent_at, received_at, source, lang, state, deleted_at,
		msgid_hash)
