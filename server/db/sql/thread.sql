-- SPDX-License-Identifier: Apache-2.0
-- What moderators do to threads, and undoing it; see server/core/thread.h. $1
-- is the account that acts and $2 whether it is an administrator, as in
-- forum.sql, where a statement looks for what somebody named.

-- name: thread_for_act
-- roles: web cli
select t.id, t.list_id, t.number, l.name, l.title, l.lang, t.subject, t.state, t.pinned_until, t.post_count, t.titled, t.placed,
	l.name || '@' || l.mail_domain, l.visibility
from list l join thread t on t.list_id = l.id and t.number = $4::bigint
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and t.moved_to is null and ($2::boolean or s.role in ('moderator', 'owner'))

-- name: list_for_act
-- roles: web cli
select l.id from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and ($2::boolean or s.role in ('moderator', 'owner'))

-- name: lists_for_act
-- roles: web cli
-- Where a thread may be moved to.
select l.name, l.title from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where ($2::boolean or s.role in ('moderator', 'owner')) and l.id <> $3::bigint and not l.archived and l.closed_at is null
order by l.title limit 200

-- name: thread_tags
-- roles: web cli
select array_to_string(array(select tag from thread_tag where thread_id = $1::bigint order by tag), ', '),
	(select l.tags from thread t join list l on l.id = t.list_id where t.id = $1)

-- name: thread_tags_set
-- roles: web cli
with want as materialized (
	select distinct unnest($2::text[]) as tag
), gone as (
	delete from thread_tag t where t.thread_id = $1::bigint and t.tag not in (select tag from want)
)
insert into thread_tag (thread_id, tag) select $1, tag from want on conflict do nothing

-- name: thread_set
-- roles: web receive cli
update thread set state = $2::text, pinned_until = $3::timestamptz, subject = $4::text, titled = $5::boolean, version = version + 1
where id = $1::bigint

-- name: thread_weights
-- roles: web receive cli
-- What these threads add to the counters of their groups.
select list_id, count(*), sum(post_count)::bigint from thread
where id = any ($1::bigint[]) and moved_to is null and state <> 'hidden' group by list_id order by list_id

-- name: list_weigh
-- roles: web receive cli
-- The shared row, last of all.
update list set thread_count = thread_count + $2::bigint, post_count = post_count + $3::bigint, version = version + 1,
	last_post_at = (select last_post_at from thread where list_id = $1::bigint and moved_to is null and state <> 'hidden'
		order by last_post_at desc, id desc limit 1)
where id = $1::bigint

-- name: thread_recount
-- roles: web receive cli
-- Everything of a thread that follows from its posts, as if they had come one
-- by one. Hidden ones do not count; what was deleted leaves a mark, and does.
with p as materialized (
	select id, number, sent_at, author_addr, account_id, author_name from post where thread_id = $1::bigint and state <> 'hidden'
), who as materialized (
	select author_addr as addr, (array_agg(account_id order by id))[1] as account_id, (array_agg(author_name order by id))[1] as name,
		count(*)::integer as posts, min(id) as since from p group by author_addr
), gone as (
	delete from thread_participant t where t.thread_id = $1 and not exists (select from who where who.addr = t.addr)
), parts as (
	insert into thread_participant (thread_id, addr, account_id, name, posts) select $1, addr, account_id, name, posts from who
	on conflict (thread_id, addr) do update set account_id = excluded.account_id, name = excluded.name, posts = excluded.posts
)
update thread t set post_count = (select count(*) from p), participant_count = (select count(*) from who),
	participants = array(select name from who order by since limit 3),
	first_post_at = coalesce((select min(sent_at) from p), t.first_post_at),
	last_post_at = coalesce((select max(sent_at) from p), t.last_post_at),
	last_post_id = (select id from p order by sent_at desc, id desc limit 1), version = version + 1
where t.id = $1 returning post_count::bigint

-- name: posts_for_act
-- roles: web cli
select id, number, state from post where thread_id = $1::bigint and number = any ($2::integer[]) order by number

-- name: posts_all_for_act
-- roles: web cli
select id, number, state from post where thread_id = $1::bigint order by number

-- name: posts_under
-- roles: web cli
-- A post and all that answers it in its thread.
with recursive d as (
	select id, number, state from post where id = $1::bigint
	union
	select p.id, p.number, p.state from d join post p on p.parent_id = d.id where p.thread_id = $2::bigint
)
select id, number, state from d order by number

-- name: act_add
-- roles: web receive cli
insert into thread_act (kind, list_id, thread_id, other_id, other_list_id, account_id, why, before, after, posts, whole, was)
values ($1::text, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::text, $8::text, $9::text, $10::integer, $11::boolean,
	$12::boolean)
returning id

-- name: act_posts_add
-- roles: web receive cli
insert into thread_act_post (act_id, post_id, thread_id, number, parent_id, placed, state)
select $1::bigint, p.id, p.thread_id, p.number, p.parent_id, p.placed, p.state from post p where p.id = any ($2::bigint[])

-- name: act_hide
-- roles: web receive cli
update post p set state = $2::text from thread_act_post ap where ap.act_id = $1::bigint and p.id = ap.post_id

-- name: thread_split_add
-- roles: web cli
insert into thread (list_id, subject, subject_base, first_post_at, last_post_at, next_post, titled, placed)
values ($1::bigint, $2::text, $2, now(), now(), 1, true, true) returning id

-- name: thread_number_give
-- roles: web cli
with l as (update list set next_thread = next_thread + 1 where id = $1::bigint returning next_thread - 1 as n)
update thread set number = l.n from l where thread.id = $2::bigint returning number

-- name: posts_place
-- roles: web cli
-- The posts of an act into thread $2, in the order in which they were sent;
-- post $3 answers $4 from now on. Their old numbers lead here.
with m as materialized (
	select ap.post_id, ap.thread_id, ap.number, (t.next_post - 1 + row_number() over (order by p.sent_at, p.id))::integer as n
	from thread_act_post ap join post p on p.id = ap.post_id, thread t where ap.act_id = $1::bigint and t.id = $2::bigint
), red as (
	insert into post_redirect (thread_id, number, post_id) select thread_id, number, post_id from m
	on conflict (thread_id, number) do update set post_id = excluded.post_id
), up as (
	update post p set thread_id = $2, number = m.n,
		parent_id = case when p.id = $3::bigint then $4::bigint else p.parent_id end, placed = p.placed or coalesce(p.id = $3, false)
	from m where p.id = m.post_id
), ap as (
	update thread_act_post ap set to_thread_id = $2, to_number = m.n from m where ap.act_id = $1 and ap.post_id = m.post_id
)
update thread set next_post = next_post + (select count(*) from m)::integer, placed = true where id = $2

-- name: post_parent_place
-- roles: web cli
-- Within its own thread: another parent, the same number.
with ap as (
	update thread_act_post set to_thread_id = thread_id, to_number = number where act_id = $1::bigint
)
update post set parent_id = $3::bigint, placed = true where id = $2::bigint

-- name: refs_place
-- roles: web cli
-- The ids of the act's posts lead to thread $3, and so do the ids that nobody
-- has yet and only these posts wait for; of a whole thread all that it names.
with own as (
	update thread_ref r set thread_id = $3::bigint
	where r.thread_id = $2::bigint and r.post_id in (select post_id from thread_act_post where act_id = $1::bigint)
), free as materialized (
	select r.list_id, r.id_hash, r.thread_id from thread_ref r where r.thread_id = $2 and r.post_id is null and ($4::boolean or (
		exists (select from ref_wait w join thread_act_post ap on ap.act_id = $1 and ap.post_id = w.post_id
			where w.list_id = r.list_id and w.id_hash = r.id_hash)
		and not exists (select from ref_wait w where w.list_id = r.list_id and w.id_hash = r.id_hash
			and w.post_id not in (select post_id from thread_act_post where act_id = $1))))
), kept as (
	insert into thread_act_ref (act_id, list_id, id_hash, thread_id) select $1, list_id, id_hash, thread_id from free
)
update thread_ref r set thread_id = $3 from free where r.list_id = free.list_id and r.id_hash = free.id_hash

-- name: thread_lead
-- roles: web cli
-- Thread $2 is empty now and leads to $3, and so does what led to it.
with b as materialized (
	select array(select id from thread where moved_to = $2::bigint order by id) as ids
), behind as (
	update thread set moved_to = $3::bigint from b where id = any (b.ids)
), a as (
	update thread_act set behind = b.ids from b where thread_act.id = $1::bigint
)
update thread set moved_to = $3 where id = $2

-- name: follows_lead
-- roles: web cli
-- Who follows the one follows the other.
with f as (
	insert into thread_follow (thread_id, account_id, mode) select $3::bigint, account_id, mode from thread_follow where thread_id = $2::bigint
	on conflict do nothing returning account_id
)
update thread_act set follows = array(select account_id from f order by 1) where id = $1::bigint

-- name: marks_lead
-- roles: web
-- Who has read the posts of an act has read the thread that they make.
insert into read_mark (account_id, thread_id, number)
select m.account_id, $3::bigint, count(*) from read_mark m join thread_act_post ap on ap.act_id = $1::bigint and ap.number <= m.number
where m.thread_id = $2::bigint group by m.account_id
on conflict do nothing

-- name: move_clash
-- roles: web cli
-- Posts of the thread that the other group has as well.
select count(*) from post p join post q on q.msgid_hash = p.msgid_hash and q.list_id = $2::bigint where p.thread_id = $1::bigint

-- name: move_thread
-- roles: web cli
-- To group $2, where it gets its number last. Its place stays behind as a
-- thread of its own, without posts, that leads to it.
with old as materialized (
	select * from thread where id = $1::bigint
), up as (
	update thread set list_id = $2::bigint, number = null, placed = true, version = version + 1 where id = $1
)
insert into thread (list_id, subject, subject_base, first_post_at, last_post_at, next_post, moved_to)
select list_id, '', '', first_post_at, last_post_at, next_post, $1 from old returning id

-- name: move_signpost
-- roles: web cli
-- The place that was left keeps the number of the thread and those of its posts.
with red as (
	insert into post_redirect (thread_id, number, post_id)
	select $1::bigint, p.number, p.id from post p where p.thread_id = $2::bigint
	union all
	select $1, r.number, r.post_id from post_redirect r where r.thread_id = $2
		and not exists (select from post p where p.thread_id = $2 and p.number = r.number)
	on conflict (thread_id, number) do update set post_id = excluded.post_id
)
update thread set number = $3::bigint where id = $1

-- name: move_posts
-- roles: web cli
with w as (
	update ref_wait set list_id = $2::bigint where post_id in (select id from post where thread_id = $1::bigint)
)
update post set list_id = $2 where thread_id = $1

-- name: move_refs
-- roles: web cli
-- The ids of its posts are known in both groups: an answer to the old one
-- finds them. What nobody has yet is waited for in the new one alone. $2: the
-- group it leaves; $3: the other.
with mine as materialized (
	select id_hash, thread_id, post_id from thread_ref where list_id = $2::bigint and thread_id = $1::bigint
), there as materialized (
	select r.id_hash, r.thread_id from thread_ref r join mine using (id_hash)
	where r.list_id = $3::bigint and r.post_id is null and mine.post_id is not null and r.thread_id <> $1
), kept as (
	insert into thread_act_ref (act_id, list_id, id_hash, thread_id)
	select $4::bigint, $3, id_hash, thread_id from there
), free as (
	delete from thread_ref where list_id = $2 and thread_id = $1 and post_id is null
)
insert into thread_ref (list_id, id_hash, thread_id, post_id) select $3, id_hash, $1, post_id from mine
on conflict (list_id, id_hash) do update set thread_id = excluded.thread_id, post_id = excluded.post_id
where thread_ref.post_id is null and excluded.post_id is not null

-- name: move_holds
-- roles: web cli
-- What waits to be an answer in thread $1, or reports a post of it, goes from
-- group $2 to $3: who moderates there decides. Its key is known in both groups.
-- It stays where the other has the same key, and where its author would learn by
-- the decision of a group that they cannot see.
with h as materialized (
	select h.id, h.seen_hash from hold h join list l on l.id = $3::bigint left join post p on p.id = coalesce(h.about_id, h.parent_id)
	where h.list_id = $2::bigint and h.decided_at is null and h.kind in ('message', 'report') and coalesce(p.thread_id, h.thread_id) = $1::bigint
		and (l.visibility = 'public' or exists (select from subscription s where s.list_id = l.id and s.account_id = h.account_id))
), seen as (
	insert into message_seen (list_id, id_hash, fate, hold_id)
	select $3, seen_hash, 'held', id from h where seen_hash is not null
	on conflict do nothing
	returning hold_id
)
update hold set list_id = $3, claimed_by = null, claimed_at = null, version = version + 1 from h
where hold.id = h.id and (h.seen_hash is null or h.id in (select hold_id from seen)
	or exists (select from message_seen m where m.list_id = $3 and m.id_hash = h.seen_hash and m.hold_id = h.id))

-- name: act_for_undo
-- roles: web cli
select a.id, a.kind, a.list_id, a.thread_id, a.other_id, a.other_list_id, a.before, a.after, a.whole, a.was,
	a.undone_at is not null, a.at < now() - interval '30 days', a.posts::bigint, l.name
from thread_act a join list l on l.id = a.list_id left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where a.id = $3::bigint and ($2::boolean or s.role in ('moderator', 'owner'))

-- name: thread_state_of
-- roles: web receive cli
select t.id, t.list_id, t.number, t.subject, t.state, t.pinned_until, t.moved_to, t.titled, t.placed from thread t where t.id = $1::bigint

-- name: act_astray
-- roles: web cli
-- Posts that are not where the act put them.
select count(*) from thread_act_post ap join post p on p.id = ap.post_id
where ap.act_id = $1::bigint and (p.thread_id is distinct from ap.to_thread_id or p.number is distinct from ap.to_number)

-- name: act_state_astray
-- roles: web cli
select count(*) from thread_act_post ap join post p on p.id = ap.post_id where ap.act_id = $1::bigint and p.state <> $2::text

-- name: undo_states
-- roles: web cli
update post p set state = ap.state from thread_act_post ap where ap.act_id = $1::bigint and p.id = ap.post_id

-- name: undo_newcomers
-- roles: web cli
-- What has come since goes along: all of it ($4), or what answers posts of the act.
with recursive d as (
	select p.id from post p join thread_act_post ap on ap.post_id = p.id where ap.act_id = $1::bigint
	union
	select p.id from d join post p on p.parent_id = d.id where p.thread_id = $2::bigint
), m as materialized (
	select p.id, p.number, (t.next_post - 1 + row_number() over (order by p.sent_at, p.id))::integer as n
	from post p, thread t where t.id = $3::bigint and p.thread_id = $2 and ($4::boolean or p.id in (select id from d))
		and p.id not in (select post_id from thread_act_post where act_id = $1)
), red as (
	insert into post_redirect (thread_id, number, post_id) select $2, number, id from m
	on conflict (thread_id, number) do update set post_id = excluded.post_id
), refs as (
	update thread_ref r set thread_id = $3 from m where r.thread_id = $2 and r.post_id = m.id
), up as (
	update post p set thread_id = $3, number = m.n from m where p.id = m.id
)
update thread set next_post = next_post + (select count(*) from m)::integer where id = $3

-- name: undo_posts
-- roles: web cli
-- Back to their old numbers; those they had meanwhile lead there.
with ap as materialized (
	select * from thread_act_post where act_id = $1::bigint
), red as (
	insert into post_redirect (thread_id, number, post_id) select to_thread_id, to_number, post_id from ap where to_thread_id <> thread_id
	on conflict (thread_id, number) do update set post_id = excluded.post_id
), back as (
	delete from post_redirect r using ap where ap.to_thread_id <> ap.thread_id and r.thread_id = ap.thread_id and r.number = ap.number
), refs as (
	update thread_ref r set thread_id = ap.thread_id from ap where r.thread_id = ap.to_thread_id and r.post_id = ap.post_id
)
update post p set thread_id = ap.thread_id, number = ap.number, parent_id = ap.parent_id, placed = ap.placed
from ap where p.id = ap.post_id

-- name: undo_refs
-- roles: web cli
-- What waited, where it still waits. $2 emptied: all of its ids go to $3.
with a as (
	update thread_ref r set thread_id = k.thread_id from thread_act_ref k
	where k.act_id = $1::bigint and r.list_id = k.list_id and r.id_hash = k.id_hash and r.post_id is null and r.thread_id = $2::bigint
)
update thread_ref r set thread_id = $3::bigint where $4::boolean and r.thread_id = $2 and r.post_id is null
	and not exists (select from thread_act_ref k where k.act_id = $1 and k.list_id = r.list_id and k.id_hash = r.id_hash)

-- name: undo_lead
-- roles: web cli
with a as (
	select behind from thread_act where id = $1::bigint
), back as (
	update thread set moved_to = $2::bigint from a where thread.id = any (a.behind) and moved_to = $3::bigint
)
update thread set moved_to = null where id = $2

-- name: undo_follows
-- roles: web cli
delete from thread_follow f using thread_act a where a.id = $1::bigint and f.thread_id = $2::bigint and f.account_id = any (a.follows)

-- name: thread_placed_set
-- roles: web cli
update thread set placed = $2::boolean, version = version + 1 where id = $1::bigint

-- name: undo_move_refs
-- roles: web cli
-- $2: the group it goes back to, $3: the one it was in meanwhile. What the ids
-- of that one led to before, they lead to again.
with mine as materialized (
	select id_hash, post_id from thread_ref where list_id = $3::bigint and thread_id = $1::bigint
), free as (
	delete from thread_ref where list_id = $3 and thread_id = $1 and post_id is null
), before as (
	update thread_ref r set thread_id = k.thread_id, post_id = null from thread_act_ref k
	where k.act_id = $4::bigint and r.list_id = $3 and r.list_id = k.list_id and r.id_hash = k.id_hash and r.thread_id = $1
)
insert into thread_ref (list_id, id_hash, thread_id, post_id) select $2::bigint, id_hash, $1, post_id from mine
on conflict (list_id, id_hash) do update set post_id = excluded.post_id where thread_ref.post_id is null and thread_ref.thread_id = $1

-- name: undo_move_thread
-- roles: web cli
-- The two change places.
update thread set list_id = $2::bigint, number = null, version = version + 1 where id = $1::bigint

-- name: thread_place_set
-- roles: web cli
update thread set list_id = $2::bigint, number = $3::bigint where id = $1::bigint

-- name: act_undone
-- roles: web cli
update thread_act set undone_at = now(), undone_by = $2::bigint where id = $1::bigint and undone_at is null returning id

-- name: acts_of_thread
-- roles: web cli
-- Newest first: what was done to this thread, or made or filled it. The other
-- thread is named only where the reader may see it.
select a.id, a.kind, ac.name, a.at, a.why, a.before, a.after, a.posts::bigint, a.thread_id = $3::bigint,
	a.undone_at, un.name, a.at < now() - interval '30 days',
	o.title, o.subject, o.name, o.number
from thread_act a left join account ac on ac.id = a.account_id left join account un on un.id = a.undone_by
left join lateral (
	select xl.title, x.subject, case when t.id <> $3 then l.name end as name, case when t.id <> $3 then t.number end as number
	from thread x join list xl on xl.id = x.list_id join thread t on t.id = coalesce(x.moved_to, x.id) join list l on l.id = t.list_id
	left join subscription xs on xs.list_id = xl.id and xs.account_id = $1::bigint
	left join subscription s on s.list_id = l.id and s.account_id = $1
	where x.id = case when a.thread_id = $3 then a.other_id else a.thread_id end
		and (xl.visibility = 'public' or xs.id is not null or $2::boolean)
		and (l.visibility = 'public' or s.id is not null or $2)
		and (t.state <> 'hidden' or s.role in ('moderator', 'owner') or $2)
) o on true
where a.thread_id = $3 or a.other_id = $3
order by a.id desc limit $4::integer

-- name: thread_followers
-- roles: web cli
-- Who follows it and belongs to its group, or to the one it left ($2).
select distinct a.id, ad.addr, a.name, a.locale, ad.suspended_at is not null
from thread_follow f join account a on a.id = f.account_id join address ad on ad.account_id = a.id and ad.is_primary
join thread t on t.id = f.thread_id
join subscription s on s.account_id = a.id and (s.list_id = t.list_id or s.list_id = $2::bigint)
where f.thread_id = $1::bigint and f.mode = 'follow' and a.closed_at is null and ad.suspended_at is null
	and a.id is distinct from $3::bigint
order by ad.addr limit 5000

-- name: tool_posts
-- roles: web cli
select id, number, author_name, sent_at, lang, state, left(body, 2000) from post
where thread_id = $1::bigint and number >= $2::integer order by number limit $3::integer

-- name: strays
-- roles: web cli
-- Posts that answer nothing, or something that is in another thread.
select p.id, p.number, p.sent_at, p.subject, array_to_string(p.refs, E'\n'), left(p.body, 20000)
from post p where p.thread_id = $1::bigint and not p.placed
	and not exists (select from post q where q.id = p.parent_id and q.thread_id = $1)
order by p.number limit 3

-- name: stray_candidates
-- roles: web cli
with t as (
	select list_id from thread where id = $1::bigint
), c as (
	(select p.id from t join post p on p.list_id = t.list_id and p.msgid_hash = any ($3::bytea[]) limit 50)
	union
	(select p.id from t join post p on p.list_id = t.list_id where p.sent_at <= $2::timestamptz
		order by p.sent_at desc, p.id desc limit 80)
	union
	(select p.id from (select x.id from t join thread x on x.list_id = t.list_id and x.moved_to is null and x.state <> 'hidden'
			and lower(x.subject_base) = any (array(select lower(s) from unnest($4::text[]) s)) and x.id <> $1
			order by x.last_post_at desc limit 5) x
		cross join lateral (select id from post where thread_id = x.id and sent_at <= $2 order by sent_at desc limit 3) p)
)
select t.number, p.number, p.sent_at, p.author_name, t.subject, p.lang, p.msgid, left(p.body, 20000)
from c join post p on p.id = c.id join thread t on t.id = p.thread_id
where p.thread_id <> $1 and p.state = 'shown' and t.state <> 'hidden'
order by p.sent_at desc, p.id desc
