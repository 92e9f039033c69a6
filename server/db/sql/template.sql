-- SPDX-License-Identifier: Apache-2.0
-- Texts that a group, or the site, words its own way.

-- name: templates_of
-- roles: web receive cli
-- The group's before the site's. $2 and $3 null: of every kind, in every language.
select id, list_id is null, kind, locale, title, body from template
where (list_id is null or list_id = $1::bigint) and kind = coalesce($2::text, kind) and locale = coalesce($3::text, locale)
order by list_id is null, kind, locale, title limit 500

-- name: template_put
-- roles: web cli
insert into template (list_id, kind, locale, title, body) values ($1::bigint, $2::text, $3::text, $4::text, $5::text)
on conflict (coalesce(list_id, 0), kind, locale, title) do update set body = excluded.body, changed_at = now()
returning id

-- name: template_remove
-- roles: web cli
delete from template where id = $2::bigint and list_id is not distinct from $1::bigint
returning kind, locale, title, body
