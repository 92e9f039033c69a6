-- SPDX-License-Identifier: Apache-2.0
-- Forgetting a person; see server/core/erase.h and account_erase() in schema.sql.

-- name: closing_set
-- roles: web
update account set closing_at = now() + $2::integer * interval '1 day'
where id = $1::bigint and closed_at is null and closing_at is null returning closing_at

-- name: closing_unset
-- roles: web
update account set closing_at = null where id = $1::bigint and closed_at is null and closing_at is not null returning id

-- name: closing_get
-- roles: web
select closing_at from account where id = $1::bigint

-- name: closing_due
-- roles: sched
-- Who is being forgotten already, else whose time is over.
(select e.account_id, true from erasure e order by e.began_at limit 1)
union all
(select a.id, false from account a where a.closing_at <= now() and a.closed_at is null order by a.closing_at limit 1)
limit 1

-- name: account_erase
-- roles: sched cli
select account_erase($1::bigint)

-- name: account_erase_step
-- roles: sched cli
select account_erase_step($1::bigint)
