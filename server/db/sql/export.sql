-- SPDX-License-Identifier: Apache-2.0
-- What is held about one person, for that person; see server/core/export.h.

-- name: export_gate
-- roles: web
-- One at a time in the whole site; held until the commit.
select pg_try_advisory_xact_lock(7, 2)

-- name: export_account
-- roles: web
-- All but posts and the record, as JSON. Of others nothing but names of groups.
select jsonb_pretty(jsonb_build_object(
	'account', jsonb_build_object('name', a.name, 'language', a.locale, 'time_zone', a.time_zone, 'look', a.theme,
		'country', a.country_code, 'organisation', (select o.name from organisation o where o.id = a.organisation_id),
		'administrator', a.is_admin, 'address_hidden', a.hide_address, 'created', a.created_at,
		'password', a.password_hash is not null, 'second_step', a.second_step is not null, 'ends', a.closing_at),
	'addresses', (select coalesce(jsonb_agg(jsonb_build_object('address', ad.addr, 'main', ad.is_primary,
		'confirmed', ad.verified_at, 'mail_comes_back_since', ad.suspended_at, 'added', ad.created_at) order by ad.id), '[]')
		from address ad where ad.account_id = a.id),
	'groups', (select coalesce(jsonb_agg(jsonb_build_object('group', l.name, 'title', l.title, 'role', s.role,
		'receives', s.delivery, 'own_copy', s.own_copy, 'copy_when_addressed', s.copy_when_addressed, 'receipt', s.receipt,
		'attachments', s.attachments, 'pause_from', s.pause_from, 'pause_until', s.pause_until,
		'away_from', s.away_from, 'away_until', s.away_until, 'moderator_notices', s.moderator_notices,
		'posts_by_moderators', s.moderation, 'joined', s.joined_at, 'joined_by', s.source,
		'delivered_to', (select x.addr from address x where x.id = s.address_id)) order by s.id), '[]')
		from subscription s join list l on l.id = s.list_id where s.account_id = a.id),
	'threads', (select coalesce(jsonb_agg(jsonb_build_object('group', l.name, 'thread', t.number, 'way', f.mode) order by t.id), '[]')
		from thread_follow f join thread t on t.id = f.thread_id join list l on l.id = t.list_id where f.account_id = a.id),
	'devices', (select coalesce(jsonb_agg(jsonb_build_object('device', e.device, 'since', e.created_at, 'until', e.expires_at)
		order by e.created_at), '[]') from session e where e.account_id = a.id),
	'requests_to_join', (select coalesce(jsonb_agg(jsonb_build_object('group', l.name, 'asked', r.asked_at, 'decided', r.decided_at,
		'decision', r.decision) order by r.id), '[]') from join_request r join list l on l.id = r.list_id
		where r.addr in (select x.addr from address x where x.account_id = a.id)),
	'invitations', (select coalesce(jsonb_agg(jsonb_build_object('group', l.name, 'sent', i.sent_at, 'ended', i.ended_at,
		'outcome', i.outcome) order by i.id), '[]') from invitation i join list l on l.id = i.list_id
		where i.addr in (select x.addr from address x where x.account_id = a.id)),
	'messages_that_waited', (select coalesce(jsonb_agg(jsonb_build_object('group', l.name, 'kind', h.kind, 'subject', h.subject,
		'text', h.body, 'arrived', h.held_at, 'decision', h.decision, 'decided', h.decided_at, 'told', h.why) order by h.id), '[]')
		from (select * from hold x where x.account_id = a.id order by x.id desc limit 1000) h join list l on l.id = h.list_id)
)) from account a where a.id = $1::bigint and a.closed_at is null

-- name: export_counts
-- roles: web receive
select (select count(*) from address where account_id = $1::bigint), (select count(*) from subscription where account_id = $1),
	(select count(*) from post where account_id = $1)

-- name: export_posts
-- roles: web
-- Theirs, by key: id after $2. Hidden originals of theirs are still their words, as the text tells them.
select p.id, l.name, t.number, p.number, p.subject, p.sent_at, p.source, p.state, p.body,
	case when p.raw_hidden then null else p.raw_id end, p.attachment_count
from post p join thread t on t.id = p.thread_id join list l on l.id = p.list_id
where p.account_id = $1::bigint and p.id > $2::bigint order by p.id limit $3::integer

-- name: export_chunk
-- roles: web
select bytes from raw_chunk where raw_id = $1::bigint and n = $2::integer

-- name: export_files
-- roles: web
select at.n, at.name, at.type, at.size, at.encoding, at.raw_offset, at.raw_length, p.raw_id, at.inner_offset
from attachment at join post p on p.id = at.post_id
where p.id = $1::bigint and not p.raw_hidden and p.raw_id is not null and not at.folded order by at.n

-- name: export_record
-- roles: web
-- What they did and what was done to them, by key. Details of acts on others, and of who else acted, are theirs.
select a.id, a.at, a.door, a.act, coalesce(l.name, ''), coalesce(a.actor_id = $1::bigint, false), a.actor_id is not null,
	coalesce(a.subject_id = $1, false),
	case when a.subject_id = $1 then coalesce(d.before, '') else '' end,
	case when a.subject_id = $1 then coalesce(d.after, '') else '' end
from audit a left join audit_detail d on d.audit_id = a.id left join list l on l.id = a.list_id
where (a.actor_id = $1 or a.subject_id = $1) and a.id > $2::bigint
	-- notes and edits of those who moderate are between them
	and not (a.act in ('hold.note', 'hold.edit', 'hold.unedit') and a.actor_id is distinct from $1)
order by a.id limit $3::integer
