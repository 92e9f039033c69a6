-- SPDX-License-Identifier: Apache-2.0
-- Whose mail is not taken. $1 is the group, null for the site.

-- name: ban_add
-- roles: web cli
-- One for an address: the newer takes the place of the older.
with gone as (delete from ban where list_id is not distinct from $1::bigint and addr = $2::text)
insert into ban (list_id, addr, reason, until, created_by)
values ($1, $2, $3::text, $4::timestamptz, $5::bigint) returning id

-- name: bans_of
-- roles: web cli
-- By key: id. The site's too, to look at.
select b.id, b.list_id is null, b.addr, b.reason, b.until, b.created_at, coalesce(a.name, '')
from ban b left join account a on a.id = b.created_by
where (b.list_id is null or b.list_id = $1::bigint) and ($2::bigint is null or b.id < $2)
order by b.id desc limit $3::integer

-- name: ban_lift
-- roles: web cli
delete from ban where id = $2::bigint and list_id is not distinct from $1::bigint returning addr, reason

-- name: ban_expired
-- roles: sched
delete from ban where id in (select id from ban where until <= now() order by id limit 500) returning list_id, addr, reason
