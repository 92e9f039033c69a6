-- SPDX-License-Identifier: Apache-2.0
-- The moderators' own rules of acceptance. $1 is the group, null for the site.

-- name: pattern_add
-- roles: web cli
insert into acceptance_rule (list_id, field, pattern, action, sentence, place)
values ($1::bigint, $2::text, $3::text, $4::text, coalesce($5::text, ''),
	(select coalesce(max(place), 0) + 1 from acceptance_rule where list_id is not distinct from $1 and removed_at is null))
returning id

-- name: pattern_remove
-- roles: web cli
-- It stays, under a new version: programs that hold it compiled look again.
update acceptance_rule r set removed_at = now(), version = nextval('rule_version_seq')
where r.id = $2::bigint and r.removed_at is null and r.list_id is not distinct from $1::bigint
returning r.field || ' /' || r.pattern || '/ ' || r.action

-- name: pattern_switch
-- roles: web cli
update acceptance_rule r set active = $3::boolean, version = nextval('rule_version_seq')
where r.id = $2::bigint and r.removed_at is null and r.list_id is not distinct from $1::bigint
returning r.field || ' /' || r.pattern || '/ ' || r.action

-- name: pattern_move
-- roles: web cli
-- Changes places with its neighbour before ($3) or after it.
with me as (
	select id, place from acceptance_rule where id = $2::bigint and removed_at is null and list_id is not distinct from $1::bigint
), other as (
	select r.id, r.place from acceptance_rule r, me where r.removed_at is null and r.list_id is not distinct from $1
		and case when $3::boolean then (r.place, r.id) < (me.place, me.id) else (r.place, r.id) > (me.place, me.id) end
	order by case when $3 then -r.place else r.place end, case when $3 then -r.id else r.id end limit 1
)
update acceptance_rule r set place = case when r.id = me.id then other.place else me.place end, version = nextval('rule_version_seq')
from me, other where r.id in (me.id, other.id) returning r.id

-- name: patterns_of
-- roles: receive milter web cli
-- Those that are in force, the site's first.
select r.id, r.list_id is null, r.field, r.pattern, r.action, r.sentence, r.active
from acceptance_rule r
where r.removed_at is null and r.active and (r.list_id is null or r.list_id = (select l.id from list l where l.name = $1::text))
order by r.list_id is not null, r.place, r.id limit $2::bigint

-- name: patterns_all
-- roles: web cli
select r.id, r.list_id is null, r.field, r.pattern, r.action, r.sentence, r.active
from acceptance_rule r
where r.removed_at is null and (r.list_id is null or r.list_id = $1::bigint)
order by r.list_id is not null, r.place, r.id limit $2::bigint

-- name: pattern_sample
-- roles: web cli
-- The last hundred messages that came, posted or not, as a pattern would have met them; $2: with the beginning of their bytes.
select m.hold, m.id, m.at, m.subject, m.author_name, m.author_addr, m.body, m.thread, m.number,
	(select substring(c.bytes for 65536) from raw_chunk c where $2::boolean and c.raw_id = m.raw_id and c.n = 0)
from (
	(select false as hold, p.id, p.sent_at as at, p.subject, p.author_name, p.author_addr, left(p.body, 65536) as body,
		t.number as thread, p.number::bigint as number, p.raw_id
	from post p join thread t on t.id = p.thread_id where p.list_id = $1::bigint and p.state <> 'deleted'
	order by p.sent_at desc, p.id desc limit 100)
	union all
	(select true, h.id, h.held_at, h.subject, h.author_name, h.author_addr, left(h.body, 65536), 0, 0, h.raw_id
	from hold h where h.list_id = $1 and h.kind = 'message' and h.post_id is null order by h.id desc limit 100)
) m order by m.at desc limit 100
