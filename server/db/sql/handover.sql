-- SPDX-License-Identifier: Apache-2.0
-- Handing the running of a group over; see server/core/handover.h.

-- name: handover_from
-- roles: web cli sched
-- Who runs the group; with their organisation.
select s.account_id, a.name, s.role, coalesce(a.organisation_id, 0), coalesce(o.name, '')
from subscription s join account a on a.id = s.account_id left join organisation o on o.id = a.organisation_id
where s.list_id = $1::bigint and s.role in ('owner', 'moderator') and a.closed_at is null
order by o.name nulls last, s.role desc, a.name limit 200

-- name: handover_member
-- roles: web cli
select s.account_id, a.name, s.role from address ad join account a on a.id = ad.account_id
join subscription s on s.account_id = a.id and s.list_id = $1::bigint
where ad.addr = $2::text and ad.verified_at is not null and a.closed_at is null

-- name: handover_add
-- roles: web cli
insert into handover (list_id, from_account, from_organisation, owners, moderators, effective_at, planned_by, note)
values ($1::bigint, $2::bigint, $3::bigint, $4::bigint[], $5::bigint[], $6::timestamptz, $7::bigint, $8::text) returning id

-- name: handovers_of
-- roles: web cli
select h.id, h.state, h.effective_at, h.done_at, coalesce(f.name, o.name, ''),
	coalesce((select string_agg(x.name, ', ' order by x.name) from account x where x.id = any (h.owners)), ''),
	coalesce((select string_agg(x.name, ', ' order by x.name) from account x where x.id = any (h.moderators)), ''),
	coalesce(p.name, ''), h.note, coalesce(h.done_at > now() - interval '30 days', false)
from handover h left join account f on f.id = h.from_account left join organisation o on o.id = h.from_organisation
left join account p on p.id = h.planned_by
where h.list_id = $1::bigint order by h.id desc limit 20

-- name: handover_due
-- roles: sched
select h.id, h.list_id, coalesce(h.from_account, 0), coalesce(h.from_organisation, 0), h.owners::text, h.moderators::text, l.name, l.title, h.note
from handover h join list l on l.id = h.list_id
where h.state = 'planned' and h.effective_at <= now() order by h.effective_at, h.id limit 1 for update of h skip locked

-- name: handover_state
-- roles: web cli sched
-- $4: only from this state.
update handover set state = $3::text, done_at = case when $3 in ('done', 'failed') then now() else done_at end,
	undone_at = case when $3 = 'undone' then now() end
where id = $1::bigint and list_id = $2::bigint and state = $4::text
	and ($3 <> 'undone' or done_at > now() - interval '30 days')
returning id

-- name: handover_moved
-- roles: sched
insert into handover_move (handover_id, account_id, before, after) values ($1::bigint, $2::bigint, $3::text, $4::text)

-- name: handover_moves
-- roles: web cli
-- Higher roles first, so that a group has an owner at every step back.
select m.account_id, m.before, s.role from handover_move m join handover h on h.id = m.handover_id
join subscription s on s.account_id = m.account_id and s.list_id = h.list_id
where m.handover_id = $1::bigint
order by case m.before when 'owner' then 0 when 'moderator' then 1 else 2 end, m.account_id

-- name: handover_role
-- roles: sched
select s.role from subscription s where s.list_id = $1::bigint and s.account_id = $2::bigint

-- name: handover_pending
-- roles: web cli sched
-- What waits in the group, at most 1,000 of it, and since when.
select count(*), min(held_at) from (select held_at from hold where list_id = $1::bigint and decided_at is null order by held_at limit 1000) x

-- name: handover_tell
-- roles: sched
select a.id, ad.addr, a.name, a.locale, s.role from subscription s join account a on a.id = s.account_id
join address ad on ad.id = s.address_id
where s.list_id = $1::bigint and a.closed_at is null and ad.suspended_at is null order by ad.addr
