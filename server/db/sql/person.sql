-- SPDX-License-Identifier: Apache-2.0
-- A person's addresses and what they take with them; see server/core/person.h.

-- name: addresses_of
-- roles: web cli
-- The main one first; with the titles of the groups whose copies go there.
select ad.addr, ad.is_primary, ad.verified_at is not null, ad.suspended_at is not null,
	coalesce((select string_agg(l.title, E'\n' order by l.title) from subscription s join list l on l.id = s.list_id
		where s.address_id = ad.id), '')
from address ad where ad.account_id = $1::bigint order by ad.is_primary desc, ad.addr

-- name: addresses_pending
-- roles: web
select t.data, t.expires_at from token t
where t.account_id = $1::bigint and t.purpose = 'address' and t.used_at is null and t.expires_at > now()
order by t.created_at desc limit 10

-- name: addresses_asked
-- roles: web receive
-- How many confirmations this account had sent within a day.
select count(*) from token t where t.account_id = $1::bigint and t.purpose = 'address' and t.created_at > now() - interval '1 day'

-- name: person_find
-- roles: web receive cli
select a.id, a.name, a.locale, coalesce(ad.addr, ''),
	coalesce((select s.list_id from subscription s where s.account_id = a.id order by s.id limit 1), 0)
from account a left join address ad on ad.account_id = a.id and ad.is_primary
where a.id = $1::bigint and a.closed_at is null

-- name: address_add
-- roles: web receive
insert into address (account_id, addr, verified_at)
select $1::bigint, $2::text, now() where (select count(*) from address where account_id = $1) < $3::integer
on conflict (addr) do nothing returning id

-- name: address_unlead
-- roles: web
update address set is_primary = false where account_id = $1::bigint and is_primary returning addr

-- name: address_lead
-- roles: web
update address set is_primary = true
where account_id = $1::bigint and addr = $2::text and verified_at is not null and suspended_at is null returning id

-- name: address_remove
-- roles: web
-- What was delivered there goes to the main one; what was heard of it is forgotten.
with ad as (
	select x.id from address x where x.account_id = $1::bigint and x.addr = $2::text and not x.is_primary
), s as (
	update subscription set address_id = p.id from address p, ad
	where subscription.address_id = ad.id and p.account_id = $1 and p.is_primary
), b as (
	delete from bounce_event using ad where bounce_event.address_id = ad.id
)
delete from address using ad where address.id = ad.id returning address.id

-- name: subscription_address
-- roles: web
update subscription s set address_id = ad.id from list l, address ad
where l.name = $2::text and s.list_id = l.id and s.account_id = $1::bigint and ad.account_id = $1 and ad.addr = $3::text
	and ad.verified_at is not null
returning l.id

-- name: claim_candidates
-- roles: receive
-- Members whose name, local part or domain an unknown address shares; which of them it
-- may be is judged in server/core/claim.c. Few, by index, however large the group is.
with x as (
	(select a.id from account a where search_fold('en', lower(a.name)) = search_fold('en', lower($2::text)) limit 20)
	union
	(select ad.account_id from address ad where split_part(ad.addr, '@', 1) = split_part($3::text, '@', 1) limit 20)
	union
	(select ad.account_id from address ad where split_part(ad.addr, '@', 2) = split_part($3, '@', 2) limit 200)
)
select a.id, a.name, p.addr, a.locale,
	exists (select from address o where o.account_id = a.id and split_part(o.addr, '@', 1) = split_part($3, '@', 1)),
	exists (select from address o where o.account_id = a.id and split_part(o.addr, '@', 2) = split_part($3, '@', 2))
from x join account a on a.id = x.id and a.closed_at is null
join subscription s on s.account_id = a.id and s.list_id = $1::bigint
join address p on p.account_id = a.id and p.is_primary and p.suspended_at is null

-- name: claim_asked
-- roles: receive
-- Whether they were asked about this address in the last 30 days.
select exists (select from token t where t.account_id = $1::bigint and t.purpose = 'claim'
	and t.created_at > now() - interval '30 days' and substr(t.data, strpos(t.data, ' ') + 1) = $2::text)

-- name: claim_hold
-- roles: web receive
select h.id, l.title, l.name, h.subject, h.author_addr, h.author_name, h.held_at, h.decided_at is not null, h.proven
from hold h join list l on l.id = h.list_id where h.id = $1::bigint

-- name: claim_waiting
-- roles: web receive
-- Messages that wait because nobody knew this address ($2) are its owner's ($1): those
-- that are proven to come from it, and $3, which they were asked about. Where nothing
-- else speaks against one, that is the decision.
update hold set account_id = $1::bigint, confirmed_at = now(),
	decision = case when x.only then 'approve' end,
	decided_at = case when x.only then now() end,
	decided_by = case when x.only then $1 end,
	effective_at = case when x.only then now() end
from (
	select h.id, (select count(*) from regexp_matches(h.trace, '=(hold|refuse|drop)', 'g')) = 1
		and s.moderation <> 'hold' and l.hold_first = 0 as only
	from hold h join list l on l.id = h.list_id
	join subscription s on s.list_id = h.list_id and s.account_id = $1
	where h.author_addr = $2::text and h.account_id is null and h.decided_at is null and h.rule = 'nonmember'
		and (h.proven or h.id = $3::bigint)
) x
where hold.id = x.id returning hold.id, hold.list_id, x.only
