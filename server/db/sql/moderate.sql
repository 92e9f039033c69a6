-- SPDX-License-Identifier: Apache-2.0
-- Held messages. Who may see one: moderators and owners of its group, and
-- administrators ($2). Deciding is one update that finds it undecided.

-- name: hold_queue
-- roles: web cli
-- Oldest first, by key: (held_at, id). Only claims that still hold.
select h.id, l.name, l.title, h.source, h.rule, h.reason, h.author_name, h.author_addr, h.subject, left(h.body, 6000),
	length(h.body) > 6000, array_to_string(h.folds, ','), array_to_string(h.files, E'\n'), array_to_string(h.file_sizes, ','),
	h.msgid, h.held_at, h.decision, h.decided_at, h.effective_at, h.done_at, h.decided_by, null::text, h.why,
	null::bigint, null::integer, h.proven, h.account_id, s.role,
	h.kind, h.version, c.id, c.name, h.claimed_at, h.note, h.policy, h.decided_door, e.name, h.edited_at,
	coalesce(h.edit_subject, ''), coalesce(nullif(h.locale, ''), au.locale, l.lang), h.list_id
from hold h join list l on l.id = h.list_id
left join subscription s on s.list_id = h.list_id and s.account_id = $1::bigint
left join account c on c.id = h.claimed_by and h.claimed_at > now() - interval '15 minutes'
left join account e on e.id = h.edited_by
left join account au on au.id = h.account_id
where h.decided_at is null and ($2::boolean or s.role in ('moderator', 'owner')) and ($3::text is null or l.name = $3)
	and (h.held_at, h.id) > (coalesce($4::timestamptz, '-infinity'), $5::bigint) and ($7::text is null or h.kind = $7)
order by h.held_at, h.id limit $6::integer

-- name: hold_recent
-- roles: web cli
-- Decided within the hour: what can still be undone, and by whom the rest was done.
select h.id, l.name, l.title, h.source, h.rule, h.reason, h.author_name, h.author_addr, h.subject, '',
	false, '', '', '',
	h.msgid, h.held_at, h.decision, h.decided_at, h.effective_at, h.done_at, h.decided_by, a.name, h.why,
	t.number, p.number, h.proven, h.account_id, s.role,
	h.kind, h.version, c.id, c.name, h.claimed_at, h.note, h.policy, h.decided_door, e.name, h.edited_at,
	coalesce(h.edit_subject, ''), coalesce(nullif(h.locale, ''), au.locale, l.lang), h.list_id
from hold h join list l on l.id = h.list_id
left join subscription s on s.list_id = h.list_id and s.account_id = $1::bigint
left join account a on a.id = h.decided_by
left join post p on p.id = h.post_id left join thread t on t.id = p.thread_id
left join account c on c.id = h.claimed_by and h.claimed_at > now() - interval '15 minutes'
left join account e on e.id = h.edited_by
left join account au on au.id = h.account_id
where h.decided_at > now() - interval '1 hour' and ($2::boolean or s.role in ('moderator', 'owner'))
	and ($3::text is null or l.name = $3)
order by h.decided_at desc, h.id desc limit $4::integer

-- name: hold_get
-- roles: web cli receive
select h.id, l.name, l.title, h.source, h.rule, h.reason, h.author_name, h.author_addr, h.subject, h.body,
	false, array_to_string(h.folds, ','), array_to_string(h.files, E'\n'), array_to_string(h.file_sizes, ','),
	h.msgid, h.held_at, h.decision, h.decided_at, h.effective_at, h.done_at, h.decided_by, a.name, h.why,
	t.number, p.number, h.proven, h.account_id, s.role,
	h.kind, h.version, c.id, c.name, h.claimed_at, h.note, h.policy, h.decided_door, e.name, h.edited_at,
	coalesce(h.edit_subject, ''), coalesce(nullif(h.locale, ''), au.locale, l.lang), h.list_id,
	h.raw_id, h.envelope_from, h.recipient, h.trace, coalesce(h.edit_body, ''), h.request_id, h.about_id
from hold h join list l on l.id = h.list_id
left join subscription s on s.list_id = h.list_id and s.account_id = $1::bigint
left join account a on a.id = h.decided_by
left join post p on p.id = h.post_id left join thread t on t.id = p.thread_id
left join account c on c.id = h.claimed_by and h.claimed_at > now() - interval '15 minutes'
left join account e on e.id = h.edited_by
left join account au on au.id = h.account_id
where h.id = $3::bigint and ($2::boolean or s.role in ('moderator', 'owner'))

-- name: hold_waiting
-- roles: web cli
-- How many wait, and since when; no further than 1,000.
select count(*), min(x.held_at), count(distinct x.list_id) from (
	select h.held_at, h.list_id from hold h join list l on l.id = h.list_id
	left join subscription s on s.list_id = h.list_id and s.account_id = $1::bigint
	where h.decided_at is null and ($2::boolean or s.role in ('moderator', 'owner')) and ($3::text is null or l.name = $3)
	limit 1000) x

-- name: hold_counts
-- roles: web
-- By kind, no further than 1,000.
select x.kind, count(*) from (
	select h.kind from hold h join list l on l.id = h.list_id
	left join subscription s on s.list_id = h.list_id and s.account_id = $1::bigint
	where h.decided_at is null and ($2::boolean or s.role in ('moderator', 'owner')) and ($3::text is null or l.name = $3)
	limit 1000) x group by x.kind

-- name: hold_context
-- roles: web
-- What is known of who sent each, and the beginning of the post that it answers or is about.
select h.id, s.joined_at,
	(select count(*) from (select from post p where p.account_id = h.account_id and p.list_id = h.list_id limit 1000) x),
	(select count(*) from (select from hold o where o.list_id = h.list_id and o.author_addr = h.author_addr and o.id <> h.id
		and o.kind = 'message' limit 1000) x),
	(select count(*) from (select from hold o where o.list_id = h.list_id and o.author_addr = h.author_addr and o.id <> h.id
		and o.decision in ('reject', 'discard', 'spam') limit 1000) x),
	p.author_name, left(p.body, 2000), t.number, p.number, l2.name, h.trace
from hold h left join subscription s on s.list_id = h.list_id and s.account_id = h.account_id
left join post p on p.id = coalesce(h.about_id, h.parent_id)
left join thread t on t.id = p.thread_id left join list l2 on l2.id = p.list_id
where h.id = any ($1::bigint[])

-- name: moderates
-- roles: web cli
select exists (select from subscription s join list l on l.id = s.list_id
	where s.account_id = $1::bigint and s.role in ('moderator', 'owner') and ($2::text is null or l.name = $2))

-- name: hold_decide
-- roles: web cli receive
-- 0 rows: somebody was before us, or has changed ($8) or taken it since we looked.
update hold set decision = $2::text, decided_at = now(), decided_by = $3::bigint, why = $4::text,
	effective_at = now() + $5::integer * interval '1 second', policy = $6::text, decided_door = $7::text, version = version + 1
where id = $1::bigint and decided_at is null and ($8::integer = 0 or (version = $8
	and (claimed_by is null or claimed_by = $3 or claimed_at <= now() - interval '15 minutes')))
returning effective_at

-- name: hold_undo
-- roles: web cli receive
update hold set decision = null, decided_at = null, decided_by = null, decided_door = null, policy = '', why = '',
	effective_at = null, version = version + 1
where id = $1::bigint and decided_at is not null and done_at is null and effective_at > now()
returning id

-- name: hold_of_request
-- roles: cli
select id from hold where list_id = $1::bigint and request_id = $2::bigint and decided_at is null

-- name: hold_claim
-- roles: web
-- $3: though somebody else has it. 0 rows: they have, or it was decided.
update hold set claimed_by = $2::bigint, claimed_at = now()
where id = $1::bigint and decided_at is null
	and ($3::boolean or claimed_by is null or claimed_by = $2 or claimed_at <= now() - interval '15 minutes')
returning id

-- name: hold_release
-- roles: web
update hold set claimed_by = null, claimed_at = null where id = $1::bigint and claimed_by = $2::bigint
returning id

-- name: hold_note
-- roles: web cli
update hold set note = $2::text where id = $1::bigint

-- name: hold_edit
-- roles: web cli
-- 0 rows: decided, or changed by somebody else since. Null takes the edit back.
update hold set edit_subject = $3::text, edit_body = $4::text, edited_by = case when $4::text is null then null else $5::bigint end,
	edited_at = case when $4 is null then null else now() end, version = version + 1
where id = $1::bigint and version = $2::integer and decided_at is null
returning version

-- name: hold_due
-- roles: receive
-- One decision whose time has come. The attempt is counted, and committed,
-- before the bytes are looked at again: what ends its program is not tried for ever. A decision
-- of the future was made before the clock was set back, and waits no longer.
update hold set tries = tries + 1, try_after = now() + interval '1 minute'
where id = (select id from hold where decided_at is not null and done_at is null
	and (effective_at <= now() or decided_at > now() + interval '1 minute')
	and (try_after is null or try_after not between now() and now() + interval '1 minute')
	order by effective_at, id limit 1 for update skip locked)
returning id, list_id, raw_id, decision, source, seen_hash, tries::integer, account_id, author_name, author_addr, subject,
	envelope_from, recipient, trace, thread_id, parent_id, msgid, held_at, proven, why, decided_by, automatic,
	(select title from list where list.id = hold.list_id), kind, policy, decided_door, request_id, about_id, locale,
	coalesce(edit_subject, ''), coalesce(edit_body, ''), edited_at is not null, note,
	case when edited_at is not null then body else '' end

-- name: hold_lock
-- roles: receive
-- Still to be done? One that was taken twice is done once.
select id from hold where id = $1::bigint and decided_at is not null and done_at is null for update

-- name: hold_done
-- roles: receive
update hold set done_at = now(), post_id = $2::bigint where id = $1::bigint

-- name: post_moderated
-- roles: receive
update post set moderated = true where id = $1::bigint

-- name: post_edit
-- roles: web
-- What was changed of it before it was posted: for its author and who moderates.
select h.subject, h.edit_subject, e.name, h.body, h.edit_body, h.edited_at
from post p join thread t on t.id = p.thread_id join list l on l.id = p.list_id
join hold h on h.post_id = p.id and h.edited_at is not null
left join account e on e.id = h.edited_by
left join subscription s on s.list_id = p.list_id and s.account_id = $1::bigint
where l.name = $3::text and t.number = $4::bigint and p.number = $5::integer
	and ($2::boolean or s.role in ('moderator', 'owner') or p.account_id = $1)

-- name: hold_reopen
-- roles: receive
-- What was approved and cannot be posted waits again, and says why.
update hold set decision = null, decided_at = null, decided_by = null, decided_door = null, policy = '', why = '',
	effective_at = null, reason = $2::text, tries = 0, try_after = null, version = version + 1
where id = $1::bigint and done_at is null

-- name: parent_refs
-- roles: receive
-- What an answer names, when only its parent is known.
select array_to_string(refs || msgid, E'\n') from post where id = $1::bigint

-- name: hold_oldest
-- roles: receive web sched
-- The one that has waited longest in a group, and how many do (at most 1,000).
select (select id from hold where list_id = $1::bigint and decided_at is null order by held_at, id limit 1),
	(select count(*) from (select from hold where list_id = $1 and decided_at is null limit 1000) x), title
from list where id = $1

-- name: admins
-- roles: receive web sched
select a.id, ad.addr, a.name, a.locale from account a
join address ad on ad.account_id = a.id and ad.is_primary
where a.is_admin and a.closed_at is null and ad.verified_at is not null and ad.suspended_at is null
order by ad.addr

-- name: owners
-- roles: receive web
-- Where the owners of a group get their mail: addresses that are theirs and take it.
select a.id, ad.addr, a.name, a.locale
from subscription s join account a on a.id = s.account_id
join address ad on ad.account_id = a.id and (ad.id = s.address_id or ad.is_primary)
where s.list_id = $1::bigint and s.role = 'owner' and a.closed_at is null
	and ad.verified_at is not null and ad.suspended_at is null
	and (ad.id = s.address_id or not exists (select from address x where x.id = s.address_id
		and x.verified_at is not null and x.suspended_at is null))
order by ad.addr

-- name: away_read
-- roles: web
-- Who moderates a group and is, or will be, away.
select a.id, a.name, to_char(s.away_from, 'YYYY-MM-DD'), to_char(s.away_until, 'YYYY-MM-DD')
from subscription s join list l on l.id = s.list_id join account a on a.id = s.account_id
where ($3::boolean or s.list_id in (select m.list_id from subscription m where m.account_id = $1::bigint
		and m.role in ('moderator', 'owner')))
	and ($2::text is null or l.name = $2) and s.role in ('moderator', 'owner')
	and s.away_until >= (now() at time zone a.time_zone)::date
group by a.id, a.name, s.away_from, s.away_until order by s.away_from, a.name limit 100

-- name: duties_of
-- roles: web
-- The groups that one moderates, how one hears of what waits there, and when one is away.
select l.name, l.title, s.moderator_notices, coalesce(to_char(s.away_from, 'YYYY-MM-DD'), ''),
	coalesce(to_char(s.away_until, 'YYYY-MM-DD'), '')
from subscription s join list l on l.id = s.list_id
where s.account_id = $1::bigint and s.role in ('moderator', 'owner') order by l.title, l.id

-- name: duty_set
-- roles: web
update subscription s set moderator_notices = $3::text
from list l, subscription was
where l.id = s.list_id and l.name = $1::text and s.account_id = $2::bigint and s.role in ('moderator', 'owner') and was.id = s.id
returning s.list_id, was.moderator_notices

-- name: away_set
-- roles: web
-- Null ends it. 0 rows: they moderate nothing here.
update subscription s set away_from = $3::text::date, away_until = $4::text::date
from list l, subscription was
where l.id = s.list_id and l.name = $1::text and s.account_id = $2::bigint and s.role in ('moderator', 'owner') and was.id = s.id
returning s.list_id, coalesce(to_char(was.away_from, 'YYYY-MM-DD'), ''), coalesce(to_char(was.away_until, 'YYYY-MM-DD'), '')

-- name: hold_remind
-- roles: sched
with late as (
	select id from hold where decided_at is null and level < $1::smallint and held_at <= now() - $2::integer * interval '1 hour'
	order by list_id, held_at, id limit $3::integer for update skip locked
), marked as (
	update hold h set level = $1 from late where h.id = late.id returning h.list_id
)
select l.id, count(*), l.name from marked m join list l on l.id = m.list_id group by l.id, l.name order by l.id

-- name: hold_overdue
-- roles: sched
-- Not what somebody is at.
update hold set decision = 'expire', decided_at = now(), decided_by = null, decided_door = 'system', effective_at = now(),
	version = version + 1
where id in (select id from hold where decided_at is null and held_at <= now() - $1::integer * interval '1 day'
	and (claimed_at is null or claimed_at <= now() - interval '15 minutes')
	order by held_at, id limit $2::integer for update skip locked)
returning id, list_id, account_id, kind, msgid, author_addr

-- name: sender_moderation
-- roles: receive
update subscription s set moderation = $3::text from subscription was
where s.list_id = $1::bigint and s.account_id = $2::bigint and was.id = s.id
returning was.moderation

-- name: sender_rule
-- roles: receive
-- What is decided last for an address stands alone.
with gone as (
	update acceptance_rule set removed_at = now(), version = nextval('rule_version_seq')
	where list_id = $1::bigint and field = 'from' and pattern = $2::text and removed_at is null
)
insert into acceptance_rule (list_id, field, pattern, action) values ($1, 'from', $2, $3::text)

-- name: sender_ban
-- roles: receive
insert into ban (list_id, addr, reason)
select $1::bigint, $2::text, 'from the queue' where not exists (select from ban where list_id = $1 and addr = $2)
