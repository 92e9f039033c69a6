-- SPDX-License-Identifier: Apache-2.0
-- One's own posts after they were posted: editing, what they said before,
-- deleting, and reporting those of others. $1, $2: as in forum.sql.

-- name: post_for_edit
-- roles: web cli
select p.id, p.list_id, p.thread_id, coalesce(p.account_id, 0), p.source, p.lang, p.subject, p.body, p.state, p.received_at,
	coalesce(p.parent_id, 0), l.edit_minutes::bigint, coalesce(s.role in ('moderator', 'owner'), false) or $2::boolean,
	(select count(*) from post_revision r where r.post_id = p.id), p.author_name, s.id is not null, t.state, p.edited_at
from post p join thread t on t.id = p.thread_id join list l on l.id = t.list_id
left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
where l.name = $3::text and t.number = $4::bigint and p.number = $5::integer
	and (l.visibility = 'public' or s.id is not null or $2)
	and ((p.state <> 'hidden' and t.state <> 'hidden') or s.role in ('moderator', 'owner') or $2)

-- name: post_revise
-- roles: web
-- What it said stays as a revision; page and search entry say the new words.
-- Nothing where somebody was faster ($2: how many revisions there were).
with old as materialized (
	select id, body, folds, html from post where id = $1::bigint and state = 'shown'
		and (select count(*) from post_revision where post_id = $1) = $2::bigint
), kept as (
	insert into post_revision (post_id, n, account_id, why, body, folds, html)
	select id, $2 + 1, $3::bigint, $4::text, body, folds, html from old
)
update post p set body = $5::text, folds = $6::integer[], html = $7::text, packed = $10::bytea, search = search_vector(p.lang, p.subject, $8::text, $9::text),
	edited_at = now(), edited_by = $3
from old where p.id = old.id returning p.id

-- name: post_revisions
-- roles: web cli
-- Newest first: who replaced this text, when, why, and the text.
select r.n::bigint, a.name, r.at, r.why, r.html from post_revision r left join account a on a.id = r.account_id
where r.post_id = $1::bigint order by r.n desc limit 50

-- name: post_delete
-- roles: web
-- A mark stays; nobody finds it any more. cabildod takes the text after 30 days.
update post set state = 'deleted', deleted_at = now(), deleted_by = $2::bigint, search = ''
where id = $1::bigint and state = 'shown' returning id

-- name: report_waiting
-- roles: web
select count(*) from hold where kind = 'report' and about_id = $1::bigint and account_id = $2::bigint and decided_at is null

-- name: report_about
-- roles: receive
-- What was reported, as it is now.
select p.thread_id, p.state, t.post_count::bigint, l.name, t.number, p.number
from post p join thread t on t.id = p.thread_id join list l on l.id = t.list_id where p.id = $1::bigint

-- name: report_about_id
-- roles: receive
select coalesce(about_id, 0), coalesce(account_id, 0) from hold where id = $1::bigint

-- name: expire_deleted
-- roles: sched
-- What was deleted 30 days ago: its words, its bytes, its files, what it said before.
with p as materialized (
	select id, raw_id from post where state = 'deleted' and deleted_at < now() - interval '30 days'
		and (body <> '' or raw_id is not null) order by deleted_at limit 500
), files as (
	delete from attachment where post_id in (select id from p)
), said as (
	delete from post_revision where post_id in (select id from p)
), words as (
	update post set body = '', html = '', packed = null, folds = '{}', raw_id = null, attachment_count = 0 from p where post.id = p.id
)
delete from raw_message where id in (select raw_id from p)
