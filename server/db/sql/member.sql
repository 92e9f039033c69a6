-- SPDX-License-Identifier: Apache-2.0
-- Joining, leaving, pausing; see server/core/subscribe.h.

-- name: member_find
-- roles: web receive cli
-- Who somebody is to a group ($1, or the one of the subscription): by address,
-- by account, or by subscription.
select l.id, l.name, l.mail_domain, l.title, l.lang, l.join_policy, l.closed_at is not null or l.archived,
	a.id, a.name, a.locale, coalesce(a.closed_at is not null, false), ad.id, ad.addr,
	s.id, s.role, s.delivery, s.pause_until > now() and coalesce(s.pause_from <= now(), true), s.pause_until, sad.addr, s.joined_at,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	exists (select from ban b where (b.list_id is null or b.list_id = l.id)
		and (b.addr = $2::text or b.addr = '@' || split_part($2, '@', 2))),
	exists (select from invitation i where i.list_id = l.id and i.ended_at is null and i.expires_at > now()
		and (i.addr = $2 or i.addr in (select x.addr from address x where x.account_id = a.id)))
from list l
left join address ad on ad.id = coalesce((select x.id from address x where x.addr = $2),
	(select x.id from address x where x.account_id = $3::bigint and x.is_primary),
	(select x.address_id from subscription x where x.id = $4::bigint))
left join account a on a.id = ad.account_id
left join subscription s on s.list_id = l.id and s.account_id = a.id
left join address sad on sad.id = s.address_id
where l.id = coalesce($1::bigint, (select x.list_id from subscription x where x.id = $4))

-- name: list_id_by_name
-- roles: web cli
select id from list where name = $1::text

-- name: member_join
-- roles: web receive cli
with s as (
	insert into subscription (list_id, account_id, address_id, source)
	values ($1::bigint, $2::bigint, $3::bigint, $4::text) on conflict (list_id, account_id) do nothing returning id, list_id
)
update list set member_count = member_count + 1, version = version + 1 from s where list.id = s.list_id returning s.id

-- name: member_leave
-- roles: web receive cli
-- A group keeps its last owner. What was muted or followed is forgotten.
with s as (
	delete from subscription s where s.id = $1::bigint and (s.role <> 'owner' or exists (select from subscription o
		where o.list_id = s.list_id and o.role = 'owner' and o.id <> s.id))
	returning s.list_id, s.account_id
), f as (
	delete from thread_follow f using s, thread t
	where f.account_id = s.account_id and t.id = f.thread_id and t.list_id = s.list_id
)
update list set member_count = member_count - 1, version = version + 1 from s where list.id = s.list_id returning list.id

-- name: member_pause
-- roles: web receive cli
update subscription set pause_until = $2::timestamptz, pause_from = $3::timestamptz where id = $1::bigint

-- name: member_delivery
-- roles: web receive cli
update subscription set delivery = $2::text, digest_from = digest_begins(delivery, $2, digest_from, digest_until),
	digest_until = digest_ends(delivery, $2, digest_until) where id = $1::bigint

-- name: member_follow
-- roles: receive web cli
insert into thread_follow (thread_id, account_id, mode) values ($1::bigint, $2::bigint, $3::text)
on conflict (thread_id, account_id) do update set mode = excluded.mode

-- name: member_thread
-- roles: receive web cli
-- The thread, or the one it was merged into.
select coalesce(m.id, t.id), coalesce(m.subject, t.subject) from thread t left join thread m on m.id = t.moved_to
where t.id = $1::bigint and coalesce(m.list_id, t.list_id) = $2::bigint

-- name: member_data
-- roles: receive web cli
-- What is held about a person, one line a fact: addresses, then groups.
select 1, ad.addr, case when ad.is_primary then 'primary' else '' end, '', null::timestamptz
from address ad where ad.account_id = $1::bigint
union all
select 2, l.title, s.role, s.delivery, s.joined_at from subscription s join list l on l.id = s.list_id
where s.account_id = $1
order by 1, 2

-- name: join_request_add
-- roles: web receive cli
insert into join_request (list_id, addr, name, locale, source) values ($1::bigint, $2::text, $3::text, $4::text, $5::text)
on conflict (list_id, addr) where decided_at is null do nothing returning id

-- name: join_requests_open
-- roles: cli
select id, addr, name, locale, source, asked_at from join_request where list_id = $1::bigint and decided_at is null
order by asked_at, id limit 200

-- name: join_request_decide
-- roles: receive
update join_request set decided_at = now(), decision = $3::text, decided_by = $4::bigint
where id = $1::bigint and list_id = $2::bigint and decided_at is null
returning addr, name, locale, source
