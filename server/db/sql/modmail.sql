-- SPDX-License-Identifier: Apache-2.0
-- Moderating by mail: who is told of a hold, the addresses they answer to, and what
-- waits to be told; see server/core/modmail.h.

-- name: modmail_people
-- roles: receive web cli
-- Who is told that something waits in group $1, and how many such mails each got within $3
-- seconds: moderators and owners, only owners where $2; those who run the site where the
-- group has none.
select a.id, ad.addr, a.name, a.locale,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	x.moderator_notices,
	(select count(*) from hold_notice n join hold h on h.id = n.hold_id
		where n.account_id = a.id and n.how = 'each' and h.list_id = $1::bigint
			and n.made_at > now() - $3::integer * interval '1 second')
from (
	select s.account_id, s.moderator_notices from subscription s
	join account sa on sa.id = s.account_id
	where s.list_id = $1 and (s.role = 'owner' or (not $2::boolean and s.role = 'moderator'))
		and not coalesce((now() at time zone sa.time_zone)::date between s.away_from and s.away_until, false)
	union all
	select id, 'each' from account where is_admin and not exists (select from subscription s
		where s.list_id = $1 and (s.role = 'owner' or (not $2 and s.role = 'moderator')))
) x join account a on a.id = x.account_id
join address ad on ad.account_id = a.id and ad.is_primary
where x.moderator_notices <> 'none' and a.closed_at is null and ad.suspended_at is null
order by ad.addr

-- name: modmail_notice_add
-- roles: receive web cli
-- $4: the mail's id; '' where it waits for the mail that lists several.
insert into hold_notice (hold_id, account_id, how, msgid, told_at)
values ($1::bigint, $2::bigint, $3::text, $4::text, case when $4 <> '' then now() end)
on conflict (hold_id, account_id) do nothing

-- name: modmail_token_add
-- roles: receive web cli sched
insert into hold_token (hash, hold_id, account_id) values ($1::bytea, $2::bigint, $3::bigint)

-- name: modmail_token
-- roles: receive
-- Whose address it is, about what; whether $2 is an address of theirs.
select t.hold_id, t.account_id, t.expires_at <= now(), a.name, a.locale,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	a.is_admin, h.list_id, h.kind, ad.addr,
	exists (select from address x where x.account_id = a.id and x.addr = $2::text and (x.is_primary or x.verified_at is not null)),
	h.author_name, h.subject
from hold_token t join hold h on h.id = t.hold_id join account a on a.id = t.account_id
join address ad on ad.account_id = a.id and ad.is_primary
where t.hash = $1::bytea and a.closed_at is null

-- name: modmail_person
-- roles: receive
-- The same of a hold ($1) and a person ($3), where no such address says it.
select h.id, a.id, false, a.name, a.locale,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	a.is_admin, h.list_id, h.kind, ad.addr,
	exists (select from address x where x.account_id = a.id and x.addr = $2::text and (x.is_primary or x.verified_at is not null)),
	h.author_name, h.subject
from hold h join account a on a.id = $3::bigint join address ad on ad.account_id = a.id and ad.is_primary
where h.id = $1::bigint and a.closed_at is null

-- name: modmail_known
-- roles: receive web cli
-- What is known of an author ($2, $3) in group $1 before hold $4.
select coalesce((select s.role from subscription s where s.list_id = $1::bigint and s.account_id = $2::bigint), ''),
	(select s.joined_at from subscription s where s.list_id = $1 and s.account_id = $2),
	(select count(*) from (select from post p where p.account_id = $2 and p.list_id = $1 limit 1000) x),
	(select count(*) from hold h where h.list_id = $1 and h.author_addr = $3::text and h.id < $4::bigint),
	(select count(*) from hold h where h.list_id = $1 and h.author_addr = $3 and h.id < $4 and h.decision = 'approve')

-- name: modmail_raw_size
-- roles: receive web cli
select size from raw_message where id = $1::bigint

-- name: modmail_others
-- roles: receive web cli sched
-- Who had a mail about hold $1 and still has a say, but $2; how many outcomes each was
-- told of within $3 seconds.
select a.id, ad.addr, a.name, a.locale,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	n.msgid,
	(select count(*) from hold_notice m join hold g on g.id = m.hold_id
		where m.account_id = a.id and m.outcome = 'told' and g.list_id = h.list_id
			and m.outcome_at > now() - $3::integer * interval '1 second')
from hold_notice n join hold h on h.id = n.hold_id join account a on a.id = n.account_id
join address ad on ad.account_id = a.id and ad.is_primary
where n.hold_id = $1::bigint and a.id is distinct from $2::bigint and n.told_at is not null
	and a.closed_at is null and ad.suspended_at is null
	and (a.is_admin or exists (select from subscription s where s.list_id = h.list_id and s.account_id = a.id
		and s.role in ('moderator', 'owner')))
order by ad.addr

-- name: modmail_waiting
-- roles: sched
-- The mail by which account $2 was told of what waits longest in group $1.
select n.msgid from hold h join hold_notice n on n.hold_id = h.id and n.account_id = $2::bigint
where h.list_id = $1::bigint and h.decided_at is null and n.msgid <> '' order by h.held_at, h.id limit 1

-- name: modmail_outcome
-- roles: receive web cli sched
update hold_notice set outcome = $3::text, outcome_at = now() where hold_id = $1::bigint and account_id = $2::bigint

-- name: modmail_due
-- roles: sched
-- Whose mail that lists several is due, for which group: $1 seconds after the first that was
-- not told, or at seven in the morning where they want one a day.
select distinct n.account_id, h.list_id
from hold_notice n join hold h on h.id = n.hold_id join account a on a.id = n.account_id
where (n.told_at is null and n.how = 'bundle' and n.made_at <= now() - $1::integer * interval '1 second')
	or (n.outcome = 'waits' and n.outcome_at <= now() - $1 * interval '1 second')
	or (n.told_at is null and n.how = 'digest' and n.made_at <
		(date_trunc('day', now() at time zone a.time_zone) + interval '7 hours'
			- case when (now() at time zone a.time_zone)::time < '07:00' then interval '1 day' else interval '0' end)
		at time zone a.time_zone)
order by 1, 2 limit 100

-- name: modmail_due_person
-- roles: sched
select a.id, ad.addr, a.name, a.locale,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	l.name, l.mail_domain, l.title, ad.suspended_at is null and a.closed_at is null
		and (a.is_admin or exists (select from subscription s where s.list_id = l.id and s.account_id = a.id
			and s.role in ('moderator', 'owner')))
from account a join address ad on ad.account_id = a.id and ad.is_primary cross join list l
where a.id = $1::bigint and l.id = $2::bigint

-- name: modmail_due_rows
-- roles: sched
-- What that mail lists, oldest first.
select h.id, n.told_at is null, h.kind, h.author_name, h.author_addr, h.subject, h.reason, h.held_at,
	coalesce(h.decision, ''), coalesce(b.name, ''), h.decided_at
from hold_notice n join hold h on h.id = n.hold_id left join account b on b.id = h.decided_by
where n.account_id = $1::bigint and h.list_id = $2::bigint and (n.told_at is null or n.outcome = 'waits')
order by h.held_at, h.id limit $3::integer for update of n

-- name: modmail_due_done
-- roles: sched
-- $4: what waited for a decision was listed; else it was its outcome, or is decided already.
update hold_notice set told_at = coalesce(told_at, now()), msgid = case when msgid = '' then $3::text else msgid end,
	outcome = case when $4::boolean then outcome else 'told' end
where hold_id = $1::bigint and account_id = $2::bigint

-- name: expire_hold_tokens
-- roles: sched
-- Kept for a while after their end, so that whoever answers late is told so.
delete from hold_token where expires_at < now() - interval '90 days'
