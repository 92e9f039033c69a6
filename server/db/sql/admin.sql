-- SPDX-License-Identifier: Apache-2.0
-- The command line of the administrator.

-- name: list_add
-- roles: web cli
insert into list (name, mail_domain, list_id, title, description, lang, visibility, footer, identity)
values ($1::text, $2::text, $1 || '.' || $2, $3::text, $4::text, $5::text, $6::text, $7::boolean, $8::text)
returning id

-- name: list_all
-- roles: cli
select name, mail_domain, title, visibility, posting, member_count, thread_count, post_count, archived from list order by name

-- name: account_add
-- roles: cli web receive
with a as (
	insert into account (name, locale, country_code, organisation_id)
	values ($1::text, $2::text, $4::text, $5::bigint) returning id
), ad as (
	insert into address (account_id, addr, is_primary, verified_at) select id, $3::text, true, now() from a returning id
)
select a.id, ad.id from a, ad

-- name: organisation_get
-- roles: cli web
with i as (insert into organisation (name) values ($1::text) on conflict (name) do nothing returning id)
select id from i union all select id from organisation where name = $1 limit 1

-- name: member_add
-- roles: web cli
with s as (
	insert into subscription (list_id, account_id, address_id, role, delivery, source)
	select l.id, $2::bigint, $3::bigint, $4::text, $5::text, 'admin' from list l where l.name = $1::text
	on conflict (list_id, account_id) do nothing returning list_id
)
update list set member_count = member_count + 1, version = version + 1 from s where list.id = s.list_id returning list.id

-- name: member_set
-- roles: cli
update subscription s set delivery = coalesce($3::text, s.delivery),
	digest_from = digest_begins(s.delivery, coalesce($3, s.delivery), s.digest_from, s.digest_until),
	digest_until = digest_ends(s.delivery, coalesce($3, s.delivery), s.digest_until), own_copy = coalesce($4::text::boolean, s.own_copy),
	copy_when_addressed = coalesce($5::text::boolean, s.copy_when_addressed), moderation = coalesce($6::text, s.moderation),
	attachments = coalesce($7::text, s.attachments), moderator_notices = coalesce($8::text, s.moderator_notices),
	receipt = coalesce($9::text::boolean, s.receipt)
from list l, address ad where s.list_id = l.id and l.name = $1::text and ad.addr = $2::text and s.account_id = ad.account_id
returning s.list_id, s.account_id

-- name: member_remove
-- roles: cli
with s as (
	delete from subscription using list l, address ad
	where subscription.list_id = l.id and l.name = $1::text and ad.addr = $2::text and subscription.account_id = ad.account_id
	returning subscription.list_id, subscription.account_id
)
update list set member_count = member_count - 1, version = version + 1 from s where list.id = s.list_id returning list.id, s.account_id

-- name: members_of
-- roles: cli
select ad.addr, a.name, s.role, s.delivery, c.name, o.name from subscription s join list l on l.id = s.list_id
join account a on a.id = s.account_id join address ad on ad.id = s.address_id
left join country c on c.code = a.country_code left join organisation o on o.id = a.organisation_id
where l.name = $1::text order by s.role desc, a.name

-- name: account_admin
-- roles: cli
update account set is_admin = $2::boolean where id = $1::bigint

-- name: status
-- roles: cli
select (select max(version) from schema_version)::bigint, (select count(*) from list), (select coalesce(sum(post_count), 0) from list)::bigint,
	(select count(*) from account), (select count(*) from outbound),
	(select min(created_at) from outbound), (select count(*) from hold where decided_at is null),
	(select count(*) from intake where fate = 'quarantined'),
	(select count(*) from list where identity = 'open' and closed_at is null and not archived),
	(select count(*) from list where identity <> 'open' and closed_at is null and not archived)
