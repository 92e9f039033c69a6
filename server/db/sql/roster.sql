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

-- name: roster_head
-- roles: web cli
-- Who asks ($1) to the group ($3), and what it shows of its people.
select l.id, l.name, l.title, l.mail_domain, l.roster, l.member_count, coalesce(s.role, ''), l.join_policy, l.lang, l.invites
from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and (l.visibility = 'public' or s.id is not null or $2::boolean)

-- name: roster_page
-- roles: web cli
-- By name, after ($3, $4). $5: whose name, or address where it may be seen, has it.
select a.id, a.name, s.role, s.delivery, s.pause_until, s.joined_at, ad.addr, a.hide_address, ad.suspended_at is not null,
	coalesce(c.name, ''), coalesce(o.name, ''), search_fold('en', lower(a.name)), a.locale
from subscription s join account a on a.id = s.account_id join address ad on ad.id = s.address_id
left join country c on c.code = a.country_code left join organisation o on o.id = a.organisation_id
where s.list_id = $1::bigint and a.closed_at is null
	and ($3::text is null or (search_fold('en', lower(a.name)), a.id) > ($3, $4::bigint))
	and ($5::text is null or strpos(search_fold('en', lower(a.name)), search_fold('en', lower($5))) > 0
		or (($2::boolean or not a.hide_address) and strpos(ad.addr, lower($5)) > 0))
order by search_fold('en', lower(a.name)), a.id limit $6::integer

-- name: roster_set
-- roles: web
update list set roster = $2::text where id = $1::bigint and roster <> $2 returning id

-- name: member_of_account
-- roles: web cli
select s.id, s.role, s.delivery, a.name, ad.addr, a.locale from subscription s
join account a on a.id = s.account_id join address ad on ad.id = s.address_id
where s.list_id = $1::bigint and s.account_id = $2::bigint

-- name: plan_people
-- roles: web cli
-- Whose the addresses of a file are, and what they are to the group.
select u.addr, a.id, a.name, s.role, s.delivery,
	exists (select from ban b where (b.list_id is null or b.list_id = $1::bigint)
		and (b.addr = u.addr or b.addr = '@' || split_part(u.addr, '@', 2)))
from unnest($2::text[]) with ordinality u (addr, n)
left join address ad on ad.addr = u.addr
left join account a on a.id = ad.account_id
left join subscription s on s.account_id = a.id and s.list_id = $1
order by u.n

-- name: plan_members
-- roles: web cli
select s.account_id, a.name, ad.addr, s.role from subscription s join account a on a.id = s.account_id
join address ad on ad.id = s.address_id where s.list_id = $1::bigint order by a.name, a.id
