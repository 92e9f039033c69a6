-- SPDX-License-Identifier: Apache-2.0
-- Outbound work; the states stand in server/fanout/queue.h.

-- name: queue_lease
-- roles: deliver
-- A batch for this run: urgent first; the attempt counts now, so that work
-- which kills its worker runs out of tries. Address, subscription and list
-- are looked at here: after "baja" no further copy leaves. Copies of one post
-- in one language stand together: each change of either composes anew.
-- What goes with a row is looked up by its key, whatever the planner thinks of the tables' sizes (hence the
-- `limit 1`: joined, all members were read for a hundred of them), and the size of a batch is
-- no parameter, or it would be planned anew each time. A row that is locked stays where it is; one that
-- moved between the look and the lock is not seen there, and waits for the next batch.
with r as materialized (
	select ctid as place from outbound where not_before <= now() and (lease_until is null or lease_until < now())
	order by lane, not_before, id limit 100 for update skip locked
), o as (
	update outbound set lease = $1::uuid, lease_until = now() + interval '15 minutes', tries = tries + 1
	where ctid = any (array(select place from r))
	returning outbound.id, lane, list_id, post_id, notice_id, subscription_id, tries, created_at, digest_id
)
select o.id, o.post_id, o.notice_id, o.list_id, o.subscription_id, o.tries::integer, o.created_at,
	coalesce(s.addr, n.addr, ''), coalesce(s.locale, n.locale),
	-- a digest of all groups outlives the one by which it is sent; what it may say is looked at when it is composed
	o.digest_id is not null and (s.suspended_at is not null or s.closed_at is not null or coalesce(s.paused, false))
	or o.post_id is not null and (s.id is null or s.suspended_at is not null or s.closed_at is not null or l.archived
		or coalesce(s.paused, false) or f.mode in ('mute', 'digest') or p.state <> 'shown' or p.thread_state = 'hidden'),
	s.account,
	-- over so many bytes of attachments they go by link; 0: never
	case s.attachments when 'list' then l.link_over when 'link' then 1000000 else 0 end::bigint,
	o.digest_id
from o
left join lateral (select n.addr, n.locale from notice n where n.id = o.notice_id limit 1) n on true
left join lateral (
	select s.id, s.account_id, s.attachments, s.pause_until > now() and coalesce(s.pause_from <= now(), true) as paused,
		ad.addr, ad.suspended_at, a.id as account, a.locale, a.closed_at
	from subscription s left join address ad on ad.id = s.address_id left join account a on a.id = s.account_id
	where s.id = o.subscription_id limit 1
) s on true
left join list l on l.id = o.list_id
left join lateral (
	select p.state, p.thread_id, t.state as thread_state from post p
	left join lateral (select t.state from thread t where t.id = p.thread_id limit 1) t on true
	where p.id = o.post_id limit 1
) p on true
left join lateral (select f.mode from thread_follow f where f.thread_id = p.thread_id and f.account_id = s.account_id limit 1) f on true
order by o.lane, o.post_id, 9, o.id

-- name: queue_settle_copy
-- roles: deliver
-- A copy of a post is gone, and in the ledger. 0 rows: the lease was no longer ours.
with o as (
	delete from outbound where id = $1::bigint and lease = $2::uuid and post_id is not null
	returning id, list_id, post_id, subscription_id, tries
)
insert into delivery (outbound_id, list_id, post_id, subscription_id, addr, outcome, code, answer, tries)
select o.id, o.list_id, o.post_id, o.subscription_id, $3::text, $4::text, $5::integer, $6::text, o.tries from o

-- name: queue_settle
-- roles: deliver
-- The same of anything: a notice goes with it.
with o as (
	delete from outbound where id = $1::bigint and lease = $2::uuid
	returning id, list_id, post_id, notice_id, subscription_id, tries, digest_id
), n as (
	delete from notice using o where notice.id = o.notice_id returning kind
)
insert into delivery (outbound_id, list_id, post_id, notice_kind, subscription_id, addr, outcome, code, answer, tries)
select o.id, o.list_id, o.post_id, coalesce((select kind from n), case when o.digest_id is not null then 'digest' end), o.subscription_id, $3::text, $4::text, $5::integer, $6::text, o.tries from o

-- name: queue_digest_skip
-- roles: deliver
-- The same for a digest whose reader paused, or whose address was suspended, after it was made: what it
-- would have told begins their next one.
with o as (
	delete from outbound where id = $1::bigint and lease = $2::uuid
	returning id, list_id, post_id, notice_id, subscription_id, tries, digest_id
), back as (
	update subscription s set digest_from = least(s.digest_from, x.since)
	from (
		select i.account_id, b.list_id, (array_agg(b.since order by b.since))[1] as since
		from o join digest_issue i on i.id = o.digest_id join digest_block b on b.id = any (i.blocks) group by 1, 2
	) x where s.account_id = x.account_id and s.list_id = x.list_id
)
insert into delivery (outbound_id, list_id, post_id, notice_kind, subscription_id, addr, outcome, code, answer, tries)
select o.id, o.list_id, o.post_id, 'digest', o.subscription_id, $3::text, 'skipped', 0, '', o.tries from o

-- name: queue_retry
-- roles: deliver
update outbound set lease = null, lease_until = null, not_before = now() + $3::integer * interval '1 second'
where id = $1::bigint and lease = $2::uuid

-- name: queue_release
-- roles: deliver
-- Everything the run still has is given back untouched: the attempt does not
-- count, but for $2, which it had in hand when it died.
update outbound set lease = null, lease_until = null, tries = tries - (id is distinct from $2::bigint)::integer
where lease = $1::uuid

-- name: queue_crashed
-- roles: deliver
-- The run died of this copy: its post's other copies in the same hands wait with it.
update outbound set lease = null, lease_until = null, not_before = now() + $3::integer * interval '1 second'
where lease = $1::uuid and (id = $2::bigint or post_id = (select post_id from outbound where id = $2))

-- name: queue_run_hold
-- roles: deliver
-- While its connection stands a run holds the lock of its name, from before
-- its first lease on: whoever can have the lock knows that the run is gone.
select pg_advisory_lock(('x' || left(replace($1::uuid::text, '-', ''), 16))::bit(64)::bigint)

-- name: queue_run_gone
-- roles: deliver
select pg_try_advisory_xact_lock(('x' || left(replace($1::uuid::text, '-', ''), 16))::bit(64)::bigint)

-- name: queue_reclaim
-- roles: deliver
-- The leases of runs that are gone. Their attempt counts: nobody knows which
-- copy was in hand.
with gone as materialized (
	select lease from (select distinct lease from outbound where lease is not null) d
	where pg_try_advisory_xact_lock(('x' || left(replace(lease::text, '-', ''), 16))::bit(64)::bigint)
)
update outbound set lease = null, lease_until = null from gone where outbound.lease = gone.lease

-- name: queue_clock_back
-- roles: deliver
-- What waits for longer than its attempts make it wait (queue_backoff) was put in before
-- the clock was set back: it is due now, not when that hour comes again.
update outbound set not_before = now() where lease is null and not_before > now() + interval '1.2 minutes'
	* (array[0.1, 1, 5, 15, 30, 60, 120, 240])[least(tries, 7) + 1]

-- name: queue_next_due
-- roles: deliver
select (extract(epoch from min(greatest(not_before, coalesce(lease_until, not_before))) - now()) * 1000)::bigint from outbound

-- name: post_files
-- roles: deliver
-- What a copy by link is made of, where there is anything to link to.
select at.n, at.name, at.size, at.inner_offset is not null from attachment at where at.post_id = $1::bigint and not at.folded order by at.n

-- name: post_body
-- roles: deliver
select body from post where id = $1::bigint

-- name: post_for_copy
-- roles: deliver
select p.id, l.name, l.mail_domain, l.title, l.list_id, l.lang, l.reply_policy, l.dmarc_policy, l.subject_tag, l.footer,
	t.number, p.number, p.source, p.author_name, p.author_addr, p.subject, p.msgid, array_to_string(p.refs, E'\n'),
	p.sent_at, p.lang, p.raw_id, l.visibility, l.post_count, t.id, coalesce(a.hide_address, false)
from post p join list l on l.id = p.list_id join thread t on t.id = p.thread_id
left join account a on a.id = p.account_id where p.id = $1::bigint
