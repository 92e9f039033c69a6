-- SPDX-License-Identifier: Apache-2.0
-- Reading. $1 is always the account that looks (null: nobody signed in) and
-- $2 whether it is an administrator; what they may not see is not a row. The
-- first 17 columns of a group stand in the order that store/forum.c reads.

-- name: groups_visible
-- roles: web cli
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	s.role, s.delivery, l.posting,
	p.subject, p.author_name, t.number,
	case when s.id is null then 0 else (select count(*) from (select from thread u
		left join read_mark m on m.thread_id = u.id and m.account_id = $1::bigint
		where u.list_id = l.id and u.moved_to is null and u.state <> 'hidden'
		and u.last_post_at > greatest(s.joined_at, now() - interval '90 days') and coalesce(m.number, 0) < u.next_post - 1
		order by u.last_post_at desc, u.id desc limit 100) x) end,
	coalesce(l.parent_id, 0)
from list l
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
left join lateral (select last_post_id, number from thread t where t.list_id = l.id and t.moved_to is null and t.state <> 'hidden'
	order by last_post_at desc, id desc limit 1) t on true
left join post p on p.id = t.last_post_id
where l.visibility = 'public' or s.id is not null or $2::boolean
order by (s.id is null), l.title limit 500

-- name: group_by_name
-- roles: web cli
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	s.role, s.delivery, l.posting, s.id is not null and l.roster = 'members'
from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and (l.visibility = 'public' or s.id is not null or $2::boolean)

-- name: threads_latest
-- roles: web cli
select t.id, t.number, l.name, l.title, t.subject, p.lang, t.state, t.pinned_until > now(),
	t.post_count, t.participant_count, array_to_string(t.participants, E'\n'), t.first_post_at, t.last_post_at,
	p.number, coalesce(m.number, case when s.id is null or t.last_post_at <= s.joined_at then -1 else 0 end)
from list l
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
cross join lateral (select * from thread t where t.list_id = l.id and t.moved_to is null and t.state <> 'hidden'
	order by last_post_at desc, id desc limit 10) t
left join post p on p.id = t.last_post_id
left join read_mark m on m.account_id = $1 and m.thread_id = t.id
where l.visibility = 'public' or s.id is not null or $2::boolean
order by t.last_post_at desc, t.id desc limit 10

-- name: threads_of_group
-- roles: web cli
-- By key: (last_post_at, id). A thread that was never opened is new from the
-- day of the membership on; what is older is not counted (-1).
-- 51 (THREADS_READ) is no parameter: not knowing it, PostgreSQL plans anew each time,
-- which takes longer than all the rest.
-- The tags and the last posts of all at once: fifty questions each take longer.
-- Pinned ones stand before the first page, at most twenty, and on no other.
with t as (
	(select * from thread t where t.list_id = $4::bigint and t.moved_to is null and (t.state <> 'hidden' or $2::boolean)
		and $5::timestamptz is null and t.pinned_until > now()
		and ($7::text is null or exists (select from thread_tag g where g.thread_id = t.id and g.tag = $7))
	order by t.last_post_at desc limit 20)
	union all
	(select * from thread t where t.list_id = $4 and t.moved_to is null and (t.state <> 'hidden' or $2)
		and (t.last_post_at, t.id) < (coalesce($5, 'infinity'), coalesce($6::bigint, 9223372036854775807))
		and (t.pinned_until > now()) is not true
		and ($7 is null or exists (select from thread_tag g where g.thread_id = t.id and g.tag = $7))
	order by t.last_post_at desc, t.id desc limit 51)
)
select t.id, t.number, $3::text, '', t.subject, p.lang, t.state, coalesce(t.pinned_until > now(), false) as pinned,
	t.post_count, t.participant_count, array_to_string(t.participants, E'\n'), t.first_post_at, t.last_post_at,
	p.number, coalesce(m.number, case when s.id is null or t.last_post_at <= s.joined_at then -1 else 0 end),
	g.tags
from t
left join (select thread_id, string_agg(tag, E'\n' order by tag) as tags from thread_tag
	where thread_id = any (array(select id from t)) group by thread_id) g on g.thread_id = t.id
left join (select id, lang, number from post where id = any (array(select last_post_id from t))) p on p.id = t.last_post_id
left join read_mark m on m.account_id = $1::bigint and m.thread_id = t.id
left join subscription s on s.list_id = t.list_id and s.account_id = $1
order by coalesce(t.pinned_until > now(), false) desc, t.last_post_at desc, t.id desc

-- name: thread_head
-- roles: web cli
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	s.role, s.delivery, l.posting,
	t.id, t.number, t.subject, p.lang, t.state, coalesce(t.pinned_until > now(), false), t.post_count, t.participant_count,
	array_to_string(t.participants, E'\n'), t.first_post_at, t.last_post_at, p.number,
	coalesce(m.number, case when s.id is null or t.last_post_at <= s.joined_at then -1 else 0 end),
	mt.number, ml.name, t.version,
	(select string_agg(g.tag, E'\n' order by g.tag) from thread_tag g where g.thread_id = t.id)
from list l
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
join thread t on t.list_id = l.id and t.number = $4::bigint
left join post p on p.id = t.last_post_id
left join read_mark m on m.account_id = $1 and m.thread_id = t.id
left join thread mt on mt.id = t.moved_to
left join list ml on ml.id = mt.list_id
left join subscription ms on ms.list_id = mt.list_id and ms.account_id = $1
where l.name = $3::text
	-- what went elsewhere: whether they may see it there decides, but nobody finds a hidden group by it
	and case when mt.id is null then (l.visibility = 'public' or s.id is not null or $2::boolean)
		and (t.state <> 'hidden' or s.role in ('moderator', 'owner') or $2)
	else (ml.visibility = 'public' or ms.id is not null or $2)
		and (mt.state <> 'hidden' or ms.role in ('moderator', 'owner') or $2)
		and (l.visibility <> 'hidden' or s.id is not null or $2) end

-- name: redirect_of_post
-- roles: web cli
select t.number, p.number, l.name from post_redirect r join post p on p.id = r.post_id
join thread t on t.id = p.thread_id join list l on l.id = t.list_id
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where r.thread_id = $3::bigint and r.number = $4::integer and (l.visibility = 'public' or s.id is not null or $2::boolean)
	and ((t.state <> 'hidden' and p.state <> 'hidden') or s.role in ('moderator', 'owner') or $2)

-- name: thread_head_public
-- roles: web cli
-- The same columns for who is not signed in: most of what is read. Nothing
-- where the thread went elsewhere: thread_head knows.
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	null::text, null::text, l.posting,
	t.id, t.number, t.subject, p.lang, t.state, coalesce(t.pinned_until > now(), false), t.post_count, t.participant_count,
	array_to_string(t.participants, E'\n'), t.first_post_at, t.last_post_at, p.number,
	-1::bigint, null::bigint, null::text, t.version,
	(select string_agg(g.tag, E'\n' order by g.tag) from thread_tag g where g.thread_id = t.id)
from list l join thread t on t.list_id = l.id and t.number = $2::bigint
left join post p on p.id = t.last_post_id
where l.name = $1::text and l.visibility = 'public' and t.state <> 'hidden' and t.moved_to is null

-- name: thread_page_public
-- roles: web cli
-- The same with the facts of thread_facts, for a page that begins at $3. 31 is POSTS_PER_PAGE
-- and one: not knowing a limit, PostgreSQL would plan each time.
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	null::text, null::text, l.posting,
	t.id, t.number, t.subject, p.lang, t.state, coalesce(t.pinned_until > now(), false), t.post_count, t.participant_count,
	array_to_string(t.participants, E'\n'), t.first_post_at, t.last_post_at, p.number,
	-1::bigint, null::bigint, null::text, t.version,
	(select string_agg(g.tag, E'\n' order by g.tag) from thread_tag g where g.thread_id = t.id),
	(select string_agg(w.name || E'\x01' || coalesce(wc.name, '') || E'\x01' || w.posts, E'\x02' order by w.posts desc, w.name)
		from (select tp.name, tp.posts, tp.account_id from thread_participant tp where tp.thread_id = t.id
			order by tp.posts desc, tp.name limit 6) w
		left join account wa on wa.id = w.account_id left join country wc on wc.code = wa.country_code),
	exists (select from thread_act x where x.thread_id = t.id) or exists (select from thread_act x where x.other_id = t.id),
	(select string_agg(coalesce(o.name, '') || E'\x01' || coalesce(c.name, '') || E'\x01' || a.id, E'\x02')
		from account a left join organisation o on o.id = a.organisation_id left join country c on c.code = a.country_code
		where a.id = any (array(select q.account_id from post q where q.thread_id = t.id and q.number >= $3::integer
			order by q.number limit 31)))
from list l join thread t on t.list_id = l.id and t.number = $2::bigint
left join post p on p.id = t.last_post_id
where l.name = $1::text and l.visibility = 'public' and t.state <> 'hidden' and t.moved_to is null

-- name: thread_by_link
-- roles: web
-- The same columns of thread $2, wherever it is now, for whoever holds a link that account $1 was sent; then their
-- language, whether they are a member who may see it, and whether the link opens it to others.
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	null::text, null::text, l.posting,
	t.id, t.number, t.subject, p.lang, t.state, coalesce(t.pinned_until > now(), false), t.post_count, t.participant_count,
	array_to_string(t.participants, E'\n'), t.first_post_at, t.last_post_at, p.number,
	-1::bigint, null::bigint, null::text, t.version, null::text,
	a.locale, s.id is not null and a.closed_at is null and t.state <> 'hidden',
	s.id is not null and a.closed_at is null and t.state <> 'hidden' and l.read_links and ad.suspended_at is null
		and not exists (select from address x join ban b on b.addr in (x.addr, '@' || split_part(x.addr, '@', 2))
			where x.account_id = a.id and (b.list_id is null or b.list_id = l.id))
from account a join thread h on h.id = $2::bigint join thread t on t.id = coalesce(h.moved_to, h.id)
join list l on l.id = t.list_id
left join post p on p.id = t.last_post_id
left join subscription s on s.list_id = l.id and s.account_id = a.id
left join address ad on ad.id = s.address_id
where a.id = $1::bigint

-- name: thread_facts
-- roles: web cli
-- Of thread $1: the six who wrote most; whether moderators did something to it; where they are from who
-- wrote its $3 posts from $2 on. Asked once: joined to each post they cost more than the posts.
select
	(select string_agg(w.name || E'\x01' || coalesce(wc.name, '') || E'\x01' || w.posts, E'\x02' order by w.posts desc, w.name)
		from (select tp.name, tp.posts, tp.account_id from thread_participant tp where tp.thread_id = $1::bigint
			order by tp.posts desc, tp.name limit 6) w
		left join account wa on wa.id = w.account_id left join country wc on wc.code = wa.country_code),
	exists (select from thread_act x where x.thread_id = $1::bigint) or exists (select from thread_act x where x.other_id = $1::bigint),
	(select string_agg(coalesce(o.name, '') || E'\x01' || coalesce(c.name, '') || E'\x01' || a.id, E'\x02')
		from account a left join organisation o on o.id = a.organisation_id left join country c on c.code = a.country_code
		where a.id = any (array(select q.account_id from post q where q.thread_id = $1::bigint and q.number >= $2::integer
			order by q.number limit $3::integer)))

-- name: posts_of_thread
-- roles: web cli
-- One more than asked for tells whether there is a next page. The text limit
-- is kept by the caller. $4: hidden ones too, for who moderates. $5: deflated
-- where that is there, and then no html.
select p.id, p.number, p.parent_id, p.account_id, p.author_name, p.sent_at, p.source, p.lang, p.subject, p.state,
	case when $5::boolean and p.packed is not null then '' else p.html end, case when $5 then p.packed end,
	case when p.attachment_count > 0 and p.state <> 'deleted' then
		(select string_agg(at.n || E'\x01' || at.name || E'\x01' || at.type || E'\x01' || at.size
			|| E'\x01' || case when at.folded then '1' else '0' end, E'\x02' order by at.n)
		from attachment at where at.post_id = p.id) end,
	p.moderated, p.edited_at
from post p
where p.thread_id = $1::bigint and p.number >= $2::integer and (p.state <> 'hidden' or $4::boolean)
order by p.number limit $3::integer

-- name: posts_of_thread_public
-- roles: web cli
-- The same by the names of an address, so that it goes out with thread_page_public, and as careful.
select p.id, p.number, p.parent_id, p.account_id, p.author_name, p.sent_at, p.source, p.lang, p.subject, p.state,
	case when $4::boolean and p.packed is not null then '' else p.html end, case when $4 then p.packed end,
	case when p.attachment_count > 0 and p.state <> 'deleted' then
		(select string_agg(at.n || E'\x01' || at.name || E'\x01' || at.type || E'\x01' || at.size
			|| E'\x01' || case when at.folded then '1' else '0' end, E'\x02' order by at.n)
		from attachment at where at.post_id = p.id) end,
	p.moderated, p.edited_at
from post p
where p.thread_id = (select t.id from list l join thread t on t.list_id = l.id and t.number = $2::bigint
		where l.name = $1::text and l.visibility = 'public' and t.state <> 'hidden' and t.moved_to is null)
	and p.number >= $3::integer and p.state <> 'hidden'
order by p.number limit 31

-- name: post_numbers
-- roles: web cli
-- What is answered on a page and stands on an earlier one.
select id, number from post where id = any ($2::bigint[]) and thread_id = $1::bigint

-- name: posts_before
-- roles: web cli
-- The first number of the page before.
select min(number) from (select number from post where thread_id = $1::bigint and number < $2::integer
	and (state <> 'hidden' or $4::boolean) order by number desc limit $3::integer) x

-- name: post_by_msgid
-- roles: web cli
select l.name, t.number, p.number from post p join list l on l.id = p.list_id join thread t on t.id = p.thread_id
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where p.msgid_hash = $3::bytea and ($4::text is null or l.name = $4)
	and (l.visibility = 'public' or s.id is not null or $2::boolean)
	and ((t.state <> 'hidden' and p.state <> 'hidden') or s.role in ('moderator', 'owner') or $2)
order by p.id limit 1

-- name: post_raw_id
-- roles: web cli
-- The author, moderators and administrators open the raw message.
select p.raw_id from post p join thread t on t.id = p.thread_id join list l on l.id = p.list_id
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where not p.raw_hidden and p.raw_id is not null and l.name = $3::text and t.number = $4::bigint and p.number = $5::integer
	and ($2::boolean or s.role in ('moderator', 'owner') or (p.account_id = $1 and (l.visibility = 'public' or s.id is not null)
		and p.state = 'shown' and t.state <> 'hidden'))

-- name: post_fold_get
-- roles: web cli
-- Its author, moderators and administrators may open what is folded.
select p.id, p.list_id, p.thread_id, p.folds::text, p.body
from post p join thread t on t.id = p.thread_id join list l on l.id = p.list_id
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and t.number = $4::bigint and p.number = $5::integer and p.state <> 'deleted'
	and ($2::boolean or s.role in ('moderator', 'owner') or (p.account_id = $1 and (l.visibility = 'public' or s.id is not null)
		and p.state = 'shown' and t.state <> 'hidden'))

-- name: thread_changed
-- roles: web cli
update thread set version = version + 1 where id = $1::bigint

-- name: post_fold_set
-- roles: web cli
-- Nothing of it is folded any more: page, excerpts and search take it whole.
update post set folds = '{}', html = $2::text, packed = $4::bytea, search = search_vector(lang, subject, $3::text, '')
where id = $1::bigint and folds <> '{}'

-- name: raw_chunks
-- roles: web cli deliver receive
-- From chunk $2 on, $3 of them; with the first, how large they all are.
select n::bigint, bytes, case when n = 0 then (
	select l.n::bigint * 262144 + octet_length(l.bytes) from raw_chunk l where l.raw_id = $1 order by l.n desc limit 1) end
from raw_chunk where raw_id = $1::bigint and n >= $2::bigint and n < $2 + $3::bigint order by n

-- name: attachment_find
-- roles: web cli
select at.n, at.name, at.type, at.size, at.encoding, at.raw_offset, at.raw_length, p.raw_id, at.inner_offset
from attachment at join post p on p.id = at.post_id join thread t on t.id = p.thread_id join list l on l.id = p.list_id
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and t.number = $4::bigint and p.number = $5::integer and at.n = $6::integer
	and (l.visibility = 'public' or s.id is not null or $2::boolean)
	and ((p.state = 'shown' and t.state <> 'hidden') or s.role in ('moderator', 'owner') or $2)

-- name: attachment_linked
-- roles: web
-- By a link mailed to a member: as long as they are one and the post is shown.
select at.n, at.name, at.type, at.size, at.encoding, at.raw_offset, at.raw_length, p.raw_id, at.inner_offset
from attachment at join post p on p.id = at.post_id join thread t on t.id = p.thread_id
join subscription s on s.list_id = p.list_id and s.id = $1::bigint
join account a on a.id = s.account_id and a.closed_at is null
where p.id = $2::bigint and at.n = $3::integer and p.state = 'shown' and t.state <> 'hidden'

-- name: attachment_of_post
-- roles: web
-- Of post $2 of thread $1, whose reader has been asked about before.
select at.n, at.name, at.type, at.size, at.encoding, at.raw_offset, at.raw_length, p.raw_id, at.inner_offset
from attachment at join post p on p.id = at.post_id
where p.thread_id = $1::bigint and p.number = $2::integer and at.n = $3::integer and p.state = 'shown'

-- name: raw_range
-- roles: web cli
-- The part of the raw bytes from $2 of length $3, chunk by chunk of 256 kB.
select substring(bytes from greatest(1, ($2::bigint - n::bigint * 262144 + 1)::integer)
	for (least($2 + $3::bigint, (n::bigint + 1) * 262144) - greatest($2, n::bigint * 262144))::integer)
from raw_chunk where raw_id = $1::bigint and n between $2 / 262144 and ($2 + $3 - 1) / 262144
order by n

-- name: feed_posts
-- roles: web cli
select t.number, p.number, p.subject, p.author_name, p.lang, p.msgid, p.sent_at, p.html
from post p join thread t on t.id = p.thread_id
where p.list_id = $1::bigint and ($2::bigint is null or t.number = $2) and p.state = 'shown' and t.state <> 'hidden'
order by p.sent_at desc, p.id desc limit 30

-- name: read_mark_set
-- roles: web
insert into read_mark (account_id, thread_id, number)
select $1::bigint, t.id, least($5::integer, t.next_post - 1) from thread t join list l on l.id = t.list_id
left join subscription s on s.list_id = l.id and s.account_id = $1
where l.name = $3::text and t.number = $4::bigint and (l.visibility = 'public' or s.id is not null or $2::boolean)
on conflict (account_id, thread_id) do update set number = greatest(read_mark.number, excluded.number), at = now()

-- name: read_mark_group
-- roles: web
insert into read_mark (account_id, thread_id, number)
select $1::bigint, t.id, t.next_post - 1 from thread t join list l on l.id = t.list_id
join subscription s on s.list_id = l.id and s.account_id = $1
where l.name = $2::text and t.moved_to is null and t.last_post_at > now() - interval '400 days'
on conflict (account_id, thread_id) do update set number = greatest(read_mark.number, excluded.number), at = now()

-- name: follow_get
-- roles: web
select mode from thread_follow where thread_id = $1::bigint and account_id = $2::bigint

-- name: follow_set
-- roles: web
insert into thread_follow (thread_id, account_id, mode)
select t.id, $1::bigint, $5::text from thread t join list l on l.id = t.list_id
join subscription s on s.list_id = l.id and s.account_id = $1
where l.name = $3::text and t.number = $4::bigint and $2::boolean is not null
on conflict (thread_id, account_id) do update set mode = excluded.mode

-- name: follow_clear
-- roles: web
delete from thread_follow f using thread t, list l
where f.account_id = $1::bigint and f.thread_id = t.id and t.list_id = l.id and l.name = $3::text and t.number = $4::bigint
	and $2::boolean is not null

-- name: thread_followed_place
-- roles: web
-- Where thread $2 stands today and how account $1, a member there, follows it.
select l.name, l.title, t.subject, coalesce(f.mode, ''), t.number, a.locale
from thread h join thread t on t.id = coalesce(h.moved_to, h.id) join list l on l.id = t.list_id
join subscription s on s.list_id = l.id and s.account_id = $1::bigint
join account a on a.id = s.account_id and a.closed_at is null
left join thread_follow f on f.thread_id = t.id and f.account_id = a.id
where h.id = $2::bigint and t.state <> 'hidden'

-- name: subscriptions_of
-- roles: web cli
select l.id, l.name, l.name || '@' || l.mail_domain, l.title, l.description, l.lang, l.visibility,
	l.thread_count, l.post_count, l.member_count, l.version, l.last_post_at, l.archived, l.closed_at is not null,
	s.role, s.delivery, l.posting, ad.addr, s.own_copy, s.pause_until, s.copy_when_addressed, s.attachments,
	s.pause_from, ad.suspended_at is not null, coalesce(f.followed, 0), coalesce(f.muted, 0), s.receipt,
	coalesce(d.every, c.every, l.digest_every), coalesce(d.weekday, c.weekday, l.digest_weekday)::integer,
	coalesce(d.monthday, c.monthday, 1)::integer, coalesce(d.hour, c.hour, l.digest_hour)::integer, zone_known(a.time_zone)
from subscription s join list l on l.id = s.list_id join address ad on ad.id = s.address_id join account a on a.id = s.account_id
left join digest_choice c on c.account_id = s.account_id
left join digest_schedule d on d.account_id = s.account_id and d.list_id = case when c.per_group then l.id else 0 end
left join (select t.list_id, count(*) filter (where x.mode = 'follow') as followed, count(*) filter (where x.mode = 'mute') as muted
	from thread_follow x join thread t on t.id = x.thread_id where x.account_id = $1::bigint group by t.list_id) f on f.list_id = l.id
where s.account_id = $1 order by l.title

-- name: threads_followed
-- roles: web
select l.name, l.title, t.number, t.subject, f.mode from thread_follow f join thread t on t.id = f.thread_id
join list l on l.id = t.list_id join subscription s on s.list_id = l.id and s.account_id = f.account_id
where f.account_id = $1::bigint and t.moved_to is null and t.state <> 'hidden' order by t.last_post_at desc, t.id desc limit 200

-- name: subscription_set
-- roles: web cli
update subscription s set delivery = $3::text, digest_from = digest_begins(old.delivery, $3, old.digest_from, old.digest_until),
	digest_until = digest_ends(old.delivery, $3, old.digest_until),
	own_copy = $4::boolean, copy_when_addressed = $5::boolean, attachments = $6::text, receipt = $7::boolean
from list l, subscription old where l.id = s.list_id and old.id = s.id and s.account_id = $1::bigint and l.name = $2::text
returning l.id, old.delivery, old.own_copy

-- name: reply_target
-- roles: web
-- What a reply on the web needs: the thread, the post it answers (0: the last).
select t.id, t.subject, t.state, p.id, p.msgid, array_to_string(p.refs, E'\n')
from thread t join post p on p.thread_id = t.id
where t.list_id = $1::bigint and t.number = $2::bigint and t.moved_to is null
	and p.number = case when $3::integer = 0 then (select max(number) from post where thread_id = t.id and state = 'shown') else $3 end
	and p.state <> 'hidden'
