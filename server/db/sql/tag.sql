-- SPDX-License-Identifier: Apache-2.0
-- Tags of a group's threads, renamed and joined as wholes: server/core/tag.h.

-- name: tags_of_list
-- roles: web cli
select g.tag, count(*) from thread t join thread_tag g on g.thread_id = t.id
where t.list_id = $1::bigint and t.moved_to is null group by g.tag order by lower(g.tag), g.tag limit $2::integer

-- name: tag_lock
-- roles: web cli
-- The threads that have one of two, so that nobody gives or takes them meanwhile; how many have each. What led away
-- counts: undone, it is back.
select count(*) filter (where one), count(*) filter (where other) from (
	select exists (select from thread_tag g where g.thread_id = t.id and g.tag = $2::text) as one,
		exists (select from thread_tag g where g.thread_id = t.id and g.tag = $3::text) as other
	from thread t where t.list_id = $1::bigint
		and exists (select from thread_tag g where g.thread_id = t.id and g.tag in ($2, $3)) order by t.id for no key update) t

-- name: tag_swap
-- roles: web cli
with t as materialized (
	select t.id, exists (select from thread_tag x where x.thread_id = t.id and x.tag = $4::text) as had
	from thread t join thread_tag g on g.thread_id = t.id and g.tag = $3::text where t.list_id = $2::bigint
), kept as (
	insert into thread_act_tag_of (act_id, thread_id, had) select $1::bigint, id, had from t
), gone as (
	delete from thread_tag g using t where g.thread_id = t.id and g.tag = $3
), later as (
	update thread set version = version + 1 from t where thread.id = t.id
)
insert into thread_tag (thread_id, tag) select id, $4 from t where not had

-- name: tag_swap_undo
-- roles: web cli
-- $5: every thread of the group that has it now, else those that the act gave it to.
with t as materialized (
	select t.id, coalesce(k.had, false) as had from thread t join thread_tag g on g.thread_id = t.id and g.tag = $4::text
	left join thread_act_tag_of k on k.act_id = $1::bigint and k.thread_id = t.id
	where t.list_id = $2::bigint and ($5::boolean or k.act_id is not null)
), gone as (
	delete from thread_tag g using t where g.thread_id = t.id and g.tag = $4 and not t.had
), later as (
	update thread set version = version + 1 from t where thread.id = t.id
)
insert into thread_tag (thread_id, tag) select id, $3::text from t on conflict do nothing

-- name: tag_proposed
-- roles: web cli
select tags from list where id = $1::bigint

-- name: tag_lead
-- roles: web cli
-- Where a tag that no thread has went, by the last act on each name of the way; none where nothing to be seen has it.
with recursive d as (
	select $2::text as tag
	union
	select a.after from d cross join lateral (select x.after from thread_act x where x.list_id = $1::bigint and x.before = d.tag
		and x.thread_id is null and x.undone_at is null order by x.id desc limit 1) a
)
select d.tag from d where d.tag <> $2 and exists (select from thread t join thread_tag g on g.thread_id = t.id
	where g.tag = d.tag and t.list_id = $1 and t.moved_to is null and t.state <> 'hidden') limit 1

-- name: tag_changed_since
-- roles: web cli
-- A later act that stands on the name that this one gave.
select count(*) from thread_act where list_id = $1::bigint and id > $2::bigint and before = $3::text and thread_id is null
	and undone_at is null

-- name: tag_acts
-- roles: web cli
select a.id, a.kind, a.at, coalesce(ac.name, ''), a.before, a.after, a.posts::bigint, a.undone_at, coalesce(un.name, ''),
	a.at < now() - interval '30 days', a.why
from thread_act a left join account ac on ac.id = a.account_id left join account un on un.id = a.undone_by
where a.list_id = $1::bigint and a.thread_id is null order by a.id desc limit $2::integer
