-- SPDX-License-Identifier: Apache-2.0
-- Settings of groups and of the site: server/core/settings.h.

-- name: settings_all
-- roles: web cli
-- Of a group: each column by its name, the group it is part of by that one's. Of the site ($1 null): its rows.
select e.key, coalesce(e.value, '') from list l left join list p on p.id = l.parent_id,
	jsonb_each_text(to_jsonb(l) || jsonb_build_object('parent', coalesce(p.name, ''))) e
where l.id = $1::bigint
union all
select s.name, s.value from setting s where $1 is null

-- name: list_put
-- roles: web cli
select list_put($1::bigint, jsonb_object($2::text[], $3::text[]))

-- name: list_parent
-- roles: web cli
select p.id, p.parent_id is not null, exists (select from list c where c.parent_id = $1::bigint)
from list p where p.name = $2::text

-- name: setting_get
-- roles: web receive sched cli
select value from setting where name = $1::text

-- name: setting_set
-- roles: web cli
insert into setting (name, value) values ($1::text, $2::text) on conflict (name) do update set value = excluded.value
