-- SPDX-License-Identifier: Apache-2.0
-- The audit log: sealed, verified, read.

-- name: seal_last
-- roles: sched
select n, hash from audit_seal order by n desc limit 1

-- name: seal_open
-- roles: sched
select a.id, a.at, a.door, a.act, a.actor_id, a.list_id, a.thread_id, a.post_id, a.subject_id, a.detail_digest
from audit_open o join audit a on a.id = o.audit_id order by o.audit_id limit $1::integer

-- name: seal_add
-- roles: sched
-- Nobody but the sealer sees these rows of audit_open once they are committed.
with gone as (delete from audit_open where audit_id = any ($1::bigint[])), s as (
	insert into audit_seal (audit_id, hash) select x.id, x.hash
	from unnest($1, $2::bytea[]) with ordinality as x (id, hash, place) order by x.place returning n
)
select max(n) from s

-- name: seal_links
-- roles: cli
select s.n, s.hash, a.id is not null, d.audit_id is not null,
	s.audit_id, a.at, a.door, a.act, a.actor_id, a.list_id, a.thread_id, a.post_id, a.subject_id, a.detail_digest,
	d.salt, d.before, d.after, d.why
from audit_seal s left join audit a on a.id = s.audit_id left join audit_detail d on d.audit_id = s.audit_id
where s.n > $1::bigint order by s.n limit $2::integer

-- name: seal_entries
-- roles: cli
select a.id, s.n is not null, o.audit_id is not null
from audit a left join audit_seal s on s.audit_id = a.id left join audit_open o on o.audit_id = a.id
where a.id > $1::bigint order by a.id limit $2::integer

-- name: audit_erase
-- roles: cli
-- Without its salt the digest that stays says nothing.
update audit_detail set salt = '', before = '', after = '', why = ''
where audit_id in (select id from audit where subject_id = $1::bigint) and salt <> ''

-- name: audit_find
-- roles: web cli
-- By key: id. The names of groups and people are those of today.
select a.id, a.at, a.door, a.act, coalesce(p.name, ''), coalesce(s.name, ''), coalesce(l.name, ''), coalesce(l.title, ''),
	coalesce(t.number, 0), coalesce(q.number, 0)::bigint, coalesce(d.before, ''), coalesce(d.after, ''), coalesce(d.why, ''),
	e.n is not null, coalesce(d.salt, '') = ''
from audit a left join account p on p.id = a.actor_id left join account s on s.id = a.subject_id
left join list l on l.id = a.list_id left join thread t on t.id = a.thread_id left join post q on q.id = a.post_id
left join audit_detail d on d.audit_id = a.id left join audit_seal e on e.audit_id = a.id
where ($1::bigint is null or a.list_id = $1)
	and ($2::text is null or a.actor_id in (select w.id from account w where position(lower($2) in lower(w.name)) > 0))
	and ($3::text is null or a.door = $3)
	and ($4::text is null or a.act = $4 or a.act like $4 || '.%')
	and ($5::text is null or a.at >= $5::date::timestamp at time zone $7::text)
	and ($6::text is null or a.at < ($6::date + 1)::timestamp at time zone $7)
	and ($8::bigint is null or a.id < $8)
order by a.id desc limit $9::integer
