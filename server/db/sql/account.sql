-- SPDX-License-Identifier: Apache-2.0
-- Who is there: sessions, sign-in, preferences, the audit log.

-- name: session_find
-- roles: web
select a.id, a.name, ad.addr, a.locale, a.theme, a.time_zone, a.is_admin,
	(extract(epoch from (now() at time zone a.time_zone) - (now() at time zone 'UTC')) / 60)::integer,
	a.is_admin or exists (select from subscription m where m.account_id = a.id and m.role in ('moderator', 'owner')),
	-- nothing to read but for who moderates, and then no further than to 100
	(select count(*) from (select from subscription m join hold h on h.list_id = m.list_id and h.decided_at is null
		where m.account_id = a.id and m.role in ('moderator', 'owner') limit 100) x)
from session s join account a on a.id = s.account_id left join address ad on ad.account_id = a.id and ad.is_primary
where s.id_hash = $1::bytea and s.expires_at > now() and a.closed_at is null

-- name: session_add
-- roles: web
insert into session (id_hash, account_id, expires_at, device)
values ($1::bytea, $2::bigint, now() + $3::integer * interval '1 day', $4::text)

-- name: session_delete
-- roles: web
delete from session where id_hash = $1::bytea

-- name: account_by_addr
-- roles: web cli
select a.id, a.name, a.locale, a.password_hash, ad.id from address ad join account a on a.id = ad.account_id
where ad.addr = $1::text and a.closed_at is null

-- name: account_by_verified
-- roles: web
select a.id, ad.verified_at is not null from address ad join account a on a.id = ad.account_id
where ad.addr = $1::text and a.closed_at is null

-- name: signin_gate
-- roles: web
-- Whether too many passwords were tried, and whether one of the two places is
-- free in which the whole site computes argon2; it is held until the commit. What was
-- counted in the future was so before the clock was set back, and counts no more.
select exists (select from signin_failure where since between now() - interval '15 minutes' and now() + interval '1 minute'
		and (key = $1::bytea and n >= $3::integer or key = $2::bytea and n >= $4::integer)),
	case when pg_try_advisory_xact_lock(7, 0) then true else pg_try_advisory_xact_lock(7, 1) end

-- name: signin_failed
-- roles: web
insert into signin_failure (key) select k from unnest(array[$1::bytea, $2::bytea]) k order by k
on conflict (key) do update set
	n = case when signin_failure.since between now() - interval '15 minutes' and now() + interval '1 minute' then signin_failure.n + 1 else 1 end,
	since = case when signin_failure.since between now() - interval '15 minutes' and now() + interval '1 minute' then signin_failure.since else now() end

-- name: signin_link_count
-- roles: web
insert into signin_failure (key) values ($1::bytea)
on conflict (key) do update set
	n = case when signin_failure.since between now() - interval '15 minutes' and now() + interval '1 minute' then signin_failure.n + 1 else 1 end,
	since = case when signin_failure.since between now() - interval '15 minutes' and now() + interval '1 minute' then signin_failure.since else now() end
returning n

-- name: signin_forgive
-- roles: web
delete from signin_failure where key = $1::bytea

-- name: token_add
-- roles: web receive cli sched
insert into token (hash, purpose, account_id, data, expires_at)
values ($1::bytea, $2::text, $3::bigint, $4::text, now() + $5::integer * interval '1 minute')

-- name: token_recent
-- roles: web
-- Whether no more may be sent now: one in the last minute, or three in the time that
-- they are good for and none of them used, so that one that works is in the mailbox.
select coalesce(max(created_at) > now() - interval '1 minute' or count(*) filter (where used_at is null) >= 3, false)
from token where account_id = $1::bigint and purpose = $2::text and created_at between now() - interval '30 minutes' and now() + interval '1 minute'

-- name: token_purpose
-- roles: web
select purpose from token where hash = $1::bytea and used_at is null and expires_at > now()

-- name: token_peek
-- roles: web receive
select t.account_id, t.data from token t where t.hash = $1::bytea and t.purpose = $2::text
	and t.used_at is null and t.expires_at > now()

-- name: token_use
-- roles: web receive
update token set used_at = now() where hash = $1::bytea and purpose = $2::text and used_at is null and expires_at > now()
returning account_id, data

-- name: address_verified
-- roles: web
update address set verified_at = coalesce(verified_at, now()) where addr = $1::text

-- name: account_prefs
-- roles: web
update account set locale = coalesce($2::text, locale), theme = coalesce($3::text, theme) where id = $1::bigint

-- name: account_password
-- roles: web cli
update account set password_hash = $2::text where id = $1::bigint

-- name: audit_add
-- roles: web receive cli sched
with a as (
	insert into audit (door, act, actor_id, list_id, thread_id, post_id, subject_id, detail_digest)
	values ($1::text, $2::text, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bytea) returning id
), o as (insert into audit_open select id from a)
insert into audit_detail (audit_id, salt, before, after, why) select id, $9::bytea, $10::text, $11::text, $12::text from a

-- name: devices_of
-- roles: web
select encode(id_hash, 'hex'), device, created_at, expires_at, id_hash = $2::bytea from session
where account_id = $1::bigint and expires_at > now() order by id_hash = $2 desc, created_at desc limit 100

-- name: device_end
-- roles: web
delete from session where account_id = $1::bigint and encode(id_hash, 'hex') = $2::text

-- name: devices_end
-- roles: web
delete from session where account_id = $1::bigint and id_hash <> $2::bytea

-- name: safety_of
-- roles: web
-- fresh: this device was signed in less than $3 minutes ago.
select a.password_hash, a.second_step,
	exists (select from session s where s.id_hash = $2::bytea and s.account_id = a.id
		and s.created_at > now() - $3::integer * interval '1 minute'),
	(select count(*) from token t where t.account_id = a.id and t.purpose = 'recovery' and t.used_at is null)
from account a where a.id = $1::bigint

-- name: second_of
-- roles: web
select second_step, second_last from account where id = $1::bigint and closed_at is null

-- name: second_set
-- roles: web cli
update account set second_step = $2::text, second_last = $3::bigint where id = $1::bigint

-- name: second_step
-- roles: web
-- Each step once, also for two who come at the same moment.
update account set second_last = $2::bigint where id = $1::bigint and second_last < $2

-- name: recovery_end
-- roles: web cli
delete from token where account_id = $1::bigint and purpose = 'recovery'

-- name: account_place
-- roles: web
update account set hide_address = $2::boolean, time_zone = coalesce($3::text, time_zone) where id = $1::bigint

-- name: account_hidden
-- roles: web
select hide_address from account where id = $1::bigint
