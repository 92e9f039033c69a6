-- SPDX-License-Identifier: Apache-2.0
-- Accounts, as administrators see them.

-- name: people_find
-- roles: web cli
-- By key: id. Part of a name or of an address.
select a.id, a.name, coalesce(ad.addr, ''), a.is_admin, a.closed_at, a.created_at
from account a left join address ad on ad.account_id = a.id and ad.is_primary
where ($1::text is null or position(lower($1) in lower(a.name)) > 0
	or exists (select from address x where x.account_id = a.id and position(lower($1) in x.addr) > 0))
	and ($2::bigint is null or a.id < $2)
order by a.id desc limit $3::integer

-- name: people_one
-- roles: web cli
select a.id, a.name, coalesce(ad.addr, ''), a.is_admin, a.closed_at, a.created_at
from account a left join address ad on ad.account_id = a.id and ad.is_primary where a.id = $1::bigint

-- name: people_facts
-- roles: web cli
-- Their addresses, groups and sessions: kind, what, more, when.
(select 1, x.addr, case when x.suspended_at is not null then 'suspended' when x.verified_at is null then 'unverified' else '' end,
	x.created_at, '' from address x where x.account_id = $1::bigint order by x.is_primary desc, x.addr limit 50)
union all
(select 2, l.name, s.role, s.joined_at, l.title from subscription s join list l on l.id = s.list_id where s.account_id = $1 order by l.title limit 200)
union all
(select 3, e.device, '', e.seen_at, '' from session e where e.account_id = $1 and e.expires_at > now() order by e.seen_at desc limit 50)

-- name: people_admin
-- roles: web
-- The last administrator stays one.
update account set is_admin = $2::boolean where id = $1::bigint and closed_at is null
	and ($2 or exists (select from account o where o.is_admin and o.closed_at is null and o.id <> $1))
returning id

-- name: people_lock
-- roles: web cli
update account set closed_at = case when $2::boolean then now() end
where id = $1::bigint and (closed_at is null) = $2
	and (not $2 or not is_admin or exists (select from account o where o.is_admin and o.closed_at is null and o.id <> $1))
	and exists (select from address where account_id = $1)
returning id

-- name: people_signout
-- roles: web cli
delete from session where account_id = $1::bigint
