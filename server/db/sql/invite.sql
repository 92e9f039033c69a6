-- SPDX-License-Identifier: Apache-2.0
-- Who was invited to a group; see server/core/invite.h.

-- name: invite_group
-- roles: web cli
-- Who asks ($1) for the group ($3); $2: they may see every one.
select l.id, l.name, l.title, l.mail_domain, l.lang, l.invites, l.join_policy = 'closed' or l.archived or l.closed_at is not null,
	coalesce(s.role, ''), coalesce(a.name, '')
from list l left join account a on a.id = $1::bigint left join subscription s on s.list_id = l.id and s.account_id = $1
where l.name = $3::text and (l.visibility = 'public' or s.id is not null or $2::boolean)

-- name: invite_look
-- roles: web cli
-- What the addresses ($2) are to the group ($1): of a person known by another address as well.
select u.addr, coalesce(a.id, 0), coalesce(a.name, ''), coalesce(a.locale, ''), coalesce(a.closed_at is not null, false),
	s.id is not null,
	exists (select from ban b where (b.list_id is null or b.list_id = $1::bigint)
		and (b.addr = u.addr or b.addr = '@' || split_part(u.addr, '@', 2))),
	exists (select from invitation i where i.list_id = $1 and i.addr = any (m.addrs) and i.ended_at is null),
	exists (select from invitation i where i.addr = any (m.addrs) and i.outcome = 'decline'
		and (i.never or (i.list_id = $1 and i.ended_at > now() - $3::integer * interval '1 day')))
from unnest($2::text[]) with ordinality u (addr, n)
left join address ad on ad.addr = u.addr
left join account a on a.id = ad.account_id
left join subscription s on s.account_id = a.id and s.list_id = $1
cross join lateral (select array(select u.addr union select x.addr from address x where x.account_id = a.id) as addrs) m
order by u.n

-- name: invite_today
-- roles: web
select count(*) from invitation where invited_by = $1::bigint and sent_at > now() - interval '1 day'

-- name: invite_add
-- roles: web cli
insert into invitation (list_id, addr, name, locale, note, invited_by, expires_at)
values ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::bigint, now() + $7::integer * interval '1 day')
on conflict (list_id, addr) where ended_at is null do nothing returning id, expires_at

-- name: invite_again
-- roles: web cli
-- Not twice a day.
update invitation set sent_at = now(), sends = sends + 1, reminded_at = null, expires_at = now() + $3::integer * interval '1 day'
where id = $1::bigint and list_id = $2::bigint and ended_at is null and sent_at < now() - interval '1 day'
returning id, expires_at

-- name: invite_get
-- roles: web receive cli sched
select i.id, i.list_id, l.name, l.title, l.mail_domain, l.description, i.addr, i.name, i.locale, i.note,
	coalesce(i.invited_by, 0), coalesce(a.name, ''), i.made_at, i.sent_at, i.reminded_at, i.expires_at, i.ended_at, i.outcome,
	i.failure, i.sends, i.ended_at is null and i.expires_at > now(),
	l.join_policy = 'closed' or l.archived or l.closed_at is not null
from invitation i join list l on l.id = i.list_id left join account a on a.id = i.invited_by
where i.id = $1::bigint

-- name: invites_of
-- roles: web cli
-- By key: id; of the group $1, before $2.
select i.id, i.list_id, l.name, l.title, l.mail_domain, l.description, i.addr, i.name, i.locale, i.note,
	coalesce(i.invited_by, 0), coalesce(a.name, ''), i.made_at, i.sent_at, i.reminded_at, i.expires_at, i.ended_at, i.outcome,
	i.failure, i.sends, i.ended_at is null and i.expires_at > now(),
	l.join_policy = 'closed' or l.archived or l.closed_at is not null
from invitation i join list l on l.id = i.list_id left join account a on a.id = i.invited_by
where i.list_id = $1::bigint and ($2::bigint is null or i.id < $2) order by i.id desc limit $3::integer

-- name: invite_end
-- roles: web receive cli
update invitation set ended_at = now(), outcome = $2::text, never = $3::boolean
where id = $1::bigint and ended_at is null returning addr, list_id

-- name: invite_met
-- roles: web receive cli
-- They belong to the group now, whichever way they came.
update invitation set ended_at = now(), outcome = 'accept'
where list_id = $1::bigint and ended_at is null
	and (addr = $2::text or addr in (select x.addr from address x where x.account_id = $3::bigint))

-- name: invite_bounced
-- roles: receive deliver
update invitation set ended_at = now(), outcome = 'bounce', failure = $2::text where id = $1::bigint and ended_at is null
returning id

-- name: invite_remind
-- roles: sched
-- Once each; not on the last day, nor where nobody can join any more.
update invitation set reminded_at = now() where id in (
	select i.id from invitation i join list l on l.id = i.list_id
	where i.ended_at is null and i.reminded_at is null and i.sent_at < now() - $1::integer * interval '1 day'
		and i.expires_at > now() + interval '1 day' and l.join_policy <> 'closed' and not l.archived and l.closed_at is null
	order by i.sent_at limit $2::integer)
returning id

-- name: invite_expire
-- roles: sched
update invitation set ended_at = now(), outcome = 'expire' where id in (
	select id from invitation where ended_at is null and expires_at <= now() order by id limit $1::integer)
returning list_id, addr
