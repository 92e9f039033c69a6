-- SPDX-License-Identifier: Apache-2.0
-- The moderators' own rules of acceptance.

-- name: pattern_add
-- roles: cli
insert into acceptance_rule (list_id, field, pattern, action, sentence)
select l.id, $2::text, $3::text, $4::text, coalesce($5::text, '')
from (select 1) one left join list l on l.name = $1::text
where $1 is null or l.id is not null
returning id, list_id

-- name: pattern_remove
-- roles: cli
-- It stays, under a new version: programs that hold it compiled look again.
update acceptance_rule r set removed_at = now(), version = nextval('rule_version_seq')
where r.id = $2::bigint and r.removed_at is null
	and r.list_id is not distinct from (select l.id from list l where l.name = $1::text)
returning r.list_id, r.field || ' /' || r.pattern || '/ ' || r.action

-- name: patterns_of
-- roles: receive milter web cli
select r.id, r.list_id is null, r.field, r.pattern, r.action, r.sentence
from acceptance_rule r
where r.removed_at is null and (r.list_id is null or r.list_id = (select l.id from list l where l.name = $1::text))
order by r.id limit $2::bigint
