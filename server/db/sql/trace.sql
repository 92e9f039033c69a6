-- SPDX-License-Identifier: Apache-2.0
-- What became of a message. Its author and the moderators of its group may
-- know, administrators ($2) too; addresses are the moderators' alone.

-- name: trace_by_msgid
-- roles: web cli
select i.received_at, l.name, l.title, i.recipient, i.envelope_from, i.msgid, i.fate, i.rule, i.reason, i.trace,
	i.post_id, i.hold_id, t.number, p.number, coalesce(p.subject, h.subject, ''), h.decision, h.decided_at, h.done_at, h.effective_at,
	a.name, ($2::boolean or coalesce(s.role in ('moderator', 'owner'), false))
from intake i
left join list l on l.id = i.list_id
left join subscription s on s.list_id = i.list_id and s.account_id = $1::bigint
left join post p on p.id = i.post_id left join thread t on t.id = p.thread_id
left join hold h on h.id = i.hold_id left join account a on a.id = h.decided_by
where i.msgid = $3::text and ($2 or s.role in ('moderator', 'owner') or i.account_id = $1 or p.account_id = $1)
order by i.received_at, i.id limit 50

-- name: trace_mine
-- roles: web cli
-- A person's last messages: posts by their own index, all else by that of intake.
select m.msgid, m.at, m.subject, m.fate, m.title from (
	(select p.id, p.msgid, p.received_at as at, p.subject, 'posted' as fate, l.title
		from post p join list l on l.id = p.list_id where p.account_id = $1::bigint and p.source <> 'import'
		order by p.id desc limit 20)
	union all
	(select i.id, i.msgid, i.received_at, coalesce(h.subject, ''), i.fate, coalesce(l.title, '')
		from intake i left join list l on l.id = i.list_id left join hold h on h.id = i.hold_id
		where i.account_id = $1 and i.fate not in ('posted', 'duplicate') and h.post_id is null
		order by i.id desc limit 20)) m
order by m.at desc limit 20

-- name: trace_counts
-- roles: web cli
-- Asked for by a person, never on the way of mail: what left the ledger is summed
-- already, and what is in it has an index by post.
select (select count(*) from delivery d where d.post_id = $1::bigint and d.outcome = 'sent') + coalesce(max(t.sent), 0)::bigint,
	(select count(*) from delivery d where d.post_id = $1 and d.outcome in ('failed', 'expired')) + coalesce(max(t.failed + t.expired), 0)::bigint,
	(select count(*) from delivery d where d.post_id = $1 and d.outcome = 'skipped') + coalesce(max(t.skipped), 0)::bigint,
	(select count(*) from outbound o where o.post_id = $1)
from delivery_total t where t.post_id = $1

-- name: trace_failures
-- roles: web cli
select f.addr, f.outcome, f.code, f.answer, f.settled_at
from (select addr, outcome, code, answer, settled_at, post_id from delivery where post_id = $3::bigint and outcome in ('failed', 'expired')
	union all
	select addr, outcome, code, answer, settled_at, post_id from delivery_failure where post_id = $3) f
join post p on p.id = f.post_id
left join subscription s on s.list_id = p.list_id and s.account_id = $1::bigint
where $2::boolean or s.role in ('moderator', 'owner')
order by f.settled_at, f.addr limit 100
