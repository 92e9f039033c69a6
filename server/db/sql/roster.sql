-- SPDX-License-Identifier: Apache-2.0
-- Who belongs to a group and who runs it; see server/core/owner.h, roster.h.

-- name: list_lock
-- roles: web receive cli sched
-- Whoever changes who runs a group waits here for the others who do.
select id from list where id = $1::bigint for no key update

-- name: owner_last
-- roles: web receive cli sched
-- Whether the account owns the group and nobody else who can act does.
select exists (select from subscription s where s.list_id = $1::bigint and s.account_id = $2::bigint and s.role = 'owner')
	and not exists (select from subscription o join account a on a.id = o.account_id
		where o.list_id = $1 and o.account_id <> $2 and o.role = 'owner' and a.closed_at is null)

-- name: owner_only_of
-- roles: web cli
-- The groups that nobody but this account owns.
select l.id, l.name, l.title from subscription s join list l on l.id = s.list_id
where s.account_id = $1::bigint and s.role = 'owner'
	and not exists (select from subscription o join account a on a.id = o.account_id
		where o.list_id = s.list_id and o.account_id <> $1 and o.role = 'owner' and a.closed_at is null)
order by l.title

-- name: member_role_set
-- roles: web cli sched
update subscription s set role = $3::text
from (select id, role from subscription where list_id = $1::bigint and account_id = $2::bigint) was
where s.id = was.id and was.role <> $3 returning was.role
