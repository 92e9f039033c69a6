-- SPDX-License-Identifier: Apache-2.0
-- Scheduled work of cabildod; each piece under an advisory lock of its own.

-- name: house_lock
-- roles: sched
select pg_try_advisory_xact_lock(764298200 + $1::integer)

-- name: expire_tokens
-- roles: sched
delete from token where expires_at < now() - interval '1 day'

-- name: expire_signin_failures
-- roles: sched
delete from signin_failure where since < now() - interval '1 hour'

-- name: expire_sessions
-- roles: sched
delete from session where expires_at < now()

-- name: expire_raw
-- roles: sched
-- The bytes of what was not posted are kept 30 days; the record stays. What
-- still waits for a moderator, or for what a moderator decided to be carried
-- out, keeps its bytes: approving needs them, and so does giving them back.
delete from raw_message where id in (select m.id from raw_message m
	where not m.keep and m.received_at < now() - interval '30 days'
	and not exists (select from hold h where h.raw_id = m.id and (h.decided_at is null or h.done_at is null))
	order by m.received_at limit 500)

-- name: clock_back
-- roles: sched
-- What was written down before the clock was set back lies in the future: it begins anew now, or
-- bundles, claims, reminders and what is tried again would wait for that hour to come again.
with h as (
	update hold set held_at = case when held_at > now() then now() else held_at end,
		claimed_at = case when claimed_at > now() then now() else claimed_at end
	where decided_at is null and (held_at > now() + interval '1 minute' or claimed_at > now() + interval '1 minute')
	returning id
), n as (
	update hold_notice set made_at = case when made_at > now() then now() else made_at end,
		outcome_at = case when outcome_at > now() then now() else outcome_at end
	where (told_at is null or outcome = 'waits')
		and (made_at > now() + interval '1 minute' or outcome_at > now() + interval '1 minute')
	returning hold_id
), i as (
	update invitation set sent_at = now(), expires_at = expires_at - (sent_at - now())
	where ended_at is null and sent_at > now() + interval '1 minute'
	returning id
), a as (
	update address set suspended_at = case when suspended_at > now() then now() else suspended_at end,
		probe_at = case when probe_at > now() then now() else probe_at end
	where suspended_at is not null and (suspended_at > now() + interval '1 minute' or probe_at > now() + interval '1 minute')
	returning id
)
select (select count(*) from h) + (select count(*) from n) + (select count(*) from i) + (select count(*) from a)

-- name: ledger_keep
-- roles: sched
select delivery_keep()

-- name: expire_invitations
-- roles: sched
-- Who was asked and is no member is forgotten; who wants no other one is not asked again.
delete from invitation where id in (select id from invitation where ended_at < now() - interval '1 year' and not never
	order by ended_at limit 500)
