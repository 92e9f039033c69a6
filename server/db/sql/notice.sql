-- SPDX-License-Identifier: Apache-2.0
-- Mail of ours to one person; see server/core/notice.h.

-- name: notice_add
-- roles: web receive cli sched deliver
-- Somebody waits for it: lane 0.
with n as (
	insert into notice (kind, addr, account_id, locale, subject, body, list_id, in_reply_to, refs, reply_to, raw_id,
		msgid, from_name)
	values ($1::text, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::bigint, $8::text, $9::text,
		$10::text, $11::bigint, $12::text, $13::text) returning id
)
insert into outbound (lane, notice_id) select 0, id from n

-- name: notice_sent
-- roles: web receive cli sched deliver
-- A row where it may go: the first of its time, or one of as many as are allowed. What lasts for
-- longer than its time was counted before the clock was set back, and counts no more.
insert into notice_sent as s (hash, until, n) values ($1::bytea, now() + $2::integer * interval '1 second', 1)
on conflict (hash) do update set
	n = case when s.until between now() and excluded.until + interval '1 minute' then s.n + 1 else 1 end,
	until = case when s.until between now() and excluded.until + interval '1 minute' then s.until else excluded.until end
where s.until not between now() and excluded.until + interval '1 minute' or s.n < $3::integer
returning n

-- name: notice_addr
-- roles: web receive cli sched deliver
select a.id, ad.addr, a.name, a.locale, ad.suspended_at is not null
from address ad join account a on a.id = ad.account_id where ad.addr = $1::text and a.closed_at is null

-- name: notice_owners
-- roles: web receive cli sched deliver
select a.id, ad.addr, a.name, a.locale, ad.suspended_at is not null
from subscription s join account a on a.id = s.account_id
join address ad on ad.account_id = a.id and ad.is_primary
where s.list_id = $1::bigint and a.closed_at is null and ad.suspended_at is null
	and (s.role = 'owner' or ($2::boolean and s.role = 'moderator'))
	-- who moderates may be away
	and not ($2 and coalesce((now() at time zone a.time_zone)::date between s.away_from and s.away_until, false))
order by ad.addr

-- name: notice_get
-- roles: deliver
select n.kind, n.addr, n.locale, n.subject, n.body, n.in_reply_to, n.refs, n.reply_to, n.raw_id,
	l.name, l.mail_domain, coalesce(l.title, (select value from setting where name = 'site_title'), ''), l.max_size::bigint,
	case when n.kind = 'bounce-probe' then (select ad.id from address ad where ad.addr = n.addr) end,
	n.msgid, n.from_name,
	case when n.kind = 'invitation' then (select i.id from invitation i where i.list_id = n.list_id and i.addr = n.addr
		and i.ended_at is null) end
from notice n left join list l on l.id = n.list_id where n.id = $1::bigint

-- name: notice_raw
-- roles: deliver
-- The first chunks of what is returned.
select bytes from raw_chunk where raw_id = $1::bigint and n < $2::integer order by n

-- name: expire_notice_sent
-- roles: sched
delete from notice_sent where until < now()
