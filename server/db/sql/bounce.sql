-- SPDX-License-Identifier: Apache-2.0
-- Bounces and complaints: recorded by whoever hears of them, scored by cabildod;
-- see server/core/bounce.h.

-- name: bounce_target
-- roles: receive deliver
select s.list_id, s.address_id from subscription s where s.id = $1::bigint

-- name: bounce_target_probe
-- roles: receive deliver
select ad.id from address ad where ad.id = $1::bigint

-- name: bounce_post
-- roles: receive
-- By our own envelope id, else by the id of the returned message.
select id from post where list_id = $1::bigint and (id = $2::bigint or msgid_hash = $3::bytea)
order by id is distinct from $2::bigint limit 1

-- name: bounce_add
-- roles: receive deliver
-- The same event again is none.
insert into bounce_event (address_id, subscription_id, list_id, post_id, event_key, kind, probe, reason, status, code,
	rcpt, mta, text)
values ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::bytea, $6::text, $7::boolean, $8::text, $9::text,
	$10::integer, $11::text, $12::text, $13::text)
on conflict (event_key) do nothing

-- name: bounce_unscored
-- roles: sched
select e.id, e.kind, e.probe, e.reason, e.status, e.text, coalesce(e.subscription_id, 0), coalesce(e.list_id, 0),
	ad.id, ad.addr, ad.suspended_at is not null, a.id, a.name, a.locale, coalesce(l.title, ''), coalesce(l.name, '')
from bounce_event e join address ad on ad.id = e.address_id join account a on a.id = ad.account_id
left join list l on l.id = e.list_id
where e.scored_at is null order by e.id limit 200

-- name: bounce_score
-- roles: sched
-- Adds $2 to what is left of the score after its half-lives of $3 days; of one
-- day (UTC) no more counts than its heaviest event.
with e as (
	select b.id, b.address_id, b.at, greatest(0, $2::text::real - coalesce((select sum(p.weight) from bounce_event p
		where p.address_id = b.address_id and p.id <> b.id and p.scored_at is not null
		and (p.at at time zone 'UTC')::date = (b.at at time zone 'UTC')::date), 0))::real as weight
	from bounce_event b where b.id = $1::bigint
), done as (
	update bounce_event b set weight = e.weight, scored_at = now() from e where b.id = e.id
)
update address ad set bounce_at = greatest(e.at, ad.bounce_at),
	bounce_score = ad.bounce_score * power(0.5, greatest(0, extract(epoch from e.at - coalesce(ad.bounce_at, e.at)))
		/ (86400.0 * $3::integer))::real + e.weight
from e where ad.id = e.address_id
returning ad.bounce_score >= coalesce((select value::real from setting where name = 'bounce_threshold'), $4::text::real)

-- name: bounce_suspend
-- roles: sched
update address set suspended_at = now(), probes = 0, probe_at = null where id = $1::bigint and suspended_at is null returning id

-- name: bounce_other_addresses
-- roles: sched
select ad.addr from address ad where ad.account_id = $1::bigint and ad.id <> $2::bigint
	and ad.verified_at is not null and ad.suspended_at is null order by ad.addr

-- name: bounce_complaint
-- roles: sched
-- Whoever calls our mail abuse gets no more of it.
update subscription set delivery = 'none', digest_until = null where id = $1::bigint and delivery <> 'none' returning list_id

-- name: bounce_probe_failed
-- roles: sched
update address set probe_at = null where id = $1::bigint and suspended_at is not null and probe_at is not null

-- name: bounce_probes_due
-- roles: sched
select ad.id, ad.addr, a.id, a.name, a.locale, l.id, l.title
from address ad join account a on a.id = ad.account_id
join lateral (select s.list_id from subscription s where s.address_id = ad.id order by s.id limit 1) s on true
join list l on l.id = s.list_id
where ad.suspended_at + (ad.probes + 1) * $1::integer * interval '1 day' <= now() and ad.probe_at is null
	and ad.probes < $2::integer and a.closed_at is null
order by ad.id limit 200

-- name: bounce_probe_sent
-- roles: sched
update address set probe_at = now(), probes = probes + 1 where id = $1::bigint and suspended_at is not null

-- name: bounce_probes_good
-- roles: sched
-- Sent, and for $1 days nothing came back. What still waits in the queue has not arrived.
select ad.id, ad.addr, a.id, a.name, a.locale, 0::bigint, ''
from address ad join account a on a.id = ad.account_id
where ad.suspended_at is not null and ad.probe_at < now() - $1::integer * interval '1 day'
	and not exists (select from outbound o join notice n on n.id = o.notice_id where n.kind = 'bounce-probe' and n.addr = ad.addr)
order by ad.id limit 200

-- name: bounce_return
-- roles: web sched cli
-- account 0: whosever it is.
update address set suspended_at = null, bounce_score = 0, bounce_at = null, probes = 0, probe_at = null
where addr = $1::text and ($2::bigint is null or account_id = $2) and (suspended_at is not null or bounce_score > 0)
returning id, account_id

-- name: bounce_hopeless
-- roles: sched
-- All probes came back, and $1 days are over.
select ad.id, ad.addr, a.id, a.name, a.locale, 0::bigint, ''
from address ad join account a on a.id = ad.account_id
where ad.suspended_at < now() - $1::integer * interval '1 day' and ad.probe_at is null and ad.probes = $2::integer
order by ad.id limit 200

-- name: bounce_remove
-- roles: sched
-- Members stay members; they get no mail. probes goes on by one: once is enough.
with ad as (
	update address set probes = probes + 1 where id = $1::bigint
)
update subscription s set delivery = 'none', digest_until = null from list l
where l.id = s.list_id and s.address_id = $1::bigint and s.delivery <> 'none'
returning s.list_id, l.title, l.name

-- name: bounces_of_list
-- roles: web cli
-- Who had a bounce in this group, the last one first; $2 is the event of the last shown.
select ad.addr, a.name, (ad.bounce_score * power(0.5, extract(epoch from now() - coalesce(ad.bounce_at, now())) / (86400.0 * $4::integer)))::numeric(6,2)::text,
	ad.suspended_at, ad.probes::integer, ad.probe_at, e.id, e.at, e.kind, e.probe, e.reason, e.status, e.code, e.rcpt, e.mta, e.text, s.delivery
from subscription s join address ad on ad.id = s.address_id join account a on a.id = ad.account_id
join lateral (select * from bounce_event b where b.address_id = ad.id and b.list_id = s.list_id order by b.id desc limit 1) e on true
join list l on l.id = s.list_id
where l.name = $1::text and ($2::bigint = 0 or e.id < $2) order by e.id desc limit $3::integer

-- name: bounces_of_address
-- roles: cli
select ad.addr, a.name, (ad.bounce_score * power(0.5, extract(epoch from now() - coalesce(ad.bounce_at, now())) / (86400.0 * $2::integer)))::numeric(6,2)::text,
	ad.suspended_at, ad.probes::integer, ad.probe_at, coalesce(e.id, 0), e.at, coalesce(e.kind, ''), coalesce(e.probe, false),
	coalesce(e.reason, ''), coalesce(e.status, ''), coalesce(e.code, 0), coalesce(e.rcpt, ''), coalesce(e.mta, ''), coalesce(e.text, ''),
	coalesce(l.name, '')
from address ad join account a on a.id = ad.account_id left join bounce_event e on e.address_id = ad.id
left join list l on l.id = e.list_id
where ad.addr = $1::text order by e.id desc limit 100

-- name: bounces_my
-- roles: web
-- One's own suspended addresses, and the last words that suspended them.
select ad.addr, ad.suspended_at, coalesce((select b.text from bounce_event b where b.address_id = ad.id
	and b.kind in ('hard', 'soft') order by b.id desc limit 1), '')
from address ad where ad.account_id = $1::bigint and ad.suspended_at is not null order by ad.addr
